"""Text that fits into a reply: cleaned of what would break the XML, measured in UTF-8 bytes, cut where people read."""

from __future__ import annotations

import re

# A passive reply and a customer-service text take 2,048 bytes; some room is left for what the platform may count.
TEXT_LIMIT = 2000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def clean(text: str) -> str:
    """Without characters that XML or UTF-8 cannot carry; line ends become a plain newline."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def size(text: str) -> int:
    """Length in UTF-8 bytes, which is what the platform counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def fit(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, or as many whole characters of it as fit: the last defence behind `split`."""
    return text if size(text) <= limit else text[: _room(text, limit)]


def split(text: str, limit: int = TEXT_LIMIT, *, more: str) -> tuple[str, str]:
    """A first part of at most `limit` bytes that ends with the line `more`, and the rest; (text, "") when it fits.

    Cut between lines where possible, else inside a line, but never inside a link or a composed emoji. Raises
    ValueError when `more` leaves no room for text.
    """
    if size(text) <= limit:
        return text, ""
    room = limit - size(f"\n{more}")
    if room < 8:
        raise ValueError("the closing line leaves no room for text")
    end = _room(text, room)
    line_end = text.rfind("\n", 1, end + 1)
    cut = line_end if line_end > 0 and text[:line_end].strip() else _between_words(text, end)
    return f"{text[:cut]}\n{more}", text[cut:].removeprefix("\n")


def _room(text: str, limit: int) -> int:
    """How many characters fit into `limit` bytes."""
    return len(text.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore"))


def _between_words(text: str, end: int) -> int:
    """A cut at or before `end` that leaves links and composed characters whole."""
    link = text.rfind("<a ", 0, end)
    if link > 0 and text.find("</a>", link, end) < 0:
        end = link
    cut = end
    while cut > 1 and (text[cut] in _JOINERS or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut if cut > 1 else end
