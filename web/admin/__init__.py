"""The operator console: what an operator may see and decide, for all leaders. Importing it puts the pages in place."""

from web.admin import (
    account,
    actions,
    cases,
    dashboard,
    leaders,
    misread,
    orders,
    papers,
    redeem,
    rounds,
    settlements,
)
from web.admin.blueprint import admin

__all__ = [
    "account",
    "actions",
    "admin",
    "cases",
    "dashboard",
    "leaders",
    "misread",
    "orders",
    "papers",
    "redeem",
    "rounds",
    "settlements",
]
