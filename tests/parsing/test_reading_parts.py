# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""The parts under `read_order`: spelling, numerals, rooms, units, names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.parsing.__main__ import main
from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import LONG_NUMBER, circled_value, normalise, split_quote
from bot.parsing.numerals import chinese_value, read_number, spelled_digits
from bot.parsing.orders import read_order
from bot.parsing.quantity import parse_spec, to_sale_units
from bot.parsing.rooms import find_lockers, find_phones, find_room, find_rooms, is_flat
from bot.parsing.spans import _FOREIGN, _foreign_matches
from bot.parsing.values import Item, Line
from tests.parsing.corpus import DATA, catalogues, load

# ------------------------------------------------------------------------------------------------ spelling


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("饅頭２袋，謝謝", "馒头2袋,谢谢"),
        ("馒头3️⃣袋", "馒头3袋"),
        ("馒头2袋[玫瑰]", "馒头2袋 "),
        ("@团长小美 2袋", "  2袋"),
        ("馒头＊2➕1", "馒头×2+1"),
        ("馒\u200b头", "馒头"),
        ("🅰2", "a2"),
        ("有冇", "有没"),
        ("\ud800馒头\x00", " 馒头 "),
        ("订单" + "1" * 30, "订单" + LONG_NUMBER),
    ],
)
def test_one_spelling_for_what_people_type(raw: str, text: str) -> None:
    assert normalise(raw).text == text


def test_circled_numbers_stay_apart_from_the_digits_behind_them() -> None:
    text = normalise("①2").text
    assert (circled_value(text[0]), text[1]) == (1, "2")


def test_notes_are_cut_from_what_was_typed() -> None:
    normal = normalise("饅頭２袋，放門口")
    start = normal.text.index("放门口")
    assert normal.cut(start, start + 3) == "放門口"


@pytest.mark.parametrize(
    ("raw", "quote", "reply"),
    [
        ("「小美：今晚截单」\n- - - - - - -\n两袋", "小美：今晚截单", "两袋"),
        ("「小美：一\n二」\n—————\n好", "小美：一\n二", "好"),
        ("> 原话\n两袋", "> 原话", "两袋"),
        ("引用「原话」：两袋", "原话", "两袋"),
        ("两袋", None, "两袋"),
    ],
)
def test_a_quoted_message_is_set_aside(raw: str, quote: str | None, reply: str) -> None:
    assert split_quote(raw) == (quote, reply)


# ------------------------------------------------------------------------------------------------ numerals


@pytest.mark.parametrize(
    ("figure", "milli", "kind"),
    [
        ("3", 3000, "exact"), ("1.5", 1500, "exact"), ("两", 2000, "exact"), ("十二", 12000, "exact"), ("廿五", 25000, "exact"),
        ("一百二", 120_000, "exact"), ("一百零二", 102_000, "exact"), ("贰拾", 20000, "exact"), ("俩", 2000, "exact"), ("俩千两百", 2_200_000, "exact"),
        ("三零二", 302_000, "digits"), ("幺零五", 105_000, "digits"), ("两三", 2000, "range"), ("三五", 3000, "range"), ("十五六", 15000, "range"),
    ],
)  # fmt: skip
def test_numbers(figure: str, milli: int, kind: str) -> None:
    number = read_number(figure)
    assert number is not None
    assert (number.milli, number.kind, number.end) == (milli, kind, len(figure))


def test_what_is_no_number() -> None:
    assert read_number("盒") is None
    assert chinese_value("两三") is None
    assert chinese_value("") is None
    assert spelled_digits("十二") is None
    assert spelled_digits("幺零五") == "105"


# ------------------------------------------------------------------------------------------------ rooms


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("6栋302", "6-302"), ("6号楼302", "6-302"), ("6#302", "6-302"), ("6幢302室", "6-302"), ("6座302", "6-302"), ("6栋-302", "6-302"),
        ("7号楼2单元301", "7-2-301"), ("C座1502", "C-1502"), ("c-1502", "C-1502"), ("二期3栋502", "2期-3-502"), ("A区5号楼1202", "A区-5-1202"),
        ("3单元1201", "3单元-1201"), ("9栋", "9栋"), ("三栋五零二", "3-502"), ("五栋三百零二", "5-302"), ("九栋十二零二", "9-1202"),
        ("11-2-1802", "11-2-1802"), ("8号1202", "8-1202"), ("88弄5号楼302", "88弄-5-302"), ("502室", "502"), ("1104", "1104"),
    ],
)  # fmt: skip
def test_rooms(text: str, room: str) -> None:
    found = find_room(normalise(text).text)
    assert found is not None
    assert found.room == room


@pytest.mark.parametrize("text", ["950ml", "35.8", "2号柜", "1-2", "2024年", "第3个", "100份", "13800000001"])
def test_what_is_no_room(text: str) -> None:
    assert find_rooms(normalise(text).text) == []


def test_two_households_are_not_one_room() -> None:
    assert find_room("5栋302和6栋101") is None
    assert is_flat("1104")
    assert not is_flat("950")


