"""What neighbours see: the leader's words and photos beside her goods, her face, her introduction, her pickup point."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import picture_intake, round_views, showcase
from operations.listings import leaders
from web.auth import allow, current
from web.forms import BadInput, read_nonce, read_position, read_text
from web.leader.blueprint import members, own_leader_id, page
from web.photos import read_photo
from web.site import site

LEADER = ("leader",)


@members.get("/rounds/<key:round_id>/showcase")
@allow(members=LEADER)
def showcase_of(round_id: int) -> str:
    """The form: for each offer the leader's words and a photo."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        round_view = round_views.view(work, leader_id, round_id)
        shown = showcase.of_round(work, leader_id=leader_id, round_id=round_id)
    return page("showcase", title="推荐和照片", round=round_view, shown=shown)


@members.post("/rounds/<key:round_id>/showcase/<int:number>")
@allow(members=LEADER, takes_photos=True)
def show_offer(round_id: int, number: int) -> Response:
    """Keep words and photo of one offer."""
    leader_id, form = own_leader_id(), request.form
    with site().store.read() as work:
        round_views.view(work, leader_id, round_id)  # a round of another leader is none

    def change(work: Work) -> None:
        words = read_text(form, "words", most=showcase.LONGEST_WORDS) or None
        actor = current().actor
        showcase.recommend(work, leader_id=leader_id, round_id=round_id, number=number, words=words, actor=actor)
        media_id = kept_photo(work, leader_id)
        if media_id is not None or form.get("no_photo"):
            showcase.picture_goods(
                work, leader_id=leader_id, round_id=round_id, number=number, media_id=media_id, actor=actor
            )

    site().act(change, done="记好了，邻居在下单页面上看得到。")
    return redirect(url_for(".showcase_of", round_id=round_id))


@members.get("/profile")
@allow(members=LEADER)
def profile() -> str:
    """The form for face and introduction."""
    with site().store.read() as work:
        leader = leaders.card_of(work, leader_id=own_leader_id())
        points = leaders.pickup_points(work, leader_id=own_leader_id())
    return page("profile", title="我的介绍", leader=leader, point=points[0] if points else None)


@members.post("/profile")
@allow(members=LEADER, takes_photos=True)
def save_profile() -> Response:
    """Keep face, introduction and pickup point."""
    leader_id, form = own_leader_id(), request.form

    def change(work: Work) -> None:
        showcase.introduce_leader(
            work,
            leader_id=leader_id,
            intro=read_text(form, "intro", most=600) or None,
            media_id=kept_photo(work, leader_id),
            actor=current().actor,
        )
        if name := read_text(form, "place", most=80):
            showcase.set_place(
                work,
                leader_id=leader_id,
                name=name,
                address=read_text(form, "address", most=200) or None,
                hours=read_text(form, "hours", most=120) or None,
                position=read_position(form, "position"),
                actor=current().actor,
            )

    site().act(change, done="记好了。")
    return redirect(url_for(".profile"))


def kept_photo(work: Work, leader_id: int) -> int | None:
    """The picture of the form, drawn anew and kept; None where none was chosen. Raises BadInput."""
    folder, sent = site().settings.media_folder, request.files.get("photo")
    if sent is None or not sent.filename:
        return None
    if folder is None:
        raise BadInput("这里现在不能放照片。")
    picture_id, _ = picture_intake.keep(
        work,
        leader_id=leader_id,
        account_id=current().account_id,
        picture=read_photo(sent, "这张照片打不开，请换一张手机拍的照片，不超过 10 MB。"),
        folder=folder,
        source_key=f"web:{read_nonce(request.form)}",
        purpose="shop",
        kept_for=showcase.KEPT_FOR,
    )
    return picture_id
