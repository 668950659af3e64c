"""Swapping: goods that were ordered, or some of them, give way to others."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.amounts import read_quantity
from bot.parsing.kin import kin_of, sized
from bot.parsing.lone import LoneItems
from bot.parsing.pairing import Claim
from bot.parsing.quantity import is_weight, to_sale_units
from bot.parsing.smalltalk import unexplained

_PART: Final = re.compile(r"(?:其中|里面?|里头)的?(.+)")


_INSTEAD: Final = frozenset("改 改成 改为 改要 改订 改拿 改买 改做 变成 变为 调成 调整成".split())


class Swaps(LoneItems):
    """A gives way to B, with A's number or one of its own."""

    def _turns_into(self, claim: Claim, position: int) -> bool:
        """把那两盒鸡蛋改成一箱橙子: what was just named, number and all, gives way to other goods."""
        if not self.booked or not self._touches(self.booked[-1], position):
            return False
        named = {key for item in claim.items for key in item.keys}
        return bool(named) and not named & set(self.booked[-1].keys)

    def _gives_way_to(self, claim: Claim, position: int) -> bool:
        before = self.claims[self.claims.index(claim) - 1] if claim is not self.claims[0] else None
        if before is not None and before.end == position - 1 and not before.items and not self.draft.prior:
            self.draft.doubt(self._fragment(claim), "unclear", tuple(self.draft.entries))
            return False  # 鱼丸三袋 一袋改成湿巾
        return self._turns_into(claim, position) or self._takes_the_place(claim, position)

    def _takes_the_place(self, claim: Claim, position: int) -> bool:
        """鱼丸两袋 看了眼钱包 改湿巾两包: what alone was ordered so far gives way; of several it is asked which."""
        there = [key for key, entry in self.draft.entries.items() if entry.op == "set" and entry.milli]
        keys = {key for item in claim.items for key in item.keys}
        if self.words[position] not in _INSTEAD or not keys or keys & {*there, *self.draft.prior}:
            return False
        if len(there) > 1:
            self.draft.doubt(self._fragment(claim), "unclear", there)
        return len(there) == 1

    def _names_unknown(self, position: int) -> bool:
        """水其中一箱换可乐: is something named in front of the verb that is not what was ordered?"""
        return any(
            kind == "text" and unexplained(word) for kind, word in zip(self.kinds[:position], self.words, strict=False)
        )

    def _swap(self, position: int, last: int) -> None:
        ahead = any(claim.start > position and not claim.mention for claim in self.claims)
        if self.swapped and not ahead and not self.pending:
            return  # 培根的换榴莲的 两张都换
        self.swap_from, self.mode = self._sources(position), "swap"

    def _sources(self, position: int) -> list[tuple[int, int | None]]:
        """What gives way, each with how much of it (None: all): what was just named, dropped, told or ordered."""
        dropped = [key for key, entry in self.draft.entries.items() if entry.op == "drop" and key in self.draft.prior]
        if (family := self._whole_family(position)) is not None:
            return family
        if self.pending:
            named = [(claim, item) for claim in self.pending for item in claim.items]
            self.pending = []
            found = [(keys[0], claim) for claim, item in named if (keys := self._keys(item, None))]
            return [(key, self._part_of(claim, key)) for key, claim in found]
        if dropped and len(dropped) == len(self.draft.entries):
            return [(key, None) for key in dropped]  # 鸡蛋不要了,换成…
        if self.booked and self.draft.entries:
            key = self.draft.last if self.draft.last is not None else next(iter(self.draft.entries))
            entry = self.draft.entries.pop(key, None)
            self.booked.pop()
            some = entry is not None and entry.op in ("set", "sub") and entry.milli < self.draft.prior.get(key, 0)
            return [(key, entry.milli if entry is not None and some else None)]
        if len(set(self.mentions)) == 1 and self.mentions[0] in self.draft.prior:
            return [(self.mentions[0], None)]  # 昨天订的白菜两棵 换成南瓜两袋
        if len(self.draft.prior) == 1 and not self._names_unknown(position):
            return [(next(iter(self.draft.prior)), None)]
        return []

    def _whole_family(self, position: int) -> list[tuple[int, int | None]] | None:
        """两箱气泡水都换成白桃 of somebody who has one of each kind: all that the name means gives way."""
        first = position
        while first and self.kinds[first - 1] in ("each", "all", "filler", "space"):
            first -= 1
        named = self.tokens[first - 1] if first else None
        every = {"each", "all"} & set(self.kinds[first:position])
        there = [key for key in named.keys if key in self.draft.prior] if named is not None else []
        if not every or len(there) < 2:
            return None
        counted = next((claim.quantity for claim in self.claims if named in claim.items), None)
        if counted is not None and counted.milli != sum(self.draft.prior[key] for key in there):
            return None
        self.pending = []
        asked = set(named.keys) if named is not None else set()
        self.draft.doubts[:] = [doubt for doubt in self.draft.doubts if set(doubt.candidates) != asked]
        return [(key, None) for key in there]

    def _swap_to(self, claim: Claim) -> None:
        """A set 0, B gets A's quantity unless a number is given."""
        sources, self.swap_from, self.mode = self.swap_from or [], None, None
        fragment = self._fragment(claim)
        key = self._target(claim, sources)
        if key is None:
            return
        if len(sources) > 1 and (key, None) in sources:
            sources.remove((key, None))  # what is to be swapped for is there already
            claim.quantity = None
        if not sources or sources == [(key, None)]:
            sources = [(kin, None) for kin in self._kin_ordered(key)] or sources
        if claim.quantity is not None and not claim.items and key not in claim.keys:
            milli = self._amount(key, claim.quantity, fragment)
            if milli is not None:
                self.draft.put(key, "set", milli, changed=True)
            return
        if not sources and claim.quantity is not None and any(e.op == "drop" for e in self.draft.entries.values()):
            self._quantified(claim, "set")
            return
        moved = [part or self.draft.current(source) or self.draft.prior.get(source, 0) for source, part in sources]
        if claim.quantity is not None and not self.draft.prior and not (sources and all(moved)):
            self._quantified(claim, None)  # 苹果唔好 改要哈密瓜一个
            return
        if not sources or not all(moved):
            self.draft.doubt(fragment, "unclear", (key,))
            return
        self._exchange_for(key, sources, claim, sum(moved))

    def _target(self, claim: Claim, sources: list[tuple[int, int | None]]) -> int | None:
        """What the others give way to; a size names goods like those that go (换俩小瓶)."""
        if claim.quantity is None:
            keys = self._keys(claim.items[0], None)
        elif claim.items:
            keys = self._targets(claim, claim.items[0], claim.quantity, "set")
        else:
            going = [source for source, _ in sources] or list(self.draft.prior)
            key = sized(claim.quantity, going, self.catalogue)
            if key is not None:
                claim.keys.append(key)
                return key
            keys = self._targets(claim, None, claim.quantity, "set")
        return keys[0] if keys else None

    def _kin_ordered(self, key: int) -> tuple[int, ...]:
        """The one thing ordered that is like the goods it is to be changed for: 换成柠檬的."""
        kin = kin_of(key, self.draft.prior, self.catalogue)
        return kin if len(kin) == 1 else ()

    def _exchange_for(self, key: int, sources: list[tuple[int, int | None]], claim: Claim, moved: int) -> None:
        fragment = self._fragment(claim)
        milli = self._amount(key, claim.quantity, fragment) if claim.quantity is not None else moved
        if milli is None:
            return
        target_unit, source_unit = (self.catalogue.by_key[k].unit for k in (key, sources[0][0]))
        if claim.quantity is None and is_weight(target_unit) != is_weight(source_unit):
            for source, _ in sources:
                self.draft.entries.pop(source, None)  # nothing goes before it is clear what comes
            self.draft.doubt(fragment, "how_many", (key,))
            return
        for source, part in sources:
            if part is not None:
                self.draft.put(source, "sub", part, changed=True)
            elif source in self.draft.prior:
                self.draft.drop(source)
            else:
                self.draft.entries.pop(source, None)  # 小盒改大盒, of one message
        had = self.draft.prior.get(key, 0)
        on_top = claim.quantity is None or any(part is not None for _, part in sources)
        self.draft.put(key, "add" if had and on_top else "set", milli, changed=True)
        self.booked.append(claim)
        self.swapped = True
        if claim.quantity is None and not had:
            self.reopened.add(key)  # 大果换小果,小果我要两箱

    def _replaces(self, claim: Claim) -> int | None:
        """糕改小的 of somebody who has the big one: the only thing there like it, when it is not there."""
        keys = claim.items[0].keys if claim.items and claim.quantity is None else ()
        there = [key for key in {**self.draft.prior, **self.draft.entries} if self.draft.current(key)]
        kin = kin_of(keys[0], there, self.catalogue) if len(keys) == 1 and keys[0] not in there else ()
        return kin[0] if len(kin) == 1 else None

    def _exchange(self, position: int, last: int) -> None:
        """大果小果写反了 对调一下: each of the two gets the number of the other."""
        named = [key for claim in self.claims if claim.start < position for item in claim.items for key in item.keys]
        two = list(dict.fromkeys(named)) or list(self.draft.prior)
        numbers = [self.draft.prior.get(key) or self.draft.current(key) for key in two]
        self.pending, self.fixing = [], False
        if len(two) != 2 or not all(numbers):
            self.draft.doubt(self.words[position], "unclear", two)
            return
        for key, milli in zip(two, reversed(numbers), strict=True):
            self.draft.put(key, "set", milli, changed=True)

    def _gives_way(self, claim: Claim) -> int | None:
        """两瓶换成燕麦奶 behind 牛奶4瓶: the number belongs to what goes. The key of that, or None."""
        if claim.quantity is None or not claim.items:
            return None
        first, last = self.position[id(claim.quantity)], self.position[id(claim.items[0])]
        if "swap" not in self.kinds[first:last]:
            return None
        key = self.draft.last
        if self.booked and key in self.draft.prior:
            return key if key not in claim.items[0].keys else None
        kin = self._kin_ordered(claim.items[0].keys[0]) if len(claim.items[0].keys) == 1 else ()
        return kin[0] if kin and self.draft.prior[kin[0]] >= claim.quantity.milli else None

    def _swap_part(self, claim: Claim, source: int) -> None:
        """Only some of what was ordered gives way."""
        quantity = claim.quantity
        if quantity is None:
            return
        milli = self._amount(source, quantity, self._fragment(claim))
        if milli is None:
            return
        self.draft.entries.pop(source, None)
        self.swap_from = [(source, milli if milli < self.draft.prior[source] else None)]
        claim.quantity = None
        self._swap_to(claim)

    def _part_of(self, claim: Claim, key: int) -> int | None:
        """其中一盒鸡蛋换成…: how much of what there is gives way; None when all of it does."""
        after = self.kinds[claim.end + 1 : claim.end + 2]
        half, odd = divmod(self.draft.prior.get(key, 0), 2)
        beside = after + self.kinds[max(claim.start - 1, 0) : claim.start]
        if "portion" in beside and half and not odd and to_sale_units(half, None, self.catalogue.by_key[key]).milli:
            return half  # 牛奶一半换燕麦奶
        before = self.tokens[claim.start - 1] if claim.start else None
        number = _PART.match(before.word) if before is not None and before.kind == "note" else None
        quantity = read_quantity(number[1], 0, self.catalogue) if number is not None else None
        if quantity is None:
            return None
        milli = to_sale_units(quantity.milli, quantity.unit, self.catalogue.by_key[key]).milli
        return milli if milli is not None and not quantity.approx and milli < self.draft.prior.get(key, 0) else None
