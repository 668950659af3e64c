"""Help that fits the moment, and how a word that was not finished is written."""

from __future__ import annotations

ADD_HELPER = "加核销员"

_HOW = {
    "改价": "改价 2 38（2 是商品编号，38 是新价格）",
    "加量": "加量 1 50（1 是商品编号，再加 50）",
    "限量": "限量 1 50（1 是商品编号，一共 50）",
    "推荐": "推荐 1 今年头茬，特别甜（1 是商品编号，邻居在下单页面上看到）",
    "下架": "下架 2（2 是商品编号）",
    "上架": "上架 2（2 是商品编号）",
    "加品": "加品 鲜牛奶 950ml 15元",
    "延长": "延长 1小时",
    "重开": "重开 明晚8点",
    "改截单": "改截单 明晚8点",
    "截单": "截单（现在截），或者 改截单 明晚8点",
    "撤团": "撤团 加上原因",
    ADD_HELPER: "加核销员 3-502",
    "核销": "482913（直接发六位取货码），取一部分：482913 草莓1",
    "撤销": "撤销 482913",
    "收": "收 12 45（接龙号），收 12 30元（收一部分），已付 3-502（房号）",
    "退": "退 S12 全额，或者 退 S12 8元",
    "补": "补 S12",
    "拒": "拒 S12 签收超过24小时",
    "转平台": "转平台 S12",
    "回评": "回评 3 谢谢，下次见（3 是评价的编号）",
    "回": "回 12 可以，晚点来拿",
    "代": "代 3-502 王姐 草莓2 鸡蛋1；不要了：代 3-502 王姐 取消",
    "售后": "到货时有坏的：到货 草莓坏1；替邻居开售后：售后 482913 草莓1 坏果；自己的：售后 草莓坏了一个",
}
_SAME = {
    "加货": "加量", "改量": "限量", "库存": "限量", "延后": "延长", "已付": "收", "拒绝": "拒", "回复": "回", "回评价": "回评",
}  # fmt: skip


def how_to(word: str) -> str:
    """How a leader's word is written, after it came without what belongs to it."""
    if word == "联系团长":
        return "您自己就是团长。要回复邻居的留言，请发：回 12 可以，晚点来拿"
    return f"没有改动。请这样写：{_HOW[_SAME.get(word, word)]}"


def for_stranger(*, has_applied: bool = False) -> str:
    apply = "您的团长申请还在等平台审核。" if has_applied else "想当团长：我要当团长 您的称呼 小区"
    return f"我是邻团，帮邻居们拼团。\n跟着一位团长：扫团长的二维码，或者回复编号，例如 L7\n{apply}"


def for_resident(*, has_round: bool, has_order: bool, can_collect: bool, can_complain: bool) -> str:
    now = []
    if can_collect:
        now.append("取货码 — 看取货码")
    if has_round:
        now.append("草莓2 鸡蛋1 — 订货；草莓3 — 改成3；草莓不要了 — 去掉")
        now.append("下单 — 打开网页选；代 3-502 王姐 草莓2 — 替没有微信的邻居订")
    if has_order:
        now.append("取消 — 整单不要了")
    if has_order or can_complain:
        now.append("我的订单 — 看订了什么；付好了 — 告诉团长已付")
    if can_complain:
        now.append("售后 草莓 坏了两个 — 申请售后，再发照片")
    always = [
        "团购 — 看现在能订什么",
        "联系团长 … — 给团长留言",
        "我的券 / 用券 — 看券、用券；邀请 — 请新邻居来，两个人都有礼",
        "评价 5 很新鲜 — 取了货说说怎么样",
        "我是 3-502 王姐 — 记下房号和称呼",
        "退订 / 订阅 — 关掉或打开通知",
        "导出我的资料 / 删除我的资料",
    ]
    return "\n".join(["您可以这样发：", *now, *always])


def for_leader(*, has_open: bool, has_closed: bool, has_arrived: bool, cases: int) -> str:
    now = []
    if cases:
        now.append(f"售后 — 有{cases}个等处理")
    if has_arrived:
        now += ["482913 — 直接发取货码核销；482913 草莓1 — 取一部分", "撤销 482913 — 15分钟内可撤销；未取 — 谁没来"]
        now.append("收 12 45 — 记下接龙号12、45已付；未付 — 谁没付")
    if has_closed:
        now += ["到货 — 登记到货并通知；到货 草莓少3 — 有缺的这样写", "重开 明晚8点 — 再开放下单"]
    if has_open:
        now += [
            "统计 / 名单 / 未付 / 导出",
            "收 12 45 — 记下接龙号12、45已付",
            "代 3-502 王姐 草莓2 — 替邻居下单；也可以直接粘贴接龙",
            "截单 / 延长 1小时 / 改截单 明晚8点 / 撤团",
            "改价 2 38 / 加量 1 50 / 下架 2 / 加品 … / 推荐 1 特别甜",
            "海报 — 这一团的图片，发到群里",
        ]
    else:
        now.append("发一条开团文字就能开团；再来一团 — 照上次的开")
    always = [
        "主页 — 您的链接和编号；后台 — 打开手机后台",
        "公告 … / 预告 … — 告诉邻居们；评价 — 看邻居说什么；回评 3 … — 回复",
        "回 12 … — 回复邻居留言；加核销员 3-502 — 请人帮忙核销",
    ]
    return "\n".join(["团长，您可以这样发：", *dict.fromkeys(now), *always])


def for_helper() -> str:
    return "您是协助核销员：直接发邻居的六位取货码就能核销，例如 482913；取一部分：482913 草莓1；撤销：撤销 482913"
