"""Somebody who follows nobody: which leader he means is found from what he says or where he is, and asked back."""

from __future__ import annotations

from bot import commands as c
from bot.stranger_words import names_said, number_said
from bot.texts import finding
from handlers.talk import Talk
from operations import leader_search
from operations.leader_search import Found
from operations.routing.geo import Place

_MOST = 4  # leaders in a list: more than that nobody reads on a phone
_NEEDS_NOBODY = (
    c.BindLeader, c.ApplyAsLeader, c.JoinInvited, c.Help, c.ExportMe, c.EraseMe, c.SetMuted, c.Confirm, c.Dismiss,
    c.More,
)  # fmt: skip
_ANSWERED = frozenset({"talk", "post", "scanned", "not_yet"})


def is_lost(talk: Talk, command: c.Command) -> bool:
    """Whether this needs a leader, and there is none."""
    if talk.has_leader or talk.hands_out or isinstance(command, _NEEDS_NOBODY):
        return False
    return not isinstance(command, c.Unknown) or command.topic not in _ANSWERED


def greet(talk: Talk) -> str:
    """He has just come, or says 你好."""
    return finding.greeted(_few(talk))


def look_for(talk: Talk, command: c.Command) -> str:
    """Whom the words may mean. What else they said is not done: it would be about nobody's goods."""
    words = talk.inbound.text or talk.inbound.recognition
    if isinstance(command, c.Unknown) and command.topic == "hello":
        return greet(talk)
    number = number_said(words)
    if number is not None:
        found = leader_search.by_number(talk.work, number=number)
        return _ask(talk, found) if found else finding.no_such_number(number)
    found = leader_search.by_words(talk.work, words=names_said(words))
    return _ask(talk, found) if found else finding.nobody(_few(talk))


def look_near(talk: Talk) -> str:
    """Whoever hands out near the position that was sent."""
    at = talk.inbound.location
    here = Place(at.lat_e6 / 1e6, at.lng_e6 / 1e6, "gcj02") if at else None
    found = leader_search.near(talk.work, here=here) if here else []
    return _ask(talk, found) if found else finding.nobody(_few(talk), is_near=True)


def _few(talk: Talk) -> list[finding.Row]:
    found = leader_search.all_if_few(talk.work, most=_MOST)
    _wait(talk, found)
    return _rows(found)


def _ask(talk: Talk, found: list[Found]) -> str:
    _wait(talk, found[:_MOST])
    return finding.which(_rows(found[:_MOST]), is_more=len(found) > _MOST)


def _wait(talk: Talk, found: list[Found]) -> None:
    if len(found) == 1:
        talk.ask_confirmation(c.BindLeader(found[0].number))
    elif found:
        talk.ask_choice([c.BindLeader(one.number) for one in found])


def _rows(found: list[Found]) -> list[finding.Row]:
    return [(one.name, one.number, finding.place(one.places, one.metres)) for one in found]
