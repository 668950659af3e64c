"""The lines of a pasted 接龙: title, numbered entries, wrapped lines, and lines that belong to nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.parsing.chain_series import bulleted_lines, counted_lines, marked_rows, with_rows_apart
from bot.parsing.normalise import circled_value
from bot.parsing.numerals import chinese_value
from bot.parsing.quantity import UNIT_PATTERN

MAX_LINES = 600
_MOST_CHARS = 12_000
_LONGEST_COUNTED, _ENOUGH = 16_000, 4
MAX_ROW = 400  # characters of one entry, wrapped lines included

_NUMBERED = re.compile(
    r"[ \t×·•*✅☑✔√▪●○◆◇■□★☆👉]{0,4}(?:no\.?\s?(?=\d))?"
    r"(?:[(\[【]\s?(?P<a>\d{1,3})\s?[)\]】][.、:]?|(?P<b>\d{1,3})\s?(?:[、):。]|[.,，](?!\d)|号[.、:]"
    r"|/(?=\s|[^\W\d]))|(?P<f>\d{1,3})\.\d(?=[ \t]+[^\s\d])|(?P<c>\d{1,3})\.(?=\d)|"
    r"(?P<d>\d{1,3})(?:[ \t]+(?=[^\s×+/.、-])|[-—][ \t]*(?=[^\W\d]))"
    r"|(?P<m>[\ue001-\ue014])[.、:]?"
    r"|(?P<e>[一二三四五六七八九十]{1,3})[、.:])[ \t]*"
)
_ROOM_AHEAD = r"(?=\d{1,2}-\d|\d{1,2}(?:栋|幢|座|号楼|#)|\d{3,4}(?![\d.克gm毫]))"  # 3.2-1905贾贾 is entry 3
_INLINE = re.compile(
    rf"(?:(?<=[\s,，;；。:：)）】])|(?<=[\s,，;；。][(（【\[])(?=\d{{1,3}}[)）】\]]\s*\S)|(?<=[份盒箱斤袋包板瓶个只条提把块罐桶件套支杯了])(?=\d{{1,2}}[.、]))"
    rf"(?P<n>\d{{1,3}})\s?(?:[、)】\]]|\.(?!\d)|\.{_ROOM_AHEAD})\s*"
)
_GLUED = re.compile(rf"(?<!\S)(?P<n>\d{{1,2}})(?:(?=[^\W\d_])(?!号)|[.、](?=[^\W\d_])|\.{_ROOM_AHEAD})")
_COUNTED = re.compile(rf"\d{{1,2}}\s?(?:{UNIT_PATTERN})(?![^\s,，;；。)）(（])")
_TITLE = re.compile(r"接龙|团购?|报名|[:：]\s*$")
_MARK_LINE = re.compile(r"[\s\W]*#?\s*(?:群?接龙|group\s?note|solitaire)", re.I)
_EXAMPLE = re.compile(r"[\W_]*(?:例(?:如|子|:|\s|$)|示例|范例|格式|模板|样例|example|如[:：])")
_RULE_LINE = re.compile(r"[\s\-_=~*─·.#+×]{3,}$")


@dataclass(slots=True)
class Row:
    """One line, or a numbered entry: offsets of its content in the normalised text (the number is outside)."""

    number: int | None
    start: int
    end: int
    line_start: int
    after_blank: bool = False
    under: str = ""  # the goods of the heading that the line stands under


@dataclass(slots=True)
class Layout:
    """`entries` in order; `title` what stands before them. Unnumbered rows among `entries` are still to be judged."""

    title: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    has_mark: bool = False
    is_numbered: bool = False
    beyond: list[str] = field(default_factory=list)  # lines that were not looked at


def lines_of(text: str) -> tuple[str, str]:
    """(the lines that are looked at, the rest of the text)."""
    end, left = 0, _MOST_CHARS
    for _ in range(MAX_LINES):
        stop = text.find("\n", end)
        left -= min((stop if stop >= 0 else len(text)) - end, 4 * MAX_ROW)
        if stop < 0 or (left < 0 and end):
            return (text, "") if (stop < 0 and left >= 0) or not end else (text[: end - 1], text[end:])
        end = stop + 1
    return text[: end - 1], text[end:]


def read_layout(body: str) -> Layout:
    """Divide normalised text into title and rows; example lines (例 …) and ruled lines are dropped."""
    body = with_rows_apart(body)
    rows = _rows(body)
    layout = Layout(has_mark=any(_MARK_LINE.match(body, row.start, row.end) for row in rows[:3]))
    layout.beyond = [line.strip()[:MAX_ROW] for line in body.split("\n")[MAX_LINES:] if line.strip()]
    rows = [row for row in rows if not _RULE_LINE.match(body[row.start : row.end])]
    numbered = [index for index, row in enumerate(rows) if row.number is not None]
    layout.is_numbered = len(numbered) >= 2 or (layout.has_mark and bool(numbered))
    if layout.is_numbered:
        first = numbered[0]
        layout.title, layout.entries = rows[:first], rows[first:]
        return layout
    for row in rows:
        row.start, row.number = row.line_start, None
    marked = [index for index, row in enumerate(rows) if _MARK_LINE.match(body, row.start, row.end)]
    start = marked[-1] + 1 if marked else 0
    layout.title, layout.entries = rows[:start], rows[start:]
    return layout


def restarts(entries: list[Row]) -> list[int]:
    """Indices where the numbering begins anew at 1."""
    found: list[int] = []
    last = 0
    for index, row in enumerate(entries):
        if row.number is None:
            continue
        if row.number == 1 and last >= 1 and index:
            found.append(index)
        last = row.number
    return found


def is_example(text: str) -> bool:
    """例 张三 2份, 示例: …"""
    return _EXAMPLE.match(text) is not None


def is_mark(text: str) -> bool:
    """#接龙 or #Group Note."""
    return _MARK_LINE.match(text) is not None


