"""After-sales, and messages between residents and leaders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.texts.wording import CONFIRM_OR_NOT, goods_of, in_hours, in_pieces, money, who

WHAT_IS_WRONG = "哪样东西怎么了？请写一句，例如：售后 草莓 坏了两个，再发照片。"
NOTHING_TO_CLAIM = "没有找到可以申请售后的订单。没到货的订单请直接说要改成多少；别的事请发：联系团长 加上您要说的话。"
WHAT_TO_SAY = "要对团长说什么？请这样发：联系团长 加上您要说的话。"


def goods(lines: Sequence[tuple[str, str, int, str | None]]) -> str:
    """Lines as (name, unit, quantity, spec): 草莓1盒、鸡蛋2板, and 鸡蛋3个（1板30个）."""
    return "、".join(f"{name}{in_pieces(milli, unit, spec)}" for name, unit, milli, spec in lines)


def own_cases(rows: Sequence[tuple[int, str, str, datetime | None]], now: datetime) -> str:
    """A neighbour's own open cases: rows of (number, goods, state, due)."""
    lines = []
    for number, what, state, due in rows:
        at = "平台在处理" if state == "escalated" else "等团长答复"
        left = f"，还有{in_hours(due - now)}" if due and due > now else ""
        lines.append(f"S{number} {what}：{at}{left}")
    return (
        "您的售后：\n"
        + "\n".join(lines)
        + "\n补充照片请直接发过来；不用处理了，回复“取消售后”。\n又有别的问题就写一句，例如：售后 草莓 坏了两个"
    )


def not_here_yet(title: str) -> str:
    """A complaint about goods that have not arrived."""
    return f"“{title}”的货还没到，没有开售后单。到货以后有问题，发“售后”加一句话。"


def opened(number: int, goods: str) -> str:
    return (
        f"售后单 S{number} 记下了：{goods}。\n团长会在24小时内答复。有照片请直接发过来，会自动放进这个单里。\n"
        "记错了、不用处理了，回复“取消售后”。"
    )


def not_fetched_yet(goods: str) -> str:
    """Beside a case about missing goods that, as far as is written down, were not handed out yet."""
    return f"（记录上{goods}还没取走：要是还没去取，取的时候一起拿，这张单回复“取消售后”就行。）"


def as_ordered(goods: str) -> str:
    """米只有两袋, of who ordered two."""
    return f"您订的就是{goods}，没有少，没有开售后单。要是东西本身有问题，发“售后”加一句话，例如：售后 草莓坏了两个。"


def is_it_a_case(names: Sequence[str]) -> str:
    """苹果不甜, 大米能退吗: only the leader can say; whether she shall be asked."""
    about = f"（{'、'.join(names)}）" if names else ""
    return f"退不退、换不换要团长来定。要我开一张售后单请团长处理{about}吗？{CONFIRM_OR_NOT}"


def ask_withdraw(number: int, goods: str) -> str:
    return f"撤回售后单 S{number}（{goods}），不用团长处理了，是吗？{CONFIRM_OR_NOT}"


def withdrawn(number: int) -> str:
    return f"好的，售后单 S{number} 撤回了，已经告诉团长。"


def which_to_withdraw(rows: Sequence[tuple[int, str]]) -> str:
    """Rows of (number, goods)."""
    return "\n".join(
        ["撤回哪一个售后单？回复数字：", *(f"{n} S{number} {what}" for n, (number, what) in enumerate(rows, 1))]
    )


BESIDE_AN_ORDER = "上次的货有问题，请单独发一句，我开售后单，例如：售后 草莓 坏了两个。"
ALL_OF_IT = "这些都是"
NOTHING_TO_WITHDRAW = "您没有等处理的售后单，没有改动。"
CASE_WAITS = "好的，等团长答复。有照片请直接发过来；不用处理了，回复“取消售后”。"


def no_own_cases(refunded_fen: int = 0) -> str:
    """Nothing waits. `refunded_fen`: what his latest orders were given back."""
    given = f"最近的订单已经退给您 {money(refunded_fen)}。\n" if refunded_fen else ""
    return f"{given}您没有等处理的售后单。哪样有问题就写一句，例如：售后 草莓 坏了两个，再发照片。"


def decided_cases(rows: Sequence[tuple[int, str, str, int, str | None]]) -> str:
    """The latest that were decided: rows of (number, goods, outcome, refunded fen, the leader's words)."""
    lines = []
    for number, what, outcome, fen, note in rows:
        how = {
            "refund": f"退 {money(fen)}",
            "replacement": "下次取货时补给您",
            "handed": "已经补给您了",
            "none": "团长没有同意",
        }.get(outcome, "处理好了")
        lines.append(f"S{number} {what}：{how}{f'（{note}）' if note else ''}")
    return "处理过的售后：\n" + "\n".join(lines)


