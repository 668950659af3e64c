"""公告, 预告: shown first with how many it goes to, sent on 确认."""

from __future__ import annotations

from dataclasses import replace

from bot import commands as c
from bot.router import Router
from bot.texts import news as texts
from bot.texts import replies
from handlers.talk import Talk
from handlers.which import pick
from operations import news

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
    count = news.count(talk.work, leader_id=talk.leader_id, round_id=round_id)
    if not count:
        return texts.NOBODY
    if not command.confirmed:
        talk.ask_confirmation(replace(command, round_id=round_id, title=title))
        return texts.ask(command.kind, command.words, count, title=title)
    done = news.announce(
        talk.work,
        leader_id=talk.leader_id,
        kind=command.kind,
        words=command.words,
        actor=talk.actor,
        source_key=talk.key,
        round_id=round_id,
    )
    return texts.sent(done.number, done.kind, done.reach)


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
