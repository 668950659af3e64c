"""Pushes: the words of each kind of notice, from the plain values in its payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.texts import caring, handing, shelf, supply
from bot.texts.wording import SHANGHAI, amount, building, day_and_clock, goods_of, money, pickup_of, who

Payload = Mapping[str, Any]


def render(kind: str, payload: Payload) -> str:
    """The sentence of a notice. An unknown kind is a defect and raises KeyError."""
    return NOTICES[kind](payload)


def _at(p: Payload, key: str) -> datetime | None:
    return datetime.fromisoformat(p[key]) if p.get(key) else None


def _for(p: Payload) -> str:
    return f"（替 {p['guest']} 订的）" if p.get("guest") else ""


def _order_closed(p: Payload) -> str:
    due = p["total_fen"] - p["paid_fen"]
    pay = (
        "，您说付过了，等团长核对"
        if due > 0 and p.get("claimed")
        else f"，还要付 {money(due)}"
        if due > 0
        else "，已付清"
    )
    text = f"“{p['title']}”截单了。您的订单{_for(p)}{p['seq']}号，合计 {money(p['total_fen'])}{pay}。"
    return text + (f"\n取货：{pickup_of(p)}" if pickup_of(p) else "\n到货后把取货码发给您。")


def _round_closed(p: Payload) -> str:
    return f"“{p['title']}”到点截单：{p['orders']}单，共 {money(p['total_fen'])}。\n发“统计”看合计，发“名单”看明细，货到了发“到货”。"


def _deadline(p: Payload) -> str:
    at = _at(p, "closes_at")
    return f"“{p['title']}”的截单时间改到 {day_and_clock(at)}，之前都可以改订单。" if at else ""


def _reopened(p: Payload) -> str:
    at = _at(p, "closes_at")
    return f"“{p['title']}”又开放了，到 {day_and_clock(at)} 截单，可以继续改订单。" if at else ""


def _changed(p: Payload) -> str:
    if not p["lines"]:
        return f"团长把您“{p['title']}”的订单{_for(p)}取消了。有疑问请发：联系团长 加上您要说的话。"
    return (
        f"团长改了您“{p['title']}”的订单{_for(p)}，现在是：{goods_of(p['lines'])}，合计 {money(p['total_fen'])}。"
        "有疑问请发：联系团长 加上您要说的话。"
    )


def _moved(p: Payload) -> str:
    was = pickup_of(p["was"])
    before = f"\n（原来：{was}）" if was else ""
    return f"“{p['title']}”的取货改了，请按新的来：\n{pickup_of(p)}{before}"


def _cancelled(p: Payload) -> str:
    reason = f"（{p['reason']}）" if p.get("reason") else ""
    back = f"您付的 {money(p['paid_fen'])} 会退给您。" if p.get("paid_fen") else "您不用付钱。"
    return f"抱歉，“{p['title']}”撤团了{reason}，您的订单{_for(p)}已取消。{back}"


def _code(p: Payload) -> str:
    return f"取货码：{p['code'][:3]} {p['code'][3:]}{_for(p)}" if p["code"] else f"{p['seq']}号可以取了{_for(p)}"


def _arrived(p: Payload) -> str:
    lines = [f"“{p['title']}”到货了！"]
    for o in p["orders"]:
        lines += [_code(o), goods_of(o["lines"])]
    if any(x["is_cold"] for o in p["orders"] for x in o["lines"]):
        lines.append("有冷藏的，请当天取。")
    if pickup_of(p):
        lines.append(f"取货：{pickup_of(p)}")
    if turn := p.get("turn"):
        at = day_and_clock(datetime.fromisoformat(turn["at"]))
        lines.append(f"为了少排队，按楼栋分批取：{building(turn['building'])}请{at}以后来。")
    due = sum(max(0, o["due_fen"]) for o in p["orders"] if not o.get("claimed"))
    if due > 0:
        lines.append(f"取货时请付 {money(due)}")
    lines.append("回复“取货码”可以看二维码。")
    return "\n".join(lines)


def _shortage(p: Payload) -> str:
    goods = "、".join(
        f"{x['name']}订{amount(x['wanted_milli'], x['unit'])}到{amount(x['allocated_milli'], x['unit'])}"
        for x in p["lines"]
    )
    back = f"多付的 {money(p['owed_fen'])} 会退给您。" if p.get("owed_fen") else f"现在合计 {money(p['total_fen'])}。"
    if p.get("is_late"):
        fewer = "、".join(
            f"{x['name']}从{amount(x['wanted_milli'], x['unit'])}改成{amount(x['allocated_milli'], x['unit'])}"
            for x in p["lines"]
        )
        if p.get("why") == "cases":
            return f"抱歉，“{p['title']}”凑不满整箱，后订的少拿一些{_for(p)}：{fewer}。{back}"
        return f"抱歉，“{p['title']}”分货时发现少了{_for(p)}：{fewer}。{back}"
    return f"抱歉，“{p['title']}”到货不够{_for(p)}：{goods}。{back}"


def _reminder_close(p: Payload) -> str:
    at = _at(p, "closes_at")
    orders = f"，现在{p['orders']}单、{money(p['total_fen'])}" if "orders" in p else "，要改订单请在这之前"
    return f"提醒：“{p['title']}”{day_and_clock(at)}截单{orders}。" if at else ""


def _reminder_pickup(p: Payload) -> str:
    lines = [f"提醒：“{p['title']}”的货还等您来取。", _code(p), goods_of(p["lines"])]
    if pickup_of(p):
        lines.append(f"取货：{pickup_of(p)}")
    if p["due_fen"] > 0 and not p.get("claimed"):
        lines.append(f"取货时请付 {money(p['due_fen'])}")
    return "\n".join(lines)


def _redeem_locked(p: Payload) -> str:
    by = "有几个人一共" if p["is_everybody"] else f"{p.get('by') or '有人'}"
    until = _at(p, "until")
    end = f"，停到 {until.astimezone(SHANGHAI):%H:%M}" if until else ""
    return f"{by}报错了{p['tries']}次取货码，为安全起见先停止核销{end}。不是您的人请留意。"


def _car_near(p: Payload) -> str:
    due = _at(p, "due_at")
    when = f"，大约 {due.astimezone(SHANGHAI):%H:%M} 到" if due else ""
    away = "下一站就是" if p["stops"] <= 1 else "还有两站就到"
    driver = " ".join(x for x in (p.get("driver"), p.get("phone")) if x)
    who_drives = f"\n司机：{driver}" if driver else ""
    return f"送货车{away}“{p['place']}”{when}，一共 {p['crates']} 箱，请准备收货。{who_drives}"


def _reward(p: Payload) -> str:
    until = _at(p, "until")
    end = f"，{until.astimezone(SHANGHAI):%-m月%-d日}前" if until else ""
    why = "您邀请的邻居取走了第一单" if p["is_inviter"] else "欢迎新邻居，您的第一单取走了"
    return f"{why}，送您一张{money(p['amount_fen'])}券（满{money(p['min_spend_fen'])}可用{end}）。下单后回复：用券 {p['code']}"


def _review_written(p: Payload) -> str:
    said = f"：{p['text']}" if p.get("text") else ""
    return f"“{p['title']}”{p['seq']}号给了{p['stars']}分评价{said}\n回复请发：回评 {p['number']} 谢谢"


def _news(p: Payload) -> str:
    kind = {"event": "公告", "preview": "新品预告"}[p["kind"]]
    whose = f"团长“{p['from']}”的{kind}" if p.get("from") else f"平台{kind}"
    return f"【{whose}】\n{p['text']}\n（不想再收，回复“退订公告”）"


def _qr(p: Payload) -> str:
    return f"二维码：{p['url']}" if p.get("url") else ""


def _settlement_ready(p: Payload) -> str:
    return (
        f"“{p['title']}”的结算单出来了：净额 {money(p['net_fen'])}，您的提成 {money(p['amount_fen'])}。\n"
        "发“结算”看每一项是怎么算的。"
    )


def _settlement_paid(p: Payload) -> str:
    fen = p["amount_fen"]
    if fen < 0:
        return f"“{p['title']}”结算完成：您交来的 {money(-fen)} 收到了，提成已经扣下。"
    shared = p.get("shared_fen", 0)
    if shared and shared == fen:
        return f"“{p['title']}”结算完成：{money(fen)} 已经用微信分账付到您的商户号，请查收。"
    part = f"（其中微信分账 {money(shared)}）" if shared else ""
    return f"“{p['title']}”结算完成：{money(fen)}{part} 已经转给您，请查收。"


def _reminder_pay(p: Payload) -> str:
    lines = [f"“{p['title']}”{p['seq']}号还没付，合计 {money(p['due_fen'])}，麻烦有空付一下。"]
    if p["mode"] == "transfer":
        lines.append(f"{p.get('how') or '按团长说的办法转账'}，备注写 {p['note']}。付好了回复“付好了”。")
    else:
        lines.append("回复“怎么付”就能付款。")
    if p.get("cancel_after_h"):
        lines.append(f"截单后{p['cancel_after_h']}小时还没付的，会自动取消。")
    return "\n".join(lines)


NOTICES: dict[str, Callable[[Payload], str]] = {
    "order_closed": _order_closed,
    "order_changed": _changed,
    "round_closed": _round_closed,
    "round_extended": _deadline,
    "round_reopened": _reopened,
    "round_cancelled": _cancelled,
    "pickup_moved": _moved,
    "arrived": _arrived,
    "shortage": _shortage,
    "reminder_close": _reminder_close,
    "reminder_pickup": _reminder_pickup,
    "refund": lambda p: f"给您退款 {money(p['amount_fen'])}（“{p['title']}”{p['seq']}号{_for(p)}）。",
    "case_opened": caring.case_opened,
    "case_decided": caring.case_decided,
    "case_escalated": caring.case_escalated,
    "case_withdrawn": caring.case_withdrawn,
    "relay_question": caring.relay_question,
    "relay_answer": caring.relay_answer,
    "relay_escalated": caring.relay_escalated,
    "late_answer": lambda p: f"您刚才发的：{p['said']}\n{p['text']}",
    "leader_approved": lambda p: (
        f"恭喜，您是团长了！编号 L{p['number']}。\n"
        "把要发到群里的开团文字（商品、价格、截单、取货）直接发给我，就能开第一个团；看例子回复“开团”。"
    ),
    "leader_rejected": lambda p: "您的团长申请没有通过" + (f"：{p['reason']}" if p.get("reason") else "。"),
    "redeem_locked": _redeem_locked,
    "photo_redeemed": handing.photo_said,
    "news": _news,
    "reward": _reward,
    "review_written": _review_written,
    "review_answered": lambda p: f"团长回复了您的评价：\n{p['text']}",
    "pickup_qr": _qr,
    "leader_qr": _qr,
    "poster": _qr,
    "refund_failed": lambda p: (
        f"{who(p.get('name'), p.get('room'))}（“{p['title']}”{p['seq']}号）的 {money(p['amount_fen'])} 没能从微信退回去，"
        "请您直接退给邻居，退好了发“待退”记一下。"
    ),
    "reminder_pay": _reminder_pay,
    "unpaid_cancelled": lambda p: f"“{p['title']}”{p['seq']}号一直没有付款，已经取消了。还想要的话请联系团长。",
    "shelf_order": shelf.sold,
    "shelf_let_go": shelf.let_go,
    "settlement_ready": _settlement_ready,
    "settlement_paid": _settlement_paid,
    "cases_open": supply.cases_open,
    "cases_stretched": supply.cases_stretched,
    "supply_promised": supply.promised,
    "car_near": _car_near,
}


class NoticeTexts:
    """What the scheduler asks for: the words of a notice, and the short facts that fill a template's fields."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def text(self, kind: str, payload: Payload) -> str:
        """The notice as a chat message; what was erased has no words any more."""
        return render(kind, payload) if payload else ""

    def facts(self, kind: str, payload: Payload) -> dict[str, str]:
        """title, code, place, time, amount, status, remark: as far as the notice has them."""
        orders = payload.get("orders") or [payload]
        start = _at(payload, "pickup_from") or _at(payload, "closes_at")
        fen = payload.get("total_fen", payload.get("amount_fen", payload.get("due_fen")))
        return {
            "title": str(payload.get("title") or "邻团"),
            "code": str(orders[0].get("code") or payload.get("number") or "-"),
            "place": str(payload.get("pickup_place") or "见消息"),
            "time": day_and_clock(start) if start else "见消息",
            "amount": money(fen) if fen is not None else "-",
            "status": STATUS.get(kind, "有新消息"),
            "remark": "详情请回公众号查看",
        }


STATUS = {
    "order_closed": "已截单",
    "arrived": "已到货",
    "reminder_pickup": "待取货",
    "round_cancelled": "已撤团",
    "shortage": "到货不足",
    "case_decided": "售后已处理",
    "round_extended": "截单时间已改",
    "pickup_moved": "取货已改",
    "round_reopened": "重新开放",
    "reminder_close": "即将截单",
}
