"""The platform's own announcements: shown with how many they go to, sent by a second button."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import news as business
from operations.listings import growth as listing
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_nonce, read_page, read_text, require_text
from web.site import site

KINDS = ("event", "preview")


@admin.get("/news")
@allow(permission="view")
def news() -> str:
    """All announcements, the newest first."""
    return _page("")


@admin.post("/news/look")
@allow(permission="growth")
def look_at_news() -> str:
    """How it will read, and to how many it goes. Sends nothing."""
    return _page(require_text(request.form, "words", "公告", most=business.LONGEST))


@admin.post("/news")
@allow(permission="growth")
def send_news() -> Response:
    """Send it to the neighbours of every working leader."""
    form = request.form
    site().act(
        lambda work: business.announce_everywhere(
            work,
            kind=read_choice(form, "kind", KINDS, "event"),
            words=require_text(form, "words", "公告", most=business.LONGEST),
            actor=current().actor,
            source_key=f"web:{read_nonce(form)}",
        ),
        done=lambda count: f"发出去了，一共 {count} 位居民。晚上休息时间的，早上再发。",
    )
    return redirect(url_for(".news"))


def _page(words: str) -> str:
    with site().store.read() as work:
        found = listing.news(work, leader_number=read_leader_number(request.args), number=read_page(request.args))
        count = business.count_everywhere(work) if words else 0
    kind = read_choice(request.form, "kind", KINDS, "event")
    shown = read_text(request.form, "words", most=business.LONGEST)
    return page("news", here="news", title="公告", found=found, words=words, typed=shown, count=count, kind=kind)
