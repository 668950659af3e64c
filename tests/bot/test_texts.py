"""Words for everything that is refused or pushed, and each of them plain."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.paging import TEXT_LIMIT, size
from bot.texts import errors, guide, replies
from bot.texts.notices import NOTICES, STATUS, NoticeTexts, render
from bot.texts.wording import money
from bot.understand import Situation, understand
from operations import errors as refusals
from operations.orders import NothingBooked

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
# Every fact that a refusal may carry: what its words do not need, they leave alone.
FACTS: dict[str, Any] = {
    "names": ["红颜草莓", "鲜牛奶"],
    "product_unit": "箱",
    "what": "order", "typed": "482917", "name": "草莓", "unit": "盒", "remaining_milli": 3000, "wanted_milli": 5000,
    "limit_milli": 2000, "quantity_milli": 1500, "reserved_milli": 4000, "state": "closed", "title": "周六水果团",
    "field": "closes_at", "seq": 3, "due_fen": 4500, "claimed_at": None, "at": AT, "by": "小周", "until": AT,
    "number": 12,
    "left_milli": 1000, "free_milli": 0, "cases": (1, 2), "outcome": "refund", "approved_fen": 4500, "minutes": 15,
    "amount_fen": 100, "max_fen": 4500, "refunded_fen": 2000, "username": "运营", "problem": "length", "least": 10,
    "is_mistyped": True, "most_milli": 2000, "min_fen": 3000, "least_fen": 50000, "total_fen": 12000, "goods_fen": 1800,
}  # fmt: skip
PLAIN = re.compile(r"None|True|False|[{}_]|[A-Za-z]{4,}")


def _codes() -> set[str]:
    kinds = [kind for _, kind in inspect.getmembers(refusals, inspect.isclass) if issubclass(kind, refusals.Refused)]
    return {kind.code for kind in kinds}


def test_every_refusal_has_words_and_no_words_are_left_over() -> None:
    assert set(errors.ERRORS) == _codes() | {NothingBooked.code}


@pytest.mark.parametrize("code", sorted(errors.ERRORS))
def test_a_refusal_is_one_plain_sentence(code: str) -> None:
    text = errors.refusal(code, FACTS)
    assert text.endswith(("。", "L7"))
    assert not PLAIN.search(text), text


def test_an_unknown_refusal_is_a_defect() -> None:
    with pytest.raises(KeyError):
        errors.refusal("no_such_code", {})


@pytest.mark.parametrize(
    ("fen", "said"), [(4500, "¥45"), (4550, "¥45.5"), (-325, "-¥3.25"), (120000, "¥1200"), (1234560, "¥12,345.6")]
)
def test_money_is_said_without_needless_noughts(fen: int, said: str) -> None:
    assert money(fen) == said


def test_words_for_another_never_ask_to_order() -> None:
    assert "回复" in errors.refusal("sold_out", FACTS)
    assert "回复" not in errors.refusal("sold_out", FACTS | {"is_for_other": True})
    assert "回复" in errors.refusal("over_limit", FACTS)
    assert "回复" not in errors.refusal("over_limit", FACTS | {"is_for_other": True})


def test_every_kind_of_notice_has_words_and_no_words_are_left_over() -> None:
    assert {kind for kind, _ in _enqueued()} == set(NOTICES)
    assert set(STATUS) <= set(NOTICES)


def test_an_erased_notice_has_no_words() -> None:
    texts = NoticeTexts("http://127.0.0.1:8000")
    assert {texts.text(kind, {}) for kind in NOTICES} == {""}


def test_a_refund_is_told() -> None:
    payload = {"title": "周六水果团", "seq": 3, "guest": "李奶奶", "amount_fen": 4500}
    assert render("refund", payload) == "给您退款 ¥45（“周六水果团”3号（替 李奶奶 订的））。"


def test_template_fields_are_filled_from_what_a_notice_has() -> None:
    order: dict[str, Any] = {"seq": 1, "guest": None, "code": "482913", "due_fen": 4500, "lines": []}
    payload = {"title": "周六水果团", "pickup_from": AT.isoformat(), "pickup_place": "南门", "orders": [order]}
    facts = NoticeTexts("http://127.0.0.1:8000").facts("arrived", payload)
    assert facts["code"] == "482913"
    assert facts["place"] == "南门"
    assert facts["time"] == "周日（5月3日）16:00"
    assert facts["status"] == "已到货"


@pytest.mark.parametrize("has_open", [True, False])
def test_help_is_short_and_plain(*, has_open: bool) -> None:
    everything = [
        guide.for_leader(has_open=has_open, has_closed=True, has_arrived=True, cases=3),
        guide.for_resident(has_round=has_open, has_order=True, can_collect=True, can_complain=True),
        guide.for_stranger(),
        guide.for_helper(),
        *replies.SPECIAL.values(),
    ]
    for text in everything:
        assert size(text) <= TEXT_LIMIT
        assert not PLAIN.search(text), text


def test_every_unfinished_word_of_a_leader_is_explained() -> None:
    from bot.parsing.catalogue import Catalogue

    situation = Situation(AT, Catalogue([]), is_leader=True, leader_name="小美")
    words = "改价 加量 加货 限量 改量 库存 下架 上架 别名 加品 核销 收 已付 退 补 拒 拒绝 回 回复 转平台".split()
    for word in words:
        topic = getattr(understand(word, situation), "topic", None)
        assert topic == f"how:{word}"
        assert guide.how_to(word).startswith("没有改动。请这样写：")


def _enqueued() -> Iterator[tuple[str, str]]:
    """(kind, file) of every notice that is written anywhere: the constant that a writing call is given as its kind."""
    for path in [
        *(ROOT / "operations").rglob("*.py"),
        *(ROOT / "handlers").glob("*.py"),
        *(ROOT / "web").rglob("*.py"),
    ]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _name(call) in {
                "enqueue",
                "enqueue_many",
                "tell",
                "tell_leader",
                "tell_resident",
                "_tell",
                "_tell_leader",
                "_tell_resident",
            }:
                yield from ((kind, path.name) for kind in _kinds(call, tree))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _kinds(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    given = [word.value for word in call.keywords if word.arg == "kind"] or call.args[2:3]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, ast.Name):  # kind = "round_reopened" if … else "round_extended"
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp) and _names(node, value.id):
                    for one in (node.value.body, node.value.orelse):
                        if isinstance(one, ast.Constant) and isinstance(one.value, str):
                            yield one.value


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
