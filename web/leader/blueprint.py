"""The leader's phone pages: their blueprint and what they have in common."""

from __future__ import annotations

from typing import Any

from web.auth import MEMBER, current
from web.site import guarded, render

members = guarded("leader", prefix="/m", kind=MEMBER)

EVERYBODY = ("leader", "helper")
LEADER = ("leader",)


def own_leader_id() -> int:
    """The one leader this session is good for."""
    leader_id = current().leader_id
    if leader_id is None:
        raise RuntimeError("a member's session names its leader")
    return leader_id


def page(template: str, *, title: str, **values: Any) -> str:
    """A page of the phone console."""
    return render(f"leader/{template}.html", title=title, is_leader=current().role == "leader", **values)
