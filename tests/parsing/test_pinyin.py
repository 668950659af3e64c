"""How characters are read."""

from __future__ import annotations

from bot.parsing.pinyin import main_syllable, syllables
from tests.parsing import readings


def test_the_table_is_that_of_the_library() -> None:
    """`python -m tests.parsing.readings` makes it anew."""
    assert readings.PATH.read_text("utf-8") == readings.table()


def test_characters_with_several_readings_and_none() -> None:
    assert syllables("呱") == {"gu", "gua"}
    assert (main_syllable("蛋"), main_syllable("绿")) == ("dan", "lv")
    assert not any(syllables(other) for other in ("a", "蛋糕", "𠮶", ""))
    assert main_syllable("¥") == ""