def photo_kept(number: int, count: int) -> str:
    return f"照片收到，放进 S{number} 了（共{count}张）。"


def opened_for(number: int, neighbour: str, goods: str, fen: int) -> str:
    return (
        f"替 {neighbour} 开了售后单 S{number}：{goods}，建议退{money(fen)}。有照片请直接发过来。\n"
        f"回复：退 S{number} 全额，退 S{number} 8元，补 S{number}，拒 S{number} 理由，转平台 S{number}"
    )


def which_line(goods: Sequence[str], *, is_more: bool) -> str:
    lines = "\n".join(f"{i} {name}" for i, name in enumerate(goods, 1))
    more = "\n不在上面的请写名字，例如：售后 草莓 坏了两个" if is_more else ""
    return f"是哪一样有问题？回复数字：\n{lines}{more}"


def case_list(rows: Sequence[tuple[int, str | None, str | None, str, int, datetime | None, int]], now: datetime) -> str:
    """Rows of (number, name, room, goods, asked fen, due, photos)."""
    if not rows:
        return "没有等处理的售后。"
    lines = ["等处理的售后："]
    for number, name, room, goods, fen, due, photos in rows:
        left = f"，还有{in_hours(due - now)}" if due and due > now else "，已超时"
        lines.append(
            f"S{number} {who(name, room)} {goods} 建议退{money(fen)}{f'，{photos}张照片' if photos else ''}{left}"
        )
    first = rows[0][0]
    lines.append(f"回复：退 S{first} 全额，退 S{first} 8元，补 S{first}，拒 S{first} 理由，转平台 S{first}")
    if any(row[6] for row in rows):
        lines.append("看照片，回复“后台”。")
    return "\n".join(lines)


def no_case(said: str | None) -> str:
    """A decision, and nothing waits for one."""
    of = f"“{said}”" if said else ""
    return f"{of}没有等处理的售后，没有改动。替邻居开售后：售后 取货码 草莓1 坏果；该退给谁的钱，发“待退”。"


def which_case(rows: Sequence[tuple[int, str, str, int]], *, is_more: bool) -> str:
    """Rows of (number, neighbour, goods, proposed fen)."""
    lines = [f"{n} S{number} {whose} {what} 建议退{money(fen)}" for n, (number, whose, what, fen) in enumerate(rows, 1)]
    more = "\n不在上面的请写编号，例如：退 S12 8元" if is_more else ""
    return "\n".join(["是哪一个售后？回复数字：", *lines]) + more


def ask_refund(number: int, fen: int, *, discount_fen: int, unpaid_fen: int, about: str = "") -> str:
    """`discount_fen`: the coupon's share of the goods, which is not paid out; `unpaid_fen`: not paid yet, so not owed."""
    share = f"（货值 {money(fen + discount_fen)}，减去分摊的优惠 {money(discount_fen)}）" if discount_fen else ""
    unpaid = f"其中 {money(unpaid_fen)} 邻居还没付，直接少收。" if unpaid_fen else ""
    return f"S{number} {about}{'：' if about else ''}退款 {money(fen)}{share}，确定吗？{unpaid}{CONFIRM_OR_NOT}"


def how_was_it_closed(number: int, about: str, fen: int) -> str:
    return (
        f"S{number} {about}，是怎么处理的？回复数字：\n1 退 {money(fen)}（退别的数，发：退 S{number} 8元）\n"
        f"2 东西已经补给他了\n3 下次取货补给他\n不退不补的，发：拒 S{number} 加上理由"
    )


def ask_decide(number: int, decision: str, reason: str | None, *, about: str = "") -> str:
    match decision:
        case "handed":
            return f"S{number} {about}{'：' if about else ''}东西已经补给他了，是吗？{CONFIRM_OR_NOT}"
        case "replacement":
            return f"S{number} {about}{'：' if about else ''}下次补货，确定吗？{CONFIRM_OR_NOT}"
        case "reject":
            return f"S{number} 不退不补，理由“{reason}”会告诉邻居，确定吗？{CONFIRM_OR_NOT}"
        case _:
            return f"S{number} 转给平台处理，确定吗？{CONFIRM_OR_NOT}"


def reason_wanted(number: int) -> str:
    return f"拒绝要写明理由，例如：拒 S{number} 签收超过24小时"


