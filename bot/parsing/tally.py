"""No number is lost: one that was read over in an order and that nothing explains is asked about.

A number may go unbooked because it says once more what was booked (in units of sale or in pieces), says how the
whole is shared, describes the pack, is denied, or counts for each person. What is none of this may be an amount of
goods whose name was not understood.
"""

from __future__ import annotations

from typing import Final

from bot.parsing.interpreter import Interpreter
from bot.parsing.people import is_counted_off
from bot.parsing.quantity import to_sale_units
from bot.parsing.segments import keys_of
from bot.parsing.tokens import Token

_DENIED: Final = ("不是", "从", "由", "不要", "不用", "别")


def check_numbers(reader: Interpreter) -> None:
    """Ask about every number of an order that was neither booked nor said in vain for a known reason."""
    if not reader.draft.entries or reader.factor is not None or is_counted_off(reader.tokens):
        return
    for segment in reader.segments:
        if segment.verdict != "order":
            continue
        lost = [token for token in segment.tokens if _is_lost(token, reader)]
        if lost and not _make_up_the_whole(lost, reader):
            reader.draft.doubt(segment.text.strip(), "unclear", keys_of(segment))


def _is_lost(token: Token, reader: Interpreter) -> bool:
    if token.kind != "qty" or token.approx or id(token) in reader.counted or token.milli == 1000:
        return False
    return not (_is_denied(token, reader) or _says_what_is_known(token, reader))


def _is_denied(token: Token, reader: Interpreter) -> bool:
    before = reader.position[id(token)] - 1
    while before >= 0 and reader.kinds[before] in ("item", "want", "space"):
        before -= 1
    return before >= 0 and reader.words[before].endswith(_DENIED)


def _says_what_is_known(token: Token, reader: Interpreter) -> bool:
    draft = reader.draft
    for key in draft.entries:
        milli = _in_sale_units(token, key, reader)
        if milli is not None and milli in (1000, draft.entries[key].milli, draft.prior.get(key), draft.current(key)):
            return True
    return token.milli == sum(entry.milli for entry in draft.entries.values())


def _in_sale_units(token: Token, key: int, reader: Interpreter) -> int | None:
    return to_sale_units(token.milli, token.unit, reader.catalogue.by_key[key]).milli


def _make_up_the_whole(lost: list[Token], reader: Interpreter) -> bool:
    """两杯热的 一杯冰的 of three: no more than what was booked of one thing."""
    for key, entry in reader.draft.entries.items():
        parts = [_in_sale_units(token, key, reader) for token in lost]
        if all(part is not None for part in parts) and sum(part or 0 for part in parts) <= entry.milli:
            return True
    return False
