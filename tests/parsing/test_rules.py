"""What the rules alone make of a message, class by class, with what lies beside each class."""

from __future__ import annotations

import pytest

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_by_rules, read_order
from bot.parsing.values import Item, Line
from tests.parsing.corpus import catalogues

_TWO = {1: 2, 4: 3}
_THREE = {1: 3}
_BOTH = {1: 3, 4: 3}


def _read(letter: str, text: str, prior: dict[int, float]) -> str | dict[int, float]:
    """What there is after the message, `ask` when it is asked about."""
    lines = [Line(key, round(amount * 1000)) for key, amount in prior.items()]
    reading = read_by_rules(text, catalogues()[letter], prior=lines).reading
    if reading.action == "ambiguous":
        return "ask"
    if reading.action in ("query", "unknown", "help"):
        return dict(prior)
    there = {} if reading.action == "cancel" and not reading.lines else dict(prior)
    for line in reading.lines:
        base = there.get(line.key, 0) if line.op != "set" else 0
        there[line.key] = base + line.quantity_milli / 1000 * (-1 if line.op == "sub" else 1)
    return {key: amount for key, amount in there.items() if amount}


@pytest.mark.parametrize(
    ("letter", "text", "there"),
    [
        ("V", "除了玫瑰 每样来一份 土豆五斤 洋葱一斤 黄瓜一斤 丝瓜两斤", {1: 1, 2: 5, 3: 1, 4: 2, 5: 1}),
        ("F", "每样来一份,西瓜八斤,榴莲三斤", {1: 1, 2: 8, 3: 1, 4: 1, 5: 3}),
        ("F", "除了西瓜和榴莲每样拿一份 蓝莓三盒", {1: 1, 3: 1, 4: 3}),
        ("A", "除了三文鱼都来一份 带鱼蛏子各两斤", {1: 2, 2: 1, 3: 2, 4: 1, 5: 1}),
        ("F", "来一份 蓝莓两盒", {4: 2}),
        ("M", "帮张阿姨弄一份 馒头两袋", {4: 2}),
        ("F", "每样来一份", "ask"),
    ],
)
def test_so_much_of_everything_beside_what_is_counted(letter: str, text: str, there: str | dict[int, float]) -> None:
    assert _read(letter, text, {}) == there


@pytest.mark.parametrize(
    ("text", "prior", "there"),
    [
        ("取消的是楼上的 我照常两盒鸡蛋", _TWO, _TWO),
        ("退的是隔壁老王家 不是我", _TWO, _TWO),
        ("要退的是302的 我的别动", _TWO, _TWO),
        ("取消的是鸡蛋", _TWO, {4: 3}),
        ("要取消的是我的馒头", _TWO, {1: 2}),
        ("隔壁老吴那盒鸡蛋他自己买了,划掉", _BOTH, {1: 2, 4: 3}),
        ("1102那袋馒头不要了,鸡蛋不动", _BOTH, {1: 3, 4: 2}),
        ("二单元那两盒鸡蛋不要了", _BOTH, {1: 1, 4: 3}),
        ("娃他舅要的那袋馒头甭要了", _BOTH, {1: 3, 4: 2}),
        ("我妈家鸡蛋两盒改一盒", _THREE, {1: 2}),
        ("馒头我姐那一袋加到两袋", _BOTH, {1: 3, 4: 4}),
        ("3楼馒头2袋改成1袋,其余不变", _BOTH, {1: 3, 4: 2}),
        ("婆婆家的鸡蛋不要了", _THREE, "ask"),
        ("婆婆家的鸡蛋不要了", {1: 1}, {}),
        ("上次那袋馒头不要了", _BOTH, {1: 3}),
        ("我那袋馒头不要了", _BOTH, {1: 3}),
        ("鸡蛋两盒改一盒", _THREE, {1: 1}),
        ("我家鸡蛋三盒改一盒", _THREE, {1: 1}),
        ("昨天的鸡蛋不要了", _THREE, {}),
    ],
)
def test_what_a_neighbour_takes_back(text: str, prior: dict[int, float], there: str | dict[int, float]) -> None:
    assert _read("M", text, prior) == there


