"""A 接龙 whose numbering begins anew: an older paste above the newer one, or notices above the people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.parsing.chain_content import Shelf
from bot.parsing.chain_rows import Row, restarts
from bot.parsing.post_prices import find_prices

_LONGEST_PRICE_LIST = 60  # lines
_MOSTLY = 0.8
_MOST_PASTES, _SHORTEST_NOTICE = 4, 7


def newest_paste(rows: list[Row], text_of: Callable[[Row], str]) -> list[Row]:
    """A chain that was pasted twice counts once: the later list repeats the entries of the earlier one."""
    for index in reversed(restarts(rows)[-_MOST_PASTES:]):
        older = [row for row in rows[:index] if row.number is not None]
        newer = {row.number: text_of(row).strip() for row in rows[index:]}
        same = sum(newer.get(row.number) == text_of(row).strip() for row in older)
        if len(older) > 1 and len(newer) >= len(older) and _MOSTLY * len(older) <= same:
            return rows[index:]
    return rows


def first_person(rows: list[Row], text_of: Callable[[Row], str], shelf: Shelf) -> int:
    """Where the people begin, below goods or notices with numbers of their own."""
    for index in reversed([index for index in restarts(rows) if index <= _LONGEST_PRICE_LIST]):
        texts = [text_of(row).strip() for row in rows[:index] if row.number is not None]
        if 2 * sum(_is_price_line(text, shelf) for text in texts) >= len(texts) or _are_notices(texts, shelf):
            return index
    return 0


def _is_price_line(text: str, shelf: Shelf) -> bool:
    starts = shelf.item_starts(text)
    return bool(starts) and starts[0] <= 4 and (bool(find_prices(text)) or shelf.starts_content(text))


def _are_notices(texts: Sequence[str], shelf: Shelf) -> bool:
    """1. 写清楚房号 2. 周日自取: sentences, and nobody's goods."""
    return all(len(text) >= _SHORTEST_NOTICE and not shelf.mentions_item(text) for text in texts)
