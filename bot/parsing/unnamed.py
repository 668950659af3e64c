"""Which items a number means that stands without a name."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from bot.parsing.foods import GOODS
from bot.parsing.pairing import Claim
from bot.parsing.people import SELVES, is_per_head
from bot.parsing.phrases import denied
from bot.parsing.quantity import GENERIC, to_sale_units
from bot.parsing.tokens import Token
from bot.parsing.walk import Walk

_HANDING: Final = frozenset("送 发 分 给 带 备 吃 喝 用 领 配 上 摆 放 搁 留 安排 准备".split())
_CONCLUDING: Final = frozenset("那就 那 就 就是 也就是 即系 即是 等于 正好 刚好 一共就 合计".split())
_LEAVING: Final = frozenset("留 就留 只留 留下 剩 就剩 剩下 保留".split())
_SO_MANY: Final = {"两": 2, "俩": 2, "三": 3, "四": 4}
_KINDS: Final = ("样", "种", "个", "款")

_IN_MANY_NAMES: Final = frozenset("子粉果条片干大小")


class Unnamed(Walk):
    """Lone numbers against what was said, what was ordered before, and the units of the catalogue."""

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
        unknown = self._unknown_goods(claim, unit_keys)
        if len(unit_keys) == 1 and not quantity.approx and quantity.value != "slip" and unknown is None:
            return unit_keys
        self._ask_which(claim, quantity, unknown, unit_keys or prior or tuple(self.catalogue.by_key))
        return None

    def _ask_which(self, claim: Claim, quantity: Token, unknown: Token | None, candidates: tuple[int, ...]) -> None:
        """Which goods a number is of; goods that are not sold here are none of them."""
        fragment = self._fragment(claim) if unknown is None else self.text[unknown.start : quantity.end]
        if unknown is not None and _is_food(unknown):
            self.draft.doubt(fragment, "not_sold", (), quantity.milli)
        else:
            self.draft.doubt(fragment, "which_item", candidates, quantity.milli)

    def _unknown_goods(self, claim: Claim, unit_keys: tuple[int, ...]) -> Token | None:
        """可落一箱, 沃柑甜不甜 来一箱: the unit alone would name the apples nobody spoke of, but an unknown word stands
        where goods do, or other goods were spoken of."""
        named = {key for token in self.tokens[: claim.start] for key in token.keys}
        spoken_of = {*self.draft.prior, *named}
        others = [
            token for token in self.tokens[: claim.start] if _is_food(token) and not self._is_part(token, unit_keys)
        ]
        if others and unit_keys and not named and spoken_of.isdisjoint(unit_keys):
            return others[-1]
        at = claim.start - 1
        while at >= 0 and self.kinds[at] in ("want", "add", "filler"):
            at -= 1
        if (
            not unit_keys
            or at < 0
            or self.kinds[at] != "text"
            or self.tokens[at].start < self.segments[claim.segment].start
        ):
            return None
        return self.tokens[at] if spoken_of.isdisjoint(unit_keys) else None

    def _is_part(self, food: Token, keys: tuple[int, ...]) -> bool:
        """上回那个藕煮不粑 来两斤, of 洪湖粉藕."""
        names = "".join(
            name for key in keys for item in [self.catalogue.by_key[key]] for name in (item.name, *item.aliases)
        )
        return not (set(food.word) - _IN_MANY_NAMES).isdisjoint(names)

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
        own = self._with_their_own(claim, quantity)
        keys = tuple(key for key in keys if key not in own)
        if not self._fits_only_some(quantity, keys):
            return keys
        self.draft.doubt(self._fragment(claim), "which_item", keys, quantity.milli)
        return None

    def _with_their_own(self, claim: Claim, quantity: Token) -> set[int]:
        """儿菜 in 「除了腊肉 每样来一份 儿菜两斤」: behind so much of everything, what is counted by itself."""
        if quantity.unit not in (*GENERIC, None) or self.draft.prior:
            return set()
        found = set()
        for before, other in pairwise(other for other in self.claims if other.start >= claim.start):
            between = set(self.kinds[before.end + 1 : other.start + 1])
            if other.quantity is None or not other.items or between & {"add", "and", "fix", "cancel", "unwant"}:
                break
            found |= {key for item in other.items for key in item.keys if len(item.keys) == 1}
        return found

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
        if quantity.value == "sum" or (self.factor is None and "people" not in self.kinds):
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


def _is_food(token: Token) -> bool:
    """Goods that are not sold here."""
    return token.kind == "goods" or (token.kind == "text" and not token.keys and token.word in GOODS)
