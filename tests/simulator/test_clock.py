from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.simulator import FakeClock, ShiftedClock

START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def test_a_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock(START)
    assert clock() == clock() == START
    assert clock.advance(90) == START + timedelta(seconds=90) == clock()
    clock.set(START)
    assert clock() == START


def test_a_clock_refuses_local_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 5))  # noqa: DTZ001 - that is what is refused


def test_two_processes_share_one_offset(tmp_path: Path) -> None:
    web, scheduler = (ShiftedClock(tmp_path / "deep" / "offset", FakeClock(START)) for _ in range(2))
    assert web() == scheduler() == START
    web.advance(3600)
    assert scheduler() == START + timedelta(hours=1)
    scheduler.advance(-600.5)
    assert web.offset() == 2999.5
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["offset"]


def test_a_broken_offset_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "offset"
    path.write_text("soon")
    with pytest.raises(ValueError, match="could not convert"):
        ShiftedClock(path)()


def test_advances_from_many_threads_add_up(tmp_path: Path) -> None:
    clock = ShiftedClock(tmp_path / "offset", FakeClock(START))
    threads = [threading.Thread(target=clock.advance, args=(1,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock() == START + timedelta(seconds=20)
