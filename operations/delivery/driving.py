"""What a driver does on the way: leaves, arrives, has somebody sign, drives on; and who is told.

Everything may come twice and late: a tap that came before changes nothing. The run's row is held by whoever changes
anything, so two taps at once come one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from models import Work, delivery_note, delivery_run, route, route_stop
from operations.audit import PLATFORM, log
from operations.delivery import runs
from operations.delivery.tours import HEAD, STOPS
from operations.errors import NotFound, NotNext, RunState
from operations.notices import enqueue

_TOLD_AHEAD = 2  # stops
_STALE = timedelta(hours=3)  # after that nobody waits at the door any more


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed for a stop and when. `is_new`: this very tap did it."""

    by: str
    at: datetime
    is_new: bool


def new_link(work: Work, *, run_id: int, route_id: int, actor: str) -> None:
    """The links given out so far open nothing any more. Raises NotFound."""
    mine = route.c.id == route_id, route.c.run_id == run_id
    changed = work.db.execute(update(route).where(*mine).values(link_no=route.c.link_no + 1))
    if changed.rowcount != 1:
        raise NotFound(what="route")
    log(work, PLATFORM, actor, "run.link", run_id)


def start(work: Work, *, route_id: int) -> None:
    """The car leaves. Raises RunState, NotFound."""
    head = _hold(work, route_id)
    _start(work, head)


def arrive(work: Work, *, route_id: int, stop_id: int) -> None:
    """The car is at a stop; the first tap counts. Raises RunState, NotFound."""
    head = _hold(work, route_id)
    _start(work, head)
    stop = _stop(work, route_id, stop_id)
    mine = route_stop.c.leader_id == stop.leader_id, route_stop.c.id == stop_id, route_stop.c.arrived_at.is_(None)
    work.db.execute(update(route_stop).where(*mine).values(arrived_at=work.now))


def sign(
    work: Work, *, route_id: int, stop_id: int, name: str, remark: str | None = None, media_id: int | None = None
) -> Signed:
    """Somebody takes the goods of a stop; who came second changes nothing and is told who was first.

    A photo that comes later from the same person is put beside it. Raises RunState, NotFound, NotNext.
    """
    head = _hold(work, route_id)
    stop = _stop(work, route_id, stop_id)
    if stop.arrived_at is None:
        raise NotNext(place=stop.name)
    mine = (
        delivery_note.c.leader_id == stop.leader_id,
        delivery_note.c.run_id == head.run_id,
        delivery_note.c.pickup_point_id == stop.pickup_point_id,
    )
    values = {"signed_at": work.now, "signed_by": name[:40], "remark": remark, "photo_media_id": media_id}
    unsigned = delivery_note.c.signed_at.is_(None)
    is_new = work.db.execute(update(delivery_note).where(*mine, unsigned).values(**values)).rowcount > 0
    first = work.db.execute(select(delivery_note).where(*mine).order_by(delivery_note.c.id)).first()
    if first is None:
        raise NotFound(what="stop")
    if not is_new and media_id is not None and first.signed_by == name[:40]:
        bare = delivery_note.c.photo_media_id.is_(None)
        work.db.execute(update(delivery_note).where(*mine, bare).values(photo_media_id=media_id))
    if is_new:
        _done(work, head, stop)
        log(
            work,
            PLATFORM,
            f"driver:{head.vehicle_id}",
            "run.sign",
            head.run_id,
            after={"place": stop.name, "by": name[:40]},
        )
    return Signed(first.signed_by, first.signed_at, is_new)


def leave(work: Work, *, route_id: int, stop_id: int) -> None:
    """Nobody is there to sign: the car drives on, the receipt stays open. Raises RunState, NotFound, NotNext."""
    head = _hold(work, route_id)
    stop = _stop(work, route_id, stop_id)
    if stop.arrived_at is None:
        raise NotNext(place=stop.name)
    if stop.done_at is None:
        _done(work, head, stop)
        log(work, PLATFORM, f"driver:{head.vehicle_id}", "run.leave", head.run_id, after={"place": stop.name})


def tell_again(work: Work, *, run_id: int) -> None:
    """The order was changed while cars drive: who is next by now and has not heard of it is told."""
    driving = route.c.run_id == run_id, route.c.started_at.is_not(None)
    for head in work.db.execute(HEAD.where(*driving)).all():
        _tell_next(work, head)


def _hold(work: Work, route_id: int) -> Row[Any]:
    run_id = work.db.execute(select(route.c.run_id).where(route.c.id == route_id)).scalar()
    if run_id is None:
        raise NotFound(what="route")
    run = runs.hold(work, run_id)
    if run.state not in {"frozen", "on_the_way", "done"}:
        raise RunState(state=run.state)
    return work.db.execute(HEAD.where(route.c.id == route_id)).one()


def _start(work: Work, head: Row[Any]) -> None:
    """Once: later taps find it has started."""
    mine = route.c.id == head.id, route.c.started_at.is_(None)
    if work.db.execute(update(route).where(*mine).values(started_at=work.now)).rowcount != 1:
        return
    draft = delivery_run.c.id == head.run_id, delivery_run.c.state == "frozen"
    work.db.execute(update(delivery_run).where(*draft).values(state="on_the_way"))
    log(work, PLATFORM, f"driver:{head.vehicle_id}", "run.start", head.run_id)
    _tell_next(work, head)


def _stop(work: Work, route_id: int, stop_id: int) -> Row[Any]:
    row = work.db.execute(STOPS.where(route_stop.c.route_id == route_id, route_stop.c.id == stop_id)).first()
    if row is None:
        raise NotFound(what="stop")
    return row


def _done(work: Work, head: Row[Any], stop: Row[Any]) -> None:
    mine = route_stop.c.leader_id == stop.leader_id, route_stop.c.id == stop.id, route_stop.c.done_at.is_(None)
    if work.db.execute(update(route_stop).where(*mine).values(done_at=work.now)).rowcount != 1:
        return  # it was left behind before and is signed for now
    open_ = select(func.count()).select_from(route_stop)
    left = work.db.execute(open_.where(route_stop.c.run_id == head.run_id, route_stop.c.done_at.is_(None)))
    if left.scalar_one() == 0:
        work.db.execute(update(delivery_run).where(delivery_run.c.id == head.run_id).values(state="done"))
    _tell_next(work, head)


def _tell_next(work: Work, head: Row[Any]) -> None:
    """The leaders of the next stop and of the one after it; each pickup point is told once a run."""
    ahead = STOPS.where(route_stop.c.route_id == head.id, route_stop.c.done_at.is_(None)).limit(_TOLD_AHEAD)
    for away, stop in enumerate(work.db.execute(ahead).all(), 1):
        if stop.arrived_at is not None:
            continue
        enqueue(
            work,
            leader_id=stop.leader_id,
            account_id=stop.account_id,
            kind="car_near",
            key=f"car_near:{head.run_id}:{stop.pickup_point_id}",
            payload={
                "place": stop.name,
                "stops": away,
                "due_at": stop.due_at.isoformat() if stop.due_at else None,
                "crates": int(stop.crates),
                "driver": head.driver,
                "phone": head.driver_phone,
            },
            expires_at=work.now + _STALE,
        )
