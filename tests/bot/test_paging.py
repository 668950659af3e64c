"""Text that must fit into a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paging import clean, fit, size, split

MORE = "（还有，回复“更多”继续看）"
ANY_TEXT = st.text(st.characters(codec=None))
LINES = st.lists(st.text(st.sampled_from("西红柿 2斤a👍🏽\u200d👩"), max_size=60), max_size=60).map("\n".join)


@given(ANY_TEXT)
def test_clean_text_can_be_sent(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not set(cleaned) & set(map(chr, [*range(9), 11, 12, 13, *range(14, 32)]))
    assert clean(cleaned) == cleaned


def test_clean_keeps_what_people_write() -> None:
    assert clean("第一行\r\n第二行\r\t👩‍🌾 ¥1.50\x00\ud800") == "第一行\n第二行\n\t👩‍🌾 ¥1.50"


@given(ANY_TEXT, st.integers(0, 300))
def test_fit_keeps_whole_characters_from_the_start(text: str, limit: int) -> None:
    kept = fit(text, limit)
    assert text.startswith(kept)
    assert size(kept) <= limit
    assert kept == text or size(text[: len(kept) + 1]) > limit


@given(LINES, st.integers(60, 400))
def test_all_pages_together_are_the_text(text: str, limit: int) -> None:
    rest, pages = text, []
    while rest:
        page, rest = split(rest, limit, more=MORE)
        assert size(page) <= limit
        pages.append(page.removesuffix(f"\n{MORE}") if rest else page)
        assert len(pages) <= len(text) + 1
    assert "".join(pages).replace("\n", "") == text.replace("\n", "")


def test_a_text_that_fits_has_no_closing_line() -> None:
    assert split("一" * 666, 2000, more=MORE) == ("一" * 666, "")
    assert split("", 2000, more=MORE) == ("", "")


def test_cut_between_lines() -> None:
    lines = [f"{number}. 西红柿 2斤 6.00元" for number in range(1, 100)]
    first, rest = split("\n".join(lines), more=MORE)
    assert first.splitlines()[-1] == MORE
    assert first.splitlines()[:-1] + rest.splitlines() == lines


def test_a_long_line_is_cut_outside_links_and_emoji() -> None:
    link = '<a href="https://example.invalid/orders">我的订单</a>'
    first, rest = split("长" * 50 + link + "尾" * 20, 220, more=MORE)
    assert rest == link + "尾" * 20
    family = "👩\u200d👩\u200d👧"
    first, rest = split("长" * 50 + family + "尾" * 30, 150 + 12 + size(f"\n{MORE}"), more=MORE)
    assert first == "长" * 50 + f"\n{MORE}"
    assert rest.startswith(family)


def test_no_room_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("长" * 100, 40, more=MORE)
