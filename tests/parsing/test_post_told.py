"""Times and prices that a post only tells of, beside those it stands by: whose hour it is, what it costs elsewhere."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.parsing.post import read_post
from bot.parsing.times import SHANGHAI
from tests.parsing.shapes import Row, pickup_shape, rows_of

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)  # a Tuesday


@pytest.mark.parametrize("row", rows_of("post_times.jsonl"), ids=lambda row: str(row["id"]))
def test_times_among_others(row: Row) -> None:
    reading = read_post(row["text"], datetime.fromisoformat(row["now"]))
    closes_at = reading.closes_at.isoformat() if reading.closes_at else None
    assert (closes_at, pickup_shape(reading.pickup)) == (row["closes_at"], row["pickup"])


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("奶酪棒一袋20支39块，合不到2块钱一支，便利店一支要4块5。", [("奶酪棒", 3900)]),
        ("洗衣凝珠一盒52颗29.9，算下来5毛7一次。留香珠一瓶19.9。", [("洗衣凝珠", 2990), ("留香珠", 1990)]),
        ("苹果原来10斤一箱卖50，降到42。梨不降，还是38一箱。", [("苹果", 4200), ("梨", 3800)]),
        ("小份3斤装39.9；大份5斤装59.9。去年大众点评4.9分。", [("小份", 3990), ("大份", 5990)]),
        ("麻酱10块一瓶，上次忘了收3块钱快递费这次也不收。", [("麻酱", 1000)]),
        ("窗花和红包都是8块一包", [("窗花", 800), ("红包", 800)]),
        ("柠檬鸡爪、泡椒鸡爪，口味随便挑，统统19块9一盒", [("柠檬鸡爪", 1990), ("泡椒鸡爪", 1990)]),
        ("豆花鱼58一份（堂食88），凉拌木耳16一份（堂食22）", [("豆花鱼", 5800), ("凉拌木耳", 1600)]),
        ("俺娘家的苹果下树了，红富士85一箱，国光65一箱", [("红富士", 8500), ("国光", 6500)]),
        ("腊肉54一斤，腊鸭78一只。看串行了，腊肉是45一斤，不是54", [("腊肉", 4500), ("腊鸭", 7800)]),
        ("百合35元/束，龙井50元/罐", [("百合", 3500), ("龙井", 5000)]),
    ],
)
def test_prices_among_others(text: str, items: list[tuple[str, int]]) -> None:
    assert [(item.name, item.price_fen) for item in read_post(text, NOW).items] == items


def test_what_several_of_the_goods_above_cost_is_a_tier() -> None:
    (item,) = read_post("洗衣液一瓶19.9元，洗衣液拿两瓶的35就行", NOW).items
    assert [(tier.quantity_milli, tier.bundle_fen) for tier in item.tiers] == [(2000, 3500)]


def test_the_headings_of_a_table_tell_the_unit() -> None:
    items = read_post("品名　　单价(元/盒)　　剩余(盒)\n鳕鱼　　59　　18\n三文鱼　79　　9\n今晚8点截", NOW).items
    assert [(item.name, item.unit, item.price_fen, item.capacity_milli) for item in items] == [
        ("鳕鱼", "盒", 5900, 18_000),
        ("三文鱼", "盒", 7900, 9000),
    ]
