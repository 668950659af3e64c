"""A short run of `make fuzz`, and that it finds what is there to be found."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import structlog

from tests.fuzz.running import run
from tests.fuzz.targets import Program, Target


def test_damaged_input_makes_nothing_fail_or_stall(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with structlog.testing.capture_logs():
        report = run(program.targets(), inputs=700, seed=7)
    program.store.dispose()
    assert report.inputs.total() == 700
    assert len(report.inputs) == len(program.targets())
    assert report.findings == [], str(report)


def test_a_failure_and_a_stall_are_found_and_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.running.STALL_S", 0.05)

    def throw(chance: random.Random) -> None:
        if (number := chance.randrange(100)) == 7:
            raise KeyError("王姐")
        if number == 8:
            until = time.process_time() + 0.06
            while time.process_time() < until:
                pass

    first, again = (run([Target("bad", 100, throw)], inputs=300, seed=3) for _ in range(2))
    assert any("KeyError" in finding for finding in first.findings)
    assert any("took 0.0" in finding for finding in first.findings)
    assert [f.partition(" at ")[0] for f in first.findings] == [f.partition(" at ")[0] for f in again.findings]
