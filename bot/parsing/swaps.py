"""Swapping: goods that were ordered, or some of them, give way to others."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.amounts import read_quantity
from bot.parsing.lone import LoneItems
from bot.parsing.pairing import Claim
from bot.parsing.quantity import is_weight, to_sale_units
from bot.parsing.smalltalk import unexplained

_PART: Final = re.compile(r"(?:其中|里面?|里头)的?(.+)")


class Swaps(LoneItems):
    """A gives way to B, with A's number or one of its own."""

    def _turns_into(self, claim: Claim, position: int) -> bool:
        """把那两盒鸡蛋改成一箱橙子: what was just named, number and all, gives way to other goods."""
        if not self.booked or not self._touches(self.booked[-1], position):
            return False
        named = {key for item in claim.items for key in item.keys}
        return bool(named) and not named & set(self.booked[-1].keys)

    def _names_unknown(self, position: int) -> bool:
        """水其中一箱换可乐: is something named in front of the verb that is not what was ordered?"""
        return any(
            kind == "text" and unexplained(word) for kind, word in zip(self.kinds[:position], self.words, strict=False)
        )

    def _swap(self, position: int, last: int) -> None:
        sources: list[tuple[int, int | None]] = []
        dropped = [key for key, entry in self.draft.entries.items() if entry.op == "drop" and key in self.draft.prior]
        if self.pending:
            for claim in self.pending:
                for item in claim.items:
                    keys = self._keys(item, None)
                    sources += [(keys[0], self._part_of(claim, keys[0]))] if keys else []
            self.pending = []
        elif dropped and len(dropped) == len(self.draft.entries):
            sources = [(key, None) for key in dropped]  # 鸡蛋不要了,换成…
        elif self.booked and self.draft.entries:
            key = self.draft.last if self.draft.last is not None else next(iter(self.draft.entries))
            entry = self.draft.entries.pop(key, None)
            self.booked.pop()
            part = (
                entry.milli
                if entry is not None and entry.op in ("set", "sub") and entry.milli < self.draft.prior.get(key, 0)
                else None
            )
            sources = [(key, part)]
        elif len(set(self.mentions)) == 1 and self.mentions[0] in self.draft.prior:
            sources = [(self.mentions[0], None)]  # 昨天订的白菜两棵 换成南瓜两袋
        elif len(self.draft.prior) == 1 and not self._names_unknown(position):
            sources = [(next(iter(self.draft.prior)), None)]
        self.swap_from, self.mode = sources, "swap"

    def _swap_to(self, claim: Claim) -> None:
        """A set 0, B gets A's quantity unless a number is given."""
        sources, self.swap_from, self.mode = self.swap_from or [], None, None
        fragment = self._fragment(claim)
        targets = (
            self._targets(claim, claim.items[0] if claim.items else None, claim.quantity, "set")
            if claim.quantity
            else self._keys(claim.items[0], None)
        )
        if targets is None:
            return
        key = targets[0]
        if claim.quantity is not None and not claim.items:
            targets_only = self._amount(key, claim.quantity, fragment)
            if targets_only is not None:
                self.draft.put(key, "set", targets_only, changed=True)
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
        milli = self._amount(key, claim.quantity, fragment) if claim.quantity is not None else sum(moved)
        if milli is None:
            return
        target_unit, source_unit = (self.catalogue.by_key[k].unit for k in (key, sources[0][0]))
        if claim.quantity is None and is_weight(target_unit) != is_weight(source_unit):
            for source, _ in sources:
                self.draft.entries.pop(source, None)  # nothing goes before it is clear what comes
            self.draft.doubt(fragment, "how_many", (key,))
            return
        for source, part in sources:
            if part is None:
                self.draft.drop(source)
            else:
                self.draft.put(source, "sub", part, changed=True)
        had = self.draft.prior.get(key, 0)
        self.draft.put(key, "add" if had and claim.quantity is None else "set", milli, changed=True)
        self.booked.append(claim)

    def _gives_way(self, claim: Claim) -> bool:
        """两瓶换成燕麦奶 behind 牛奶4瓶: the number belongs to what goes."""
        if claim.quantity is None or not claim.items or self.draft.last not in self.draft.prior or not self.booked:
            return False
        first, last = self.position[id(claim.quantity)], self.position[id(claim.items[0])]
        return "swap" in self.kinds[first:last] and self.draft.last not in claim.items[0].keys

    def _swap_part(self, claim: Claim) -> None:
        """Only some of what was ordered gives way."""
        source, quantity = self.draft.last, claim.quantity
        if source is None or quantity is None:
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
