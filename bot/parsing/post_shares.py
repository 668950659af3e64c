"""Stock, limits and case sizes of a post, given to the goods they are said of: one item, a named one, or all."""

from __future__ import annotations

import re

from bot.parsing.numerals import CHINESE
from bot.parsing.post_amounts import milli_of, take_amounts
from bot.parsing.post_draft import Draft, pack_of
from bot.parsing.post_specs import FIGURE, UNIT, WEIGHT_UNITS

_CLAUSE = re.compile(r"[^\s,，;；。!！]+")
_SPEAKS_OF_AMOUNTS = re.compile(r"限|最多|每[户家人]|名额|库存|数量|余量|现货|就|只[有能]|还有|能做|剩|共")
_FIGURE = re.compile(rf"[\d{CHINESE}]")
_MOST_CLAUSES, _MOST_NAMES = 12, 20
_UNIT_FOR_ALL = re.compile(
    rf"(?:以上|上面|全部|均)(?:都|价格|价)*(?:是|为|按)?[每一]?(?P<unit>{UNIT})(?:价|的价|算|卖|计价)|都(?:是|按)[一每]?(?P<unit2>{UNIT})的?(?:价|算)"
    rf"|(?:都|全部?|一律|均|统一)(?:是|按|论)[一每]?(?P<unit3>{UNIT})的?(?=[\s,，。;；!！()（）\x00]|$|卖|称|计)"
    rf"|单位[:：]?(?:都|均|全)?(?:是|为|按|:|：)?\s?[一每]?(?P<unit4>{UNIT})(?=[\s,，。;；!！()（）\x00]|$)"
)
_EXCEPTED = re.compile(
    r"(?P<name>[^\s,，;；。\x00]{1,12}?)(?:除外|另算|例外|不算(?!少|多|贵|大|小))|(?:除了?|不含|不包括)(?P<name2>[^\s,，;；。\x00]{1,12})"
)
_KEPT = re.compile(r"(?:我|俺|咱)?(?:自己|自个儿?|家里?|先)?(?:就|先|已经)?(?:留|吃|囤|尝|拆|送)了")
_LEFT_OVER = re.compile(r"(?:现在|一共|总共)?(?:还|只|就|仅)?(?:剩|有)")
_STILL = re.compile(rf"(?:还|只|就|仅|现在?){{1,3}}(?:剩|有)(?:下|了)?(?P<n>{FIGURE})\s?{UNIT}")
_LONGEST = 6
_STOCK_WORD = re.compile(r"名额|库存|限量|数量|余量|现货|就|只有|还有|还剩|仅剩|共")


