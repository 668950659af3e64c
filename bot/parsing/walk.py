"""What a walk over the tokens of one message remembers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.claims import find_claims
from bot.parsing.classes import FOR_ME, SETTLED
from bot.parsing.draft import Draft
from bot.parsing.kin import choose_by_order
from bot.parsing.pairing import Claim
from bot.parsing.people import PERSONS, household_size, is_counted_off
from bot.parsing.segments import Segment
from bot.parsing.spoken import set_against
from bot.parsing.tokens import Token

SILENT: Final = frozenset({"space", "filler", "colon", "times", "plus", "minus", "name", "person", "time"})
"""Kinds that stand between a verb and what it is about without changing anything."""
_SELVES: Final = frozenset("我家的 我们家的 我家 自己 我自己 我这边 我这里 我这 我们家 我们这边".split())
_SELVES_BESIDE_OTHERS: Final = _SELVES | {"我", "我个人", "我本人", "我要", "给我", "给自己"}
_SERVING: Final = FOR_ME | {"帮忙", "麻烦", "请", "拜托"}
_ENOUGH: Final = SETTLED | {"够了", "够", "足够", "足够了"}
_ONE_HOUSE: Final = re.compile(
    r"[两二三四五六七八\d]\s?[家户]|合起来|一起[:：]|合并|合单|拼单|我们几家|[两二三四五六七八\d]个?人(?:拼|合|一起|团)"
)


class Walk:
    """State and questions about the neighbourhood of a token; one use per message."""

    # What every walk begins with stands here: an object of few fields of its own is made faster.
    mode: str | None = None
    wanted = fixing = rest = each = only = False
    multiplied = dropped_bare = swapped = another_house = False
    fix_word = ""
    excepted: list[int] | None = None
    swap_from: list[tuple[int, int | None]] | None = None
    refer: Token | None = None
    factor: int | None = None
    last_quantity: Token | None = None
    group_size = part_left = 0
    undecided: int | None = None
    claim_in_hand: Claim | None = None
    quoted: tuple[int, ...] = ()

    def __init__(self, catalogue: Catalogue, draft: Draft, found: Sequence[Segment], text: str) -> None:
        tokens = [token for segment in found for token in segment.tokens]
        self.catalogue, self.draft, self.segments, self.tokens, self.text = catalogue, draft, found, tokens, text
        if draft.prior:
            choose_by_order(tokens, draft.prior, catalogue)
            set_against(tokens, draft.prior, catalogue)
        self.kinds = [token.kind for token in tokens]
        self.words = [token.word for token in tokens]
        self.position = {id(token): index for index, token in enumerate(tokens)}
        self.supported = any(kind in ("room", "phone") for kind in self.kinds)
        self.shared = _ONE_HOUSE.search(text) is not None
        self.claims = find_claims(found, tokens, catalogue)
        self.pending: list[Claim] = []
        self.mentions: list[int] = []
        self.kept: set[int] = set()
        self.used_texts: set[int] = set()
        if "people" in self.kinds:
            self.factor = 1 if is_counted_off(tokens) else household_size(tokens)
        self.booked: list[Claim] = []
        self.selves = _SELVES_BESIDE_OTHERS if not PERSONS.isdisjoint(self.kinds) else _SELVES
        self.skipped: set[int] = set()
        self.skipped_wants: set[int] = set()
        self.reopened: set[int] = set()
        self.unasked = {id(token) for segment in found if segment.verdict != "order" for token in segment.tokens}
        self.counted: set[int] = set()  # numbers whose claim was read

    def _next_solid(self, position: int, last: int) -> Token | None:
        for index in range(position + 1, last + 1):
            if self.kinds[index] not in SILENT:
                return self.tokens[index]
        return None

    def _quantity_ahead(self, position: int, last: int) -> bool:
        return any(kind == "qty" for kind in self.kinds[position + 1 : last + 1])

    def _touches(self, claim: Claim, position: int) -> bool:
        between = range(claim.end + 1, position)
        return all(self.kinds[at] in (*SILENT, "each", "fix") or self.words[at] in _SERVING for at in between)

    def _fragment(self, claim: Claim) -> str:
        positions = [
            self.position[id(token)] for token in (*claim.items, *((claim.quantity,) if claim.quantity else ()))
        ]
        return self.text[self.tokens[min(positions)].start : self.tokens[max(positions)].end] if positions else ""

    def _is_apart(self, claim: Claim) -> bool:
        return bool(claim.items) and claim.start > 0 and self.kinds[claim.start - 1] == "space"

    def _goes(self, claim: Claim) -> bool:
        """bagel in 「keep蛋挞 bagel不要了」."""
        following = next((kind for kind in self.kinds[claim.end + 1 :] if kind not in SILENT), "")
        ahead = [kind for kind in self.kinds[claim.end + 1 :] if kind not in SILENT][:2]
        return following in ("cancel", "unwant") and ahead[1:] != ["item"]

    def _counted_again(self, claim: Claim) -> bool:
        """Does a wanted number follow the one that is not wanted?"""
        behind = [i for i in range(claim.end + 1, len(self.kinds)) if self.kinds[i] not in SILENT][:2]
        if behind and self.kinds[behind[0]] == "qty" and _ENOUGH & set(self.words[behind[0] + 1 : behind[0] + 2]):
            return True
        return len(behind) == 2 and self.kinds[behind[0]] in ("want", "set") and self.kinds[behind[1]] == "qty"

    def _begins_with(self, position: int, words: tuple[str, ...]) -> bool:
        """Does the clause that ends at `position` begin like this (那就一盒算了)?"""
        start, first = position, self.segments[self.booked[-1].segment].tokens[0]
        while start > self.position[id(first)] and self.kinds[start - 1] not in ("space", "comma", "stop"):
            start -= 1
        return self.words[start] in words or self.words[0] in words

    def _announces(self, claim: Claim) -> bool:
        """帮张阿姨弄一份 … 面包一袋: one order is announced, the goods follow."""
        quantity = claim.quantity
        headed = self.kinds[claim.end + 1 : claim.end + 2] == ["colon"]  # 帮老周下一个:烧饼一袋
        single = quantity is not None and quantity.milli == 1000
        if {"each", "all"} & set(self.kinds[max(claim.start - 4, 0) : claim.start]):
            return False  # 每样来一份 儿菜两斤
        if claim.items or quantity is None or not single or quantity.unit not in ("份", "单", "个"):
            return False
        if (quantity.unit == "个") != headed:
            return False
        later = [other for other in self.claims if other.start > claim.end]
        announced = headed or (claim.start > 0 and self.kinds[claim.start - 1] in ("want", "add"))
        announced = announced and not self.booked
        return announced and bool(later) and all(other.items and other.quantity for other in later)

    def _is_over(self, claim: Claim) -> bool:
        """Did a 了 end the refusal before these goods, or is it said behind them that they are wanted?"""
        following = next((kind for kind in self.kinds[claim.end + 1 :] if kind not in SILENT), "")
        before = self.booked[-1].end + 1 if self.booked else 0
        return "了" in self.words[before : claim.start] or following in ("want", "add", "keep")
