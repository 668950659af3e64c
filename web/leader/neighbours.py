"""The leader's neighbours and helpers: finding somebody, what he ordered, who may help to hand out."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import leadership
from operations.audit import record
from operations.listings import neighbours as listing
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_page, read_text
from web.leader.blueprint import members, own_leader_id, page
from web.site import site

LEADER = ("leader",)
SORTS = {"recent": "最近下单", "orders": "下单多", "room": "按房号", "away": "好久没订"}


@members.get("/neighbours")
@allow(members=LEADER)
def neighbours() -> str:
    """Who orders here; phone numbers are masked."""
    text = read_text(request.args, "q", most=20)
    sort = read_choice(request.args, "sort", listing.SORTS, "recent")
    with site().store.read() as work:
        found = listing.search(work, leader_id=own_leader_id(), text=text, sort=sort, number=read_page(request.args))
        helpers = listing.helpers(work, leader_id=own_leader_id())
    query = {"q": text, "sort": sort}
    return page(
        "neighbours", title="邻居", found=found, helpers=helpers, text=text, sort=sort, sorts=SORTS, query=query
    )


@members.get("/neighbours/<key:resident_id>")
@allow(members=LEADER)
def neighbour(resident_id: int) -> str:
    """One neighbour: orders, after-sales, whether he helps."""
    return _page(resident_id)


@members.post("/neighbours/<key:resident_id>/phone")
@allow(members=LEADER)
def show_phone(resident_id: int) -> str:
    """The whole phone number on request; that it was looked at is in the log."""
    with site().store.transaction() as work:
        listing.detail(work, leader_id=own_leader_id(), resident_id=resident_id)
        record(
            work,
            leader_id=own_leader_id(),
            actor=current().actor,
            action="contact.show",
            entity="resident",
            entity_id=resident_id,
        )
    return _page(resident_id, shows_phone=True)


@members.get("/neighbours/<key:resident_id>/phone")
@allow(members=LEADER)
def phone_was_shown(resident_id: int) -> Response:
    """Where a reloaded address leads: the number is shown again on request only."""
    return redirect(url_for(".neighbour", resident_id=resident_id))


@members.post("/neighbours/<key:resident_id>/helper")
@allow(members=LEADER)
def add_helper(resident_id: int) -> Response:
    """From now on this neighbour may hand out."""
    with site().store.read() as work:
        row = listing.detail(work, leader_id=own_leader_id(), resident_id=resident_id)

    def add(work: Work) -> str:
        if row["account_id"] is None:
            raise BadInput("这位邻居没有关注公众号，不能当协助核销员。")
        if row["account_id"] == current().account_id:
            raise BadInput("您自己就是团长，不用加。")
        name = row["display_name"] or row["room"] or "-"
        leadership.add_helper(
            work, leader_id=own_leader_id(), account_id=row["account_id"], name=name, actor=current().actor
        )
        return str(name)

    site().act(add, done=lambda name: f"{name} 可以帮您核销了，请他在公众号里发送「后台」。他看不到金额和电话。")
    return redirect(url_for(".neighbour", resident_id=resident_id))


@members.post("/helpers/<key:account_id>/remove")
@allow(members=LEADER)
def remove_helper(account_id: int) -> Response:
    """He may not hand out any more, not even on a page that is still open."""
    leader_id, actor = own_leader_id(), current().actor
    site().store.run(
        lambda work: leadership.remove_helper(work, leader_id=leader_id, account_id=account_id, actor=actor)
    )
    site().flash.say("good", "已经取消，他的核销页面马上打不开了。")
    return redirect(url_for(".neighbours"))


def _page(resident_id: int, *, shows_phone: bool = False) -> str:
    where = {"leader_id": own_leader_id(), "resident_id": resident_id}
    with site().store.read() as work:
        row = listing.detail(work, **where)
        values = {"orders": listing.orders_of(work, **where), "cases": listing.cases_of(work, **where)}
    return page(
        "neighbour",
        title=row["display_name"] or row["room"] or "邻居",
        who=row,
        shows_phone=shows_phone,
        is_self=row["account_id"] == current().account_id,
        **values,
    )
