"""The first page: what needs an operator's eyes today."""

from __future__ import annotations

from operations.listings import dashboard as listing
from operations.listings import trends
from web.admin.blueprint import admin, page
from web.auth import allow
from web.charts import charts
from web.site import site


@admin.get("/")
@allow(permission="view")
def dashboard() -> str:
    """Numbers of today, rounds at work, cases near their deadline, notices that failed; how the last weeks went."""
    with site().store.read() as work:
        today, found = listing.today(work), trends.trends(work)
    return page("dashboard", here="dashboard", title="总览", today=today, charts=charts(found), goods=found.goods)
