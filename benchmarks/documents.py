"""docs/benchmarks.md: a section for each benchmark, kept until it is measured anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BUSY = 0.5  # processes of others that wanted to run when we began
TITLES = {  # by the name a section is called for; in the order of the report
    "understanding": "Understanding one message",
    "orders": "The complete order message",
    "overload": "Overload",
    "closing": "Closing a round",
    "outbox": "The outbox",
    "stored": "A million orders",
    "exporting": "The order export",
    "paint": "The mall on a thin line",
    "startup": "Starting, and memory",
    "routing": "Delivery routes",
}
HEAD = """# Benchmarks

Written by `make bench` (`python -m benchmarks NAME …` for single sections). Quote ratios, not seconds: one machine
differs from another, and from hour to hour. Durability is asserted everywhere: SQLite `synchronous=FULL`; PostgreSQL
`fsync`, `synchronous_commit`, `full_page_writes`. A run whose rows do not match its answers is void and says so.
"""


def dated(load: float, lines: Sequence[str]) -> str:
    """The text of a section: when and where it was measured, and what came of it."""
    busy = f" **The machine was shared**: {load:.1f} processes of others wanted to run." if load > BUSY else ""
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {machine.describe()}.{busy}"
    return "\n".join([when, "", *lines, ""])


def write(name: str, text: str) -> None:
    """Put a section into the report, in place of the one it had. Raises KeyError for a name that has no title."""
    texts = sections(REPORT.read_text(encoding="utf-8") if REPORT.exists() else "") | {TITLES[name]: text}
    parts = [f"## {one}\n\n{texts[one]}" for one in TITLES.values() if one in texts]
    REPORT.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def sections(report: str) -> dict[str, str]:
    """The parts of an earlier report, by title. Raises ValueError for one that has no name: it would be lost."""
    parts = re.split(r"^## (.+)\n\n", report, flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    if unknown := found.keys() - set(TITLES.values()):
        raise ValueError(f"no benchmark writes {', '.join(sorted(unknown))}")
    return {title: text.rstrip("\n") + "\n" for title, text in found.items()}
