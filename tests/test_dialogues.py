"""Every dialogue in `tests/dialogues`, on SQLite and PostgreSQL (there most only in `make soak`).

Read those files first: they are the specification.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models import Store
from tests.support.chat import LEADER
from tests.support.clock import StillClock
from tests.support.dialogue import Wrong, messages, play, say_anything, world
from tests.support.invariants import violations

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


# On PostgreSQL one of six: what they have in common. All the others there are left to `make soak`.
ON_BOTH = [
    pytest.param(name, path, id=f"{name}-{path.stem}", marks=marks)
    for name in ("sqlite", "postgresql")
    for nth, path in enumerate(DIALOGUES)
    for marks in [
        () if name == "sqlite" else (pytest.mark.postgresql, *([pytest.mark.soak] if nth % 6 else [])),
    ]
]


@pytest.mark.parametrize(("database_url", "path"), ON_BOTH, indirect=["database_url"])
def test_dialogue(path: Path, store: Store, clock: StillClock, tmp_path: Path) -> None:
    with world(store, clock, tmp_path / "media") as place:
        play(path.read_text(encoding="utf-8"), place)
    assert violations(store) == []


@pytest.mark.parametrize("seed", range(3))
def test_anybody_may_say_anything_at_any_time(
    seed: int, sqlite_store: Store, clock: StillClock, tmp_path: Path
) -> None:
    """No message is met with silence, a failure, or wrong books, whoever says it and whenever."""
    words = [one for path in DIALOGUES for one in messages(path.read_text(encoding="utf-8"))]
    with world(sqlite_store, clock, tmp_path / "media") as place:
        place.make_leader("大刘")
        say_anything(place, [LEADER, LEADER, "大刘", "王姐", "老李", "赵姨"], words, random.Random(seed), times=150)
        answers = place.answers()
    assert len(answers) >= 150
    assert [one for one in answers if "系统忙" in one] == []
    assert violations(sqlite_store) == []


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
