"""What is read the short way reads the same the long way, over all catalogues there are."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.parsing import orders
from bot.parsing.catalogue import Catalogue
from bot.parsing.lexer import tokenize
from bot.parsing.listed import COURTESIES, WANTS, read_listed
from bot.parsing.normalise import normalise
from bot.parsing.orders import read_by_rules, read_order
from bot.parsing.plain import may_be_plain, read_plain
from bot.parsing.values import Item, Line, OrderReading, Role
from tests.parsing.corpus import catalogues as written_catalogues
from tests.parsing.corpus import item_from
from tests.parsing.shapes import rows_of
from tests.parsing.strangers import hand_written, lists, read

MESSAGES = 4000
ROLES: tuple[Role, ...] = ("resident", "leader")
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
    _take_the_long_way(monkeypatch)
    chance, plain, more = random.Random(6), 0, 0
    for goods, text in messages():
        prior = [Line(item.key, 1000 * chance.randint(1, 9)) for item in goods.items[: chance.choice((0, 2))]]
        short = read_plain(normalise(text).text, goods, has_order=bool(prior))
        if short is not None:
            plain += 1
            more += text[0] in "再多加"
            assert read_order(text, goods, role=chance.choice(ROLES), prior=prior) == short, text
    assert plain > MESSAGES / 8
    assert more > MESSAGES / 12


def _take_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "read_plain", lambda text, goods, has_order: None)
    monkeypatch.setattr(orders, "read_listed", lambda tokens, goods, prior: None)


def _listed(text: str, goods: Catalogue, prior: list[Line]) -> OrderReading | None:
    had = {line.key: line.quantity_milli for line in prior}
    return read_listed(tokenize(normalise(text).text, goods), goods, had)


LISTS = 4000
COUNTS = "1 2 3 6 9 12 20 40 1.5 2.5 0.5 ③ 2️⃣ ５ 一 二 三 四 五 六 七 八 九 十 两 俩 仨 十二 十五 二十 半 叁 贰".split()
UNITS = "份 个 斤 箱 盒 袋 包 瓶 提 两 公斤 克 打 对 只 条 板 根 把".split()
BETWEEN = (" ", " ", ",", "，", "、", "\n", "。", ";", "和", "+", "", ",再来", " 再加", "，再要")
LINKS = ("", "", "", "", " ", "x", "×", "*", ":", "+", "=", "要", "来", "我要")
PLACES = "3-502 5栋302 12号楼1203室 3-1-502 7号楼2单元301 b座1201 502 1203 3#502 3号楼 13800000001 二期7栋1102".split()


def lists_of_goods() -> Iterator[tuple[Catalogue, str]]:
    """Goods and numbers in every order, with what is said around them out of habit; each time the same."""
    chance, shops = random.Random(7), [*catalogues(), *written_catalogues().values()]
    for _ in range(LISTS):
        goods = chance.choice(shops)
        named = chance.sample(list(goods.names), min(chance.choice((1, 1, 2, 2, 3, 5)), len(goods.names)))
        text = _pieces(goods, named, chance)
        for _ in range(chance.choice((0, 0, 1, 2))):
            text = chance.choice([*sorted(WANTS), *sorted(COURTESIES)]) + chance.choice(("", "", " ", ",")) + text
        for _ in range(chance.choice((0, 0, 1))):
            text += chance.choice(("", " ", ",", "。")) + chance.choice(sorted(COURTESIES))
        if chance.random() < 0.3:
            text = chance.choice(PLACES) + chance.choice(("", " ", ",", "\n")) + text
        if chance.random() < 0.3:
            text += chance.choice((" ", ",", "\n")) + chance.choice(PLACES)
        yield goods, text


def _pieces(goods: Catalogue, named: list[str], chance: random.Random) -> str:
    """鸡蛋两板 …, 两板鸡蛋 …, 鸡蛋和草莓各两份 or 两份."""
    form, apart = chance.choice(("behind", "behind", "ahead", "each", "lone")), chance.choice(BETWEEN)
    numbers = []
    for name in named:
        keys = goods.names[name].keys
        own = goods.by_key[keys[0]].unit if keys else ""
        unit = own if chance.random() < 0.7 else chance.choice(("", "", *UNITS))
        numbers.append(chance.choice(COUNTS) + unit)
    if form == "lone":
        return chance.choice(("", "+")) + numbers[0]
    if form == "each":
        return apart.join(named) + chance.choice(("各", "各来")) + numbers[0]
    if form == "ahead":
        return apart.join(map("".join, zip(numbers, named, strict=True)))
    return apart.join(name + chance.choice(LINKS) + number for name, number in zip(named, numbers, strict=True))


def lists_read_at_sight() -> Iterator[tuple[Catalogue, str]]:
    """Goods with figures and their own units, in the ways most people write them."""
    chance, shops = random.Random(9), [*catalogues(), *written_catalogues().values()]
    for _ in range(LISTS):
        goods, pieces, is_counted = chance.choice(shops), [], chance.random() < 0.4
        named = chance.sample(sorted(goods.plain), min(chance.randint(1, 4), len(goods.plain)))
        for name in named:
            number = chance.choice("1 2 3 6 9 10 12 40 一 两 三 十 ２".split())
            unit = goods.plain[name].unit if chance.random() < 0.9 or is_counted else ""
            pieces.append(f"{number}{unit}{name}" if is_counted else f"{name}{chance.choice(LINKS)}{number}{unit}")
        text = chance.choice((" ", ",", "、", "\n", "和", "")).join(pieces)
        ahead, behind = chance.choice(PLACES), chance.choice(PLACES)
        text = chance.choice(("", f"{ahead} ", f"{ahead}\n")) + chance.choice(["", *sorted(WANTS)]) + text
        yield (
            goods,
            text + chance.choice(["", "", *sorted(COURTESIES)]) + chance.choice(("", "", "", f" {behind}", "~")),
        )


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
