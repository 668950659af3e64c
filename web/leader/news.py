"""公告 and 新品预告 on the leader's phone: shown with how many they go to, sent by a second button; and 小区."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import communities, rounds
from operations import news as business
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_count, read_nonce, read_text, require_text
from web.leader.blueprint import LEADER, members, own_leader_id, page
from web.site import site

_KINDS = ("event", "preview")
_WITH_BUYERS = ("open", "closed", "arrived")
_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it goes to: everybody, who bought in a round, or who lives in a community."""

    key: str  # as the form has it
    words: str
    round_id: int | None = None
    community_id: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        return {"round_id": self.round_id, "community_id": self.community_id}


@members.get("/news")
@allow(members=LEADER)
def news() -> str:
    """What was sent and how many have it, a form for more, the leader's communities."""
    return _page({})


@members.post("/news/look")
@allow(members=LEADER)
def look_at_news() -> str:
    """How it will read, and how many it goes to. Sends nothing."""
    words = read_text(request.form, "words", most=business.LONGEST)
    return _page(request.form, words=words, problem="" if words else "请先写要告诉邻居的话。")


@members.get("/news/look")
@allow(members=LEADER)
def news_was_looked_at() -> Response:
    """Where a reloaded address leads."""
    return redirect(url_for(".news"))


@members.post("/news")
@allow(members=LEADER)
def send_news() -> Response:
    """Send it; the same form again sends nothing."""
    leader_id, form = own_leader_id(), request.form

    def send(work: Work) -> business.NewsView:
        audience = _meant(_audiences(work, leader_id), form)
        return business.announce(
            work,
            leader_id=leader_id,
            kind=read_choice(form, "kind", _KINDS, "event"),
            words=require_text(form, "words", "要说的话", most=business.LONGEST),
            actor=current().actor,
            source_key=f"page:{read_nonce(form)}",
            **audience.facts,
        )

    site().act(send, done=lambda sent: f"发出去了，一共 {sent.reach} 位邻居。晚上休息时间的，早上再发。")
    return redirect(url_for(".news"))


@members.post("/news/withdraw")
@allow(members=LEADER)
def withdraw_news() -> Response:
    """Off the page, and to nobody who has not got it yet."""
    leader_id, form = own_leader_id(), request.form

    def withdraw(work: Work) -> None:
        number = read_count(form, "number", "编号")
        if number is None:
            raise BadInput("请选要撤回的公告。")
        business.withdraw(work, leader_id=leader_id, number=number, actor=current().actor)

    site().act(withdraw, done="撤回了，没收到的邻居不会再收到。")
    return redirect(url_for(".news"))


@members.post("/communities")
@allow(members=LEADER)
def keep_communities() -> Response:
    """小区, one a line: the same as 「小区 阳光花园、东湖花园」 in chat."""
    leader_id = own_leader_id()
    names = re.split(r"[\n、,，;；]", read_text(request.form, "names", most=1000))
    site().act(
        lambda work: communities.set_names(work, leader_id=leader_id, names=names, actor=current().actor),
        done=lambda kept: f"记好了，{len(kept)} 个小区。已经有邻居的小区会留着。",
    )
    return redirect(url_for(".news"))


def _audiences(work: Work, leader_id: int) -> list[Audience]:
    """Everybody, the communities where there are several, and the buyers of the newest rounds."""
    served = communities.of_leader(work, leader_id=leader_id)
    found = [Audience("all", "全部邻居")]
    if len(served) > 1:
        found += [Audience(f"c{one.id}", f"住{one.name}的邻居", community_id=one.id) for one in served]
    newest = rounds.latest(work, leader_id, _WITH_BUYERS, limit=_MOST_ROUNDS)
    found += [Audience(f"r{one.id}", f"“{one.title}”下过单的邻居", round_id=one.id) for one in newest]
    return found


def _meant(audiences: list[Audience], form: Mapping[str, str]) -> Audience:
    """Raises BadInput for a round that is over by now or a community of somebody else."""
    key = form.get("to", "all")
    found = next((one for one in audiences if one.key == key), None)
    if found is None:
        raise BadInput("请重新选发给谁。")
    return found


def _page(form: Mapping[str, str], *, words: str = "", problem: str = "") -> str:
    leader_id = own_leader_id()
    with site().store.read() as work:
        audiences = _audiences(work, leader_id)
        chosen = next((one for one in audiences if one.key == form.get("to")), audiences[0])
        served = communities.of_leader(work, leader_id=leader_id)
        values = {
            "sent": business.latest(work, leader_id=leader_id, limit=10),
            "count": business.count(work, leader_id=leader_id, **chosen.facts) if words else 0,
            "is_full": business.is_full(work, leader_id=leader_id),
            "unknown": communities.undecided(work, leader_id=leader_id) if len(served) > 1 else 0,
        }
    kind = read_choice(form, "kind", _KINDS, "event")
    return page(
        "news",
        title="公告和预告",
        audiences=audiences,
        chosen=chosen,
        kind=kind,
        words=words,
        problem=problem,
        served=served,
        most=business.MOST_A_DAY,
        **values,
    )
