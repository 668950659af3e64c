"""How the background work stands, in a few indexed counts: what metrics tell of the service and not of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from models import Work, job_run, notice, round_

BACKLOG = ("queued", "sending")
TROUBLED = ("held", "failed")


@dataclass(frozen=True, slots=True)
class Vitals:
    """Ages and lags in seconds; `jobs` by name."""

    due_notices: int  # of queued and sending ones
    oldest_notice_s: float  # how long the most overdue of them has been waiting beyond its time; 0 when none is due
    troubled_notices: int  # held or failed: an operator decides
    close_lag_s: float  # how long the most overdue open round should have been closed
    job_age_s: Mapping[str, float]  # since the job last wrote that it ran
    job_failed: Mapping[str, bool]  # whether its last run failed


def look(work: Work) -> Vitals:
    """Four statements, all by index."""
    due = work.db.execute(
        select(func.count(), func.min(notice.c.next_at)).where(
            notice.c.state.in_(BACKLOG), notice.c.next_at <= work.now
        )
    ).one()
    troubled = work.db.execute(select(func.count()).where(notice.c.state.in_(TROUBLED))).scalar_one()
    overdue = work.db.execute(
        select(func.min(round_.c.closes_at)).where(round_.c.state == "open", round_.c.closes_at <= work.now)
    ).scalar_one()
    runs = work.db.execute(select(job_run.c.job, job_run.c.state, job_run.c.finished_at)).all()
    return Vitals(
        due_notices=due[0],
        oldest_notice_s=(work.now - due[1]).total_seconds() if due[1] else 0.0,
        troubled_notices=troubled,
        close_lag_s=(work.now - overdue).total_seconds() if overdue else 0.0,
        job_age_s={run.job: (work.now - run.finished_at).total_seconds() for run in runs if run.finished_at},
        job_failed={run.job: run.state == "failed" for run in runs},
    )
