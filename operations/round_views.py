"""Reading rounds with their offers: four statements each, two round trips for any number of rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, literal_column, select

from models import Work, learned_alias, offer, offer_alias, offer_tier, order_line, round_
from models.prepared import Prepared
from models.views import OfferView, RoundView, Tier
from operations.errors import NotFound
from operations.order_views import fee_terms

_ONE = Prepared(
    select(round_).where(round_.c.leader_id == bindparam("leader_id"), round_.c.id == bindparam("round_id"))
)

# What can be ordered, with all that changes while a round's version stays: asked for every message.
_OPEN = Prepared(
    select(
        round_.c.id, round_.c.version, offer.c.number, offer.c.reserved_milli, offer.c.received_milli,
        offer.c.damaged_milli,
    )
    .join(offer, and_(offer.c.leader_id == round_.c.leader_id, offer.c.round_id == round_.c.id))
    .where(round_.c.leader_id == bindparam("leader_id"))
    .where(round_.c.state == literal_column("'open'"), round_.c.closes_at > bindparam("now"))
)  # fmt: skip
_OFFERS = Prepared(
    select(offer)
    .where(offer.c.leader_id == bindparam("leader_id"), offer.c.round_id == bindparam("round_id"))
    .order_by(offer.c.number)
)
_OFFER_IDS = select(offer.c.id).where(
    offer.c.leader_id == bindparam("leader_id"), offer.c.round_id == bindparam("round_id")
)
_TIERS = Prepared(
    select(offer_tier)
    .where(offer_tier.c.leader_id == bindparam("leader_id"), offer_tier.c.offer_id.in_(_OFFER_IDS))
    .order_by(offer_tier.c.quantity_milli)
)
_ALIASES = Prepared(
    select(offer_alias)
    .where(offer_alias.c.leader_id == bindparam("leader_id"), offer_alias.c.round_id == bindparam("round_id"))
    .order_by(offer_alias.c.alias)
)
_PARTS = (_OFFERS, _TIERS, _ALIASES)
Known = tuple[RoundView, Sequence[Row[Any]]]  # a round with older counters, and the counters of its offers


def view(work: Work, leader_id: int, round_id: int) -> RoundView:
    """One round. Raises NotFound."""
    view_ahead(work, leader_id, round_id)
    row = _ONE.first(work, leader_id=leader_id, round_id=round_id)
    found = _whole(work, leader_id, round_id, row)
    if found is None:
        raise NotFound(what="round")
    return found


def view_ahead(work: Work, leader_id: int, round_id: int) -> None:
    """`view` will be asked for this round."""
    for statement in (_ONE, *_PARTS):
        statement.ahead(work, leader_id=leader_id, round_id=round_id)


def ahead(work: Work, leader_id: int) -> None:
    """`open_rounds` will be asked for this leader."""
    _OPEN.ahead(work, leader_id=leader_id, now=work.now)


def open_rounds(work: Work, leader_id: int) -> list[RoundView]:
    """What can be ordered from now, earliest deadline first."""
    return [counted(one) for one in known_open(work, leader_id)]


def known_open(work: Work, leader_id: int) -> list[Known]:
    """The same as the process knows it, with what is counted by now.

    Names, prices, tiers and aliases are known to the process by the round's version, which everything that changes
    them raises; the counters are read each time.
    """
    counters: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in _OPEN.rows(work, leader_id=leader_id, now=work.now):
        counters[row.id, row.version].append(row)
    found = [(_of_version(work, leader_id, *key), rows) for key, rows in counters.items()]
    return sorted(found, key=lambda one: (one[0].closes_at, one[0].id))


def of_version(work: Work, round_id: int, version: int) -> RoundView | None:
    """A round in this version as the process knows it, with older counters."""
    found: RoundView | None = work.known.get((RoundView, round_id, version))
    return found


def of_versions(work: Work, leader_id: int, versions: Mapping[int, int]) -> list[RoundView]:
    """What can be ordered from, by the versions of the rounds that are open now; earliest deadline first."""
    found = [_of_version(work, leader_id, *one) for one in versions.items()]
    return sorted((one for one in found if one.offers), key=lambda one: (one.closes_at, one.id))


def _of_version(work: Work, leader_id: int, round_id: int, version: int) -> RoundView:
    """A round as the process knows it, or read whole: on PostgreSQL perhaps already in a later version."""
    found = of_version(work, round_id, version)
    if found is None:
        found = view(work, leader_id, round_id)
        work.learn((RoundView, round_id, found.version), found)
    return found


def counted(one: Known) -> RoundView:
    """With its counters as they were read."""
    known, rows = one
    counters = {row.number: row for row in rows}
    return replace(known, offers=tuple([_offer_counted(o, counters.get(o.number)) for o in known.offers]))


def _offer_counted(known: OfferView, row: Row[Any] | None) -> OfferView:
    if row is None:
        return known
    return replace(
        known,
        reserved_milli=row.reserved_milli,
        received_milli=row.received_milli,
        damaged_milli=row.damaged_milli,
    )


def latest(
    work: Work, leader_id: int, states: Sequence[str], *, limit: int = 1, kind: str = "presale"
) -> list[RoundView]:
    """The newest rounds in one of these states, newest first; of the kind `shelf`, the days of the shelf."""
    rows = _newest(tuple(states), limit).rows(work, leader_id=leader_id, kind=kind)
    for row in rows:
        for statement in _PARTS:
            statement.ahead(work, leader_id=leader_id, round_id=row.id)
    return [found for row in rows if (found := _whole(work, leader_id, row.id, row)) is not None]


@cache
def _newest(states: tuple[str, ...], limit: int) -> Prepared:
    mine = (
        round_.c.leader_id == bindparam("leader_id"),
        round_.c.kind == bindparam("kind"),
        round_.c.state.in_(states),
    )
    return Prepared(select(round_).where(*mine).order_by(round_.c.id.desc()).limit(limit))


def by_code(work: Work, code: str) -> RoundView:
    """A round by the code in its link. Raises NotFound."""
    row = work.db.execute(select(round_.c.leader_id, round_.c.id).where(round_.c.code == code)).first()
    if row is None:
        raise NotFound(what="round", typed=code)
    return view(work, row.leader_id, row.id)


def count_lines(work: Work, leader_id: int, offer_id: int) -> int:
    """In how many orders an offer stands."""
    mine = (order_line.c.leader_id == leader_id, order_line.c.offer_id == offer_id, order_line.c.quantity_milli > 0)
    return int(work.db.execute(select(func.count()).select_from(order_line).where(*mine)).scalar_one())


def learned_aliases(work: Work, leader_id: int, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What neighbours called these names in earlier rounds."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    statement = select(learned_alias.c.alias, learned_alias.c.offer_name).where(
        learned_alias.c.leader_id == leader_id, learned_alias.c.offer_name.in_(list(names))
    )
    for row in work.db.execute(statement):
        found[row.offer_name] += (row.alias,)
    return found


def _whole(work: Work, leader_id: int, round_id: int, row: Row[Any] | None) -> RoundView | None:
    """A round's row with what belongs to it, all of which was asked ahead."""
    offers, tier_rows, alias_rows = (s.rows(work, leader_id=leader_id, round_id=round_id) for s in _PARTS)
    if row is None:
        return None
    tiers: dict[int, tuple[Tier, ...]] = defaultdict(tuple)
    for one in tier_rows:
        tiers[one.offer_id] += (Tier(one.quantity_milli, one.bundle_fen),)
    aliases: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for one in alias_rows:
        aliases[one.offer_id] += (one.alias,)
    return _round(row, tuple([_offer(o, tiers[o.id], aliases[o.id]) for o in offers]))


