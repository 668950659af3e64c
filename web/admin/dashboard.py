"""The first page: what needs an operator's eyes today."""

from __future__ import annotations

from operations.listings import dashboard as listing
from web.admin.blueprint import admin, page
from web.auth import allow
from web.site import site


@admin.get("/")
@allow(permission="view")
def dashboard() -> str:
    """Numbers of today, rounds at work, cases near their deadline."""
    with site().store.read() as work:
        today = listing.today(work)
    return page("dashboard", here="dashboard", title="总览", today=today)
