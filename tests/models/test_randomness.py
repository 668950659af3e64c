"""Randomness in stocks: as good as the system's, and nothing of it given twice."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from models.randomness import StockedRandom


def test_no_thread_is_given_what_another_has() -> None:
    rng = StockedRandom()
    with ThreadPoolExecutor(16) as threads:
        given = [
            n for each in threads.map(lambda _: [rng.getrandbits(128) for _ in range(500)], range(40)) for n in each
        ]
    assert len(set(given)) == len(given) == 20_000


def test_a_fork_begins_a_stock_of_its_own() -> None:
    rng = StockedRandom()
    rng.randbytes(16)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writes, rng.randbytes(64))
        os._exit(0)
    os.waitpid(child, 0)
    assert len(theirs := os.read(reads, 64)) == 64
    assert rng.randbytes(64) != theirs
    os.close(reads)
    os.close(writes)


def test_numbers_have_their_range_and_all_bits_occur() -> None:
    rng = StockedRandom()
    for bits in (0, 1, 7, 8, 9, 21, 53, 64, 300):
        seen = 0
        for _ in range(200):
            number = rng.getrandbits(bits)
            assert 0 <= number < 1 << bits
            seen |= number
        assert seen == (1 << bits) - 1
    assert len(rng.randbytes(10_000)) == 10_000
    assert all(0 <= rng.random() < 1 for _ in range(1000))
    assert {rng.choice("abc") for _ in range(200)} == set("abc")
