"""What a redemption writes: the lines' counters, the order, the code, the record of the try, history and log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, func, insert, update

from models import Work, order, order_line, pickup_code, redemption, redemption_line
from models.prepared import Prepared
from models.views import OrderView
from operations.audit import record
from operations.errors import AlreadyRedeemed, Refused
from operations.orders import add_event
from operations.pickup_gate import Scan
from operations.pickup_rules import REASONS


def take_lines(work: Work, scan: Scan, before: OrderView, picks: Mapping[int, int]) -> None:
    """Count these as handed out, by line id. Raises AlreadyRedeemed, which rolls everything back."""
    for line_id in sorted(picks):
        _TAKEN.ahead(work, **_of_line(scan, line_id, picks[line_id]))
    for line_id in sorted(picks):
        _take(work, scan, before, line_id, picks[line_id])


def write_lines(work: Work, scan: Scan, redemption_id: int, picks: Mapping[int, int]) -> None:
    """What the redemption handed out."""
    _HANDED.send(
        work,
        *(
            {"leader_id": scan.leader_id, "redemption_id": redemption_id, "order_line_id": i, "quantity_milli": q}
            for i, q in sorted(picks.items())
        ),
    )


def use_up(work: Work, scan: Scan, code_id: int) -> None:
    """The code has done its work."""
    _USED.send(work, {"b_leader_id": scan.leader_id, "b_code_id": code_id, "b_at": work.now})


def _take(work: Work, scan: Scan, before: OrderView, line_id: int, quantity: int) -> None:
    """The scarce counter: one conditional statement. The lock makes sure that it succeeds; this makes sure of the lock.

    Raises AlreadyRedeemed, which rolls everything back.
    """
    if _TAKEN.first(work, **_of_line(scan, line_id, quantity)) is None:
        raise AlreadyRedeemed(at=work.now, by=None, seq=before.seq, name=before.resident_name, typed=scan.typed)


def _of_line(scan: Scan, line_id: int, quantity: int) -> dict[str, Any]:
    return {"b_leader_id": scan.leader_id, "b_line_id": line_id, "b_quantity": quantity}


def set_order(work: Work, scan: Scan, before: OrderView, *, is_complete: bool) -> str:
    """picked_up or partly; a cancelled order stays cancelled, whatever was handed out by force."""
    if before.state == "cancelled":
        return before.state
    state = "picked_up" if is_complete else "partly"
    _PICKED.send(
        work,
        {
            "b_leader_id": scan.leader_id,
            "b_order_id": before.id,
            "b_before": before.state,
            "b_state": state,
            "b_at": scan.at if is_complete else None,
        },
    )
    return state


_quantity = bindparam("b_quantity", type_=BigInteger())
_TAKEN = Prepared(
    update(order_line)
    .where(
        order_line.c.leader_id == bindparam("b_leader_id"),
        order_line.c.id == bindparam("b_line_id"),
        order_line.c.picked_milli + _quantity
        <= func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli),
    )
    .values(picked_milli=order_line.c.picked_milli + _quantity)
    .returning(order_line.c.id)
)
_PICKED = Prepared(
    update(order)
    .where(
        order.c.leader_id == bindparam("b_leader_id"),
        order.c.id == bindparam("b_order_id"),
        order.c.state == bindparam("b_before"),
    )
    .values(state=bindparam("b_state"), picked_up_at=bindparam("b_at"), version=order.c.version + 1)
)
_USED = Prepared(
    update(pickup_code)
    .where(
        pickup_code.c.leader_id == bindparam("b_leader_id"),
        pickup_code.c.id == bindparam("b_code_id"),
        pickup_code.c.state == "active",
    )
    .values(state="used", used_at=bindparam("b_at"))
)
_HANDED = Prepared(insert(redemption_line), columns=("leader_id", "redemption_id", "order_line_id", "quantity_milli"))
_WRITTEN = Prepared(
    insert(redemption),
    columns=(
        "leader_id", "id", "code_id", "order_id", "typed", "device", "nonce", "redeemed_by", "operator_id", "ok",
        "reason", "completes", "forced", "at", "recorded_at",
    ),
)  # fmt: skip


def write(work: Work, scan: Scan, found: Row[Any] | None, *, refusal: Refused | None, completes: bool = False) -> int:
    """The record of a try, refused or not; its id."""
    redemption_id = work.new_id()
    _WRITTEN.send(
        work,
        {
            "leader_id": scan.leader_id,
            "id": redemption_id,
            "code_id": found.id if found else None,
            "order_id": found.order_id if found else None,
            "typed": scan.typed,
            "device": scan.device[:40],
            "nonce": scan.nonce[:160],
            "redeemed_by": scan.clerk.account_id,
            "operator_id": scan.clerk.operator_id,
            "ok": refusal is None,
            "reason": REASONS[type(refusal)] if refusal else None,
            "completes": completes,
            "forced": scan.is_forced,
            "at": scan.at,
            "recorded_at": work.now,
        },
    )
    return redemption_id


def write_log(
    work: Work, scan: Scan, before: OrderView, state: str, redemption_id: int, picks: Mapping[int, int]
) -> None:
    add_event(
        work,
        leader_id=scan.leader_id,
        order_id=before.id,
        kind="redeem",
        source_key=f"redeem:{redemption_id}",
        actor=scan.clerk.actor,
        detail={"from": before.state, "to": state, "forced": scan.is_forced},
    )
    record(
        work,
        leader_id=scan.leader_id,
        actor=scan.clerk.actor,
        action="order.redeem",
        entity="order",
        entity_id=before.id,
        before={"state": before.state},
        after={"state": state, "redemption": redemption_id, "picked_milli": sum(picks.values())},
        is_forced=scan.is_forced,
    )