def decided(number: int, decision: str, fen: int) -> str:
    match decision:
        case "refund":
            return f"S{number} 已退 {money(fen)}，邻居会收到消息。"
        case "replacement":
            return f"S{number} 记为下次补货，邻居会收到消息。"
        case "handed":
            return f"S{number} 记为已经补给他了，邻居会收到消息。"
        case "reject":
            return f"S{number} 已答复邻居。"
        case _:
            return f"S{number} 已转平台。"


def relayed() -> str:
    return "已转给团长，回复了会告诉您。"


def answered_whom(number: int, whose: str, text: str) -> str:
    return f"留言 {number} 的回复已转给 {whose}：{text}"


def written() -> str:
    return "好的，转过去了。"


def nobody_to_write_to(said: str) -> str:
    return f"没有找到叫“{said}”、能收到消息的邻居，没有发出去。可以写房号，例如：告诉 3-502 晚点来没事；没有微信的请打电话。"


def ask_write(whom: Sequence[str], text: str) -> str:
    lines = [f"{n} {one}" for n, one in enumerate(whom, 1)]
    return "\n".join([f"把“{text}”发给哪一位？回复数字才发：", *lines])


def answered(number: int) -> str:
    return f"留言 {number} 的回复已转给邻居。"


# ------------------------------------------------------------------ notices, from their payloads
def case_opened(p: Mapping[str, Any]) -> str:
    n, what = p["number"], goods_of(p["lines"])
    if p["audience"] == "resident":
        return f"给您开了售后单 S{n}：{what}。处理好会告诉您，有照片可以直接发过来。"
    said = f"\n对方说：{p['note']}" if p.get("note") else ""
    return (
        f"新的售后 S{n}：{who(p['name'], p['room'])} {what}{said}\n建议退 {money(p['requested_fen'])}。"
        f"回复：退 S{n} 全额，退 S{n} 8元，补 S{n}，拒 S{n} 理由，转平台 S{n}"
    )


def case_decided(p: Mapping[str, Any]) -> str:
    n, note = p["number"], f"：{p['note']}" if p.get("note") else "。"
    match p["decision"]:
        case "refund":
            return f"您的售后 S{n} 处理好了，退 {money(p['amount_fen'])}{_how_back(p)}{note}"
        case "replacement":
            return f"您的售后 S{n} 处理好了，下次取货时补给您：{goods_of(p['lines'])}{note}"
        case "handed":
            return f"您的售后 S{n} 处理好了，团长说已经补给您了：{goods_of(p['lines'])}{note}"
        case "reject":
            return f"您的售后 S{n} 团长没有同意{note}\n不服可以回复：联系团长 加上您要说的话。"
        case _:
            return f"您的售后 S{n} 已转给平台处理{note}"


def _how_back(p: Mapping[str, Any]) -> str:
    """Of a refund, what was not paid yet is taken off the bill."""
    off = p["amount_fen"] - (p.get("paid_back_fen") or 0)
    if off <= 0:
        return ""
    return "（货款还没付，直接少付）" if off == p["amount_fen"] else f"（其中 {money(off)} 还没付，直接少付）"


def case_withdrawn(p: Mapping[str, Any]) -> str:
    n, what = p["number"], goods_of(p["lines"])
    if p["audience"] == "resident":
        return f"您的售后 S{n}（{what}）团长说已经当面给您了，这个单结了。没有拿到请回复：联系团长 加上您要说的话。"
    return f"{who(p['name'], p['room'])} 撤回了售后 S{n}（{what}），不用处理了。"


def case_escalated(p: Mapping[str, Any]) -> str:
    if p["audience"] == "resident":
        return f"您的售后 S{p['number']} 团长还没有答复，已转给平台处理。"
    return f"售后 S{p['number']} 超过时间没有答复，已转给平台处理。"


def relay_question(p: Mapping[str, Any]) -> str:
    o = p.get("order")
    about = f"\n（“{o['title']}”{o['seq']}号：{goods_of(o['lines'])}）" if o else ""
    return f"{who(p.get('name'), p.get('room'))} 给您留言：\n{p['text']}{about}\n回复请发：回 {p['number']} 您要说的话"


def relay_answer(p: Mapping[str, Any]) -> str:
    return f"{'平台' if p.get('is_platform') else '团长'}回复您：\n{p['text']}"


def relay_escalated(p: Mapping[str, Any]) -> str:
    if p["audience"] == "resident":
        return f"您给团长的留言“{p['text']}”还没有回复，已转给平台。"
    return f"留言 {p['number']}“{p['text']}”超过4小时没有回复，已转给平台。您也可以现在回：回 {p['number']} 您要说的话"
