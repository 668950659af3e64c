"""Several people at one counter: goods go out once, money goes back once, and every try is on record.

Each rule has a control beside it: the same without the guard, which must go wrong, or the test teaches nothing. The
controls look first and write afterwards in two transactions, so they fail on SQLite as they do on PostgreSQL.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from models import Store, attempt, order, order_line, pickup_code, redemption, refund
from operations import aftersales, codes, goods, orders, payments, pickup
from operations.attempts import note_failure
from operations.errors import CaseClosed, ClaimTooMuch, RefundTooMuch
from operations.pickup import Redemption
from operations.pickup_gate import PER_CLERK
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded
from tests.support.world import World

PHONES = 8


@pytest.fixture
def unguarded(database_url: str, clock: StillClock) -> Iterator[Store]:
    """For controls, on both databases: nobody looks at the books."""
    with crowded(database_url, clock, people=20) as store:
        yield store


def ready_order(world: World, units: int = 1) -> int:
    order_id = world.order(world.resident("李姐", room="3-502"), {1: units})
    world.arrive()
    return order_id


def scan(world: World, code: str, who: int, nonce: str, wanted: dict[int, int] | None = None) -> Redemption:
    with world.store.transaction() as work:
        return pickup.redeem(
            work,
            leader_id=world.leader_id,
            by_account_id=who,
            device=f"phone-{who}",
            nonce=nonce,
            code=code,
            wanted=wanted,
        )


def answer(outcome: Redemption | Exception) -> str:
    assert isinstance(outcome, Redemption), outcome
    return "ok" if outcome.refused is None else outcome.refused.code


# ---------------------------------------------------------------- one code, many phones


def test_e14_eight_phones_scan_one_code(crowd: Store) -> None:
    world = World(crowd)
    helpers = [world.helper(f"帮手{n}") for n in range(PHONES)]
    for n in range(3):
        world.publish()
        order_id = ready_order(world)
        code = world.code(order_id)
        outcomes = at_once([partial(scan, world, code, who, f"scan{n}") for who in helpers])
        assert Counter(map(answer, outcomes)) == {"ok": 1, "already_redeemed": PHONES - 1}
        rows = world.rows(redemption, order_id=order_id)
        assert Counter(row.reason for row in rows) == {None: 1, "already_used": PHONES - 1}
        (winner,) = [row for row in rows if row.ok]
        who_was_it = {o.refused.facts["by"] for o in outcomes if isinstance(o, Redemption) and o.refused}
        assert who_was_it == {f"帮手{helpers.index(winner.redeemed_by)}"}
        assert world.view(order_id).lines[0].picked_milli == 1000


def test_e14_control_looking_first_hands_out_twice(unguarded: Store) -> None:
    world = World(unguarded)
    order_id = ready_order(world)
    world.code(order_id)
    everybody_has_looked = threading.Barrier(PHONES)

    def naive() -> str:
        with unguarded.read() as work:
            mine = select(order.c.state).where(order.c.leader_id == world.leader_id, order.c.id == order_id)
            if work.db.execute(mine).scalar_one() != "ready":
                return "already_redeemed"
        everybody_has_looked.wait(PATIENCE_S)
        with unguarded.transaction() as work:
            work.db.execute(update(order).where(order.c.id == order_id).values(state="picked_up"))
            work.db.execute(update(order_line).where(order_line.c.order_id == order_id).values(picked_milli=1000))
        return "ok"

    assert at_once([naive] * PHONES) == ["ok"] * PHONES


def test_parts_of_one_order_never_add_up_to_more_than_it_holds(crowd: Store) -> None:
    world = World(crowd)
    helpers = [world.helper(f"帮手{n}") for n in range(PHONES)]
    order_id = ready_order(world, units=5)
    code = world.code(order_id)
    outcomes = at_once([partial(scan, world, code, who, "scan", {1: 2000}) for who in helpers])
    assert Counter(map(answer, outcomes)) == {"ok": 2, "nothing_left": PHONES - 2}
    assert world.view(order_id).lines[0].picked_milli == 4000
    assert world.view(order_id).state == "partly"


def test_one_scan_sent_several_times_at_once_is_one_redemption(crowd: Store) -> None:
    """A phone on a bad line repeats itself: the same device, the same nonce."""
    world = World(crowd)
    order_id = ready_order(world, units=3)
    code = world.code(order_id)
    outcomes = at_once([partial(scan, world, code, world.owner, "same", {1: 1000})] * PHONES)
    assert [answer(outcome) for outcome in outcomes] == ["ok"] * PHONES
    assert Counter(o.is_repeat for o in outcomes if isinstance(o, Redemption)) == {False: 1, True: PHONES - 1}
    assert world.view(order_id).lines[0].picked_milli == 1000
    assert world.count(redemption) == 1


def test_annulling_from_two_phones_gives_back_once(crowd: Store) -> None:
    world = World(crowd)
    order_id = ready_order(world, units=2)
    code = world.code(order_id)
    scan(world, code, world.owner, "one", {1: 1000})

    def annul() -> None:
        with crowd.transaction() as work:
            pickup.annul(work, leader_id=world.leader_id, code=code, actor=world.actor)

    outcomes = at_once([annul] * 4)
    assert Counter(getattr(outcome, "code", "ok") for outcome in outcomes) == {"ok": 1, "nothing_to_annul": 3}
    assert world.view(order_id).lines[0].picked_milli == 0


def test_handing_out_while_the_goods_are_being_refunded(crowd: Store) -> None:
    """Whoever is second sees what the first did: a refusal or less to hand out, never an error half-way."""
    world = World(crowd)
    for n in range(6):
        world.publish()
        order_id = ready_order(world, units=2)
        code, key = world.code(order_id), f"case{n}"
        with crowd.transaction() as work:
            number = aftersales.open_case(
                work,
                leader_id=world.leader_id,
                order_id=order_id,
                lines={world.offers[1]: 1000},
                reason="damaged",
                opened_by="leader",
                actor=world.actor,
                source_key=key,
            ).number

        def decide(number: int = number, key: str = key) -> str:
            with crowd.transaction() as work:
                return aftersales.decide(
                    work,
                    leader_id=world.leader_id,
                    case_number=number,
                    decision="refund",
                    actor=world.actor,
                    source_key=key,
                ).state

        jobs: list[Callable[[], object]] = [decide, partial(scan, world, code, world.owner, key)]
        decided, scanned = at_once(jobs)
        assert decided == "resolved"
        assert isinstance(scanned, Redemption), scanned
        (line,) = world.view(order_id).lines
        assert (line.due_milli, line.line_fen) == (1000, 4500)
        assert line.picked_milli == (1000 if scanned.ok else 0)
        assert answer(scanned) in {"ok", "under_after_sales"}


# ---------------------------------------------------------------- guessing


def test_t8_parallel_guesses_cannot_slip_through_one_gap(crowd: Store) -> None:
    world = World(crowd)
    code, helper = world.code(ready_order(world)), world.helper()
    guesses = codes.draw(crowd.rng, {code}, 18)
    outcomes = at_once([partial(scan, world, guess, helper, guess) for guess in guesses])
    assert Counter(map(answer, outcomes)) == {"unknown_code": PER_CLERK.tries, "tries_locked": 18 - PER_CLERK.tries}
    assert world.count(redemption) == 18


def test_t8_control_counting_after_the_look_lets_them_all_through(unguarded: Store) -> None:
    everybody_has_looked = threading.Barrier(18)

    def naive() -> str:
        with unguarded.read() as work:
            row = work.db.execute(select(attempt).where(attempt.c.subject == "x")).first()
            if row is not None and row.failures >= PER_CLERK.tries:
                return "tries_locked"
        everybody_has_looked.wait(PATIENCE_S)
        with unguarded.transaction() as work:
            note_failure(work, "redeem", "x", PER_CLERK)
        return "looked"

    assert at_once([naive] * 18) == ["looked"] * 18


# ---------------------------------------------------------------- goods and codes


def test_goods_entered_twice_at_once_are_entered_once(crowd: Store) -> None:
    world = World(crowd)
    for n in range(30):
        world.order(world.resident(f"邻居{n}"), {1: 1})
    world.close()

    def arrive(key: str) -> bool:
        with crowd.transaction() as work:
            return goods.mark_arrived(
                work, leader_id=world.leader_id, round_id=world.round_id, actor=world.actor, source_key=key
            ).is_repeat

    outcomes = at_once([partial(arrive, key) for key in "abcd"])
    assert Counter(outcomes) == {False: 1, True: 3}
    assert len({row.code for row in world.rows(pickup_code)}) == world.count(pickup_code) == 30


def test_codes_issued_at_once_do_not_collide(crowd: Store) -> None:
    """Several rounds of one leader arrive together while single codes are asked for."""
    world = World(crowd)
    people = [world.resident(f"邻居{n}") for n in range(20)]
    rounds_ = []
    for _ in range(3):
        world.publish()
        for resident_id in people:
            world.order(resident_id, {1: 1})
        world.close()
        rounds_.append(world.round_id)
    someone = world.rows(order, round_id=rounds_[0])[0].id

    def arrive(round_id: int) -> object:
        with crowd.transaction() as work:
            return goods.mark_arrived(
                work, leader_id=world.leader_id, round_id=round_id, actor=world.actor, source_key=f"a{round_id}"
            )

    def ask() -> object:
        with crowd.transaction() as work:
            return codes.ensure_code(work, leader_id=world.leader_id, order_id=someone)

    jobs: list[Callable[[], object]] = [*(partial(arrive, round_id) for round_id in rounds_), ask, ask]
    outcomes = at_once(jobs)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    rows = world.rows(pickup_code)
    assert len({row.code for row in rows}) == len({row.order_id for row in rows}) == len(rows) == 60


# ---------------------------------------------------------------- money


def owed_ten_yuan(world: World) -> int:
    """An order that was paid 10.00 and cancelled."""
    resident_id = world.resident("退款")
    order_id = world.order(resident_id, {1: 1})
    with world.store.transaction() as work:
        payments.mark_paid(
            work,
            leader_id=world.leader_id,
            order_ids=[order_id],
            amount_fen=1000,
            actor=world.actor,
            source_key="pay",
        )
        orders.cancel(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            actor=world.actor,
            source_key="cancel",
        )
    return order_id


def test_c14_eight_refunds_at_once_give_back_no_more_than_was_paid(crowd: Store) -> None:
    world = World(crowd)
    order_id = owed_ten_yuan(world)

    def pay_back(key: str) -> int:
        with crowd.transaction() as work:
            return payments.pay_back(
                work,
                leader_id=world.leader_id,
                order_id=order_id,
                amount_fen=300,
                actor=world.actor,
                source_key=key,
            ).amount_fen

    outcomes = at_once([partial(pay_back, f"refund{n}") for n in range(8)])
    assert Counter(type(outcome) for outcome in outcomes) == {int: 3, RefundTooMuch: 5}
    assert [row.amount_fen for row in world.rows(refund)] == [300, 300, 300]
    assert world.view(order_id).refunded_fen == 900


def test_c14_control_looking_first_gives_back_too_much(unguarded: Store) -> None:
    world = World(unguarded)
    order_id = owed_ten_yuan(world)
    everybody_has_looked = threading.Barrier(8)

    def naive(key: str) -> int:
        with unguarded.read() as work:
            mine = select(order.c.refunded_fen).where(order.c.leader_id == world.leader_id, order.c.id == order_id)
            refunded = int(work.db.execute(mine).scalar_one())
        everybody_has_looked.wait(PATIENCE_S)
        if refunded + 300 > 1000:
            return 0
        with unguarded.transaction() as work:
            work.db.execute(update(order).where(order.c.id == order_id).values(refunded_fen=refunded + 300))
            work.db.execute(
                insert(refund).values(
                    leader_id=world.leader_id,
                    id=work.new_id(),
                    order_id=order_id,
                    amount_fen=300,
                    state="done",
                    request_key=key,
                    actor="system",
                    at=work.now,
                )
            )
        return 300

    assert at_once([partial(naive, f"refund{n}") for n in range(8)]) == [300] * 8
    assert sum(row.amount_fen for row in world.rows(refund)) == 2400, "of 1000 that were paid"


def test_c08_the_same_payment_pressed_twice_at_once_is_one(crowd: Store) -> None:
    world = World(crowd)
    order_id = world.order(world.resident(), {1: 2})

    def pay(key: str) -> int:
        with crowd.transaction() as work:
            paid = payments.mark_paid(
                work, leader_id=world.leader_id, order_ids=[order_id], actor=world.actor, source_key=key
            )
        return paid.orders[0].amount_fen

    assert at_once([partial(pay, "same")] * 4) == [9000] * 4
    assert world.view(order_id).paid_fen == 9000
    assert Counter(at_once([partial(pay, f"other{n}") for n in range(4)])) == {0: 4}


def test_claims_at_once_are_never_more_than_was_bought_and_numbers_have_no_gaps(crowd: Store) -> None:
    world = World(crowd)
    order_id = ready_order(world, units=3)

    def complain(key: str) -> int:
        with crowd.transaction() as work:
            return aftersales.open_case(
                work,
                leader_id=world.leader_id,
                order_id=order_id,
                lines={world.offers[1]: 1000},
                reason="damaged",
                opened_by="resident",
                actor="account:1",
                source_key=key,
            ).number

    outcomes = at_once([partial(complain, f"case{n}") for n in range(8)])
    assert sorted(outcome for outcome in outcomes if isinstance(outcome, int)) == [1, 2, 3]
    assert Counter(type(outcome) for outcome in outcomes) == {int: 3, ClaimTooMuch: 5}


def test_a_case_decided_by_two_at_once_is_decided_once(crowd: Store) -> None:
    world = World(crowd)
    order_id = ready_order(world, units=2)
    with crowd.transaction() as work:
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[order_id], actor=world.actor, source_key="pay")
        aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=order_id,
            lines={world.offers[1]: 1000},
            reason="damaged",
            opened_by="resident",
            actor="account:1",
            source_key="case",
        )

    def decide(key: str) -> str:
        with crowd.transaction() as work:
            return aftersales.decide(
                work, leader_id=world.leader_id, case_number=1, decision="refund", actor=world.actor, source_key=key
            ).state

    outcomes = at_once([partial(decide, f"decide{n}") for n in range(6)])
    assert Counter(type(outcome) for outcome in outcomes) == {str: 1, CaseClosed: 5}
    assert world.view(order_id).refunded_fen == 4500
    assert world.count(refund) == 1
