"""Delivery runs: drawn up from closed rounds, frozen, printed."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations.delivery import fleet, gathering, run_views, runs, tours
from operations.delivery import papers as source
from operations.operators import may
from web import paper_kinds, route_map
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_count, read_day, read_id, read_page
from web.paper import Paper
from web.photos import from_media_folder
from web.sheets import pdf_file
from web.show import shown_time
from web.site import site

KINDS = {"goods": "商品分拣单", "routes": "线路分拣单", "receipts": "团长签收单"}
MOST_ROUNDS = 500
_ROUND = re.compile(r"(\d{1,18})-(\d{1,18})")


@admin.get("/runs")
@allow(permission="view")
def delivery_runs() -> str:
    """All runs, the newest first."""
    state = read_choice(request.args, "state", run_views.STATES)
    sort = read_choice(request.args, "sort", run_views.SORTS, "new")
    with site().store.read() as work:
        found = run_views.search(work, state=state, sort=sort, number=read_page(request.args))
        warehouses = fleet.warehouses(work, only_active=True)
        day = gathering.next_day(work)
    shown = {"found": found, "warehouses": warehouses, "day": day, "state": state, "sort": sort}
    return page("runs", here="runs", title="配送", states=run_views.STATES, **shown)


@admin.post("/runs")
@allow(permission="deliver")
def create_run() -> Response:
    """The run of a day and a warehouse; the one that is there, if there is one."""
    made: list[int] = []

    def create(work: Work) -> None:
        day, warehouse_id = read_day(request.form, "day"), read_id(request.form, "warehouse")
        if day is None or warehouse_id is None:
            raise BadInput("请选日期和仓库。")
        made.append(runs.create(work, run_on=day, warehouse_id=warehouse_id, actor=current().actor))

    if not site().act(create, done="勾选要送的团，再定单。"):
        return redirect(url_for(".delivery_runs"))
    return redirect(url_for(".delivery_run", run_id=made[-1]))


@admin.get("/runs/<key:run_id>")
@allow(permission="view")
def delivery_run(run_id: int) -> str:
    """One run: what goes along, the routes and what they cost, how far the cars are."""
    with site().store.read() as work:
        view = run_views.view(work, run_id=run_id)
        picture = route_map.draw(*run_views.sketch(work, run_id=run_id)) if view.points else None
        shows_map = site().settings.tiles is not None
    title = f"{view.run.run_on:%Y-%m-%d} {view.run.name}"
    return page("run", here="runs", title=title, view=view, run=view.run, picture=picture, shows_map=shows_map)


@admin.post("/runs/<key:run_id>/freeze")
@allow(permission="deliver")
def freeze_run(run_id: int) -> Response:
    """Write down what goes to whom: from now on all papers say that."""
    found = [_ROUND.fullmatch(text) for text in request.form.getlist("r")[:MOST_ROUNDS]]
    chosen = [(int(one[1]), int(one[2])) for one in found if one]
    site().act(
        lambda work: runs.freeze(
            work,
            run_id=run_id,
            rounds=chosen,
            crate_units=read_count(request.form, "units", "几件一箱", most=999),
            actor=current().actor,
        ),
        done="定单了。三种单据从现在起都按这一份出。",
    )
    return redirect(url_for(".delivery_run", run_id=run_id))


@admin.post("/runs/<key:run_id>/thaw")
@allow(permission="deliver")
def thaw_run(run_id: int) -> Response:
    """A draft again: notes and routes are gone."""
    site().act(
        lambda work: runs.thaw(work, run_id=run_id, actor=current().actor),
        done="退回草稿了。印好的单据和排好的线路都作废，请重新定单。",
    )
    return redirect(url_for(".delivery_run", run_id=run_id))


@admin.post("/runs/<key:run_id>/cancel")
@allow(permission="deliver")
def cancel_run(run_id: int) -> Response:
    """No run that day."""
    site().act(lambda work: runs.cancel(work, run_id=run_id, actor=current().actor), done="这趟取消了。")
    return redirect(url_for(".delivery_runs"))


@admin.get("/runs/<key:run_id>/papers")
@allow(permission="view")
def run_papers(run_id: int) -> str:
    """One paper as it will be printed, and its text."""
    kind = read_choice(request.args, "kind", tuple(KINDS), "goods")
    with site().store.read() as work:
        run, paper = runs.get(work, run_id), _paper(work, run_id, kind)
    return page("run_paper", here="runs", title=KINDS[kind], run=run, paper=paper, kind=kind, kinds=KINDS)


@admin.get("/runs/<key:run_id>/papers/file")
@allow(permission="view")
def run_papers_pdf(run_id: int) -> Response:
    """The same as a file."""
    kind = read_choice(request.args, "kind", tuple(KINDS), "goods")
    with site().store.read() as work:
        run, paper = runs.get(work, run_id), _paper(work, run_id, kind)
    day = f"{run.run_on:%Y-%m-%d}"
    return pdf_file(paper, size="a4", name=f"{KINDS[kind]}_{day}", plain_name=day)


@admin.get("/runs/<key:run_id>/photos/<key:leader_id>/<key:point_id>")
@allow(permission="view")
def signature_photo(run_id: int, leader_id: int, point_id: int) -> Response:
    """The picture that came with a signature."""
    with site().store.read() as work:
        return from_media_folder(tours.photo(work, run_id=run_id, leader_id=leader_id, point_id=point_id))


def _paper(work: Work, run_id: int, kind: str) -> Paper:
    run, found = runs.get(work, run_id), source.of_run(work, run_id=run_id)
    title = f"{run.run_on:%Y-%m-%d} {run.name}"
    sub = f"{shown_time(run.frozen_at)} 定单，{len(found.stops)} 张送货单" if run.frozen_at else "还没有定单"
    if kind == "receipts":
        shows_phone = may(current().operator_role, "contact")
        return paper_kinds.receipts(found, title=title, sub=sub, shows_phone=shows_phone)
    makers = {"goods": paper_kinds.sorting_by_stop, "routes": paper_kinds.routes}
    return makers[kind](found, title=title, sub=sub)
