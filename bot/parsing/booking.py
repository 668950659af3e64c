"""A claim with a quantity becomes a line of the draft, or something to ask."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.applying import Applying
from bot.parsing.clauses import clause_at
from bot.parsing.pairing import Claim
from bot.parsing.people import PERSONS, is_one
from bot.parsing.quantity import parse_spec, portions_of, to_sale_units
from bot.parsing.smalltalk import OPERATING
from bot.parsing.tokens import Token
from bot.parsing.walk import SILENT

_REMAINS: Final = ("留", "剩", "剩下", "还有", "留着", "余")


class Booking(Applying):
    """Amounts, and what a second number for the same item means."""

    def _quantified(self, claim: Claim, mode: str | None) -> None:
        quantity = claim.quantity
        if quantity is None:
            return
        if mode == "not":
            self.mentions += [key for item in claim.items for key in item.keys]
            self.mode = "denied"
            return
        if self._is_said_again(claim, quantity, mode):
            return
        if self.factor is None and self._is_per(quantity) and self._totals_later(claim):
            self.mentions += [key for item in claim.items for key in item.keys]
            return  # 豆浆每人一杯 一共7杯
        self._decide(claim)
        if mode == "total" and self.booked and not claim.items:
            self._check_total(quantity)
            return
        mode = self._summed(claim, mode)
        if self._is_alternative(claim):
            if self.draft.last is not None:
                self.draft.entries.pop(self.draft.last, None)
            self.draft.doubt(self._fragment(claim), "how_many")
            self.undecided = self.draft.last
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

    def _summed(self, claim: Claim, mode: str | None) -> str | None:
        """合起来就是两箱小的: the sum of goods that are named and booked is what there will be of them."""
        named = {key for item in claim.items for key in item.keys}
        return "set" if mode == "total" and self.booked and named & set(self.draft.entries) else mode

    def _is_said_again(self, claim: Claim, quantity: Token, mode: str | None) -> bool:
        """What is left, what is reached, where it goes, how it is shared (12桶 一人一桶): no more than was said."""
        if self._is_what_remains(claim, quantity) or self._is_reached(claim, quantity, mode):
            return True
        shared = self.factor is None and bool(self.booked) and not claim.items and self._is_per(quantity)
        return shared or self._points_back(claim)

    def _points_back(self, claim: Claim) -> bool:
        """我妈那两箱 behind 「我妈两箱」 says where they go, and asks for no more."""
        quantity = claim.quantity
        if claim.items or quantity is None or not self.booked or not claim.start:
            return False
        pointed = self.words[claim.start - 1] in ("那", "那个", "这", "那边那")
        return pointed and any(
            other.quantity is not None and other.quantity.milli == quantity.milli for other in self.booked
        )

    def _decide(self, claim: Claim) -> None:
        """要一袋还是两袋呢…两袋吧: the choice is made."""
        if claim.items or not self._settles(claim) or len(self.draft.doubts) != 1:
            return
        doubt = self.draft.doubts[0]
        if self.undecided is None and doubt.reason in ("unit", "how_many", "range") and len(doubt.candidates) == 1:
            self.undecided = doubt.candidates[0]  # 一人一支康乃馨 来一扎够了
        if self.undecided is None:
            return
        self.draft.doubts.clear()
        self.draft.last, self.undecided, self.fixing, self.fix_word = self.undecided, None, True, ""

    def _is_reached(self, claim: Claim, quantity: Token, mode: str | None) -> bool:
        """再加两箱 凑四箱: where that gets to is only said once more."""
        key = self.draft.last
        entry = self.draft.entries.get(key) if key is not None else None
        several = [other.milli for other in self.draft.entries.values() if other.op == "set"]
        gathers = any(word.startswith("凑") for word in self.words[max(claim.start - 2, 0) : claim.start])
        if gathers and not claim.items and len(several) > 1 and sum(several) == quantity.milli:
            return True  # 肉粽五只豆沙五只 凑十只
        if claim.items or key is None or entry is None or entry.op not in ("add", "sub"):
            return False
        return mode == "set" and self.draft.current(key) == quantity.milli

    def _totals_later(self, claim: Claim) -> bool:
        later = self.kinds[claim.end + 1 :]
        return "total" in later and "qty" in later[later.index("total") :]

    def _is_what_remains(self, claim: Claim, quantity: Token) -> bool:
        """退两瓶 留一瓶 of three: what is left is only said once more."""
        key = self.draft.last
        entry = self.draft.entries.get(key) if key is not None else None
        if claim.items or key is None or entry is None or entry.op != "sub":
            return False
        kept = any(word.endswith(_REMAINS) for word in self.words[max(claim.start - 2, 0) : claim.start])
        return kept and self.draft.prior.get(key, 0) - entry.milli == quantity.milli

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
        if claim.items or last is None or claim.quantity is None or self.fixing or self.mode in ("set", "add", "sub"):
            return False
        if self.part_left >= claim.quantity.milli > 0:
            self.part_left -= claim.quantity.milli
            return True
        if last.unit != claim.quantity.unit or claim.quantity.milli > last.milli or self._for_somebody_else(claim):
            return False
        around = [self.kinds[i] for i in range(max(claim.start - 2, 0), claim.start) if self.words[i] == "其中"]
        following = [
            kind for kind in self.kinds[claim.end + 1 : claim.end + 5] if kind not in SILENT and kind != "text"
        ][:2]
        is_part = bool(around) or bool(following and following[0] == "note") or self._is_told_of(claim)
        self.part_left = last.milli - claim.quantity.milli if is_part else 0
        return is_part

    def _is_told_of(self, claim: Claim) -> bool:
        """三个开好口 behind six of them: how some are to be done, in a clause that asks for nothing more."""
        last = self.last_quantity
        apart = claim.start > 0 and self.kinds[claim.start - 1] in ("space", "comma")
        if last is None or claim.quantity is None or not apart or claim.quantity.milli >= last.milli:
            return False
        clause = clause_at(self.tokens, claim.start)[1:]
        told = {token.kind for token in clause} <= {"text", "filler", "quality", "note", "wish"}
        return told and any(t.kind == "text" and not OPERATING.search(t.word) for t in clause)

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

    def _is_price(self, quantity: Token) -> bool:
        return quantity.value == "bare" and quantity.milli // 10 in self.catalogue.by_price and quantity.milli >= 10_000

    def _is_alternative(self, claim: Claim) -> bool:
        """两盒还是三盒: a choice, not a correction."""
        if not self.fixing or self.fix_word != "还是" or not self.booked:
            return False
        before = self.booked[-1]
        between = self.text[self.tokens[before.end].end : self.tokens[claim.start].start]
        return "好呢" in self.text or (not self._settles(claim) and not re.search(r"[要来,。算就不]", between))

    def _book(self, claim: Claim, item: Token | None, quantity: Token, mode: str | None) -> None:
        fragment = self._fragment(claim)
        keys = self._targets(claim, item, quantity, mode)
        if keys is None:
            return
        self.group_size = max(self.group_size, len(keys) if item is not None else 0)  # 两种橘子各一箱
        for key in keys:
            if mode == "set" and not quantity.milli and not quantity.approx and key in self.draft.prior:
                self.draft.drop(key)  # 馒头改成0
                continue
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
        if self._is_per(quantity) and (self.factor is None or self._is_for_a_group(quantity)):
            self.draft.doubt(fragment, "how_many", (key,))
            return None
        several = self._each_person(quantity)
        if several == 0:
            self.draft.doubt(fragment, "how_many", (key,))
            return None
        if quantity.value == "bare" and quantity.milli >= 10_000 and quantity.milli == item.price_fen * 10:
            self.draft.doubt(fragment, "unclear", (key,))  # 牛肉38 of something that costs 38
            return None
        self.multiplied = self.multiplied or several > 1 or (factor > 1 and self._is_per(quantity))
        if factor > 1 and quantity.unit is None and self._is_per(quantity) and parse_spec(item.spec, item.unit).counts:
            self.draft.doubt(fragment, "how_many", (key,))  # 肉包一人俩: two bags, or two of a bag?
            return None
        portions = portions_of(item.spec) if factor > 1 and quantity.unit == "份" else 0
        if portions and self._is_per(quantity):
            quantity.milli, quantity.unit, factor = quantity.milli * factor, None, 1
            quantity.milli, rest = divmod(quantity.milli, portions)
            if rest or quantity.milli % 1000:
                self.draft.doubt(fragment, "unit", (key,))
                return None
            return quantity.milli  # 老两口一人一份 of 2人份/盒
        converted = to_sale_units(quantity.milli * (factor if self._is_per(quantity) else several), quantity.unit, item)
        if converted.milli is None and quantity.value == "slip":
            self.draft.doubt(fragment, "how_many", (key,))
        elif converted.milli is None:
            self.draft.doubt(fragment, converted.reason, (key,))
        return converted.milli

    def _each_person(self, quantity: Token) -> int:
        """我和隔壁各要一只: how many people 各 is about; 1 without 各, 0 when 各 is about nobody one can count."""
        index = self.position[id(quantity)] - 1
        while index >= 0 and self.kinds[index] in ("want", "filler", "space"):
            index -= 1
        if index >= 0 and self.kinds[index] == "people":
            return 1  # 各 behind people in a row is reckoned by heads
        if index < 0 or self.words[index] not in ("各", "各要", "各来", "各订", "各拿", "各买") or self.group_size > 1:
            return 1
        if index and self.kinds[index - 1] == "each":
            return 1  # 两样各一瓶
        start = max((claim.end for claim in self.booked), default=-1) + 1
        before = range(start, index)
        if any(self.kinds[i] == "both" for i in before):
            return 2
        if self.factor and any(self.kinds[i] == "people" for i in before):
            return self.factor
        if self.group_size == 0 and len(self.catalogue) > 1 and (self.rest or not self.booked):
            return 1
        people = sum(is_one(self.tokens[i], self.tokens[i + 1]) for i in before)
        return people if people > 1 else 0
