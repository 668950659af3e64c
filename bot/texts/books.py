"""What leaders read of their numbers: totals, lists, payments, orders for neighbours, and pasted 接龙."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.parsing.values import Doubt
from bot.texts.wording import CONFIRM_OR_NOT, amount, money, pickup, when, who
from models.views import OrderView, RoundView


def totals(
    round_: RoundView,
    items: Sequence[tuple[int, str, str, int, int, int | None, int | None]],
    *,
    paid: tuple[int, int],
    claimed: tuple[int, int],
    unpaid: tuple[int, int],
    orders: int,
    total_fen: int,
    now: datetime,
    others: Sequence[str] = (),
    hint: str = "",
    short: Mapping[int, int] | None = None,
) -> str:
    """Items as (number, name, unit, quantity, sum, capacity, missing to a full case); money as (orders, fen).

    `short`: by number, how much there is of what came short.
    """
    money_by_state = [("已收", *paid), ("待核", *claimed), ("未付", *unpaid)]
    lines = [f"【{round_.title}】{orders}单，{money(total_fen)}"]
    for number, name, unit, milli, fen, capacity, missing in items:
        text = f"{number} {name}：{amount(milli, unit)}"
        if capacity is not None:
            text += f"/{amount(capacity, unit)}"
        if short and number in short:
            text += f"（给{amount(short[number], unit)}）"
        text += f"，{money(fen)}"
        if missing:
            text += f"，还差{amount(missing, unit)}凑整箱"
        lines.append(text)
    lines.append("，".join(f"{word}{count}单{money(fen)}" for word, count, fen in money_by_state if count))
    if round_.state == "open" and round_.closes_at:
        lines.append(f"{when(round_.closes_at, now)} 截单")
    if place := pickup(round_):
        lines.append(f"取货：{place}")
    lines.append(hint)
    if others:
        lines.append(f"别的团：{'，'.join(others)}。要看，回复前面的数字。")
    return "\n".join(line for line in lines if line)


def order_list(round_: RoundView, orders: Sequence[OrderView], which: str, *, any_at_all: bool = True) -> str:
    """`any_at_all`: whether anybody ordered in this round; 都付清了 is no answer where nobody did."""
    word = {
        "all": "名单",
        "unpaid": "还没付的",
        "paid": "付了的",
        "uncollected": "还没来取的",
        "collected": "取走了的",
    }[which]
    if not orders:
        none = {
            "all": "还没有人下单",
            "unpaid": "都付清了",
            "paid": "还没有人付",
            "uncollected": "都取走了",
            "collected": "还没有人来取",
        }[which]
        return f"【{round_.title}】{none if any_at_all else '还没有人下单'}。"
    sums = [_left_over(orders)] if which == "uncollected" and len(orders) > 1 else []
    return "\n".join([f"【{round_.title}】{word}，{len(orders)}单", *(listed(o, which) for o in orders), *sums])


def _left_over(orders: Sequence[OrderView]) -> str:
    """How much of each still lies at the counter."""
    left: dict[tuple[int, str, str], int] = defaultdict(int)
    for o in orders:
        for x in o.lines:
            left[x.number, x.name, x.unit] += x.left_milli
    goods = "、".join(f"{name}{amount(milli, unit)}" for (_, name, unit), milli in sorted(left.items()) if milli)
    return f"还没取走的货：{goods}"


def listed(o: OrderView, which: str) -> str:
    """3. 3-502 王姐 草莓2 鸡蛋1 ¥126 未付."""
    left = which == "uncollected"
    goods = " ".join(
        f"{x.name}{amount(x.left_milli if left else x.due_milli)}" for x in o.lines if x.left_milli or not left
    )
    pay = {
        "unpaid": "未付",
        "claimed": "待核",
        "paid": "已收",
        "part_refunded": "部分退",
        "refunded": "已退",
        "nothing": "",
    }
    end = money(o.due_fen) if which == "unpaid" else money(o.total_fen - o.discount_fen)
    more = _more(o) if which != "unpaid" else ""
    picked = {"picked_up": " 已取", "partly": " 取了一部分", "no_show": " 没来"}.get(o.state, "")
    return f"{o.seq}. {who(o.resident_name, o.room)} {goods} {end} {pay[o.pay_state]}{more}{picked}".rstrip()


def _more(o: OrderView) -> str:
    """Too much, or a part: what a state alone does not say."""
    if o.due_fen < 0:
        return f" 多收{money(-o.due_fen)}"
    return f" 还差{money(o.due_fen)}" if 0 < o.due_fen < o.total_fen - o.discount_fen else ""


def export_link(url: str, title: str) -> str:
    return f'“{title}”：<a href="{url}">下载订单表格</a>（10分钟内有效，只给您自己）'


def marked_paid(done: Sequence[OrderView], missing: Sequence[str]) -> str:
    lines = [
        f"{o.seq}号 {who(o.resident_name, o.room)}：已收{money(o.paid_fen - o.refunded_fen)}" + _rest(o) for o in done
    ]
    if missing:
        lines.append(f"没有找到：{'、'.join(missing)}")
    return "\n".join(lines)


def more_than_owed(o: OrderView, fen: int) -> str:
    """The sum is more than the order owes: a slip of the finger, or a generous neighbour."""
    owed = f"还要付 {money(o.due_fen)}" if o.due_fen > 0 else "已经付清"
    head = f"{o.seq}号 {who(o.resident_name, o.room)}{owed}，您说收到 {money(fen)}，"
    return f"{head}多 {money(fen - max(0, o.due_fen))}。照这样记吗？{CONFIRM_OR_NOT}"


def slip_preview(o: OrderView, fen: int) -> str:
    return f"撤掉 {o.seq}号 {who(o.resident_name, o.room)} 最后记的一笔收款 {money(fen)}？钱没有动，只改记录。{CONFIRM_OR_NOT}"


def slip_undone(o: OrderView, fen: int) -> str:
    state = f"还要付 {money(o.due_fen)}" if o.due_fen > 0 else "已付清" if o.paid_fen else "不用付"
    return f"撤掉了 {money(fen)}。{o.seq}号 {who(o.resident_name, o.room)} 现在{state}。"


def no_slip(room: str | None, seqs: Sequence[int]) -> str:
    return f"{room or f'{seqs[0]}号'} 没有手工记的收款，没有改动。"


def owed_back(owed: Sequence[tuple[str, OrderView, int]], *, more: int) -> str:
    """(round, order, fen) of everybody who is to get money back; `more` are not shown."""
    if not owed:
        return "没有要退给邻居的钱。"
    lines = ["要退给邻居的钱，退好了哪一位，就回复数字："]
    lines += [
        f"{n} 【{title}】{who(o.resident_name, o.room)} {money(fen)}" for n, (title, o, fen) in enumerate(owed, 1)
    ]
    if more:
        lines.append(f"（还有{more}位，处理完这几位再发“待退”）")
    return "\n".join(lines)


def given_back(o: OrderView, fen: int, online_fen: int = 0) -> str:
    if online_fen == fen:
        return f"{who(o.resident_name, o.room)} 的 {money(fen)} 正从微信原路退回，到账后邻居会收到消息。还有没有，发“待退”看。"
    if online_fen:
        return f"{who(o.resident_name, o.room)}：{money(online_fen)} 正从微信原路退回，另外 {money(fen - online_fen)} 请您直接给邻居，已经记下。"
    return f"记下了，{who(o.resident_name, o.room)} 已退 {money(fen)}，邻居会收到消息。还有没有，发“待退”看。"


def _rest(o: OrderView) -> str:
    if o.due_fen > 0:
        return f"，还差{money(o.due_fen)}"
    return f"，多收了{money(-o.due_fen)}" if o.due_fen < 0 else "，付清"


def guest_order(o: OrderView) -> str:
    """The guest's whole order."""
    goods = "，".join(f"{x.name}{amount(x.quantity_milli, x.unit)}" for x in o.lines)
    if not goods:
        return f"{who(o.resident_name, o.room)}的订单已取消。"
    return (
        f"替 {who(o.resident_name, o.room)} 记好了（{o.seq}号）：{goods}，合计 {money(o.total_fen - o.discount_fen)}。"
    )


