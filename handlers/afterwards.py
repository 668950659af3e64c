"""What a neighbour says once his goods have come, and what is his: cases of his own, what is still to be fetched.

Words that are an order before the round closes (油不要了, 苹果少一箱) are about goods that came where he has such goods
and orders none of them now.
"""

from __future__ import annotations

from datetime import timedelta

from bot import commands as c
from bot.afterwards_words import Trouble, orders_too, trouble, wants_another
from bot.router import Router
from bot.texts import caring, fetching, replies
from bot.texts.wording import pickup
from handlers.after_sales import CAN_CLAIM, best_of, goods_of_case, own_cases
from handlers.talk import Talk
from models.lanes import Alone
from models.outcomes import CaseView, Owed
from models.views import OrderView
from operations import aftersales, rounds
from operations.errors import NotFound

router = Router()

_MAY_BE = (c.Unknown, c.ShowMenu, c.ChangeOrder, c.CancelOrder)
_KEPT = {"stays", "who", "their_home", "simple", "others", "talk", "hello", "praise"}
_FRESH = timedelta(days=4)  # after the pickup hours, words that name no goods are about what came
_NAMED_ONLY = {"fewer", "bad", "where"}  # without goods these are about something else
_OF_GOODS = {"missing", "fewer", "wrong", "bad"}
_NEWEST = 3


def about_what_came(talk: Talk, said: c.Command) -> c.Command:
    """The command in what a neighbour said, where it may be about goods that came; else `said` as it was understood."""
    if not isinstance(said, _MAY_BE) or not talk.has_leader:
        return said
    kind = trouble(talk.inbound.text)
    if kind is None or (isinstance(said, c.Unknown) and said.topic in _KEPT) or _is_of_open_order(talk, said):
        return said
    if _is_an_order(talk, said, kind):
        return said
    if talk.work.is_joint:
        raise Alone  # a case is nothing that neighbours can do together
    return _command(talk, said, kind) or said


def _command(talk: Talk, said: c.Command, kind: Trouble) -> c.Command | None:
    text, mine = talk.inbound.text, talk.own_orders()
    came = [o for o in mine if o.state in CAN_CLAIM and o.lines and not _may_still_change(o)]
    named = best_of(talk, came, text)
    if not came and kind in _OF_GOODS and best_of(talk, [o for o in mine if o.state == "confirmed"], text):
        return c.OpenCase(text)  # to be told that it has not come yet
    if named is None and (kind in _NAMED_ONLY or not came or not _is_fresh(talk, came[0]) or _is_for_sale(said)):
        return None
    if kind == "where":
        return c.StillToFetch()
    return c.Unknown(text, "extra") if kind == "extra" else c.OpenCase(text, is_remark=kind in {"taste", "return?"})


def _may_still_change(o: OrderView) -> bool:
    return o.round_kind == "shelf" and o.state == "ready"


def _is_of_open_order(talk: Talk, said: c.Command) -> bool:
    """油不要了, of oil that he has in an order which can still be changed; 都不要了, where there is one."""
    if isinstance(said, c.CancelOrder):
        return bool(talk.orders or talk.shelf_order)
    if not isinstance(said, c.ChangeOrder):
        return False
    has = {line.key for line in talk.situation().prior}  # of the shelf too, until it is fetched
    return any(x.key in has for x in said.lines) or said.is_for_guest


def _is_an_order(talk: Talk, said: c.Command, kind: Trouble) -> bool:
    """来两箱苹果 不要坏的, of what can be ordered now: what is booked or asked about stays so."""
    if not isinstance(said, c.ChangeOrder) or not talk.offered:
        return False
    wants = any(x.op == "add" or (x.op == "set" and x.quantity_milli) for x in (*said.lines, *said.likely))
    text = talk.inbound.text
    return orders_too(text) or (wants and kind not in {"missing", "wrong"} and not wants_another(text))


