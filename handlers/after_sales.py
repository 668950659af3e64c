"""After-sales by chat: opened with a sentence, photos attached by themselves, decided by the leader."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot import commands as c
from bot import conversation
from bot.afterwards_words import is_of_the_rest
from bot.parsing.catalogue import Catalogue
from bot.parsing.complaints import Pieces, read_complaint
from bot.parsing.goods_words import mentions_goods
from bot.parsing.values import Line
from bot.router import Router
from bot.texts import caring, replies
from bot.texts.wording import amount, who
from handlers.talk import Talk, item
from handlers.which import CHOICES
from models.outcomes import CaseView
from models.views import LineView, OrderView
from operations import aftersales, codes, order_views, rounds
from operations.case_money import PartOfPack
from operations.errors import NotFound

router = Router()

_COMING = {"placed", "confirmed"}
CAN_CLAIM = {"ready", "partly", "picked_up", "no_show"}


@router.on(c.OpenCase)
def open_case(talk: Talk, command: c.OpenCase) -> str:
    if command.code is not None:
        order = _order_of_code(talk, command.code)
        return open_for(talk, command, order, opened_by="leader")
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = talk.own_orders()
    claimable = [o for o in mine if o.state in CAN_CLAIM]
    if not claimable:
        coming = next((o for o in mine if o.state == "confirmed"), None)
        return caring.not_here_yet(coming.round_title) if coming else caring.NOTHING_TO_CLAIM
    if not command.text:
        return own_cases(talk, mine) or caring.WHAT_IS_WRONG
    if command.is_remark and not command.confirmed:
        return _ask_whether(talk, command, claimable)
    if command.order_id is not None:
        chosen = next((o for o in claimable if o.id == command.order_id), None)
        if chosen is None:
            return caring.NOTHING_TO_CLAIM
        return open_for(talk, command, chosen, opened_by="resident")
    best = best_of(talk, claimable, command.text)
    if best is None and mentions_goods(command.text):
        coming = best_of(talk, [o for o in mine if o.state in _COMING], command.text)
        if coming is not None:
            return caring.not_here_yet(coming.round_title)
        if len(claimable) > 1:
            return _ask_of_which(talk, command, claimable)
    return open_for(talk, command, best or claimable[0], opened_by="resident")


def own_cases(talk: Talk, mine: list[OrderView]) -> str:
    """What the neighbour's open cases wait for; "" when there is none."""
    found = aftersales.list_cases(talk.work, leader_id=talk.leader_id, order_ids=[o.id for o in mine])
    rows = [(x.number, goods_of_case(x), x.state, x.due_at) for x in found]
    return caring.own_cases(rows, talk.now) if rows else ""


def _ask_whether(talk: Talk, command: c.OpenCase, claimable: list[OrderView]) -> str:
    """苹果不甜 may be no more than a remark, and 大米能退吗 a question."""
    about = best_of(talk, claimable, command.text)
    goods = read_complaint(command.text, _catalogue(talk, about)).lines if about else ()
    names = {x.offer_id: x.name for x in about.lines} if about else {}
    talk.ask_confirmation(command)
    return caring.is_it_a_case([names[x.key] for x in goods])


def best_of(talk: Talk, orders: list[OrderView], text: str) -> OrderView | None:
    """The newest order that has what is complained of."""
    return next((o for o in orders if read_complaint(text, _catalogue(talk, o)).lines), None)


def _ask_of_which(talk: Talk, command: c.OpenCase, orders: list[OrderView]) -> str:
    """Goods were named that are in none of his orders: of which of those he has got, newest first."""
    return _ask_which_line(talk, command, [(o.id, line) for o in orders for line in o.lines])


def _ask_which_line(talk: Talk, command: c.OpenCase, lines: Sequence[tuple[int | None, LineView]]) -> str:
    """Each line with its order, None where the case names it by a code."""
    shown = lines[:CHOICES]
    options = [replace(command, lines=(Line(x.offer_id, 0),), order_id=order_id) for order_id, x in shown]
    goods = [f"{x.name} {amount(x.due_milli, x.unit)}" for _, x in shown]
    if len({order_id for order_id, _ in lines}) == 1 and 1 < len(lines) <= CHOICES:
        every = tuple(Line(x.offer_id, 0) for _, x in lines)
        options.append(replace(command, lines=every, order_id=lines[0][0]))
        goods.append(caring.ALL_OF_IT)
    talk.ask_choice([*options])
    return caring.which_line(goods, is_more=len(lines) > CHOICES)


