"""An order that was noted wrongly (说好两袋的,你记成三袋了,改过来): there is to be what was agreed upon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.parsing.amounts import read_quantity
from bot.parsing.catalogue import Catalogue
from bot.parsing.quantity import to_sale_units
from bot.parsing.tokens import Token

_NOTED: Final = re.compile(
    r"(?:[你您恁](?:们|那边|那里)?|团长|给我|帮我|系统|表里|接龙里?)[^,。]{0,4}?(?:记|登记|写|打|算|弄|搞|录|统计|报|填)(?:成|的是|的|到|了)*$"
)
_MEND: Final = re.compile(r"改(?:一下|下|过来|回来|回|正|成对的|返|番)|更正|纠正|帮我改|麻烦改")


def noted_wrongly(
    text: str, tokens: Sequence[Token], prior: Mapping[int, int], catalogue: Catalogue
) -> tuple[int, int] | None:
    """(item, thousandths of its unit) that was meant, where the order holds the number that was noted instead."""
    if not prior or _MEND.search(text) is None:
        return None
    counts = [_counted(token, text, catalogue) for token in tokens]
    counts = [token for token in counts if token.unit and token.milli and not token.approx]
    noted = [token for token in counts if _NOTED.search(text[: token.start])]
    meant = [token for token in counts if token not in noted]
    named = {key for token in tokens if token.kind == "item" for key in token.keys} or set(prior)
    there = named & set(prior)
    if len(noted) != 1 or len(meant) != 1 or len(there) != 1 or named - there:
        return None
    key = min(there)
    was, wanted = (to_sale_units(each[0].milli, each[0].unit, catalogue.by_key[key]).milli for each in (noted, meant))
    return (key, wanted) if was == prior[key] and wanted is not None and wanted != was else None


def _counted(token: Token, text: str, catalogue: Catalogue) -> Token:
    """三袋 in 记成三袋了, which asks for nothing elsewhere."""
    at = token.start + token.word.find("成") + 1
    at += text[at : at + 1] == "了"
    return (token.kind == "number" and "成" in token.word and read_quantity(text, at, catalogue)) or token
