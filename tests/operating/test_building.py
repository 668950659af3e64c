"""The application that the main process makes for its workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import serving
from app import create_app
from config import Config, load


@pytest.fixture(autouse=True)
def nothing_built() -> Iterator[None]:
    """As a process begins, and nothing left for the tests that follow."""
    serving._BUILT.clear()
    yield
    serving._BUILT.clear()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A try-out that nobody has started yet."""
    return load(serving.write_try_out(tmp_path / "try-out.toml", 8000), {})


def test_making_it_opens_nothing(config: Config, tmp_path: Path) -> None:
    threads = threading.active_count()
    serving._build(config)
    (built,) = serving._BUILT
    assert built.config is config
    assert built.app.extensions["lintuan_late"]
    assert threading.active_count() == threads
    assert not (tmp_path / "try-out.db").exists(), "the database was opened"


def test_what_cannot_be_made_is_left_to_the_worker_and_logged(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """The main process lives on: at a renewal the workers before go on serving."""
    assert config.wechatpay
    config.wechatpay.private_key.unlink()
    serving._build(config)
    assert serving._BUILT == []
    said = capsys.readouterr()
    assert "web.not_built" in said.out + said.err
    with pytest.raises(FileNotFoundError):
        create_app(config)
