"""Which round a leader means: the only one, the nth of several, or a numbered question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.commands import Command
from bot.texts import leading
from handlers.talk import Talk
from models.views import RoundView
from operations import rounds
from operations.errors import NotFound

CHOICES = 4  # more than that nobody reads on a phone


def pick(talk: Talk, command: Any, states: tuple[str, ...], *, latest_only: bool = False) -> RoundView | str:
    """The round meant; or the question which one, or that there is none. `command` has `round_id` and perhaps `nth`.

    Raises NotFound for an nth that is not there.
    """
    if getattr(command, "round_id", None) is not None:
        round_id: int = command.round_id
        return rounds.view(talk.work, talk.leader_id, round_id)
    found = candidates(talk, states)
    if not found:
        return _none(talk, states)
    nth: int | None = getattr(command, "nth", None)
    if nth is not None:
        if not 1 <= nth <= len(found):
            raise NotFound(what="round", typed=str(nth))
        return found[nth - 1]
    if len(found) == 1 or latest_only:
        return found[0]
    options: list[Command] = [replace(command, round_id=r.id) for r in found[:CHOICES]]
    talk.ask_choice(options)
    return leading.which_round([r.title for r in found[:CHOICES]], is_more=len(found) > CHOICES)


def candidates(talk: Talk, states: tuple[str, ...]) -> list[RoundView]:
    """Rounds in these states, open ones by deadline, others newest first."""
    if states == ("open",):
        return talk.rounds
    return rounds.latest(talk.work, talk.leader_id, states, limit=8)


def _none(talk: Talk, states: tuple[str, ...]) -> str:
    """No round is in the right state: what there is instead, and what can be done with it."""
    newest = rounds.latest(talk.work, talk.leader_id, ("open", "closed", "arrived"))
    if not newest:
        return leading.NO_ROUND
    return leading.not_now(newest[0].title, newest[0].state, wanted=states[0])
