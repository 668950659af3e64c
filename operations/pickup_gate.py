"""One try at a pickup code, and the count of wrong ones before anything is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Work
from operations import attempts, codes
from operations.errors import TriesLocked
from operations.pickup_rules import Clerk, clerk_name
from operations.receivers import tell_leader

PER_CLERK = attempts.Limit(tries=10, window=timedelta(minutes=10), lock=timedelta(minutes=15))
PER_LEADER = attempts.Limit(tries=30, window=timedelta(hours=1), lock=timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Scan:
    """One try, as it will be written down."""

    leader_id: int
    clerk: Clerk
    typed: str
    device: str
    nonce: str
    at: datetime
    is_forced: bool

    @property
    def subjects(self) -> tuple[tuple[str, str, attempts.Limit], ...]:
        """Whose wrong tries this one may be; the leader's comes last, as everybody's lock order."""
        return (
            ("redeem", f"{self.leader_id}:{self.clerk.actor}", PER_CLERK),
            ("redeem", f"leader:{self.leader_id}", PER_LEADER),
        )


def shown(code: str | None, token: str | None) -> str:
    """What the record shows: a code in full, of a token too little to use it."""
    return f"{token[:8]}…" if token is not None else codes.tidy(code or "")[:64]


def count_try(work: Work, scan: Scan) -> TriesLocked | None:
    """Count this try as wrong before anything is looked at; a refusal when there were too many."""
    for scope, subject, limit in scan.subjects:
        tally = attempts.note_failure(work, scope, subject, limit)
        if not tally.is_allowed:
            return TriesLocked(until=tally.locked_until)
    return None


def forgive_try(work: Work, scan: Scan) -> None:
    for scope, subject, _ in scan.subjects:
        attempts.forgive(work, scope, subject)


def tell_of_lock(work: Work, scan: Scan) -> None:
    """The try was wrong; if it filled a limit, the leader hears of it."""
    for scope, subject, limit in scan.subjects:
        until = attempts.locked_until(work, scope, subject)
        if until is None:
            continue
        tell_leader(
            work,
            leader_id=scan.leader_id,
            kind="redeem_locked",
            key=f"redeem_locked:{subject}:{until.isoformat()}",
            payload={
                "by": clerk_name(work, leader_id=scan.leader_id, clerk=scan.clerk),
                "is_everybody": subject.startswith("leader:"),
                "tries": limit.tries,
                "until": until.isoformat(),
            },
        )
