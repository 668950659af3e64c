"""What leaders read while a round is prepared, open and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.parsing.values import PostItem
from bot.texts.posting import item_line
from bot.texts.wording import (
    CONFIRM_OR_NOT,
    amount,
    day_and_clock,
    money,
    offer_line,
    when,
    who,
)
from models.views import OfferView, RoundView, Tier

_SAMPLE = "#开团 周六水果团\n1) 红颜草莓 2斤/盒 45元 限20盒\n2) 土鸡蛋 30枚 36元\n截单:周五20:00 自提:周六16:00-19:00\n地点:3号楼大堂"
NO_ROUND = f"现在没有开着的团。发一条开团文字就可以开，例如：\n{_SAMPLE}"
HOW_TO_OPEN = (
    "把要发到群里的那段文字直接发给我就行，写上商品、价格、几点截单、几点在哪里取，例如：\n"
    f"{_SAMPLE}\n先给您核对，您确认了才开。开过团的，发“再来一团”照上次的开。"
)
STAYS_HOME = "您自己是团长，这个微信就在您自己的团里订货。要跟别的团长，请用另一个微信。"
HAND_OVER_FIRST = "您是团长，资料还连着邻居们的订单，不能直接删除。请先联系平台交接。"
NAME_WANTED = "请这样申请：我要当团长 您的称呼 小区，例如：我要当团长 小美 阳光花园3号楼"


def not_a_leader(state: str | None) -> str:
    """For somebody who is none, by what became of his application."""
    if state == "applied":
        return "您的团长申请还在等平台审核，审核后会告诉您。"
    return "这件事只有团长能做，没有改动。想当团长，回复：我要当团长 您的称呼 小区"


def applied() -> str:
    return "申请收到了，平台审核后会告诉您结果。"


# ------------------------------------------------------------------ a round is prepared


# ------------------------------------------------------------------ a round is open
def which_round(titles: Sequence[str], *, is_more: bool = False) -> str:
    lines = "\n".join(f"{i} {title}" for i, title in enumerate(titles, 1))
    more = "\n更早的请到后台里看：回复“后台”" if is_more else ""
    return f"您有几个团，说的是哪一个？回复数字：\n{lines}{more}"


def not_sold(said: str, rounds: Sequence[RoundView]) -> str:
    """A leader changed goods that nobody sells: what is sold, so that she sees how it is called."""
    if not rounds:
        return f"现在没有开着的团，“{said}”没法改，没有改动。已经截单的团要改，先发：重开 明晚8点"
    lines = [
        f"{f'【{r.title}】' if len(rounds) > 1 else ''}" + "、".join(f"{o.number} {o.name}" for o in r.offers[:8])
        for r in rounds[:4]
    ]
    return "\n".join([f"现在卖的里面没有“{said}”，没有改动。在卖的有：", *lines, f"要加上它，发：加品 {said} 15元"])


def which_item(said: str, known: Sequence[tuple[str, OfferView]], *, has_several_rounds: bool) -> str:
    """(title of the round, item) of each that may be meant."""
    lines = [
        f"{n} {o.name}{f'（{title}）' if has_several_rounds else ''} {money(o.price_fen)}/{o.unit}"
        for n, (title, o) in enumerate(known, 1)
    ]
    return "\n".join([f"“{said}”是哪一样？回复数字：", *lines])


def not_now(title: str, state: str, *, wanted: str) -> str:
    """Why no round is in the state that was wanted, and what goes with the newest one as it is."""
    match state, wanted:
        case "open", "closed":
            return f"“{title}”还没截单。先发“截单”，再登记到货；要改截单时间，发：改截单 明晚8点"
        case "open", _:
            return f"“{title}”还没到货，现在没有人要取。"
        case "closed", "open":
            return f"“{title}”已经截单了，没有改动。要再开放，发：重开 明晚8点；货到了发：到货"
        case "closed", _:
            return f"“{title}”还没登记到货。货到了发：到货"
        case "arrived", "closed":
            return f"“{title}”已经登记过到货，没有再登记，也没有再通知。"
        case _:
            return f"“{title}”已经到货，不能再改了。{NO_ROUND}"


def hello(*, has_round: bool) -> str:
    can = "开着的团可以发“统计”“名单”“截单”" if has_round else "要开团，直接发开团文字，看例子回复“开团”"
    return f"您好！{can}；别的回复“帮助”。"


def perhaps_answers(number: int, name: str | None, room: str | None, question: str) -> str:
    """Words of hers that nothing was made of, while one neighbour waits for an answer."""
    asked = question if len(question) <= 20 else f"{question[:20]}…"
    return f"这句我没看懂。是回给 {who(name, room)} 的吗（他问“{asked}”）？是就回复 1，我转给他；不是就不用管。"


COMES_LATER = (
    "好的，这不用记：取货码一直有效，过了取货时间来取照样核销。没微信的请您告诉一声；要提醒一位，发：提醒王姐来拿"
)


def unknown_at_the_counter(title: str, *, is_here: bool) -> str:
    """Nothing is open, and something of this round is still to come or to be handed out."""
    can = (
        "邻居来取，发六位取货码，没带码的发：王姐取了；没来的发“未取”，没付的发“未付”，售后发“售后”。"
        if is_here
        else "货到了发“到货”；要再开放下单，发：重开 明晚8点；看订了什么，发“统计”“名单”。"
    )
    return (
        f"这句我没看懂，没有记任何东西。“{title}”{'正在取货' if is_here else '已经截单'}：{can}\n回复“帮助”看能做什么。"
    )


def unknown(*, has_round: bool) -> str:
    can = "开着的团可以发“统计”“名单”“截单”。" if has_round else "要开团，直接发开团文字，或者“再来一团”。"
    return f"这句我没看懂，没有记任何东西。{can}\n回复“帮助”看能做什么。"


def ask_close(round_: RoundView, orders: int, total_fen: int, now: datetime) -> str:
    at = f"原定{when(round_.closes_at, now)}截单，" if round_.closes_at else ""
    return f"“{round_.title}”{at}现在有{orders}单、{money(total_fen)}。现在就截单吗？会告诉每一位下单的邻居。{CONFIRM_OR_NOT}"


def closed(round_: RoundView) -> str:
    return (
        f"“{round_.title}”已截单：{round_.closed_orders or 0}单，共 {money(round_.closed_total_fen or 0)}。"
        f"会通知每一位下单的邻居。\n货到了请发“到货”。看合计发“统计”，看名单发“名单”。"
    )


def ask_deadline(round_: RoundView, at: datetime, orders: int, now: datetime) -> str:
    verb = "重新开放" if round_.state != "open" else "改截单时间"
    return f"“{round_.title}”{verb}到 {when(at, now)}？会告诉已下单的{orders}位。{CONFIRM_OR_NOT}"


def deadline_set(round_: RoundView) -> str:
    return f"好了，“{round_.title}”改到{day_and_clock(round_.closes_at)}截单。" if round_.closes_at else ""


def deadline_wanted(is_reopening: bool) -> str:
    return "开到什么时候？例如：重开 明晚8点" if is_reopening else "改到什么时候？例如：延长 1小时，或 改截单 明晚8点"


def price_set(offer: OfferView, keep: int, gone: Sequence[Tier] = ()) -> str:
    """`gone`: the bundle prices that went with the old price."""
    bundles = "、".join(f"{amount(t.quantity_milli, offer.unit)}{money(t.bundle_fen)}" for t in gone)
    lost = f"原来的“{bundles}”不再算了。" if bundles else ""
    kept = f"之前已下单的{keep}位还按原价。" if keep else "还没有人下单。"
    return f"{offer.number} {offer.name} 现在 {money(offer.price_fen)}/{offer.unit}。{lost}{kept}"


def capacity_set(offer: OfferView) -> str:
    total = amount(offer.capacity_milli or 0, offer.unit)
    return f"{offer.number} {offer.name} 一共{total}，已订{amount(offer.reserved_milli, offer.unit)}，还剩{amount(offer.remaining_milli or 0, offer.unit)}。"


def limit_set(offer: OfferView) -> str:
    if offer.limit_milli is None:
        return f"{offer.number} {offer.name} 不限购了。"
    return f"{offer.number} {offer.name} 每户最多{amount(offer.limit_milli, offer.unit)}。已经订多了的不变。"


def more_or_own(offer: OfferView, milli: int) -> str:
    many = amount(milli, offer.unit)
    return f"{offer.name}加{many}：是多卖，还是您自己订？回复数字：\n1 限量再加{many}\n2 我自己订{many}"


def withdrawn(offer: OfferView) -> str:
    if offer.is_withdrawn:
        kept = f"已订的{amount(offer.reserved_milli, offer.unit)}照发。" if offer.reserved_milli else ""
        return f"{offer.number} {offer.name} 已下架，不再接单。{kept}"
    return f"{offer.number} {offer.name} 又可以订了。"


def alias_taught(offer: OfferView, alias: str) -> str:
    return f"记住了：邻居说“{alias}”，就是 {offer.number} {offer.name}。以后的团也认得。"


def alias_taken(alias: str, offer: OfferView) -> str:
    return f"“{alias}”是 {offer.number} {offer.name} 的名字，没有改动。换一个说法吧。"


def ask_additions(round_: RoundView, items: Sequence[PostItem]) -> str:
    return "\n".join([f"要在“{round_.title}”里加：", *(item_line(item) for item in items)]) + CONFIRM_OR_NOT


def price_of_addition_wanted(names: Sequence[str]) -> str:
    return f"没看到“{'、'.join(names)}”的价格，没有加。请连价格再发一次，例如：加品 {names[0]} 15元"


def added(round_: RoundView, names: Sequence[str]) -> str:
    return f"加好了：{'、'.join(names)}。可以转发到群里：\n\n" + "\n".join(
        offer_line(o, with_left=False) for o in round_.offers if o.name in names
    )


def nothing_to_copy() -> str:
    return "还没有开过团，没有可以照着开的。"


def ask_cancel(round_: RoundView, orders: int, paid_fen: int) -> str:
    money_back = f"已收的 {money(paid_fen)} 要退给邻居。" if paid_fen else ""
    return f"真的要撤掉“{round_.title}”吗？{orders}单会全部取消并通知邻居。{money_back}{CONFIRM_OR_NOT}"


def cancelled(round_: RoundView, orders: int) -> str:
    return f"“{round_.title}”已撤团，取消了{orders}单，已安排通知。"


# ------------------------------------------------------------------ own link, console, helpers
def page(url: str, number: int) -> str:
    return f"您的编号是 L{number}，邻居回复 L{number} 就能跟着您。\n主页链接（可以发群里）：{url}\n二维码随后发给您。"


def console(url: str, *, page: str | None = None, title: str = "") -> str:
    """`page`: where the link leads, `title`: of the round whose papers these are."""
    once = "（15分钟内有效，只能用一次，只给您自己）"
    match page:
        case "papers":
            return f'“{title}”的取货单、分拣单、签收单、标签都在这里，可以打印：<a href="{url}">打开单据</a>{once}'
        case "profile":
            return (
                f'照片、介绍、自提点在这里改：<a href="{url}">我的介绍</a>{once}\n'
                "您的称呼（店名）在这里改不了，请联系平台。商品照片在“后台”里开着的团下面加。"
            )
        case _:
            return f'<a href="{url}">打开后台</a>{once}'


def helper_added(name: str | None, room: str | None) -> str:
    return f"{who(name, room)} 现在可以帮您核销了（看不到金额和电话）。对方直接把取货码发给我就行。"


def helper_not_found(words: str) -> str:
    said = f"“{words}”" if words else "这位"
    return f"没有找到{said}。请对方先关注公众号、跟着您，并回复“我是 3-502 王姐”，您再发：加核销员 3-502"


def helper_unclear(found: Sequence[tuple[str | None, str | None]]) -> str:
    return "有几位都对得上：" + "、".join(who(name, room) for name, room in found) + "。请用房号再发一次。"


def no_limit(offer: OfferView) -> str:
    return f"{offer.number} {offer.name} 没有限量，不用加。要限量请发：限量 {offer.number} 50"
