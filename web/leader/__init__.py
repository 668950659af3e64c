"""The leader's phone console: today, orders by building, handing out by code. Helpers see no money and no phones."""

from web.leader import entrance, find, pages, redeem, scan
from web.leader.blueprint import members

__all__ = ["entrance", "find", "members", "pages", "redeem", "scan"]
