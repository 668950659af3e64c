"""What the times of a post say is weighed: deadline and pickup, by learned weights, with the rules as one voice."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from benchmarks.learn import moments
from bot.parsing import post_weighed
from bot.parsing.post import headline_end, read_post, times_text
from bot.parsing.post_moments import closings, pickups, with_ruled
from bot.parsing.post_times import read_post_times
from bot.parsing.post_weighed import weighed, weights_of
from bot.parsing.times import SHANGHAI
from bot.parsing.values import Pickup
from tests.support.cost import cpu_ms

PATH = Path(post_weighed.__file__).with_name("moments.json")
STORED = json.loads(PATH.read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)  # a Tuesday
TEXT = "腰果39一罐,今晚八点截单,周六三点到五点来拿"
HELD = {"list14": (29, 29), "list15": (52, 52), "list16": (40, 40), "list17": (41, 42), "list18": (38, 37)}
"""Deadlines and pickups that are right of a list, at least, by weights that never saw a post by its hand."""


@cache
def _posts() -> list[moments.Post]:
    return moments.posts()


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI)


def test_what_is_learned_is_small_and_whole() -> None:
    assert PATH.stat().st_size < 200_000
    assert set(STORED) == {"times", "closing", "pickup"}
    for name, width in (("times", 4), ("closing", 1), ("pickup", 1)):
        rows = STORED[name].values()
        assert rows, name
        assert all(len(row) == width and 0 < max(map(abs, row)) <= moments.LARGEST for row in rows), name


def test_every_weight_is_of_something_that_is_seen() -> None:
    """A trait that was renamed leaves dead weights behind: learn anew."""
    seen: dict[str, set[str]] = {"times": set(), "closing": set(), "pickup": set()}
    for post in _posts():
        seen["times"].update(trait for traits in post.seen for trait in traits)
        for ruled in filter(None, (post.first, post.today)):
            seen["closing"].update(trait for one in post.closings(ruled) for trait in one.traits)
            seen["pickup"].update(trait for one in post.pickups(post.closes, ruled) for trait in one.traits)
    assert {name: sorted(set(STORED[name]) - seen[name]) for name in seen} == {name: [] for name in seen}


def test_same_posts_same_weights() -> None:
    some = _posts()[::14]
    assert moments.learn_moments(some) == moments.learn_moments(some)


@pytest.mark.parametrize("hand", ["list14", "list15", "list16", "list17"])
def test_lists_of_hands_that_were_held_out(hand: str) -> None:
    """Well above what the rules made of the same lists before they were mended for them."""
    weights = weights_of(moments.learn_moments([post for post in _posts() if post.hand != hand]))
    for source in sorted({post.source for post in _posts() if post.hand == hand}):
        found = [
            (post, moments.read(post, post.first, weights)) for post in _posts() if post.source == source and post.first
        ]
        closes = sum(reading[0] == post.closes for post, reading in found)
        pickup = sum(reading[1] == post.pickup for post, reading in found)
        assert (closes >= HELD[source][0], pickup >= HELD[source][1]) == (True, True), (closes, pickup)


def test_the_truth_is_among_what_the_times_may_say() -> None:
    """Without the rules' voice: what cannot be said cannot be learned."""
    missing = [
        post.text
        for post in _posts()
        if post.closes not in {None, *(one.value for one in closings(post.hits, post.now))}
        or post.pickup not in {None, *(one.value for one in pickups(post.text, post.hits, post.now, post.closes))}
    ]
    assert len(missing) <= len(_posts()) // 100, missing


def test_sayings_of_no_list() -> None:
    reading = read_post("鲈鱼26一条。塘主周四天亮起网,要几条周三夜里十点以前留个话,周四十一点到十二点老地方", NOW)
    assert reading.closes_at == _at(11, 22)
    assert reading.pickup == Pickup(start=_at(12, 11), end=_at(12, 12))


def test_weights_decide() -> None:
    """The same times, said to be other things."""
    ruled = read_post_times(TEXT, NOW)
    nothing = weights_of({"times": {}, "closing": {"none": (500,)}, "pickup": {"none": (500,)}})
    found = weighed(TEXT, NOW, ruled, nothing)
    assert (found.closes_at, found.pickup) == (None, None)
    trusting = weights_of({"times": {}, "closing": {"ruledTrueFalse": (500,)}, "pickup": {"ruledTrueFalse": (500,)}})
    assert weighed(TEXT, NOW, ruled, trusting) is ruled
    assert (ruled.closes_at, ruled.pickup) == (_at(10, 20), Pickup(start=_at(14, 15), end=_at(14, 17)))
    last = weights_of(
        {"times": {"kwindow+": (500, 0, 0, 0)}, "closing": {"howpm3": (100,)}, "pickup": {"none": (500,)}}
    )
    assert weighed(TEXT, NOW, ruled, last).closes_at == _at(14, 17)


def test_what_was_changed_is_asked_about_anew() -> None:
    ruled = read_post_times(TEXT, NOW)
    rows: moments.Rows = {
        "times": {"kwindow+": (500, 500, 0, 0)},
        "closing": {"howpm3": (100,)},
        "pickup": {"window": (500,)},
    }
    found = weighed(TEXT, NOW, ruled, weights_of(rows))
    assert found.closes_at == _at(14, 17)
    assert "pickup_before_close" in found.doubts
    assert [TEXT[start:end] for start, end in found.pickup_spans] == ["周六三点到五点"]


def test_which_of_several_days_is_still_asked() -> None:
    text = "#开团 周六团\n1) 草莓 45元\n今天20:00截单，外地的明天中午截单\n明天下午、后天上午自提"
    reading = read_post(text, NOW)
    assert reading.pickup == Pickup(on=_at(11, 0).date())
    assert "pickup_windows" in reading.doubts


def test_what_the_rules_say_is_always_among_the_options() -> None:
    options = with_ruled([], _at(10, 20))
    assert [one.value for one in options] == [None, _at(10, 20)]


def test_a_post_without_times_is_left_as_it_is() -> None:
    ruled = read_post_times("腰果39一罐", NOW)
    assert weighed("腰果39一罐", NOW, ruled) is ruled


@pytest.mark.parametrize(
    "text", ["周三五点," * 400, "5点6点7点8点 " * 300, "周一到周五三点到五点半," * 200, "12点," * 700]
)
def test_many_times_cost_little(text: str) -> None:
    body = times_text(text)
    ruled = read_post_times(body, NOW, headline_end(body))
    assert cpu_ms(lambda: weighed(body, NOW, ruled)) < 15
