"""Papers of several rounds whose goods go out together: 商品分拣单, 线路分拣单, 团长签收单."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations.delivery import papers as source
from operations.listings import rounds as listing
from operations.operators import may
from web import paper_kinds
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_page, read_text
from web.paper import Paper
from web.sheets import pdf_file
from web.show import shown_time
from web.site import site

KINDS = {"goods": "商品分拣单", "routes": "线路分拣单", "receipts": "团长签收单"}
STATES = ("closed", "arrived")
MOST_ROUNDS = 200
_ROUND = re.compile(r"(\d{1,18})-(\d{1,18})")


@admin.get("/papers")
@allow(permission="view")
def papers() -> str:
    """Which rounds go out together: those that are closed, or on the counter."""
    state = read_choice(request.args, "state", STATES, "closed")
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "closes")
    with site().store.read() as work:
        found = listing.search(
            work,
            text=read_text(request.args, "q", most=40),
            leader_number=read_leader_number(request.args),
            state=state,
            sort=sort,
            number=read_page(request.args),
        )
    return page("papers", here="papers", title="单据", found=found, states=STATES, state=state, sort=sort, kinds=KINDS)


@admin.get("/papers/print")
@allow(permission="view")
def print_papers() -> str | Response:
    """One paper of the chosen rounds, and its text."""
    chosen, kind = _chosen(), read_choice(request.args, "kind", tuple(KINDS), "goods")
    if not chosen:
        site().flash.say("bad", "请先勾选要一起出的团。")
        return redirect(url_for(".papers"))
    with site().store.read() as work:
        paper = _make(work, chosen, kind)
    rounds: Any = [f"{leader_id}-{round_id}" for leader_id, round_id in chosen]
    return page("paper", here="papers", title=KINDS[kind], paper=paper, kind=kind, kinds=KINDS, rounds=rounds)


@admin.get("/papers/file")
@allow(permission="view")
def papers_pdf() -> Response:
    """The same as a file."""
    chosen, kind = _chosen(), read_choice(request.args, "kind", tuple(KINDS), "goods")
    with site().store.read() as work:
        paper, today = _make(work, chosen, kind), shown_time(work.now)[:10]
    return pdf_file(paper, size="a4", name=f"{KINDS[kind]}_{today}", plain_name=today)


def _chosen() -> list[tuple[int, int]]:
    """Fields r=<leader id>-<round id>, each once, in the order they came."""
    found = [_ROUND.fullmatch(text) for text in request.args.getlist("r")[:MOST_ROUNDS]]
    return list(dict.fromkeys((int(one[1]), int(one[2])) for one in found if one))


def _make(work: Work, chosen: list[tuple[int, int]], kind: str) -> Paper:
    found = source.to_deliver(work, rounds=chosen)
    title, sub = shown_time(work.now)[:10], f"{len(chosen)} 个团，{shown_time(work.now)} 生成"
    if kind == "receipts":
        shows_phone = may(current().operator_role, "contact")
        return paper_kinds.receipts(found, title=title, sub=sub, shows_phone=shows_phone)
    makers = {"goods": paper_kinds.sorting_by_stop, "routes": paper_kinds.routes}
    return makers[kind](found, title=title, sub=sub)
