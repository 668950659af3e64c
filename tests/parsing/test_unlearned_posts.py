"""Two lists of posts by a hand whose posts are never learned from and never looked at: how the next leader is read.

Whoever mends rules must not read these posts; when they have been read, new ones have to be written.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.parsing.post import read_post
from tests.parsing.shapes import folded, pickup_shape, rows_of


def test_the_next_leader_is_read_as_well_as_was_measured() -> None:
    count: Counter[str] = Counter()
    for row in rows_of("posts_unlearned.jsonl"):
        wanted, reading = row["expect"], read_post(row["text"], datetime.fromisoformat(row["now"]))
        closes_at = reading.closes_at.isoformat() if reading.closes_at else None
        priced = {(item.price_fen, folded(item.name)) for item in reading.items}
        count.update(
            posts=1,
            closes=closes_at == wanted.get("closes_at"),
            pickup=pickup_shape(reading.pickup) == wanted.get("pickup_at_or_window"),
            items=len(wanted["items"]),
            found=sum(_is_among(priced, item["price_cents"], folded(item["name"])) for item in wanted["items"]),
            read=len(reading.items),
        )
    assert count["posts"] == 90
    assert count["closes"] >= 0.92 * count["posts"]
    assert count["pickup"] >= 0.86 * count["posts"]
    assert count["found"] >= 0.96 * count["items"]
    assert count["read"] <= 1.04 * count["items"]


def _is_among(priced: set[tuple[int | None, str]], fen: int, name: str) -> bool:
    """Names count when one contains the other."""
    return any(fen == price and one and (one in name or name in one) for price, one in priced)
