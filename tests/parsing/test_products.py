"""Which product a leader's wording means: the same, or the only one it can be; else nobody guesses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.parsing.products import Shelf


@dataclass(frozen=True)
class Good:
    id: int
    name: str
    spec: str
    unit: str


SHELF = Shelf(
    [
        Good(1, "红颜草莓", "2斤", "盒"),
        Good(2, "土鸡蛋", "30枚", "板"),
        Good(3, "土鸡蛋", "60枚", "箱"),
        Good(4, "红富士苹果", "5斤", "箱"),
        Good(5, "红富士苹果", "10斤", "箱"),
        Good(6, "本地青菜", "", "斤"),
        Good(7, "鲜牛奶", "950ml", "瓶"),
        Good(8, "鲜牛奶", "950ml", "瓶"),
        Good(9, "牛肉丸", "500g", "袋"),
    ]
)


@pytest.mark.parametrize(
    ("name", "spec", "unit", "meant"),
    [
        ("红颜草莓", "2斤", "盒", 1),
        ("红颜草莓", "2斤/盒", "盒", 1),
        ("红颜草莓", "约2斤装", "盒", 1),
        ("紅顏草莓", "２斤", "盒", 1),
        ("红颜草莓", "", "盒", 1),  # the spec left out
        ("红颜草莓", "2斤", "份", 1),  # no unit written
        ("草莓", "2斤", "盒", 1),  # the only one with this in its name, and the same spec
        ("土鸡蛋", "30枚", "板", 2),
        ("土鸡蛋", "60枚", "份", 3),
        ("本地青菜", "", "斤", 6),
        ("草莓", "", "盒", None),  # only a part of the name, and no spec to tell
        ("草莓", "5斤", "盒", None),
        ("红颜草莓", "3斤", "盒", None),
        ("红颜草莓", "2斤", "箱", None),  # another unit
        ("红颜草莓", "2斤", "斤", None),
        ("本地青菜", "", "份", None),  # 份 is no weight
        ("土鸡蛋", "", "份", None),  # two may be meant
        ("红富士苹果", "", "箱", None),
        ("鲜牛奶", "950ml", "瓶", None),  # two suppliers have it
        ("牛肉", "500g", "袋", None),  # goods of their own, not the balls
        ("草莓酱", "2斤", "盒", None),
        ("车厘子", "2斤", "盒", None),
        ("", "", "", None),
    ],
)
def test_a_wording_means_one_product_or_none(name: str, spec: str, unit: str, meant: int | None) -> None:
    assert SHELF.match(name, spec, unit) == meant


def test_what_may_be_meant_is_offered() -> None:
    assert SHELF.candidates("土鸡蛋") == [2, 3]
    assert SHELF.candidates("草莓") == [1]
    assert SHELF.candidates("车厘子") == []


def test_an_empty_shelf_knows_nothing() -> None:
    assert Shelf([]).match("草莓", "", "盒") is None