def _offer(row: Row[Any], tiers: tuple[Tier, ...], aliases: tuple[str, ...]) -> OfferView:
    return OfferView(
        id=row.id,
        round_id=row.round_id,
        number=row.number,
        name=row.name,
        spec=row.spec,
        unit=row.unit,
        price_fen=row.price_fen,
        capacity_milli=row.capacity_milli,
        limit_milli=row.limit_milli,
        case_milli=row.case_milli,
        reserved_milli=row.reserved_milli,
        is_open=row.is_open,
        is_withdrawn=row.is_withdrawn,
        is_cold=row.is_cold,
        tiers=tiers,
        aliases=aliases,
        received_milli=row.received_milli,
        damaged_milli=row.damaged_milli,
        product_id=row.product_id,
        storage=row.storage,
    )


def _round(row: Row[Any], offers: tuple[OfferView, ...]) -> RoundView:
    return RoundView(
        leader_id=row.leader_id,
        id=row.id,
        code=row.code,
        kind=row.kind,
        title=row.title,
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        pickup_from=row.pickup_from,
        pickup_until=row.pickup_until,
        pickup_text=row.pickup_text,
        pickup_place=row.pickup_place,
        note=row.note,
        version=row.version,
        offers=offers,
        closed_orders=row.closed_orders,
        closed_total_fen=row.closed_total_fen,
        arrived_at=row.arrived_at,
        fees=fee_terms(row),
    )