class Shares:
    """Gives amounts to `drafts` (which the reader of lines goes on filling)."""

    def __init__(self, drafts: list[Draft]) -> None:
        self.drafts = drafts
        self.stock: int | None = None  # of every item without its own, in thousandths
        self.limit: int | None = None
        self.is_total_shared = False
        self.of_one: list[tuple[str, int]] = []  # goods and their stock, said before their price
        self.unheld: list[str] = []  # amounts that no item can hold

    def take(self, text: str, target: Draft | None, own_line: bool, for_all: bool = False) -> str:
        """Read stock, limit and case size out of `text`; returns the text without them.

        In a headline, or on a line of its own when several items stand before it, they count for every item.
        """
        text = self._of_one(text) if target is None else text
        shared = target is None or (own_line and len(self.drafts) > 1)
        text, amounts = take_amounts(text)
        for amount in amounts:
            everyone = shared or amount.is_each or (for_all and amount.kind == "limit")
            self._store(amount.kind, amount.milli, None if everyone else target, amount.unit)
        return text

    def _of_one(self, text: str) -> str:
        """端午过完粽叶还剩两捆: said of one of the goods that are priced below."""
        left = _STILL.search(text)
        milli = milli_of(left["n"]) if left is not None else None
        if left is None or not milli or re.search(r"[\u4e00-\u9fff]{2}$", text[: left.start()]) is None:
            return text
        self.of_one.append((text[: left.start()][-_LONGEST:], milli))
        return text[: left.start()] + "\x00" * len(left[0]) + text[left.end() :]

    def _store(self, kind: str, amount: int, target: Draft | None, unit: str | None) -> None:
        if kind == "case":
            for draft in [target] if target is not None else self.drafts:
                draft.case = draft.case or amount
        elif target is not None:
            if kind == "limit":
                target.limit = target.limit or amount
            else:
                target.stock = target.stock or amount
            is_open = target.fen is not None and not (unit in WEIGHT_UNITS and target.spec is not None)
            target.unit = target.unit or (pack_of(unit) if is_open else None)
        elif kind == "limit":
            self.limit = self.limit or amount
        else:
            self.stock = self.stock or amount

    def take_by_name(self, line: str) -> str:
        """红薯就30袋,芋头20袋 / 每户鲜奶限4瓶: amounts of goods that were priced before; the line without them."""
        kind: str | None = None
        if _SPEAKS_OF_AMOUNTS.search(line) is None:
            return line
        last: tuple[Draft, str] | None = None  # 我自己留了4组酸奶,还剩16组
        for match in list(_CLAUSE.finditer(line))[:_MOST_CLAUSES]:
            if _FIGURE.search(match[0]) is None:
                continue
            named = _named_in(match[0], self.drafts[-_MOST_NAMES:])
            if not named and last is not None and _LEFT_OVER.match(match[0]):
                named = [last]
            if _KEPT.match(match[0]):
                last = named[0] if len(named) == 1 else None
                continue
            last = None
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

    def share_unit(self, text: str) -> None:
        """以上都是斤价, 元贝按份: the unit of goods that were priced without one."""
        for match in _UNIT_FOR_ALL.finditer(text):
            for draft in self.drafts:
                is_open = draft.fen is not None and draft.unit is None
                if is_open and not _sold_apart(draft, text) and not _is_excepted(draft, text):
                    draft.unit = next(unit for unit in match.groupdict().values() if unit)
        for words, milli in self.of_one:
            named = [draft for draft in self.drafts if draft.name and words.endswith(called(draft.name, words) or "?")]
            if named:
                named[0].stock = named[0].stock or milli
            else:
                self.stock = self.stock or milli
        for draft in self.drafts:
            own = _sold_apart(draft, text) if draft.unit is None and draft.fen is not None else None
            draft.unit = own["unit"] if own is not None else draft.unit

    def share_total(self, tail: str, current: Draft) -> None:
        """，限量100斤 behind several goods sold by 斤: of which of them? Every one has it, and it is asked."""
        said = [amount for amount in take_amounts(tail)[1] if amount.kind == "stock" and not amount.is_each]
        total = next((amount for amount in said if amount.is_total), None)
        alike = [draft for draft in self.drafts if draft.unit == current.unit]
        sizes = [draft for draft in self.drafts if draft.name == current.name]
        if len(sizes) > 1 and said and current.stock is not None:  # 10斤装58,20斤装110,只有25袋
            if said[-1].unit in WEIGHT_UNITS and current.spec is not None:  # of 88一斤,半斤的45: no number of packs
                current.stock = None
                self.unheld.append(f"共{said[-1].milli / 1000:g}{said[-1].unit}")
                return
            for draft in sizes:
                draft.stock, draft.unit = draft.stock or current.stock, draft.unit or current.unit
            self.is_total_shared = True
            return
        if total is None or len(alike) < 2 or len(alike) < len(self.drafts):
            return
        if total.unit is not None and total.unit != current.unit:
            return
        for draft in alike:
            draft.stock = draft.stock or total.milli
        self.is_total_shared = True


def _named_in(clause: str, drafts: list[Draft]) -> list[tuple[Draft, str]]:
    """The items a clause names, each with the word for it; one that is named in full stands before part of another."""
    named = [(draft, word) for draft in drafts if (word := called(draft.name, clause))]
    whole = [(draft, word) for draft, word in named if word == draft.name]
    longest = max((len(word) for _, word in whole), default=0)
    best = [(draft, word) for draft, word in whole if len(word) == longest]
    return best if len(named) > 1 and len(best) == 1 else named


def _is_excepted(draft: Draft, text: str) -> bool:
    """香菜除外, 香菜另算: what is said of all is not said of it."""
    return any(called(draft.name, match["name"] or match["name2"]) for match in _EXCEPTED.finditer(text))


def _sold_apart(draft: Draft, text: str) -> re.Match[str] | None:
    """元贝按份."""
    return re.search(rf"{re.escape(draft.name)}按(?P<unit>{UNIT})", text) if draft.name else None


def called(name: str, text: str) -> str:
    """The longest part of `name`, two characters and more, that stands in `text`; "" for none."""
    if all(name[at : at + 2] not in text for at in range(len(name) - 1)):
        return ""
    for size in range(len(name), 1, -1):
        for start in range(len(name) - size + 1):
            if name[start : start + size] in text:
                return name[start : start + size]
    return ""
