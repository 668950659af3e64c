"""The goods of a post: names, specs, units, prices, tiers, stock and limits, from lists as well as from prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.parsing.goods_words import mentions_goods
from bot.parsing.normalise import Normal
from bot.parsing.post_draft import Draft
from bot.parsing.post_leftovers import unread_figures
from bot.parsing.post_lines import Reader
from bot.parsing.post_names import headline_title, is_odd_name
from bot.parsing.values import PostItem

_COLD_GOODS = re.compile(r"(?:冷藏|冷冻|冰鲜)(?:品|的|商品|食品|货|类)")
_TALK = re.compile(
    r"(?:不过|当时|上次|上回|后来|结果|然后|所以|因为|但是?|而且|反正|算下来|其实|忘了|那次|有人|听说|一次|连|光是?)"
)
_MOST_UNUSED = 4
_NEAR = 30  # a spec may stand behind its price
_COLD_KIND = re.compile(r"奶|乳|酪|冰|冻|雪糕|虾仁|鱼片|海鲜|水饺|馄饨|汤圆|慕斯")


@dataclass(slots=True)
class ItemsReading:
    """Items, the title line, and which doubts arose (`price:N`, `unit:N`, `name:N`, `cold:N`)."""

    items: tuple[PostItem, ...]
    title: str
    doubts: tuple[str, ...]


def _as_written(said: str, at: int, text: str, written: Normal | None) -> str:
    """Words with the letters the leader typed (M码, 5L/桶), looked for around offset `at`."""
    if written is None:
        return said
    words = []
    for word in said.split(" "):
        found = text.rfind(word, 0, at + len(word))
        found = text.find(word) if found < 0 else found
        words.append(word if found < 0 else written.cut(found, found + len(word)) or word)
    return " ".join(words)


def read_items(text: str, shown: str, written: Normal | None = None) -> ItemsReading:
    """Items of a post. `text` has everything that is not about goods blanked with NUL; `shown` has the same length."""
    reader = Reader(text, shown)
    reader.read()
    doubts: list[str] = [
        f"promotion:{words}" for words in dict.fromkeys((*reader.shares.unheld, *reader.unused[:_MOST_UNUSED]))
    ]
    doubts += [f"figure:{words}" for words in unread_figures(reader.leftovers)]
    items: list[PostItem] = []
    for number, draft in enumerate(_kept(reader.drafts), start=1):
        draft.name = _as_written(draft.name, draft.at, text, written)
        draft.spec = _as_written(draft.spec, draft.at + _NEAR, text, written) if draft.spec else None
        items.append(draft.finished(number, reader.shares.stock, reader.shares.limit))
        if draft.fen is None:
            doubts.append(f"price:{number}")
        if not draft.name:
            doubts.append(f"name:{number}")
        if items[-1].unit is None:
            doubts.append(f"unit:{number}")
        if draft.name and is_odd_name(draft.name):
            doubts.append(f"check:{number}")
    if reader.shares.is_total_shared:
        doubts.append("shared_stock")
    items, cold_doubts = _cooled(items, _COLD_GOODS.search(shown) is not None)
    title = next(filter(None, map(headline_title, reader.titles)), None) or _title_in(shown, items)
    return ItemsReading(tuple(items), title, tuple(doubts + cold_doubts))


def _title_in(shown: str, items: list[PostItem]) -> str:
    """鸡蛋团:一板28: the headline at the beginning of a line that goes on; else the names of the goods."""
    match = re.match(r"[\W_]*(?P<title>[^\s,，:：。!！\d]{1,14}?(?:团|开团[啦了]?))(?=[\s:：,，!！]|[^\w])", shown)
    if match is not None and match["title"] != "开团":
        return match["title"]
    return title_of(items)


def title_of(items: Sequence[PostItem]) -> str:
    """烟台苹果、水饺等: a round that was given no name is called by its goods."""
    names = list(dict.fromkeys(item.name for item in items if item.name))
    return "、".join(names[:2]) + ("等" if len(names) > 2 else "")


def _kept(drafts: list[Draft]) -> list[Draft]:
    """A numbered line without a price is an item to ask about; without name and price it is nothing."""
    named = [draft for draft in drafts if draft.name or draft.fen is not None][:50]
    told = [draft for draft in named if _TALK.match(draft.name) and not mentions_goods(draft.name)]
    return [draft for draft in named if draft not in told] or named


def _cooled(items: list[PostItem], says_cold: bool) -> tuple[list[PostItem], list[str]]:
    """A remark about chilled goods marks the items of a chilled kind when no item carries the mark itself."""
    if not says_cold or any(item.is_cold for item in items):
        return items, []
    marked = [replace(item, is_cold=bool(_COLD_KIND.search(item.name))) for item in items]
    return marked, [f"cold:{item.number}" for item in marked if item.is_cold] or ["cold"]
