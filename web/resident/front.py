"""The bare address."""

from __future__ import annotations

from web.auth import allow
from web.resident.blueprint import public
from web.site import render, site


@public.get("/")
@allow(public=True)
def front() -> str:
    """How to order, and the way to the console."""
    return render("resident/front.html", title=site().settings.account_name, phones_url=site().settings.phones_url)
