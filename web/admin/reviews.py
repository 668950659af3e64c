"""Reviews of all leaders; what must not stay is hidden, with a reason that is kept."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import reviews as business
from operations.listings import growth as listing
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_page, require_text
from web.site import site


@admin.get("/reviews")
@allow(permission="view")
def reviews() -> str:
    """All reviews, the newest first, hidden ones too."""
    number = read_leader_number(request.args)
    sort = read_choice(request.args, "sort", tuple(listing.REVIEW_SORTS), "new")
    with site().store.read() as work:
        found = listing.reviews(work, leader_number=number, sort=sort, number=read_page(request.args))
    return page("reviews", here="reviews", title="评价", found=found, sort=sort)


@admin.post("/reviews/<key:leader_id>/<key:review_id>/hide")
@allow(permission="growth")
def hide_review(leader_id: int, review_id: int) -> Response:
    """Take it off the leader's page."""
    site().act(
        lambda work: business.hide(
            work,
            leader_id=leader_id,
            review_id=review_id,
            reason=require_text(request.form, "reason", "隐藏的原因"),
            actor=current().actor,
        ),
        done="已隐藏，原因记在操作记录里。",
    )
    return redirect(url_for(".reviews"))


@admin.post("/reviews/<key:leader_id>/<key:review_id>/show")
@allow(permission="growth")
def show_review(leader_id: int, review_id: int) -> Response:
    """Put it back."""
    site().act(
        lambda work: business.show_again(work, leader_id=leader_id, review_id=review_id, actor=current().actor),
        done="已恢复显示。",
    )
    return redirect(url_for(".reviews"))
