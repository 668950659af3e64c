"""结算单: what each round came to, every order line behind it, and the leader's word that it is right."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from operations import settlement_sums
from operations import settlements as operation
from operations.listings import settlements as listing
from operations.listings import statements as rows_behind
from web import statements
from web.auth import allow, current
from web.leader.blueprint import members, own_leader_id, page
from web.site import site

LEADER = ("leader",)


@members.get("/settlements")
@allow(members=LEADER)
def settlements() -> str:
    """All settlements of this leader, and the rounds whose period still runs."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        rows = listing.of_leader(work, leader_id=leader_id)
        waiting = [
            settlement_sums.preview(work, leader_id=leader_id, round_id=row["id"])
            for row in listing.waiting(work, leader_id=leader_id)
        ]
    return page("settlements", title="结算单", rows=rows, waiting=waiting, due=settlement_sums.due_to_leader_fen)


@members.get("/settlements/<key:settlement_id>")
@allow(members=LEADER)
def settlement(settlement_id: int) -> str:
    """One settlement, line by line."""
    with site().store.read() as work:
        found = rows_behind.statement(work, leader_id=own_leader_id(), settlement_id=settlement_id)
    orders = rows_behind.by_order(found.lines, found.orders)
    return page("settlement", title=found.head["title"], row=found.head, orders=orders, waiting=None)


@members.get("/rounds/<key:round_id>/settlement")
@allow(members=LEADER)
def settlement_preview(round_id: int) -> str:
    """What a round would come to if it were settled now."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        plan = settlement_sums.preview(work, leader_id=leader_id, round_id=round_id)
        lines = rows_behind.preview_lines(work, leader_id=leader_id, round_id=round_id, settled=plan.lines)
        of_orders = rows_behind.preview_orders(work, leader_id=leader_id, round_id=round_id, settled=plan.orders)
    row = {name: getattr(plan, name) for name in plan.__slots__} | {
        "due_fen": settlement_sums.due_to_leader_fen(plan), "shared_fen": 0, "is_sharing": False,
    }  # fmt: skip
    return page("settlement", title=plan.title, row=row, orders=rows_behind.by_order(lines, of_orders), waiting=plan)


@members.post("/settlements/<key:settlement_id>/confirm")
@allow(members=LEADER)
def confirm_settlement(settlement_id: int) -> Response:
    """It is right."""
    with site().store.read() as work:  # somebody else's is not found, as when it is looked at
        listing.detail(work, leader_id=own_leader_id(), settlement_id=settlement_id)
    site().act(
        lambda work: operation.confirm(
            work, leader_id=own_leader_id(), settlement_id=settlement_id, actor=current().actor
        ),
        done="确认了，平台会按这张单子结算。",
    )
    return redirect(url_for(".settlement", settlement_id=settlement_id))


@members.get("/settlements/<key:settlement_id>/file")
@allow(members=LEADER)
def settlement_file(settlement_id: int) -> Response:
    """The same as a workbook."""
    with site().store.read() as work:
        found = rows_behind.statement(work, leader_id=own_leader_id(), settlement_id=settlement_id)
    return statements.statement(found)
