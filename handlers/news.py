"""公告, 预告: shown first with how many it goes to, sent on 确认."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import commands as c
from bot.leader_words import for_whom
from bot.router import Router
from bot.texts import news as texts
from bot.texts import replies
from handlers.talk import Talk
from handlers.which import pick
from operations import communities, news, quiet_hours

router = Router()
_ROUNDS_WITH_BUYERS = ("open", "closed", "arrived")


@router.on(c.Announce)
def announce(talk: Talk, command: c.Announce) -> str:
    talk.check_leader_works()
    round_id, title = command.round_id, command.title
    if command.is_for_round and round_id is None:
        round_ = pick(talk, command, _ROUNDS_WITH_BUYERS)
        if isinstance(round_, str):
            return round_
        round_id, title = round_.id, round_.title
    place = None
    if round_id is None and not command.confirmed:
        command, place = _for_community(talk, command)
    if not command.words:
        return texts.NO_WORDS
    audience: dict[str, Any] = {"round_id": round_id, "community_id": command.community_id}
    count = news.count(talk.work, leader_id=talk.leader_id, **audience)
    if not count:
        return texts.NOBODY
    if not command.confirmed:
        news.check_cap(talk.work, leader_id=talk.leader_id)
        talk.ask_confirmation(replace(command, round_id=round_id, title=title))
        unknown = communities.undecided(talk.work, leader_id=talk.leader_id) if place else 0
        is_night = quiet_hours.are_now(talk.work, leader_id=talk.leader_id)
        whom = {"title": title, "community": place}
        return texts.ask(command.kind, command.words, count, **whom, unknown=unknown, is_night=is_night)
    done = news.announce(
        talk.work,
        leader_id=talk.leader_id,
        kind=command.kind,
        words=command.words,
        actor=talk.actor,
        source_key=talk.key,
        **audience,
    )
    return texts.sent(done.number, done.kind, done.reach, is_on_page=not any(audience.values()))


def _for_community(talk: Talk, command: c.Announce) -> tuple[c.Announce, str | None]:
    """The announcement without the community that it begins with, and its name, where the leader serves several."""
    served = {one.name: one.id for one in communities.of_leader(talk.work, leader_id=talk.leader_id)}
    meant = for_whom(command.words, list(served)) if len(served) > 1 else None
    if meant is None:
        return command, None
    name, words = meant
    return replace(command, words=words, community_id=served[name]), name


@router.on(c.SetCommunities)
def set_communities(talk: Talk, command: c.SetCommunities) -> str:
    work, leader_id = talk.work, talk.leader_id
    if command.names:
        found = communities.set_names(work, leader_id=leader_id, names=command.names, actor=talk.actor)
    else:
        found = communities.of_leader(work, leader_id=leader_id)
    if not found:
        return texts.NO_COMMUNITIES
    unknown = communities.undecided(work, leader_id=leader_id)
    return texts.communities([(one.name, one.residents) for one in found], unknown)


@router.on(c.JoinCommunity)
def join_community(talk: Talk, command: c.JoinCommunity) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    names = [one.name for one in communities.of_leader(talk.work, leader_id=talk.leader_id)]
    if not command.name or not names:
        return texts.which_community(names)
    mine = {"leader_id": talk.leader_id, "resident_id": talk.resident_id}
    return texts.lives_in(communities.join(talk.work, **mine, name=command.name).name)


@router.on(c.ListNews)
def list_news(talk: Talk, command: c.ListNews) -> str:
    rows = news.latest(talk.work, leader_id=talk.leader_id)
    if not rows:
        return texts.NOTHING_SENT
    return texts.report([(r.number, r.kind, r.words, r.reach, r.told, r.waiting, r.is_withdrawn) for r in rows])


@router.on(c.WithdrawNews)
def withdraw(talk: Talk, command: c.WithdrawNews) -> str:
    done = news.withdraw(talk.work, leader_id=talk.leader_id, number=command.number, actor=talk.actor)
    return texts.withdrawn(done.number)


@router.on(c.SetNews)
def set_news(talk: Talk, command: c.SetNews) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    news.set_wanted(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id, is_wanted=command.is_wanted)
    return texts.ON if command.is_wanted else texts.OFF
