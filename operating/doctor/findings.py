"""What the doctor looks at and what he finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.wechat import WeChatMessenger
from config import Config
from models import Clock


class Level(Enum):
    """How bad it is."""

    GOOD = "✓"
    ODD = "!"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was found and, where it is not good, what to do."""

    level: Level
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.level.value} {self.what}" + (f"\n    怎么办：{self.todo}" if self.todo else "")


def good(what: str) -> Finding:
    return Finding(Level.GOOD, what)


def odd(what: str, todo: str) -> Finding:
    return Finding(Level.ODD, what, todo)


def bad(what: str, todo: str) -> Finding:
    return Finding(Level.BAD, what, todo)


@dataclass(frozen=True, slots=True)
class Probed:
    """What an address answered: a status (0: nothing), the body's beginning, its clock if it told, or why not."""

    status: int
    text: str = ""
    date: float | None = None  # seconds since 1970
    error: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """An installation. `probe` fetches an address; `free_bytes` tells the room where a path is."""

    config: Config
    path: Path
    messenger: WeChatMessenger
    clock: Clock
    probe: Callable[[str], Probed]
    free_bytes: Callable[[Path], int]
    has_font: Callable[[], bool]


def shown(findings: list[Finding]) -> str:
    """All of it as a person reads it, with a last line that sums up."""
    troubles = sum(one.level is Level.BAD for one in findings)
    notes = sum(one.level is Level.ODD for one in findings)
    end = f"有 {troubles} 处要处理，{notes} 处请留意。" if troubles or notes else "都正常。"
    return "\n".join([*map(str, findings), "", end])
