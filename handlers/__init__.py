"""Chat handlers: a message in, a text out. Business is in `operations`, words are in `bot.texts`.

`create_answer` joins them: who is this, what is meant, run it inside a savepoint, say what became of it.
"""

from __future__ import annotations

from collections.abc import Callable

from bot import conversation, inbox, paging
from bot.commands import ChangeOrder, Command, LeaderCommand, More, Unknown
from bot.protocol import Inbound, Reply
from bot.router import Router
from bot.texts import errors, leading, notices, replies
from bot.understand import understand
from handlers import (
    after_sales,
    afterwards,
    answers,
    case_answers,
    chain,
    counter,
    events,
    growth,
    lists,
    mall,
    members,
    money,
    moving,
    neighbours,
    news,
    ordering,
    pickup,
    regulars,
    round_changes,
    rounds,
    settling,
    shelf,
    shop,
    strangers,
    supply,
    told,
    urging,
)
from handlers.crowds import Crowds, check_harmless, was_known
from handlers.talk import Settings, Talk
from handlers.which import in_round_named
from models import Work
from models.prepared import savepoint
from operations import notices as outbox
from operations import people, windows
from operations.errors import Refused
from operations.orders import NothingBooked

__all__ = ["Crowds", "Settings", "create_answer", "router", "tell_later"]

_SAID = 40  # characters of a message by which its sender knows it again


def router() -> Router:
    """Every command with its handler."""
    return Router(
        members.router,
        shop.router,
        mall.router,
        shelf.router,
        growth.router,
        news.router,
        ordering.router,
        regulars.router,
        rounds.router,
        round_changes.router,
        moving.router,
        chain.router,
        lists.router,
        supply.router,
        money.router,
        settling.router,
        pickup.router,
        neighbours.router,
        after_sales.router,
        case_answers.router,
        counter.router,
        told.router,
        afterwards.router,
        urging.router,
    )


def create_answer(
    settings: Settings, read_as: Callable[[str], None] = lambda reading: None, crowds: Crowds | None = None
) -> Callable[[Work, Inbound], Reply]:
    """The function the webhook calls for each new message, inside its transaction; `read_as` is told the reading.

    `crowds` is told who speaks; it may have looked ahead.
    """
    routes = router()

    def answer(work: Work, inbound: Inbound) -> Reply:
        person = people.recognise(work, inbound.openid)
        talk = Talk(work, inbound, person, settings)
        is_asked = was_known(talk)
        if crowds is not None and not is_asked:
            crowds.note(inbound.openid, person)
        _note_window(talk)
        if not is_asked:
            talk.look_ahead()
        command: Command | None
        if inbound.kind == "text":
            command, text = _answer_text(talk, routes)
        else:
            command = events.command(talk)
            text = run(talk, routes, command) if command else events.answer(talk)
        read_as(_annotate(talk, command))
        return _paged(talk, _with_waiting(talk, text), is_more=isinstance(command, More))

    return answer


def tell_later(work: Work, inbound: Inbound, reply: Reply) -> None:
    """Put the answer to a message that was done late into the outbox; without a leader, under 更多."""
    if not isinstance(reply, str) or not reply:
        return
    person = people.recognise(work, inbound.openid)
    leader_id = person.leader_id or person.own_leader_id
    if leader_id is None:
        conversation.keep_rest(work, person.account_id, reply)
        return
    outbox.enqueue(
        work,
        leader_id=leader_id,
        account_id=person.account_id,
        kind="late_answer",
        key=f"late:{inbound.key}",
        payload={"said": inbound.text[:_SAID], "text": reply},
    )


def _answer_text(talk: Talk, routes: Router) -> tuple[Command, str | None]:
    """Either the answer to what was asked, or something new."""
    state = conversation.load(talk.work, talk.person.account_id, is_open=talk.person.has_open_talk)
    said = understand(talk.inbound.text, talk.situation())
    said = in_round_named(talk, said) if talk.is_leader else afterwards.about_what_came(talk, said)
    check_harmless(talk, state, said)
    command, text = answers.settle(talk, state, said)
    if text is not None:
        return command, text
    if isinstance(command, More):
        return command, state.rest or replies.NOTHING_MORE
    return command, run(talk, routes, command)


def run(talk: Talk, routes: Router, command: Command) -> str | None:
    """Run one command inside a savepoint: what is refused has not happened."""
    if isinstance(command, LeaderCommand) and not talk.is_leader:
        return leading.not_a_leader(talk.person.own_leader_state)
    if strangers.is_lost(talk, command):
        return strangers.look_for(talk, command)
    try:
        with savepoint(talk.work):
            return routes.answer(talk, command)
    except NothingBooked as refusal:
        return "\n".join(errors.refusal(one.code, one.facts) for one in refusal.refusals)
    except Refused as refusal:
        return errors.refusal(refusal.code, refusal.facts)


def _note_window(talk: Talk) -> None:
    """What WeChat now lets us send to this person."""
    kind, person = events.window_kind(talk.inbound), talk.person
    is_new = kind == "message" and windows.is_as_good_as_new(
        talk.work, kind=kind, left=person.window_left, until=person.window_until
    )
    if kind and not is_new:
        windows.opened(talk.work, account_id=person.account_id, kind=kind)
    has_come_back = not talk.person.is_subscribed and talk.inbound.event not in events.REPORTS
    if has_come_back or talk.inbound.event == "subscribe":
        at = talk.inbound.created_at
        people.set_subscribed(talk.work, account_id=talk.person.account_id, is_subscribed=True, at=at)


def _with_waiting(talk: Talk, text: str | None) -> str | None:
    """Put in front what could not be pushed before."""
    if text is None or not talk.person.has_waiting:
        return text
    waiting = outbox.waiting_for(talk.work, account_id=talk.person.account_id)
    if not waiting:
        return text
    outbox.mark_shown(talk.work, waiting)
    told = [notices.render(one.kind, one.payload) for one in waiting if one.payload]
    return f"{text}\n\n{replies.said_later(told)}" if told else text


def _paged(talk: Talk, text: str | None, *, is_more: bool) -> Reply:
    if text is None:
        return None
    first, rest = paging.split(text, more=replies.MORE)
    if rest or is_more:
        conversation.keep_rest(talk.work, talk.person.account_id, rest)
    return first


def _annotate(talk: Talk, command: Command | None) -> str:
    reading = _reading(talk, command)[:32]
    leader_id = talk.leader_id if talk.has_leader else None
    inbox.annotate(talk.work, talk.inbound, leader_id=leader_id, reading=reading)
    return reading


def _reading(talk: Talk, command: Command | None) -> str:
    """What the console lists: `unclear` was asked about, `unknown` not understood, else the command's name."""
    match command:
        case None:
            return talk.inbound.event or talk.inbound.kind
        case Unknown(topic=topic):
            return "unclear" if topic == "unclear" else "unknown"
        case ChangeOrder(doubts=doubts) if doubts:
            return "unclear"
        case _:
            return type(command).__name__