def guest_name_wanted() -> str:
    return "替谁订的？请写上房号或称呼，例如：代 3-502 王姐 草莓2"


# ------------------------------------------------------------------ 接龙
def chain_preview(
    title: str,
    new: Sequence[str],
    changed: Sequence[str],
    gone: Sequence[str],
    asked: Sequence[str],
    unread: Sequence[str],
    same: int,
    alike: Sequence[tuple[str, str | None, OrderView]] = (),
) -> str:
    """The difference between a pasted 接龙 and what is recorded. `alike`: name and room of
    new ones, and the order that may be the same.
    """
    lines = [f"接龙和“{title}”的记录比一比："]
    for word, entries in (
        ("新的", new),
        ("改了的", changed),
        ("接龙里没有了（不动）", gone),
        ("没看懂，请单独说", asked),
    ):
        if entries:
            lines += [f"{word}（{len(entries)}）：", *entries]
    lines += [
        f"※ {who(name, room)} 和已经记下的{o.seq}号 {who(o.resident_name, o.room)} 订得一样，是同一位的话会记两次，请先问一声。"
        for name, room, o in alike
    ]
    if unread:
        lines += ["没读出来的行：", *(f"“{line}”" for line in unread)]
    if same:
        lines.append(f"一样的 {same} 条不变。")
    if not new and not changed:
        lines.append("没有要改的。")
        return "\n".join(lines)
    return "\n".join(lines) + CONFIRM_OR_NOT


def chain_asked(entry: str, doubts: Sequence[Doubt]) -> str:
    """A line that was not booked, as it was written, and what about it is not clear."""
    why = list(dict.fromkeys(word for doubt in doubts if (word := _chain_doubt(doubt))))[:2]
    return f"“{entry}”" + (f"（{'，'.join(why)}）" if why else "")


def _chain_doubt(doubt: Doubt) -> str:
    said = doubt.fragment
    match doubt.reason:
        case "not_sold":
            return f"没有“{said}”"
        case "which_item":
            return f"“{said}”是哪一样"
        case "how_many":
            return "没写几份"
        case "unit":
            return f"“{said}”的单位对不上"
        case "range":
            return f"“{said}”不是准数"
        case "out_of_range":
            return "数量不对"
        case "reference":
            return f"“{said}”指的是谁"
        case _:
            return ""


def chain_entry(name: str, room: str | None, goods: Sequence[str], before: Sequence[str] = ()) -> str:
    text = f"{who(name, room)}：{' '.join(goods) or '取消'}"
    return f"{text}（原来 {' '.join(before)}）" if before else text


def chain_refused(entry: str, why: str) -> str:
    return f"{entry}。{why}"


def chain_applied(title: str, new: int, changed: int, refused: Sequence[str]) -> str:
    lines = [f"好了，“{title}”记了{new}位新的、改了{changed}位。"]
    if refused:
        lines += ["没有记上的：", *refused]
    return "\n".join(lines)


def one_payer_wanted(seqs: Sequence[int]) -> str:
    return f"这里有{len(seqs)}单（{'、'.join(map(str, seqs))}号），部分收款请写接龙号，例如：收 {seqs[0]} 30元"
