"""Amounts of several people are one sum, and only when all of the row is understood."""

from __future__ import annotations

import pytest

from bot.parsing.orders import read_order
from bot.parsing.values import Line
from tests.parsing.corpus import catalogues


def _read(letter: str, text: str, prior: tuple[Line, ...] = ()) -> tuple[str, dict[int, float]]:
    reading = read_order(text, catalogues()[letter], prior=prior)
    return reading.action, {line.key: line.quantity_milli / 1000 for line in reading.lines}


@pytest.mark.parametrize(
    ("letter", "text", "booked"),
    [
        ("F", "蓝莓小巫两盒 小庞也两盒 我一盒", {4: 5}),
        ("F", "蓝莓我两盒,小顾比我多一盒,阿珍跟小顾一样", {4: 8}),
        ("A", "白虾二楼要四斤,我要八斤", {2: 3}),
        ("F", "蓝莓三个同事一人一盒,我自己两盒", {4: 5}),
        ("D", "抽纸三间办公室每间两提,财务室另外再要一提", {3: 7}),
        ("Z", "三桌,鲈鱼一桌一条,小黄鱼一桌两斤", {2: 6, 3: 3}),
        ("M", "豆浆周一到周五每天早上两杯", {5: 10}),
        ("V", "洋葱土豆各两斤,我妈那边也照这样来一份", {1: 4, 2: 4}),
        ("F", "蓝莓我妈两盒,我妹不要,婆婆一盒", {4: 3}),
        ("N", "瓜子我3包,阿坤2包,就是5包", {3: 5}),
    ],
)
def test_a_row_of_people_is_added_up(letter: str, text: str, booked: dict[int, float]) -> None:
    assert _read(letter, text) == ("order", booked)


@pytest.mark.parametrize(
    ("letter", "text"),
    [
        ("F", "蓝莓一共五盒,我三盒老王三盒"),
        ("D", "抽纸一楼两提,二楼三提,总共六提"),
        ("D", "抽纸我两提,箱子里一提是给老王的"),
        ("F", "蓝莓我两盒,门口放一盒"),
        ("F", "蓝莓我妈想要两盒,我劝她一盒"),
    ],
)
def test_a_row_that_contradicts_itself_or_is_none_is_asked_about(letter: str, text: str) -> None:
    assert _read(letter, text)[0] == "ambiguous"


def test_what_is_in_the_fridge_is_not_added() -> None:
    assert _read("F", "蓝莓我家剩两盒,我妈要一盒") == ("order", {4: 1})


def test_a_row_replaces_no_order_of_before() -> None:
    prior = (Line(3, 1000),)
    assert _read("D", "抽纸隔壁老顾要两提 阿珍要一提 都加我单子上", prior)[0] == "ambiguous"
