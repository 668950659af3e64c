"""After-sales forms that phone and console share: opening a case for a neighbour, and deciding one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import request

from models import Work
from models.outcomes import CaseView
from models.views import OrderView
from operations import aftersales, case_claims, order_views
from operations.picture_files import Picture
from web import photos
from web.auth import current
from web.forms import BadInput, read_choice, read_fen, read_milli, read_nonce, read_text
from web.show import yuan
from web.site import site
from web.words import CASE_REASONS, WISHES

DECISIONS = ("refund", "replacement", "reject", "escalate")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision form says. `amount_fen` is set for a refund only."""

    decision: Literal["refund", "replacement", "reject", "escalate"]
    amount_fen: int | None
    reason: str | None


def read_decision(form: Mapping[str, str], choices: tuple[str, ...] = DECISIONS) -> Decision:
    """Raises BadInput."""
    decision: Any = read_choice(form, "decision", choices)
    if not decision:
        raise BadInput("请选择怎么处理。")
    reason = read_text(form, "reason", most=300)
    if decision == "reject" and not reason:
        raise BadInput("拒绝要写明原因，居民会看到。")
    amount = read_fen(form, "amount", "退款金额") if decision == "refund" else None
    return Decision(decision, amount, reason or None)


def decide(work: Work, *, leader_id: int, case_number: int, decision: Decision) -> CaseView:
    """Settle a case as the form says. Raises BadInput, and as `aftersales.decide`."""
    return aftersales.decide(
        work,
        leader_id=leader_id,
        case_number=case_number,
        decision=decision.decision,
        amount_fen=decision.amount_fen,
        reason=decision.reason,
        actor=current().actor,
        source_key=f"web:{read_nonce(request.form)}",
    )


def decided(case: CaseView) -> str:
    """How it went, for the next page."""
    if case.state == "escalated":
        return f"S{case.number} 已转给平台，居民会收到消息。"
    if case.outcome == "refund":
        return f"S{case.number} 已同意退 {yuan(case.approved_fen)}，结果会通知居民。"
    if case.outcome == "replacement":
        return f"S{case.number} 已同意补货，下次取货时一起给。"
    return f"S{case.number} 已拒绝，原因会通知居民。"


def left_to_claim(work: Work, one: OrderView) -> dict[int, int]:
    """By offer id: thousandths that no case has claimed yet."""
    claimed = case_claims.claims(work, leader_id=one.leader_id, order_id=one.id)
    return {line.offer_id: line.due_milli - (claimed[line.id].milli if line.id in claimed else 0) for line in one.lines}


def open_for_neighbour(*, leader_id: int, order_id: int, opened_by: str) -> int | None:
    """Open a case as the form says, with its photos; the next page says how it went. None: it was refused."""
    opened: list[int] = []

    def said(case: CaseView) -> str:
        opened.append(case.id)
        return f"售后 S{case.number} 已登记，居民会收到消息。"

    try:
        pictures = photos.read_photos()
    except BadInput as error:
        site().flash.say("bad", str(error))
        return None
    site().act(lambda work: _open(work, leader_id, order_id, opened_by, pictures), done=said)
    return opened[0] if opened else None


def _open(work: Work, leader_id: int, order_id: int, opened_by: str, pictures: Sequence[Picture]) -> CaseView:
    form, key, actor = request.form, f"web:{read_nonce(request.form)}", current().actor
    one = order_views.view(work, leader_id=leader_id, order_id=order_id)
    case = aftersales.open_case(
        work,
        leader_id=leader_id,
        order_id=order_id,
        lines=_read_lines(one, form),
        reason=read_choice(form, "reason", tuple(CASE_REASONS), "other"),
        wish=read_choice(form, "wish", tuple(WISHES), "unsure"),
        note=read_text(form, "note", most=300) or None,
        opened_by=opened_by,
        actor=actor,
        source_key=key,
    )
    photos.attach(work, leader_id=leader_id, case_id=case.id, actor=actor, pictures=pictures, key=key)
    return case


def _read_lines(one: OrderView, form: Mapping[str, str]) -> dict[int, int]:
    """Fields bad_<offer id>."""
    wanted = {line.offer_id: read_milli(form, f"bad_{line.offer_id}", f"「{line.name}」的数量") for line in one.lines}
    lines = {offer_id: milli for offer_id, milli in wanted.items() if milli}
    if not lines:
        raise BadInput("请填哪样东西有问题、有多少。")
    return lines
