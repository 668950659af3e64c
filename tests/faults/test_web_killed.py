"""kill -9 of the web worker and of the whole tree while people order, with WeChat's repeats of the same MsgId."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from bot.simulator.clock import ShiftedClock
from bot.texts.replies import RECEIVED
from models import Store
from tests.faults.neighbourhood import ONE, WORDS, Neighbourhood, put_off, settle
from tests.faults.phones import Crowd, Message, Phones, Told
from tests.faults.product import ACCOUNT, Product
from tests.support.invariants import violations
from tests.support.patience import until

KILLS = 6


@dataclass(frozen=True)
class Toll:
    """What a run of kills came to."""

    kills: int
    messages: int
    repeated: int  # messages that were answered by another attempt than the first
    starts: int


def kill_while_people_order(
    product: Product, place: Neighbourhood, clock: ShiftedClock, *, kills: int, seed: int
) -> tuple[Toll, dict[Message, list[Told]]]:
    """Kill the worker and the whole tree in turn at random moments, three copies of each message under way."""
    chance = random.Random(seed)
    crowd = Crowd(Phones(product.port, ACCOUNT, clock), place.openids, WORDS)
    with crowd:
        for n in range(kills):
            answered = len(crowd.told)
            until(lambda answered=answered: len(crowd.told) > answered, "an answer since the last kill")  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.8))
            if n % 2:
                product.kill_everything()
                product.start()
            else:
                product.kill(product.web)
                product.wait_until_up()
        time.sleep(0.3)
    again = sum(1 for told in crowd.told.values() if any(one.attempts > 1 for one in told))
    return Toll(kills, len(crowd.told), again, product.starts), crowd.told


def check_orders(place: Neighbourhood, told: dict[Message, list[Told]]) -> None:
    """Every acknowledged order is there, none twice, and the repeats of a message were all answered alike.

    On a slow machine a start takes longer than three seconds: then some of those who waited are told that their message
    is there and done afterwards.
    """
    differing = {m: answers for m, answers in told.items() if len({one.text for one in answers} - {RECEIVED}) > 1}
    assert not differing
    assert {answers[0].text for answers in told.values() if not answers[0].is_booked} <= {RECEIVED}
    until(lambda: put_off(place.store) == 0, "what was only stored is done")
    assert place.sources() == Counter(message.key for message in told)
    said = Counter(message.openid for message in told)
    assert place.booked() == {openid: count * ONE for openid, count in said.items()}
    assert violations(place.store) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_acknowledged_order_is_lost_and_none_is_doubled(product: Product, store: Store, clock: ShiftedClock) -> None:
    """Six kill -9 under load. Every message answered in the end, each in the database exactly once.

    On PostgreSQL: `tests/soak/test_kills.py`.
    """
    place = settle(store, residents=300)
    toll, told = kill_while_people_order(product, place, clock, kills=KILLS, seed=20261122)
    assert toll.repeated, "no message was cut off: the kills tested nothing"
    check_orders(place, told)


def test_control_another_message_id_counts_twice(product: Product, store: Store, clock: ShiftedClock) -> None:
    """The check above can fail: what makes a repeat harmless is the MsgId, and nothing else."""
    place = settle(store, residents=1)
    phones = Phones(product.port, ACCOUNT, clock)
    message = phones.write(place.openids[0], WORDS)
    assert phones.push(message).text == phones.push(message).text
    assert place.booked() == {place.openids[0]: ONE}
    phones.push(phones.write(place.openids[0], WORDS))
    assert place.booked() == {place.openids[0]: 2 * ONE}
