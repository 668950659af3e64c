"""The ways a notice can reach a person, and how its words and fields are made to fit each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

CUSTOMER, TEMPLATE, SUBSCRIBE = "customer", "template", "subscribe"
ALL = (CUSTOMER, TEMPLATE, SUBSCRIBE)  # in the order in which they are tried


class Renderer(Protocol):
    """The words of a notice; what they are is not the scheduler's business."""

    def text(self, kind: str, payload: Mapping[str, Any]) -> str:
        """The notice as a chat message."""

    def facts(self, kind: str, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Short named values for template fields, for example title, code, place, time, amount."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account: its id, which fact goes into which of its fields (`thing1`), and where a tap leads."""

    id: str
    fields: Mapping[str, str]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """What the account may use. Templates and subscriptions by notice kind; none configured means not used."""

    customer: bool = True
    templates: Mapping[str, Template] = field(default_factory=dict)
    subscriptions: Mapping[str, Template] = field(default_factory=dict)

    def usable(self) -> list[str]:
        """The channels that could carry anything."""
        have = {CUSTOMER: self.customer, TEMPLATE: bool(self.templates), SUBSCRIBE: bool(self.subscriptions)}
        return [channel for channel in ALL if have[channel]]


# Characters per kind of field; a longer value makes the platform refuse the whole message (47003).
# developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html
_LIMITS = {"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phrase": 5}
_FIELD_KIND = re.compile(r"[a-z_]+")


def fill(template: Template, facts: Mapping[str, str]) -> dict[str, str]:
    """The fields of a template message. Raises KeyError when the notice lacks a fact that the template asks for."""
    return {name: _cut(name, facts[fact]) for name, fact in template.fields.items()}


def _cut(name: str, value: str) -> str:
    kind = _FIELD_KIND.match(name)
    limit = _LIMITS.get(kind.group()) if kind else None
    if limit is None or len(value) <= limit:
        return value
    return value[: limit - 1] + "…" if name.startswith("thing") else value[:limit]  # only a thing may hold any sign