def _rows(body: str) -> list[Row]:
    rows: list[Row] = []
    position, blank = 0, False
    expected = 1
    counted = _counted(body)
    for line in body.split("\n")[:MAX_LINES]:
        stop = position + min(len(line), 4 * MAX_ROW)
        if not line.strip():
            blank = True
        else:
            if counted:
                number, begin = counted.get(position, (None, position))
                split = [Row(number, begin, stop, position)]
            else:
                split = _split(body, position, stop, expected)
            for row in split:
                row.after_blank, blank = blank, False
                rows.append(row)
                if row.number is not None:
                    expected = row.number + 1
        position += len(line) + 1
    return rows


def _counted(body: str) -> dict[int, tuple[int, int]]:
    """The lines of an unusual way of counting, where it counts more than the usual one."""
    lines = [line for line in body.split("\n")[:MAX_LINES] if line.strip()]
    usual = sum(_NUMBERED.match(line[:40]) is not None for line in lines)
    counted = counted_lines(body[:_LONGEST_COUNTED])
    if len(counted) > usual or (len(counted) >= _ENOUGH and 2 * len(counted) > usual):
        return counted
    bulleted = bulleted_lines(body[:_LONGEST_COUNTED])
    return bulleted if len(bulleted) > usual else {}


def _split(body: str, start: int, stop: int, expected: int) -> list[Row]:
    """The numbered entries of one line: usually one, in a flattened paste several."""
    match = _NUMBERED.match(body, start, stop)
    number = _number(match, expected, body) if match is not None else None
    marked = _marked_rows(body, start, stop)
    if marked and (match is None or match["m"]):
        return marked
    if match is None or number is None:
        glued = _glued_rows(body, start, stop)
        if glued:
            return glued
        rows = [Row(None, start, stop, start)]
        first = next((found for found in _INLINE.finditer(body, start, stop) if found["n"] == "1"), None)
        if first is None or all(found["n"] != "2" for found in _INLINE.finditer(body, first.end(), stop)):
            return rows
        rows[0].end, position = first.start(), first.start()  # #接龙 粽子 1. 梅姐 2袋 2. 阿国 1袋
    else:
        rows, position = [Row(number, match.end(), stop, start)], match.end()
    for found in _INLINE.finditer(body, position, stop):
        if int(found["n"]) == (rows[-1].number or 0) + 1 and found.start() > rows[-1].start:
            rows[-1].end = found.start()
            rows.append(Row(int(found["n"]), found.end(), stop, found.start()))
    return rows


def _marked_rows(body: str, start: int, stop: int) -> list[Row]:
    marked = marked_rows(body, start, stop)
    if not marked:
        return []
    ends = [at for _, at in marked[1:]] + [stop]
    rows = [Row(number, at + 1, end, at) for (number, at), end in zip(marked, ends, strict=True)]
    has_title = bool(body[start : rows[0].line_start].strip())
    return [Row(None, start, rows[0].line_start, start), *rows] if has_title else rows


def _glued_rows(body: str, start: int, stop: int) -> list[Row]:
    """1王姐2盒 2李哥1盒 3.6-1401 1盒: numbers that rise from 1 by one, each right before a name or a room."""
    found = [match for match in _GLUED.finditer(body, start, stop) if match.start() - start <= 4 * MAX_ROW]
    rising: list[re.Match[str]] = []
    for match in found:
        if int(match["n"]) == len(rising) + 1:
            rising.append(match)
        elif _COUNTED.match(body, match.start()) is None:  # the 3包 of 3-602 3包 counts goods
            return []
    title = body[start : rising[0].start()] if rising else ""
    if len(rising) < 3 or (title.strip() and _TITLE.search(title) is None):
        return []
    ends = [match.start() for match in rising[1:]] + [stop]
    rows = [
        Row(number, match.end(), end, match.start())
        for number, (match, end) in enumerate(zip(rising, ends, strict=True), start=1)
    ]
    return [Row(None, start, rising[0].start(), start), *rows] if title.strip() else rows


def _number(match: re.Match[str], expected: int, body: str) -> int | None:
    if match["m"]:
        return circled_value(match["m"])
    if match["e"]:
        return chinese_value(match["e"])
    if match["f"]:  # 2.5 小林: put in by hand between 2 and 3
        return expected - 1 if int(match["f"]) == expected - 1 else None
    if match["c"] or match["d"]:  # 3.502 or 12 王五: a number only if it continues the list
        number = int(match["c"] or match["d"])
        if body[match.end() : match.end() + 1].isdigit():
            return number if number == expected else None
        return number if expected - 1 <= number <= expected + 3 else None
    return int(match["a"] or match["b"])
