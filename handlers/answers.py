"""Short answers: 确认, 算了, a number, a quantity — to the question that is open for this person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import commands as c
from bot import conversation, drafts
from bot.case_words import agrees
from bot.conversation import Conversation, Pending
from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_fragment
from bot.parsing.values import Line
from bot.round_words import titles_said
from bot.texts import caring, posting, replies
from bot.understand import bare_number, is_quantity
from handlers.talk import Talk, item
from operations import aftersales, rounds

_TITLE = 20  # characters: who answers with a title says little else

# Looking does not make anybody forget what he was asked; anything else does: a late 确认 must not run what is stale.
_LOOKING = (
    c.Help, c.More, c.Unknown, c.ShowMenu, c.MyOrders, c.MyCode, c.ShowTotals, c.ShowList, c.Export, c.ListCases,
    c.LeaderPage, c.Console,
)  # fmt: skip


def settle(talk: Talk, state: Conversation, said: c.Command) -> tuple[c.Command, str | None]:
    """(command to run, None), or (what was said, the text that answers it)."""
    pending = state.pending
    if pending is None:
        return _agreed(talk, said) or (said, _bare(said))
    if pending.is_expired:
        _forget(talk)
        is_short = isinstance(said, c.Confirm) or bare_number(talk.inbound.text) is not None
        return said, replies.pending_expired() if is_short else _bare(said)
    if isinstance(said, c.Dismiss) and pending.kind != "undo":
        _forget(talk)
        return said, replies.DISMISSED
    command, text = _SETTLERS[pending.kind](talk, pending, said)
    if command is said and text is None and pending.kind != "draft" and not isinstance(said, _LOOKING):
        _forget(talk)
    return command, text


def _forget(talk: Talk) -> None:
    conversation.settle(talk.work, talk.person.account_id)


def _agreed(talk: Talk, said: c.Command) -> tuple[c.Command, None] | None:
    """同意 although nothing was asked, while a case waits for the leader: what was proposed is shown to her."""
    if not (isinstance(said, c.Confirm) and talk.is_leader and agrees(talk.inbound.text)):
        return None
    waits = aftersales.list_cases(talk.work, leader_id=talk.leader_id, limit=1)
    return (c.DecideCase(0, "refund"), None) if waits else None


def _bare(said: c.Command) -> str | None:
    """确认 or 算了 although nothing was asked."""
    return replies.NOTHING_TO_CONFIRM if isinstance(said, (c.Confirm, c.Dismiss)) else None


def _confirm(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    if not isinstance(said, c.Confirm):
        return said, None
    _forget(talk)
    return _confirmed(pending.data["command"]), None


def _choose(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    options = pending.data["options"]
    number = bare_number(talk.inbound.text) or _by_title(talk, options)
    if number is None:
        return said, replies.bad_choice(len(options)) if isinstance(said, c.Confirm) else None
    if not 1 <= number <= len(options):
        return said, replies.bad_choice(len(options))
    _forget(talk)
    return c.load(options[number - 1]), None


def _by_title(talk: Talk, options: list[Any]) -> int | None:
    """水果团, where it was asked which round: the number of that option."""
    ids = [getattr(c.load(one), "round_id", None) for one in options]
    if len(talk.inbound.text) > _TITLE or not all(ids):
        return None
    titles = [rounds.view(talk.work, talk.leader_id, id_).title for id_ in ids if id_]
    found = titles_said(talk.inbound.text, titles)
    return found[0] + 1 if len(found) == 1 and len(set(ids)) == len(ids) else None


def _quantity(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """草莓要多少？ — 2, 两盒, 一斤半."""
    milli = _answered(talk, pending.data["key"])
    asked = c.load(pending.data["command"])
    if not milli or not isinstance(asked, c.ChangeOrder):
        return said, replies.QUANTITY_WANTED if isinstance(said, c.Confirm) else None
    _forget(talk)
    return replace(asked, lines=(Line(pending.data["key"], milli),)), None


def _answered(talk: Talk, key: int) -> int | None:
    """A quantity in the unit of the offer that was asked about; None when the message is not one."""
    text, offer = talk.inbound.text.strip(), talk.offer(key)
    if offer is None or not is_quantity(text):
        return None
    reading = read_fragment(f"{offer.name}{text}", Catalogue([item(offer)]))
    if len(reading.lines) == 1 and not reading.doubts and reading.lines[0].op == "set":
        return reading.lines[0].quantity_milli
    number = bare_number(text)
    return number * 1000 if number and text.isdigit() else None


def _draft(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """A post that was shown: 确认 publishes it, anything that reads as a correction changes it."""
    draft = c.load(pending.data["command"])
    if isinstance(said, c.PostRound) or not isinstance(draft, c.PostRound):
        return said, None
    if isinstance(said, c.Confirm):
        if drafts.problems(draft, talk.now):
            return draft, None  # shown again, with what is missing
        _forget(talk)
        return replace(draft, confirmed=True), None
    corrected = drafts.correct(draft, talk.inbound.text, talk.now)
    if corrected:
        return corrected, None
    if isinstance(said, c.Unknown) or (isinstance(said, c.ChangeOrder) and not said.lines):
        return said, posting.draft_waits(draft.reading.title)
    return said, None


def _relay(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """转告: what was said before goes to the leader. A mere 好 may be meant or not: it is asked once more."""
    if isinstance(said, c.Confirm):
        return said, replies.HAND_ON
    if not isinstance(said, c.ContactLeader) or said.text:
        return said, None
    _forget(talk)
    return c.load(pending.data["command"]), None


def _undo(talk: Talk, pending: Pending, said: c.Command) -> tuple[c.Command, str | None]:
    """What was done without asking: 算了 asks whether it shall be undone."""
    if isinstance(said, c.Confirm):
        return said, caring.CASE_WAITS
    if not isinstance(said, c.Dismiss):
        return said, None
    _forget(talk)
    return c.load(pending.data["command"]), None


_SETTLERS = {
    "confirm": _confirm, "choose": _choose, "quantity": _quantity, "draft": _draft, "relay": _relay, "undo": _undo,
}  # fmt: skip


def _confirmed(stored: dict[str, Any]) -> c.Command:
    command: Any = c.load(stored)
    return replace(command, confirmed=True)  # type: ignore[no-any-return]
