"""The goods of a post: names, specs, units, prices, tiers, stock and limits, from lists as well as from prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.parsing.normalise import Normal
from bot.parsing.post_amounts import take_amounts, take_case, without_amounts
from bot.parsing.post_draft import LABEL, Draft, label_key, pack_of
from bot.parsing.post_names import best_name, headline_name, headline_title
from bot.parsing.post_prices import Price, find_prices
from bot.parsing.post_specs import SPEC, UNIT, find_spec, unit_of
from bot.parsing.values import PostItem

_COLD = re.compile(r"冷藏|冷冻|冰鲜|速冻|冰冻|急冻|低温|❄|🧊|需冷|冷链|生冻")
_COLD_GOODS = re.compile(r"(?:冷藏|冷冻|冰鲜)(?:品|的|商品|食品|货|类)")
_COLD_KIND = re.compile(r"奶|乳|酪|冰|冻|雪糕|虾仁|鱼片|海鲜|水饺|馄饨|汤圆|慕斯")
_NUMBERING = re.compile(
    r"^\s*(?:[(（【\[]\s?(?P<a>\d{1,2}|[一二三四五六七八九十]{1,2})\s?[)）】\]][.、]?"
    r"|(?P<b>\d{1,2})\s?(?:[)）、]|\.(?!\d)|[:：](?!\d)|号[:：.、\s])|(?P<m>[\ue001-\ue014])[.、]?"
    r"|(?P<c>[一二三四五六七八九十]{1,2})[、.:]|(?P<d>\d{1,2})\s+(?=[^\d\s])|[a-z][.、):](?=\S)"
    r"|(?:no|第)\.?\s?(?P<e>\d{1,2}|[一二三四五六七八九])(?:款|个|样|种)?[.、:：]?|[-*·•◆■●▪️✅☑️👉🔸🔹➡️×]+)\s*"
)
_META = re.compile(
    r"^[\W_]*(?:(?:下单|接龙|格式|订单)?(?:示例|例子|范例|举例|格式|模板)|例\b|例[:：如 "
    r"]|比如|如[:：]|例如|售后|说明|备注|温馨提示|友情提示|提示|注意事项?|注[:：]|ps"
    r"|退换|运费|客服|电话|联系|付款|"
    r"微信|支付宝|收款|地点|地址|自提[点地]|提货[点地]|取货[点地]|交货地|位置|截[单止团至]"
    r"|结单|下单截|接龙截|自提|提货|取货|到货|送货|配送|发货|时间|产地[:：]|保质期[:：]"
    r"|储存|保存|"
    r"付[:：]|团长[:：]|接龙方式|怎么订|如何|满\d+|包邮|起送|\(|#接龙|第[二三]件|买[一二三四五1-5]送)"
)


@dataclass(slots=True)
class ItemsReading:
    """Items, the title line, and which doubts arose (`price:N`, `unit:N`, `name:N`, `cold:N`)."""

    items: tuple[PostItem, ...]
    title: str
    doubts: tuple[str, ...]


class _Reader:
    """Walks over the lines of a post. `text` has times, phones and places blanked with NUL."""

    def __init__(self, text: str, shown: str) -> None:
        self.text, self.shown = text, shown
        self.drafts: list[Draft] = []
        self.titles: list[str] = []
        self.pending: tuple[str, str | None] | None = None  # a name on its own line waiting for its price
        self.shared_stock: int | None = None
        self.shared_limit: int | None = None

    def read(self) -> None:
        position = 0
        lines = self.text.split("\n")
        for index, line in enumerate(lines[:400]):
            self._line(line, position, index)
            position += len(line) + 1
        if not self.drafts:
            self._without_prices()

    # -- one line

    def _line(self, line: str, offset: int, index: int) -> None:
        label = LABEL.match(line.strip(" 　*·•-【】[]"))
        if label is not None and self._labelled(label, offset):
            return
        numbering = _NUMBERING.match(line)
        body = line[numbering.end() :] if numbering is not None else line
        start = offset + (numbering.end() if numbering is not None else 0)
        prices = find_prices(body)
        is_term = _META.match(body) is not None and not (numbering is not None and prices)
        if is_term and (not prices or _ASIDE.match(body)):
            self._amounts(body, self.drafts[-1] if len(self.drafts) == 1 else None, own_line=True)
            return
        if not prices:
            self._unpriced(body, start, numbering is not None, index)
            return
        self._priced(body, start, prices)

    def _is_waiting(self) -> bool:
        """Is there an item without a price yet?"""
        return bool(self.drafts) and self.drafts[-1].fen is None

    def _labelled(self, label: re.Match[str], offset: int) -> bool:
        """品名:, 规格:, 价格:, 库存:, 限购:. False when the line is not understood that way."""
        key = label_key(label)
        value = label["value"].strip()
        current = self.drafts[-1] if self.drafts else None
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
        name, spec = self.pending or (headline_name(self.titles[-1]) if self.titles else "", None)
        self.pending = None
        draft = Draft(name, offset, spec=spec)
        self.drafts.append(draft)
        return draft

    def _unpriced(self, body: str, start: int, is_numbered: bool, index: int) -> None:
        before = len(self.drafts)
        rest = self._amounts(body, self.drafts[-1] if self.drafts else None, own_line=True)
        name, spec = _name_and_spec(rest)
        if not name:
            if spec and self.drafts and self.drafts[-1].spec is None and rest.strip(" \x00"):
                self.drafts[-1].spec = spec
            elif spec and self.pending is not None and self.pending[1] is None:
                self.pending = (self.pending[0], spec)
            return
        if is_numbered and not _META.match(body):
            self.drafts.append(Draft(name, start, spec=spec, unit=unit_of(rest), is_cold=bool(_COLD.search(body))))
            self.pending = None
            return
        if _is_headline_like(body, self.drafts):
            self.titles.append(self.shown[start : start + len(body)].strip())
        if "\x00" not in body and len(name) <= 16 and before == len(self.drafts):
            self.pending = (name, spec)

    def _priced(self, body: str, start: int, prices: list[Price]) -> None:
        floor = 0
        for index, price in enumerate(prices):
            region = body[floor : price.start]
            until = prices[index + 1].start if index + 1 < len(prices) else len(body)
            region = self._amounts(region, self.drafts[-1] if index and self.drafts else None, own_line=False)
            name, spec = _name_and_spec(region, is_first=index == 0)
            spec = find_spec(body[floor : price.amount_at]) or spec
            if not name and index == 0 and not self._is_waiting():
                ahead = body[price.end : until]
                name, ahead_spec = _name_and_spec(without_amounts(ahead))
                if name and (index + 1 == len(prices) or _is_tail_name(ahead)):
                    draft = Draft(name, start + price.start, spec=spec or ahead_spec, unit=unit_of(ahead))
                    self._open(draft, price)
                    self._amounts(ahead, draft, own_line=False)
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
        if not name and current is not None and (index > 0 or self.pending is None):
            if self._is_variant(current, price, spec):
                self._open(Draft(current.name, start + price.start, spec=spec), price)
            else:
                current.take_tier(price)
            return
        if not name and self.pending is not None:
            name, pending_spec = self.pending
            spec = spec or pending_spec
        elif not name and self.titles:
            name = headline_name(self.titles[-1])
        self.pending = None
        draft = Draft(name, start + price.start, spec=spec, is_cold=bool(_COLD.search(body)) and len(prices) == 1)
        self._open(draft, price, region)

    def _is_variant(self, current: Draft, price: Price, spec: str | None) -> bool:
        return spec is not None and spec != current.spec and price.count_milli == 1000 and current.spec is not None

    def _open(self, draft: Draft, price: Price, region: str = "") -> None:
        self.drafts.append(draft)
        draft.take_price(price)
        draft.unit = draft.unit or unit_of(region)

    def _after(self, tail: str, behind_several: bool) -> None:
        """What is written behind the last price of a line: spec, stock, limit, and perhaps 冷藏.

        每家限4斤 behind several items, set off by a blank or a comma, is said of all of them.
        """
        current = self.drafts[-1] if self.drafts else None
        if current is not None:
            tail = self._case(tail, current)
        rest = self._amounts(tail, current, own_line=False, for_all=behind_several and tail[:1] in " ,，。")
        if current is None:
            return
        match = re.match(rf"[\s,，(（]*(?P<spec>{SPEC.pattern})", rest)
        if match is not None and current.spec is None:
            current.spec = match["spec"].strip()
        current.unit = current.unit or unit_of(rest[:12])
        current.is_cold = current.is_cold or bool(_COLD.search(tail))

    def _case(self, tail: str, current: Draft) -> str:
        """6盒一箱 behind goods sold by 盒."""
        rest, pack, milli = take_case(tail, f"{current.spec or ''} /{current.unit or ''}")
        if milli:
            current.case, current.unit = current.case or milli, pack
        return rest

    def _amounts(self, text: str, target: Draft | None, own_line: bool, for_all: bool = False) -> str:
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
            self.shared_limit = self.shared_limit or amount
        else:
            self.shared_stock = self.shared_stock or amount

    def _without_prices(self) -> None:
        if self.pending is not None:
            self.drafts.append(Draft(self.pending[0], 0, spec=self.pending[1]))


def _as_written(draft: Draft, text: str, written: Normal | None) -> str:
    """The name with the letters the leader typed (M码, not m码)."""
    if written is None or draft.name.islower() is False:
        return draft.name
    words = []
    for word in draft.name.split(" "):
        at = text.rfind(word, 0, draft.at)
        at = text.find(word) if at < 0 else at
        words.append(word if at < 0 else written.cut(at, at + len(word)) or word)
    return " ".join(words)


def read_items(text: str, shown: str, written: Normal | None = None) -> ItemsReading:
    """Items of a post. `text` has everything that is not about goods blanked with NUL; `shown` has the same length."""
    reader = _Reader(text, shown)
    reader.read()
    doubts: list[str] = []
    items: list[PostItem] = []
    for number, draft in enumerate(_kept(reader.drafts), start=1):
        draft.name = _as_written(draft, text, written)
        items.append(draft.finished(number, reader.shared_stock, reader.shared_limit))
        if draft.fen is None:
            doubts.append(f"price:{number}")
        if not draft.name:
            doubts.append(f"name:{number}")
        if items[-1].unit is None:
            doubts.append(f"unit:{number}")
    items, cold_doubts = _cooled(items, _COLD_GOODS.search(shown) is not None)
    title = headline_title(reader.titles[0]) if reader.titles else _title_in(shown, items)
    return ItemsReading(tuple(items), title, tuple(doubts + cold_doubts))


def _title_in(shown: str, items: list[PostItem]) -> str:
    """鸡蛋团:一板28: the headline at the beginning of a line that goes on; else the name of the only item."""
    match = re.match(r"[\W_]*(?P<title>[^\s,，:：。!！\d]{1,14}?(?:团|开团[啦了]?))(?=[\s:：,，!！]|[^\w])", shown)
    if match is not None:
        return match["title"]
    return items[0].name if len(items) == 1 else ""


def _kept(drafts: list[Draft]) -> list[Draft]:
    """A numbered line without a price is an item to ask about; without name and price it is nothing."""
    return [draft for draft in drafts if draft.name or draft.fen is not None][:50]


def _cooled(items: list[PostItem], says_cold: bool) -> tuple[list[PostItem], list[str]]:
    """A remark about chilled goods marks the items of a chilled kind when no item carries the mark itself."""
    if not says_cold or any(item.is_cold for item in items):
        return items, []
    marked = [replace(item, is_cold=bool(_COLD_KIND.search(item.name))) for item in items]
    return marked, [f"cold:{item.number}" for item in marked if item.is_cold] or ["cold"]


_ASIDE = re.compile(r"^[\W_]*(?:(?:下单|接龙)?(?:示例|格式)|例|售后|运费|满)")
_ORIGINAL = re.compile(
    r"(?:原价?|市场价?|市价|超市[里卖]*价?|外面[卖的要]*|门店价?|专柜价?|零售价?|平时[卖要都]*"
    r"|日常价?|吊牌价?|京东|淘宝|盒马|山姆|订金|定金|押金|满|减|运费|单买|之前卖?|以前卖?"
    r"|官方价?)[^\s,，。;)）\d]{0,4}[¥]?\d{1,4}(?:\.\d{1,2})?\s?(?:元|块)?(?:钱)?(?:\d(?!\d))?(?:一"
    rf"|/)?(?:{UNIT})?"
)
_EXPIRY = re.compile(
    r"(?:临期|保质期?|有效期|到期|生产日期?|新日期|赏味期?)(?:到|至|是|为|:|还有)?[\s\x00]*(?:\d{1,3}(?:天"
    r"|个月|月|年))?[\s\x00]*"
)


def _name_and_spec(region: str, is_first: bool = True) -> tuple[str, str | None]:
    """The name of the goods in the words before a price, and their spec."""
    region = _EXPIRY.sub("\x00", _ORIGINAL.sub("\x00", region))
    return best_name(region, is_first=is_first), find_spec(region)


def _is_headline_like(body: str, drafts: list[Draft]) -> bool:
    return not drafts and len(body.strip()) <= 40


def _is_tail_name(ahead: str) -> bool:
    return bool(re.search(r"[,，;；。]\s*$", ahead))
