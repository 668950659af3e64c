"""The judge: what it sees of a message, how it weighs it, and that the weights in the repository fit the code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import judge, orders
from bot.parsing.candidates import books_nothing, outcome, turned
from bot.parsing.catalogue import Catalogue
from bot.parsing.judge import ASKED, BESIDE, BOOKED, NOTHING, WEIGHTS, Option
from bot.parsing.orders import read_by_rules, read_order
from bot.parsing.packing import LARGEST, Lanes
from bot.parsing.second import opinion_of
from bot.parsing.segments import Segment
from bot.parsing.traits import Sight, clauses, named, place_of
from bot.parsing.values import Item, Line
from bot.parsing.weighing import tables
from tests.parsing.strangers import lists, read

GOODS = Catalogue(
    [
        Item(1, 1, "高山娃娃菜", "袋", 690, "3棵/袋", ("娃娃菜",)),
        Item(2, 2, "土鸡蛋", "板", 3600, "30枚/板", ("鸡蛋",)),
        Item(3, 3, "黑猪里脊", "斤", 2900, "", ("里脊",)),
    ]
)
PATH = Path(judge.__file__).with_name("weights.json")
STORED = json.loads(PATH.read_text(encoding="utf-8"))["traits"]
STORY = "上次的娃娃菜虫眼多得很,这回鸡蛋给我来两板"


def _options(text: str, prior: tuple[Line, ...] = ()) -> tuple[list[Option], list[list[Sight]]]:
    ruled = read_by_rules(text, GOODS, prior=prior)
    assert ruled.taken is not None
    assert ruled.take is not None
    seen = clauses(ruled.taken.found)
    sums = judge.sums_of(seen, WEIGHTS)
    held = opinion_of(ruled.taken.found, ruled.taken.draft)
    return judge.options(ruled.taken, ruled.reading.action, sums, ruled.take, 30, held), seen


def test_a_message_may_always_be_left_alone_or_asked_about() -> None:
    for text in (STORY, "谢谢团长,算了", "鸡蛋鸡蛋", "照旧", "要两板鸡蛋吧不对三板"):
        found, _ = _options(text)
        assert [option.kind for option in found[-2:]] == ["nothing", "ask"], text
        assert all(option.kind == "book" for option in found[:-2])


@pytest.mark.parametrize("text", ["谢谢团长", "。", "已付款", "几点截单呀"])
def test_talk_that_names_neither_goods_nor_numbers_is_not_judged(text: str) -> None:
    assert read_by_rules(text, GOODS).taken is None


def test_a_clause_that_is_turned_round_gives_another_reading() -> None:
    found, seen = _options(STORY)
    assert len(seen) == 2
    readings = {tuple(option.columns): dict(outcome(option.draft)) for option in found if option.draft is not None}
    assert readings[BESIDE, BOOKED] == {2: 2000}
    assert any(1 in reading for columns, reading in readings.items() if columns[0] == BOOKED)


def test_reading_a_message_another_way_leaves_the_first_way_as_it_was() -> None:
    ruled = read_by_rules(STORY, GOODS)
    assert ruled.taken is not None
    assert ruled.take is not None
    before = [(segment.verdict, [token.word for token in segment.tokens]) for segment in ruled.taken.found]
    verdicts, result = [segment.verdict for segment in ruled.taken.found], outcome(ruled.taken.draft)
    other = ruled.take(turned(ruled.taken.found, (0, 1)))
    assert [segment.verdict == "order" for segment in other.found] == [verdict != "order" for verdict in verdicts]
    assert [(s.verdict, [t.word for t in s.tokens]) for s in ruled.taken.found] == before
    assert outcome(ruled.taken.draft) == result != outcome(other.draft)


def test_a_way_that_can_book_nothing_adds_nothing_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left unread; read it anew, and the same ways are as likely as before."""
    cases = [(message.case, message.goods) for path in lists()[::6] for message in read(path)]

    def traces() -> list[tuple[str, ...]]:
        return [
            read_order(case.text, goods, role=case.role, prior=case.prior, trace=True).trace for case, goods in cases
        ]

    spared = traces()
    unread = 0

    def read_all_the_same(found: list[Segment]) -> bool:
        nonlocal unread
        unread += books_nothing(found)
        return False

    monkeypatch.setattr(orders, "books_nothing", read_all_the_same)
    assert traces() == spared
    assert unread > 20


def test_the_likelihoods_of_all_ways_add_up_to_one() -> None:
    found, seen = _options(STORY)
    shares = judge.likelihoods(found, judge.sums_of(seen, WEIGHTS), WEIGHTS)
    assert sum(shares) == pytest.approx(1)
    assert all(share >= 0 for share in shares)


