"""One-time links that are sent in chat: 「后台」 for a leader or helper, 「下单」 for a resident, 「导出」 for a file.

A link is a secret of 256 random bits, short-lived and bound to one account and one leader. Only its hash is stored, so
that a copy of the database opens nothing. Looking at it (link previews do) uses nothing up; `enter` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Work, helper, leader, login_link
from operations import exports, sessions
from operations.errors import LinkDead, NotAllowed

LIFE = timedelta(minutes=15)
EXPORT_LIFE = timedelta(minutes=10)


def create(
    work: Work,
    *,
    account_id: int,
    leader_id: int,
    purpose: str,
    target: Mapping[str, Any] | None = None,
) -> str:
    """A new link's token, by purpose: leader, helper (`/m/enter/…`), resident (`/e/…`, target path), export (`/x/…`).

    An export's target names its round_id.

    Links of people open once within 15 minutes; an export may be fetched again for 10 minutes.
    Raises NotAllowed when the account is not this leader's own (or not his helper's).
    """
    if purpose not in {"leader", "helper", "resident", "export"}:
        raise ValueError(f"no link has the purpose {purpose!r}")
    if purpose != sessions.RESIDENT and not _belongs(
        work, account_id=account_id, leader_id=leader_id, is_helper=purpose == "helper"
    ):
        raise NotAllowed
    token = sessions.new_token(work)
    work.db.execute(
        insert(login_link).values(
            token_hash=sessions.hash_token(token),
            account_id=account_id,
            leader_id=leader_id,
            purpose=purpose,
            target=dict(target) if target is not None else None,
            created_at=work.now,
            expires_at=work.now + (EXPORT_LIFE if purpose == "export" else LIFE),
        )
    )
    if purpose == "export":  # fetching the file changes nothing, so this is where it is written down
        round_id = int((target or {})["round_id"])
        exports.note(work, leader_id=leader_id, round_id=round_id, actor=f"account:{account_id}")
    return token


def look(work: Work, token: str) -> Row[Any]:
    """A link that still opens, with `leader_name` and `leader_number`; nothing is used up. Raises LinkDead."""
    row = work.db.execute(
        select(login_link, leader.c.display_name.label("leader_name"), leader.c.number.label("leader_number"))
        .join(leader, leader.c.id == login_link.c.leader_id)
        .where(
            login_link.c.token_hash == sessions.hash_token(token),
            login_link.c.used_at.is_(None),
            login_link.c.expires_at > work.now,
        )
    ).first()
    if row is None:
        raise LinkDead
    return row


def enter(work: Work, token: str) -> str:
    """Use a leader's or helper's link up; returns the token of the session it opens. Raises LinkDead."""
    row = _use_up(work, token, sessions.MEMBER_ROLES)
    if row is None or not _belongs(
        work, account_id=row.account_id, leader_id=row.leader_id, is_helper=row.purpose == "helper"
    ):
        raise LinkDead
    return sessions.open_for_member(work, account_id=row.account_id, leader_id=row.leader_id, role=row.purpose)


def enter_as_resident(work: Work, token: str) -> tuple[str, str]:
    """Use a resident's link up; (token of the session it opens, path it was sent for). Raises LinkDead."""
    row = _use_up(work, token, (sessions.RESIDENT,))
    if row is None:
        raise LinkDead
    opened = sessions.open_for_resident(work, account_id=row.account_id, leader_id=row.leader_id)
    return opened, str((row.target or {}).get("path", "/"))


def _use_up(work: Work, token: str, purposes: tuple[str, ...]) -> Row[Any] | None:
    return work.db.execute(
        update(login_link)
        .where(
            login_link.c.token_hash == sessions.hash_token(token),
            login_link.c.purpose.in_(purposes),
            login_link.c.used_at.is_(None),
            login_link.c.expires_at > work.now,
        )
        .values(used_at=work.now)
        .returning(login_link.c.account_id, login_link.c.leader_id, login_link.c.purpose, login_link.c.target)
    ).first()


def look_at_export(work: Work, token: str) -> Row[Any]:
    """The export link that still opens. Raises LinkDead."""
    row = look(work, token)
    if row.purpose != "export" or not _belongs(
        work, account_id=row.account_id, leader_id=row.leader_id, is_helper=False
    ):
        raise LinkDead
    return row


def _belongs(work: Work, *, account_id: int, leader_id: int, is_helper: bool) -> bool:
    if is_helper:
        statement = select(helper.c.id).where(
            helper.c.leader_id == leader_id, helper.c.account_id == account_id, helper.c.is_active
        )
    else:
        statement = select(leader.c.id).where(
            leader.c.id == leader_id, leader.c.account_id == account_id, leader.c.state.in_(("active", "suspended"))
        )
    return work.db.execute(statement).first() is not None
