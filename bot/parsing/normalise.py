# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""One spelling for everything people type, with a map back to what they typed.

The reader works on `Normal.text`: full-width folded, traditional characters simplified, lower case, stickers and
mentions blanked. Fragments that are shown to people (notes, names) are cut from `Normal.raw` through the map.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.parsing.dialects import LETTERS, respell
from bot.parsing.simplified import simplified

MAX_CHARS = 65_536
LONG_NUMBER = "\ue0ff"  # stands for a run of twelve and more digits: an order number, never a quantity or a phone
_CIRCLED_BASE = 0xE000  # ①…⑳ become U+E001…U+E014: NFKC would glue ①2 to 12
CIRCLED = frozenset(chr(_CIRCLED_BASE + value) for value in range(1, 21))
_MAX_FOLDED = 30_000  # characters remembered by the folding table

_SPECIAL = {
    "×": "×", "✕": "×", "✖": "×", "╳": "×", "*": "×", "＊": "×", "✘": "×", "➕": "+", "➖": "-", "–": "-", "—": "-",
    "−": "-", "‐": "-", "‑": "-", "－": "-", "🅰": "a", "🅱": "b", "🆎": "ab", "\r": "\n", "\u2028": "\n", "½": "半", "〜": "~",
    "∼": "~", "❓": "?", "❔": "?", "❗": "!", "…": "。", "¥": "¥", "￥": "¥", "″": '"', "“": '"', "”": '"', "｡": "。",
    "㎏": "kg", "℃": "度", "甭": "别", "覅": "勿要", "冇": "没", "嘸": "没", "伍": "五", "㐱": "个", "奌": "点", "旦": "旦",
    "著": "着", "🔟": "\ue00a", "弗": "勿", "係": "系", "乾": "干", "菓": "果", "蠏": "蟹", "麪": "面", "甁": "瓶", "鷄": "鸡", "藷": "薯", "糭": "粽",
    **LETTERS,
}  # fmt: skip
_STICKER = re.compile(r"\[([^\[\]\n\d]{1,8})\](?!\s*[\dx×+一二两三])")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3\ufe0f?")
_KEYCAPS_OF_ITEMS = re.compile(
    "(?:^|(?<=[\\s,，。;；、和]))(?:[1-9]\ufe0f?\u20e3\ufe0f?)(?:(?:[1-9]\ufe0f?\u20e3\ufe0f?)*(?=\\s?各)|(?=\\s?(?:[要来拿订留俩]|[一二两三四五六七八九十][^\\s斤半点号栋楼]|[x×*]\\s?\\d)))"
)
"""2️⃣要一盒, 1️⃣3️⃣各一份: what stands in front of an order is the number of goods."""
_MENTION = re.compile(r"@[^\n\u2005@]{1,30}\u2005|@[^\s@]{1,30}(?=\s)|@[^\s\d,，。:：!！?？;；、@]{1,20}")
_LONG_DIGITS = re.compile(r"[0-9０-９]{12,}")
_QUOTE = re.compile(r"\s*[「『](?P<quote>.*?)[」』][^\S\n]*\n\s*(?:[-—－–_=~─━]\s*){3,}\n?", re.S)
_QUOTE_LINES = re.compile(r"(?P<quote>(?:\s*[>＞][^\n]*\n)+)")
_QUOTE_REPLY = re.compile(r"\s*(?:引用|回复)\s*[「『\"“](?P<quote>[^\n」』\"”]*)[」』\"”][\s:：,，]*")
_QUOTE_INLINE = re.compile(r"\s*[「『](?P<quote>[^「」『』\n]{1,40}[:：][^「」『』]*)[」』]\s*(?=\S)")
_OPENS_QUOTE = frozenset("「『>＞引回")


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` is what rules read; `starts[i]` is the index in `raw` of the character that became `text[i]`.

    `starts` has one more element than `text` (the end). `quote` is the raw text of a quoted message, if any; it is
    not part of `raw`, so nothing in it is read by accident.
    """

    raw: str
    text: str
    starts: tuple[int, ...]
    quote: str | None = None

    def cut(self, start: int, end: int) -> str:
        """The raw characters behind `text[start:end]`, stripped of surrounding blanks and commas."""
        if start >= end:
            return ""
        last = self.starts[end - 1]
        stop = self.starts[end]
        while stop > last + 1 and end < len(self.starts) and self.raw[stop - 1] in "\ufe0f\u20e3\u200d":
            stop -= 1
        return self.raw[self.starts[start] : stop].strip(" \t\r\n,，。;；、~～")


class _Folding(dict[str, str]):
    """Character -> folded characters, filled on demand."""

    def __missing__(self, char: str) -> str:
        folded = _fold(char)
        if len(self) < _MAX_FOLDED:
            self[char] = folded
        return folded


def _fold(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    point = ord(char)
    if 0x2460 <= point <= 0x2473:
        return chr(_CIRCLED_BASE + point - 0x245F)
    if 0x2776 <= point <= 0x277F:  # ❶…❿
        return chr(_CIRCLED_BASE + point - 0x2775)
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me", "Sk") and char not in "^`":
        return ""
    if char == "\n":
        return char
    if category == "Cn" and 0x1F000 <= point < 0x20000:  # an emoji that is younger than Python's tables
        return char
    if category in ("Cc", "Cs", "Co", "Cn") or category.startswith("Z"):
        return " "
    folded = unicodedata.normalize("NFKC", char).lower()
    if point > 0x2E00:
        folded = simplified(folded)
    return "".join(_SPECIAL.get(part, part) for part in folded if part >= " ")


