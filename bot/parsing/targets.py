"""Which items a name or a lone number means."""

from __future__ import annotations

from typing import Final

from bot.parsing.claims import trimmed
from bot.parsing.foods import GOODS
from bot.parsing.pairing import Claim
from bot.parsing.people import SELVES, is_per_head
from bot.parsing.phrases import denied
from bot.parsing.quantity import GENERIC, to_sale_units
from bot.parsing.shares import EVEN
from bot.parsing.tokens import Token
from bot.parsing.walk import Walk

_HANDING: Final = frozenset("送 发 分 给 带 备 吃 喝 用 领 配 上 摆 安排 准备".split())


_CONCLUDING: Final = frozenset("那就 那 就 就是 也就是 即系 即是 等于 正好 刚好 一共就 合计".split())
_CHANGING: Final = frozenset({"add", "sub", "set"})
_LEAVING: Final = frozenset("留 就留 只留 留下 剩 就剩 剩下 保留".split())
_SO_MANY: Final = {"两": 2, "俩": 2, "三": 3, "四": 4}
_SEVERAL: Final = frozenset("两种 三种 两样 三样 几种 几样 两个 三个".split())
_KINDS: Final = ("样", "种", "个", "款")


class Targets(Walk):
    """Names and lone numbers against the catalogue, what was mentioned, and what was ordered before."""

    def _targets(self, claim: Claim, item: Token | None, quantity: Token, mode: str | None) -> tuple[int, ...] | None:
        if item is None:
            return self._lone_targets(claim, quantity, mode)
        return self._keys(item, quantity, self._fragment(claim))

    def _keys(self, item: Token, quantity: Token | None, fragment: str = "") -> tuple[int, ...] | None:
        """The one item a token means; asks and returns None otherwise."""
        keys = item.keys
        fragment = fragment or item.word
        if item.kind == "qty":
            keys = self.catalogue.by_number.get(item.milli // 1000, ())
        if item.kind == "text" and not keys and item.value != "compound":
            named = self.catalogue.resolve(trimmed(item.word))
            keys = named.keys if named is not None else ()
        if not keys:
            candidates = self.catalogue.neighbours(trimmed(item.word)) if item.value != "ref" else ()
            other_goods = item.kind == "goods" or item.word in GOODS
            self.draft.doubt(fragment, "which_item" if candidates and not other_goods else "not_sold", candidates)
            return None
        if len(keys) > 1 and quantity is None:
            known = tuple(key for key in keys if key in self.draft.prior)
            known = known or tuple(key for key in keys if self.draft.current(key))
            keys = known if len(known) == 1 else keys
        if len(keys) > 1 and quantity is not None:
            known = tuple(key for key in keys if key in self.draft.prior)
            if known and self._is_for_each_kind(quantity, _CHANGING):
                return known  # 两种吐司每样少一条
            keys = known if len(known) == 1 else keys
            exact = tuple(key for key in keys if self.catalogue.by_key[key].unit == quantity.unit)
            keys = exact if len(exact) == 1 else keys
        if len(keys) > 1 and quantity is not None and self._is_for_each_kind(quantity):
            self.used_texts.add(id(item))
            return keys  # 粽子一样五只, 鸭子各一只
        if len(keys) > 1:
            self.draft.doubt(fragment, "which_item", keys, quantity.milli if quantity is not None else None)
            return None
        self.used_texts.add(id(item))
        return keys

    def _lone_targets(self, claim: Claim, quantity: Token, mode: str | None) -> tuple[int, ...] | None:
        prior = tuple(self.draft.prior)
        if self._each_governs(quantity):
            return self._all_of_them(claim, quantity, mode)
        again = self._set_right(claim, mode)
        if again is not None:
            return (again,)
        wrong = self._misrecorded()
        if wrong is not None:
            return (wrong,)
        if self.catalogue.only is not None:
            if quantity.value == "bare" and not self._is_supported(claim, mode):
                self.draft.doubt(quantity.word, "unclear")
                return None
            return (self.catalogue.only,)
        same = (
            self._repeats(quantity)
            or self._adds_up(quantity)
            or self._says_again(quantity)
            or self.another_house
            or (len(self.draft.entries) == 1 and self._concludes(claim))
            or mode == "set"
            or (mode == "add" and self._is_one_more_of_it(claim, quantity))
        )
        if self.booked and self.draft.last is not None and not self.mentions and same:
            return (self.draft.last,)
        mentioned = tuple(dict.fromkeys(self.mentions))
        if len(mentioned) == 1:
            return mentioned
        if prior and mode in ("add", "sub", "set", "cancel", "minus"):
            fitting = tuple(key for key in prior if self.catalogue.by_key[key].unit == quantity.unit)
            if len(prior) == 1 or len(fitting) == 1:
                return prior if len(prior) == 1 else fitting
            self.draft.doubt(self._fragment(claim), "which_item", prior, quantity.milli)
            return None
        there = [
            k for k in prior if self.catalogue.by_key[k].unit == quantity.unit and self.draft.prior[k] == quantity.milli
        ]
        if len(there) == 1 and "cancel" in self.kinds:
            return (there[0],)  # 昨天说的那两袋不要了
        unit_keys = self.catalogue.by_unit.get(quantity.unit or "", ())
        if len(unit_keys) == 1 and not quantity.approx and quantity.value != "slip":
            return unit_keys
        candidates = unit_keys or prior or tuple(self.catalogue.by_key)
        self.draft.doubt(self._fragment(claim), "which_item", candidates, quantity.milli)
        return None

    def _is_for_each_kind(self, quantity: Token, verbs: frozenset[str] = frozenset()) -> bool:
        """Does 各, 每样 or 一样 stand in front of the number, and nobody it could be about? One of `verbs` between?"""
        if quantity.value == EVEN:
            return True
        index = self.position[id(quantity)] - 1
        found = not verbs
        while index >= 0 and self.kinds[index] in ("want", "filler", *_CHANGING):
            found = found or self.kinds[index] in verbs
            index -= 1
        if not found:
            return False
        each = index >= 0 and self.kinds[index] == "each" and self.words[index][0] in "各每一"
        spread = (
            index > 0
            and self.kinds[index] == "each"
            and self.words[index][0] == "都"
            and any(w[:2] in _SEVERAL or w[:1] == "俩" for w in self.words[max(index - 4, 0) : index])
        )
        return (each or spread) and not {"person", "name", "people"} & set(self.kinds)

    def _concludes(self, claim: Claim) -> bool:
        """那就六只, at the end of the message and with its unit."""
        named = claim.quantity is not None and claim.quantity.unit is not None
        before = claim.start - 1
        while before > 0 and self.kinds[before] == "filler" and self.words[before] not in _CONCLUDING:
            before -= 1
        if not named or before < 0 or self.words[before] not in _CONCLUDING:
            return False
        return all(kind in ("filler", "space") for kind in self.kinds[claim.end + 1 :])

    def _is_said_afresh(self, claim: Claim, mode: str | None) -> bool:
        """改8个, 现在要8个 behind 「椰青6个作废」: the same goods, in another number."""
        entry = self.draft.entries.get(self.draft.last) if self.draft.last is not None else None
        if entry is None or entry.op != "drop" or len(self.draft.entries) > 1:
            return False
        clause = self.words[max(claim.start - 3, 0) : claim.start]
        return mode == "set" or bool({"现在", "重新", "这次", "改要", "换成"} & set(clause))

    def _set_right(self, claim: Claim, mode: str | None) -> int | None:
        """The item a number corrects, or gives anew; None when it does neither."""
        if self.fixing and self.draft.last is not None:
            return self.draft.last
        if self.fixing and len(self.draft.doubts) == 1 and len(self.draft.doubts[0].candidates) == 1:
            return self.draft.doubts.pop().candidates[0]
        if self._is_said_afresh(claim, mode) and self.draft.last is not None:
            self.reopened.add(self.draft.last)
            return self.draft.last
        return None

    def _misrecorded(self) -> int | None:
        """我说的是一斤不是一斤半: of several goods it is about the one of which there is a pound and a half."""
        prior, found = self.draft.prior, set()
        for wrong in denied(self.tokens) if prior else ():
            sold = {key: to_sale_units(wrong.milli, wrong.unit, self.catalogue.by_key[key]) for key in prior}
            found |= {key for key, amount in sold.items() if amount.milli == prior[key]}
        return found.pop() if len(found) == 1 else None

    def _all_of_them(self, claim: Claim, quantity: Token, mode: str | None) -> tuple[int, ...] | None:
        keys = self._as_many_as_said(quantity) or self._everything(mode)
        if not self._fits_only_some(quantity, keys):
            return keys
        self.draft.doubt(self._fragment(claim), "which_item", keys, quantity.milli)
        return None

    def _as_many_as_said(self, quantity: Token) -> tuple[int, ...]:
        """两样各一瓶 behind two goods with their numbers, or of somebody who ordered two: those two."""
        at = self.position[id(quantity)]
        said = [
            _SO_MANY[word[0]]
            for word in self.words[max(at - 3, 0) : at]
            if word[:1] in _SO_MANY and word[1:2] in _KINDS
        ]
        spoken_of = (tuple(self.draft.entries), tuple(self.draft.prior), self.quoted)
        return next((keys for keys in spoken_of if said and len(keys) == said[0]), ())

    def _fits_only_some(self, quantity: Token, keys: tuple[int, ...]) -> bool:
        """都要一袋 where bags and boxes are sold: everything, or the bags?"""
        if self.rest or self.excepted is not None or quantity.unit == "个":
            return False
        fitting = sum(self.catalogue.by_key[key].unit == quantity.unit for key in keys)
        return 0 < fitting < len(keys) and quantity.unit not in GENERIC

    def _is_one_more_of_it(self, claim: Claim, quantity: Token) -> bool:
        """再多加一袋 behind one kind of goods that is counted in bags, of somebody who has nothing yet."""
        said = "".join(self.words[max(claim.start - 2, 0) : claim.start])
        last = self.last_quantity
        alike = last is not None and quantity.unit is not None and quantity.unit == last.unit
        return alike and not self.draft.prior and len(self.draft.entries) == 1 and bool({"多", "加"} & set(said))

    def _repeats(self, quantity: Token) -> bool:
        last = self.last_quantity
        if last is not None and quantity.value == "kinds" and last.milli == quantity.milli:
            return True  # 袜子5双 3黑2白
        return last is not None and (last.milli, last.unit or quantity.unit) == (
            quantity.milli,
            quantity.unit or last.unit,
        )

    def _says_again(self, quantity: Token) -> bool:
        """一家四口一人两根 来一盒: in units of sale, what was reckoned a moment ago."""
        last = self.draft.last
        entry = self.draft.entries.get(last) if last is not None else None
        if entry is None or last is None or self.mentions or quantity.milli != entry.milli:
            return False
        return quantity.unit == self.catalogue.by_key[last].unit and self.factor is not None

    def _adds_up(self, quantity: Token) -> bool:
        """猪蹄四只,四个人一人一只: the same amount again, counted by heads."""
        last, key = self.last_quantity, self.draft.last
        if last is None or not self._is_per(quantity):
            return False
        total = quantity.milli * (self.factor or 1)
        if key is not None and key in self.draft.entries and quantity.unit != last.unit:
            return (
                to_sale_units(total, quantity.unit, self.catalogue.by_key[key]).milli == self.draft.entries[key].milli
            )
        return total == last.milli

    def _is_per(self, quantity: Token) -> bool:
        """Does 一人, 每家 or 人均 stand in front of the number?"""
        if self.factor is None and "people" not in self.kinds:
            return False
        index = self.position[id(quantity)] - 1
        skipped = ("want", "filler", "space", "each", "item", "qty", "and")
        while index >= 0 and (self.kinds[index] in skipped or self.words[index] in _HANDING):
            if self.words[index].removesuffix("要") in SELVES and self.kinds[index + 1] != "people":
                return False  # 每家一盒白蟹 年糕就我家要两包
            if self.kinds[index] == "space" and self.kinds[index - 1] not in ("people", "want"):
                return False
            index -= 1
        if index < 0 or not is_per_head(self.tokens[index]):
            return False
        return self.words[index][0] not in "各都" or self._is_in_its_run(index, quantity)

    def _is_in_its_run(self, each: int, quantity: Token) -> bool:
        """一袋糯米鸡 in 「我同隔壁各要一盒烧卖一袋糯米鸡」, but not 馒头两袋 in 「各一盒鸡蛋馒头两袋」."""
        at = self.position[id(quantity)]
        if at > each + 2 and self.kinds[at + 1 : at + 2] != ["item"]:
            return False
        start = self.tokens[each].start
        return any(segment.start <= start and quantity.end <= segment.end for segment in self.segments)

    def _is_for_a_group(self, quantity: Token) -> bool:
        """大人每人一支 where nobody said how many grown-ups there are."""
        index = self.position[id(quantity)]
        while index >= 0 and not is_per_head(self.tokens[index]):
            index -= 1
        before = self.tokens[index - 1] if index > 0 else None
        if before is None or before.kind != "person" or "and" in self.kinds[:index]:
            return False
        return not any(token.kind == "people" and before.word in token.word for token in self.tokens)

    def _is_supported(self, claim: Claim, mode: str | None) -> bool:
        before = claim.start - 1
        sign = self.kinds[before] if before >= 0 else ""
        return self.wanted or self.supported or mode is not None or sign in ("plus", "times", "name", "colon")

    def _each_governs(self, quantity: Token) -> bool:
        index = self.position[id(quantity)] - 1
        while index >= 0 and self.kinds[index] in ("want", "add", "sub", "set", "space", "filler", "times", "plus"):
            index -= 1
        return index >= 0 and self.kinds[index] in ("each", "all")

    def _everything(self, mode: str | None) -> tuple[int, ...]:
        staying = not _LEAVING.isdisjoint(self.words)  # 都留一份
        if (mode in ("add", "sub", "set", "minus") or staying) and self.draft.prior:
            keys = tuple(self.draft.prior)
        else:
            keys = self.quoted if len(self.quoted) > 1 else tuple(self.catalogue.by_key)
        if self.rest:
            named = set(self.draft.entries)
            return tuple(key for key in keys if key not in named and key not in (self.excepted or ()))
        return tuple(key for key in keys if key not in (self.excepted or ()))
