"""The platform's own people: who may enter the console, with which role, and how their password is checked.

There is no default account: `create_operator` is called from the command line, or by an owner in the console.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, insert, select, update

from models import Work, operator
from operations import attempts, sessions
from operations.attempts import Limit
from operations.audit import PLATFORM, log
from operations.errors import NotFound, OperatorExists, WeakPassword

ROLES = ("owner", "operator", "service", "viewer")

# What each role may do. Everybody who is logged in may look; a viewer sees no phone numbers.
_SERVICE = frozenset({"view", "contact", "redeem", "cases", "notices", "export", "teach"})
_OPERATOR = _SERVICE | {"leaders", "settle", "growth", "supply", "deliver"}
PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"view"}),
    "service": _SERVICE,
    "operator": _OPERATOR,
    "owner": _OPERATOR | {"operators"},
}

MIN_PASSWORD = 10
MAX_PASSWORD = 200  # argon2 takes any length; nobody types more, and a megabyte of it would cost us time

# Wrong log-ins per user name and per address, as PyPI limits them (pypi/warehouse, warehouse/config.py).
ACCOUNT_LIMIT = Limit(tries=10, window=timedelta(minutes=5), lock=timedelta(minutes=5))
ADDRESS_LIMIT = Limit(tries=30, window=timedelta(minutes=5), lock=timedelta(minutes=5))

# argon2id with the library's defaults, the low-memory profile of RFC 9106: 64 MiB and three passes, about 0.1 s.
_hasher = PasswordHasher()
# Two at a time: a flood of log-ins from many addresses must not take the memory of the chat beside it.
_turns = threading.BoundedSemaphore(2)

# Takes as long to check as anybody's and fits no password: the salt and what should come out are zeros.
_NOBODY = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${'A' * (_hasher.salt_len * 8 // 6 + 1)}${'A' * (_hasher.hash_len * 8 // 6 + 1)}"
)


def may(role: str | None, permission: str) -> bool:
    """Whether an operator's role allows this."""
    return permission in PERMISSIONS.get(role or "", frozenset())


def create_operator(
    work: Work, *, username: str, display_name: str, password: str, role: str, actor: str = "system"
) -> int:
    """Let somebody into the console; returns the id. Raises OperatorExists, WeakPassword.

    A role that is none of ROLES is a ValueError.
    """
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}")
    name = normal_name(username)
    check_password_rules(password, username=name)
    if work.db.execute(select(operator.c.id).where(operator.c.username == name)).first() is not None:
        raise OperatorExists(username=name)
    operator_id = work.new_id()
    work.db.execute(
        insert(operator).values(
            id=operator_id,
            username=name,
            display_name=display_name.strip() or name,
            password_hash=_hasher.hash(password),
            role=role,
            is_active=True,
            created_at=work.now,
        )
    )
    log(work, PLATFORM, actor, "operator.create", operator_id, after={"username": name, "role": role})
    return operator_id


def set_password(work: Work, *, operator_id: int, password: str, actor: str) -> None:
    """A new password; every session of the operator ends. Raises NotFound, WeakPassword."""
    row = get(work, operator_id)
    check_password_rules(password, username=row.username)
    work.db.execute(update(operator).where(operator.c.id == operator_id).values(password_hash=_hasher.hash(password)))
    sessions.close_all_of_operator(work, operator_id=operator_id)
    attempts.clear(work, "own_password", str(operator_id))
    log(work, PLATFORM, actor, "operator.password", operator_id)


def set_role(work: Work, *, operator_id: int, role: str, actor: str) -> None:
    """Another role; every session of the operator ends. Raises NotFound."""
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}")
    before = get(work, operator_id)
    work.db.execute(update(operator).where(operator.c.id == operator_id).values(role=role))
    sessions.close_all_of_operator(work, operator_id=operator_id)
    log(work, PLATFORM, actor, "operator.role", operator_id, before={"role": before.role}, after={"role": role})


def set_active(work: Work, *, operator_id: int, is_active: bool, actor: str) -> None:
    """Let an operator in, or keep him out from now on. Raises NotFound."""
    before = get(work, operator_id)
    work.db.execute(update(operator).where(operator.c.id == operator_id).values(is_active=is_active))
    sessions.close_all_of_operator(work, operator_id=operator_id)
    log(
        work,
        PLATFORM,
        actor,
        "operator.active",
        operator_id,
        before={"active": before.is_active},
        after={"active": is_active},
    )


def get(work: Work, operator_id: int) -> Row[Any]:
    """One operator. Raises NotFound."""
    row = work.db.execute(select(operator).where(operator.c.id == operator_id)).first()
    if row is None:
        raise NotFound(what="operator")
    return row


def begin_login(work: Work, *, username: str, address: str) -> bool:
    """Count a log-in that is about to be looked at; False: too many wrong ones, do not look. Commit before looking."""
    if not attempts.note_failure(work, "login_address", _caller(address), ADDRESS_LIMIT).is_allowed:
        return False
    return attempts.note_failure(work, "login", normal_name(username), ACCOUNT_LIMIT).is_allowed


def begin_change(work: Work, *, operator_id: int) -> bool:
    """Count a try at one's own old password before it is looked at, as at a log-in: a session may have been stolen."""
    return attempts.note_failure(work, "own_password", str(operator_id), ACCOUNT_LIMIT).is_allowed


def _caller(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the 64 bits of an IPv6 address that a household is given whole."""
    with suppress(ValueError):
        found = ip_address(address)
        if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
            return f"{IPv6Address(int(found) >> 64 << 64)}/64"
        return str(getattr(found, "ipv4_mapped", None) or found)
    return address[:80]


def password_hash_of(work: Work, username: str) -> tuple[int | None, str]:
    """(operator id, hash) to check a password against; for an unknown or inactive name a hash that fits nothing."""
    row = work.db.execute(
        select(operator.c.id, operator.c.password_hash).where(
            operator.c.username == normal_name(username), operator.c.is_active
        )
    ).first()
    return (None, _NOBODY) if row is None else (int(row.id), str(row.password_hash))


def is_right_password(password_hash: str, password: str) -> bool:
    """Slow on purpose: call it outside any transaction."""
    with _turns:
        try:
            return _hasher.verify(password_hash, password[: MAX_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False


def enter(work: Work, *, operator_id: int, username: str, address: str) -> str:
    """After the right password: forget the wrong ones and open a session; returns the token for the cookie."""
    attempts.clear(work, "login", normal_name(username))
    attempts.forgive(work, "login_address", _caller(address))
    work.db.execute(update(operator).where(operator.c.id == operator_id).values(last_login_at=work.now))
    log(work, PLATFORM, f"operator:{operator_id}", "operator.login", operator_id)
    return sessions.open_for_operator(work, operator_id=operator_id)


def normal_name(username: str) -> str:
    """User names are compared without regard to case and outer blanks."""
    return username.strip().lower()[:40]


def check_password_rules(password: str, *, username: str) -> None:
    """Length is what counts (NIST SP 800-63B, 5.1.1.2). Raises WeakPassword."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(problem="length", least=MIN_PASSWORD)
    if (len(username) > 3 and username in password.lower()) or len(set(password)) < 5:
        raise WeakPassword(problem="simple", least=MIN_PASSWORD)
