"""What is said about the shelf (现货). Pure tables; see `bot.understand`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from bot import commands as c
from bot.parsing.orders import read_fragment
from bot.parsing.post_prices import amount_fen
from bot.parsing.shelf_goods import read_shelf_goods
from bot.said import Build, Rule, Said, just, rest_of, rule

_WORD = r"(?:现货|货架)"
_WHICH_GOODS = r"(?P<which>\d{1,3}(?=\s|$)|[^\s\d][^\s]{0,19})"
_LISTS: dict[str, Literal["totals", "all", "unpaid", "uncollected", "export"]] = {
    "统计": "totals", "汇总": "totals", "名单": "all", "未付": "unpaid", "未取": "uncollected", "导出": "export",
}  # fmt: skip
_STOCK: dict[str, Literal["more", "stock"]] = {
    "加量": "more", "加货": "more", "补货": "more", "库存": "stock", "限量": "stock", "改量": "stock",
}  # fmt: skip


def _put(match: re.Match[str], said: Said) -> c.Command | None:
    """上架 大米 5kg 35元/袋 20袋; 上架 2 is about a round."""
    items = read_shelf_goods(rest_of(said, match), said.situation.now)
    return c.PutOnShelf(items) if items else None


def _price(match: re.Match[str], said: Said) -> c.Command | None:
    fen = amount_fen(match["amount"])
    return c.SetShelf(_goods(said, match), "price", price_fen=fen) if fen is not None else None


def _stock(match: re.Match[str], said: Said) -> c.Command | None:
    milli = round(float(match["count"]) * 1000)
    return c.SetShelf(_goods(said, match), _STOCK[match["word"]], quantity_milli=milli)


def _on_or_off(match: re.Match[str], said: Said) -> c.Command | None:
    return c.SetShelf(_goods(said, match), "off" if match["word"] == "下架" else "on")


def _certainly(build: Build) -> Build:
    """现货 was said before."""

    def built(match: re.Match[str], said: Said) -> c.Command | None:
        found = build(match, said)
        return replace(found, is_certain=True) if isinstance(found, c.SetShelf) else found

    return built


def _by_name(build: Build) -> Build:
    """Without that word, only who has a shelf can mean it."""
    return lambda match, said: build(match, said) if said.situation.of_shelf is not None else None


def _goods(said: Said, match: re.Match[str]) -> str:
    """The goods as they were typed."""
    return said.normal.cut(said.offset + match.start("which"), said.offset + match.end("which"))


def _order(match: re.Match[str], said: Said) -> c.Command | None:
    """现货 大米2: of the shelf and nothing else."""
    if said.situation.of_shelf is None or _LEADERS.match(match["rest"]):
        return None
    role: Literal["leader", "resident"] = "leader" if said.situation.is_leader else "resident"
    keys = said.situation.of_shelf.by_key
    prior = tuple(line for line in said.situation.prior if line.key in keys)
    reading = read_fragment(rest_of(said, match), said.situation.of_shelf, role=role, prior=prior)
    if not reading.lines and not reading.doubts:
        return None
    return c.ChangeOrder(
        lines=reading.lines, doubts=reading.doubts, room=reading.room, phone=reading.phone, note=reading.note
    )


_LEADERS = re.compile("|".join((*_LISTS, *_STOCK, "改价", "上架", "下架")))
_AMOUNT = r"(?P<amount>[¥]?\s*\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"
_COUNT = r"(?P<count>\d{1,4}(?:\.\d)?)\s*\S{0,2}"
SHOW = rule(
    rf"(?:看看?)?(?:有|还有)?(?:什么|哪些)?{_WORD}(?:有|还有)?(?:什么|哪些)?(?:[吗么呢]|列表)?", just(c.ShowShelf())
)
SHELF_OF_RESIDENTS: tuple[Rule, ...] = (SHOW, rule(rf"{_WORD}\s*[:：,，]?\s*(?P<rest>\S.*)", _order))
SHELF_OF_LEADERS: tuple[Rule, ...] = (
    SHOW,
    rule(rf"{_WORD}\s*(?P<which>{'|'.join(_LISTS)})", lambda m, said: c.ShelfDay(_LISTS[m["which"]])),
    rule(rf"{_WORD}\s*上架\s*(?P<rest>\S.*\d.*)", _put),
    rule(r"上架\s*(?!\d{1,2}\s*号?$)(?P<rest>\S.*\d.*)", _put),
    rule(rf"(?:{_WORD}\s*)改价\s*{_WHICH_GOODS}\s+{_AMOUNT}", _certainly(_price)),
    rule(rf"改价\s*(?P<which>[^\s\d][^\s]{{0,19}})\s+{_AMOUNT}", _by_name(_price)),
    rule(rf"{_WORD}\s*(?P<word>{'|'.join(_STOCK)})\s*{_WHICH_GOODS}\s+{_COUNT}", _certainly(_stock)),
    rule(rf"(?P<word>{'|'.join(_STOCK)})\s*(?P<which>[^\s\d][^\s]{{0,19}})\s+{_COUNT}", _by_name(_stock)),
    rule(rf"{_WORD}\s*(?P<word>下架|上架)\s*{_WHICH_GOODS}", _certainly(_on_or_off)),
    rule(r"(?P<word>下架|上架)\s*(?P<which>[^\s\d][^\s]{0,19})", _by_name(_on_or_off)),
    rule(rf"{_WORD}\s*[:：,，]?\s*(?P<rest>\S.*)", _order),
)
