"""Ways from the chat to the pages, and what a leader says there about her goods."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import leading, mall, replies, shelf
from handlers.talk import Talk
from handlers.which import pick
from operations import links, sessions, showcase
from operations.notices import enqueue

router = Router()


@router.on(c.OrderPage)
def order_page(talk: Talk, command: c.OrderPage) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if not talk.rounds and not talk.shelf:
        return leading.NO_ROUND if talk.is_leader else replies.nothing_open(talk.leader_name)
    pages = [(r.title, page_url(talk, f"/r/{r.code}")) for r in talk.rounds[:3]]
    if talk.shelf:
        number = talk.person.own_leader_number if talk.is_leader else talk.person.leader_number
        pages.append((shelf.PAGE, page_url(talk, f"/l/L{number}/shelf")))
    return mall.order_pages(pages, is_personal=not talk.settings.knows_visitors)


def page_url(talk: Talk, path: str) -> str:
    """An address of ours for this person: a plain one where pages ask WeChat who opens them, else a one-time link."""
    if talk.settings.knows_visitors:
        return f"{talk.settings.public_url}{path}"
    token = links.create(
        talk.work,
        account_id=talk.person.account_id,
        leader_id=talk.leader_id,
        purpose=sessions.RESIDENT,
        target={"path": path},
    )
    return f"{talk.settings.public_url}/e/{token}"


@router.on(c.Recommend)
def recommend(talk: Talk, command: c.Recommend) -> str:
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    name = showcase.recommend(
        talk.work,
        leader_id=talk.leader_id,
        round_id=round_.id,
        number=command.number,
        words=command.words,
        actor=talk.actor,
    )
    return mall.recommended(name, command.words)


@router.on(c.MakePoster)
def make_poster(talk: Talk, command: c.MakePoster) -> str:
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    page = f"{talk.settings.public_url}/r/{round_.code}"
    enqueue(
        talk.work,
        leader_id=talk.leader_id,
        account_id=talk.person.account_id,
        kind="poster",
        key=f"poster:{talk.key}",
        payload=mall.poster_facts(round_, talk.leader_name, page),
        round_id=round_.id,
    )
    return mall.poster_follows(round_.title, f"{page}/poster.png")
