"""Pickup day: what leaders and helpers read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.texts import errors
from bot.texts.wording import COLD, CONFIRM_OR_NOT, amount, building, cold, day_and_clock, money, who
from models.outcomes import Arrival, Handed, LateShortage, Turn
from models.views import OrderView, RoundView

_NOTE = 20  # characters of what a neighbour complains of
MANY = 30  # people at the counter at once
SCANNED = "扫到的码"
PHOTOGRAPHED = "照片里的码"
LOOKING_AT_PICTURE = "照片收到，正在看里面的取货码，结果马上发给您。"
_INSTEAD = "请把二维码拍得大一点、正一点再发，或者直接发六位取货码。"
_PHOTOS = {
    "none": f"刚才的照片里没有看清取货码，没有核销。{_INSTEAD}",
    "failed": "刚才的照片没能打开，没有核销。请直接发六位取货码，或者点菜单里的“扫码核销”。",
}
_INSTANTS = ("at", "until", "claimed_at")


def shortage_unread(unread: Sequence[str]) -> str:
    return f"没看懂“{'、'.join(unread)}”，没有登记。请这样写：到货 草莓少3 鸡蛋破2"


def whole_packs_wanted(said: str, name: str, unit: str, spec: str) -> str:
    """Single pieces are missing of something that is sold by the pack."""
    inside = f"（{spec}）" if spec else ""
    return (
        f"{name}是按{unit}卖的{inside}，“{said}”不是整{unit}，没有登记。\n"
        f"要是因此有几{unit}发不出去，请按{unit}说，例如：到货 {name}少1{unit}。\n"
        f"只是零星坏了几个、照样发：先发“到货”，谁拿到坏的再开售后，例如：售后 取货码 {name}坏了2个"
    )


def more_missing_than_ordered(name: str) -> str:
    return f"{name}没有订出去这么多，没有登记。请再核对一下少了多少。"


def more_missing_than_left(f: Mapping[str, Any]) -> str:
    left, unit = f["left_milli"], f["unit"]
    if not left:
        return f"{f['name']}都取走了，没有可以少的，没有登记。邻居拿到的有问题，请走售后。"
    return f"{f['name']}还没取的只有{amount(left, unit)}，请按整数说少了多少，没有登记。"


def ask_arrival(
    round_: RoundView,
    reach: tuple[int, int],
    shortages: Sequence[str],
    turns: Sequence[Turn],
    *,
    is_in_batches: bool,
) -> str:
    """`reach`: people who are told, orders of which nobody is. `shortages` are ready lines: who gets less of what. `turns`: how it is, or would be, in batches."""
    people, alone = reach
    lines = [f"“{round_.title}”到货，{f'通知{people}位来取？' if people else '登记吗？'}{_alone(alone)}"]
    if shortages:
        lines += ["不够分的，按下单先后，这些邻居会少拿：", *shortages]
    if is_in_batches:
        lines += ["按楼栋分批通知：", *_turns(turns)]
    elif len(turns) > 2 and sum(turn.people for turn in turns) >= MANY:
        lines.append("怕大家一起来，可以改发：到货 每栋间隔15分钟")
    return "\n".join(lines) + CONFIRM_OR_NOT


def _alone(orders: int) -> str:
    return f"（另有{orders}单是没有微信的，请您告诉一声）" if orders else ""


def _turns(turns: Sequence[Turn]) -> list[str]:
    return [f"{building(turn.building)} {day_and_clock(turn.at)}，{turn.people}位" for turn in turns]


def told_all(people: int, *, is_night: bool) -> str:
    later = "（夜里不打扰，早上再送到）" if is_night else ""
    return f"好的，剩下的{people}位现在都通知{later}。" if people else "没有在排队的取货通知。"


def ask_less(round_: RoundView, shortages: Sequence[str]) -> str:
    """After the goods were announced: `shortages` are ready lines."""
    lines = [f"“{round_.title}”已经到货，现在登记又少了：", "还没来取的里面，后下单的这些邻居会少拿：", *shortages]
    return "\n".join(lines) + CONFIRM_OR_NOT


def less_now(done: LateShortage) -> str:
    if done.is_repeat:
        return "这次缺货之前已经登记过，没有再登记。"
    owed = f"\n少拿的已付款邻居，要退 {money(done.owed_back_fen)}，发“待退”看是谁。" if done.owed_back_fen else ""
    return f"登记好了，{done.plan.orders}单少拿，已安排告诉这些邻居。{owed}"


def shortage(name: str | None, room: str | None, goods: str, unit: str, wanted: int, gets: int, owed_fen: int) -> str:
    owed = f"，少收{money(owed_fen)}" if owed_fen else ""
    return f"{who(name, room)} {goods}：订{amount(wanted, unit)}，给{amount(gets, unit)}{owed}"


def arrived(round_: RoundView, done: Arrival, waiting: Sequence[Turn] = (), *, alone: int = 0) -> str:
    """`waiting`: batches whose turn is still to come. `alone`: orders of which nobody is told."""
    owed = f"少拿的已付款邻居，要退 {money(done.owed_back_fen)}。\n" if done.owed_back_fen else ""
    lines = [f"“{round_.title}”已到货，{done.ready_orders}单可以取，已安排通知{done.notices}位。{_alone(alone)}"]
    if waiting:
        lines += ["按楼栋分批，还在排队的：", *_turns(waiting), "想现在都通知，发“全部通知”。"]
    return "\n".join(lines) + f"\n{owed}邻居报六位取货码，您直接把码发给我就核销。"


def arrived_before(round_: RoundView) -> str:
    return f"“{round_.title}”之前已经登记过到货，没有再登记，也没有再通知。"


def unpaid_for_helper(seq: int) -> str:
    return f"{seq}号还没付清，没有登记，请找团长。"


def redeemed(
    o: OrderView,
    goods: Sequence[Handed],
    collect_fen: int,
    *,
    owed: Sequence[tuple[int, str, str, int]] = (),
    shows_money: bool = True,
    is_late: bool = False,
) -> str:
    """`goods` are handed out just now, `owed` (case, name, unit, quantity) still promised."""
    return _redeemed(
        o.seq,
        who(o.resident_name, o.room),
        given=[f"{x.name}{amount(x.quantity_milli, x.unit)}" for x in goods],
        marked=marks(goods, is_late=is_late),
        left=[f"{x.name}{amount(x.left_milli, x.unit)}" for x in o.lines if x.left_milli],
        owed=[f"{name}{amount(milli, unit)}（S{number}）" for number, name, unit, milli in owed],
        note=o.note,
        collect_fen=collect_fen if shows_money else 0,
    )


def marks(goods: Sequence[Handed], *, is_late: bool = False) -> list[str]:
    """What who hands out has to mind: look-alikes, where cold goods lie, an order that nobody came for in time."""
    lines = [f"别拿错：{x.name}要{x.spec or '这一种'}的，另有{'、'.join(x.alike)}" for x in goods if x.alike]
    chilled = {kind: [x.name for x in goods if x.is_cold and cold(x.name, x.spec, x.storage) == kind] for kind in COLD}
    lines += [f"{kind}的：{'、'.join(names)}" for kind, names in chilled.items() if names]
    return [*lines, "过了取货时间才来取的。"] if is_late else lines


def _redeemed(
    seq: int,
    person: str,
    *,
    given: Sequence[str],
    marked: Sequence[str],
    left: Sequence[str],
    owed: Sequence[str],
    note: str | None,
    collect_fen: int,
) -> str:
    lines = [f"✅ {seq}号 {person}：{'、'.join(given)}", *marked]
    lines.append(f"还没取：{'、'.join(left)}" if left else "都取完了。")
    lines += [f"还欠补货：{one}" for one in owed]
    if note:
        lines.append(f"备注：{note}")
    if collect_fen > 0:
        lines.append(f"请收 {money(collect_fen)}，收好后发“收 {seq}”")
    return "\n".join(lines)


def photo_said(p: Mapping[str, Any]) -> str:
    """What became of a photo that a leader or helper sent: the plain values of `operations.photo_codes`."""
    match p["outcome"]:
        case "redeemed":
            return _redeemed(
                p["seq"],
                who(p["name"], p["room"]),
                given=[_amount_of(x) for x in p["handed"]],
                marked=marks([_handed(x) for x in p["handed"]], is_late=p["is_late"]),
                left=[_amount_of(x) for x in p["left"]],
                owed=[f"{_amount_of(x)}（S{x['number']}）" for x in p["owed"]],
                note=p["note"],
                collect_fen=p["collect_fen"],
            )
        case "refused" if p["code"] == "unpaid_for_helper":
            return not_redeemed(PHOTOGRAPHED, unpaid_for_helper(p["facts"]["seq"]))
        case "refused":
            facts = {k: datetime.fromisoformat(v) if v and k in _INSTANTS else v for k, v in p["facts"].items()}
            return not_redeemed(PHOTOGRAPHED, errors.refusal(p["code"], facts))
        case "several":
            return f"照片里有{p['codes']}个取货码，怕核错，一个也没有核销。请一次拍一个，或者直接发六位取货码。"
        case other:
            return _PHOTOS[other]


def _handed(x: Mapping[str, Any]) -> Handed:
    milli = x["quantity_milli"]
    return Handed(0, 0, x["name"], x["unit"], milli, 0, x["is_cold"], x["spec"], tuple(x["alike"]), x.get("storage"))


def _amount_of(goods: Mapping[str, Any]) -> str:
    return f"{goods['name']}{amount(goods['quantity_milli'], goods['unit'])}"


def not_redeemed(code: str, reason: str) -> str:
    return f"❌ {code}：{reason}"


def held(
    code: str,
    names: Sequence[str],
    cases: Sequence[tuple[int, str]],
    rest: Sequence[tuple[str, int, str]],
    number: str | None,
) -> str:
    """An open case is about some of the goods; what else can go, as it is typed. `rest`: name, thousandths, unit."""
    more = " ".join(f"{name}{amount(milli)}" for name, milli, _ in rest)
    first = f"先给别的，请发：{number or code} {more}" if more else "处理好再核销。"
    return f"{_held(code, names, cases)}{first}"


def held_choices(
    code: str,
    names: Sequence[str],
    cases: Sequence[tuple[int, str]],
    rest: Sequence[tuple[str, int, str]],
    *,
    may_close: bool,
) -> str:
    """The same with figures to answer; `may_close`: all may be handed out, and the case is over."""
    numbers = "、".join(f"S{n}" for n, _ in cases)
    lines = []
    if rest:
        lines.append(f"先给别的：{'、'.join(f'{name}{amount(milli, unit)}' for name, milli, unit in rest)}")
    if may_close:
        lines.append(f"全都给了，{numbers} 不用处理了")
    shown = "\n".join(f"{n} {line}" for n, line in enumerate(lines, 1))
    either = f"要退要补，先发：退 {numbers} 全额，补 {numbers}" if len(cases) == 1 else "要退要补，先发“售后”"
    return "\n".join(
        [f"{_held(code, names, cases)}{'回复数字：' if lines else ''}", *([shown] if lines else []), either]
    )


def _held(code: str, names: Sequence[str], cases: Sequence[tuple[int, str]]) -> str:
    told = "；".join(f"S{n}{f'“{note[:_NOTE]}”' if note else ''}" for n, note in cases)
    return f"❌ {code}：{'、'.join(names)}有售后没处理（{told}），还没核销。"


def all_gone(title: str) -> str:
    return f"“{title}”都核销过了，没有等着取的。"


def nothing_handed_out_lately(said: str) -> str:
    of = f"“{said}”" if said else ""
    return f"{of}最近15分钟没有核销，没有可以撤销的。有取货码的，发：撤销 482913。早些时候核错的，走售后：售后 482913 草莓1 没拿到"


def which_to_annul(orders: Sequence[OrderView]) -> str:
    lines = [f"{n} {o.seq}号 {who(o.resident_name, o.room)}" for n, o in enumerate(orders, 1)]
    return "\n".join(["撤销哪一单的核销？回复数字：", *lines])


def ask_annul(o: OrderView) -> str:
    taken = "、".join(f"{x.name}{amount(x.picked_milli, x.unit)}" for x in o.lines if x.picked_milli)
    return (
        f"撤销 {o.seq}号 {who(o.resident_name, o.room)} 刚才的核销（取了{taken}），货又算没取，对吗？{CONFIRM_OR_NOT}"
    )


def annulled(o: OrderView) -> str:
    return f"已撤销，{o.seq}号 {who(o.resident_name, o.room)}的货又算没取，取货码可以再用。"


def part_not_understood(code: str, rest: str) -> str:
    return f"{code} 后面的“{rest}”没看懂，没有核销。整单取走就只发取货码；取一部分这样写：{code} 草莓1"
