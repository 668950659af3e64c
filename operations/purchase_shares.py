"""The leaders' parts of a purchase order: how goods that do not suffice are divided, and who hears of it beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from models import Work, leader, offer, purchase_share, round_
from models.joins import points_to
from models.units import WEIGHT_UNITS
from operations.full_cases import PART, WHOLE, divide
from operations.notices import enqueue
from operations.purchase_drafts import Key


def parts(work: Work, purchase_id: int, line: Row[Any], usable_milli: int) -> dict[Key, int]:
    """Sound goods of a line over its leaders, by (leader id, offer id)."""
    mine = purchase_share.c.purchase_order_id == purchase_id, purchase_share.c.product_id == line.product_id
    shares = work.db.execute(
        select(purchase_share).where(*mine).order_by(purchase_share.c.leader_id, purchase_share.c.offer_id)
    ).all()
    return divide(
        usable_milli,
        {(s.leader_id, s.offer_id): s.needed_milli for s in shares},
        {(s.leader_id, s.offer_id): s.surplus_milli for s in shares if s.surplus_milli},
        step_milli=PART if line.unit in WEIGHT_UNITS else WHOLE,
    )


def tell_promised(work: Work, *, purchase_id: int, changed: Sequence[tuple[Row[Any], int]]) -> None:
    """Leaders whose neighbours will get less by what a supplier promises, or more again, hear of it before the goods
    come. `changed`: lines as they were, each with what is promised now.
    """
    were: dict[Key, int] = {}
    are: dict[Key, int] = {}
    for line, milli in changed:
        before = line.ordered_milli if line.promised_milli is None else line.promised_milli
        were |= parts(work, purchase_id, line, before)
        are |= parts(work, purchase_id, line, milli)
    goods: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)  # by leader's account and round
    rounds: dict[tuple[int, int], Row[Any]] = {}
    for row in work.db.execute(_waiting(purchase_id)):
        key = row.leader_id, row.offer_id
        if were.get(key) == are.get(key) or min(were[key], are[key]) >= row.needed_milli:
            continue
        at = row.leader_id, row.round_id
        rounds[at] = row
        milli = min(are[key], row.needed_milli)
        goods[at].append(
            {"name": row.name, "unit": row.unit, "needed_milli": row.needed_milli, "promised_milli": milli}
        )
    for (leader_id, round_id), found in goods.items():
        enqueue(
            work,
            leader_id=leader_id,
            account_id=rounds[leader_id, round_id].account_id,
            kind="supply_promised",
            key=f"supply_promised:{purchase_id}:{round_id}:{work.new_id()}",  # the same promise again changes no line
            payload={"title": rounds[leader_id, round_id].title, "goods": found},
            round_id=round_id,
        )


def _waiting(purchase_id: int) -> Any:
    """The shares of rounds whose goods have not come, with what the leader calls them."""
    return (
        select(
            purchase_share.c.leader_id, purchase_share.c.offer_id, purchase_share.c.needed_milli, offer.c.name,
            offer.c.unit, offer.c.round_id, round_.c.title, leader.c.account_id,
        )
        .join(offer, points_to(purchase_share.c.offer_id, offer))
        .join(round_, points_to(offer.c.round_id, round_))
        .join(leader, leader.c.id == purchase_share.c.leader_id)
        .where(purchase_share.c.purchase_order_id == purchase_id, round_.c.state == "closed")
        .order_by(purchase_share.c.leader_id, offer.c.number)
    )  # fmt: skip
