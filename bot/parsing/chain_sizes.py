"""Sizes in a line of a 接龙: 2大1小, 大小各一份, where the items differ by a word for their size."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_kinds import labels
from bot.parsing.numerals import read_number
from bot.parsing.values import Doubt, Item, Line

_NOTHING = re.compile(r"[\s,，、;；/。.()（）&~!！:：\-]*")
_SIZES = re.compile(
    rf"(?P<figure>{FIGURE})\s?(?:[份个盒袋箱包])?(?P<size>[大中小])(?:份|的|号|盒|袋|箱)?"
    rf"|(?P<size2>[大中小])(?:份|的|号|盒|袋|箱)?\s?[x×+:]?\s?(?P<figure2>{FIGURE})(?:份|个|盒|袋|箱)?"
)
_MIXED = re.compile(rf"(?:{FIGURE}\s?(?:个|只|份)?[大中小](?:的|个|只)?[\s,，、]?){{2,3}}")
_EACH = re.compile(
    rf"(?P<sizes>[大中小]份?[和、,]?[大中小](?:份?[和、,]?[大中小])?)份?各(?P<figure>{FIGURE})[份个盒袋箱]?"
)


def read_sizes(content: str, items: Sequence[Item]) -> Content | None:
    """The items whose name or spec says 大, 中, 小; None when that is not what the content speaks of."""
    content = _EACH.sub(_spread, content)
    pieces = list(_SIZES.finditer(content))
    if not pieces or _NOTHING.fullmatch(_SIZES.sub("", content)) is None or not _has_sizes(items):
        return None
    lines: list[Line] = []
    doubts: list[Doubt] = []
    for piece in pieces:
        word = piece["size"] or piece["size2"]
        number = read_number(piece["figure"] or piece["figure2"])
        meant = [item for item in items if word in labels(item)]
        if len(meant) == 1 and number is not None and 0 < number.milli < 100_000:
            lines.append(Line(meant[0].key, number.milli))
        else:
            keys = tuple(item.key for item in meant[:4])
            doubts.append(Doubt(piece[0], "which_item", keys, None if number is None else number.milli))
    return Content(tuple(lines), tuple(doubts))


def summed_sizes(content: str, items: Sequence[Item]) -> tuple[str, str] | None:
    """(南瓜2, 一大一小) for 南瓜一大一小, where nothing is sold by size; None for anything else."""
    match = _MIXED.search(content)
    if match is None or _has_sizes(items):
        return None
    figures = [read_number(figure) for figure in re.findall(rf"({FIGURE})\s?(?:个|只|份)?[大中小]", match[0])]
    if any(one is None or one.kind != "exact" for one in figures):
        return None
    total = sum(one.milli for one in figures if one is not None)
    rest = content[match.end() :].strip(" ,，)）")
    return (f"{content[: match.start()]}{total // 1000}", match[0]) if total % 1000 == 0 and not rest else None


def _spread(match: re.Match[str]) -> str:
    """大小各一份 -> 大一 小一."""
    return " ".join(f"{size}{match['figure']}" for size in re.findall("[大中小]", match["sizes"]))


def _has_sizes(items: Sequence[Item]) -> bool:
    return any("大" in labels(item) for item in items) and any("小" in labels(item) for item in items)
