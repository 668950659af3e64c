"""Simplified characters for traditional ones."""

from __future__ import annotations

from bot.parsing.simplified import simplified as simplified_of
from tests.parsing import simplified


def test_the_table_is_that_of_the_library() -> None:
    """`python -m tests.parsing.simplified` makes it anew."""
    assert simplified.PATH.read_text("utf-8") == simplified.table()


def test_what_has_no_other_form_stays() -> None:
    assert simplified_of("雞蛋abc㑮。") == "鸡蛋abc𫝈。"
