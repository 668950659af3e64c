# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Messages made from a catalogue, a way of speaking and some noise: the truth is known by construction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.values import Item, Line

_POOL = (
    ("妃子笑荔枝", "荔枝", "5斤/箱", "箱"), ("本地黄瓜", "黄瓜", "散称", "斤"), ("纯牛奶", "牛奶", "12瓶/箱", "箱"),
    ("山东大葱", "大葱", "", "捆"), ("桂花糕", "", "250g", "盒"), ("手打牛肉丸", "牛肉丸", "500g/袋", "袋"),
    ("冷冻虾仁", "虾仁", "半斤/袋", "袋"), ("散养鸭蛋", "鸭蛋", "10枚/盒", "盒"), ("云南鲜花饼", "鲜花饼", "8个/盒", "盒"),
    ("农家米酒", "米酒", "500ml", "瓶"), ("泰国椰青", "椰青", "", "个"), ("崇明糕", "", "2斤/块", "块"),
    ("大连樱桃", "樱桃", "散称", "斤"), ("七彩山鸡", "山鸡", "", "只"), ("五常大米", "大米", "10斤/袋", "袋"),
    ("干香菇", "香菇", "200g/包", "包"), ("内酯豆腐", "豆腐", "", "盒"), ("青团", "", "6个/盒", "盒"),
    ("八宝粥", "", "6罐/提", "提"), ("百香果", "", "散称", "斤"), ("二锅头", "", "500ml", "瓶"),
)  # fmt: skip
_CHINESE = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_AFTER = (
    "{i}{n}{u}",
    "{i} {n}{u}",
    "{i}要{n}{u}",
    "{i}来{n}{u}",
    "{i}x{a}",
    "{i}×{a}",
    "{i}*{a}",
    "{i}+{a}",
    "{i} {a}",
    "{i}:{n}{u}",
    "{i}给我留{n}{u}",
)
_BEFORE = ("{n}{u}{i}", "要{n}{u}{i}", "来{n}{u}{i}", "{n}{u}的{i}", "给我{n}{u}{i}")
_HEADS = (
    "",
    "团长",
    "你好,",
    "麻烦登记 ",
    "我要",
    "团长好 ",
    "嗯 ",
    "亲,",
    "老板,给我来",
    "接龙 ",
    "5栋302 ",
    "3-1-502 ",
    "13800000009 ",
)
_TAILS = (
    "",
    "谢谢",
    "哈",
    " 谢谢团长",
    "👌",
    "[玫瑰]",
    "。",
    "!",
    "~",
    ",放门口",
    " 明天来拿",
    " 麻烦了",
    ",辛苦啦",
    "@团长小美 ",
)
_JOINS = (",", " ", "\n", "、", ";", "和", "还有", ",再来")


@dataclass(frozen=True, slots=True)
class Made:
    """A message and its truth."""

    text: str
    catalogue: Catalogue
    lines: dict[int, int]
    room: str | None


@cache
def _catalogue(picked: tuple[int, ...]) -> Catalogue:
    rows = [_POOL[index] for index in picked]
    return Catalogue(
        [
            Item(number, number, name, unit, 1000 + 137 * number, spec, (alias,) if alias else ())
            for number, (name, alias, spec, unit) in enumerate(rows, 1)
        ]
    )


@st.composite
def orders(draw: st.DrawFn) -> Made:
    """Plain orders of one to three different items."""
    picked = tuple(draw(st.lists(st.integers(0, len(_POOL) - 1), min_size=2, max_size=6, unique=True)))
    catalogue = _catalogue(picked)
    wanted = draw(st.lists(st.sampled_from(catalogue.items), min_size=1, max_size=3, unique=True))
    templates = draw(st.sampled_from((_AFTER, _BEFORE)))
    join = draw(st.sampled_from(_JOINS))
    parts, lines = [], {}
    for item in wanted:
        amount = draw(st.integers(1, 12))
        lines[item.key] = amount * 1000
        name = draw(st.sampled_from((item.name, *item.aliases, f"{item.number}号")))
        figure = draw(st.sampled_from((str(amount), _CHINESE[amount], str(amount).translate(_FULL_WIDTH))))
        part = draw(st.sampled_from(templates)).format(i=name, n=figure, u=item.unit, a=amount)
        parts.append(part)
    head = draw(st.sampled_from(_HEADS))
    room = {"5栋302 ": "5-302", "3-1-502 ": "3-1-502"}.get(head)
    return Made(head + join.join(parts) + draw(st.sampled_from(_TAILS)), catalogue, lines, room)


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_GONE = (
    "昨天的{i}坏了{n}{u}", "{i}{n}{u}已经拿到了", "刚吃完{n}{u}{i}", "我没订{n}{u}{i}", "先别给我记{n}{u}{i}", "{n}{u}{i}多少钱", "谁说我要{n}{u}{i}了",
    "上次买的{n}{u}{i}还没吃完", "差点订了{n}{u}{i}", "如果便宜的话要{n}{u}{i}", "来{n}{u}{i} 开玩笑的", "付了{n}{u}{i}的钱", "{n}{u}{i}不是我的",
    "家里还有{n}{u}{i}", "等降价了再买{n}{u}{i}", "{i}还没想好要{n}{u}还是不要",
)  # fmt: skip


@st.composite
def remarks(draw: st.DrawFn) -> tuple[str, Catalogue]:
    """Sentences with an item and a number that ask for nothing."""
    catalogue = _catalogue(tuple(draw(st.lists(st.integers(0, len(_POOL) - 1), min_size=1, max_size=6, unique=True))))
    item = draw(st.sampled_from(catalogue.items))
    amount = draw(st.integers(1, 12))
    figure = draw(st.sampled_from((str(amount), _CHINESE[amount])))
    name = draw(st.sampled_from((item.name, *item.aliases)))
    return draw(st.sampled_from(_GONE)).format(i=name, n=figure, u=item.unit), catalogue


@settings(max_examples=600)
@given(orders())
def test_plain_orders_are_read_exactly(made: Made) -> None:
    reading = read_order(made.text, made.catalogue)
    assert reading.action == "order", (made.text, reading.doubts)
    assert {line.key: line.quantity_milli for line in reading.lines} == made.lines, made.text
    assert reading.room == made.room, made.text


@settings(max_examples=400)
@given(remarks())
def test_remarks_never_change_an_order(remark: tuple[str, Catalogue]) -> None:
    text, catalogue = remark
    reading = read_order(text, catalogue, prior=(Line(1, 2000),))
    assert reading.action not in ("order", "amend", "cancel"), text


@settings(max_examples=200)
@given(orders(), st.sampled_from(("加", "再来", "多要")))
def test_more_of_something_adds_to_what_there_is(made: Made, verb: str) -> None:
    key, milli = next(iter(made.lines.items()))
    item = made.catalogue.by_key[key]
    text = f"{item.name}{verb}{milli // 1000}{item.unit}"
    reading = read_order(text, made.catalogue, prior=(Line(key, 3000),))
    assert (reading.action, reading.lines) == ("amend", (Line(key, milli, "add"),)), text
