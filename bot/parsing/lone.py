"""Items that were named without a number."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.booking import Booking
from bot.parsing.claims import trimmed
from bot.parsing.pairing import Claim
from bot.parsing.quantity import is_weight
from bot.parsing.tokens import Token
from bot.parsing.walk import SILENT

_PER_UNIT: Final = re.compile(r"[一每/]\s?[^\d]$")
_NO_LONE: Final = frozenset("接 报 记 跟单 弄 搞 整 上 冲 买 购 拿 带 上 留 抢 入 收 提".split())


class LoneItems(Booking):
    """One of them when it was asked for; otherwise a person would ask how many."""

    def _flush_before(self, claim: Claim) -> bool:
        """Settle lone items; True for 「苹果和梨两箱」, where nobody knows whether two of each are meant."""
        if self.pending and claim.items and "and" in self.kinds[self.pending[-1].end : claim.start + 1]:
            quantity_last = (
                claim.quantity is not None and self.position[id(claim.quantity)] > self.position[id(claim.items[0])]
            )
            if quantity_last and not claim.spread:
                keys = [key for lone in (*self.pending, claim) for item in lone.items for key in item.keys]
                self.draft.doubt(self._fragment(claim), "how_many", keys)
                self.pending = []
                return True
        self._flush()
        return False

    def _flush(self, *, preferred: bool = False, at_end: bool = False) -> None:
        """Settle items that were named without a number: one of them when they were asked for, else ask."""
        pending, self.pending = self.pending, []
        for claim in pending:
            for item in claim.items:
                self._settle(claim, item, preferred)

    def _settle(self, claim: Claim, item: Token, preferred: bool) -> None:
        keys = self._keys(item, None) if item.keys or self._asked_for(claim) or item.kind == "item" else None
        if keys is None:
            return
        key = keys[0]
        if self.only and self.draft.prior.get(key):
            self.kept.add(key)
            self.draft.last = key
            if key in self.draft.entries and self.draft.entries[key].op == "drop":
                del self.draft.entries[key]
            return
        has_price = "price" in self.segments[claim.segment].kinds and item.kind != "price"
        if self._named_later(claim, key):
            self.mentions.append(key)
            return
        asked = self._asked_for(claim) or preferred or self._followed_by_wish(claim) or self.supported
        if is_weight(self.catalogue.by_key[key].unit) or item.weak or has_price or not asked:
            if (
                key not in self.draft.entries
                and not self._named_later(claim, key)
                and not self._is_remark(claim, has_price)
            ):
                self.draft.doubt(item.word, "how_many", (key,))
                self.draft.last = key
            return
        if self.mode == "set" or (key in self.draft.prior and self.mode != "add"):
            self._still_wanted(item, key)
            return
        self._apply(key, 1000, self.mode if self.mode == "add" else None, item.word)
        self.booked.append(claim)

    def _still_wanted(self, item: Token, key: int) -> None:
        """「牛肉要」 of somebody who has two: it stays when something else changes, else nobody knows how many."""
        if self.mode != "set" and self.draft.entries:
            self.kept.add(key)
        else:
            self.draft.doubt(item.word, "how_many", (key,))

    def _named_later(self, claim: Claim, key: int) -> bool:
        """豆浆豆浆来三杯: the first one only takes breath."""
        return any(
            other.start > claim.start and key in item.keys and not other.mention
            for other in self.claims
            for item in other.items
        )

    def _is_remark(self, claim: Claim, has_price: bool) -> bool:
        """A sentence about an item that asks for nothing (鸡蛋放冰箱里)."""
        segment = self.segments[claim.segment]
        if has_price and any(token.kind == "price" and _PER_UNIT.search(token.word) for token in segment.tokens):
            return not self._asked_for(claim)
        unread = sum(len(token.word) for token in segment.tokens if token.kind == "text")
        return (
            (not has_price or unread > 1)
            and not self._asked_for(claim)
            and bool(segment.kinds & {"text", "praise", "time", "number", "person", "note"})
        )

    def _followed_by_wish(self, claim: Claim) -> bool:
        segment = self.segments[claim.segment]
        end = self.tokens[claim.end].end
        rest = [token for token in segment.tokens if token.start >= end and token.kind not in SILENT]
        return any(token.kind == "note" and token.value in ("want", "unwant") for token in rest[:3])

    def _asked_for(self, claim: Claim) -> bool:
        segment = self.segments[claim.segment]
        wants = [token for token in segment.tokens if token.kind in ("want", "add") and token.word not in _NO_LONE]
        return (
            (self.wanted and bool(wants))
            or bool(wants)
            or (self.wanted and segment.kinds <= {"item", "space", "filler", "and"})
        )

    def _lone_text(self, claim: Claim, mode: str | None) -> None:
        item = claim.items[0]
        named = self.catalogue.resolve(trimmed(item.word))
        if named is not None and self._asked_for(claim) and len(named.keys) == 1 and len(trimmed(item.word)) > 1:
            item.keys = named.keys
            self.pending.append(claim)

    def _alike(self, position: int, last: int) -> None:
        for claim in self.pending:
            claim.quantity = self.last_quantity
        pending, self.pending = self.pending, []
        for claim in pending:
            if claim.quantity is not None:
                self._quantified(claim, self.mode)
            else:
                self.pending.append(claim)

    def _each(self, position: int, last: int) -> None:
        """都要, 全要: everything named, or everything there is."""
        self.each = True
        word = self.words[position]
        following = self._next_solid(position, last)
        asks = word in ("都要", "都来", "都订", "全要") or (following is not None and following.kind == "want")
        if self.pending:
            self.wanted = self.wanted or asks
            return
        if following is not None and following.kind == "want":
            following = self._next_solid(self.position[id(following)], last)
        if not asks or (
            following is not None
            and following.kind in ("qty", "item", "goods", "quality", "fix", "cancel", "unwant", "add")
        ):
            return
        if len(self.quoted) == 1 or (self.booked and self.excepted is None and not self.rest):
            return
        for key in self._everything(None):
            if is_weight(self.catalogue.by_key[key].unit):
                self.draft.doubt(word, "how_many", (key,))
            else:
                self.draft.put(key, "set", 1000)
        self.rest, self.excepted = False, None
