"""One handler per command, and a handler for every command."""

from __future__ import annotations

import pytest

from bot import commands as c
from bot.router import Router
from handlers import router


def test_every_command_has_a_handler() -> None:
    answered_without_one = {c.Unknown.__name__} - {kind.__name__ for kind in router().kinds}
    assert not answered_without_one
    assert {kind.__name__ for kind in router().kinds} == set(c.KINDS)


def test_two_handlers_for_one_command_are_an_error() -> None:
    one, two = Router(), Router()
    one.on(c.Help)(lambda talk, command: "eins")
    two.on(c.Help)(lambda talk, command: "zwei")
    with pytest.raises(ValueError, match="Help"):
        Router(one, two)


def test_a_command_without_handler_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Router().answer(None, c.Help())


def test_the_handler_gets_talk_and_command() -> None:
    table = Router()
    table.on(c.CloseRound)(lambda talk, command: f"{talk} {command.nth}")
    assert table.answer("talk", c.CloseRound(2)) == "talk 2"
