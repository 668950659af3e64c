"""催: reminding neighbours to come or to pay, by chat; shown with its numbers before it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot import commands as c
from bot.router import Router
from bot.texts import urging as texts
from handlers.talk import Talk
from handlers.which import CHOICES, candidates, the_nth
from models.views import RoundView
from operations import nudges, quiet_hours
from operations.nudges import Reminded

router = Router()

About = Literal["pickup", "pay"]
_STATES = {"pickup": ("arrived", "completed"), "pay": ("closed", "arrived", "completed")}
_PLANS = {"pickup": nudges.plan_all, "pay": nudges.plan_paying}
_DOES = {"pickup": nudges.remind_all, "pay": nudges.remind_paying}


@router.on(c.Remind)
def remind(talk: Talk, command: c.Remind) -> str:
    if command.confirmed and command.about and command.round_id is not None:
        done = _DOES[command.about](talk.work, leader_id=talk.leader_id, round_id=command.round_id, actor=talk.actor)
        is_night = quiet_hours.are_now(talk.work, leader_id=talk.leader_id)
        return texts.reminded(done.sent, done.again, done.nobody, is_night=is_night)
    found = [one for about in _kinds(command) for one in _due(talk, command, about)]
    worth = [one for one in found if one[2].sent]
    if not worth:
        again, nobody = (sum(getattr(plan, name) for _, _, plan in found) for name in ("again", "nobody"))
        return texts.nobody_to_remind(again, nobody, command.about)
    if len(worth) > 1:
        shown = worth[:CHOICES]
        talk.ask_choice([replace(command, about=about, round_id=one.id, nth=None) for about, one, _ in shown])
        return texts.which([(about, one.title, plan.sent) for about, one, plan in shown])
    about, round_, plan = worth[0]
    talk.ask_confirmation(replace(command, about=about, round_id=round_.id, nth=None))
    return texts.ask(about, round_.title, plan.sent, plan.again, plan.nobody)


def _kinds(command: c.Remind) -> tuple[About, ...]:
    return (command.about,) if command.about else ("pickup", "pay")


def _due(talk: Talk, command: c.Remind, about: About) -> list[tuple[About, RoundView, Reminded]]:
    """Rounds with somebody to remind, each with what a reminder would do. Raises NotFound for an nth."""
    rounds = candidates(talk, _STATES[about])[:CHOICES]
    if command.round_id is not None:
        rounds = [one for one in rounds if one.id == command.round_id]
    elif command.nth is not None:
        rounds = [the_nth(rounds, command.nth)]
    plans = [(one, _PLANS[about](talk.work, leader_id=talk.leader_id, round_id=one.id)) for one in rounds]
    return [(about, one, plan) for one, plan in plans if plan.sent or plan.again or plan.nobody]
