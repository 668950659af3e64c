"""What a leader reads when she speaks of a neighbour by name or room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.texts.wording import CONFIRM_OR_NOT, amount, money, who
from models.views import LineView, OrderView

_MOST = 12  # orders in one question
_STATES = {
    "placed": "还没截单", "confirmed": "已截单，等到货", "ready": "可以取了", "partly": "取了一部分",
    "picked_up": "已取走", "no_show": "没来取", "cancelled": "已取消",
}  # fmt: skip
_PAID = {"unpaid": "未付", "claimed": "说付了，待核", "paid": "已付", "part_refunded": "部分退了", "refunded": "已退"}


def goods(o: OrderView, *, only_left: bool = False) -> str:
    """草莓2盒、鸡蛋1板."""
    parts = [(x.name, x.left_milli if only_left else x.due_milli, x.unit) for x in o.lines]
    return "、".join(f"{name}{amount(milli, unit)}" for name, milli, unit in parts if milli)


def numbered(o: OrderView) -> str:
    """12号: by its 接龙 number."""
    return f"{o.seq}号"


def which_neighbour(said: str, known: Sequence[OrderView], *, may_be_new: bool) -> str:
    """A neighbour of that name has ordered himself."""
    lines = [f"{n} {who(o.resident_name, o.room)}（{o.seq}号：{goods(o)}），改这一单" for n, o in enumerate(known, 1)]
    if may_be_new:
        lines.append(f"{len(known) + 1} 另一位，新记一单")
    return "\n".join([f"“{said}”是哪一位？回复数字：", *lines])


def nobody_to_change(said: str, *, new: Sequence[str] = ()) -> str:
    """A change of an order that nobody has. `new`: the goods, where they would make an order of their own."""
    head = f"没有找到“{said}”的订单，没有改动。"
    if not new:
        return f"{head}可能记的是别的称呼：发房号试试，例如 3-502；看全部的发“名单”。"
    return (
        f"{head}可能记的是别的称呼：换房号再发一次，例如 3-502；看全部的发“名单”。\n"
        f"要是头一回订，给“{said}”新记一单 {'、'.join(new)}，{CONFIRM_OR_NOT.strip()}"
    )


def mine_or_neighbours(room: str) -> str:
    """A leader ordered with a room: what she was told in the group, or her own."""
    return f"这单是 {room} 邻居的，还是您自己的？回复数字：\n1 {room} 的邻居\n2 我自己的"


def nobody_paid(name: str) -> str:
    return f"没有找到“{name}”的订单，没有记收款。可以写接龙号或房号，例如：收 3，已付 3-502"


def ask_cancel(o: OrderView) -> str:
    """An order that the neighbour placed himself."""
    return f"取消 {who(o.resident_name, o.room)} 的订单（{o.seq}号：{goods(o)}）？会告诉对方。{CONFIRM_OR_NOT}"


def which_paid(orders: Sequence[OrderView]) -> str:
    """Several neighbours have this name."""
    lines = [f"{n} {o.seq}号 {who(o.resident_name, o.room)}：{goods(o)}" for n, o in enumerate(orders, 1)]
    return "\n".join(["是哪一位付的？回复数字：", *lines])


def found(households: Sequence[Sequence[OrderView]]) -> str:
    """All orders of who was looked for."""
    return "\n".join(_standing(o) for orders in households for o in orders)


def _standing(o: OrderView) -> str:
    """1号 3-502 王姐【周六水果团】草莓2盒，¥90 未付，还没截单."""
    owed = f"，还差{money(o.due_fen)}" if o.due_fen > 0 and o.paid_fen else ""
    paid = f"，{money(o.total_fen - o.discount_fen)} {_PAID[o.pay_state]}" if o.pay_state in _PAID else ""
    return f"{o.seq}号 {who(o.resident_name, o.room)}【{o.round_title}】{goods(o) or '没有东西'}{paid}{owed}，{_STATES[o.state]}"


def not_found(said: str) -> str:
    return f"没有找到“{said}”的订单。可以发房号、称呼、接龙号或手机尾号，例如：查 3-502"


def too_many(said: str) -> str:
    return f"对得上“{said}”的太多了，请写全一点，例如：查 3-502 王姐"


def which_household(households: Sequence[Sequence[OrderView]]) -> str:
    lines = [f"{n} {_heads(orders)}：{_waiting(orders)}" for n, orders in enumerate(households, 1)]
    return "\n".join(["是哪一家来取？回复数字：", *lines])


def ask_hand_out(orders: Sequence[OrderView]) -> str:
    """Without a code: what this household would take."""
    due = sum(max(0, o.due_fen) for o in orders)
    pay = f"\n还要收 {money(due)}" if due else ""
    return f"{_heads(orders)} 来取：{_waiting(orders)}。{pay}\n都给了就核销，没有对取货码，请认准人。{CONFIRM_OR_NOT}"


def ask_hand_out_part(o: OrderView, wanted: Mapping[int, int]) -> str:
    """`wanted`: by offer number."""
    part = "、".join(f"{x.name}{amount(wanted[x.number], x.unit)}" for x in o.lines if x.number in wanted)
    left = [(x.name, x.left_milli - wanted.get(x.number, 0), x.unit) for x in o.lines]
    rest = "、".join(f"{name}{amount(milli, unit)}" for name, milli, unit in left if milli > 0)
    stays = f"剩下 {rest} 还给留着。" if rest else ""
    return f"{who(o.resident_name, o.room)} 先取：{part}。{stays}没有对取货码，请认准人。{CONFIRM_OR_NOT}"


def no_such_part(said: str, orders: Sequence[OrderView]) -> str:
    """Goods that none of his orders has waiting."""
    waits = "\n".join(f"{who(o.resident_name, o.room)} 等着取的：{goods(o, only_left=True)}" for o in orders)
    return f"没看到有“{said}”等着取，没有核销。\n{waits}"


def ask_hand_out_all(title: str, orders: Sequence[OrderView]) -> str:
    """Everybody has come: shown before it is believed."""
    lines = [f"{o.seq}号 {who(o.resident_name, o.room)}：{goods(o, only_left=True)}" for o in orders[:_MOST]]
    more = [f"… 一共{len(orders)}单"] if len(orders) > _MOST else []
    due = sum(max(0, o.due_fen) for o in orders)
    pay = f"还没记收款的 {money(due)}，收到的另外记。" if due else ""
    head = f"“{title}”还没核销的 {len(orders)} 单，都取走了吗？一起核销："
    one = "有人还没来的，回复“算了”，取了的一位一位说，例如：王姐取了"
    return "\n".join([head, *lines, *more, f"{pay}{one}"]) + CONFIRM_OR_NOT


def handed_out_all(orders: int) -> str:
    return f"✅ 核销了 {orders} 单。" if orders else "没有核销。"


def reminded_one(o: OrderView, result: str) -> str:
    """`result`: sent, again (today already), nobody (no WeChat) or nothing."""
    name = who(o.resident_name, o.room)
    return {
        "sent": f"已经提醒 {name} 来取。",
        "again": f"今天已经提醒过 {name} 了，没有再发；急的话打个电话。",
        "nobody": f"{name} 没有微信收不到，请打个电话。",
    }.get(result, f"{name} 没有等着取的货，没有提醒。")


def nothing_came(households: Sequence[Sequence[OrderView]]) -> str:
    return f"这位的货还没到，没有开售后单。\n{found(households)}"


def whose_case(orders: Sequence[OrderView]) -> str:
    lines = [f"{n} {who(o.resident_name, o.room)}（“{o.round_title}”{o.seq}号）" for n, o in enumerate(orders, 1)]
    return "\n".join(["是哪一位的售后？回复数字：", *lines])


def which_of_his(o: OrderView, lines: Sequence[LineView]) -> str:
    shown = [f"{n} {x.name} {amount(x.due_milli, x.unit)}" for n, x in enumerate(lines, 1)]
    return "\n".join([f"给 {who(o.resident_name, o.room)} 开售后单，是哪一样？回复数字：", *shown])


def ask_case(o: OrderView, said: str) -> str:
    return f"给 {who(o.resident_name, o.room)}（“{o.round_title}”{o.seq}号）开售后单：{said}？开好再定退还是补。{CONFIRM_OR_NOT}"


def nothing_to_hand_out(households: Sequence[Sequence[OrderView]]) -> str:
    return f"现在没有可以取的，没有核销。\n{found(households)}"


def _heads(orders: Sequence[OrderView]) -> str:
    return "、".join(dict.fromkeys(who(o.resident_name, o.room) for o in orders))


def _waiting(orders: Sequence[OrderView]) -> str:
    return "、".join(goods(o, only_left=True) for o in orders)
