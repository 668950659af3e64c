"""对账: what WeChat Pay's daily bill and our books do not agree about, and that somebody has put it right."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import bill_check
from operations.errors import NotFound
from operations.listings import differences as listing
from web.admin.blueprint import admin, page, query
from web.auth import allow, current
from web.forms import read_choice, read_page, require_text
from web.site import site


@admin.get("/differences")
@allow(permission="view")
def differences() -> str:
    """Those nobody has dealt with, newest day first; or those that were."""
    kind = read_choice(request.args, "kind", listing.KINDS)
    state = read_choice(request.args, "state", listing.STATES, "open")
    with site().store.read() as work:
        found = listing.search(work, kind=kind, state=state, number=read_page(request.args))
        orders = listing.concerned(work, [row["reference"] for row in found.rows])
    return page(
        "differences",
        here="settlements",
        title="对账差异",
        found=found,
        orders=orders,
        kinds=listing.KINDS,
        states=listing.STATES,
        kind=kind,
        state=state,
    )


@admin.post("/differences/settle")
@allow(permission="settle")
def settle_difference() -> Response:
    """Looked at and put right; how, stands in the note."""
    form = request.form
    facts = {name: form.get(name, "")[:64] for name in ("bill_on", "kind", "reference")}

    def settle(work: Any) -> str:
        note = require_text(form, "note", "怎么处理的", most=200)
        if not bill_check.settle(work, **facts, note=note, actor=current().actor):
            if not bill_check.is_known(work, **facts):
                raise NotFound(what="difference")
            return "这一条已经有人处理过了。"
        return "记下了，这一条处理好了。"

    site().act(settle, done=str)
    values: dict[str, Any] = dict(query())
    return redirect(url_for(".differences", **values))
