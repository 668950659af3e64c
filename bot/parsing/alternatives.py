"""Choices left open: this or that is asked about, and so is anything that hangs on what nobody here decides."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.draft import Draft
from bot.parsing.interpreter import Interpreter
from bot.parsing.pairing import Claim

_EITHER: Final = re.compile(
    r"不是.{1,8}就是|[有哪]个?.{0,3}[拿给来要]哪|(?:随便|任意)(?:哪|来?一)[个样种款]|[二三四2-4]选[一1]"
)


def check_alternatives(reader: Interpreter, draft: Draft, text: str) -> None:
    """草莓2盒或者橙子2箱: neither is booked, both are offered."""
    for position, kind in enumerate(reader.kinds):
        if kind == "or":
            _ask_which(position, reader, draft)
    if _EITHER.search(text) and (draft.entries or not draft.doubts):
        draft.doubt(text.strip(), "which_item", tuple(draft.entries))
        draft.entries.clear()


def _ask_which(position: int, reader: Interpreter, draft: Draft) -> None:
    before = next((claim for claim in reversed(reader.claims) if claim.end < position and _asks(claim)), None)
    after = next((claim for claim in reader.claims if claim.start > position and _asks(claim)), None)
    between = next((claim for claim in reader.claims if claim.start < position < claim.end), None)
    sides = [claim for claim in (before, between, after) if claim is not None]
    if after is None and between is None:
        return  # 放门口或者门卫
    keys = tuple(dict.fromkeys(key for claim in sides for key in _keys(claim)))
    booked = [key for key in keys if key in draft.entries]
    if not booked and draft.doubts:
        return
    for key in booked:
        del draft.entries[key]
    start = reader.tokens[min(claim.start for claim in sides)].start
    end = reader.tokens[max(position, *(claim.end for claim in sides))].end
    draft.doubt(reader.text[start:end], "which_item" if len(keys) > 1 else "how_many", keys)


def _asks(claim: Claim) -> bool:
    """Does a claim name goods or a number?"""
    return not claim.mention and bool(
        claim.quantity is not None or any(item.keys or item.kind == "goods" for item in claim.items)
    )


def _keys(claim: Claim) -> list[int]:
    return claim.keys or [key for item in claim.items for key in item.keys]
