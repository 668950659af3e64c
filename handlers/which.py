"""Which round a leader means: the only one, the nth of several, or a numbered question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.commands import Command, ShowMenu, Unknown
from bot.parsing.catalogue import Catalogue
from bot.round_words import titles_said, without_title
from bot.texts import leading
from bot.understand import understand
from handlers.talk import Talk, item
from models.views import OfferView, RoundView
from operations import rounds
from operations.errors import NotFound

_NAMED_IN = ("open", "closed", "arrived", "completed")
CHOICES = 4  # more than that nobody reads on a phone


def pick(talk: Talk, command: Any, states: tuple[str, ...], *, latest_only: bool = False) -> RoundView | str:
    """The round meant; or the question which one, or that there is none. `command` has `round_id` and perhaps `nth`.

    Raises NotFound for an nth that is not there.
    """
    if getattr(command, "round_id", None) is not None:
        round_id: int = command.round_id
        return rounds.view(talk.work, talk.leader_id, round_id)
    found = candidates(talk, states)
    if not found:
        return _none(talk, states)
    nth: int | None = getattr(command, "nth", None)
    if nth is not None:
        return the_nth(found, nth)
    if len(found) == 1:
        return found[0]
    named = titles_said(talk.inbound.text, [r.title for r in found])
    if len(named) == 1 or latest_only:
        return found[named[0] if len(named) == 1 else 0]
    options: list[Command] = [replace(command, round_id=r.id) for r in found[:CHOICES]]
    talk.ask_choice(options)
    return leading.which_round([r.title for r in found[:CHOICES]], is_more=len(found) > CHOICES)


def in_round_named(talk: Talk, said: Command) -> Command:
    """把水果团截了, 截单 水果团: what a leader's words mean beside the title of one of her rounds."""
    if not isinstance(said, Unknown | ShowMenu):
        return said
    for round_ in rounds.latest(talk.work, talk.leader_id, _NAMED_IN, limit=8):
        rest = without_title(talk.inbound.text, round_.title)
        again: Any = understand(rest, talk.situation()) if rest else said
        if getattr(again, "round_id", said) is None:
            return replace(again, round_id=round_.id)  # type: ignore[no-any-return]
        if getattr(again, "nth", said) is None:
            return again  # type: ignore[no-any-return]  # `pick` looks at the title
    return said


def the_nth(found: list[RoundView], nth: int) -> RoundView:
    """The round of this number in a list that was shown, from 1. Raises NotFound."""
    if not 1 <= nth <= len(found):
        raise NotFound(what="round", typed=str(nth))
    return found[nth - 1]


def pick_offer(talk: Talk, command: Any) -> tuple[RoundView, OfferView] | str:
    """The open round and the item of it that are meant, by number or by name (`goods`); or the question which one.

    Raises NotFound where no item has that number or name.
    """
    if command.goods:
        return _named(talk, command)
    round_ = pick(talk, command, ("open",))
    if isinstance(round_, str):
        return round_
    return round_, offer_of(round_, command.number)


def offer_of(round_: RoundView, number: int) -> OfferView:
    """The item of this number. Raises NotFound."""
    for offer in round_.offers:
        if offer.number == number:
            return offer
    raise NotFound(what="offer", typed=str(number))


def _named(talk: Talk, command: Any) -> tuple[RoundView, OfferView] | str:
    known = [(r, o) for r in talk.rounds for o in r.offers]
    catalogue = Catalogue([item(o) for _, o in known])
    called = catalogue.names.get(command.goods) or catalogue.resolve(command.goods)
    keys = called.keys if called else catalogue.neighbours(command.goods)
    found = [(r, o) for r, o in known if o.id in keys]
    if not found:
        raise NotFound(what="offer", typed=command.goods)
    if len(found) == 1 and called and not called.weak:
        return found[0]
    shown = found[:CHOICES]
    talk.ask_choice([replace(command, goods="", number=o.number, round_id=r.id) for r, o in shown])
    return leading.which_item(command.goods, [(r.title, o) for r, o in shown], has_several_rounds=len(talk.rounds) > 1)


def candidates(talk: Talk, states: tuple[str, ...]) -> list[RoundView]:
    """Rounds in these states, open ones by deadline, others newest first."""
    if states == ("open",):
        return talk.rounds
    return rounds.latest(talk.work, talk.leader_id, states, limit=8)


def _none(talk: Talk, states: tuple[str, ...]) -> str:
    """No round is in the right state: what there is instead, and what can be done with it."""
    newest = rounds.latest(talk.work, talk.leader_id, ("open", "closed", "arrived"))
    if not newest:
        return leading.NO_ROUND
    return leading.not_now(newest[0].title, newest[0].state, wanted=states[0])
