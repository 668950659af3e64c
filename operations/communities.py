"""小区: the communities a leader serves, and which of them a neighbour lives in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, func, insert, select, update

from models import Work, announcement, community, leader, pickup_point, resident
from operations.audit import record
from operations.errors import NotFound

MOST = 20


@dataclass(frozen=True, slots=True)
class Community:
    """A community and how many neighbours said that they live there."""

    id: int
    name: str
    residents: int


def of_leader(work: Work, *, leader_id: int) -> list[Community]:
    """In the order in which the leader named them."""
    lives_there = and_(
        resident.c.leader_id == community.c.leader_id,
        resident.c.community_id == community.c.id,
        resident.c.state == "active",
    )
    rows = work.db.execute(
        select(community.c.id, community.c.name, func.count(resident.c.id).label("residents"))
        .outerjoin(resident, lives_there)
        .where(community.c.leader_id == leader_id)
        .group_by(community.c.id, community.c.name)
        .order_by(community.c.id)
    )
    return [Community(row.id, row.name, int(row.residents)) for row in rows]


def named_in(work: Work, *, leader_id: int, text: str) -> Community | None:
    """The community whose name stands in a text, the longest where several do."""
    if not text:
        return None
    found = [one for one in of_leader(work, leader_id=leader_id) if one.name in text]
    return max(found, key=lambda one: len(one.name), default=None)


def set_names(work: Work, *, leader_id: int, names: Sequence[str], actor: str) -> list[Community]:
    """These are the leader's communities now. One that is not named any more goes, unless something belongs to it."""
    wanted = list(dict.fromkeys(name.strip()[:80] for name in names if name.strip()))[:MOST]
    known = {one.name for one in of_leader(work, leader_id=leader_id)}
    for name in wanted:
        if name not in known:
            work.db.execute(insert(community).values(leader_id=leader_id, id=work.new_id(), name=name))
    work.db.execute(
        delete(community).where(
            community.c.leader_id == leader_id,
            community.c.name.not_in(wanted),
            *(
                ~exists().where(table.c.leader_id == community.c.leader_id, table.c.community_id == community.c.id)
                for table in (resident, pickup_point, announcement)
            ),
        )
    )
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="leader.communities",
        entity="leader",
        entity_id=leader_id,
        after={"communities": " ".join(wanted)},
    )
    return of_leader(work, leader_id=leader_id)


def join(work: Work, *, leader_id: int, resident_id: int, name: str) -> Community:
    """This neighbour lives there. Raises NotFound (the leader has no such community)."""
    found = named_in(work, leader_id=leader_id, text=name)
    if found is None and len(name) > 1:  # 东湖 for 东湖花园, where only one is called so
        alike = [one for one in of_leader(work, leader_id=leader_id) if name in one.name]
        found = alike[0] if len(alike) == 1 else None
    if found is None:
        raise NotFound(what="community", typed=name)
    work.db.execute(
        update(resident)
        .where(resident.c.leader_id == leader_id, resident.c.id == resident_id)
        .values(community_id=found.id)
    )
    return found


def choose(work: Work, *, leader_id: int, resident_id: int, community_id: int) -> None:
    """The same, picked from the list. Raises NotFound."""
    found = next((one for one in of_leader(work, leader_id=leader_id) if one.id == community_id), None)
    if found is None:
        raise NotFound(what="community")
    work.db.execute(
        update(resident)
        .where(resident.c.leader_id == leader_id, resident.c.id == resident_id)
        .values(community_id=found.id)
    )


def undecided(work: Work, *, leader_id: int) -> int:
    """How many neighbours have not said where they live."""
    owner = select(leader.c.account_id).where(leader.c.id == leader_id).scalar_subquery()
    mine = (resident.c.leader_id == leader_id, resident.c.state == "active", resident.c.account_id != owner)
    return int(
        work.db.execute(
            select(func.count()).select_from(resident).where(*mine, resident.c.community_id.is_(None))
        ).scalar_one()
    )
