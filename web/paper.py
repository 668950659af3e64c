"""A paper: tables or labels that are shown as HTML, as a PDF and as text to forward. None of them has money on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words of a cell that stay together: what, how much, and marks like 冷藏."""

    text: str
    much: str = ""
    marks: tuple[str, ...] = ()

    def plain(self) -> str:
        """红颜草莓 2斤装（冷藏） 2盒."""
        marks = f"（{'，'.join(self.marks)}）" if self.marks else ""
        return f"{self.text}{marks} {self.much}".strip()


Cell = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` and `roll` are percent of the sheet, on A4 and on a 58 mm roll."""

    heading: str
    width: int
    roll: int
    style: str = ""  # "much" or "tick"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below a caption; `foot` is a line to sign on."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What is stuck on one household's bag."""

    place: str
    who: str
    items: Cell
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `text` is its copy to forward."""

    name: str
    title: str
    sub: str
    text: str
    tables: tuple[Table, ...] = ()
    labels: tuple[Label, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.tables and not self.labels


def cell(*texts: str) -> Cell:
    """A cell of plain words."""
    return tuple(Piece(text) for text in texts if text)


def lines(rows: Iterable[str]) -> str:
    """Text to forward."""
    return "\n".join(rows)
