"""One call of the library: what comes back is the answer as a mapping, whatever goes wrong is a PayError."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import requests

from bot.pay.gateway import PayError

_NOT_THERE = {"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"}


def call(ask: Callable[..., Any], *, is_json: bool = True, **values: Any) -> Any:
    """Raises PayError."""
    try:
        status, answer = ask(**values)
    except requests.ConnectTimeout:
        raise PayError("NETWORK") from None
    except requests.RequestException:
        raise PayError("NETWORK", is_unknown=True) from None
    except Exception as error:
        if "verify the signature" in str(error):
            raise PayError("BAD_SIGNATURE", is_unknown=True) from None
        raise
    if status == 204 or (status == 200 and not is_json):
        return answer
    found = _json(answer)
    if status == 200:
        return found
    raise PayError(str(found.get("code") or f"HTTP_{status}"), is_unknown=status >= 500)


def find(ask: Callable[..., Any], **values: Any) -> dict[str, Any] | None:
    """The same of something that may not be there: then None."""
    try:
        return dict(call(ask, **values))
    except PayError as error:
        if error.code in _NOT_THERE:
            return None
        raise


def text(answer: Mapping[str, Any], name: str) -> str:
    """A value that has to be there."""
    if not isinstance(answer.get(name), str):
        raise PayError("BAD_ANSWER", is_unknown=True)
    return str(answer[name])


def _json(answer: Any) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