_FOLDED = _Folding()


def circled_value(char: str) -> int | None:
    """The number of a marked ①…⑳, None for any other character.

    >>> circled_value(normalise("③").text)
    3
    """
    value = ord(char) - _CIRCLED_BASE
    return value if 1 <= value <= 20 else None


def split_quote(raw: str) -> tuple[str | None, str]:
    """(quoted message without its frame, the reply). WeChat pastes a quote as 「name：text」 above a dashed line.

    >>> split_quote("「小美：今晚截单」\\n- - - - - - -\\n两份")
    ('小美：今晚截单', '两份')
    """
    if raw.lstrip()[:1] not in _OPENS_QUOTE:
        return None, raw
    for pattern in (_QUOTE, _QUOTE_LINES, _QUOTE_REPLY, _QUOTE_INLINE):
        match = pattern.match(raw)
        if match is not None:
            return match["quote"].strip(), raw[match.end() :]
    return None, raw


def normalise(raw: str, *, keep_quote: bool = False, limit: int = MAX_CHARS) -> Normal:
    """Fold `raw` (cut to `limit` characters). A leading quote is moved to `.quote` unless `keep_quote`.

    Stickers ([玫瑰]) and mentions (@小美) become one blank; zero-width characters vanish; `×✕*` become `×`; ①…⑳
    become marks (`circled_value`); 2️⃣ becomes 2; runs of twelve and more digits become `LONG_NUMBER`. Never raises.
    """
    raw = raw[:limit]
    quote: str | None = None
    if not keep_quote and raw:
        quote, raw = split_quote(raw)
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    for start, end, replacement in _blanked(raw):
        _append(raw, position, start, pieces, starts)
        pieces.append(replacement)
        starts.extend([start] * len(replacement))
        position = end
    _append(raw, position, len(raw), pieces, starts)
    starts.append(len(raw))
    return Normal(raw, respell("".join(pieces)), tuple(starts), quote)


def _append(raw: str, start: int, end: int, pieces: list[str], starts: list[int]) -> None:
    table = _FOLDED
    here = [table[char] for char in raw[start:end]]
    if "" not in here and len(folded := "".join(here)) == end - start:  # one character for each, as nearly always
        pieces.append(folded)
        starts.extend(range(start, end))
        return
    for index in range(start, end):
        folded = table[raw[index]]
        if folded:
            pieces.append(folded)
            if len(folded) == 1:
                starts.append(index)
            else:
                starts.extend([index] * len(folded))


def _blanked(raw: str) -> list[tuple[int, int, str]]:
    """Spans replaced as a whole, in order and without overlap."""
    found: list[tuple[int, int, str]] = []
    if "[" in raw:
        found += [(match.start(), match.end(), " ") for match in _STICKER.finditer(raw)]
    if "@" in raw:
        found += [(match.start(), match.end(), " ") for match in _MENTION.finditer(raw)]
    if "\u20e3" in raw:
        items = [match.span() for match in _KEYCAPS_OF_ITEMS.finditer(raw)]
        for match in _KEYCAP.finditer(raw):
            names = any(start <= match.start() < end for start, end in items)
            found.append((match.start(), match.end(), chr(_CIRCLED_BASE + int(match[1])) if names else match[1]))
    if len(raw) >= 12:
        found += [(match.start(), match.end(), LONG_NUMBER) for match in _LONG_DIGITS.finditer(raw)]
    if len(found) < 2:
        return found
    found.sort()
    kept: list[tuple[int, int, str]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
