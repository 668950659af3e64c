# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Whatever is sent, the reader answers, quickly and without an exception."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parsing.normalise import MAX_CHARS, normalise
from bot.parsing.orders import read_order
from bot.parsing.rooms import find_rooms
from bot.parsing.values import Line
from tests.parsing.corpus import catalogues
from tests.support.cost import cpu_ms

_PIECES = st.sampled_from(
    list("鸡蛋馒头虾一二两三半十百几多不没别要来加减退改换各都个盒斤袋的了吗呢和再还就算了零〇") + list("0123456789xX*+-=×.,，。?？!()[]「」\n #@/：:、~")
    + ["①", "⑳", "3️⃣", "🥚", "\ud800", "\x00", "\u200b", "取消", "不要", "昨天", "如果", "的话", "5栋302", "13800000000", "换成", "一人一", "四口", "没有就"]
)  # fmt: skip
_HOSTILE = {
    "digits": "1" * 2000,
    "spaced digits": "1 " * 30_000,
    "chinese digits": "一" * 60_000,
    "nested brackets": "[" * 30_000 + "]" * 30_000,
    "quotes": "「" * 60_000,
    "quote then newlines": ("「a」" + "\n" * 50) * 1000,
    "surrogates": "\ud800" * 60_000,
    "nuls": "\x00" * 60_000,
    "emoji": "🥚" * 1_000_000,
    "mentions": "@" * 60_000,
    "mention words": "@小美 " * 15_000,
    "stickers": "[玫瑰]" * 15_000,
    "orders": "鸡蛋2盒" * 15_000,
    "short orders": "鸡蛋2盒" * 149,
    "short quantities": "2盒" * 299,
    "short items": "鸡蛋" * 299,
    "short corrections": "鸡蛋2盒不对3盒" * 74,
    "short dashes": "3-" * 299,
    "short homophones": "鸡旦" * 299,
    "short each": "各" * 599,
    "short unwants": "不要" * 299,
    "spaces": " " * 65_536,
    "combining": "é́́́" * 20_000,
}


@pytest.mark.parametrize("name", sorted(_HOSTILE))
def test_hostile_text_is_answered_within_fifty_milliseconds(name: str) -> None:
    catalogue = catalogues()["M"]
    text = _HOSTILE[name]
    read_order(text, catalogue)  # tables warm
    assert cpu_ms(lambda: read_order(text, catalogue, prior=(Line(1, 2000),))) < 50


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from("FMDBSGVCK"), st.booleans())
def test_any_mixture_of_order_talk_gives_a_consistent_reading(text: str, letter: str, has_prior: bool) -> None:
    catalogue = catalogues()[letter]
    prior = (Line(1, 2000),) if has_prior else ()
    reading = read_order(text, catalogue, prior=prior)
    assert (reading.action == "ambiguous") == bool(reading.doubts)
    if reading.action in ("query", "help", "unknown"):
        assert not reading.lines
    for line in reading.lines:
        assert line.key in catalogue.by_key
        assert 0 <= line.quantity_milli < 1_000_000
        assert line.op == "set" or line.quantity_milli > 0
    assert len({line.key for line in reading.lines}) == len(reading.lines)
    for doubt in reading.doubts:
        assert len(doubt.candidates) <= 4


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_normalisation_maps_every_character_back(text: str) -> None:
    normal = normalise(text, keep_quote=True)
    assert len(normal.starts) == len(normal.text) + 1
    assert list(normal.starts) == sorted(normal.starts)
    assert normal.starts[-1] == min(len(text), MAX_CHARS)
    find_rooms(normal.text)
