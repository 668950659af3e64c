"""Notices that did not arrive, messages that came in, and the action log."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import notices as outbox
from operations.listings import traffic as listing
from web.admin.blueprint import admin, page, query
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_leader_number, read_page, read_text
from web.site import site
from web.words import ACTIONS, ENTITIES, NOTICE_KINDS

READINGS = ("unclear", "unknown")


@admin.get("/notices")
@allow(permission="view")
def notices() -> str:
    """Notices that failed or wait; others on request."""
    state = read_choice(request.args, "state", listing.NOTICE_STATES, "trouble")
    kind = read_choice(request.args, "kind", tuple(NOTICE_KINDS))
    with site().store.read() as work:
        found = listing.notices(work, state=state, kind=kind, **_common())
    return page(
        "notices", here="notices", title="通知", found=found, states=listing.NOTICE_STATES, state=state, kind=kind
    )


@admin.post("/notices/<key:leader_id>/<key:notice_id>/retry")
@allow(permission="notices")
def retry_notice(leader_id: int, notice_id: int) -> Response:
    """Send a failed or held notice after all."""
    site().act(
        lambda work: _decide(outbox.release_held(work, **_mine(leader_id, notice_id))),
        done="已经排进发送队列，几秒后会再发一次。",
    )
    return _back_to_notices()


@admin.post("/notices/<key:leader_id>/<key:notice_id>/drop")
@allow(permission="notices")
def drop_notice(leader_id: int, notice_id: int) -> Response:
    """Leave a failed or held notice unsent."""
    site().act(
        lambda work: _decide(outbox.drop_held(work, **_mine(leader_id, notice_id))),
        done="这条通知不会再发了。",
    )
    return _back_to_notices()


def _back_to_notices() -> Response:
    values: dict[str, Any] = dict(query())
    return redirect(url_for(".notices", **values))


def _mine(leader_id: int, notice_id: int) -> dict[str, Any]:
    return {"leader_id": leader_id, "notice_id": notice_id, "actor": current().actor}


def _decide(is_done: bool) -> bool:
    if not is_done:
        raise BadInput("这条通知的状态已经变了，不用再处理。")
    return True


@admin.get("/messages")
@allow(permission="view")
def messages() -> str:
    """What people wrote, how it was read, what was answered."""
    state = read_choice(request.args, "state", listing.MESSAGE_STATES)
    reading = read_choice(request.args, "reading", READINGS)
    with site().store.read() as work:
        found = listing.messages(work, state=state, reading=reading, **_common())
    states = listing.MESSAGE_STATES
    return page(
        "messages", here="messages", title="收到的消息", found=found, states=states, state=state, reading=reading
    )


@admin.get("/actions")
@allow(permission="view")
def actions() -> str:
    """Who changed what."""
    entity, common = read_choice(request.args, "entity", tuple(ENTITIES)), _common()
    names = [action for action, word in ACTIONS.items() if common["text"] in word]
    number = read_leader_number(request.args)
    with site().store.read() as work:
        found = listing.actions(work, names=names, entity=entity, leader_number=number, **common)
    return page("actions", here="actions", title="操作记录", found=found, entity=entity, entities=tuple(ENTITIES))


def _common() -> dict[str, Any]:
    """What the three lists are searched, sorted and turned by."""
    return {
        "text": read_text(request.args, "q", most=40),
        "sort": read_choice(request.args, "sort", listing.SORTS, "new"),
        "number": read_page(request.args),
    }
