"""The operator console's blueprint and what its pages have in common."""

from __future__ import annotations

from typing import Any

from flask import request

from web.auth import CONSOLE
from web.site import guarded, render

FILTERS = (
    "q",
    "leader",
    "round",
    "state",
    "pay",
    "sort",
    "kind",
    "reading",
    "entity",
    "reason",
    "role",
    "supplier",
    "day",
)

admin = guarded("admin", prefix="/admin", kind=CONSOLE)


def page(template: str, *, here: str, title: str, **values: Any) -> str:
    """A page of the console; `here` is the menu entry it belongs to."""
    return render(f"admin/{template}.html", here=here, title=title, query=query(), **values)


def query() -> dict[str, str]:
    """The filters of a list as they stand in the address, without the page number; unknown ones are dropped."""
    return {key: request.args[key] for key in FILTERS if request.args.get(key)}
