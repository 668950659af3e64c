"""结算: what a round came to, and the leader's word that it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import commands as c
from bot.router import Router
from bot.texts import settling as texts
from handlers.talk import Talk
from handlers.which import CHOICES
from operations import links, rounds, settlement_sums, settlement_times, settlements
from operations.errors import NotFound
from operations.listings import settlements as listing

router = Router()

_SUMS = (
    "gross_fen", "discount_fen", "refund_fen", "net_fen", "commission_fen", "supplier_fen", "platform_fen",
    "correction_fen", "collected_fen", "returned_fen", "fee_fen", "unpaid_fen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shown:
    """One of the leader's rounds that is over: settled (`settlement_id`) or waiting for the end of its period."""

    title: str
    state: str
    round_id: int
    settlement_id: int | None
    row: Any = None


@router.on(c.ShowSettlement)
def show_settlement(talk: Talk, command: c.ShowSettlement) -> str:
    """The newest, or the nth; a settlement that waits for her word asks for it."""
    found = _candidates(talk)
    if not found:
        recent = rounds.latest(talk.work, talk.leader_id, ("closed", "arrived"))
        return texts.not_yet(recent[0].title, recent[0].pickup_until) if recent else texts.NOTHING_YET
    nth = command.nth or 1
    if not 1 <= nth <= len(found):
        raise NotFound(what="settlement", typed=str(nth))
    one = found[nth - 1]
    parts = [_statement(talk, one)]
    others = [f"{n} {other.title}" for n, other in enumerate(found, 1) if other is not one][: CHOICES - 1]
    if others:
        parts.append(texts.others(others))
    return "\n".join(parts)


@router.on(c.ConfirmSettlement)
def confirm_settlement(talk: Talk, command: c.ConfirmSettlement) -> str:
    settlements.confirm(talk.work, leader_id=talk.leader_id, settlement_id=command.settlement_id, actor=talk.actor)
    row = settlements.get(talk.work, talk.leader_id, command.settlement_id)
    return texts.confirmed(row.title, settlement_sums.due_to_leader_fen(row))


def _candidates(talk: Talk) -> list[_Shown]:
    """Settlements that ask for her word first, then what waits, then the rest; newest first each."""
    settled = listing.of_leader(talk.work, leader_id=talk.leader_id, limit=8)
    waiting = listing.waiting(talk.work, leader_id=talk.leader_id)
    found = [_Shown(row["title"], row["state"], row["round_id"], row["id"], row) for row in settled]
    found[:0] = [_Shown(row["title"], "waiting", row["id"], None) for row in waiting]
    return sorted(found, key=lambda one: one.state != "computed")


def _statement(talk: Talk, one: _Shown) -> str:
    if one.settlement_id is None:
        plan = settlement_sums.preview(talk.work, leader_id=talk.leader_id, round_id=one.round_id)
        sums = {name: getattr(plan, name) for name in _SUMS}
        cases = settlement_times.open_cases(talk.work, talk.leader_id, one.round_id)
        return "\n".join([texts.statement(one.title, "waiting", **sums), texts.until(plan.due_at, cases, talk.now)])
    asks = one.state == "computed"
    if asks:
        talk.ask_confirmation(c.ConfirmSettlement(one.settlement_id))
    token = links.create(
        talk.work, account_id=talk.person.account_id, leader_id=talk.leader_id, purpose="leader",
        target={"page": f"settlements/{one.settlement_id}"},
    )  # fmt: skip
    url = f"{talk.settings.public_url}/m/enter/{token}"
    sums = {name: one.row[name] for name in (*_SUMS, "shared_fen", "is_sharing")}
    return "\n".join([texts.statement(one.title, one.state, **sums), texts.look_and_confirm(url, may_confirm=asks)])
