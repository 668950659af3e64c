"""A renderer for tests, and the templates of a pretended account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduler.channels import Channels, Template

TEMPLATE_ID, SUBSCRIBE_ID = "T_ready", "S_ready"
READY = {"thing1": "title", "character_string2": "code"}

CUSTOMER_ONLY = Channels()
TEMPLATES = Channels(customer=False, templates={"arrived": Template(TEMPLATE_ID, READY)})
EVERYTHING = Channels(
    templates={kind: Template(TEMPLATE_ID, READY) for kind in ("arrived", "refund", "reminder_pickup")},
    subscriptions={"arrived": Template(SUBSCRIBE_ID, {"thing1": "title"})},
)


class Words:
    """`<kind>: <title>`; a payload with `broken` cannot be worded, an empty one has no words any more."""

    def text(self, kind: str, payload: Mapping[str, Any]) -> str:
        if "broken" in payload:
            raise KeyError("broken")
        return f"{kind}: {payload['title']}" if payload else ""

    def facts(self, kind: str, payload: Mapping[str, Any]) -> Mapping[str, str]:
        return {"title": str(payload["title"]), "code": str(payload["code"])}
