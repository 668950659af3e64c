"""What is wrong with which goods, and what is missing at arrival."""

from __future__ import annotations

import pytest

from bot.parsing.catalogue import Catalogue
from bot.parsing.complaints import Pieces, read_complaint
from bot.parsing.shortages import part_of_a_pack, read_shortages
from bot.parsing.values import Item, Line

CATALOGUE = Catalogue(
    [
        Item(1, 1, "红颜草莓", "盒", 4500, "2斤/盒"),
        Item(2, 2, "土鸡蛋", "板", 3600, "30枚"),
        Item(3, 3, "青菜", "斤", 500),
    ]
)


@pytest.mark.parametrize(
    ("text", "reason", "lines"),
    [
        ("草莓坏了一盒", "quality", {1: 1000}),
        ("草莓1 坏果", "quality", {1: 1000}),
        ("草莓坏了", "quality", {1: 0}),
        ("鸡蛋破了3个", "damaged", {2: 1000}),  # three eggs of a tray: one tray, the leader sees the words
        ("少给我一板鸡蛋", "missing", {2: 1000}),
        ("草莓烂了两盒，鸡蛋碎了一板", "damaged", {1: 2000, 2: 1000}),
        ("东西不好", "other", {}),
        ("发错了", "wrong_item", {}),
        ("", "other", {}),
    ],
)
def test_complaints(text: str, reason: str, lines: dict[int, int]) -> None:
    said = read_complaint(text, CATALOGUE)
    assert {line.key: line.quantity_milli for line in said.lines} == lines
    assert said.reason == reason


@pytest.mark.parametrize(
    ("text", "wish"), [("草莓坏了，退钱", "refund"), ("鸡蛋破了补一板", "replace"), ("草莓坏了", "unsure")]
)
def test_what_is_wished(text: str, wish: str) -> None:
    assert read_complaint(text, CATALOGUE).wish == wish


@pytest.mark.parametrize(
    ("text", "found", "unread"),
    [
        ("草莓少3 鸡蛋破2", (("short", Line(1, 3000, "sub")), ("damaged", Line(2, 2000, "sub"))), ()),
        ("草莓少了3盒，鸡蛋破了两板", (("short", Line(1, 3000, "sub")), ("damaged", Line(2, 2000, "sub"))), ()),
        ("青菜缺1.5斤", (("short", Line(3, 1500, "sub")),), ()),
        ("好像少了点", (), ("好像少点",)),
        ("", (), ()),
    ],
)
def test_shortages(text: str, found: tuple[tuple[str, Line], ...], unread: tuple[str, ...]) -> None:
    assert read_shortages(text, CATALOGUE) == (found, unread)


EGGS = Catalogue([Item(key=2, number=2, name="土鸡蛋", unit="板", price_fen=3600, spec="30枚")])


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("鸡蛋有3个是碎的", (Pieces(2, 3, 30),)),
        ("鸡蛋碎了三枚", (Pieces(2, 3, 30),)),
        ("鸡蛋碎了1板", ()),
        ("鸡蛋碎了30个", ()),
        ("鸡蛋碎了", ()),
    ],
)
def test_pieces_of_a_pack_are_counted_where_the_pack_counts_them(said: str, pieces: tuple[Pieces, ...]) -> None:
    assert read_complaint(said, EGGS).pieces == pieces


@pytest.mark.parametrize(("said", "milli"), [("鸡蛋少30个", 1000), ("鸡蛋少2板", 2000), ("鸡蛋少2", 2000)])
def test_whole_packs_are_missing(said: str, milli: int) -> None:
    assert read_shortages(said, EGGS) == ((("short", Line(2, milli, "sub")),), ())


def test_single_pieces_are_no_packs_that_are_missing() -> None:
    assert read_shortages("鸡蛋破了2个", EGGS) == ((), ("鸡蛋破2个",))
    pack = part_of_a_pack("鸡蛋破2个", EGGS)
    assert pack is not None
    assert pack.unit == "板"
    assert part_of_a_pack("西瓜破2个", EGGS) is None
