"""Pages for everybody who has a link: a leader's home, a round to order from, a pickup QR, a file to fetch."""

from web.resident import (
    driver,
    file,
    front,
    home,
    identity,
    invited,
    own_page,
    pay,
    pictures,
    round_page,
    shelf_page,
    supplier,
    supplier_orders,
    ticket,
)
from web.resident.blueprint import mall, public

__all__ = [
    "driver",
    "file",
    "front",
    "home",
    "identity",
    "invited",
    "mall",
    "own_page",
    "pay",
    "pictures",
    "public",
    "round_page",
    "shelf_page",
    "supplier",
    "supplier_orders",
    "ticket",
]
