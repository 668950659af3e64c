"""Help that fits the moment."""

from __future__ import annotations


def for_stranger() -> str:
    return "我是邻团，帮邻居们拼团。\n跟着一位团长：扫团长的二维码，或者回复编号，例如 L7\n想当团长：我要当团长 您的称呼 小区"


def for_resident(*, has_round: bool, has_order: bool, can_collect: bool) -> str:
    now = []
    if can_collect:
        now.append("取货码 — 看取货码")
    if has_round:
        now.append("草莓2 鸡蛋1 — 订货；草莓3 — 改成3；草莓不要了 — 去掉")
    if has_order:
        now.append("我的订单 — 看订了什么；付好了 — 告诉团长已付")
        now.append("售后 草莓 坏了两个 — 申请售后，再发照片")
    always = [
        "团购 — 看现在能订什么",
        "联系团长 … — 给团长留言",
        "我是 3-502 王姐 — 记下房号和称呼",
        "退订 / 订阅 — 关掉或打开通知",
        "导出我的资料 / 删除我的资料",
    ]
    return "\n".join(["您可以这样发："] + now + always)


def for_leader(*, has_open: bool, has_closed: bool, has_arrived: bool, cases: int) -> str:
    now = []
    if cases:
        now.append(f"售后 — 有{cases}个等处理")
    if has_arrived:
        now += ["482913 — 直接发取货码核销；482913 草莓1 — 取一部分", "撤销 482913 — 15分钟内可撤销；未取 — 谁没来"]
    if has_closed:
        now.append("到货 — 登记到货并通知；到货 草莓少3 — 有缺的这样写")
    if has_open:
        now += [
            "统计 / 名单 / 未付 / 导出",
            "收 12 45 — 记下接龙号12、45已付",
            "代 3-502 王姐 草莓2 — 替邻居下单；也可以直接粘贴接龙",
            "截单 / 延长 1小时 / 改截单 明晚8点 / 撤团",
            "改价 2 38 / 加量 1 50 / 下架 2 / 加品 …",
        ]
    else:
        now.append("发一条开团文字就能开团；再来一团 — 照上次的开")
    always = ["主页 — 您的链接和编号", "后台 — 打开手机后台", "回 12 … — 回复邻居留言"]
    return "\n".join(["团长，您可以这样发："] + now + always)


def for_helper() -> str:
    return "您是协助核销员：直接发邻居的六位取货码就能核销，例如 482913；取一部分：482913 草莓1"
