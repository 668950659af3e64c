"""Which items a name or a lone number means."""

from __future__ import annotations

from typing import Final

from bot.parsing.claims import trimmed
from bot.parsing.foods import GOODS
from bot.parsing.pairing import Claim
from bot.parsing.people import is_per_head
from bot.parsing.shares import EVEN
from bot.parsing.tokens import Token
from bot.parsing.unnamed import Unnamed

_CHANGING: Final = frozenset({"add", "sub", "set"})
_SEVERAL: Final = frozenset("两种 三种 两样 三样 几种 几样 两个 三个".split())


class Targets(Unnamed):
    """Names against the catalogue."""

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

    def _is_for_a_group(self, quantity: Token) -> bool:
        """大人每人一支 where nobody said how many grown-ups there are."""
        index = self.position[id(quantity)]
        while index >= 0 and not is_per_head(self.tokens[index]):
            index -= 1
        before = self.tokens[index - 1] if index > 0 else None
        if before is None or before.kind != "person" or "and" in self.kinds[:index]:
            return False
        return not any(token.kind == "people" and before.word in token.word for token in self.tokens)