def test_weights_decide() -> None:
    """With a weight on one sign of a clause the message goes where the weight points."""
    found, seen = _options(STORY)
    sign = min(named(seen[1]) - named(seen[0]))
    for column in (BOOKED, NOTHING, ASKED):
        row = [0, 0, 0, 0]
        row[column] = 500
        heavy = tables({sign: row})
        shares = judge.likelihoods(found, judge.sums_of(seen, heavy), heavy)
        best = found[max(range(len(found)), key=shares.__getitem__)]
        assert best.columns[1] == column


def test_traits_name_no_goods() -> None:
    _, seen = _options("里脊切丝要一斤半 鸡蛋一板 住5栋302")
    traits = " ".join(trait for clause in seen for trait in named(clause))
    assert not any(word in traits for word in ("里脊", "鸡蛋", "302", "一斤半"))
    assert "切丝" in traits


def test_a_list_of_goods_and_numbers_is_not_judged() -> None:
    assert read_by_rules("娃娃菜2 鸡蛋1", GOODS).taken is None


def test_what_is_asked_about_changes_nothing_and_names_the_goods() -> None:
    doubtful = [
        (message, reading)
        for path in lists()[:4]
        for message in read(path)
        if (reading := read_order(message.case.text, message.goods, prior=message.case.prior)).action == "ambiguous"
    ]
    assert doubtful
    assert all(reading.doubts for _, reading in doubtful)


def test_every_weight_belongs_to_a_trait_that_the_code_still_gives() -> None:
    """A trait that was renamed leaves dead weights behind: learn anew."""
    alive: set[str] = set()
    for path in lists()[::3]:
        for message in read(path):
            ruled = read_by_rules(message.case.text, message.goods, role=message.case.role, prior=message.case.prior)
            if ruled.taken is not None and ruled.take is not None:
                seen = clauses(ruled.taken.found)
                none = [(0, 0, 0, 0)] * len(seen)
                held = opinion_of(ruled.taken.found, ruled.taken.draft)
                found = judge.options(ruled.taken, ruled.reading.action, none, ruled.take, 4, held)
                alive.update(*map(named, seen), *(named(option.traits) for option in found))
    assert len(alive & STORED.keys()) >= 0.6 * len(STORED)


def test_traits_have_the_weights_of_their_names() -> None:
    """What is looked up by family and key is what is stored by name."""
    for message in read(lists()[0]):
        ruled = read_by_rules(message.case.text, message.goods, role=message.case.role, prior=message.case.prior)
        if ruled.taken is not None and ruled.take is not None:
            seen = clauses(ruled.taken.found)
            sums = judge.sums_of(seen, WEIGHTS)
            held = opinion_of(ruled.taken.found, ruled.taken.draft)
            found = judge.options(ruled.taken, ruled.reading.action, sums, ruled.take, 4, held)
            for sights, told in [*zip(seen, sums, strict=True)] + [
                (option.traits, judge.sums_of([option.traits], WEIGHTS)[0]) for option in found
            ]:
                rows = [STORED[name] for name in named(sights) if name in STORED]
                assert told == tuple(sum(row[at] for row in rows) for at in range(4)), message.case.text


def test_a_name_may_have_blanks_within_a_word() -> None:
    places = list(place_of("w Q is enough"))
    assert places == [("w {}", "Q is enough"), ("w {}", ("Q", "is enough")), ("w {}", ("Q is", "enough"))]
    assert all(named([(family, [key])]) == {"w Q is enough"} for family, key in places)


@given(st.lists(st.tuples(*[st.integers(-511, 511)] * 4), max_size=200))
def test_packed_weights_are_added_up_one_by_one(rows: list[tuple[int, ...]]) -> None:
    for bits in (16, 20):
        lanes = Lanes(4, bits)
        sums = tuple(sum(row[at] for row in rows) for at in range(4))
        assert lanes.added([lanes.packed(row) for row in rows]) == sums


def test_weights_that_would_run_over_are_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        Lanes(4, 16).packed((0, 0, 512, 0))


def test_so_many_of_the_largest_weights_do_not_run_over() -> None:
    for lanes in (Lanes(4, 16), Lanes(9, 20)):
        for count in (lanes.at_once, lanes.at_once + 1, 3 * lanes.at_once):
            for weight in (LARGEST, -LARGEST):
                row = [weight, -weight] * 5
                assert lanes.added([lanes.packed(row[: lanes.count])] * count) == tuple(
                    count * one for one in row[: lanes.count]
                )


def test_the_same_message_is_judged_the_same_in_every_process() -> None:
    """Sets are walked in another order in each process; sums of whole numbers do not mind."""
    program = (
        "from tests.parsing.test_judge import GOODS, STORY;"
        "from bot.parsing.orders import read_order;"
        "print(read_order(STORY, GOODS, trace=True).trace)"
    )
    root = Path(__file__).parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_the_weights_are_small_and_whole() -> None:
    assert len(PATH.read_bytes()) < 1_200_000
    assert all(len(row) == 4 and all(isinstance(weight, int) for weight in row) for row in STORED.values())
