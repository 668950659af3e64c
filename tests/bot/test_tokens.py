"""The token cache against a platform in memory: how often is it asked, and does everybody get through."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.tokens import TokenCache
from bot.wechat_errors import Category, SendError
from tests.support.patience import PATIENCE_S


class Platform:
    """Hands out tokens as `stable_token` does and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.now, self.lifetime = 1000.0, 7200.0
        self.current, self.revoked, self.down = "token-1", set[str](), False
        self._lock = threading.Lock()

    def fetch(self, force: bool) -> tuple[str, float]:
        time.sleep(0.01)  # long enough for the others to line up
        with self._lock:
            self.asked["forced" if force else "normal"] += 1
            if self.down:
                raise SendError(Category.RETRY, detail="no connection")
            if force:
                self.rotate()
            return self.current, self.lifetime

    def rotate(self) -> None:
        """Somebody forced a new token: the one before is dead."""
        self.revoked.add(self.current)
        self.current = f"token-{len(self.revoked) + 1}"

    def call(self, cache: TokenCache) -> bool:
        """An API call the way the client makes it; whether it succeeded."""
        self.asked["calls"] += 1
        token = cache.get()
        if token not in self.revoked:
            return True
        return cache.renew(token) not in self.revoked


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def cache(platform: Platform) -> TokenCache:
    return TokenCache(platform.fetch, monotonic=lambda: platform.now)


def together(job: Callable[[], object], threads: int = 20) -> list[object]:
    barrier = threading.Barrier(threads)

    def one() -> object:
        barrier.wait(PATIENCE_S)
        try:
            return job()
        except SendError as error:
            return error.category

    with ThreadPoolExecutor(threads) as pool:
        return [each.result() for each in [pool.submit(one) for _ in range(threads)]]


def test_twenty_cold_threads_ask_once(platform: Platform, cache: TokenCache) -> None:
    assert together(lambda: platform.call(cache)) == [True] * 20
    assert (platform.asked["normal"], platform.asked["forced"]) == (1, 0)


def test_a_token_rotated_elsewhere_is_asked_for_once(platform: Platform, cache: TokenCache) -> None:
    cache.get()
    platform.rotate()
    assert together(lambda: platform.call(cache)) == [True] * 20
    assert (platform.asked["normal"], platform.asked["forced"]) == (1 + 1, 0)


def test_a_revoked_token_that_is_handed_out_again_is_forced_once(platform: Platform, cache: TokenCache) -> None:
    cache.get()
    platform.revoked.add(platform.current)
    assert together(lambda: platform.call(cache)) == [True] * 20
    assert (platform.asked["normal"], platform.asked["forced"]) == (1 + 1, 1)


def test_a_token_refused_for_ever_does_not_run_away(platform: Platform, cache: TokenCache) -> None:
    token = cache.get()
    token = cache.renew(token)  # the one forced renewal
    assert token == platform.current
    platform.asked.clear()
    for _ in range(5):
        with pytest.raises(SendError) as error:
            cache.renew(token)
        assert error.value.category is Category.TOKEN
    assert platform.asked == {"normal": 5}
    platform.now += 30
    assert cache.renew(token) != token
    assert platform.asked["forced"] == 1


def test_forcing_stops_after_twenty_times_a_day(platform: Platform, cache: TokenCache) -> None:
    for _ in range(20):
        cache.renew(cache.get())
        platform.now += 60
    with pytest.raises(SendError):
        cache.renew(cache.get())
    assert platform.asked["forced"] == 20
    platform.now += 86_400 - 20 * 60
    cache.renew(cache.get())
    assert platform.asked["forced"] == 21


@pytest.mark.parametrize(("lifetime", "kept"), [(7200, 7140), (345, 285), (120, 60), (30, 15)])
def test_a_token_is_kept_until_shortly_before_its_end(
    platform: Platform, cache: TokenCache, lifetime: int, kept: int
) -> None:
    platform.lifetime = lifetime
    cache.get()
    platform.now += kept - 0.1
    cache.get()
    assert platform.asked["normal"] == 1
    platform.now += 0.1
    cache.get()
    assert platform.asked["normal"] == 2


def test_a_token_without_a_lifetime_serves_one_call(platform: Platform, cache: TokenCache) -> None:
    platform.lifetime = 0
    assert (cache.get(), cache.get()) == ("token-1", "token-1")
    assert platform.asked["normal"] == 2


def test_waiting_threads_share_a_failure(platform: Platform, cache: TokenCache) -> None:
    """Else twenty threads would wait for twenty time-outs one after another."""
    platform.down = True
    assert together(cache.get) == [Category.RETRY] * 20
    assert platform.asked["normal"] <= 2
    platform.down = False
    assert cache.get() == "token-1"
