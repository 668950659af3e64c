"""Full cases and dividing what came: whatever is ordered, the parts add up."""

from __future__ import annotations

import random

import pytest

from operations.full_cases import PART, WHOLE, Wanted, divide, plan_cases


def shares(*needed: int, wishes: tuple[str | None, ...] = ()) -> list[Wanted[int]]:
    said = (*wishes, *[None] * len(needed))
    return [Wanted(key, units * 1000, wish) for key, (units, wish) in enumerate(zip(needed, said, strict=False))]


@pytest.mark.parametrize(
    ("wishes", "decided", "decision", "ordered", "kept"),
    [
        ((None, None), None, None, 20, 20),  # nobody said anything: somebody has to
        (("extend", "extend"), None, None, 20, 20),  # that was tried
        (("cap", None), None, None, 20, 20),
        (("cap", "cap"), None, "cap", 18, 18),
        (("buy", "cap"), None, "buy", 24, 20),  # one who buys is enough
        ((None, None), "cap", "cap", 18, 18),
        (("buy", "buy"), "cap", "cap", 18, 18),  # the platform goes first
        (("cap", "cap"), "buy", "buy", 24, 20),
    ],
)
def test_what_happens_with_a_case_that_is_not_full(
    wishes: tuple[str | None, ...], decided: str | None, decision: str | None, ordered: int, kept: int
) -> None:
    plan = plan_cases(shares(12, 8, wishes=wishes), 6000, decided)
    assert (plan.decision, plan.ordered_milli, plan.kept_milli) == (decision, ordered * 1000, kept * 1000)
    assert (plan.rest_milli, plan.missing_milli) == (2000, 4000)
    assert plan.is_undecided == (decision is None)


def test_full_cases_and_goods_by_the_piece_need_no_decision() -> None:
    assert plan_cases(shares(12, 6), 6000).cases == 3
    assert not plan_cases(shares(12, 6), 6000).is_undecided
    assert plan_cases(shares(7), None).ordered_milli == 7000
    assert plan_cases(shares(4), 6000, "cap").ordered_milli == 0  # not one case: nobody gets any


def test_the_surplus_is_for_those_who_buy_it() -> None:
    plan = plan_cases(shares(12, 6, 1, wishes=("buy", "buy", "cap")), 6000)
    assert plan.surplus == {0: 3000, 1: 2000}
    assert plan_cases(shares(5), 6000, "buy").surplus == {}  # the platform's


def test_the_parts_add_up_whatever_is_ordered_and_whatever_comes() -> None:
    """Sums over leaders are the line, nobody gets more than he asked for, nothing is handed out that did not come."""
    dice = random.Random(8)
    for _ in range(3000):
        found = [
            Wanted(key, dice.randrange(0, 30) * WHOLE, dice.choice((None, "cap", "buy", "extend")))
            for key in range(dice.randrange(1, 6))
        ]
        case = dice.choice((None, 1000, 6000, 10_000))
        plan = plan_cases(found, case, dice.choice((None, "cap", "buy")))
        needed = {one.key: one.needed_milli for one in found}
        assert plan.needed_milli == sum(needed.values())
        if case and not plan.is_undecided:
            assert plan.ordered_milli % case == 0
            assert abs(plan.ordered_milli - plan.needed_milli) < case
        if plan.surplus:
            assert plan.needed_milli + sum(plan.surplus.values()) == plan.ordered_milli
        came = dice.randrange(0, 200) * dice.choice((WHOLE, PART))
        step = dice.choice((WHOLE, PART))
        got = divide(came, needed, plan.surplus, step_milli=step)
        assert sum(got.values()) <= max(came, 0)
        for key, milli in got.items():
            assert 0 <= milli <= needed[key] + plan.surplus.get(key, 0)
            fair = (came - came % step) * needed[key] / plan.needed_milli if plan.needed_milli else 0
            assert milli >= min(needed[key], fair) - step, "nobody is a whole piece below his fair part"
        if came >= plan.needed_milli + sum(plan.surplus.values()):
            assert got == {key: milli + plan.surplus.get(key, 0) for key, milli in needed.items()}


def test_the_largest_remainder_gets_the_piece_that_is_left() -> None:
    assert divide(7000, {1: 5000, 2: 4000, 3: 1000}, {}, step_milli=WHOLE) == {1: 3000, 2: 3000, 3: 1000}
    assert divide(0, {1: 5000}, {}, step_milli=WHOLE) == {1: 0}
    assert divide(3500, {1: 3500, 2: 3500}, {}, step_milli=PART) == {1: 1800, 2: 1700}