def beside_an_order(talk: Talk, command: c.ChangeOrder) -> list[str]:
    """上次的苹果坏了两个,这次再来两箱: the order is booked, and how the rest is said."""
    kind = trouble(command.said) if not talk.is_leader and command.said else None
    if kind not in _OF_GOODS or not orders_too(command.said):
        return []
    came = [o for o in talk.own_orders() if o.state in CAN_CLAIM and not _may_still_change(o)]
    return [caring.BESIDE_AN_ORDER] if best_of(talk, came, command.said) else []


def _is_for_sale(said: c.Command) -> bool:
    return isinstance(said, c.ChangeOrder) and bool(said.lines)


def _is_fresh(talk: Talk, o: OrderView) -> bool:
    until = rounds.view(talk.work, talk.leader_id, o.round_id).pickup_until
    return until is None or until > talk.now - _FRESH


@router.on(c.WithdrawCase)
def withdraw(talk: Talk, command: c.WithdrawCase) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = _cases(talk)
    meant = [x for x in mine if command.number in {None, x.number}]
    if not meant and command.number is not None:
        raise NotFound(what="case", typed=f"S{command.number}")
    if not meant:
        return replies.SPECIAL["talk"] if command.is_vague else caring.NOTHING_TO_WITHDRAW
    if len(meant) > 1:
        talk.ask_choice([c.WithdrawCase(x.number) for x in meant[:_NEWEST]])
        return caring.which_to_withdraw([(x.number, goods_of_case(x)) for x in meant[:_NEWEST]])
    one = meant[0]
    if not command.confirmed:
        talk.ask_confirmation(c.WithdrawCase(one.number))
        return caring.ask_withdraw(one.number, goods_of_case(one))
    aftersales.cancel_case(
        talk.work,
        leader_id=talk.leader_id,
        case_number=one.number,
        actor=talk.actor,
        source_key=talk.key,
        by="resident",
    )
    return caring.withdrawn(one.number)


def _cases(talk: Talk, *states: str) -> list[CaseView]:
    """His own, newest last; those that wait where no states are said."""
    ids = [o.id for o in talk.own_orders()]
    return aftersales.list_cases(talk.work, leader_id=talk.leader_id, order_ids=ids, states=states or aftersales.OPEN)


@router.on(c.MyCases)
def my_cases(talk: Talk, command: c.MyCases) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = talk.own_orders()
    if waits := own_cases(talk, mine):
        return waits
    decided = sorted(_cases(talk, "resolved", "rejected"), key=lambda x: x.number)[-_NEWEST:]
    if decided:
        owed = {x.case_number for x in _owed(talk)}
        rows = [(x.number, goods_of_case(x), _outcome(x, owed), x.approved_fen or 0, x.decision_note) for x in decided]
        return caring.decided_cases(rows)
    return caring.no_own_cases(mine[0].refunded_fen if mine else 0)


def _owed(talk: Talk) -> tuple[Owed, ...]:
    return aftersales.owed_goods(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id)


def _outcome(case: CaseView, owed: set[int]) -> str:
    """`handed`: a replacement that he has got."""
    return "handed" if case.outcome == "replacement" and case.number not in owed else case.outcome or ""


@router.on(c.StillToFetch)
def still_to_fetch(talk: Talk, command: c.StillToFetch) -> str:
    """What was not handed out, as it is written down; his word for it that he has it goes to the leader."""
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = [o for o in talk.own_orders() if o.lines]
    waiting = [o for o in mine if o.state in {"ready", "partly", "no_show"}]
    coming = [o for o in mine if o.state in {"placed", "confirmed"}]
    if not waiting and not coming:
        return fetching.all_fetched(mine[0].round_title) if mine else replies.no_orders()
    told = [fetching.left(o, pickup(rounds.view(talk.work, talk.leader_id, o.round_id))) for o in waiting[:_NEWEST]]
    told += [replies.no_code_yet(o) for o in coming[: 0 if waiting else 1]]
    if waiting:
        talk.ask_to_pass_on(c.ContactLeader(talk.inbound.text.strip()))
        told.append(fetching.HAVE_IT)
    return "\n".join(told)
