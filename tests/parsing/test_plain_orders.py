"""What is read the short way reads the same the long way, over all catalogues there are."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.parsing import orders
from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.orders import read_order
from bot.parsing.plain import may_be_plain, read_plain
from bot.parsing.values import Item, Line, OrderReading, Role
from tests.parsing.corpus import item_from
from tests.parsing.shapes import rows_of

MESSAGES = 4000
GOODS = Catalogue(
    [Item(1, 1, "红颜草莓", "盒", 2500), Item(2, 2, "土鸡蛋", "斤", 900), Item(3, 3, "鲜牛奶大瓶", "瓶", 1800)]
)


def catalogues() -> list[Catalogue]:
    written = {json.dumps(row["catalog"]) for row in rows_of("public.jsonl") if row.get("catalog")}
    sold = [[item_from(row) for row in json.loads(one)] for one in sorted(written)]
    aside = [[replace(item, is_aside=item.number % 3 == 1) for item in items] for items in sold[::4]]
    return [Catalogue(items) for items in sold + aside]


def messages() -> Iterator[tuple[Catalogue, str]]:
    """Names, figures, units and what stands between them, by chance but each time the same."""
    chance, shops = random.Random(5), catalogues()
    for _ in range(MESSAGES):
        goods = chance.choice(shops)
        pieces = []
        for name in chance.sample(list(goods.names), min(chance.randint(1, 3), len(goods.names))):
            keys = goods.names[name].keys
            unit = goods.by_key[keys[0]].unit if keys and chance.random() < 0.5 else ""
            count = chance.choice((chance.randint(1, 9), chance.randint(0, 120)))
            pieces.append(f"{name}{chance.choice(('', '', '×', ':', '*'))}{count}{unit}")
        if chance.random() < 0.3:
            figure, more = (
                chance.choice("123459一两三四"),
                chance.choice(("再加", "加", "再来", "再要", "多加", "多来")),
            )
            unit = unit or goods.items[0].unit
            yield goods, f"{more}{figure}{unit}{name}"
        yield goods, chance.choice((" ", ",", "，", "、", "\n", "; ")).join(pieces)


def test_the_short_way_and_the_long_way_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "read_plain", lambda text, goods, has_order: None)
    chance, plain, more = random.Random(6), 0, 0
    roles: tuple[Role, ...] = ("resident", "leader")
    for goods, text in messages():
        prior = [Line(item.key, 1000 * chance.randint(1, 9)) for item in goods.items[: chance.choice((0, 2))]]
        short = read_plain(normalise(text).text, goods, has_order=bool(prior))
        if short is not None:
            plain += 1
            more += text[0] in "再多加"
            assert read_order(text, goods, role=chance.choice(roles), prior=prior) == short, text
    assert plain > MESSAGES / 8
    assert more > MESSAGES / 12


@pytest.mark.parametrize(
    "text",
    [
        "草莓2 鸡蛋",  # no figure
        "草莓2 橙子1",  # not sold
        "草莓2 草莓1",  # twice
        "草莓15",  # a price?
        "草莓2斤",  # another unit
        "草莓2 3-502",
        "再加1份草莓",  # another unit
        "再加1盒草莓 鸡蛋1",
        "再加12盒草莓",
        "再来1盒",
        "不加1盒草莓",
        "大瓶2",  # a unit
        "草莓0",
        "草莓2不要",
        "",
    ],
)
def test_anything_else_is_left_to_understanding(text: str) -> None:
    assert read_plain(normalise(text).text, GOODS, has_order=True) is None


def test_control_a_plain_order_is_read() -> None:
    both = OrderReading("order", (Line(1, 2000), Line(2, 3000)))
    assert read_plain("草莓2盒 土鸡蛋×3", GOODS, has_order=True) == both


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("草莓2 鸡蛋1盒", True),
        ("再加两份草莓", True),
        ("鸡蛋一板，３-502", True),
        ("代王姐 草莓2", False),
        ("付了30元", False),
        ("第2个", False),
        ("确认", False),
        ("2", False),
        ("团购", False),
        ("草莓2 " * 30, False),
    ],
)
def test_what_may_be_an_order_is_seen_without_the_goods(text: str, *, may_be: bool) -> None:
    assert may_be_plain(text) is may_be
