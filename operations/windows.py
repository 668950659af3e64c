"""What WeChat still lets us send to a person: customer-service windows and opt-ins to subscription messages.

A ledger of our own, so that we do not call where WeChat would refuse. Allowances: developers.weixin.qq.com
/doc/offiaccount/Customer_Service/Customer_Service_Messages.html (read as: a new interaction fills it up again), and
/doc/service/guide/product/subscription_messages/intro.html (one opt-in is one message).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, message_window, opt_in
from models.prepared import Prepared
from operations.upserts import upsert

# kind of interaction: how many messages, within what time
ALLOWANCES = {
    "message": (5, timedelta(hours=48)),
    "click": (3, timedelta(minutes=1)),
    "follow": (3, timedelta(minutes=1)),
    "scan": (3, timedelta(minutes=1)),
}


_HARDLY = 288  # of a full window's life: gaining less than this part (48 h: 10 min) is worth no write


def _refill(insert: Any) -> Any:
    renewed = {"remaining": insert.excluded.remaining, "closes_at": insert.excluded.closes_at}
    return insert.on_conflict_do_update(index_elements=["account_id", "kind"], set_=renewed)


_OPENED = Prepared(
    {
        "postgresql": _refill(postgresql.insert(message_window)),
        "sqlite": _refill(sqlite.insert(message_window)),
    },
    columns=("account_id", "kind", "remaining", "closes_at"),
)


def opened(work: Work, *, account_id: int, kind: str) -> None:
    """The person wrote (`message`), tapped a menu (`click`), followed (`follow`) or scanned a QR code (`scan`)."""
    count, lifetime = ALLOWANCES[kind]
    row = {"account_id": account_id, "kind": kind, "remaining": count, "closes_at": work.now + lifetime}
    _OPENED.send(work, row)


def is_as_good_as_new(work: Work, *, kind: str, left: int | None, until: datetime | None) -> bool:
    """Whether a window with so many messages left until then would hardly gain by another interaction."""
    count, lifetime = ALLOWANCES[kind]
    return left == count and until is not None and until > work.now + lifetime - lifetime / _HARDLY


def take(work: Work, *, account_id: int) -> str | None:
    """Use up one customer-service message; the window's kind, or None when there is no window.

    The window that closes first is used first.
    """
    usable = (message_window.c.account_id == account_id, message_window.c.remaining > 0)
    kinds = work.db.execute(
        select(message_window.c.kind)
        .where(*usable, message_window.c.closes_at > work.now)
        .order_by(message_window.c.closes_at)
    ).scalars()
    for kind in kinds.all():
        taken = work.db.execute(
            update(message_window)
            .where(*usable, message_window.c.closes_at > work.now, message_window.c.kind == kind)
            .values(remaining=message_window.c.remaining - 1)
        )
        if taken.rowcount == 1:
            return str(kind)
    return None


def put_back(work: Work, *, account_id: int, kind: str) -> None:
    """The message was not sent after all."""
    work.db.execute(
        update(message_window)
        .where(
            message_window.c.account_id == account_id,
            message_window.c.kind == kind,
            message_window.c.remaining < ALLOWANCES[kind][0],
        )
        .values(remaining=message_window.c.remaining + 1)
    )


def close_all(work: Work, *, account_id: int) -> None:
    """The person left, or WeChat says that the allowance is used up."""
    work.db.execute(update(message_window).where(message_window.c.account_id == account_id).values(remaining=0))


def accepted(work: Work, *, account_id: int, template_id: str) -> None:
    """The person agreed to one message of this template."""
    one = upsert(work, opt_in).values(account_id=account_id, template_id=template_id, remaining=1, changed_at=work.now)
    work.db.execute(
        one.on_conflict_do_update(
            index_elements=["account_id", "template_id"],
            set_={"remaining": opt_in.c.remaining + 1, "changed_at": work.now},
        )
    )


def rejected(work: Work, *, account_id: int, template_id: str) -> None:
    """The person switched this template off, or WeChat refused it: none is left."""
    work.db.execute(_opt_in(account_id, template_id).values(remaining=0, changed_at=work.now))


def consumed(work: Work, *, account_id: int, template_id: str) -> bool:
    """Use up one opt-in; False when there is none."""
    taken = work.db.execute(
        _opt_in(account_id, template_id)
        .where(opt_in.c.remaining > 0)
        .values(remaining=opt_in.c.remaining - 1, changed_at=work.now)
    )
    return bool(taken.rowcount == 1)


def returned(work: Work, *, account_id: int, template_id: str) -> None:
    """The message was not sent after all."""
    accepted(work, account_id=account_id, template_id=template_id)


def _opt_in(account_id: int, template_id: str) -> Update:
    return update(opt_in).where(opt_in.c.account_id == account_id, opt_in.c.template_id == template_id)