@pytest.mark.parametrize(
    ("letter", "text", "there"),
    [
        ("c", "自热火锅一盒煮得到几个人嘛", {}),
        ("M", "馒头一袋够几个人吃啊", {}),
        ("K", "凤爪一盒有好多个嘛", {}),
        ("Q", "哈密瓜咋个头 一个顶俩吧", {}),
        ("P", "香肠贼拉好吃 俺妈一顿造半斤", {}),
        ("P", "五花肉涨价了没 没涨来三斤", {}),
        ("V", "土豆能不能2块 能的话拿三斤", {}),
        ("M", "家里来几个人 馒头三袋", {4: 3}),
        ("M", "馒头多要一袋", {4: 1}),
        ("F", "蓝莓还有没有 有的话拿三盒", {4: 3}),
        ("P", "五花肉来三斤 没涨价吧", {1: 3}),
        ("D", "抽纸2提ok吗?ok的话再给我爸妈家带1提", {3: 3}),
    ],
)
def test_what_is_only_asked_or_told(letter: str, text: str, there: dict[int, float]) -> None:
    assert _read(letter, text, {}) == there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("蓝莓我说一盒 我老婆说两盒 听她的", {4: 2}),
        ("蓝莓我说一盒 我老婆说两盒 听我的", {4: 1}),
        ("我妈说蓝莓两盒 我说吃不完要一盒 最后听她的", {4: 2}),
        ("蓝莓来两盒吧 哦我媳妇喊三盒 听她的 三盒", {4: 3}),
        ("我妈说蓝莓要三盒 我说两盒 莫听她的", {4: 2}),
        ("我妈说蓝莓要三盒 我说两盒", "ask"),
        ("蓝莓我说一盒 我老婆说两盒 听她的 三盒吧", "ask"),
        ("我妈要一盒蓝莓 我要两盒", {4: 3}),
    ],
)
def test_whose_number_counts(text: str, there: str | dict[int, float]) -> None:
    assert _read("F", text, {}) == there


@pytest.mark.parametrize(
    ("letter", "text", "prior", "there"),
    [
        ("M", "虾我要俩斤,大的,我妈那里一斤就好", {}, {3: 3}),
        ("M", "鸡蛋一盒 哦我妈也要 两盒 我姐说她也要 三盒", {}, {1: 3}),
        ("M", "鸡蛋一盒 我妈也要两盒 我姐也要三盒", {}, {1: 6}),
        ("M", "馒头一袋得了 去年的还没吃完呢 俺爸那边也一袋", {}, {4: 2}),
        ("V", "土豆五斤,其中我两斤,小吴两斤,钱老师一斤", {}, {2: 5}),
        ("M", "阿拉屋里馒头两袋 姆妈一袋 阿姐一袋", {}, {4: 4}),
        ("M", "馒头两袋 姆妈一袋 阿姐一袋", {}, {4: 2}),
        ("M", "2楼要一袋馒头,我还是两袋", {}, "ask"),
        ("V", "土豆少点 三斤 黄瓜照旧", {2: 5, 3: 2}, {2: 3, 3: 2}),
        ("V", "土豆少三斤", {2: 5}, {2: 2}),
    ],
)
def test_how_much_it_comes_to(letter: str, text: str, prior: dict[int, float], there: str | dict[int, float]) -> None:
    assert _read(letter, text, prior) == there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("XL两包 湿巾一提", {2: 2, 4: 1}),
        ("大宝XL的一包 二宝L的两包", {1: 2, 2: 1}),
        ("我家宝23斤穿L还是XL啊", {}),
        ("XXL两包 湿巾一提", "ask"),
        ("山芋两斤", {3: 2}),
        ("湿巾一提 鳝鱼两斤", "ask"),
        ("叉烧包两袋 湿巾一提", "ask"),
        ("当归两包,湿巾一提", "ask"),
        ("预算60块 湿巾一提", {4: 1}),
    ],
)
def test_a_size_names_goods_and_food_of_its_own_does_not(text: str, there: str | dict[int, float]) -> None:
    goods = Catalogue(
        [
            Item(1, 1, "拉拉裤L", "包", 5900, "40片/包", ("拉拉裤",)),
            Item(2, 2, "拉拉裤XL", "包", 5900, "36片/包"),
            Item(3, 3, "红薯", "斤", 390, "散称", ("山芋",)),
            Item(4, 4, "湿巾", "提", 1990, "80抽×5包/提"),
        ]
    )
    reading = read_by_rules(text, goods).reading
    asked = reading.action == "ambiguous"
    assert ("ask" if asked else {line.key: line.quantity_milli / 1000 for line in reading.lines}) == there


@pytest.mark.parametrize(
    ("letter", "text", "there"),
    [
        ("H", "草莓是不是两箱85? 来两箱", "ask"),
        ("F", "沃柑甜不甜 来一把", "ask"),
        ("K", "猪蹄还有吗 要两碗", "ask"),
        ("F", "来一把", {3: 1}),
        ("F", "香蕉甜不甜 来一把", {3: 1}),
        ("V", "上回那个山药面得很 这回要一箱", {5: 1}),
    ],
)
def test_a_unit_does_not_turn_goods_nobody_sells_into_others(
    letter: str, text: str, there: str | dict[int, float]
) -> None:
    assert _read(letter, text, {}) == there
    assert (read_order(text, catalogues()[letter]).action == "order") is isinstance(there, dict)


@pytest.mark.parametrize("text", ["万一鸡蛋涨价了就给我退了", "要是明天下雨鸡蛋就取消吧"])
def test_what_is_taken_back_on_a_condition_is_booked_by_nobody(text: str) -> None:
    had: dict[int, float] = {1: 2, 4: 3}
    assert _read("M", text, had) in ("ask", had)
    judged = read_order(text, catalogues()["M"], prior=[Line(1, 2000), Line(4, 3000)])
    assert judged.action not in ("amend", "cancel", "order")