def test_phones_and_lockers() -> None:
    assert [span.value for span in find_phones("138 0000 0001")] == ["13800000001"]
    assert [span.value for span in find_phones("一三八零零零零零零零一")] == ["13800000001"]
    assert find_phones("138000000011") == []
    assert [span.value for span in find_lockers("放2号柜")] == ["2号柜"]


# ------------------------------------------------------------------------------------------------ units


def _item(unit: str, spec: str = "") -> Item:
    return Item(1, 1, "货", unit, 1000, spec)


@pytest.mark.parametrize(
    ("milli", "unit", "sold_by", "spec", "result"),
    [
        (2000, "盒", "盒", "", 2000), (2000, "份", "盒", "", 2000), (2000, "袋", "盒", "", 2000), (2000, "箱", "盒", "", None),
        (4000, "斤", "盒", "2斤装", 2000), (3000, "斤", "盒", "2斤装", None), (60000, "个", "板", "30枚/板", 2000), (20000, "个", "板", "30枚/板", None),
        (1000, "kg", "斤", "", 2000), (250_000, "g", "斤", "", 500), (3000, "两", "斤", "", 300), (1000, "个", "斤", "", None), (2000, None, "斤", "", 2000),
        (1500, "盒", "盒", "", None), (0, "盒", "盒", "", None), (100_000, "盒", "盒", "", None), (99_000, "盒", "盒", "", 99_000),
        (2000, "箱", "瓶", "24瓶/箱", 48_000), (500, "箱", "瓶", "24瓶/箱", None), (1000, "打", "瓶", "950ml", 12_000), (500_000, "ml", "瓶", "0.5L", 1000),
        (20000, "朵", "扎", "10支/扎", 2000), (4000, "支", "只", "", 4000),
    ],
)  # fmt: skip
def test_spoken_units_become_units_of_sale(
    milli: int, unit: str | None, sold_by: str, spec: str, result: int | None
) -> None:
    assert to_sale_units(milli, unit, _item(sold_by, spec)).milli == result


def test_specifications() -> None:
    assert parse_spec("约8斤/箱", "箱").weight == 8000
    assert parse_spec("1斤2两左右", "条").weight == 1200
    assert parse_spec("每箱24瓶", "瓶").cases == {"箱": 24}
    assert parse_spec("散称", "斤").weight is None


# ------------------------------------------------------------------------------------------------ names


def test_two_open_rounds_with_the_same_number_are_asked_about() -> None:
    catalogue = Catalogue([Item(11, 1, "荠菜馄饨", "盒", 1800), Item(22, 1, "黑米面包", "个", 900)])
    reading = read_order("1号2份", catalogue)
    assert [(doubt.reason, doubt.candidates) for doubt in reading.doubts] == [("which_item", (11, 22))]
    assert read_order("黑米面包2个", catalogue).lines == (Line(22, 2000),)


def test_a_word_that_is_goods_of_its_own_is_no_misspelling() -> None:
    catalogue = Catalogue([Item(1, 1, "库尔勒香梨", "斤", 600, aliases=("梨子",))])
    reading = read_order("李子2斤", catalogue)
    assert (reading.action, reading.lines) == ("ambiguous", ())


@pytest.mark.parametrize("text", ["西爪2斤", "青瓜汁2瓶", "鸡蛋面2袋", "雪梨2斤"])
def test_neighbours_of_a_name_are_never_booked(text: str) -> None:
    for letter in "FMV":
        assert read_order(text, catalogues()[letter]).action == "ambiguous"


def test_at_most_four_candidates_are_offered() -> None:
    catalogue = Catalogue(
        [Item(n, n, f"{kind}月饼", "盒", 100 * n) for n, kind in enumerate("五仁莲蓉豆沙蛋黄椒盐", 1)]
    )
    (doubt,) = read_order("月饼2盒", catalogue).doubts
    assert len(doubt.candidates) == 4


def test_an_empty_catalogue_never_orders() -> None:
    assert read_order("两盒鸡蛋", Catalogue([])).action != "order"


def test_the_explainer_prints_tokens_reading_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads((DATA / "catalogues.json").read_text(encoding="utf-8"))["M"]
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert main(["鸡蛋2盒 芹菜1把", "--catalog", str(path), "--prior", "1=1"]) == 0
    printed = capsys.readouterr().out
    assert "item:鸡蛋" in printed
    assert "set 无抗鸡蛋 2盒" in printed
    assert "ask (not_sold) 芹菜1把" in printed


def test_no_time_or_head_count_begins_where_nobody_looks() -> None:
    """The walk over likely first characters finds what a search of the whole text finds."""
    for name in ("hard_orders.txt", "hard_orders_38.txt", "hard_orders_39.txt", "rulings.txt", "traps.txt"):
        for case in load(name):
            text = normalise(case.text).text
            found = [match.span() for match in _foreign_matches(text)]
            assert found == [match.span() for match in _FOREIGN.finditer(text)], text
