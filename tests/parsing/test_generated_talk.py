"""Corrections, choices, conditions, heads and talk around an order, made so that the truth is known."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.quantity import is_weight
from bot.parsing.values import Item, Line
from tests.parsing.test_generated_orders import _CHINESE, _catalogue

_AMOUNTS = st.integers(1, 12)
_CHANGING = ("order", "amend", "cancel")
_WRONG = ("不对", "哦不", "打错了", "说错了", "写错了", "不不", "啊不是", "呃不对", "口误", "落错咗")
_OR = ("或者", "或", "或者是", "二选一 ")
_BEFORE = (
    "今天胃口好 ",
    "家里来客人了 ",
    "我家那口子嘴馋 ",
    "下班晚了懒得做饭 ",
    "38度了热死了 ",
    "孩子开学了 ",
    "腿脚不好下不了楼 ",
    "昨晚没睡好 ",
)
_BEHIND = (" 牙口不好", " 冰箱都腾好了", " 周末亲戚来", " 过年囤货", " 我上班忙", " 楼下门禁坏了", " 老人家爱这口")
_FOLK = ("老师", "同事", "孩子", "护士", "邻居", "同学", "室友", "员工")
_ON_PRICE = (
    "便宜点我就要{n}{u}{i}",
    "{i}降到十块我就来{n}{u}",
    "{i}打折就拿{n}{u}",
    "{i}要是五块一{u}我立马拿{n}{u}",
    "涨价前能买就囤{n}{u}{i}",
)
_ON_PEOPLE = ("等我发了工资来{n}{u}{i}", "老公同意就要{n}{u}{i}", "亲戚来了就拿{n}{u}{i}", "等孩子放假再买{n}{u}{i}")


@st.composite
def goods(draw: st.DrawFn) -> tuple[Catalogue, Item]:
    """A catalogue of two to five and one item of it that is sold by count."""
    picked = tuple(draw(st.lists(st.integers(0, 20), min_size=2, max_size=5, unique=True)))
    catalogue = _catalogue(picked)
    counted = [item for item in catalogue.items if not is_weight(item.unit)] or list(catalogue.items)
    return catalogue, draw(st.sampled_from(counted))


def _booked(text: str, catalogue: Catalogue, prior: tuple[Line, ...] = ()) -> dict[int, int]:
    reading = read_order(text, catalogue, prior=prior)
    assert reading.action in _CHANGING, (text, reading.doubts)
    return {line.key: line.quantity_milli for line in reading.lines}


@settings(max_examples=80, deadline=None)
@given(goods(), _AMOUNTS, _AMOUNTS, st.sampled_from(_WRONG))
def test_the_last_amount_counts(made: tuple[Catalogue, Item], first: int, second: int, wrong: str) -> None:
    catalogue, item = made
    text = f"{item.name}{first}{item.unit} {wrong} {second}{item.unit}"
    assert _booked(text, catalogue) == {item.key: second * 1000}, text


@settings(max_examples=60, deadline=None)
@given(goods(), _AMOUNTS, _AMOUNTS)
def test_not_this_but_that(made: tuple[Catalogue, Item], first: int, second: int) -> None:
    catalogue, item = made
    assume(first != second)
    text = f"{item.name}不是{first}{item.unit} 是{second}{item.unit}"
    assert _booked(text, catalogue, (Line(item.key, first * 1000),)) == {item.key: second * 1000}, text


@settings(max_examples=80, deadline=None)
@given(goods(), _AMOUNTS, _AMOUNTS, st.sampled_from(_OR))
def test_a_choice_left_open_books_nothing(made: tuple[Catalogue, Item], first: int, second: int, word: str) -> None:
    catalogue, item = made
    other = next(each for each in catalogue.items if each.key != item.key)
    text = f"{item.name}{first}{item.unit}{word}{other.name}{second}{other.unit}"
    if word.startswith("二"):
        text = f"{item.name}{first}{item.unit} {other.name}{second}{other.unit} 二选一"
    reading = read_order(text, catalogue)
    assert (reading.action, reading.lines) == ("ambiguous", ()), text


@settings(max_examples=80, deadline=None)
@given(goods(), _AMOUNTS, st.sampled_from(_ON_PRICE + _ON_PEOPLE))
def test_what_hangs_on_something_else_is_not_booked(made: tuple[Catalogue, Item], amount: int, pattern: str) -> None:
    catalogue, item = made
    text = pattern.format(i=item.name, n=_CHINESE[amount], u=item.unit)
    assert read_order(text, catalogue).action not in _CHANGING, text


@settings(max_examples=60, deadline=None)
@given(goods(), st.integers(2, 9), st.sampled_from(_FOLK), st.sampled_from(("一人一", "每人一", "人手一")))
def test_heads_are_counted(made: tuple[Catalogue, Item], heads: int, folk: str, each: str) -> None:
    catalogue, item = made
    text = f"{_CHINESE[heads]}个{folk} {each}{item.unit}{item.name}"
    assert _booked(text, catalogue) == {item.key: heads * 1000}, text


@settings(max_examples=60, deadline=None)
@given(goods(), st.integers(3, 12), st.sampled_from(("加到", "再添到", "凑到", "增到", "改成", "减到", "降到")))
def test_an_amount_that_is_reached_is_set(made: tuple[Catalogue, Item], amount: int, verb: str) -> None:
    catalogue, item = made
    text = f"{item.name}{verb}{amount}{item.unit}"
    assert _booked(text, catalogue, (Line(item.key, 2000),)) == {item.key: amount * 1000}, text


@settings(max_examples=80, deadline=None)
@given(goods(), _AMOUNTS, st.sampled_from(("", *_BEFORE)), st.sampled_from(("", *_BEHIND)))
def test_talk_around_an_order_changes_nothing(
    made: tuple[Catalogue, Item], amount: int, before: str, behind: str
) -> None:
    catalogue, item = made
    text = f"{before}{item.name}来{_CHINESE[amount]}{item.unit}{behind}"
    assert _booked(text, catalogue) == {item.key: amount * 1000}, text


@settings(max_examples=60, deadline=None)
@given(goods(), st.sampled_from(("来", "要", "加", "帮我带", "给我留")))
def test_a_unit_behind_the_verb_is_one(made: tuple[Catalogue, Item], verb: str) -> None:
    catalogue, item = made
    text = f"{verb}{item.unit}{item.name}"
    assert _booked(text, catalogue) == {item.key: 1000}, text
