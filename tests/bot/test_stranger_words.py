"""What somebody without a leader says of her."""

from __future__ import annotations

import pytest

from bot.stranger_words import names_said, number_said


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("7", 7),
        ("7号", 7),
        ("编号7", 7),
        ("L 7", 7),
        ("团长编号是 12", 12),
        ("草莓2", None),
        ("3-502", None),
        ("", None),
    ],
)
def test_a_number_alone_is_a_leaders(words: str, number: int | None) -> None:
    assert number_said(words) == number


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("小美", "小美"),
        ("我要找小美", "小美"),
        ("团长小美", "小美"),
        ("小美团长", "小美"),
        ("我住阳光花园3号楼502", "阳光花园"),
        ("陽光花園3-502", "阳光花园"),
        ("东湖花园的", "东湖花园"),
        ("你好，我是东湖花园小区的业主", "东湖花园"),
    ],
)
def test_the_name_is_what_is_left_without_the_words_around_it(words: str, name: str) -> None:
    assert names_said(words)[0] == name


@pytest.mark.parametrize("words", ["", "12", "吗", "?"])
def test_nothing_to_look_for(words: str) -> None:
    assert names_said(words) == []
