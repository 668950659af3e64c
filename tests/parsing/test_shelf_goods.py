"""上架 大米 5kg 35元/袋 20袋: name, size, price and how much lies there, in the orders in which people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.parsing.shelf_goods import read_shelf_goods

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)
# Of each: name, size, unit, price in fen, stock in thousandths.
WRITTEN = {
    "大米 5kg 35元/袋 20袋": ("大米", "5kg", "袋", 3500, 20_000),
    "大米 5kg 20袋 35元/袋": ("大米", "5kg", "袋", 3500, 20_000),
    "大米5kg 35元 共20袋": ("大米", "5kg", "袋", 3500, 20_000),
    "大米 5kg 35块一袋 库存20袋": ("大米", "5kg", "袋", 3500, 20_000),
    "大米 ¥35/袋 有20袋": ("大米", None, "袋", 3500, 20_000),
    "大米 35元/袋，限20袋": ("大米", None, "袋", 3500, 20_000),
    "土鸡蛋 30枚 36元/板 5板": ("土鸡蛋", "30枚", "板", 3600, 5000),
    "牛肉 40元/斤 10.5斤": ("牛肉", None, "斤", 4000, 10_500),
    "土鸡蛋 30枚 36元/板": ("土鸡蛋", "30枚", "板", 3600, None),
    "大米 20袋": ("大米", None, "袋", None, 20_000),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_goods_are_read_with_their_stock(text: str) -> None:
    (item,) = read_shelf_goods(text, NOW)
    assert (item.name, item.spec, item.unit, item.price_fen, item.capacity_milli) == WRITTEN[text]


def test_every_line_is_one_of_the_goods() -> None:
    found = read_shelf_goods("菜籽油 5L 68元/桶 5桶\n土蜂蜜 45元/瓶 2瓶", NOW)
    assert [(x.number, x.name, x.capacity_milli) for x in found] == [(1, "菜籽油", 5000), (2, "土蜂蜜", 2000)]


def test_no_goods_are_none() -> None:
    assert read_shelf_goods("", NOW) == ()
