"""The blueprint of pages that a link opens. Who has a leader's or helper's session besides may hand out there."""

from __future__ import annotations

from web.auth import MEMBER, NEIGHBOUR
from web.site import guarded

public = guarded("public", prefix="", kind=MEMBER)
mall = guarded("mall", prefix="", kind=NEIGHBOUR)  # where neighbours are known and order

RESIDENTS = ("resident",)
