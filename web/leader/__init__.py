"""The leader's phone console: today, orders by building, handing out by code. Helpers see no money and no phones."""

from web.leader import entrance, find, goods, late, pages, papers, picking, redeem, scan, settlements
from web.leader.blueprint import members

__all__ = [
    "entrance",
    "find",
    "goods",
    "late",
    "members",
    "pages",
    "papers",
    "picking",
    "redeem",
    "scan",
    "settlements",
]
