"""Many neighbours at once: what is asked ahead for those who are known, and who shares a transaction with whom.

The process remembers who spoke last. That is only a hint: what is asked by it is believed when the database has said
that it is so, and whoever turns out to want more than to order for himself is answered in a transaction of his own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, literal_column, select

from bot import inbox
from bot.commands import ChangeOrder, Command, Unknown
from bot.conversation import Conversation
from bot.parsing.plain import may_be_plain
from bot.protocol import Inbound
from handlers.talk import Talk
from models import Store, Work, offer, round_
from models.known import Known
from models.lanes import Alone, Company, Joint
from models.prepared import Prepared
from models.views import Person
from operations import people, round_views, standing

T = TypeVar("T")
_MOST = 8192  # people
_OPEN = (
    round_.c.leader_id == bindparam("leader_id"),
    round_.c.state == literal_column("'open'"),
    round_.c.closes_at > bindparam("now"),
)
_ROUNDS = Prepared(select(round_.c.id).where(*_OPEN).order_by(round_.c.id).with_for_update(key_share=True))
_OFFERS = Prepared(
    select(offer.c.id)
    .join(round_, (round_.c.leader_id == offer.c.leader_id) & (round_.c.id == offer.c.round_id))
    .where(*_OPEN)
    .order_by(offer.c.id)
    .with_for_update(key_share=True, of=offer)
)


@dataclass(frozen=True, slots=True)
class Hint:
    """Somebody who is a resident and nothing else."""

    account_id: int
    leader_id: int
    resident_id: int


@dataclass(frozen=True, slots=True)
class _Neighbour(Joint[T]):
    """What one of a leader's residents wrote."""

    inbound: Inbound
    hint: Hint


class Crowds:
    """What one process knows of who speaks."""

    def __init__(self, store: Store | None = None) -> None:
        """With a store, somebody unknown is looked up when there is a crowd: going along is worth the look."""
        self._known, self._store = Known(_MOST), store
        self._goes_along_anyway = store is not None and store.is_sqlite

    def note(self, openid: str, person: Person) -> None:
        """He has been recognised."""
        self._known.update({openid: hint_of(person)})

    def look_ahead(self, work: Work, inbound: Inbound) -> None:
        """What every answer reads first, and what the answer to somebody known reads then."""
        if not work.wire.is_remote:
            return
        people.ahead(work, inbound.openid)
        hint = work.notes.get(Hint) or self._known.get(inbound.openid)
        if hint is not None:
            work.notes[Hint] = hint
            ask(work, inbound, hint)

    def share(self, inbound: Inbound, ahead: Callable[[Work], None], do: Callable[[Work], T]) -> Joint[T] | None:
        """How this may be answered together with others; None where it looks like anything but a plain order."""
        if self._goes_along_anyway or inbound.kind != "text" or not may_be_plain(inbound.text):
            return None
        hint = self._known.get(inbound.openid) or self._looked_up(inbound.openid)
        if hint is None:
            return None
        return _Neighbour(hint.leader_id, inbound.openid, hold, ahead, do, inbound, hint)

    def _looked_up(self, openid: str) -> Hint | None:
        if self._store is None or not self._store.is_crowded:
            return None
        person = self._store.glance(lambda work: people.find(work, openid))
        if person is None:
            return None
        self.note(openid, person)
        return hint_of(person)


def hint_of(person: Person) -> Hint | None:
    """None for leaders, helpers and strangers."""
    is_more = person.own_leader_id is not None or person.helps_leader_id is not None
    if is_more or person.leader_id is None or person.resident_id is None:
        return None
    return Hint(person.account_id, person.leader_id, person.resident_id)


def ask(work: Work, inbound: Inbound, hint: Hint) -> None:
    """Most messages need these: where they are asked over a network, they come together."""
    if not may_be_plain(inbound.text):
        round_views.ahead(work, hint.leader_id)
    if inbound.kind == "text":
        mine = standing.Whose(leader_id=hint.leader_id, resident_id=hint.resident_id, source_key=inbound.key)
        standing.lock_person(work, hint.leader_id, hint.resident_id)
        standing.ahead(work, **mine)


def hold(company: Company) -> None:
    """All that plain orders of one leader's residents lock: their messages, themselves, the open rounds, the offers.

    In the order in which anybody locks them; else two web servers, or one and the close of a round, would wait for each
    other.
    """
    neighbours = [(work, cast("_Neighbour[Any]", one)) for work, one in company]
    for work, one in neighbours:
        work.notes[Hint] = one.hint
    (work, first), *_ = neighbours
    inbox.lock_all([(work, one.inbound) for work, one in neighbours])
    standing.lock_persons([(work, one.hint.resident_id) for work, one in neighbours], first.hint.leader_id)
    for statement in (_ROUNDS, _OFFERS):
        statement.send(work, {"leader_id": first.hint.leader_id, "now": work.now})


def was_known(talk: Talk) -> bool:
    """Whether he is who he was taken for, so that all has been asked; always where nothing is asked ahead. In company
    raises Alone where he is not."""
    if not talk.work.wire.is_remote:
        return True
    is_so = talk.work.notes.get(Hint) == hint_of(talk.person) is not None
    if talk.work.is_joint and not is_so:
        raise Alone
    return is_so


def check_harmless(talk: Talk, state: Conversation, command: Command) -> None:
    """Raises Alone for all but an order for oneself from an open round, and what is not understood."""
    if not talk.work.is_joint:
        return
    is_order = isinstance(command, ChangeOrder) and not (command.is_for_guest or command.cancels_all or talk.shelf)
    if state.pending is not None or not (is_order or isinstance(command, Unknown)):
        raise Alone
