"""How a message says which round it is about. Pure."""

from __future__ import annotations

import re

from bot.parsing.normalise import normalise

_WHEN = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]|今[天日]|明[天日]|本周")
_KIND = re.compile(r"小?团购?(?:会)?$")


def without_title(said: str, title: str) -> str | None:
    """The message without the title of this round, as people shorten it (周六水果团: 水果团的); None where it is not
    named."""
    core = _KIND.sub("", _WHEN.sub("", normalise(title).text)).strip()
    text = normalise(said).text
    found = re.search(rf"{re.escape(core)}(?:小?团|那[一个]?团)(?:里?的)?", text) if len(core) > 1 else None
    return f"{text[: found.start()]} {text[found.end() :]}" if found else None


def swaps(said: str) -> bool:
    """Whether one thing is wanted instead of another."""
    return "换" in said
