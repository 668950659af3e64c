"""Papers of a round, for A4 and for 58 mm rolls, as a page, a PDF, and text to forward. No money on any of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from models import Work
from operations import papers as source
from operations.delivery import papers as delivered
from operations.listings import rounds as listing
from web import paper_kinds
from web.auth import allow, current
from web.forms import read_choice
from web.leader.blueprint import EVERYBODY, members, own_leader_id, page
from web.paper import Paper
from web.sheets import pdf_file
from web.show import shown_time
from web.site import site

KINDS = {"list": "取货单", "totals": "分拣单", "labels": "标签", "receipt": "签收单"}
SIZES = {"a4": "A4 纸", "roll": "58毫米小票"}


@members.get("/rounds/<key:round_id>/papers")
@allow(members=EVERYBODY)
def papers(round_id: int) -> str:
    """One paper as it will be printed, and its text."""
    kind, size = _asked()
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        paper = _make(work, round_id, kind, head["title"])
    return page("papers", title=KINDS[kind], round=head, kind=kind, size=size, kinds=KINDS, sizes=SIZES, paper=paper)


@members.get("/rounds/<key:round_id>/papers.pdf")
@allow(members=EVERYBODY)
def papers_pdf(round_id: int) -> Response:
    """The same as a file."""
    kind, size = _asked()
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        paper = _make(work, round_id, kind, head["title"])
    return pdf_file(paper, size=size, name=f"{KINDS[kind]}_{head['title'][:40]}", plain_name=head["code"])


def _asked() -> tuple[str, str]:
    kind = read_choice(request.args, "kind", tuple(KINDS), "list")
    return kind, read_choice(request.args, "size", tuple(SIZES), "a4")


def _make(work: Work, round_id: int, kind: str, title: str) -> Paper:
    makers: dict[str, Callable[..., Paper]] = {
        "list": paper_kinds.picking,
        "totals": paper_kinds.sorting,
        "labels": paper_kinds.labels,
    }
    gather = delivered.to_deliver if kind == "receipt" else source.collect
    found = gather(work, rounds=[(own_leader_id(), round_id)])
    places = "、".join(dict.fromkeys(stop.place for stop in found.stops if stop.place))
    sub = " · ".join(part for part in (shown_time(work.now), current().leader_name, places) if part)
    if kind == "receipt":
        return paper_kinds.receipts(found, title=title, sub=sub, shows_phone=current().role == "leader")
    return makers[kind](found, title=title, sub=sub)
