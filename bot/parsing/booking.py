"""A claim with a quantity becomes a line of the draft, or something to ask."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.draft import Entry
from bot.parsing.pairing import Claim
from bot.parsing.people import PERSONS, is_per_head
from bot.parsing.quantity import to_sale_units
from bot.parsing.targets import Targets
from bot.parsing.tokens import Token
from bot.parsing.walk import SILENT

_PARTIES: Final = frozenset({"person", "name", "room", "note"})
_MYSELF: Final = frozenset("我 我家 我们 我们家 咱家 俺 俺家 阿拉 给我 我要 也 也要 也来".split())
_PAUSES: Final = frozenset("等等 等下 等一下 wait 再想想 算了 还是算了".split())


class Booking(Targets):
    """Amounts, and what a second number for the same item means."""

    def _quantified(self, claim: Claim, mode: str | None) -> None:
        quantity = claim.quantity
        if quantity is None:
            return
        if mode == "not":
            self.mentions += [key for item in claim.items for key in item.keys]
            self.mode = "denied"
            return
        if mode == "total" and self.booked and not claim.items:
            self._check_total(quantity)
            return
        if self._is_alternative(claim):
            if self.draft.last is not None:
                self.draft.entries.pop(self.draft.last, None)
            self.draft.doubt(self._fragment(claim), "how_many")
            return
        if self._describes_part(claim) or (not claim.items and self.booked and self._is_price(quantity)):
            return
        self.claim_in_hand = claim
        if self._goes_to_another(claim):
            self.draft.doubt(self._fragment(claim), "unclear")
            return
        self.another_house = self.shared or self._for_somebody_else(claim)
        self.group_size = len(claim.items)
        for item in claim.items or (None,):
            self._book(claim, item, quantity, mode)
        self.booked.append(claim)
        self.last_quantity = quantity
        if self.mode == "minus":
            self.mode = None

    def _goes_to_another(self, claim: Claim) -> bool:
        """两份牛肉一份给隔壁: one of the two, or a third?"""
        if claim.items or not self.booked or self.fixing or self.mode == "add":
            return False
        before = {self.kinds[i] for i in range(self.booked[-1].end + 1, claim.start)}
        if before & {"person", "name", "room", "want", "add"} or "也" in self.words:
            return False
        after = self.words[claim.end + 1 : claim.end + 3]
        return len(after) == 2 and after[0] == "给" and self.kinds[claim.end + 2] in PERSONS

    def _describes_part(self, claim: Claim) -> bool:
        """一杯不加糖 behind 豆浆两杯: part of what was just ordered, not more of it."""
        last = self.last_quantity
        if claim.items or last is None or claim.quantity is None or self.fixing:
            return False
        if self.part_left >= claim.quantity.milli > 0:
            self.part_left -= claim.quantity.milli
            return True
        if last.unit != claim.quantity.unit or claim.quantity.milli > last.milli or self._for_somebody_else(claim):
            return False
        around = [self.kinds[i] for i in range(max(claim.start - 2, 0), claim.start) if self.words[i] == "其中"]
        following = [kind for kind in self.kinds[claim.end + 1 : claim.end + 4] if kind not in SILENT][:2]
        is_part = bool(around) or bool(following and following[0] == "note")
        self.part_left = last.milli - claim.quantity.milli if is_part else 0
        return is_part

    def _for_somebody_else(self, claim: Claim) -> bool:
        """Is a person or a room named between the claim before and the end of this one's segment?"""
        if not self.booked:
            return False
        last = self.position[id(self.segments[claim.segment].tokens[-1])]
        until = next(
            (other.start for other in self.claims if other.start > claim.end and other.segment == claim.segment),
            last + 1,
        )
        between = range(self.booked[-1].end + 1, until)
        if (
            not claim.items
            and claim.start
            and (
                (self.kinds[claim.start - 1] == "note" and self.tokens[claim.start - 1].value == "quality")
                or self._has_own_wish(claim)
            )
        ):
            return True  # 公的3只母的3只, 一只炖汤一只白切
        return any(self.kinds[i] in ("person", "room", "name") or self.words[i] in self.selves for i in between)

    def _is_two_sided(self) -> bool:
        """Are both parties named (我家两袋,隔壁一袋), so that the second number is surely no part of the first?"""
        if "rest" in self.kinds:
            return False
        sides, inside = 0, False
        for kind, word in zip(self.kinds, self.words, strict=True):
            party = kind in _PARTIES or word in _MYSELF
            sides += party and not inside
            inside = party or (inside and kind == "space")
        return sides > 1

    def _has_own_wish(self, claim: Claim) -> bool:
        """Does a wish follow the last number of the message, as one followed the number before it?"""
        between = set(self.kinds[self.booked[-1].end + 1 : claim.start])
        return (
            "note" in between and between <= {"note", "space"} and "note" in self.kinds[claim.end + 1 : claim.end + 3]
        )

    def _is_price(self, quantity: Token) -> bool:
        return quantity.value == "bare" and quantity.milli // 10 in self.catalogue.by_price and quantity.milli >= 10_000

    def _is_alternative(self, claim: Claim) -> bool:
        """两盒还是三盒: a choice, not a correction."""
        if not self.fixing or self.fix_word != "还是" or not self.booked:
            return False
        before = self.booked[-1]
        between = self.text[self.tokens[before.end].end : self.tokens[claim.start].start]
        return "好呢" in self.text or (not self._settles(claim) and not re.search(r"[要来,。算就]", between))

    def _book(self, claim: Claim, item: Token | None, quantity: Token, mode: str | None) -> None:
        fragment = self._fragment(claim)
        keys = self._targets(claim, item, quantity, mode)
        if keys is None:
            return
        for key in keys:
            if item is None and quantity.unit == "个" and self._each_governs(quantity):
                quantity.unit = None
            milli = self._amount(key, quantity, fragment)
            if milli is None:
                continue
            if item is not None and item.weak and quantity.unit != self.catalogue.by_key[key].unit:
                self.draft.doubt(fragment, "which_item", (key,), milli)
                continue
            self._apply(key, milli, mode, fragment)
            claim.keys.append(key)

    def _amount(self, key: int, quantity: Token, fragment: str) -> int | None:
        item = self.catalogue.by_key[key]
        if quantity.approx:
            self.draft.doubt(fragment, "range" if quantity.milli else "how_many", (key,))
            return None
        factor = self.factor or 1
        if self.factor is None and self._is_per(quantity):
            self.draft.doubt(fragment, "how_many", (key,))
            return None
        several = self._each_person(quantity)
        if several == 0:
            self.draft.doubt(fragment, "how_many", (key,))
            return None
        if quantity.value == "bare" and quantity.milli >= 10_000 and quantity.milli == item.price_fen * 10:
            self.draft.doubt(fragment, "unclear", (key,))  # 牛肉38 of something that costs 38
            return None
        converted = to_sale_units(quantity.milli * (factor if self._is_per(quantity) else several), quantity.unit, item)
        if converted.milli is None and quantity.value == "slip":
            self.draft.doubt(fragment, "how_many", (key,))
        elif converted.milli is None:
            self.draft.doubt(fragment, converted.reason, (key,))
        return converted.milli

    def _is_per(self, quantity: Token) -> bool:
        index = self.position[id(quantity)] - 1
        while index >= 0 and self.kinds[index] in ("want", "filler", "space", "each"):
            index -= 1
        return index >= 0 and is_per_head(self.tokens[index])

    def _each_person(self, quantity: Token) -> int:
        """我和隔壁各要一只: how many people 各 is about; 1 without 各, 0 when 各 is about nobody one can count."""
        index = self.position[id(quantity)] - 1
        while index >= 0 and self.kinds[index] in ("want", "filler", "space"):
            index -= 1
        if index < 0 or self.words[index] not in ("各", "各要", "各来", "各订", "各拿", "各买") or self.group_size > 1:
            return 1
        start = max((claim.end for claim in self.booked), default=-1) + 1
        before = range(start, index)
        if any(self.kinds[i] == "both" for i in before):
            return 2
        if self.factor and any(self.kinds[i] == "people" for i in before):
            return self.factor
        if self.group_size == 0 and len(self.catalogue) > 1 and not self.booked:
            return 1
        people = sum(self.kinds[i] in PERSONS or self.words[i] in ("我", "我家") for i in before)
        return people if people > 1 else 0

    def _apply(self, key: int, milli: int, mode: str | None, fragment: str) -> None:
        draft = self.draft
        existing = draft.entries.get(key)
        if mode == "add":
            self._add(key, milli, existing)
        elif mode in ("sub", "minus"):
            self._sub(key, milli, existing, fragment)
        elif mode == "cancel":
            self._cancel_some(key, milli, existing)
        elif (
            existing is not None
            and existing.op == "drop"
            and self.claim_in_hand
            and not self.claim_in_hand.items
            and not self.fixing
        ):
            draft.doubt(fragment, "unclear", (key,))  # 今天不要 明天要两只
        elif self.fixing:
            self._correct(key, milli, existing, fragment)
        elif existing is None or mode == "set" or existing.op == "drop":
            draft.put(key, "set", milli, changed=mode == "set")
        else:
            self._once_more(key, milli, existing, fragment)
        self.fixing = False

    def _cancel_some(self, key: int, milli: int, existing: Entry | None) -> None:
        """取消两盒: two of more, or all there are."""
        named = existing is not None and existing.op == "set" and existing.milli == milli
        if not named and self.draft.prior.get(key, 0) > milli:
            self.draft.put(key, "sub", milli, changed=True)
        else:
            self.draft.drop(key)

    def _once_more(self, key: int, milli: int, existing: Entry, fragment: str) -> None:
        """A second number for the same goods: another household, the same said twice, a decision, or who knows."""
        if existing.milli == milli and self._repeats_itself():
            return
        if self.another_house and (self.shared or self._is_two_sided()):
            existing.milli += milli
        elif not self.another_house and existing.milli == milli:
            return
        elif not self.another_house and self._settles(self.claim_in_hand):
            existing.milli = milli
        else:
            self.draft.doubt(fragment, "unclear", (key,))  # 排骨三斤 我二婶要一斤 剩下是我的

    def _repeats_itself(self) -> bool:
        """四盒,我们两家分,一家两盒: the same amount again, reckoned by heads."""
        claim = self.claim_in_hand
        return claim is not None and claim.quantity is not None and self._is_per(claim.quantity)

    def _settles(self, claim: Claim | None) -> bool:
        """Does a claim end like a decision: 两袋好了, 三盒吧, or follow a bare 不?"""
        after = self.words[claim.end + 1] if claim is not None and claim.end + 1 < len(self.words) else ""
        before = [self.words[i] for i in range(max(claim.start - 2, 0), claim.start)] if claim is not None else []
        return after in ("好了", "好啦", "吧", "好吧", "就行", "就好", "就够了", "够了") or "不" in before

    def _add(self, key: int, milli: int, existing: Entry | None) -> None:
        if existing is None or existing.op == "drop":
            self.draft.put(key, "add", milli, changed=True)
        elif self.fixing:
            existing.milli = milli
        else:
            existing.milli += milli
        self.draft.last = key

    def _sub(self, key: int, milli: int, existing: Entry | None, fragment: str) -> None:
        had = self.draft.prior.get(key, 0)
        if had > milli:
            self.draft.put(key, "sub", milli, changed=True)
        elif had == milli:
            self.draft.drop(key)
        else:
            self.draft.doubt(fragment, "out_of_range", (key,))

    def _correct(self, key: int, milli: int, existing: Entry | None, fragment: str) -> None:
        """Last wins: an item named again is overwritten, another item takes the place of the only one before it."""
        entries = self.draft.entries
        if existing is not None:
            existing.milli = milli
            self.draft.last = key
            return
        if len(entries) == 1 and self.fix_word not in _PAUSES and not self.draft.prior:
            entries.clear()
        elif entries and not self.draft.prior:
            self.draft.doubt(fragment, "unclear", (key,))
            return
        self.draft.put(key, "set", milli)

    def _check_total(self, quantity: Token) -> None:
        totals = {sum(entry.milli for entry in self.draft.entries.values())}
        totals.add(sum(self.draft.current(key) for key in self.draft.entries))
        totals.add(sum(self.draft.current(key) for key in self.draft.entries | self.draft.prior))
        if quantity.milli not in totals and not self.draft.doubts:
            self.draft.doubt(quantity.word, "unclear")
        self.mode = None
