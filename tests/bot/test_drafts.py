"""A round being prepared: what is missing, and corrections in short words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import drafts
from bot.commands import PostRound
from bot.parsing.post import read_post
from bot.texts.posting import remarks_on

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)
POST = (
    "#开团 周六水果团\n1) 红颜草莓 2斤/盒 45元\n2) 鲜牛奶 15元/2瓶28元\n截单:今天20:00 自提:明天16:00-19:00\n地点:南门"
)


def _draft(text: str = POST) -> PostRound:
    return PostRound(read_post(text, NOW), text)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (POST, []),
        ("#开团 试试\n1) 土豆\n截单:今天20:00", ["price:1"]),
        ("#开团 试试\n1) 土豆 3元", ["closes_at"]),
        ("#开团 试试\n1) 土豆 3元\n截单:昨天20:00", ["past_closes_at"]),
    ],
)
def test_what_keeps_a_draft_from_being_published(text: str, problems: list[str]) -> None:
    assert drafts.problems(_draft(text), NOW) == problems


def test_without_goods_nothing_else_is_asked() -> None:
    draft = _draft()
    assert drafts.problems(replace(draft, reading=replace(draft.reading, items=(), closes_at=None)), NOW) == ["items"]


def test_corrections_change_what_they_name_and_nothing_else() -> None:
    draft = _draft()
    for said in (
        "2 14元",
        "草莓改成50元",
        "限量 1 20",
        "加 面包 12元/个",
        "截单 今天21:00",
        "地点 北门",
        "标题 周日团",
    ):
        corrected = drafts.correct(draft, said, NOW)
        assert corrected is not None, said
        draft = corrected
    reading = draft.reading
    assert reading.title == "周日团"
    assert reading.pickup_place == "北门"
    assert reading.closes_at == datetime(2026, 5, 2, 13, 0, tzinfo=UTC)
    assert [(item.number, item.name, item.price_fen) for item in reading.items] == [
        (1, "红颜草莓", 5000),
        (2, "鲜牛奶", 1400),
        (3, "面包", 1200),
    ]
    assert reading.items[0].capacity_milli == 20000
    assert reading.items[1].tiers == ()  # they went with the old price


def test_what_was_read_with_a_doubt_is_named_until_it_is_corrected() -> None:
    draft = _draft(
        "#开团 周六团\n1) 草莓 45元\n2) 鲜牛奶 15元/瓶 满30减3\n冷藏品当天取\n"
        "今天20:00截单，外地的明天中午截单\n明天下午、后天上午自提"
    )
    assert drafts.remarks(draft.reading) == [
        "cold:2", "several_closes_at", "pickup_windows", "promotion:满30减3", "unit:1", "pickup_place",
    ]  # fmt: skip
    for said in (
        "截单 今天21:00",
        "自提 明天15:00-17:00",
        "单位 1 盒",
        "不冷藏 2",
        "地点 北门",
        "限购 1 2",
        "1号叫红颜草莓",
    ):
        corrected = drafts.correct(draft, said, NOW)
        assert corrected is not None, said
        draft = corrected
    assert drafts.remarks(draft.reading) == ["promotion:满30减3"]
    first, second = draft.reading.items
    assert (first.name, first.unit, first.limit_milli, second.is_cold) == ("红颜草莓", "盒", 2000, False)


def test_a_figure_nothing_was_made_of_and_an_odd_name_are_shown_until_the_goods_are_corrected() -> None:
    draft = _draft("红心10块一个，按箱拿红心90白心75一箱\n截单:今天20:00 自提:明天16:00\n地点:南门")
    codes = drafts.remarks(draft.reading)
    assert [code for code in codes if code.startswith(("figure", "check"))] == ["figure:按箱拿红心90白心", "check:2"]
    words = remarks_on(codes, [item.name for item in draft.reading.items])
    assert any("“按箱拿红心90白心”里的数字没有记" in remark for remark in words)
    assert any("品名看不太准" in remark and "2号叫" in remark for remark in words)
    mended = drafts.correct(draft, "2号叫白心柚", NOW)
    assert mended is not None
    assert not [code for code in drafts.remarks(mended.reading) if code.startswith(("figure", "check"))]


def test_a_pickup_before_the_deadline_is_asked_about() -> None:
    draft = _draft(POST.replace("今天20:00", "后天20:00"))
    assert drafts.remarks(draft.reading) == ["pickup_before_close"]


def test_goods_without_a_name_are_not_published() -> None:
    assert drafts.problems(_draft("#开团 试试\n1) 草莓 45元/盒\n2) 36元/板\n截单:今天20:00"), NOW) == ["name:2"]


def test_an_item_is_taken_off_and_the_rest_numbered_anew() -> None:
    corrected = drafts.correct(_draft(), "去掉 1", NOW)
    assert corrected is not None
    assert [(item.number, item.name) for item in corrected.reading.items] == [(1, "鲜牛奶")]


@pytest.mark.parametrize("said", ["哈哈哈", "9 15元", "去掉 9", "截单 不知道", "确认", "西瓜改成3元", ""])
def test_anything_else_is_no_correction(said: str) -> None:
    assert drafts.correct(_draft(), said, NOW) is None


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("草莓改成38", "1 38元"),
        ("草莓涨到48元", "1 48元"),
        ("牛奶限20", "限量 2 20"),
        ("牛奶限购2", "限购 2 2"),
        ("牛奶不要了", "去掉 2"),
        ("去掉牛奶", "去掉 2"),
        ("牛奶冷藏", "冷藏 2"),
    ],
)
def test_an_item_is_called_by_its_name_as_well_as_by_its_number(said: str, same: str) -> None:
    by_name, by_number = (drafts.correct(_draft(), text, NOW) for text in (said, same))
    assert by_number is not None
    assert by_name == by_number


def test_a_name_that_two_items_share_is_not_guessed() -> None:
    draft = _draft("#开团\n1) 红颜草莓 45元/盒\n2) 奶油草莓 25元/盒\n截单:今天20:00")
    assert drafts.correct(draft, "草莓改成38", NOW) is None


@pytest.mark.parametrize(
    ("said", "names", "first_fen"),
    [
        ("草莓涨价了 改成50", ["红颜草莓", "鲜牛奶"], 5000),
        ("草莓没货了 下掉", ["鲜牛奶"], 1500),
        ("牛奶下掉吧", ["红颜草莓"], 4500),
        ("还有面包 12元/个", ["红颜草莓", "鲜牛奶", "面包"], 4500),
    ],
)
def test_goods_are_corrected_as_a_leader_says_it(said: str, names: list[str], first_fen: int) -> None:
    corrected = drafts.correct(_draft(), said, NOW)
    assert corrected is not None
    assert [item.name for item in corrected.reading.items] == names
    assert corrected.reading.items[0].price_fen == first_fen


def test_a_question_adds_no_goods() -> None:
    assert drafts.correct(_draft(), "还有多少人没付钱", NOW) is None
