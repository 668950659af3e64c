"""Pickup codes: six digits that can be spoken and typed, and a token of 128 bits for the QR's URL.

The last digit is Damm's check digit (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): every single
wrong digit and every swap of neighbours is noticed, so a mistyped code is never another order's. A code does not begin
with 0, which spreadsheets drop. It is unique among the leader's live orders; another leader may have the same.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update

from models import Work, order, pickup_code
from operations.errors import NotFound
from operations.upserts import for_update, upsert

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
DIGITS = 6
_BODIES = range(10 ** (DIGITS - 2), 10 ** (DIGITS - 1))  # what stands before the check digit
_LIVE = ("active", "used")
_GUESSES = 20  # draws of one code that may be somebody's before all that are taken are read
_REST = timedelta(hours=1)  # a used code is not given to anybody else while its redemption may still be annulled


def check_digit(digits: str) -> str:
    """Damm's check digit of a row of digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def is_sound(code: str) -> bool:
    """Whether this can be a pickup code at all: its length and check digit fit."""
    return len(code) == DIGITS and code.isascii() and code.isdigit() and check_digit(code) == "0"


def tidy(typed: str) -> str:
    """What a person meant: full-width digits as plain ones, no blanks or dashes between them."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if not c.isspace() and c not in "-–—·.")


def draw(rng: random.Random, taken: set[str], count: int) -> list[str]:
    """`count` different codes that are not in `taken`. A ValueError when there are not so many (90,000 in all)."""
    free = [body for body in _BODIES if _with_check(body) not in taken] if taken else _BODIES
    return [_with_check(body) for body in rng.sample(free, count)]


def ensure_code(work: Work, *, leader_id: int, order_id: int) -> str:
    """The order's live code, issued on the spot when there is none. Raises NotFound."""
    # The order first, as everybody does: a code's foreign key wants its row too, and taken second it would deadlock
    # with an arrival, which holds the order and waits for the code.
    mine = select(order.c.id).where(order.c.leader_id == leader_id, order.c.id == order_id)
    if work.db.execute(for_update(work, mine)).first() is None:
        raise NotFound(what="order")
    tries = 0
    while (code := live_code(work, leader_id=leader_id, order_id=order_id)) is None:
        tries += 1
        (drawn,) = draw(work.rng, set() if tries < _GUESSES else _taken(work, leader_id), 1)
        if not _is_taken(work, leader_id, drawn):
            _issue(work, leader_id, [order_id], [drawn])
    return code


def issue_for_round(work: Work, *, leader_id: int, round_id: int) -> int:
    """A code for every order of the round that waits for pickup and has none; returns how many were issued.

    A handful of statements for 10,000 orders. Codes that another transaction took meanwhile are drawn again.
    """
    waiting = _live_orders(leader_id).where(
        order.c.round_id == round_id, order.c.state.in_(("ready", "partly")), pickup_code.c.id.is_(None)
    )
    issued = 0
    while missing := work.db.execute(waiting.order_by(order.c.id)).scalars().all():
        _issue(work, leader_id, missing, draw(work.rng, _taken(work, leader_id), len(missing)))
        issued = max(issued, len(missing))
    return issued


def revoke(work: Work, *, leader_id: int, order_id: int) -> bool:
    """Withdraw the order's code if it was not used up; True when there was one."""
    result = work.db.execute(
        update(pickup_code)
        .where(
            pickup_code.c.leader_id == leader_id,
            pickup_code.c.order_id == order_id,
            pickup_code.c.state == "active",
        )
        .values(state="revoked")
    )
    return result.rowcount > 0


def live_code(work: Work, *, leader_id: int, order_id: int) -> str | None:
    """The code an order has now, used up or not."""
    found = select(pickup_code.c.code).where(
        pickup_code.c.leader_id == leader_id,
        pickup_code.c.order_id == order_id,
        pickup_code.c.state.in_(_LIVE),
    )
    return work.db.execute(found).scalar()


def find(work: Work, *, leader_id: int, code: str | None = None, token: str | None = None) -> Row[Any] | None:
    """The code row a person means, by what was typed or by the QR's token; None when this leader has none.

    A number is used again for later orders: the live one wins, then the one issued last.
    """
    mine = select(pickup_code).where(pickup_code.c.leader_id == leader_id)
    if token is not None:
        return work.db.execute(mine.where(pickup_code.c.token == token)).first()
    if code is None or not is_sound(code):
        return None
    by = ((pickup_code.c.state == "active").desc(), pickup_code.c.issued_at.desc(), pickup_code.c.id.desc())
    return work.db.execute(mine.where(pickup_code.c.code == code).order_by(*by).limit(1)).first()


def token_of(work: Work, *, leader_id: int, order_id: int) -> str | None:
    """The QR token of an order's live code."""
    found = select(pickup_code.c.token).where(
        pickup_code.c.leader_id == leader_id,
        pickup_code.c.order_id == order_id,
        pickup_code.c.state.in_(_LIVE),
    )
    return work.db.execute(found).scalar()


def _with_check(body: int) -> str:
    return f"{body}{check_digit(str(body))}"


def _live_orders(leader_id: int) -> Select[Any]:
    """Ids of this leader's orders, beside their live code."""
    has_code = and_(
        pickup_code.c.leader_id == order.c.leader_id,
        pickup_code.c.order_id == order.c.id,
        pickup_code.c.state.in_(_LIVE),
    )
    return select(order.c.id).select_from(order.outerjoin(pickup_code, has_code)).where(order.c.leader_id == leader_id)


def _taken(work: Work, leader_id: int) -> set[str]:
    mine = select(pickup_code.c.code).where(pickup_code.c.leader_id == leader_id, _not_free(work))
    return set(work.db.execute(mine).scalars())


def _is_taken(work: Work, leader_id: int, code: str) -> bool:
    this = (pickup_code.c.leader_id == leader_id, pickup_code.c.code == code)
    return work.db.execute(select(pickup_code.c.id).where(*this, _not_free(work))).first() is not None


def _not_free(work: Work) -> ColumnElement[bool]:
    rests = and_(pickup_code.c.state == "used", pickup_code.c.used_at > work.now - _REST)
    return or_(pickup_code.c.state == "active", rests)


def _issue(work: Work, leader_id: int, order_ids: Sequence[int], drawn: Sequence[str]) -> None:
    rows = [
        {
            "leader_id": leader_id,
            "id": work.new_id(),
            "order_id": order_id,
            "code": code,
            "token": f"{work.rng.getrandbits(128):032x}",
            "issued_at": work.now,
        }
        for code, order_id in sorted(zip(drawn, order_ids, strict=True))  # by code: two who issue cannot deadlock
    ]
    work.db.execute(upsert(work, pickup_code).on_conflict_do_nothing(), rows)
