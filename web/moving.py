"""The form that moves a round's pickup: what stands in it, and what it asks for. Console and phone share it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request

from models import Work
from operations import moving
from operations.moving import MOVABLE, Moved, When
from web.auth import current
from web.forms import BadInput, read_clock, read_day, read_nonce, read_text
from web.show import LOCAL
from web.site import site

__all__ = ["MOVABLE", "as_filled", "move"]


def as_filled(row: Mapping[Any, Any]) -> dict[str, str]:
    """The fields as the round stands."""
    starts, until = row["pickup_from"], row["pickup_until"]
    day = starts or until
    filled = {
        "day": day.astimezone(LOCAL).date().isoformat() if day else "",
        "from": f"{starts.astimezone(LOCAL):%H:%M}" if starts else "",
        "until": f"{until.astimezone(LOCAL):%H:%M}" if until else "",
    }
    return filled | {"stood": " ".join(filled.values()), "place": row["pickup_place"] or ""}


def move(leader_id: int, round_id: int) -> bool:
    """Do as the form says; the next page says how it went."""

    def change(work: Work) -> Moved:
        return moving.move(
            work,
            leader_id=leader_id,
            round_id=round_id,
            when=_read_when(request.form),
            place=read_text(request.form, "place", most=moving.LONGEST_PLACE) or None,
            actor=current().actor,
            source_key=f"web:{read_nonce(request.form)}",
        )

    return site().act(change, done=_said)


def _read_when(form: Mapping[str, str]) -> When | None:
    """None where nobody touched the time. Raises BadInput."""
    if " ".join(form.get(name, "") for name in ("day", "from", "until")) == form.get("stood"):
        return None
    day = read_day(form, "day")
    starts, until = read_clock(form, "from", "开始时间"), read_clock(form, "until", "结束时间")
    if day is None:
        if starts is None and until is None:
            return None
        raise BadInput("请选哪一天取货。")
    if starts is None and until is None:
        return When(day=day, words=f"{day.month}月{day.day}日")
    return When(_at(day, starts), _at(day, until))


def _at(day: date, minute: int | None) -> datetime | None:
    return None if minute is None else datetime.combine(day, time(), LOCAL) + timedelta(minutes=minute)


def _said(moved: Moved) -> str:
    if not moved.is_new:
        return "已经改好了，没有再通知。"
    told = f"改好了，会通知{moved.people}位邻居。" if moved.people else "改好了。"
    on = moved.run_on
    return told + (f"这一团在 {on.month}月{on.day}日 的配送里，单据和线路没有跟着变。" if on else "")
