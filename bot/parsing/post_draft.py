"""One item of a post while it is being read: prices, tiers and labelled lines come in one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.parsing.post_amounts import milli_of, take_amounts, take_case
from bot.parsing.post_prices import Price, find_prices
from bot.parsing.post_specs import FIGURE, UNIT, WEIGHT_UNITS, unit_of
from bot.parsing.values import PostItem, TierPrice

_LABELS: dict[str, str] = {
    "name": "品名|商品名?称?|产品名?称?|名称|货品|团品|本期团品|品种|今日团品|菜品",
    "spec": "规格|净含量|净重|包装|分量|重量|每份",
    "price": "价格|团购价格?|团价|单价|售价|特价|拼团价|优惠价|现价|到手价|团长价|邻居价",
    "stock": "库存|数量|限量|名额|份数|余量|现货",
    "limit": "限购|每户限购?|每人限购?|每家限购?",
}
LABEL = re.compile(
    "^(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _LABELS.items()) + r")\s*[:：]\s*(?P<value>.+)$"
)
_AMOUNT = re.compile(rf"(?P<n>{FIGURE})\s?(?P<unit>{UNIT})?")


def label_key(label: re.Match[str]) -> str:
    """Which kind of label a LABEL match is."""
    return next(key for key in _LABELS if label[key])


def pack_of(unit: str | None) -> str | None:
    """A unit of sale; 名, 位 and 组 count orders, 个 counts anything."""
    return None if unit is None or unit in ("名", "位", "组", "个", "个名额") else unit


@dataclass(slots=True)
class Draft:
    """An item while it is being read. `at` is the offset of its price (or name) in the post."""

    name: str
    at: int
    fen: int | None = None
    unit: str | None = None
    spec: str | None = None
    tiers: list[TierPrice] = field(default_factory=list)
    stock: int | None = None
    limit: int | None = None
    case: int | None = None
    is_cold: bool = False
    count: int = 1000
    base: str = ""  # the goods without what tells this kind of them

    def take_price(self, price: Price) -> None:
        """The base price; 10元3斤 makes the pack the spec and 份 the unit."""
        self.fen, self.count = price.fen, price.count_milli
        if self._is_packs_content(price):
            self.count = 1000
        elif price.count_milli != 1000:
            figure = "半" if price.count_milli == 500 else f"{price.count_milli / 1000:g}"
            self.spec = self.spec or f"{figure}{price.unit}"
            if price.is_behind:
                self.unit = self.unit or "份"
        elif price.unit is not None:
            self.unit = price.unit

    def _is_packs_content(self, price: Price) -> bool:
        """一盒6枚 28元: the price is that of one box."""
        content = f"{price.count_milli // 1000}{price.unit}"
        return bool(self.spec and self.spec[0] in "一每1" and unit_of(self.spec) and content in self.spec)

    def take_tier(self, price: Price) -> bool:
        """2瓶28元 behind a base price; a price for one behind a price for several becomes the base price.

        False when the price says something that neither can hold.
        """
        if self.fen is None:
            self.take_price(price)
            return True
        if price.count_milli <= 1000:
            if price.count_milli == 1000 and self.count > 1000 and price.unit is not None:
                self.tiers.append(TierPrice(self.count, self.fen))
                self.fen, self.count, self.unit, self.spec = price.fen, 1000, price.unit, None
                return True
            return price.fen == self.fen
        if self._is_weighed() and price.unit not in WEIGHT_UNITS and pack_of(price.unit) not in (None, self.unit):
            self.unit, self.count = price.unit, 1000  # 9斤 45元 两箱85: nine 斤 are what is in a box
        if self.count > 1000:  # 十支45, 二十支85: two of the packs the base price is for
            fits = price.count_milli % self.count == 0 and price.fen > self.fen
            count = price.count_milli * 1000 // self.count
        else:
            if self.unit is None and price.unit not in WEIGHT_UNITS:
                self.unit = price.unit
            fits = price.unit in (self.unit, "份", "件", "组", "套") and price.fen > self.fen
            count = price.count_milli
        if fits:
            self.tiers.append(TierPrice(count, price.fen))
        return fits

    def _is_weighed(self) -> bool:
        """Is nothing said of how it is packed but a weight?"""
        return self.unit in (None, "份") and self.spec is not None and self.spec.endswith(tuple(WEIGHT_UNITS))

    def take_case(self, tail: str) -> str:
        """6盒一箱 behind goods sold by 盒; `tail` without it."""
        rest, pack, milli = take_case(tail, f"{self.spec or ''} /{self.unit or ''}")
        if milli:
            self.case, self.unit = self.case or milli, pack
        return rest

    def take_label(self, key: str, value: str) -> None:
        """规格:, 价格:, 库存:, 限购:."""
        if key == "price":
            first, *others = find_prices("价:" + value)
            self.take_price(first)
            for price in others:
                self.take_tier(price)
            for amount in take_amounts(value)[1]:  # 价格:25元 限5管
                if amount.kind == "limit":
                    self.limit = self.limit or amount.milli
                elif amount.kind == "stock":
                    self.stock = self.stock or amount.milli
                self.unit = self.unit or pack_of(amount.unit)
        elif key == "spec":
            self.spec = value.strip(" \x00")
            self.unit = self.unit or unit_of(value)
        elif (match := _AMOUNT.search(value)) is not None:
            if key == "stock":
                self.stock = milli_of(match["n"])
                self.unit = self.unit or pack_of(match["unit"])
            else:
                self.limit = milli_of(match["n"])

    def finished(self, number: int, shared_stock: int | None, shared_limit: int | None) -> PostItem:
        """The item; stock and limit of the headline count where it has none of its own."""
        return PostItem(
            name=self.name,
            price_fen=self.fen,
            number=number,
            unit=self.unit,
            spec=self.spec,
            tiers=tuple(self.tiers),
            capacity_milli=self.stock if self.stock is not None else shared_stock,
            limit_milli=self.limit if self.limit is not None else shared_limit,
            case_milli=self.case,
            is_cold=self.is_cold,
        )
