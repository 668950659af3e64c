"""Two lists of posts by a hand whose posts are never learned from and never looked at: how the next leader is read.

Whoever mends rules must not read these posts; when they have been read, new ones have to be written.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.parsing.post import read_post
from bot.parsing.values import PostReading
from tests.parsing.shapes import Row, is_named_alike, pickup_shape, rows_of


def test_the_next_leader_is_read_as_well_as_was_measured() -> None:
    count: Counter[str] = Counter()
    for row in rows_of("posts_unlearned.jsonl"):
        wanted, reading = row["expect"], read_post(row["text"], datetime.fromisoformat(row["now"]))
        closes_at = reading.closes_at.isoformat() if reading.closes_at else None
        count.update(
            posts=1,
            closes=closes_at == wanted.get("closes_at"),
            pickup=pickup_shape(reading.pickup) == wanted.get("pickup_at_or_window"),
            items=len(wanted["items"]),
            found=sum(_is_among(reading, item) for item in wanted["items"]),
            read=len(reading.items),
        )
    assert count["posts"] == 90
    assert count["closes"] >= 0.92 * count["posts"]
    assert count["pickup"] >= 0.86 * count["posts"]
    assert count["found"] >= 0.96 * count["items"]
    assert count["read"] <= 1.04 * count["items"]


def _is_among(reading: PostReading, wanted: Row) -> bool:
    return any(i.price_fen == wanted["price_cents"] and is_named_alike(i.name, wanted["name"]) for i in reading.items)
