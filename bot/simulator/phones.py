"""The phones page: fake phones in a browser, one leader and some residents, talking to the real bot."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from .sim import Sim

POST = """#开团 周六水果团
1) 红颜草莓 2斤/盒 45元 限20盒
2) 土鸡蛋 30枚 36元
3) 鲜牛奶 950ml 15元/2瓶28元
截单:周五20:00  自提:周六16:00-19:00
地点:3号楼大堂(冷藏品请当天取)
售后:收货24小时内拍照联系我
下单示例:草莓2 鸡蛋1 3-502"""

# Each step: who (role of the phone it belongs to), label, text that fills the input, hint shown below.
DEFAULT_STEPS: tuple[dict[str, str], ...] = (
    {"who": "leader", "label": "发团购", "text": POST, "hint": "团长把要卖的东西发给公众号"},
    {"who": "leader", "label": "确认发布", "text": "确认", "hint": "先看预览，再确认"},
    {"who": "resident", "label": "下单", "text": "草莓2 鸡蛋1 3-502", "hint": "居民用平常说的话下单"},
    {"who": "resident", "label": "改单", "text": "草莓改成1", "hint": "改主意了，说一声就行"},
    {"who": "leader", "label": "看统计", "text": "统计", "hint": "团长随时看总数"},
    {"who": "leader", "label": "截单", "text": "截单", "hint": "到点会自动截，也可以手动；回复“确认”生效"},
    {"who": "leader", "label": "到货", "text": "到货", "hint": "货到了，通知大家来取；回复“确认”生效"},
    {"who": "resident", "label": "取货码", "text": "取货码", "hint": "取货时给团长看，也可以让团长扫码"},
    {"who": "resident", "label": "售后", "text": "售后 草莓 坏了两个", "hint": "有问题说出来，可以再发照片"},
    {"who": "leader", "label": "处理售后", "text": "售后", "hint": "团长看售后清单"},
)


def config(sim: Sim) -> dict[str, Any]:
    """What the page is built from; `Sim(phones=…)` overrides account_name, title, intro, steps, scenes.

    A step has who (a role or an openid), label, text, hint; a scene has scene and label.
    """
    return {
        "account_name": sim.account.name,
        "title": f"{sim.account.name} · 试用台",
        "intro": "这里的每一部手机都是假的，公众号是真的程序。按下面的步骤试一遍，或者随便说点什么。",
        "steps": list(DEFAULT_STEPS),
        "scenes": [],
        "has_clock": hasattr(sim.clock, "advance"),
        **sim.phones,
        "token": sim.control_token or "",
    }


def blueprint(sim: Sim) -> Blueprint:
    routes = Blueprint("simulator_phones", __name__)

    @routes.get("/__sim__/phones")
    def page() -> Response:
        answer = Response(render_template("phones.html", config=config(sim)))
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data: blob: http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        # The page carries the control token: it must not leak through a link, a frame or a cache.
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes
