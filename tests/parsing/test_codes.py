"""Pickup codes: the public annotation set and rulings of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.codes import read_codes, read_codes_with_lines
from tests.parsing.shapes import Row, rows_of
from tests.support.cost import cpu_ms


@pytest.mark.parametrize("row", rows_of("public.jsonl", "codes"), ids=lambda row: str(row["id"]))
def test_public_codes(row: Row) -> None:
    assert list(read_codes(row["text"], row["code_format"])) == row["expect"]["codes"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("730 154", ["730154"]),
        ("730-154", ["730154"]),
        ("730154/902118", ["730154", "902118"]),
        ("730154/902", []),
        ("7301 54", ["730154"]),
        ("核销 73 0154", ["730154"]),  # cued, and no flat ends in 54
        ("7 3 0 1 5 4", ["730154"]),
        ("730 154 902 118", ["730154", "902118"]),
        ("502 730 154", ["730154"]),
        ("3-502 730 154", ["730154"]),
        ("七三零一五四", ["730154"]),
        ("七三〇 幺五四", ["730154"]),
        ("核销七三零一五四和九零二幺幺八", ["730154", "902118"]),
        ("７３０１５４，９０２１１８", ["730154", "902118"]),
        ("730154、902118 730154", ["730154", "902118"]),
        ("1)730154 2)902118", ["730154", "902118"]),
        ("码是730154谢谢", ["730154"]),
        ("code 730154", ["730154"]),
        ("code730154", ["730154"]),
        ("手机138-0000-0001 码730154", ["730154"]),
        ("138 0000 0001", []),
        ("+86 13800000001", []),
        ("7301545", []),
        ("73015", []),
        ("七三零一五四八", []),
        ("订单号730154", []),
        ("订单20251120730154", []),
        ("单号：730154", []),
        ("￥730154", []),
        ("730154元", []),
        ("730154.5", []),
        ("0571-730154", []),
        ("2025-11-20 18:30", []),
        ("A730154", []),
        ("12-1104", []),
        ("", []),
    ],
)
def test_six_digits(text: str, codes: list[str]) -> None:
    assert list(read_codes(text)) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("w4t9rz2c", ["W4T9RZ2C"]),
        ("W4T9-RZ2C", ["W4T9RZ2C"]),
        ("w4t9 rz2c", ["W4T9RZ2C"]),
        ("核销W4T9RZ2C、H8J3KM5P", ["W4T9RZ2C", "H8J3KM5P"]),
        ("3-502 W4T9RZ2C", ["W4T9RZ2C"]),
        ("Ｗ４Ｔ９ＲＺ２Ｃ", ["W4T9RZ2C"]),
        ("W4T9RZ2C W4T9RZ2C", ["W4T9RZ2C"]),
        ("核销 abcdwxyz", ["ABCDWXYZ"]),
        ("shanghai", ["SHANGHAI"]),
        ("hello shanghai ok", []),
        ("20251120", []),
        ("13800000001", []),
        ("W4T9RZ2", []),
        ("W4T9RZ2C8", []),
        ("订单号W4T9RZ2C", []),
    ],
)
def test_eight_letters_or_digits(text: str, codes: list[str]) -> None:
    assert list(read_codes(text, "8c")) == codes


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("730154 柚子1", [("730154", "柚子1")]),
        ("730154柚子1 核桃2", [("730154", "柚子1 核桃2")]),
        ("730154 柚子1\n902118", [("730154", "柚子1"), ("902118", "")]),
        ("730154 柚子1，902118 核桃2", [("730154", "柚子1"), ("902118", "核桃2")]),
        ("730154（柚子1）", [("730154", "柚子1")]),
        ("核销730154、902118", [("730154", ""), ("902118", "")]),
        ("730154 已取", [("730154", "")]),
        ("730154 全部拿走了", [("730154", "")]),
        ("1. 730154\n2. 902118", [("730154", ""), ("902118", "")]),
        ("没有码", []),
    ],
)
def test_codes_with_what_is_behind_them(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(read_codes_with_lines(text)) == pairs


@pytest.mark.parametrize(
    "text", ["1" * 65_536, "482 " * 16_000, "四八" * 32_000, "1 " * 32_000, "a" * 65_536, "- " * 32_000]
)
def test_any_size_is_quick(text: str) -> None:
    assert cpu_ms(lambda: (read_codes_with_lines(text), read_codes(text, "8c"))) < 100


@given(st.text(alphabet="0123456789 -abzAZ零一七八幺核销码订单号手机:：.\n、", max_size=80))
def test_codes_are_always_codes(text: str) -> None:
    assert all(len(code) == 6 and code.isdecimal() and code.isascii() for code in read_codes(text))
    assert all(len(code) == 8 and code.isalnum() and code.isascii() for code in read_codes(text, "8c"))
    assert tuple(code for code, _ in read_codes_with_lines(text)) == read_codes(text)
