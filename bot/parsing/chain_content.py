"""What one line of a 接龙 asks for: 草莓2 鸡蛋1板, 2份, A2B1, 1号2份, 2大1小.

Plain content is read by one regular expression made from the catalogue (a 300-line chain takes milliseconds); anything
it does not understand completely goes through the reader of ordinary messages.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import copy
from dataclasses import replace
from functools import lru_cache

from bot.parsing.catalogue import Catalogue
from bot.parsing.chain_amounts import (
    CHANGE,
    FIGURE,
    Content,
    Wish,
    amount_into,
    amount_of,
    before_quantities,
    behind_quantities,
    book,
    is_odd_unit,
    is_shared_by_two,
    is_told_again,
    quantity_pattern,
    unless_odd,
)
from bot.parsing.chain_clauses import read_clauses, read_divided, read_pair, take_aside
from bot.parsing.chain_each import every_one, spread_each, the_others
from bot.parsing.chain_kinds import Kinds, labels, without_kinds
from bot.parsing.chain_message import Held, cost_of, read_said
from bot.parsing.chain_parts import take_parts
from bot.parsing.chain_remarks import has_some
from bot.parsing.chain_shorts import of_a_head
from bot.parsing.chain_sizes import read_sizes, summed_sizes
from bot.parsing.chain_terms import Tokens, one_of
from bot.parsing.chain_told import Told, without_price
from bot.parsing.normalise import circled_value
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit
from bot.parsing.values import Doubt, Line

_WISH_FIRST = re.compile(rf"(?P<wish>[^\s\d]{{2,12}})\s+(?P<rest>{FIGURE}\s?(?:{UNIT_PATTERN})?)")  # 要红一点的 2斤
_TOLD_BEHIND = re.compile(r"(?:上次|上回|刚才?|刚刚|之前|前面)[^\d要退换改减加再]{2,12}")  # 上次没写清
_AMOUNT = re.compile(rf"(?P<told>(?!))|(?P<item>(?!))|(?P<quantity>{quantity_pattern([])})")
_MAX_CONTENT, _LONGEST_WISH = 200, 30
_MOST_AS_MESSAGE = 480  # characters


class Shelf:
    """A catalogue prepared for reading chains. Immutable; get it from `shelf_of`."""

    token: re.Pattern[str]  # of one chain

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        terms = sorted(
            (term for term, named in catalogue.names.items() if named.keys and not named.weak), key=len, reverse=True
        )
        names = one_of(terms)
        self._heads = of_a_head(catalogue.items, catalogue.names)
        self._kinds = Kinds(catalogue.items, catalogue.names)
        self.told = Told(catalogue.items, {term: catalogue.names[term].keys for term in terms})
        self._tokens = Tokens(names, self._kinds.pattern, self.told, quantity_pattern([*terms, *self._kinds.words]))
        self._mention = re.compile(rf"(?:{names})")
        self._caches: tuple[dict[str, Content], dict[str, Content]] = ({}, {})
        self._cache = self._caches[0]
        self._left = _MOST_AS_MESSAGE

    def for_one_chain(self, text: str) -> Shelf:
        """The same shelf with a fresh allowance for the slow reader: every seventh of 300 entries may need it."""
        shelf = copy(self)
        is_told = self.told.occurs_in(text)
        shelf.token = self._tokens.full if is_told else self._tokens.plain
        shelf._cache = self._caches[is_told]
        shelf._left = _MOST_AS_MESSAGE
        return shelf

    def starts_content(self, word: str) -> bool:
        """Is `word` (no blanks) wholly items and quantities?"""
        position, seen = 0, False
        while position < len(word):
            match = self.token.match(word, position)
            if match is None or match.end() == position:
                return False
            seen = seen or match.lastgroup != "gap"
            position = match.end()
        return seen

    def starts_goods(self, text: str) -> bool:
        """Does `text` begin with the name of goods, or with a number that names them?"""
        match = self.token.match(text)
        return match is not None and match.lastgroup not in ("quantity", "gap")

    def mentions_item(self, text: str) -> bool:
        """Does an item's name occur anywhere?"""
        return self._mention.search(text) is not None

    def without_items(self, text: str) -> str:
        """`text` without the names of items (110, 84)."""
        return self._mention.sub("", text)

    def named(self, text: str) -> list[tuple[int, str]]:
        """(offset, name) of the items in a text."""
        return [(match.start(), match[0]) for match in self._mention.finditer(text)]

    def item_starts(self, text: str) -> list[int]:
        """Offsets where an item's name begins."""
        return [match.start() for match in self._mention.finditer(text)]

    def keys_in(self, text: str, held: Collection[int] = ()) -> list[int]:
        """Items that are named in `text` without doubt, each once; of several the one that is `held`."""
        keys: list[int] = []
        for match in self._mention.finditer(text):
            named = self._heads.get(match[0]) or self.catalogue.names[match[0]].keys
            named = named if len(named) == 1 else tuple(key for key in named if key in held)
            if len(named) == 1 and named[0] not in keys:
                keys.append(named[0])
        return keys or self._kinds.keys_in(text)

    def amount(self, key: int, written: str) -> int | None:
        """A written quantity (2板) of one item in thousandths of its unit; None when it does not fit."""
        match = _AMOUNT.match(written)
        if match is None or written.startswith(("码", "的"), match.end()):  # 换38码, 换10斤的
            return None
        wish = Wish((key,), written)
        amount_into(wish, match)
        return amount_of(wish, self.catalogue.by_key[key])[0]

    def read(self, content: str) -> Content:
        """Lines of a content (normalised, without name, room and phone). Empty content gives no lines."""
        content = content.strip()[:_MAX_CONTENT]
        found = self._cache.get(content)
        if found is None:
            found = self._read(content)
            if len(self._cache) < 2000 and self._left >= cost_of(content):
                self._cache[content] = found
        return found

    def _read(self, content: str) -> Content:
        sized = read_sizes(content, self.catalogue.items)
        if sized is not None:
            return sized
        sizes = summed_sizes(content, self.catalogue.items)
        if sizes is not None:
            return replace(self._read(sizes[0]), note=sizes[1])
        content = without_price(content, self._mention, self.catalogue)
        content = the_others(content, self.catalogue.items, self._all_numbers_in)
        content = every_one(content, self.catalogue.items, self._all_numbers_in)
        content = spread_each(content, self.token, self._numbers_of) or content
        wished = _WISH_FIRST.fullmatch(content)
        if wished is not None and self.catalogue.only is not None and self._is_wish_text(wished["wish"]):
            found = self._read(wished["rest"])
            return Content(
                found.lines, found.doubts, " ".join(filter(None, (wished["wish"], found.note))), found.action
            )
        parted = take_parts(content) if self.catalogue.only is not None else None
        if parted is not None:
            return replace(self._read(parted[0]), note=parted[1])
        summed = read_divided(self, content) or read_pair(self, content) or read_clauses(self, content)
        if summed is not None:
            return summed
        tail = take_aside(self, content)
        if tail is not None:
            found = self._read(tail[0])
            return replace(found, note=" ".join(filter(None, (found.note, tail[1]))))
        understood = self._wishes(content)
        if understood is None or not understood[0]:
            return self.said(content)
        wishes, note = understood
        lines: dict[int, int] = {}
        doubts: list[Doubt] = []
        for wish in wishes:
            book(wish, self.catalogue.by_key, lines, doubts)
        return Content(tuple(Line(key, milli) for key, milli in lines.items()), tuple(doubts), note)

    def _is_wish_text(self, rest: str) -> bool:
        """要甜的, 烤🐔, 放门口: words behind the goods that carry neither figures nor goods nor a change."""
        if self.mentions_item(rest) or len(rest) > _LONGEST_WISH:
            return False
        return not CHANGE.search(rest) or (_TOLD_BEHIND.fullmatch(rest) is not None)

    def _wishes(self, content: str) -> tuple[list[Wish], str | None] | None:
        """Items paired with quantities, and a wish behind them; None when something is not understood."""
        tokens: list[re.Match[str]] = []
        position = 0
        while position < len(content):
            match = self.token.match(content, position)
            if match is None or match.end() == position:
                break
            if match.lastgroup != "gap":
                tokens.append(self._as_amount(match, tokens) or match)
            position = match.end()
        behind = tokens[-1].end() if tokens else 0
        is_odd = bool(tokens) and is_odd_unit(tokens[-1], content[behind : behind + 1], self.catalogue.items)
        rest = content[behind:].strip(" ,，、。;；!！~()（）/")
        if rest and (not tokens or not self._is_wish_text(rest)):
            return None
        note = rest or None
        named = [token for token in tokens if token.lastgroup != "quantity"]
        if not named or (self.catalogue.only is not None and len(tokens) == 1 and tokens[0]["mark"]):
            unnamed = self._unnamed(tokens)
            return None if unnamed is None else (unless_odd(is_odd, unnamed), note)
        amounts = len(tokens) - len(named)
        leads = tokens[0].lastgroup == "quantity"
        if leads and (amounts != len(named) or tokens[-1].lastgroup == "quantity"):
            return None
        if any(token.lastgroup == "quantity" and "各" in token[0] for token in tokens):
            return None
        wishes = (behind_quantities if leads else before_quantities)(tokens, self.keys_of)
        if wishes is None or is_shared_by_two(wishes, content):
            return None
        if note is not None and wishes[-1].figure is None and has_some(note):  # 鸡蛋1板 咸蛋家里有
            return None
        kept, kinds = without_kinds(unless_odd(is_odd, wishes), self.catalogue.by_key)
        if is_told_again(kept):
            return None
        return kept, " ".join(filter(None, (*kinds, note))) or None

    def _as_amount(self, match: re.Match[str], tokens: list[re.Match[str]]) -> re.Match[str] | None:
        """鸡一只 where 烧鹅(一只) is sold: behind other goods the name that is an amount is one."""
        if match.lastgroup not in ("item", "kind") or not tokens or tokens[-1].lastgroup == "quantity":
            return None
        if set(self.keys_of(match)) & set(self.keys_of(tokens[-1])):
            return None
        amount = _AMOUNT.match(match.string, match.start())
        return amount if amount is not None and amount.end() == match.end() else None

    def may_be(self, name: str) -> set[int]:
        """The items that `name` is the name, a part or the ending of."""
        numbers = self._numbers_of(name)
        return {key for number in numbers for key in self.catalogue.by_number.get(number, ())}

    def labelled(self, word: str, family: str) -> list[int]:
        """The items of a family (empty: any) about which `word` is written."""
        return [item.key for item in self.catalogue.items if word in labels(item) and family in labels(item)]

    def _all_numbers_in(self, text: str) -> set[int]:
        return {number for match in self._mention.finditer(text) for number in self._numbers_of(match[0])}

    def _numbers_of(self, name: str) -> list[int]:
        named = self.catalogue.names.get(name)
        keys = () if named is None else named.keys
        return [item.number for item in self.catalogue.items if item.key in keys or item.name.lower().endswith(name)]

    def _unnamed(self, tokens: list[re.Match[str]]) -> list[Wish] | None:
        """2份 in a chain of one item; 两板 where one item is sold by 板."""
        if len(tokens) != 1:
            return None
        if self.catalogue.only is not None and tokens[0]["mark"]:
            value = circled_value(tokens[0]["mark"]) or 0
            return [Wish((self.catalogue.only,), tokens[0][0], str(value), None, 1000 * value)]
        unit = canonical_unit(tokens[0]["unit"] or "")
        only = self.catalogue.only
        keys = (only,) if only is not None else self.catalogue.by_unit.get(unit, ())
        if len(keys) != 1:
            return None
        amount_into(wish := Wish(keys, tokens[0][0]), tokens[0])
        return [wish]

    def keys_of(self, token: re.Match[str]) -> tuple[int, ...]:
        """What the goods of a match of `token` may be."""
        if token["told"]:
            return (self.told.key_of(token["told"]),)
        if token["kind"]:
            return (self._kinds.key_of(token["kind"]),)
        if token["item"]:
            return self._heads.get(token["item"]) or self.catalogue.names[token["item"]].keys
        if token["mark"]:
            return self.catalogue.by_number.get(circled_value(token["mark"]) or 0, ())
        number = read_number(token["number"])
        return self.catalogue.by_number.get(number.milli // 1000 if number is not None else 0, ())

    def plainly(self, content: str) -> Content | None:
        """The lines of a content that the grammar of chains reads wholly; None for any other."""
        left, self._left = self._left, 0
        found = self._read(content.strip()[:_MAX_CONTENT])
        self._left = left
        return None if found.is_message or found.doubts or not found.lines else found

    def said(self, content: str, before: Held | None = None) -> Content:
        """The content read as a message of somebody who has `before`; a doubt when the allowance is used up."""
        content = content.strip()[:_MAX_CONTENT]
        cost = cost_of(content)
        if self._left < cost:
            return Content(doubts=(Doubt(content[:40], "unclear"),), is_message=True)
        found, is_read_twice = read_said(self.catalogue, content, before)
        self._left -= 2 * cost if is_read_twice else cost
        return found


@lru_cache(maxsize=64)
def shelf_of(catalogue: Catalogue) -> Shelf:
    """The prepared catalogue; kept for as long as the catalogue object is in use."""
    return Shelf(catalogue)
