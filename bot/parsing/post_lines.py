"""The lines of a post become drafts of items: a line may name goods, price them, limit or describe them."""

from __future__ import annotations

import re

from bot.parsing.goods_words import last_goods, mentions_goods
from bot.parsing.post_amounts import without_amounts
from bot.parsing.post_corrections import corrected_draft
from bot.parsing.post_draft import LABEL, Draft, label_key
from bot.parsing.post_grades import Grades
from bot.parsing.post_kinds import is_bundle_of, is_other_pack, is_talk, kind_in, listed_goods, of_the_same, pack_name
from bot.parsing.post_leftovers import without_prices
from bot.parsing.post_line_kinds import (
    ASIDE,
    BRACKET,
    COLD,
    GONE,
    META,
    NUMBERING,
    OF_ALL,
    TRAIT,
    blank_lead,
    has_headings,
    is_headline_like,
    is_number,
    is_tail_name,
)  # fmt: skip
from bot.parsing.post_names import best_name, group_goods, headline_name, name_and_spec, without_others
from bot.parsing.post_prices import Price, find_prices
from bot.parsing.post_shares import Shares, called
from bot.parsing.post_specs import SPEC, find_spec, nearest_spec, unit_of
from bot.parsing.post_table import Columns, is_rule, read_columns, row_draft
from bot.parsing.post_told import is_statement, without_told


