"""Amounts that were reckoned, put in the place of the words they were reckoned from."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from bot.parsing.numerals import read_number
from bot.parsing.quantity import canonical_unit
from bot.parsing.tokens import Token


@dataclass(frozen=True, slots=True)
class Portion:
    """So much, in the place of a stretch of the message."""

    start: int
    end: int
    milli: int
    unit: str | None
    approx: bool = False


def masked(tokens: Sequence[Token], text: str, kinds: Container[str] = ("item", "goods")) -> str:
    """The text with a line where goods are named, so that 每桌母蟹六只 is read like 每桌六只."""
    for token in tokens:
        if token.kind in kinds:
            text = text[: token.start] + "_" * (token.end - token.start) + text[token.end :]
    return text


def portion_of(match: re.Match[str]) -> tuple[int, str | None]:
    """Thousandths and unit of a number that was found."""
    if match["few"]:
        return (2000 if match["few"] == "俩" else 3000), None
    number = read_number(match["n"])
    milli = 500 if match["n"] == "半" else number.milli if number is not None else 0
    return milli + (500 if match["half"] else 0), canonical_unit(match["u"])


def put(tokens: list[Token], text: str, portion: Portion, number: Token | None = None) -> None:
    """One number for the tokens under it; with `number` that one in front of the goods is changed."""
    amount = Token(
        "qty", portion.start, portion.end, text[portion.start : portion.end], milli=portion.milli, unit=portion.unit,
        approx=portion.approx, value="sum",
    )  # fmt: skip
    kept: list[Token] = []
    for token in tokens:
        if token.end <= amount.start or token.start >= amount.end:
            kept.append(token)
            continue
        if token.start < amount.start:
            kept.append(_cut(token, token.start, amount.start, text))
        if number is None and not any(other is amount for other in kept):
            kept.append(amount)
        if token.end > amount.end:
            kept.append(_cut(token, amount.end, token.end, text))
    tokens[:] = kept
    if number is not None:
        _put_in_front(tokens, number, amount)


def _put_in_front(tokens: list[Token], number: Token, amount: Token) -> None:
    """The sum takes the place of the number in front of the goods; whose it was is understood."""
    number.milli, number.unit, number.approx, number.value = amount.milli, amount.unit, amount.approx, "sum"
    for token in reversed(tokens[: tokens.index(number)]):
        if token.kind in ("comma", "stop", "space"):
            break
        if token.kind in ("text", "person", "name"):
            token.kind = "filler"


def _cut(token: Token, start: int, end: int, text: str) -> Token:
    """What is left of a token at one side of a row."""
    rest = token.twin()
    rest.start, rest.end, rest.word = start, end, text[start:end]
    return rest
