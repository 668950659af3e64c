"""When each background job last ran and how it went: what health checks and the operator's page read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from models import Work, job_run
from operations.upserts import upsert

LAST = "last"
HEARTBEAT = "heartbeat"  # the row that the scheduler's watchdog keeps
ALIVE_WITHIN = timedelta(seconds=30)


def record_run(work: Work, *, job: str, state: str, worker: str, started_at: datetime, detail: str) -> None:
    """The last run of a job: `ok` or `failed`; `detail` says what was done, or the incident number."""
    values = {
        "state": state,
        "worker": worker[:60],
        "started_at": started_at,
        "finished_at": work.now,
        "detail": detail or None,
    }
    work.db.execute(
        upsert(work, job_run)
        .values(job=job, slot=LAST, **values)
        .on_conflict_do_update(index_elements=["job", "slot"], set_=values)
    )


def once(work: Work, *, job: str, slot: str) -> bool:
    """Take a slot (a day, say) of a job that is to run once in it; False when somebody has it already."""
    taken = (
        upsert(work, job_run)
        .values(job=job, slot=slot[:40], state="ok", worker="", started_at=work.now, finished_at=work.now)
        .on_conflict_do_nothing(index_elements=["job", "slot"])
        .returning(job_run.c.job)
    )
    return work.db.execute(taken).first() is not None


def last_runs(work: Work) -> Sequence[Row[Any]]:
    """One row per job, in the order of their names."""
    return work.db.execute(select(job_run).where(job_run.c.slot == LAST).order_by(job_run.c.job)).all()


def is_alive(work: Work) -> bool:
    """Whether a scheduler runs somewhere and none of its jobs is late."""
    row = work.db.execute(select(job_run).where(job_run.c.job == HEARTBEAT, job_run.c.slot == LAST)).first()
    return row is not None and row.state == "ok" and work.now - row.finished_at <= ALIVE_WITHIN
