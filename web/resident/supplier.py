"""`/l/L7/from/<supplier>`: where goods come from: the farm's story, and what of it is open now."""

from __future__ import annotations

from werkzeug.wrappers import Response

from operations import suppliers
from operations.listings import leaders
from operations.listings import suppliers as listing
from web.auth import allow
from web.photos import from_media_folder
from web.resident.blueprint import mall
from web.resident.home import leader_number
from web.site import render, site


@mall.get("/l/<code>/from/<key:supplier_id>")
@allow(public=True)
def supplier(code: str, supplier_id: int) -> str:
    """Story, origin, pictures, what is open. No phone, no cost; who is not bought from any more has no page."""
    with site().store.read() as work:
        leader = leaders.card(work, leader_number=leader_number(code))
        row = listing.story(work, supplier_id=supplier_id)
        return render(
            "resident/supplier.html",
            title=row["name"],
            leader=leader,
            supplier=row,
            photos=[one for one in listing.photos(work, supplier_id=supplier_id) if one["kind"] == "story"],
            offers=listing.open_now(work, supplier_id=supplier_id, leader_id=leader["id"]),
        )


@mall.get("/i/from/<key:photo_id>")
@allow(public=True)
def farm_picture(photo_id: int) -> Response:
    """A picture of the farm or its goods. Documents are not shown here."""
    with site().store.read() as work:
        path = suppliers.photo(work, photo_id=photo_id, is_public=True)
    response = from_media_folder(path)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
