"""The names of the goods of a round as one pattern."""

from __future__ import annotations

import re


def one_of(terms: list[str]) -> str:
    """A pattern for any of `terms`, the first that fits; those with one first character share it, which is quick."""
    by_first: dict[str, list[str]] = {}
    for term in terms:
        by_first.setdefault(term[0], []).append(_behind_first(term))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items()) or r"(?!)"


def _behind_first(term: str) -> str:
    """The rest of a term, its first character being matched: letters end at letters (anna is not ann + a)."""
    rest = re.escape(term[1:])
    if not (term.isascii() and term.isalnum()):
        return rest
    edge = "a-z" if term.isalpha() else r"a-z\d"
    return rf"(?<![{edge}]{re.escape(term[0])}){rest}(?![{edge}])"
