"""What is read the short way reads the same the long way, over all catalogues there are."""

from __future__ import annotations

import random

import pytest

from bot.parsing import orders
from bot.parsing.catalogue import Catalogue
from bot.parsing.lexer import tokenize
from bot.parsing.listed import read_listed
from bot.parsing.normalise import normalise
from bot.parsing.orders import read_by_rules, read_order
from bot.parsing.plain import may_be_plain, read_plain
from bot.parsing.values import Item, Line, OrderReading, Role
from tests.parsing.made_lists import LISTS, MESSAGES, lists_of_goods, lists_read_at_sight, messages
from tests.parsing.strangers import hand_written, lists, read

ROLES: tuple[Role, ...] = ("resident", "leader")
GOODS = Catalogue(
    [Item(1, 1, "红颜草莓", "盒", 2500), Item(2, 2, "土鸡蛋", "斤", 900), Item(3, 3, "鲜牛奶大瓶", "瓶", 1800)]
)


def test_the_short_way_and_the_long_way_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_long_way(monkeypatch)
    chance, plain, more, asked = random.Random(6), 0, 0, 0
    for goods, text in messages():
        prior = [Line(item.key, 1000 * chance.randint(1, 9)) for item in goods.items[: chance.choice((0, 2))]]
        short = read_plain(normalise(text).text, goods, has_order=bool(prior))
        if short is not None:
            plain += 1
            more += text[0] in "再多加"
            asked += _is_asked(short, text, goods, chance.choice(ROLES), prior)
    assert plain > MESSAGES / 8
    assert asked < plain / 100
    assert more > MESSAGES / 12


def _take_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "read_plain", lambda text, goods, has_order: None)
    monkeypatch.setattr(orders, "read_listed", lambda tokens, goods, prior: None)


def _listed(text: str, goods: Catalogue, prior: list[Line]) -> OrderReading | None:
    had = {line.key: line.quantity_milli for line in prior}
    return read_listed(tokenize(normalise(text).text, goods), goods, had)


def test_lists_read_at_sight_read_the_same_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_long_way(monkeypatch)
    chance, short_ones, asked = random.Random(10), 0, 0
    for goods, text in lists_read_at_sight():
        prior = [Line(item.key, 500 * chance.randint(1, 20)) for item in goods.items[:2] if chance.random() < 0.2]
        short = read_plain(normalise(text).text, goods, has_order=bool(prior))
        if short is not None:
            short_ones += 1
            asked += _is_asked(short, text, goods, chance.choice(ROLES), prior)
    assert short_ones > LISTS / 8
    assert asked < short_ones / 100


def _is_asked(short: OrderReading, text: str, goods: Catalogue, role: Role, prior: list[Line]) -> bool:
    """Whether the judge asks about what is read the short way. Nothing else is ever booked."""
    judged = read_order(text, goods, role=role, prior=prior)
    if judged == short:
        return False
    assert judged.action == "ambiguous", text
    assert read_by_rules(text, goods, role=role, prior=prior).reading == short, text
    return True


