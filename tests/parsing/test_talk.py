"""What changes no order is a question, a call for help, or talk: told by learned weights."""

from __future__ import annotations

import pytest

from bot.parsing import talk
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_by_rules, read_order
from bot.parsing.traits import named
from bot.parsing.values import Item
from bot.parsing.weighing import tables

GOODS = Catalogue(
    [
        Item(1, 1, "五常大米", "袋", 4990, "10斤/袋", ("大米",)),
        Item(2, 2, "鸡毛菜", "斤", 490, "散称", ()),
    ]
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("鸡毛菜有虫眼伐", "query"),
        ("大米是今年的新米还是去年的", "query"),
        ("麻烦看一下我有没有报上大米", "query"),
        ("第一次用 这个要怎么下单呀 直接打字行吗", "help"),
        ("昨天那袋大米漏了一个口子 撒一后备箱", "unknown"),
        ("今晚停水的通知你们看了吗 10点到12点", "unknown"),
        ("大米收到了 谢谢团长", "unknown"),
    ],
)
def test_questions_are_told_from_talk(text: str, kind: str) -> None:
    assert read_order(text, GOODS).action == kind


def test_what_has_an_answer_of_its_own_is_no_call_for_help() -> None:
    reading = read_order("怎么付钱 我不会用微信付", GOODS)
    assert (reading.action, reading.topic) == ("query", "payment")


def test_weights_decide() -> None:
    ruled = read_by_rules("鸡毛菜有虫眼伐", GOODS)
    seen = talk.sights(ruled.found, talk.left_alone(ruled.reading, ruled.body, ruled.found), has_order=False)
    sign = max(named(seen))
    for at, kind in enumerate(talk.KINDS):
        row = [0, 0, 0]
        row[at] = 500
        assert talk.kind_of(seen, tables({sign: row})) == kind


def test_what_changes_an_order_is_left_as_it_is() -> None:
    for text in ("鸡毛菜两斤 大米有吗", "大米一袋 请问怎么付款"):
        assert read_order(text, GOODS).action not in talk.KINDS, text
