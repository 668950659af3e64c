"""The leader's rounds: prepare, publish, close, move the deadline, cancel."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot import conversation, drafts
from bot.parsing.post import read_post
from bot.parsing.values import Pickup, PostItem, PostReading, TierPrice
from bot.router import Router
from bot.texts import leading, posting
from bot.texts.wording import pickup_read
from handlers.stocking import stocked
from handlers.talk import Talk
from handlers.which import pick
from models.views import OfferView, Tier
from operations import rounds, totals
from operations.errors import BadTime, WrongState
from operations.notices import enqueue
from operations.offers import NewOffer
from operations.rounds import NewRound

router = Router()


@router.on(c.PostRound)
def post_round(talk: Talk, command: c.PostRound) -> str:
    talk.check_leader_works()
    if not command.confirmed:
        return _preview(talk, command)
    new = new_round(command.reading, command.text, command.copied_from_id)
    round_ = rounds.publish(
        talk.work,
        leader_id=talk.leader_id,
        new=replace(new, offers=stocked(talk, new.offers)),
        actor=talk.actor,
    )
    number = talk.person.own_leader_number or 0
    enqueue(
        talk.work,
        leader_id=talk.leader_id,
        account_id=talk.person.account_id,
        kind="leader_qr",
        key=f"leader_qr:{talk.key}",
        payload={"scene": f"L{number}"},
        round_id=round_.id,
    )
    return posting.published(round_, number, f"{talk.settings.public_url}/r/{round_.code}")


def _preview(talk: Talk, command: c.PostRound) -> str:
    conversation.wait_for(talk.work, talk.person.account_id, "draft", {"command": c.dump(command)})
    names = [item.name for item in command.reading.items]
    missing = [posting.problem(code, names) for code in drafts.problems(command, talk.now)]
    asked = posting.remarks_on(drafts.remarks(command.reading), names)
    return posting.preview(command.reading, talk.now, missing, asked)


def new_round(reading: PostReading, text: str, copied_from_id: int | None = None) -> NewRound:
    """A post without open questions (see `bot.drafts.problems`) as a round to publish. Raises BadTime without one."""
    at = reading.pickup or Pickup()
    if reading.closes_at is None:
        raise BadTime(field="closes_at")
    return NewRound(
        title=reading.title,
        offers=tuple(new_offer(item) for item in reading.items),
        closes_at=reading.closes_at,
        pickup_from=at.start or at.at,
        pickup_until=at.end,
        pickup_text=pickup_read(at) if at.on else None,
        pickup_place=reading.pickup_place,
        note=reading.note,
        post=text,
        copied_from_id=copied_from_id,
    )


def new_offer(item: PostItem) -> NewOffer:
    """An item of a post as something to sell; what has no unit is sold by the piece (份)."""
    return NewOffer(
        name=item.name,
        price_fen=item.price_fen or 0,
        unit=item.unit or posting.DEFAULT_UNIT,
        spec=item.spec or "",
        capacity_milli=item.capacity_milli,
        limit_milli=item.limit_milli,
        case_milli=item.case_milli,
        is_cold=item.is_cold,
        tiers=tuple(Tier(t.quantity_milli, t.bundle_fen) for t in item.tiers),
    )


@router.on(c.CopyRound)
def copy_round(talk: Talk, command: c.CopyRound) -> str:
    talk.check_leader_works()
    found = rounds.latest(talk.work, talk.leader_id, ("open", "closed", "arrived", "completed", "settled"))
    if not found:
        return leading.nothing_to_copy()
    last = found[0]
    said = read_post(command.text, talk.now) if command.text else None
    reading = PostReading(
        title=last.title,
        items=tuple(_again(o) for o in last.offers if not o.is_withdrawn),
        closes_at=said.closes_at if said else None,
        pickup=said.pickup if said else None,
        pickup_place=(said.pickup_place if said else None) or last.pickup_place,
        note=last.note,
    )
    return _preview(talk, c.PostRound(reading, command.text, copied_from_id=last.id))


def _again(o: OfferView) -> PostItem:
    return PostItem(
        name=o.name,
        price_fen=o.price_fen,
        number=o.number,
        unit=o.unit,
        spec=o.spec or None,
        tiers=tuple(TierPrice(t.quantity_milli, t.bundle_fen) for t in o.tiers),
        capacity_milli=o.capacity_milli,
        limit_milli=o.limit_milli,
        case_milli=o.case_milli,
        is_cold=o.is_cold,
    )


@router.on(c.CloseRound)
def close_round(talk: Talk, command: c.CloseRound) -> str:
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    if not command.confirmed:
        sums = totals.of_round(talk.work, talk.leader_id, round_.id)
        talk.ask_confirmation(replace(command, round_id=round_.id))
        return leading.ask_close(round_, sums.orders, sums.total_fen, talk.now)
    closed = rounds.close(talk.work, leader_id=talk.leader_id, round_id=round_.id, actor=talk.actor)
    return leading.closed(closed)


@router.on(c.SetDeadline)
def set_deadline(talk: Talk, command: c.SetDeadline) -> str:
    talk.check_leader_works()
    if command.at is None and command.by is None:
        return leading.deadline_wanted(command.is_reopening)
    round_ = pick(talk, command, ("closed",) if command.is_reopening else ("open",))
    if isinstance(round_, str):
        return round_
    if round_.state not in {"open", "closed"}:
        raise WrongState(state=round_.state, title=round_.title)
    at = command.at
    if at is None and command.by is not None:
        from_ = round_.closes_at if round_.closes_at and round_.closes_at > talk.now else talk.now
        at = from_ + command.by
    if at is not None and at <= talk.now:
        raise BadTime(field="closes_at", at=at)
    assert at is not None  # one of the two is set  # noqa: S101
    if not command.confirmed:
        sums = totals.of_round(talk.work, talk.leader_id, round_.id)
        talk.ask_confirmation(replace(command, at=at, by=None, round_id=round_.id))
        return leading.ask_deadline(round_, at, sums.orders, talk.now)
    moved = rounds.set_deadline(talk.work, leader_id=talk.leader_id, round_id=round_.id, closes_at=at, actor=talk.actor)
    return leading.deadline_set(moved)


@router.on(c.CancelRound)
def cancel_round(talk: Talk, command: c.CancelRound) -> str:
    round_ = pick(talk, command, ("open", "closed"))
    if isinstance(round_, str):
        return round_
    if not command.confirmed:
        sums = totals.of_round(talk.work, talk.leader_id, round_.id)
        talk.ask_confirmation(replace(command, round_id=round_.id))
        return leading.ask_cancel(round_, sums.orders, sums.paid_fen)
    orders = rounds.cancel_round(
        talk.work, leader_id=talk.leader_id, round_id=round_.id, reason=command.reason, actor=talk.actor
    )
    return leading.cancelled(round_, orders)
