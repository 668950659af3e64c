"""Items that were named without a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.booking import Booking
from bot.parsing.claims import trimmed
from bot.parsing.clauses import clause_of
from bot.parsing.kin import kin_of
from bot.parsing.pairing import Claim
from bot.parsing.quantity import is_weight
from bot.parsing.tokens import Token
from bot.parsing.walk import SILENT

_ASKING: Final = frozenset({"want", "add", "qty", "each", "all", "cancel", "unwant", "sub", "set", "swap", "goods"})
_SLIP: Final = re.compile(r"[点写选按拍下报说订打搞弄看](?:错|成)")
_A_LITTLE: Final = frozenset("点 些 一点 点儿 点吧 一些".split())
_PER_UNIT: Final = re.compile(r"[一每/]\s?[^\d]$")
_NO_LONE: Final = frozenset("接 报 记 跟单 弄 搞 整 上 冲 买 购 拿 带 上 留 抢 入 收 提".split())


_OTHERWISE: Final = frozenset(
    {
        "qty",
        "item",
        "goods",
        "quality",
        "fix",
        "cancel",
        "unwant",
        "add",
        "sub",
        "set",
        "swap",
        "halve",
        "double",
        "keep",
    }
)
"""What behind 都要 or 每样都给我 says that it is no order of one of everything."""


def is_about_goods(note: Token) -> bool:
    """Is a note a wish about the goods themselves (要粉色, 不要太大), so that they were asked for?"""
    if note.kind != "note" or note.value not in ("want", "unwant"):
        return False
    return note.value == "want" or not note.word.startswith(("不用", "不必", "不想", "别问", "别找", "别叫"))


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
        remarked = len(item.keys) > 1 and not self._asked_for(claim) and not self._followed_by_wish(claim)
        if remarked and self._is_remark(claim, has_price=False):
            return  # 老妈自己包粽子 我就要…
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
        if key in self.draft.prior and self.words[claim.end + 1 : claim.end + 2] in (["还要"], ["还是要"], ["还想要"]):
            self.kept.add(key)  # 不要鱼了 豆腐还要
            return
        if self._is_spurned(claim) or self._takes_over(claim, key) or self._was_meant(key):
            return
        has_price = "price" in self.segments[claim.segment].kinds and item.kind != "price"
        if self._named_later(claim, key):
            self.mentions.append(key)
            return
        if self._taken_whole(claim):
            self.draft.doubt(item.word, "how_many", (key,))  # 油条都给我
            return
        asked = self._asked_for(claim) or preferred or self._followed_by_wish(claim) or self.supported
        if is_weight(self.catalogue.by_key[key].unit) or item.weak or has_price or not asked:
            self._ask_how_many(claim, item, key, remarked=self._is_remark(claim, has_price))
            return
        if self.mode == "set" or (key in self.draft.prior and self.mode != "add"):
            self._still_wanted(item, key, wished=preferred or self._followed_by_wish(claim))
            return
        self._apply(key, 1000, self.mode if self.mode == "add" else None, item.word)
        self.booked.append(claim)

    def _ask_how_many(self, claim: Claim, item: Token, key: int, *, remarked: bool) -> None:
        if key in self.draft.entries or self._named_later(claim, key):
            return
        if not remarked:
            self.draft.doubt(item.word, "how_many", (key,))
            self.draft.last = key
        elif key in self.draft.prior:
            self.mentions.append(key)  # 抽纸超市打折 我那提退了吧

    def _takes_over(self, claim: Claim, key: int) -> bool:
        """蒜蓉一盒 算了还是麻辣吧: other goods, in the same number."""
        entries = self.draft.entries
        if not self.fixing or len(entries) != 1 or self.draft.prior or key in entries:
            return False
        (other, entry), after = next(iter(entries.items())), self.words[claim.end + 1 : claim.end + 2]
        alike = self.catalogue.by_key[other].unit == self.catalogue.by_key[key].unit
        resigned = self.fix_word in ("还是", "算了", "还是算了")
        if (
            not (resigned or kin_of(key, entries, self.catalogue))
            or entry.op != "set"
            or not alike
            or after not in ([], ["吧"])
        ):
            return False
        entries.clear()
        self.draft.put(key, "set", entry.milli)
        self.fixing = False
        return True

    def _was_meant(self, key: int) -> bool:
        """点错了 是特辣 of somebody who has the mild one: it was the other of the two that he meant."""
        prior = self.draft.prior
        kin = kin_of(key, prior, self.catalogue) if prior and key not in prior and _SLIP.search(self.text) else ()
        if len(kin) != 1 or self.draft.entries or self.mode == "add":
            return False
        if self.catalogue.by_key[kin[0]].unit != self.catalogue.by_key[key].unit:
            return False
        self.draft.drop(kin[0])
        self.draft.put(key, "set", prior[kin[0]], changed=True)
        self.fixing = False
        return True

    def _is_spurned(self, claim: Claim) -> bool:
        """绣球不会养: a name with a negation right behind it, in a clause that asks for nothing."""
        if claim.end + 1 >= len(self.tokens):
            return False
        following = self.tokens[claim.end + 1]
        clause = {token.kind for token in clause_of(self.tokens, claim.items[0])}
        return following.kind == "text" and following.word[0] in "不没唔勿" and clause <= {"item", "text", "filler"}

    def _taken_whole(self, claim: Claim) -> bool:
        """油条都包了: all of one thing is no number."""
        following = self.kinds[claim.end + 1 : claim.end + 2]
        named = sum(bool(item.keys) for other in self.claims if not other.mention for item in other.items)
        return (
            following in (["each"], ["all"])
            and self.words[claim.end + 1] in ("都", "全", "全部", "全都")
            and named == 1
        )

    def _still_wanted(self, item: Token, key: int, *, wished: bool) -> None:
        """「牛肉要」 of somebody who has two: it stays when something else changes, else nobody knows how many."""
        entry = self.draft.entries.get(key)
        if entry is not None and entry.op == "drop" and any(kind == "rest" for kind in self.kinds):
            del self.draft.entries[key]  # 剩下的都不要了 螺蛳粉要
            self.kept.add(key)
        elif (self.mode != "set" and self.draft.entries) or wished:
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
        clause = clause_of(segment.tokens, claim.items[0])
        kinds = {token.kind for token in clause}
        if len(clause) < len(segment.tokens) and not kinds & _ASKING and kinds & {"text", "praise", "quality"}:
            return True  # 芒果过敏 丑橘来五斤
        return (
            (not has_price or unread > 1)
            and not self._asked_for(claim)
            and bool(segment.kinds & {"text", "praise", "time", "number", "person", "note"})
        )

    def _followed_by_wish(self, claim: Claim) -> bool:
        segment = self.segments[claim.segment]
        end = self.tokens[claim.end].end
        rest = [token for token in segment.tokens if token.start >= end and token.kind not in SILENT]
        return any(is_about_goods(token) for token in rest[:3])

    def _asked_for(self, claim: Claim) -> bool:
        segment = self.segments[claim.segment]
        near = self._near(claim)
        wants = [
            token
            for token in segment.tokens
            if token.kind in ("want", "add") and token.word not in _NO_LONE and token.start < near
        ]
        return (
            (self.wanted and bool(wants))
            or bool(wants)
            or (self.wanted and segment.kinds <= {"item", "space", "filler", "and"})
        )

    def _near(self, claim: Claim) -> int:
        """Where the clause of a lone item ends: a verb behind the next blank asks for something else."""
        for position in range(claim.end + 1, len(self.tokens) - 1):
            if self.kinds[position] == "space" and self.kinds[position + 1] not in ("item", "goods", "each", "all"):
                following = next((kind for kind in self.kinds[position + 1 :] if kind not in SILENT), "")
                if following not in ("want", "item") or self._counted_after(position):
                    return self.tokens[position].start
                return len(self.text)
        return len(self.text)

    def _counted_after(self, position: int) -> bool:
        """Does the clause behind a blank name goods of its own?"""
        return "item" in self.kinds[position : position + 6]

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
        while following is not None and following.kind == "want":  # 别的都给我来一份
            following = self._next_solid(self.position[id(following)], last)
        if not asks or (following is not None and following.kind in _OTHERWISE):
            return
        if self.excepted is None and not self.rest and self._names_before(position):
            return  # 贝果两种口味都要: not everything there is
        if len(self.quoted) == 1 or (self.booked and self.excepted is None and not self.rest):
            return
        for key in self._everything(None):
            if is_weight(self.catalogue.by_key[key].unit):
                self.draft.doubt(word, "how_many", (key,))
            else:
                self.draft.put(key, "set", 1000)
        self.rest, self.excepted = False, None

    def _names_before(self, position: int) -> bool:
        """Are goods named in front of `position`, in its segment?"""
        at = self.tokens[position].start
        segment = next(segment for segment in self.segments if segment.start <= at < segment.end)
        return any(token.kind == "item" and token.start < at for token in segment.tokens)


def is_told_behind(behind: Sequence[Token]) -> bool:
    """Behind 少: 点 三斤 of 「洋芋少点 三斤」, a little less and set off from it how much it is to be."""
    if len(behind) < 3 or behind[0].word not in _A_LITTLE:
        return False
    return behind[1].kind in ("space", "comma") and behind[2].kind == "qty" and not behind[2].approx