class Reader:
    """Walks over the lines of a post. `text` has times, phones and places blanked with NUL."""

    def __init__(self, text: str, shown: str) -> None:
        self.text, self.shown = text, shown
        self.drafts: list[Draft] = []
        self.titles: list[str] = []
        self.pending: tuple[str, str | None] | None = None  # a name on its own line waiting for its price
        self.shares = Shares(self.drafts)
        self.columns: Columns | None = None
        self.bullets_are_goods = False
        self.has_headings = False  # 一、冷冻 above numbered goods
        self.is_numbered = False  # the line that is being read
        self.grades = Grades()
        self.leftovers: list[str] = []  # lines with prices, without them
        self.unused: list[str] = []  # prices that neither an item nor a bundle could hold

    def read(self) -> None:
        """Read every line; what was found stands in `drafts`, `titles` and the shared amounts."""
        position = 0
        lines = self.text.split("\n")
        self.has_headings = has_headings(lines[:400])
        self.bullets_are_goods = any(
            (match := NUMBERING.match(line)) is not None and not is_number(match) and bool(find_prices(line))
            for line in lines[:400]
        )
        for index, line in enumerate(lines[:400]):
            self._line(line, position, index)
            position += len(line) + 1
        if not self.drafts:
            self._without_prices()
        self.shares.share_unit(self.text)

    def _line(self, line: str, offset: int, index: int) -> None:
        if self._tabled(line, offset):
            return
        label = LABEL.match(line.strip(" 　*·•-【】[]"))
        if label is not None and self._labelled(label, offset):
            return
        numbering = NUMBERING.match(line)
        self.is_numbered = numbering is not None and is_number(numbering)
        body = line[numbering.end() :] if numbering is not None else line
        start = offset + (numbering.end() if numbering is not None else 0)
        prices = find_prices(body)
        is_heading = self.has_headings and numbering is not None and numbering["c"] is not None
        if not prices and (is_heading or TRAIT.match(line)):
            return
        is_term = META.match(body) is not None and not (numbering is not None and prices)
        if is_term and (not prices or ASIDE.match(body)):
            self.shares.take(body, self.drafts[-1] if len(self.drafts) == 1 else None, own_line=True)
            return
        if not prices:
            is_listed = numbering is not None and (is_number(numbering) or self.bullets_are_goods)
            self._unpriced(body, start, is_listed, numbering is not None)
            return
        self._priced(body, start, prices)

    def _tabled(self, line: str, offset: int) -> bool:
        """A row of a table; the line of headings and the rule below it are nothing else."""
        columns = read_columns(line)
        if columns is not None:
            self.columns = columns
            return True
        if self.columns is None or is_rule(line):
            return self.columns is not None
        draft = row_draft(line, self.columns, offset)
        if draft is not None:
            self.drafts.append(draft)
        return draft is not None

    def _labelled(self, label: re.Match[str], offset: int) -> bool:
        """品名:, 规格:, 价格:, 库存:, 限购:. False when the line is not understood that way."""
        key = label_key(label)
        value = label["value"].strip()
        current = self.drafts[-1] if self.drafts else None
        if key in ("stock", "limit") and any(called(draft.name, value) for draft in self.drafts):
            return False  # 名额:冬笋60斤 荠菜30斤
        if key == "name":
            if find_prices(value):
                return False
            self.drafts.append(Draft(headline_name(value) or value.strip(" \x00"), offset))
            return True
        has_name = self.pending is not None or bool(self.titles)
        is_new = current is None or (key == "price" and current.fen is not None)
        if key == "price" and not find_prices("价:" + value):
            return False
        if is_new and not has_name:
            return False
        target = self._named_from_title(offset) if is_new or current is None else current
        target.take_label(key, value)
        return True

    def _named_from_title(self, offset: int) -> Draft:
        name, spec = self.pending or (self._headline(), None)
        self.pending = None
        draft = Draft(name, offset, spec=spec)
        self.drafts.append(draft)
        return draft

    def _headline(self) -> str:
        """The goods the lines above speak of."""
        for title in reversed(self.titles):
            name = best_name(title, is_first=True)
            if mentions_goods(name):
                return headline_name(title) if len(headline_name(title)) <= len(name) else name
        return headline_name(self.titles[-1]) if self.titles else ""

    def _unpriced(self, body: str, start: int, is_listed: bool, is_marked: bool) -> None:
        before = len(self.drafts)
        body = self.shares.take_by_name(body)
        rest = self.shares.take(body, self.drafts[-1] if self.drafts else None, own_line=True)
        name, spec = name_and_spec(rest)
        if not name:
            if spec and self.drafts and self.drafts[-1].spec is None and rest.strip(" \x00"):
                self.drafts[-1].spec = spec
            elif spec and self.pending is not None and self.pending[1] is None:
                self.pending = (self.pending[0], spec)
            return
        if is_listed and GONE.match(body):
            return
        if is_listed and not META.match(body):
            self.drafts.append(Draft(name, start, spec=spec, unit=unit_of(rest), is_cold=bool(COLD.search(body))))
            self.pending = None
            return
        if not self.drafts and is_headline_like(body):
            self.titles.append(self.shown[start : start + len(body)].strip())
        if is_marked and not is_listed:  # ✅个大皮薄: praise
            return
        if "\x00" not in body and len(name) <= 16 and before == len(self.drafts):
            self.pending = (name, spec)

    def _priced(self, body: str, start: int, prices: list[Price]) -> None:
        floor = 0
        self.leftovers.append(without_prices(body, prices))
        for index, price in enumerate(prices):
            region = without_told(body[floor : price.start])
            if index and self.drafts:
                region = self._behind(region, self.drafts[-1])
            wrong = corrected_draft(self.drafts, region)
            if wrong is not None:
                wrong.take_price(price)
                floor = price.end
                continue
            until = prices[index + 1].start if index + 1 < len(prices) else len(body)
            region = self.shares.take(region, self.drafts[-1] if index and self.drafts else None, own_line=False)
            name, spec = name_and_spec(region, is_first=index == 0)
            own = "\x00" * blank_lead(region) + body[floor + blank_lead(region) : price.amount_at]
            spec = nearest_spec(without_amounts(own)) or spec
            if not name and index == 0 and "\x00" in region:  # 今早刚到的杨梅,58一篮
                name = last_goods(self.shown[start : start + price.start])
            if not name and index == 0 and not (self.drafts and self.drafts[-1].fen is None):
                ahead = body[price.end : until]
                name, ahead_spec = name_and_spec(without_amounts(ahead))
                if name and (index + 1 == len(prices) or is_tail_name(ahead)):
                    draft = Draft(name, start + price.start, spec=spec or ahead_spec, unit=unit_of(ahead))
                    self._open(draft, price)
                    self.shares.take(ahead, draft, own_line=False)
                    floor = until
                    continue
                name = ""
            self._take(body, region, name, spec, price, start, prices, index)
            floor = price.end
        if floor < len(body):
            self._after(body[floor:], len({price.start for price in prices}) > 1)

    def _take(
        self,
        body: str,
        region: str,
        name: str,
        spec: str | None,
        price: Price,
        start: int,
        prices: list[Price],
        index: int,
    ) -> None:
        current = self.drafts[-1] if self.drafts else None
        if not name and current is not None and current.fen is None:
            current.spec = current.spec or spec
            current.take_price(price)
            return
        is_new = self.is_numbered and index == 0 and current is not None and current.fen is not None
        if not name and is_new and self.pending is None:  # 2) 36元/板: goods without a name
            self._open(Draft("", start + price.start, spec=spec), price, region)
            return
        is_told = index > 0 and current is not None and price.fen == current.fen and is_talk(name)
        if is_told or is_bundle_of(self.drafts, name, price):  # 拿货价65,我不赚钱就65
            return
        is_behind = index > 0 and current is not None and current.fen not in (None, price.fen)
        kind = kind_in(region) if is_behind and price.count_milli == 1000 else ""
        name = "" if name == kind else name
        if not name and current is not None and (index > 0 or self.pending is None):
            if kind or is_other_pack(current, price, spec):
                base = current.base or current.name
                name = f"{base} {kind}" if kind else pack_name(current, region)
                current.case = None if price.unit == "箱" else current.case
                self._open(Draft(name, start + price.start, spec=spec, base=base), price, region)
            elif not current.take_tier(price):
                self.unused.append(body[price.start : price.end].strip())
            return
        headline = self._headline()
        if not name and self.pending is not None and mentions_goods(headline) and not mentions_goods(self.pending[0]):
            name = headline
        elif not name and self.pending is not None:
            name, pending_spec = self.pending
            spec = spec or pending_spec
        elif not name and self.titles:
            name = headline
        name = of_the_same(name, self.shown[max(0, start + price.start - 120) : start + price.start])
        above = self.pending[0] if self.pending is not None else headline
        name = self.grades.named(name, body, self.shown[start : start + price.start], above)
        if not name or is_statement(name):
            said = last_goods(self.shown[max(0, start + price.start - 120) : start + price.start])
            name = said or group_goods(self.shown) or name
        self.pending = None
        *others, name = listed_goods(region) or [name]
        for other in others:
            self._open(Draft(other, start + price.start, spec=spec), price)
        draft = Draft(name, start + price.start, spec=spec, is_cold=bool(COLD.search(body)) and len(prices) == 1)
        draft.base = self.grades.kind or ""
        self._open(draft, price, region)

    def _open(self, draft: Draft, price: Price, region: str = "") -> None:
        self.drafts.append(draft)
        draft.take_price(price)
        draft.unit = draft.unit or unit_of(re.split(r"[;；。]|:(?=[一-龥]{2})", without_others(region))[-1])

    def _after(self, tail: str, behind_several: bool) -> None:
        """What is written behind the last price of a line: spec, stock, limit, and perhaps 冷藏.

        每家限4斤 behind several items, set off by a blank or a comma, is said of all of them.
        """
        current = self.drafts[-1] if self.drafts else None
        if current is not None:
            tail = current.take_case(tail)
        if behind_several:
            tail = self.shares.take_by_name(tail)
        rest = self.shares.take(tail, current, own_line=False, for_all=behind_several and tail[:1] in " ,，。")
        if current is None:
            return
        if behind_several and tail[:1] in ",，。;；":
            self.shares.share_total(tail, current)
        match = re.match(rf"[\s,，(（]*(?P<spec>{SPEC.pattern})(?!起)", rest)
        if match is not None and current.spec is None:
            current.spec = match["spec"].strip()
        if not (behind_several and OF_ALL.match(rest)):
            current.unit = current.unit or unit_of(rest[:12])
        current.is_cold = current.is_cold or bool(COLD.search(tail))

    def _behind(self, region: str, last: Draft) -> str:
        """38块(5斤),中果30: brackets right behind a price tell the pack of what it was for."""
        match = BRACKET.match(region)
        if match is None:
            return region
        last.spec = last.spec or find_spec(without_amounts(match["inner"]))
        self.shares.take(match["inner"], last, own_line=False)
        return "\x00" * match.end() + region[match.end() :]

    def _without_prices(self) -> None:
        if self.pending is not None:
            self.drafts.append(Draft(self.pending[0], 0, spec=self.pending[1]))
