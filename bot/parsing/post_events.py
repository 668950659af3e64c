"""Times that are told by what happens then: 5点10分放学,放学带走; 礼拜二收工前说,我们六点收工; 下夜班前(8点交班)."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.post_pickup import Bound
from bot.parsing.times import TimeHit

_EVENT = re.compile(r"放学|下课|散学|散会|散场|下班|收工")
_UNTIL_EVENT = re.compile(r"(?P<event>[\u4e00-\u9fff]{2,3}?)(?:之|以)?前")


def mark_in_brackets(text: str, bound: list[Bound]) -> None:
    """下夜班前(8点交班)说: the clock in brackets is that of the 前 before them."""
    for item in bound:
        is_point = item.hit.clock is not None and item.hit.to_clock is None and not item.hit.mark
        if is_point and re.search(r"[^\W\d]前\s?[(]\s?$", text[max(0, item.hit.start - 6) : item.hit.start]):
            item.hit, item.role = replace(item.hit, mark="before"), "close" if item.role is None else item.role


def join_named_events(text: str, bound: list[Bound]) -> None:
    """礼拜二收工前说,我们六点收工: the event that closes has its hour elsewhere."""
    for one in bound:
        until = _UNTIL_EVENT.match(text, one.hit.end)
        if until is None or one.hit.has_clock or one.role not in (None, "close", "offer"):
            continue
        for other in bound:
            is_hour = other.hit.clock is not None and other.hit.to_clock is None and other.hit.day is None
            if other is not one and is_hour and text.startswith(until["event"], other.hit.end):
                other.hit = replace(other.hit, day=one.hit.day, part=other.hit.part or one.hit.part)
                one.role, other.role = "other", "close"
                break


def join_events(text: str, bound: list[Bound]) -> None:
    """5点10分放学,我在校门口,放学顺路带走: the hour of what is spoken of again."""
    hour: TimeHit | None = None
    for index, item in enumerate(bound):
        said = text[item.hit.start : item.hit.end]
        if item.hit.clock is not None:
            event = _EVENT.match(text, item.hit.end)
            hour = replace(item.hit, part=item.hit.part or "下午") if event is not None else hour
        elif hour is not None and _EVENT.match(said) and item.hit.day is None:
            if index and bound[index - 1].hit.end == item.hit.start:
                item.role = "other"
            elif item.role == "pickup":
                item.hit = replace(item.hit, day=hour.day, part=hour.part, clock=hour.clock)
