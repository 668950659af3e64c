"""Every dialogue in `tests/dialogues`, on SQLite and PostgreSQL. Read those files first: they are the specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Store
from tests.support.clock import StillClock
from tests.support.dialogue import Wrong, play, world
from tests.support.invariants import violations

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(path: Path, store: Store, clock: StillClock, tmp_path: Path) -> None:
    with world(store, clock, tmp_path / "media") as place:
        play(path.read_text(encoding="utf-8"), place)
    assert violations(store) == []


@pytest.mark.parametrize(
    "script",
    [
        "王姐> 团购\n  这句话没有人会说",
        "王姐> 团购\n  ! 没有开着的团",
        "王姐> 团购\n  = 好",
        "王姐< 没人发过的通知",
        "小美> 我是 3-502 王姐\n  =",
        "王姐> 我是 Alexander 3-502\n  记住了",
    ],
)
def test_a_dialogue_that_went_wrong_is_noticed(
    script: str, sqlite_store: Store, clock: StillClock, tmp_path: Path
) -> None:
    with world(sqlite_store, clock, tmp_path / "media") as place, pytest.raises(Wrong):
        play(script, place)
