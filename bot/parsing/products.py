"""Which product of a supplier a leader's wording means. Pure; the words are compared as those of orders are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from bot.parsing.catalogue import MAX_CANDIDATES, Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.quantity import is_weight
from bot.parsing.values import Item

_ANY = "份"  # what is written where a leader names no unit
_FILLING = re.compile(r"[\s()\[\]【】约每装]")


class Good(Protocol):
    """What is compared of a product."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def spec(self) -> str: ...
    @property
    def unit(self) -> str: ...


class Shelf:
    """Products, indexed by name once."""

    def __init__(self, goods: Sequence[Good]) -> None:
        self._goods = {one.id: one for one in goods}
        self._catalogue = Catalogue([Item(one.id, 0, one.name, one.unit, 0, one.spec) for one in goods])
        self._exact: dict[str, list[int]] = {}
        for one in goods:
            self._exact.setdefault(_plain(one.name), []).append(one.id)

    def match(self, name: str, spec: str, unit: str) -> int | None:
        """The one product that is meant; None where none or several may be.

        The same name: a spec that one of the two leaves out does not speak against it. Only a part of the name
        (草莓 for 红颜草莓), if no other product has it: the spec must say the same too.
        """
        exact = self._exact.get(_plain(name), [])
        fitting = [key for key in exact if self._fits(key, spec, unit, is_exact=True)]
        same = [key for key in fitting if _spec(self._goods[key].spec, unit) == _spec(spec, unit)]
        if exact:
            return _only(same) or _only(fitting)
        named = self._catalogue.names.get(_plain(name))
        if named is None or named.weak or len(named.keys) != 1:
            return None
        return _only([key for key in named.keys if self._fits(key, spec, unit, is_exact=False)])

    def candidates(self, name: str) -> list[int]:
        """Products that may be meant by a name, the likeliest first: to be offered, never taken."""
        plain = _plain(name)
        named = self._catalogue.names.get(plain)
        found = [*self._exact.get(plain, []), *(named.keys if named else ()), *self._catalogue.neighbours(plain)]
        found += [key for key, one in self._goods.items() if one.name in name or name in one.name]
        return list(dict.fromkeys(found))[:MAX_CANDIDATES]

    def _fits(self, key: int, spec: str, unit: str, *, is_exact: bool) -> bool:
        good = self._goods[key]
        if unit != good.unit and (unit != _ANY or is_weight(good.unit)):
            return False
        said, known = _spec(spec, unit), _spec(good.spec, good.unit)
        return said == known if said and known else is_exact


def _only(keys: Sequence[int]) -> int | None:
    return keys[0] if len(keys) == 1 else None


def _plain(text: str) -> str:
    return normalise(text, keep_quote=True).text.strip()


def _spec(text: str, unit: str) -> str:
    """2斤/盒, 2斤装 and 约2斤 are one spec: what is written around the amount says nothing."""
    return _FILLING.sub("", _plain(text)).removesuffix(f"/{unit}").lower()
