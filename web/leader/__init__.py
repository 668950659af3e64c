"""The leader's phone console. Helpers hand out here too; they see no money and no phone numbers."""

from web.leader import (
    bad_goods,
    cases,
    entrance,
    find,
    full_cases,
    goods,
    late,
    neighbours,
    pages,
    papers,
    picking,
    redeem,
    scan,
    settlements,
    shelf,
    showcase,
    transfers,
)
from web.leader.blueprint import members

__all__ = [
    "bad_goods",
    "cases",
    "entrance",
    "find",
    "full_cases",
    "goods",
    "late",
    "members",
    "neighbours",
    "pages",
    "papers",
    "picking",
    "redeem",
    "scan",
    "settlements",
    "shelf",
    "showcase",
    "transfers",
]
