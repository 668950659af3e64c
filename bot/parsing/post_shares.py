"""Stock, limits and case sizes of a post, given to the goods they are said of: one item, a named one, or all."""

from __future__ import annotations

import re

from bot.parsing.post_amounts import take_amounts
from bot.parsing.post_draft import Draft, pack_of

_CLAUSE = re.compile(r"[^\s,，;；。!！]+")
_STOCK_WORD = re.compile(r"名额|库存|限量|数量|余量|现货|就|只有|还有|还剩|仅剩|共")


class Shares:
    """Gives amounts to `drafts` (which the reader of lines goes on filling)."""

    def __init__(self, drafts: list[Draft]) -> None:
        self.drafts = drafts
        self.stock: int | None = None  # of every item without its own, in thousandths
        self.limit: int | None = None
        self.is_total_shared = False

    def take(self, text: str, target: Draft | None, own_line: bool, for_all: bool = False) -> str:
        """Read stock, limit and case size out of `text`; returns the text without them.

        In a headline, or on a line of its own when several items stand before it, they count for every item.
        """
        shared = target is None or (own_line and len(self.drafts) > 1)
        text, amounts = take_amounts(text)
        for amount in amounts:
            everyone = shared or amount.is_each or (for_all and amount.kind == "limit")
            self._store(amount.kind, amount.milli, None if everyone else target, amount.unit)
        return text

    def _store(self, kind: str, amount: int, target: Draft | None, unit: str | None) -> None:
        if kind == "case":
            for draft in [target] if target is not None else self.drafts:
                draft.case = draft.case or amount
        elif target is not None:
            if kind == "limit":
                target.limit = target.limit or amount
            else:
                target.stock = target.stock or amount
            target.unit = target.unit or (pack_of(unit) if target.fen is not None else None)
        elif kind == "limit":
            self.limit = self.limit or amount
        else:
            self.stock = self.stock or amount

    def take_by_name(self, line: str) -> str:
        """红薯就30袋,芋头20袋 / 每户鲜奶限4瓶: amounts of goods that were priced before; the line without them."""
        kind: str | None = None
        for match in list(_CLAUSE.finditer(line)):
            named = [(draft, word) for draft in self.drafts if (word := called(draft.name, match[0]))]
            if len(named) != 1:
                kind = None if not named else kind
                continue
            draft, word = named[0]
            said = match[0].replace(word, "", 1)
            label = _STOCK_WORD.search(line[: match.start()] + said) if kind is None else None
            kind = "stock" if label is not None and not re.search("每|限购|最多", said) else kind
            amounts = take_amounts(said)[1]
            if not amounts and kind == "stock":
                amounts = take_amounts("库存" + said.strip(" :：,，"))[1]
            for amount in amounts:
                kind = amount.kind
                self._store(amount.kind, amount.milli, draft, amount.unit)
            if amounts:
                line = line[: match.start()] + "\x00" * len(match[0]) + line[match.end() :]
        return line

    def share_total(self, tail: str, current: Draft) -> None:
        """，限量100斤 behind several goods sold by 斤: of which of them? Every one has it, and it is asked."""
        total = next((amount for amount in take_amounts(tail)[1] if amount.kind == "stock" and amount.is_total), None)
        alike = [draft for draft in self.drafts if draft.unit == current.unit]
        if total is None or len(alike) < 2 or len(alike) < len(self.drafts):
            return
        if total.unit is not None and total.unit != current.unit:
            return
        for draft in alike:
            draft.stock = draft.stock or total.milli
        self.is_total_shared = True


def called(name: str, text: str) -> str:
    """The longest part of `name`, two characters and more, that stands in `text`; "" for none."""
    for size in range(len(name), 1, -1):
        for start in range(len(name) - size + 1):
            if name[start : start + size] in text:
                return name[start : start + size]
    return ""
