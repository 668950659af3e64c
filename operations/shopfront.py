"""What a leader's pages tell a neighbour beside prices: her own words, what neighbours take, and her record.

Counted by household (the room, else the person), never by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, and_, case, cast, func, select

from models import Work, after_sales_case, offer, order, order_line, resident, round_, round_move
from models.joins import points_to
from models.views import OfferView, RoundView
from operations.demand import missing_for_cases
from operations.listings import suppliers
from operations.totals import to_full_case

_HOUSEHOLD = func.coalesce(order.c.room, resident.c.room, cast(order.c.resident_id, String))
_LIVE_LINES = (
    order.join(resident, points_to(order.c.resident_id, resident))
    .join(
        order_line,
        and_(
            order_line.c.leader_id == order.c.leader_id,
            order_line.c.order_id == order.c.id,
            order_line.c.quantity_milli > 0,
        ),
    )
    .join(offer, points_to(order_line.c.offer_id, offer))
)
_ROUNDS_IN_FASHION = 5  # 邻里热销 looks back this far
_MOST_POPULAR = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands beside an offer. `short_milli`: still missing for a full case, None where there are no cases."""

    words: str | None
    photo_id: int | None
    households: int
    short_milli: int | None
    supplier: tuple[int, str] | None = None  # id and name of where it comes from


@dataclass(frozen=True, slots=True)
class RoundFront:
    """A round as neighbours see it. `offers` by offer id."""

    offers: dict[int, Shown]
    households: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Popular:
    """Goods that neighbours of this leader took lately."""

    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a leader has done so far. The rates are in basis points, None where there is nothing to go by.

    On time: the goods were there when pickup was to begin. Answered: after-sales decided before they were due.
    """

    rounds: int
    households: int
    on_time_bps: int | None
    answered_bps: int | None


def round_front(work: Work, round_view: RoundView) -> RoundFront:
    """Three statements, whatever the number of orders; five more where goods come from suppliers."""
    mine = (order.c.leader_id == round_view.leader_id, order.c.round_id == round_view.id, order.c.state != "cancelled")
    count = func.count(func.distinct(_HOUSEHOLD))
    by_offer = {
        row.offer_id: int(row.households)
        for row in work.db.execute(
            select(order_line.c.offer_id, count.label("households"))
            .select_from(_LIVE_LINES)
            .where(*mine)
            .group_by(order_line.c.offer_id)
        )
    }
    households = work.db.execute(select(count).select_from(_LIVE_LINES).where(*mine)).scalar_one()
    told = work.db.execute(
        select(offer.c.id, offer.c.words, offer.c.photo_media_id).where(
            offer.c.leader_id == round_view.leader_id, offer.c.round_id == round_view.id
        )
    )
    offers = {o.id: o for o in round_view.offers}
    pooled: dict[int, int] = {}
    sources: dict[int, tuple[int, str]] = {}
    if any(one.product_id is not None for one in round_view.offers):
        pooled = missing_for_cases(work, leader_id=round_view.leader_id, round_id=round_view.id)
        sources = suppliers.of_offers(work, leader_id=round_view.leader_id, round_id=round_view.id)
    shown = {
        row.id: Shown(
            words=row.words,
            photo_id=row.photo_media_id,
            households=by_offer.get(row.id, 0),
            short_milli=_short(offers[row.id], pooled),
            supplier=sources.get(row.id),
        )
        for row in told
        if row.id in offers
    }
    last = select(round_.c.last_seq).where(round_.c.leader_id == round_view.leader_id, round_.c.id == round_view.id)
    return RoundFront(shown, int(households), int(work.db.execute(last).scalar_one()))


def _short(one: OfferView, pooled: Mapping[int, int]) -> int | None:
    """Where the goods come from a supplier, what other leaders order fills the same case."""
    return to_full_case(one.reserved_milli, one.case_milli) if one.product_id is None else pooled.get(one.id)


def popular(work: Work, *, leader_id: int, place: str | None = None) -> Sequence[Popular]:
    """邻里热销: what most households took in the last rounds; what only one took is nobody else's business.

    With a `place`: what neighbours who fetch there took.
    """
    at_place = [round_.c.pickup_place == place] if place else []
    recent = (
        select(round_.c.id)
        .where(
            round_.c.leader_id == leader_id,
            round_.c.kind == "presale",
            round_.c.state.in_(("open", "closed", "arrived", "completed", "settled")),
            *at_place,
        )
        .order_by(round_.c.id.desc())
        .limit(_ROUNDS_IN_FASHION)
    )
    households = func.count(func.distinct(_HOUSEHOLD)).label("households")
    statement = (
        select(offer.c.name, households)
        .select_from(_LIVE_LINES)
        .where(order.c.leader_id == leader_id, order.c.round_id.in_(recent), order.c.state != "cancelled")
        .group_by(offer.c.name)
        .having(func.count(func.distinct(_HOUSEHOLD)) > 1)
        .order_by(households.desc(), offer.c.name)
        .limit(_MOST_POPULAR)
    )
    return [Popular(row.name, int(row.households)) for row in work.db.execute(statement)]


def _promised_from() -> Any:
    """When pickup was to begin as people ordered: a move to a later day does not make late goods punctual."""
    first = (
        select(round_move.c.was_from)
        .where(round_move.c.leader_id == round_.c.leader_id, round_move.c.round_id == round_.c.id)
        .where(round_move.c.orders > 0, round_move.c.was_from.is_not(None))
        .order_by(round_move.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(first, round_.c.pickup_from)


def record_of(work: Work, *, leader_id: int) -> Record:
    """A leader's service record, from the rows themselves."""
    done = round_.c.state.in_(("arrived", "completed", "settled"))
    promised = _promised_from()
    has_promise = and_(round_.c.arrived_at.is_not(None), promised.is_not(None))
    rounds = work.db.execute(
        select(
            func.count().label("rounds"),
            func.count(case((has_promise, 1))).label("promised"),
            func.count(case((and_(has_promise, round_.c.arrived_at <= promised), 1))).label("kept"),
        ).where(round_.c.leader_id == leader_id, round_.c.kind == "presale", done)
    ).one()
    served = select(func.count(func.distinct(_HOUSEHOLD))).select_from(_LIVE_LINES)
    households = work.db.execute(
        served.where(order.c.leader_id == leader_id, order.c.state.in_(("picked_up", "partly")))
    ).scalar_one()
    in_time = and_(after_sales_case.c.closed_at <= after_sales_case.c.due_at, after_sales_case.c.escalated_at.is_(None))
    cases = work.db.execute(
        select(func.count().label("decided"), func.count(case((in_time, 1))).label("in_time")).where(
            after_sales_case.c.leader_id == leader_id, after_sales_case.c.state.in_(("resolved", "rejected"))
        )
    ).one()
    return Record(
        rounds=int(rounds.rounds),
        households=int(households),
        on_time_bps=_share(rounds.kept, rounds.promised),
        answered_bps=_share(cases.in_time, cases.decided),
    )


def _share(part: int, whole: int) -> int | None:
    return part * 10_000 // whole if whole else None
