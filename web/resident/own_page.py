"""`/my`: one's own orders, coupons, reviews, link, and what is kept of oneself."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from urllib.parse import quote

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bot.texts import own_data as words
from models import Work
from models.outcomes import CaseView
from operations import (
    aftersales,
    codes,
    communities,
    coupons,
    invites,
    news,
    order_views,
    people,
    privacy,
    reviews,
    rounds,
    visitors,
)
from operations.audit import record
from operations.listings import leaders
from web.auth import allow, current
from web.forms import BadInput, read_id, read_text
from web.resident.about import keep_about
from web.resident.blueprint import RESIDENTS, mall
from web.resident.identity import ask, is_to_be_asked, known, neighbour
from web.site import render, show_problem, site


@mall.get("/my")
@allow(public=True)
def mine() -> Response | str:
    """Everything of one's own at the leader one follows; who is not known yet is asked, or told how."""
    if is_to_be_asked():
        return ask("/my")
    person = neighbour()
    if person is None:
        return show_problem(HTTPStatus.UNAUTHORIZED)
    account_id = person.account_id
    with site().store.read() as work:
        visitor = known(work, current().leader_id or 0)
        leader_id = visitor.person.leader_id if visitor else None
        if visitor is None or leader_id is None or visitor.person.resident_id is None:
            return show_problem(404, "您还没有跟着团长。请打开团长发的链接，或者在公众号里发团长的编号，比如 L7。")
        resident_id = visitor.person.resident_id
        own = order_views.of_resident(work, leader_id, resident_id, limit=10)
        waiting = {o.round_id for o in own if o.state in {"placed", "confirmed", "ready", "partly"}}
        tokens = {o.id: codes.token_of(work, leader_id=leader_id, order_id=o.id) for o in own if o.code}
        return render(
            "resident/mine.html",
            title="我的",
            person=visitor.person,
            leader=leaders.card_of(work, leader_id=leader_id),
            orders=own,
            rounds={round_id: rounds.view(work, leader_id, round_id) for round_id in waiting},
            tokens=tokens,
            coupons=coupons.usable(work, leader_id=leader_id, resident_id=resident_id),
            cases=_cases(work, leader_id, [o.id for o in own]),
            reviews=reviews.of_resident(work, leader_id=leader_id, resident_id=resident_id),
            own_id=resident_id,
            terms=site().settings.invites,
            invite=invites.standing(work, leader_id=leader_id, resident_id=resident_id),
            own_url=site().settings.url,
            kept=privacy.own_data(work, account_id=account_id),
            me=visitors.look(work, account_id=account_id, leader_id=leader_id),
            served=communities.of_leader(work, leader_id=leader_id),
        )


def _cases(work: Work, leader_id: int, order_ids: list[int]) -> dict[int, list[CaseView]]:
    """By order: what was complained of, and how it stands; what was taken back is left out."""
    states = (*aftersales.OPEN, "resolved", "rejected")
    found: dict[int, list[CaseView]] = defaultdict(list)
    for one in aftersales.list_cases(work, leader_id=leader_id, order_ids=order_ids, states=states):
        found[one.order_id].append(one)
    return found


@mall.get("/my/data")
@allow(members=RESIDENTS)
def own_data() -> Response | str:
    """The same as 「导出我的资料」 in chat, to read or, with `file`, to keep."""
    with site().store.read() as work:
        text = words.kept(privacy.own_data(work, account_id=current().account_id or 0))
    if "file" not in request.args:
        return render("resident/own_data.html", title="我的资料", text=text)
    answer = Response(f"\ufeff{text}\n", content_type="text/plain; charset=utf-8")
    named = f"filename=my-data.txt; filename*=UTF-8''{quote('我的资料.txt')}"
    answer.headers["Content-Disposition"] = f"attachment; {named}"
    return answer


@mall.post("/my/about")
@allow(members=RESIDENTS)
def about_me() -> Response:
    """称呼, 房号, 小区, and whether announcements are wanted: as 「我是 …」, 「小区 …」, 「退订公告」."""
    form, account_id = request.form, current().account_id or 0

    def keep(work: Work) -> None:
        leader_id = people.by_account(work, account_id).leader_id or 0
        mine = {
            "leader_id": leader_id,
            "resident_id": visitors.customer(work, account_id=account_id, leader_id=leader_id),
        }
        keep_about(work, form, **mine)
        news.set_wanted(work, **mine, is_wanted=form.get("wants_news") == "1")
        record(
            work,
            leader_id=leader_id,
            actor=f"account:{account_id}",
            action="resident.about",
            entity="resident",
            entity_id=mine["resident_id"],
        )

    site().act(keep, done="记住了。")
    return redirect(url_for(".mine"))


@mall.post("/my/invite")
@allow(members=RESIDENTS)
def own_link() -> Response:
    """The same as 「邀请」 in chat: one's own link, the same every time."""
    account_id = current().account_id or 0

    def make(work: Work) -> None:
        if not site().settings.invites.is_on:
            raise BadInput("现在没有邀请活动。")
        leader_id = people.by_account(work, account_id).leader_id or 0
        resident_id = visitors.customer(work, account_id=account_id, leader_id=leader_id)
        invites.own_code(work, leader_id=leader_id, resident_id=resident_id)

    site().act(make, done="这是您的邀请链接，长按复制，发给还没来过的邻居。")
    return redirect(url_for(".mine"))


@mall.post("/my/review")
@allow(members=RESIDENTS)
def review() -> Response:
    """The same as 「评价 5 很新鲜」 in chat."""
    form, account_id = request.form, current().account_id or 0
    order_id, leader_id = read_id(form, "order"), read_id(form, "leader")
    stars = form.get("stars", "")

    def write(work: Work) -> None:
        if stars not in {"1", "2", "3", "4", "5"} or order_id is None or leader_id is None:
            raise BadInput("请先选几颗星。")
        visitor = visitors.look(work, account_id=account_id, leader_id=leader_id)
        reviews.write(
            work,
            leader_id=leader_id,
            resident_id=visitor.resident_id or 0,
            stars=int(stars),
            words=read_text(form, "words", most=500) or None,
            order_id=order_id,
            shows_name=form.get("shows_name") == "1",
        )

    site().act(write, done="谢谢您的评价，记下了。要放照片，在公众号里发过来就行。")
    return redirect(url_for(".mine"))


@mall.post("/my/erase")
@allow(members=RESIDENTS)
def erase() -> Response:
    """Be forgotten, as 「删除我的资料」 does; the box must be ticked."""
    account_id = current().account_id or 0

    def forget(work: Work) -> None:
        if request.form.get("sure") != "1":
            raise BadInput("请先勾选“我确定”。")
        privacy.erase(work, account_id=account_id)

    if site().act(forget, done="已经删除。以后要订货，重新打开团长的链接就行。"):
        return redirect(url_for("public.front"))
    return redirect(url_for(".mine"))
