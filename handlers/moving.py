"""改自提: the leader moves the pickup of a round that is open, closed or there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot import commands as c
from bot.parsing.moving import is_in_part
from bot.parsing.values import Pickup
from bot.router import Router
from bot.texts import moving as texts
from bot.texts.wording import pickup_read
from handlers.talk import Talk
from handlers.which import pick
from models.views import RoundView
from operations import moving
from operations.moving import When
from operations.quiet_hours import SHANGHAI

router = Router()


@router.on(c.MovePickup)
def move_pickup(talk: Talk, command: c.MovePickup) -> str:
    """Shown with the old one beside it; what is confirmed is what was shown."""
    round_ = pick(talk, command, moving.MOVABLE)
    if isinstance(round_, str):
        return round_
    when = _as_shown(command.pickup) if command.confirmed else when_of(command, round_, talk.now)
    if when is None and command.by is not None:
        return texts.NO_HOURS
    if command.confirmed:
        moved = moving.move(
            talk.work,
            leader_id=talk.leader_id,
            round_id=round_.id,
            when=when,
            place=command.place,
            actor=talk.actor,
            source_key=talk.key,
        )
        return texts.done(moved.round, people=moved.people, run_on=moved.run_on)
    outlook = moving.look(talk.work, leader_id=talk.leader_id, round_id=round_.id, when=when, place=command.place)
    talk.ask_confirmation(
        replace(command, pickup=_shown(when, command.pickup), by=None, is_day_said=True, round_id=round_.id)
    )
    return texts.ask(
        round_,
        time=texts.time_words(when.starts, when.until, when.words) if when else None,
        place=command.place,
        people=outlook.people,
        run_on=outlook.run_on,
        has_hours=when is None or when.words is None,
        unread=command.unread,
    )


def when_of(command: c.MovePickup, round_: RoundView, now: datetime) -> When | None:
    """The time that is meant, seen from how it stands: 改后天 keeps the hours, 改到下午5点 keeps the day.

    None: no time was said, or one that counts from hours which the round has not.
    """
    said = command.pickup
    if command.by is not None:
        return _shifted(round_, command.by)
    if said is None:
        return None
    day = said.on
    if day is not None:
        stands = round_.pickup_from or round_.pickup_until
        if stands is not None and not command.is_day_said:
            day = stands.astimezone(SHANGHAI).date()
        if stands is not None and (said.part is None or is_in_part(stands, said.part)):
            return _shifted(round_, day - stands.astimezone(SHANGHAI).date())
        return When(day=day, words=pickup_read(replace(said, on=day)))
    when = When(said.start or said.at, said.end)
    return when if command.is_day_said else _on_its_day(when, round_, now)


def _on_its_day(when: When, round_: RoundView, now: datetime) -> When:
    """A clock without a day is of the day that stands there, as long as that is to come."""
    first, stands = when.starts or when.until, round_.pickup_from or round_.pickup_until
    if first is None or stands is None:
        return when
    by = _day(stands) - _day(first)
    starts, until = (at + by if at is not None else None for at in (when.starts, when.until))
    moved = When(starts, until)
    last = moved.until or moved.starts
    return moved if last is not None and last > now else when


def _shifted(round_: RoundView, by: timedelta) -> When | None:
    starts, until = (at + by if at is not None else None for at in (round_.pickup_from, round_.pickup_until))
    return When(starts, until) if starts or until else None


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _shown(when: When | None, said: Pickup | None) -> Pickup | None:
    """The time as it is shown, to be confirmed."""
    if when is None:
        return None
    if when.words is None:
        return Pickup(start=when.starts, end=when.until)
    return Pickup(on=when.day, part=said.part if said else None)


def _as_shown(shown: Pickup | None) -> When | None:
    if shown is None:
        return None
    if shown.on is not None:
        return When(day=shown.on, words=pickup_read(shown))
    return When(shown.start, shown.end)
