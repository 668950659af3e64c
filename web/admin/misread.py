"""听不懂的话: what people wrote that was asked about or not understood, and teaching a word for an item."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import offers
from operations.listings import misread as listing
from operations.listings.traffic import SORTS
from web.admin.blueprint import admin, page, query
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_leader_number, read_page, require_text
from web.site import site


@admin.get("/misread")
@allow(permission="view")
def misread() -> str:
    """Newest first, each with what was made of it and the items its words could be taught for."""
    reading = read_choice(request.args, "reading", listing.READINGS)
    sort = read_choice(request.args, "sort", SORTS, "new")
    with site().store.read() as work:
        found = listing.messages(
            work,
            reading=reading,
            leader_number=read_leader_number(request.args),
            sort=sort,
            number=read_page(request.args),
        )
        items = listing.offers_of(work, {row["leader_id"] for row in found.rows})
    return page("misread", here="misread", title="听不懂的话", found=found, reading=reading, items=items, sort=sort)


@admin.post("/misread/<key:leader_id>/teach")
@allow(permission="teach")
def teach(leader_id: int) -> Response:
    """From now on these words mean that item: in its round, and in the leader's later rounds."""
    words = require_text(request.form, "words", "说法", most=20)
    round_id, offer_id = _item(request.form.get("item", ""))
    site().act(
        lambda work: offers.teach_alias(
            work, leader_id=leader_id, round_id=round_id, offer_id=offer_id, alias=words, actor=current().actor
        ),
        done=f"记住了：以后「{words}」就是它。",
    )
    values: dict[str, Any] = dict(query())
    return redirect(url_for(".misread", **values))


def _item(chosen: str) -> tuple[int, int]:
    """The `round:offer` that a choice of the list stands for."""
    round_id, _, offer_id = chosen.partition(":")
    if not (round_id.isdigit() and offer_id.isdigit() and len(chosen) < 42):
        raise BadInput("请选一个品项。")
    return int(round_id), int(offer_id)
