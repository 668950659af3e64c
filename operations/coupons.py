"""Coupons: made by the platform or earned by inviting. Using them is in `coupon_uses`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update

from models import Work, coupon, coupon_use
from operations.audit import log
from operations.errors import BadCoupon, NotFound

_DIGITS = "0123456789"  # what everybody can type
_CODE = re.compile(r"[0-9A-Z]{3,20}")


@dataclass(frozen=True, slots=True)
class NewCoupon:
    """`value` is fen for an amount, basis points for a percentage. No `code`: one is drawn."""

    title: str
    kind: str  # amount, percent
    value: int
    min_spend_fen: int = 0
    max_uses: int | None = None
    per_resident: int = 1
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    code: str | None = None
    owner_resident_id: int | None = None


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon as its holder sees it."""

    id: int
    code: str
    title: str
    kind: str
    value: int
    min_spend_fen: int
    valid_until: datetime | None


def tidy(code: str) -> str:
    """As it is stored: no blanks or dashes anywhere, capital letters."""
    return re.sub(r"[\s\-]", "", code).upper()


def create(work: Work, *, leader_id: int, new: NewCoupon, actor: str) -> CouponView:
    """A new coupon of this leader's world. Raises BadCoupon: what about it cannot be, in `field`."""
    code = tidy(new.code) if new.code else _draw(work, leader_id)
    _check(new, code)
    taken = select(coupon.c.id).where(coupon.c.leader_id == leader_id, coupon.c.code == code)
    if work.db.execute(taken).first() is not None:
        raise BadCoupon(field="code", typed=code)
    coupon_id = work.new_id()
    work.db.execute(
        insert(coupon).values(
            leader_id=leader_id,
            id=coupon_id,
            code=code,
            title=new.title[:40],
            kind=new.kind,
            value=new.value,
            min_spend_fen=new.min_spend_fen,
            max_uses=new.max_uses,
            per_resident=new.per_resident,
            owner_resident_id=new.owner_resident_id,
            valid_from=new.valid_from,
            valid_until=new.valid_until,
            created_by=actor,
            created_at=work.now,
        )
    )
    log(
        work, leader_id, actor, "coupon.create", coupon_id, after={"title": new.title, "value": new.value, "code": code}
    )
    return CouponView(coupon_id, code, new.title[:40], new.kind, new.value, new.min_spend_fen, new.valid_until)


def stop(work: Work, *, leader_id: int, coupon_id: int, actor: str) -> None:
    """No more uses from now on; orders that have it keep it. Raises NotFound."""
    stopped = work.db.execute(
        update(coupon)
        .where(coupon.c.leader_id == leader_id, coupon.c.id == coupon_id, coupon.c.stopped_at.is_(None))
        .values(stopped_at=work.now)
    )
    if stopped.rowcount:
        log(work, leader_id, actor, "coupon.stop", coupon_id, after={"active": False})
        return
    known = select(coupon.c.id).where(coupon.c.leader_id == leader_id, coupon.c.id == coupon_id)
    if work.db.execute(known).first() is None:
        raise NotFound(what="coupon")


def usable(work: Work, *, leader_id: int, resident_id: int) -> list[CouponView]:
    """What this resident could use now: his own coupons and those for everybody, soonest to end first."""
    mine = func.count(coupon_use.c.id)
    statement = (
        select(coupon)
        .outerjoin(
            coupon_use,
            and_(
                coupon_use.c.leader_id == coupon.c.leader_id,
                coupon_use.c.coupon_id == coupon.c.id,
                coupon_use.c.resident_id == resident_id,
                coupon_use.c.released_at.is_(None),
            ),
        )
        .where(
            coupon.c.leader_id == leader_id,
            or_(coupon.c.owner_resident_id.is_(None), coupon.c.owner_resident_id == resident_id),
            coupon.c.stopped_at.is_(None),
            or_(coupon.c.valid_from.is_(None), coupon.c.valid_from <= work.now),
            or_(coupon.c.valid_until.is_(None), coupon.c.valid_until > work.now),
            or_(coupon.c.max_uses.is_(None), coupon.c.used < coupon.c.max_uses),
        )
        .group_by(*coupon.c)
        .having(mine < coupon.c.per_resident)
    )
    found = [shown(row) for row in work.db.execute(statement)]
    return sorted(found, key=lambda one: (one.valid_until is None, one.valid_until or work.now, one.id))


def worth(kind: str, value: int, total_fen: int) -> int:
    """What a coupon takes off this total, in fen; never more than there is to pay, half a fen rounded up.

    >>> worth("amount", 1000, 600), worth("percent", 1000, 4555)
    (600, 456)
    """
    return min(total_fen, value if kind == "amount" else (total_fen * value + 5000) // 10_000)


def _check(new: NewCoupon, code: str) -> None:
    percent_fits = new.kind != "percent" or new.value <= 10_000
    problems = {
        "kind": new.kind in {"amount", "percent"},
        "title": bool(new.title.strip()),
        "value": new.value > 0 and percent_fits,
        "code": _CODE.fullmatch(code) is not None,
        "min_spend": new.min_spend_fen >= 0,
        "max_uses": new.max_uses is None or new.max_uses >= 1,
        "per_resident": new.per_resident >= 1,
        "validity": not (new.valid_from and new.valid_until) or new.valid_from < new.valid_until,
    }
    for field, is_right in problems.items():
        if not is_right:
            raise BadCoupon(field=field, typed=code)


def _draw(work: Work, leader_id: int) -> str:
    while True:
        code = "".join(work.rng.choice(_DIGITS) for _ in range(8))
        taken = select(coupon.c.id).where(coupon.c.leader_id == leader_id, coupon.c.code == code)
        if work.db.execute(taken).first() is None:
            return code


def shown(row: Row[Any]) -> CouponView:
    """A row of `coupon` as its holder sees it."""
    return CouponView(row.id, row.code, row.title, row.kind, row.value, row.min_spend_fen, row.valid_until)
