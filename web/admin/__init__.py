"""The operator console: what an operator may see and decide, for all leaders. Importing it puts the pages in place."""

from web.admin import (
    account,
    actions,
    cases,
    coupons,
    dashboard,
    differences,
    leaders,
    misread,
    news,
    orders,
    papers,
    redeem,
    relays,
    reviews,
    rounds,
    settlements,
)
from web.admin.blueprint import admin

__all__ = [
    "account",
    "actions",
    "admin",
    "cases",
    "coupons",
    "dashboard",
    "differences",
    "leaders",
    "misread",
    "news",
    "orders",
    "papers",
    "redeem",
    "relays",
    "reviews",
    "rounds",
    "settlements",
]
