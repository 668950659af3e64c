"""凑整箱: what a leader wants done with a case that is not full, and the extension that may fill it.

Her usual wish stands with the leader, another one for a single offer with the offer. What it leads to is decided when
the order goes to the supplier (`purchases.send`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, leader, offer, product, round_
from operations import rounds
from operations.audit import log
from operations.demand import missing_for_cases
from operations.errors import NotFound, WrongState
from operations.full_cases import WISHES
from operations.offers import lock_round, require_state
from operations.receivers import tell_leader
from operations.upserts import for_update

LONGER = timedelta(hours=2)
BEFORE = timedelta(minutes=10)  # an extension is told before the close, not after it
UNDER_WAY = ("open", "closed")


@dataclass(frozen=True, slots=True)
class CaseState:
    """How an offer stands that is bought by the case. `missing_milli` None: its order has gone out."""

    offer_id: int
    number: int
    name: str
    unit: str
    case_milli: int
    missing_milli: int | None
    wish: str | None  # of this offer alone


def of_round(work: Work, *, leader_id: int, round_id: int) -> tuple[str | None, list[CaseState]]:
    """(what the leader usually wishes, her offers that are bought by the case)."""
    usual = work.db.execute(select(leader.c.rest).where(leader.c.id == leader_id)).scalar_one()
    missing = missing_for_cases(work, leader_id=leader_id, round_id=round_id)
    rows = work.db.execute(
        select(offer, product.c.case_milli.label("full_milli"))
        .join(product, product.c.id == offer.c.product_id)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, product.c.case_milli.is_not(None))
        .order_by(offer.c.number)
    )
    return usual, [
        CaseState(row.id, row.number, row.name, row.unit, row.full_milli, missing.get(row.id), row.rest) for row in rows
    ]


def wish(work: Work, *, leader_id: int, round_id: int, number: int, rest: str | None, actor: str) -> str:
    """For one offer: extend, cap, buy, or None for the usual. Returns its name.

    Raises NotFound (no such offer, or it is not bought by the case), WrongState (its order has gone out).
    """
    _check(rest)
    row = lock_round(work, leader_id, round_id)
    require_state(row, *UNDER_WAY)
    _, states = of_round(work, leader_id=leader_id, round_id=round_id)
    one = next((state for state in states if state.number == number), None)
    if one is None:
        raise NotFound(what="offer", typed=str(number))
    if one.missing_milli is None:
        raise WrongState(state="sent", title=row.title)
    mine = (offer.c.leader_id == leader_id, offer.c.id == one.offer_id)
    work.db.execute(update(offer).where(*mine).values(rest=rest))
    log(work, leader_id, actor, "offer.rest", one.offer_id, after={"rest": rest})
    return one.name


def wish_usually(work: Work, *, leader_id: int, rest: str | None, actor: str) -> None:
    """For all her offers that have no wish of their own, from now on."""
    _check(rest)
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(rest=rest))
    log(work, leader_id, actor, "leader.rest", leader_id, after={"rest": rest})


def stretch_due(work: Work, *, limit: int = 5) -> int:
    """Extend rounds that are about to close, once and before pickup, where a leader wishes it and a case is not full.

    The neighbours and the leader are told. Returns how many rounds were looked at for the last time.
    """
    due = (
        select(round_)
        .where(
            round_.c.state == "open",
            round_.c.closes_at > work.now,
            round_.c.closes_at <= work.now + BEFORE,
            round_.c.stretched_at.is_(None),
        )
        .order_by(round_.c.closes_at, round_.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in sorted(rows, key=lambda r: (r.leader_id, r.id)):
        mine = (round_.c.leader_id == row.leader_id, round_.c.id == row.id)
        work.db.execute(update(round_).where(*mine).values(stretched_at=work.now))
        until = row.closes_at + LONGER
        if row.pickup_from is None or until < row.pickup_from:
            _stretch(work, row, until)
    return len(rows)


def _stretch(work: Work, row: Row[Any], until: datetime) -> None:
    usual, states = of_round(work, leader_id=row.leader_id, round_id=row.id)
    short = [one for one in states if one.missing_milli and (one.wish or usual) == "extend"]
    if not short:
        return
    rounds.set_deadline(work, leader_id=row.leader_id, round_id=row.id, closes_at=until, actor="system")
    _tell(work, row, "cases_stretched", short, closes_at=until.isoformat())


def tell_open(work: Work, *, leader_id: int, round_id: int) -> None:
    """After the close: a leader who has not said what to do with a case that is not full is asked, once per close."""
    mine = (round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(select(round_).where(*mine)).one()
    usual, states = of_round(work, leader_id=leader_id, round_id=round_id)
    short = [one for one in states if one.missing_milli and (one.wish or usual) in (None, "extend")]
    if row.state == "closed" and short:
        _tell(work, row, "cases_open", short)


def _tell(work: Work, row: Row[Any], kind: str, short: list[CaseState], **facts: str) -> None:
    goods = [{"number": x.number, "name": x.name, "unit": x.unit, "missing_milli": x.missing_milli} for x in short]
    tell_leader(
        work,
        leader_id=row.leader_id,
        kind=kind,
        key=f"{kind}:{row.id}:{row.version}",
        payload={"title": row.title, "goods": goods, **facts},
        round_id=row.id,
    )


def _check(rest: str | None) -> None:
    if rest not in (None, *WISHES):
        raise ValueError(f"nobody can wish {rest!r} for a case")
