"""Quiet hours: pushes wait for their end, and nobody is asked to pay in them. Minutes after midnight in Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from models import Work, leader

SHANGHAI = ZoneInfo("Asia/Shanghai")


def quiet_until(now: datetime, from_min: int, until_min: int) -> datetime | None:
    """The end of the quiet hours that `now` lies in, None outside them.

    Minutes after midnight in Shanghai, across midnight where `from_min` is the later one; equal means none.
    """
    local = now.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    length = (until_min - from_min) % 1440
    if (minute - from_min) % 1440 >= length:
        return None
    start_of_minute = local.replace(second=0, microsecond=0)
    return (start_of_minute + timedelta(minutes=(until_min - minute) % 1440)).astimezone(now.tzinfo)


def are_now(work: Work, *, leader_id: int) -> bool:
    """Whether what is sent to this leader's neighbours now waits for the morning."""
    found = select(leader.c.id).where(leader.c.id == leader_id, in_quiet_hours(work.now))
    return work.db.execute(found).first() is not None


def in_quiet_hours(now: datetime) -> ColumnElement[bool]:
    """`quiet_until` as a condition on `leader`: whether its quiet hours are now."""
    local = now.astimezone(SHANGHAI)
    since = (local.hour * 60 + local.minute + 1440 - leader.c.quiet_from_min) % 1440
    return since < (leader.c.quiet_until_min + 1440 - leader.c.quiet_from_min) % 1440
