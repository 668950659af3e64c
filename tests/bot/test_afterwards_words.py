"""What is looked for in a word or two before a message is read as trouble with goods."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.afterwards_words import _MAY_BE, _TROUBLES, trouble


@pytest.mark.parametrize(("kind", "pattern"), _TROUBLES, ids=[kind for kind, _ in _TROUBLES])
def test_whatever_is_meant_passes_the_first_look(kind: str, pattern: re.Pattern[str]) -> None:
    @given(st.from_regex(pattern))
    def passes(text: str) -> None:
        assert _MAY_BE.search(text), text

    passes()


def test_short_weight_is_missing() -> None:
    assert trouble("短斤了") == "missing"
    assert trouble("草莓2 鸡蛋1 3-502") is None
