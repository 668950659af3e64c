"""Lines of a 接龙 that are counted in an unusual way: 第1位, No.1, 🐻1, 1👉, a. b. c., a bullet in front of each.

A way of counting is believed when three lines and more share it and their numbers rise; a bullet when what stands
behind it is no price list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.parsing.normalise import circled_value
from bot.parsing.numerals import chinese_value
from bot.parsing.post_prices import find_prices
from bot.parsing.quantity import UNIT_PATTERN

_FEWEST, _WIDEST_GAP = 3, 3
_SYMBOL = r"[^\w\s\ue001-\ue014@(（\[【<《「\"'“]"
_SHAPES = (
    re.compile(r"\s*第\s?(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})\s?(?P<same>[位名个家单棒户])\s?[:：.、,，]?\s*"),
    re.compile(r"\s*(?P<same>no)\.?\s?(?P<n>\d{1,3})[.:：、]?\s*"),
    re.compile(rf"\s*(?P<same>{_SYMBOL}{{1,3}})\s?(?P<n>\d{{1,3}})(?:\s?[.、:：)]\s*|\s+)"),
    re.compile(rf"\s*(?P<n>\d{{1,3}})\s?(?P<same>(?![.,，、:：)）+×*/|=~_-]){_SYMBOL}{{1,3}})\s*"),
    re.compile(r"\s*(?P<same>序号|编号|接龙?|顺序|排)\s?(?P<n>\d{1,3})(?:\s?[.、:：)]\s*|\s+)"),
    re.compile(r"\s*(?P<n>[a-z])\s?(?P<same>[.、:：)])\s*(?=\S)"),
)
_GLUED = re.compile(  # 1张姐 橙子2箱, what is left of a keycap
    rf"\s*(?P<n>\d{{1,3}})(?P<same>)\s?(?=[^\W\d_])(?!(?:[栋幢座楼号期区层室年月日点]|单元|(?!张)(?:{UNIT_PATTERN})))"
)
_BULLET = re.compile(rf"\s*(?P<same>(?![.,，、:：)）|=~_#]|[+×](?!\s)){_SYMBOL})\s*(?=\S)")
_DASH_BEHIND = re.compile(r"(?P<number>\|\s?\d{1,3}\s?)-")  # 2-3-502: the second, in 3-502
_NEXT_IN_ROW = re.compile(r"\|(?=\s?(?P<n>\d{1,3})\s?[-.、)])")
_MARK = re.compile("[\ue001-\ue014]")
_FEWEST_MARKS = 4


def counted_lines(body: str) -> dict[int, tuple[int, int]]:
    """Offset of a line -> (its number, where its text begins), for the lines that an unusual way counts."""
    lines = list(_lines(body))
    best: dict[int, tuple[int, int]] = {}
    for shape in _SHAPES:
        found = _series(shape, body, lines)
        best = found if len(found) > len(best) else best
    return best or _series(_GLUED, body, lines, widest=1)


def bulleted_lines(body: str) -> dict[int, tuple[int, int]]:
    """The same for the bullet that stands in front of most lines."""
    by_symbol: dict[str, list[tuple[int, int, int]]] = {}
    for start, stop in _lines(body):
        match = _BULLET.match(body, start, stop)
        if match is not None:
            by_symbol.setdefault(match["same"], []).append((start, match.end(), stop))
    rows = max(by_symbol.values(), key=len, default=[])
    priced = sum(bool(find_prices(body[begin:stop])) for _, begin, stop in rows)
    if len(rows) < _FEWEST or 2 * priced > len(rows):
        return {}
    return {start: (number, begin) for number, (start, begin, _) in enumerate(rows, start=1)}


def _series(
    shape: re.Pattern[str], body: str, lines: list[tuple[int, int]], widest: int = _WIDEST_GAP
) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    same, last = "", 0
    for start, stop in lines:
        match = shape.match(body, start, stop)
        number = _value(match["n"]) if match is not None else None
        if match is None or number is None or (same and match["same"] != same):
            continue
        if last <= number <= last + widest and (found or number == 1):
            found[start] = (number, match.end())
            same, last = match["same"], number
    return found if len(found) >= _FEWEST else {}


def _value(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    return ord(written) - ord("a") + 1 if written.isascii() else chinese_value(written)


def _lines(body: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in body.split("\n"):
        if line.strip():
            yield position, position + len(line)
        position += len(line) + 1


def with_rows_apart(body: str) -> str:
    """`body` with line ends for the bars of a list in one line: … | 1-阿月 2袋 | 2-王五 1袋. Offsets stay."""
    numbers = [int(match["n"]) for match in _NEXT_IN_ROW.finditer(body)]
    if len(numbers) < _FEWEST or numbers != list(range(1, len(numbers) + 1)):
        return body
    return _NEXT_IN_ROW.sub("\n", _DASH_BEHIND.sub(r"\g<number>.", body))


def marked_rows(body: str, start: int, stop: int) -> list[tuple[int, int]]:
    """(number, offset of the mark) of ①阿月2箱②王五1箱③…: four marks and more that rise by one, with words between."""
    marks = [(circled_value(match[0]) or 0, match.start()) for match in _MARK.finditer(body, start, stop)]
    rising: list[tuple[int, int]] = []
    for number, at in marks:
        if number == len(rising) + 1:
            rising.append((number, at))
    if len(rising) < _FEWEST_MARKS or 2 * len(rising) < len(marks):
        return []
    ends = [at for _, at in rising[1:]] + [stop]
    wordy = sum(
        re.search(r"[^\W\d].*[^\W\d].*[^\W\d]", body[at:end]) is not None
        for (_, at), end in zip(rising, ends, strict=True)
    )
    priced = sum(bool(find_prices(body[at:end])) for (_, at), end in zip(rising, ends, strict=True))
    return rising if wordy == len(rising) and 2 * priced <= len(rising) else []
