"""Offers of an open round: adding, price, amount, taking off the list, and the words people use for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Work, learned_alias, offer, offer_alias, offer_tier, round_
from models.views import RoundView, Tier
from operations.audit import log
from operations.errors import BelowReserved, NotFound, WrongState
from operations.round_views import count_lines, learned_aliases, view
from operations.upserts import for_update, upsert


@dataclass(frozen=True, slots=True)
class NewOffer:
    """One item to be sold."""

    name: str
    price_fen: int
    unit: str
    spec: str = ""
    capacity_milli: int | None = None
    limit_milli: int | None = None
    case_milli: int | None = None
    is_cold: bool = False
    tiers: tuple[Tier, ...] = ()
    aliases: tuple[str, ...] = ()
    product_id: int | None = None
    cost_fen: int | None = None
    storage: str | None = None


def set_price(work: Work, *, leader_id: int, round_id: int, number: int, price_fen: int, actor: str) -> int:
    """改价: new lines cost this; placed lines keep theirs. Returns how many orders keep the old price.

    Bundle prices of the offer go with the old price. Raises NotFound, WrongState.
    """
    require_state(lock_round(work, leader_id, round_id), "open")
    found = _offer(work, leader_id, round_id, number)
    keep = count_lines(work, leader_id, found.id)
    work.db.execute(
        update(offer)
        .where(offer.c.leader_id == leader_id, offer.c.id == found.id)
        .values(price_fen=price_fen, version=offer.c.version + 1)
    )
    work.db.execute(offer_tier.delete().where(offer_tier.c.leader_id == leader_id, offer_tier.c.offer_id == found.id))
    _touch(work, leader_id, round_id)
    log(
        work,
        leader_id,
        actor,
        "offer.price",
        found.id,
        before={"price_fen": found.price_fen},
        after={"price_fen": price_fen},
    )
    return keep


def set_capacity(
    work: Work, *, leader_id: int, round_id: int, number: int, capacity_milli: int | None, actor: str
) -> None:
    """加量 / 限量: how much of an offer there is in all; None lifts the limit. Raises BelowReserved, NotFound."""
    require_state(lock_round(work, leader_id, round_id), "open")
    found = _offer(work, leader_id, round_id, number)
    changed = work.db.execute(
        update(offer)
        .where(
            offer.c.leader_id == leader_id,
            offer.c.id == found.id,
            *([] if capacity_milli is None else [offer.c.reserved_milli <= capacity_milli]),
        )
        .values(capacity_milli=capacity_milli, version=offer.c.version + 1)
    ).rowcount
    if not changed:
        raise BelowReserved(name=found.name, unit=found.unit, reserved_milli=found.reserved_milli)
    _touch(work, leader_id, round_id)
    log(
        work,
        leader_id,
        actor,
        "offer.capacity",
        found.id,
        before={"capacity_milli": found.capacity_milli},
        after={"capacity_milli": capacity_milli},
    )


def set_limit(work: Work, *, leader_id: int, round_id: int, number: int, limit_milli: int | None, actor: str) -> None:
    """限购: how much of an offer one resident may order; None lifts it. What is ordered stays. Raises NotFound."""
    require_state(lock_round(work, leader_id, round_id), "open")
    found = _offer(work, leader_id, round_id, number)
    work.db.execute(
        update(offer)
        .where(offer.c.leader_id == leader_id, offer.c.id == found.id)
        .values(limit_milli=limit_milli, version=offer.c.version + 1)
    )
    _touch(work, leader_id, round_id)
    log(
        work,
        leader_id,
        actor,
        "offer.limit",
        found.id,
        before={"limit_milli": found.limit_milli},
        after={"limit_milli": limit_milli},
    )


def set_withdrawn(work: Work, *, leader_id: int, round_id: int, number: int, is_withdrawn: bool, actor: str) -> None:
    """下架: no more of it can be ordered; what is ordered stays. Raises NotFound, WrongState."""
    require_state(lock_round(work, leader_id, round_id), "open")
    found = _offer(work, leader_id, round_id, number)
    work.db.execute(
        update(offer)
        .where(offer.c.leader_id == leader_id, offer.c.id == found.id)
        .values(is_withdrawn=is_withdrawn, version=offer.c.version + 1)
    )
    _touch(work, leader_id, round_id)
    log(work, leader_id, actor, "offer.withdraw", found.id, after={"is_withdrawn": is_withdrawn})


def add_offers(work: Work, *, leader_id: int, round_id: int, offers: Sequence[NewOffer], actor: str) -> RoundView:
    """加品: more items in an open round, numbered after the last. Raises WrongState."""
    row = lock_round(work, leader_id, round_id)
    require_state(row, "open")
    last = max(x.number for x in view(work, leader_id, round_id).offers)
    insert_offers(work, leader_id, round_id, offers, first_number=last + 1, closes_at=row.closes_at)
    _touch(work, leader_id, round_id)
    log(work, leader_id, actor, "offer.add", round_id, after={"offers": [x.name for x in offers]})
    return view(work, leader_id, round_id)


def teach_alias(work: Work, *, leader_id: int, round_id: int, offer_id: int, alias: str, actor: str) -> None:
    """A neighbour's wording now means this offer, here and in the leader's later rounds. Raises NotFound."""
    name = work.db.execute(
        select(offer.c.name).where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.id == offer_id)
    ).scalar()
    if name is None:
        raise NotFound(what="offer")
    here = upsert(work, offer_alias).values(leader_id=leader_id, round_id=round_id, alias=alias, offer_id=offer_id)
    work.db.execute(
        here.on_conflict_do_update(index_elements=["leader_id", "round_id", "alias"], set_={"offer_id": offer_id})
    )
    later = upsert(work, learned_alias).values(
        leader_id=leader_id, alias=alias, offer_name=name, taught_at=work.now, taught_by=actor
    )
    work.db.execute(
        later.on_conflict_do_update(
            index_elements=["leader_id", "alias"],
            set_={"offer_name": name, "taught_at": work.now, "taught_by": actor},
        )
    )
    _touch(work, leader_id, round_id)
    log(work, leader_id, actor, "offer.alias", offer_id, after={"alias": alias})


def insert_offers(
    work: Work,
    leader_id: int,
    round_id: int,
    offers: Sequence[NewOffer],
    *,
    first_number: int,
    closes_at: datetime,
) -> None:
    learned = learned_aliases(work, leader_id, [x.name for x in offers])
    rows: list[dict[str, Any]] = []
    tiers: list[dict[str, Any]] = []
    aliases: dict[str, dict[str, Any]] = {}
    for number, new in enumerate(offers, first_number):
        offer_id = work.new_id()
        rows.append(_offer_row(leader_id, round_id, offer_id, number, new, closes_at))
        own = {"leader_id": leader_id, "offer_id": offer_id}
        tiers += [own | {"quantity_milli": t.quantity_milli, "bundle_fen": t.bundle_fen} for t in new.tiers]
        for alias in (*new.aliases, *learned.get(new.name, ())):
            aliases.setdefault(alias, own | {"round_id": round_id, "alias": alias})
    work.db.execute(insert(offer), rows)
    if tiers:
        work.db.execute(insert(offer_tier), tiers)
    if aliases:
        work.db.execute(upsert(work, offer_alias).on_conflict_do_nothing(), list(aliases.values()))


def _offer_row(
    leader_id: int, round_id: int, offer_id: int, number: int, new: NewOffer, closes_at: datetime
) -> dict[str, Any]:
    return {
        "leader_id": leader_id,
        "id": offer_id,
        "round_id": round_id,
        "number": number,
        "name": new.name[:80],
        "spec": new.spec[:60],
        "unit": new.unit[:16],
        "price_fen": new.price_fen,
        "capacity_milli": new.capacity_milli,
        "limit_milli": new.limit_milli,
        "case_milli": new.case_milli,
        "is_cold": new.is_cold,
        "is_open": True,
        "closes_at": closes_at,
        "product_id": new.product_id,
        "cost_fen": new.cost_fen,
        "storage": new.storage,
    }


def lock_round(work: Work, leader_id: int, round_id: int) -> Row[Any]:
    """The round's row, held until the end of the transaction. Raises NotFound."""
    mine = select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(for_update(work, mine)).first()
    if row is None:
        raise NotFound(what="round")
    return row


def lock_offers(work: Work, leader_id: int, round_id: int) -> None:
    """All offers of a round, held in id order as orders take them: a plain UPDATE deadlocked 11 of 12 closings."""
    if work.db.dialect.name != "sqlite":
        mine = select(offer.c.id).where(offer.c.leader_id == leader_id, offer.c.round_id == round_id)
        work.db.execute(for_update(work, mine.order_by(offer.c.id)))


def require_state(row: Row[Any], *states: str) -> None:
    if row.state not in states:
        raise WrongState(state=row.state, title=row.title)


def _offer(work: Work, leader_id: int, round_id: int, number: int) -> Row[Any]:
    row = work.db.execute(
        select(offer).where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.number == number)
    ).first()
    if row is None:
        raise NotFound(what="offer", typed=str(number))
    return row


def _touch(work: Work, leader_id: int, round_id: int) -> None:
    """A new version: whoever keeps a reading of this round knows that it is stale."""
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(version=round_.c.version + 1)
    )
