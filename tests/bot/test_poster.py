"""The poster: nothing runs over its edge, whatever somebody calls his goods, and its code leads to the round."""

from __future__ import annotations

import io
from itertools import combinations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.poster import MARGIN, WIDTH, Box, Poster, draw, lay_out, readable

URL = "https://lintuan.example.com/r/ABC234"


def poster(title: str = "周六水果团", name: str = "红颜草莓 2斤", price: str = "¥45/盒", count: int = 3) -> Poster:
    return Poster(
        leader="团长 张团长",
        title=title,
        goods=[(name, price)] * count,
        facts=("截单：周五（5月8日）20:00", "取货：周六（5月9日）16:00–19:00 3号楼大堂"),
        call="扫码下单",
        more="还有 %d 样，扫码看",
        url=URL,
    )


def check(boxes: list[Box], height: int) -> None:
    for box in boxes:
        assert box.x >= MARGIN - 1, box
        assert box.x + box.width <= WIDTH - MARGIN + 1, box
        assert box.y + box.size <= height, box
    for one, other in combinations(boxes, 2):
        is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        is_apart = one.y + one.size <= other.y or other.y + other.size <= one.y
        assert is_beside or is_apart, (one, other)


@pytest.mark.parametrize(
    "text",
    ["", "短", "长" * 300, "W" * 200, "🍓" * 50, "草莓🍓甜", "a\nb\tc\x00d", "𠮷野家" * 40, "﷽" * 20, "  ", "ﬀ" * 99],
)
@pytest.mark.parametrize("count", [0, 1, 8, 9, 40])
def test_no_text_runs_over(text: str, count: int) -> None:
    boxes, height, _ = lay_out(poster(text, text, text, count))
    check(boxes, height)


@given(st.text(max_size=120), st.text(max_size=60), st.text(max_size=30), st.integers(0, 12))
@settings(max_examples=60)
def test_no_text_runs_over_whatever_it_is(title: str, name: str, price: str, count: int) -> None:
    boxes, height, _ = lay_out(poster(title, name, price, count))
    check(boxes, height)


def test_its_code_leads_to_the_round() -> None:
    png = draw(poster(count=9))
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.width == WIDTH
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [URL]
    assert len(png) < 120_000


def test_what_the_font_has_is_drawn_and_what_it_has_not_is_left_out() -> None:
    assert readable("王喆 李睿 张玥 ¥45/盒（2斤）★") == "王喆 李睿 张玥 ¥45/盒（2斤）★"
    assert readable("草莓🍓\x07甜\u200b") == "草莓甜"
