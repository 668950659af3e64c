"""Who opens a leader's page: whether he is one of her neighbours, and what it takes to become one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import Work, leader, resident
from models.views import Person
from operations import people
from operations.errors import LeaderInactive, NotFollowing, NotFound, OwnShop


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person in front of a leader's page. `resident_id` is who he is in her world, None when he was never there."""

    person: Person
    leader_id: int
    resident_id: int | None
    name: str | None
    room: str | None
    community_id: int | None = None
    wants_news: bool = True

    @property
    def is_owner(self) -> bool:
        return self.person.own_leader_id == self.leader_id

    @property
    def is_neighbour(self) -> bool:
        """Whether what he orders here is ordered from his own leader, as in chat."""
        return (self.person.leader_id == self.leader_id and not self.has_own_shop) or self.is_owner

    @property
    def has_own_shop(self) -> bool:
        """A leader elsewhere: he cannot be her neighbour."""
        return self.person.own_leader_state in {"active", "suspended"} and not self.is_owner

    @property
    def other_leader(self) -> str | None:
        """The name of the leader he would leave."""
        return None if self.is_neighbour else self.person.leader_name


def look(work: Work, *, account_id: int, leader_id: int) -> Visitor:
    """Who this is to this leader. Raises NotFound for an account that is gone."""
    person = people.by_account(work, account_id)
    mine = resident.c.leader_id == leader_id, resident.c.account_id == account_id
    row = work.db.execute(select(resident).where(*mine, resident.c.state == "active")).first()
    if row is None:
        return Visitor(person, leader_id, None, None, None)
    return Visitor(
        person,
        leader_id,
        row.id,
        row.display_name,
        row.room,
        community_id=row.community_id,
        wants_news=row.wants_news,
    )


def arrive(work: Work, *, account_id: int, leader_id: int) -> None:
    """Somebody comes by a leader's link: who has no leader yet becomes her neighbour; nobody is taken from another."""
    visitor = look(work, account_id=account_id, leader_id=leader_id)
    is_free = visitor.person.leader_id is None and not visitor.is_owner and not visitor.has_own_shop
    if is_free and _is_active(work, leader_id):
        people.bind(work, account_id=account_id, leader_id=leader_id, via="link")


def follow(work: Work, *, account_id: int, leader_id: int) -> int:
    """He was asked and said yes: this is his leader now; returns the resident id. Raises LeaderInactive, OwnShop."""
    visitor = look(work, account_id=account_id, leader_id=leader_id)
    if visitor.has_own_shop:
        raise OwnShop
    if not _is_active(work, leader_id):
        raise LeaderInactive(name=_name(work, leader_id))
    if visitor.is_owner:
        return people.resident_of(work, leader_id=leader_id, account_id=account_id)
    return people.bind(work, account_id=account_id, leader_id=leader_id, via="link")


def customer(work: Work, *, account_id: int, leader_id: int) -> int:
    """The resident who may order here now; returns his id. Raises LeaderInactive, NotFollowing, OwnShop."""
    visitor = look(work, account_id=account_id, leader_id=leader_id)
    if not _is_active(work, leader_id):
        raise LeaderInactive(name=_name(work, leader_id))
    if visitor.has_own_shop:
        raise OwnShop
    if not visitor.is_neighbour:
        if visitor.person.leader_id is not None:
            raise NotFollowing(name=_name(work, leader_id), now=visitor.person.leader_name)
        return people.bind(work, account_id=account_id, leader_id=leader_id, via="link")
    return people.resident_of(work, leader_id=leader_id, account_id=account_id)


def _is_active(work: Work, leader_id: int) -> bool:
    return work.db.execute(select(leader.c.state).where(leader.c.id == leader_id)).scalar() == "active"


def _name(work: Work, leader_id: int) -> str:
    name = work.db.execute(select(leader.c.display_name).where(leader.c.id == leader_id)).scalar()
    if name is None:
        raise NotFound(what="leader")
    return str(name)
