"""What is measured reaches docs/benchmarks.md: each section has its title, and none is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import documents
from benchmarks.__main__ import SECTIONS

SHIPPED = documents.REPORT.read_text(encoding="utf-8")


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the report, written instead of it."""
    monkeypatch.setattr(documents, "REPORT", tmp_path / "benchmarks.md")
    documents.REPORT.write_text(SHIPPED, encoding="utf-8")
    return documents.REPORT


def test_every_section_has_a_title() -> None:
    assert list(SECTIONS) == list(documents.TITLES)


def test_each_section_is_written_in_its_place_and_the_others_stay(report: Path) -> None:
    for name in reversed(documents.TITLES):
        documents.write(name, f"of {name}, anew\n")
    written = documents.sections(report.read_text("utf-8"))
    assert written == {title: f"of {name}, anew\n" for name, title in documents.TITLES.items()}
    assert list(written) == list(documents.TITLES.values())


def test_a_section_measured_alone_leaves_the_others_as_they_were(report: Path) -> None:
    before = documents.sections(SHIPPED)
    documents.write("paint", "anew\n")
    title = documents.TITLES["paint"]
    assert documents.sections(report.read_text("utf-8")) == before | {title: "anew\n"}


def test_a_section_without_a_title_is_an_error_and_not_silence(report: Path) -> None:
    with pytest.raises(KeyError, match="weather"):
        documents.write("weather", "sunny\n")
    assert report.read_text("utf-8") == SHIPPED
    report.write_text(f"{SHIPPED}\n## The weather\n\nsunny\n", encoding="utf-8")
    with pytest.raises(ValueError, match="The weather"):
        documents.write("paint", "anew\n")
    assert "sunny" in report.read_text("utf-8")
