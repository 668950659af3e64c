"""Letters and numbers that stand for goods in a 接龙: A 眼罩 29 above the entries, then A1 C2; 4号换成3号, ④不要."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from bot.parsing.catalogue import Catalogue
from bot.parsing.chain_terms import one_of
from bot.parsing.normalise import circled_value

_FEWEST = 2
_LONE = re.compile(r"(?<![a-z\d])[a-h](?![a-z])")
_LETTER = r"(?<![a-z\d])(?P<letter>[a-h])(?![a-z])\s?[.、:)=】]?\s*(?P<name>"
_NUMBER = re.compile(r"(?P<mark>[\ue001-\ue014])|(?<!\d)(?P<number>\d{1,2})号(?![楼柜门栋库线])(?!\d*[前后早晚上下])")


@lru_cache(maxsize=64)
def with_letters(catalogue: Catalogue, title: str) -> Catalogue:
    """`catalogue` with the letters that the lines above the entries give to its goods; itself where there are none.

    Two letters and more for as many goods: A级 alone is a grade.
    """
    if len(set(_LONE.findall(title))) < _FEWEST:
        return catalogue
    terms = sorted((term for term, named in catalogue.names.items() if len(named.keys) == 1), key=len, reverse=True)
    found: dict[str, int] = {}
    for match in re.finditer(_LETTER + one_of(terms) + ")", title):
        key = catalogue.names[match["name"]].keys[0]
        if found.setdefault(match["letter"], key) != key:
            return catalogue
    if len(found) < _FEWEST or len(set(found.values())) != len(found):
        return catalogue
    letters = {key: letter for letter, key in found.items() if letter not in catalogue.names}
    items = [
        replace(item, aliases=(*item.aliases, letters[item.key])) if item.key in letters else item
        for item in catalogue.items
    ]
    return Catalogue(items)


def in_words(catalogue: Catalogue, content: str) -> str:
    """`content` with the numbers of goods as their names: 精酿不要 for ④不要."""
    if "号" not in content and not any("\ue001" <= char <= "\ue014" for char in content):
        return content

    def name_of(match: re.Match[str]) -> str:
        number = circled_value(match["mark"]) if match["mark"] else int(match["number"])
        keys = catalogue.by_number.get(number or 0, ())
        return catalogue.by_key[keys[0]].name.lower() if len(keys) == 1 else match[0]

    return _NUMBER.sub(name_of, content)