def test_lists_read_the_same_the_short_way_and_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged, too: nothing else is ever booked, and the judge hardly ever asks where the rules are sure."""
    _take_the_long_way(monkeypatch)
    chance, short_ones, asked = random.Random(8), 0, 0
    for goods, text in lists_of_goods():
        prior = [Line(item.key, 500 * chance.randint(1, 20)) for item in goods.items[:2] if chance.random() < 0.2]
        short = _listed(text, goods, prior)
        if short is not None:
            short_ones += 1
            asked += _is_asked(short, text, goods, chance.choice(ROLES), prior)
    assert short_ones > LISTS / 10
    assert asked < short_ones / 100


def test_what_people_wrote_reads_the_same_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_long_way(monkeypatch)
    normal = [message for path in lists() if path.stem.startswith("normal") for message in read(path)]
    annotated = normal + list(hand_written())[::4]
    short_ones = 0
    for message in annotated:
        case = message.case
        short = None if asks_otherwise(case.text) else _listed(case.text, message.goods, list(case.prior))
        if short is not None:
            short_ones += 1
            assert read_order(case.text, message.goods, role=case.role, prior=case.prior) == short, case.text
    assert short_ones > 200


def asks_otherwise(text: str) -> bool:
    """Has it a quotation or a second choice, which are cut off before lists are looked for?"""
    return normalise(text).quote is not None or any(char in text for char in "没冇卖售缺断")


@pytest.mark.parametrize(
    "text",
    [
        "3",  # how many, or which?
        "草莓1盒 草莓2盒",
        "草莓2把",
        "草莓15",  # a price?
        "草莓两三盒",
        "草莓2盒左右",
        "一盒草莓 五斤土鸡蛋吧不",
        "再加1盒草莓",
        "草莓和土鸡蛋各15盒",
        "3-502 5-302 草莓2盒",
        "草莓2盒 帮邻居也带一盒",
    ],
)
def test_what_is_more_than_a_list_is_left_to_understanding(text: str) -> None:
    assert _listed(text, GOODS, []) is None


def test_beside_an_order_a_plus_sign_is_left_to_understanding() -> None:
    assert _listed("草莓+1", GOODS, []) == OrderReading("order", (Line(1, 1000),))
    assert _listed("草莓+1", GOODS, [Line(1, 1000)]) is None


def test_a_number_that_may_be_the_pack_of_what_was_named_is_left_to_understanding() -> None:
    goods = Catalogue([Item(1, 1, "大闸蟹", "只", 3000), Item(2, 2, "生蚝", "袋", 4500, "10只/袋")])
    assert _listed("1袋生蚝 10只大闸蟹", goods, []) is None
    assert _listed("10只大闸蟹 1袋生蚝", goods, []) == OrderReading("order", (Line(1, 10_000), Line(2, 1000)))


@pytest.mark.parametrize(
    "text",
    [
        "草莓2 鸡蛋",  # no figure
        "草莓2 橙子1",  # not sold
        "草莓2 草莓1",  # twice
        "草莓15",  # a price?
        "草莓2斤",  # another unit
        "草莓2 502",  # a room?
        "3-502 草莓2 5-302",
        "3-502草莓2",
        "两盒草莓 土鸡蛋3",
        "一斤半草莓",
        "两斤草莓",  # another unit
        "不要两盒草莓",
        "草莓三",  # no unit
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
    ("text", "room"),
    [
        ("我要两盒草莓和三斤土鸡蛋,谢谢团长", None),
        ("草莓两盒土鸡蛋三斤吧", None),
        ("5栋302 来草莓2、土鸡蛋3", "5-302"),
        ("2盒草莓 3斤土鸡蛋 7号楼2单元1101", "7-2-1101"),
        ("B座1502 草莓2 土鸡蛋3~", "B-1502"),
        ("草莓两盒\n土鸡蛋三斤\n3-1-502", "3-1-502"),
    ],
)
def test_a_room_and_courtesies_may_stand_around_it(text: str, room: str | None) -> None:
    both = OrderReading("order", (Line(1, 2000), Line(2, 3000)), room=room)
    assert read_plain(normalise(text).text, GOODS, has_order=False) == both


def test_goods_that_begin_like_a_verb_are_goods() -> None:
    goods = Catalogue([Item(1, 1, "整鸡腿", "盒", 3000), Item(2, 2, "鸡腿", "盒", 2000)])
    assert read_plain("整鸡腿2盒", goods, has_order=False) is None
    assert read_plain("要鸡腿2盒", goods, has_order=False) == OrderReading("order", (Line(2, 2000),))


def test_in_front_of_it_too_a_number_may_be_the_pack() -> None:
    goods = Catalogue([Item(1, 1, "大闸蟹", "只", 3000), Item(2, 2, "生蚝", "袋", 4500, "10只/袋")])
    assert read_plain("1袋生蚝 10只大闸蟹", goods, has_order=False) is None
    assert read_plain("10只大闸蟹 1袋生蚝", goods, has_order=False) == OrderReading(
        "order", (Line(1, 10_000), Line(2, 1000))
    )


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
