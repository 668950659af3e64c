"""Wrong tries, counted in the database: pickup codes and log-ins. Shared by all processes, kept over restarts.

Count first, look afterwards: `note_failure` counts and answers in one statement whether this try may be looked at, so
parallel guesses cannot all slip through one gap, and `forgive` takes the count back when the try was right. The row
stays locked until the transaction ends. The caller must let the count commit: answer a wrong try with a value, not by
an exception that rolls the transaction back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, attempt
from models.base import Instant
from models.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Limit:
    """`tries` wrong ones within `window` lock the subject for `lock`."""

    tries: int
    window: timedelta
    lock: timedelta


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a subject stands. A refused try was not counted."""

    is_allowed: bool
    failures: int
    locked_until: datetime | None  # set on a refused try, and on the allowed one that locks if it proves wrong


def allowed(work: Work, scope: str, subject: str) -> bool:
    """Whether this subject is not locked now. Counts nothing: for showing, not for guarding."""
    return locked_until(work, scope, subject) is None


def locked_until(work: Work, scope: str, subject: str) -> datetime | None:
    """Until when this subject is locked; None when it is not."""
    until: datetime | None = work.db.execute(select(attempt.c.locked_until).where(_is(scope, subject))).scalar()
    return until if until is not None and until > work.now else None


def note_failure(work: Work, scope: str, subject: str, limit: Limit) -> Tally:
    """Count a wrong try, or one that is about to be looked at; the try that fills the limit locks the subject."""
    row = _COUNTED.first(
        work,
        scope=scope,
        subject=subject,
        window_from=work.now,
        failures=1,
        locked_until=work.now + limit.lock if limit.tries <= 1 else None,
        b_since=work.now - limit.window,
        b_now=work.now,
        b_locks_at=work.now + limit.lock,
        b_tries=limit.tries,
    )
    if row is None:
        return Tally(is_allowed=False, failures=limit.tries, locked_until=locked_until(work, scope, subject))
    return Tally(is_allowed=True, failures=row.failures, locked_until=row.locked_until)


def forgive(work: Work, scope: str, subject: str) -> None:
    """The try counted last, in this transaction, proved right: take it back, with the lock it may have set."""
    _FORGIVEN.send(work, {"b_scope": scope, "b_subject": subject})


def _counting(insert: Any) -> Any:
    # A window that has passed, or a lock that is over (a running one is kept out below), begins a new count.
    now = bindparam("b_now", type_=Instant())
    is_over = or_(attempt.c.window_from <= bindparam("b_since", type_=Instant()), attempt.c.locked_until.is_not(None))
    failures = case((is_over, 1), else_=attempt.c.failures + 1)
    locks = (failures >= bindparam("b_tries", type_=Integer()), bindparam("b_locks_at", type_=Instant()))
    return insert.on_conflict_do_update(
        index_elements=["scope", "subject"],
        set_={
            "failures": failures,
            "window_from": case((is_over, now), else_=attempt.c.window_from),
            "locked_until": case(locks, else_=None),
        },
        where=or_(attempt.c.locked_until.is_(None), attempt.c.locked_until <= now),
    ).returning(attempt.c.failures, attempt.c.locked_until)


_COUNTED = Prepared(
    {"sqlite": _counting(sqlite.insert(attempt)), "postgresql": _counting(postgresql.insert(attempt))},
    columns=("scope", "subject", "window_from", "failures", "locked_until"),
)
_FORGIVEN = Prepared(
    update(attempt)
    .where(attempt.c.scope == bindparam("b_scope"), attempt.c.subject == bindparam("b_subject"), attempt.c.failures > 0)
    .values(failures=attempt.c.failures - 1, locked_until=None)
)


def clear(work: Work, scope: str, subject: str) -> None:
    """Forget everything about this subject."""
    work.db.execute(delete(attempt).where(_is(scope, subject)))


def purge(work: Work, *, older_than: timedelta) -> int:
    """Delete counts nobody needs any more; returns how many."""
    before = work.now - older_than
    is_idle = or_(attempt.c.locked_until.is_(None), attempt.c.locked_until <= work.now)
    return work.db.execute(delete(attempt).where(attempt.c.window_from <= before, is_idle)).rowcount


def _is(scope: str, subject: str) -> ColumnElement[bool]:
    return and_(attempt.c.scope == scope, attempt.c.subject == subject)
