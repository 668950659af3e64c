"""What an order form says of the person beside the goods: room, name and community."""

from __future__ import annotations

from collections.abc import Mapping

from models import Work
from operations import communities, people
from web.forms import read_id, read_text


def keep_about(work: Work, form: Mapping[str, str], *, leader_id: int, resident_id: int) -> str | None:
    """Remember it; returns the room. What is left empty stays. Raises NotFound (no such community)."""
    room, name = read_text(form, "room", most=40) or None, read_text(form, "name", most=20) or None
    people.introduce(work, leader_id=leader_id, resident_id=resident_id, name=name, room=room)
    community_id = read_id(form, "community")
    if community_id is not None:
        communities.choose(work, leader_id=leader_id, resident_id=resident_id, community_id=community_id)
    return room
