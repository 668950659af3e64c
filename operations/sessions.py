"""Web sessions of operators, leaders, helpers and residents. The cookie holds a random token, the table only its hash.

A session counts for as long as it is not used up (`expires_at`), was seen lately, and its owner may still work: an
operator who was switched off or a suspended leader is out with the next request, without anybody ending the session.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update

from models import Work, helper, leader, login_link, operator, web_session

# OWASP ASVS 5.0, 7.3.1 and 7.3.2: an idle limit and an absolute one, both on the server.
OPERATOR_IDLE = timedelta(minutes=30)
OPERATOR_LIFE = timedelta(hours=12)
MEMBER_LIFE = timedelta(hours=12)  # a pickup day; a leader's phone lies idle between two neighbours
SEEN_STEP = timedelta(minutes=1)  # `seen_at` is written at most this often

OPERATOR = "operator"
MEMBER_ROLES = ("leader", "helper")
RESIDENT = "resident"
RESIDENT_LIFE = timedelta(days=30)  # the phone in his own pocket; it sees his own orders and nothing else


@dataclass(frozen=True, slots=True)
class Session:
    """Who is looking. `name` is the operator's, the leader's or the helper's own; a resident's is the leader's.

    A resident's session says which account it is. `leader_id` is the leader whose page it was opened on; what the
    resident may do there is decided by his own binding each time.
    """

    token_hash: str
    role: str  # operator, leader, helper, resident
    csrf: str
    seen_at: datetime
    name: str
    operator_id: int | None = None
    operator_role: str | None = None  # owner, operator, service, viewer
    account_id: int | None = None
    leader_id: int | None = None
    leader_number: int | None = None
    leader_name: str | None = None
    expires_at: datetime | None = None

    @property
    def actor(self) -> str:
        """As written into the action log."""
        return f"operator:{self.operator_id}" if self.operator_id is not None else f"account:{self.account_id}"


def new_token(work: Work) -> str:
    """256 random bits in hexadecimal."""
    return f"{work.rng.getrandbits(256):064x}"


def hash_token(token: str) -> str:
    """What is stored of a token: whoever reads the table cannot use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def open_for_operator(work: Work, *, operator_id: int) -> str:
    """A new session; returns the token for the cookie."""
    return _open(work, role=OPERATOR, life=OPERATOR_LIFE, operator_id=operator_id)


def open_for_member(work: Work, *, account_id: int, leader_id: int, role: str) -> str:
    """A new session of a leader or helper, good for this leader's world only; returns the token for the cookie."""
    return _open(work, role=role, life=MEMBER_LIFE, account_id=account_id, leader_id=leader_id)


def open_for_resident(work: Work, *, account_id: int, leader_id: int) -> str:
    """A new session of a resident, for his own account's orders only; returns the token for the cookie."""
    return _open(work, role=RESIDENT, life=RESIDENT_LIFE, account_id=account_id, leader_id=leader_id)


def find(work: Work, token: str) -> Session | None:
    """The live session behind a cookie."""
    row = work.db.execute(_LIVE.where(web_session.c.token_hash == hash_token(token))).first()
    if row is None or row.expires_at <= work.now or _is_idle(row, work.now) or not _may_still_work(row):
        return None
    return Session(
        token_hash=row.token_hash,
        role=row.role,
        csrf=row.csrf,
        seen_at=row.seen_at,
        name=row.operator_name or row.helper_name or row.leader_name,
        operator_id=row.operator_id,
        operator_role=row.operator_role,
        account_id=row.account_id,
        leader_id=row.leader_id,
        leader_number=row.leader_number,
        leader_name=row.leader_name,
        expires_at=row.expires_at,
    )


def is_seen_stale(session: Session, now: datetime) -> bool:
    """Whether `touch` has something to write."""
    return now - session.seen_at >= SEEN_STEP


def touch(work: Work, session: Session) -> None:
    """Note that the session was used just now."""
    work.db.execute(
        update(web_session)
        .where(web_session.c.token_hash == session.token_hash, web_session.c.seen_at < work.now)
        .values(seen_at=work.now)
    )


def close(work: Work, token: str) -> None:
    """End one session; a copy of its cookie is worth nothing from now on."""
    work.db.execute(delete(web_session).where(web_session.c.token_hash == hash_token(token)))


def close_all_of_account(work: Work, *, account_id: int) -> None:
    """End every session of a person and make every link sent to him worthless."""
    work.db.execute(delete(web_session).where(web_session.c.account_id == account_id))
    work.db.execute(delete(login_link).where(login_link.c.account_id == account_id))


def close_all_of_operator(work: Work, *, operator_id: int) -> None:
    """End every session of an operator: after a new password, a new role, or a leave."""
    work.db.execute(delete(web_session).where(web_session.c.operator_id == operator_id))


def _open(work: Work, *, role: str, life: timedelta, **owner: int) -> str:
    token = new_token(work)
    work.db.execute(
        insert(web_session).values(
            token_hash=hash_token(token),
            role=role,
            csrf=new_token(work),
            created_at=work.now,
            seen_at=work.now,
            expires_at=work.now + life,
            **owner,
        )
    )
    return token


_LIVE = (
    select(
        web_session,
        operator.c.display_name.label("operator_name"),
        operator.c.role.label("operator_role"),
        operator.c.is_active.label("operator_is_active"),
        leader.c.number.label("leader_number"),
        leader.c.display_name.label("leader_name"),
        leader.c.state.label("leader_state"),
        leader.c.account_id.label("leader_account_id"),
        helper.c.display_name.label("helper_name"),
        helper.c.is_active.label("helper_is_active"),
    )
    .select_from(web_session)
    .outerjoin(operator, operator.c.id == web_session.c.operator_id)
    .outerjoin(leader, leader.c.id == web_session.c.leader_id)
    .outerjoin(
        helper,
        and_(
            helper.c.leader_id == web_session.c.leader_id,
            helper.c.account_id == web_session.c.account_id,
            web_session.c.role == "helper",
        ),
    )
)


def _is_idle(row: Row[Any], now: datetime) -> bool:
    return bool(row.role == OPERATOR and now - row.seen_at > OPERATOR_IDLE)


def _may_still_work(row: Row[Any]) -> bool:
    if row.role == OPERATOR:
        return bool(row.operator_is_active)
    if row.role == RESIDENT:
        return True  # being forgotten ends his sessions
    # Goods of a suspended leader are still handed out: his orders are paid, the neighbours are waiting.
    if row.leader_state not in {"active", "suspended"}:
        return False
    return bool(row.helper_is_active if row.role == "helper" else row.leader_account_id == row.account_id)
