"""Short answers: 确认, 算了, a number, a quantity — to the question that is open for this person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import commands as c
from bot import conversation, drafts
from bot.conversation import Conversation, Pending
from bot.parsing.values import Line
from bot.texts import replies
from bot.understand import bare_number
from handlers.talk import Talk


def settle(talk: Talk, state: Conversation, said: c.Command) -> tuple[c.Command, str | None]:
    """(command to run, None), or (what was said, the text that answers it)."""
    pending = state.pending
    if pending is not None and pending.is_expired:
        conversation.settle(talk.work, talk.person.account_id)
        is_short = isinstance(said, (c.Confirm, c.Dismiss)) or bare_number(talk.inbound.text) is not None
        return said, replies.pending_expired() if is_short and isinstance(said, (c.Confirm, c.Unknown)) else _bare(said)
    if pending is None:
        return said, _bare(said)
    if isinstance(said, c.Dismiss):
        conversation.settle(talk.work, talk.person.account_id)
        return said, replies.DISMISSED
    return _SETTLERS[pending.kind](talk, pending, said)


def _bare(said: c.Command) -> str | None:
    """确认 or 算了 although nothing was asked."""
    return replies.NOTHING_TO_CONFIRM if isinstance(said, (c.Confirm, c.Dismiss)) else None


def _confirm(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    if not isinstance(said, c.Confirm):
        return said, None
    conversation.settle(talk.work, talk.person.account_id)
    return _confirmed(pending.data["command"]), None


def _choose(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    options = pending.data["options"]
    number = bare_number(talk.inbound.text)
    if number is None:
        return said, replies.bad_choice(len(options)) if isinstance(said, c.Confirm) else None
    if not 1 <= number <= len(options):
        return said, replies.bad_choice(len(options))
    conversation.settle(talk.work, talk.person.account_id)
    return c.load(options[number - 1]), None


def _quantity(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """草莓要多少？ — 2."""
    number = bare_number(talk.inbound.text)
    if number is None or number == 0:
        return said, _bare(said)
    conversation.settle(talk.work, talk.person.account_id)
    asked = c.load(pending.data["command"])
    if not isinstance(asked, c.ChangeOrder):
        return said, None
    line = Line(pending.data["key"], number * 1000)
    return replace(asked, lines=(line,)), None


def _draft(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """A post that was shown: 确认 publishes it, anything that reads as a correction changes it."""
    draft = c.load(pending.data["command"])
    if isinstance(said, c.PostRound) or not isinstance(draft, c.PostRound):
        return said, None
    if isinstance(said, c.Confirm):
        if drafts.problems(draft, talk.now):
            return draft, None  # shown again, with what is missing
        conversation.settle(talk.work, talk.person.account_id)
        return replace(draft, confirmed=True), None
    corrected = drafts.correct(draft, talk.inbound.text, talk.now)
    return (corrected, None) if corrected else (said, None)


_SETTLERS = {"confirm": _confirm, "choose": _choose, "quantity": _quantity, "draft": _draft}


def _confirmed(stored: dict[str, Any]) -> c.Command:
    command: Any = c.load(stored)
    return replace(command, confirmed=True)  # type: ignore[no-any-return]
