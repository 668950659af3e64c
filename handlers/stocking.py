"""Offers that are about to be published meet the products of the suppliers."""

from __future__ import annotations

from collections.abc import Iterable

from bot.parsing.products import Shelf
from handlers.talk import Talk
from operations import stocking
from operations.offers import NewOffer


def stocked(talk: Talk, offers: Iterable[NewOffer]) -> tuple[NewOffer, ...]:
    """The offers with what their products tell; what no product is sure for stays as the leader wrote it."""
    offers = tuple(offers)
    products = stocking.on_sale(talk.work)
    if not products:
        return offers
    by_id = {one.id: one for one in products}
    shelf = _shelf(talk, products)
    known = stocking.remembered(talk.work, leader_id=talk.leader_id, wordings=map(stocking.wording, offers))
    found = []
    for one in offers:
        words = stocking.wording(one)
        product_id = known[words] if words in known else shelf.match(*words)
        found.append(stocking.taken_over(one, by_id.get(product_id or 0)))
    return tuple(found)


def _shelf(talk: Talk, products: list[stocking.Product]) -> Shelf:
    """It is costly to make and stays while the products stay."""
    key = (Shelf, *((one.id, one.name, one.spec, one.unit) for one in products))
    found: Shelf | None = talk.work.known.get(key)
    if found is None:
        found = Shelf(products)
        talk.work.learn(key, found)
    return found