def _catalogue(talk: Talk, o: OrderView) -> Catalogue:
    mine = {line.offer_id for line in o.lines}
    return Catalogue([item(x) for x in rounds.view(talk.work, o.leader_id, o.round_id).offers if x.id in mine])


def open_for(talk: Talk, command: c.OpenCase, o: OrderView, *, opened_by: str) -> str:
    said = read_complaint(command.text, _catalogue(talk, o))
    lines = {x.key: x.quantity_milli for x in command.lines or said.lines or _all_of_it(command, o)}
    if not lines:
        order_id = o.id if command.code is None else None
        return _ask_which_line(talk, command, [(order_id, line) for line in o.lines])
    if said.is_rest and not command.lines:
        lines, whole = _rest(o, lines), lines
        if not lines:
            return caring.as_ordered(_as_ordered(o, whole))
    pieces = {} if command.lines else _pieces(o, said.pieces)
    lines |= {key: of.milli for key, of in pieces.items()}
    unsaid = _unclaimed(talk, o) if not all(lines.values()) else {}
    opened = aftersales.open_case(
        talk.work,
        leader_id=o.leader_id,
        order_id=o.id,
        lines={key: milli or unsaid[key] for key, milli in lines.items()},
        pieces=pieces,
        reason=said.reason,
        wish=said.wish,
        note=command.text,
        opened_by=opened_by,
        actor=talk.actor,
        source_key=talk.key,
    )
    if opened_by == "leader":
        return caring.opened_for(
            opened.number, who(opened.resident_name, opened.room), goods_of_case(opened), opened.requested_fen
        )
    _keep_withdrawal(talk, opened.number)
    text = caring.opened(opened.number, goods_of_case(opened))
    return f"{text}\n{caring.not_fetched_yet(waiting)}" if (waiting := _not_fetched(o, opened)) else text


def _not_fetched(o: OrderView, case: CaseView) -> str:
    """What is said to be missing and waits to be fetched, as far as is written down."""
    left = {x.offer_id: x.left_milli for x in o.lines}
    here = [x for x in case.lines if left.get(x.offer_id, 0) >= x.quantity_milli]
    return caring.goods([(x.name, x.unit, x.quantity_milli, None) for x in here]) if case.reason == "missing" else ""


def _keep_withdrawal(talk: Talk, number: int) -> None:
    """算了 right after it was opened means the case."""
    command = c.dump(c.WithdrawCase(number))
    conversation.wait_for(talk.work, talk.person.account_id, "undo", {"command": command})


def _all_of_it(command: c.OpenCase, o: OrderView) -> list[Line]:
    """What is meant although no goods were named: the only ones there are, or those that were not fetched."""
    if is_of_the_rest(command.text):
        return [Line(x.offer_id, x.left_milli) for x in o.lines if x.left_milli]
    return [Line(o.lines[0].offer_id, 0)] if len(o.lines) == 1 else []


def _rest(o: OrderView, got: Mapping[int, int]) -> dict[int, int]:
    """米只有一袋, of who ordered two: one is missing."""
    due = {x.offer_id: x.due_milli for x in o.lines}
    return {key: due[key] - milli for key, milli in got.items() if 0 < milli < due[key]}


def _as_ordered(o: OrderView, keys: Collection[int]) -> str:
    return caring.goods([(x.name, x.unit, x.due_milli, None) for x in o.lines if x.offer_id in keys])


def _unclaimed(talk: Talk, o: OrderView) -> dict[int, int]:
    """By offer, what no case is about yet; all of it where cases took everything, so that it is refused as that."""
    before = aftersales.claims(talk.work, leader_id=o.leader_id, order_id=o.id)
    left = {x.offer_id: x.due_milli - (before[x.id].milli if x.id in before else 0) for x in o.lines}
    return {x.offer_id: left[x.offer_id] if left[x.offer_id] > 0 else max(1, x.due_milli) for x in o.lines}


def _pieces(o: OrderView, said: Sequence[Pieces]) -> dict[int, PartOfPack]:
    """Pieces of packs that were handed out, by offer: of goods that are still here, whole packs are spoken of."""
    handed = {x.offer_id for x in o.lines if x.due_milli and not x.left_milli}
    return {x.key: PartOfPack(x.count, x.per_pack) for x in said if x.key in handed}


def goods_of_case(case: CaseView) -> str:
    return caring.goods([(x.name, x.unit, x.quantity_milli, x.spec) for x in case.lines])


def _order_of_code(talk: Talk, code: str) -> OrderView:
    found = codes.find(talk.work, leader_id=talk.leader_id, code=code)
    if found is None:
        raise NotFound(what="code", typed=code)
    return order_views.view(talk.work, leader_id=talk.leader_id, order_id=found.order_id)
