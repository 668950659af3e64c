"""核销: redeeming a pickup code, whole or in part, and undoing it.

Every try is written down, refused or not. So `redeem` answers with a value and does not raise: an exception would roll
the savepoint back, and with it the record of the try and the count of wrong ones. `Redemption.refused` carries the
refusal with its code and facts, to be worded like one that was raised.

Wrong codes are counted before the code is looked at, per person and per leader, and lock both for a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import Work, leader, order, pickup_code, redemption, redemption_line
from models.outcomes import Handed, Owed
from models.prepared import Prepared
from models.views import OrderView
from operations import codes, pick_lists
from operations.case_claims import claims, claims_ahead
from operations.errors import CodeRevoked, NotAllowed, Refused, UnderAfterSales, UnknownCode
from operations.order_views import view, view_ahead, viewed
from operations.pickup_days import counts, end_pickup_days, no_shows, remind_uncollected
from operations.pickup_gate import Scan, count_try, forgive_try, shown, tell_of_lock
from operations.pickup_records import set_order, take_lines, use_up, write, write_lines, write_log
from operations.pickup_rules import (
    Situation,
    free_of,
    handed,
    judge,
    last_handed_out,
    last_handed_out_ahead,
    owed_goods,
    owed_goods_ahead,
    recognise_clerk,
)
from operations.pickup_undo import annul


@dataclass(frozen=True, slots=True)
class Redemption:
    """What became of a try. Either `refused` says why not, or `handed` what was handed out (in a preview: would be)."""

    refused: Refused | None
    order: OrderView | None = None  # as it stands afterwards; None where there is no order to speak of
    handed: tuple[Handed, ...] = ()
    is_repeat: bool = False  # the same scan again: nothing was done a second time
    is_forced: bool = False
    is_late: bool = False  # nobody came on the day; the code stays live, who comes later still gets the goods
    owed: tuple[Owed, ...] = ()  # 补货 this resident is still to get
    held: Refused | None = None  # in a preview of the rest: why not all of it can go

    @property
    def ok(self) -> bool:
        return self.refused is None

    @property
    def collect_fen(self) -> int:
        """What is still to be paid now; zero when nothing is."""
        return max(0, self.order.due_fen) if self.order and self.ok else 0


def redeem(
    work: Work,
    *,
    leader_id: int,
    device: str,
    nonce: str,
    by_account_id: int | None = None,
    operator_id: int | None = None,
    code: str | None = None,
    token: str | None = None,
    wanted: Mapping[int, int] | None = None,
    at: datetime | None = None,
    forced: bool = False,
) -> Redemption:
    """Hand out what a code stands for. Never raises a Refused: see the module.

    `wanted` is thousandths by offer number; None is everything that is left. `device` and `nonce` name one scan: sent
    again after success it is answered the same and nothing happens, after a refusal it is tried anew. `at` is when it
    happened, for scans made offline. `forced` lets the leader or an operator pass over money, arrival, cancellation
    and after-sales; never over an unknown code, and never for more than there is.
    """
    clerk = recognise_clerk(work, leader_id=leader_id, account_id=by_account_id, operator_id=operator_id)
    scan = Scan(leader_id, clerk, shown(code, token), device, nonce, min(at or work.now, work.now), forced)
    if not clerk.is_allowed or (forced and not clerk.may_force):
        return _refuse(work, scan, NotAllowed())
    if locked := count_try(work, scan):
        return _refuse(work, scan, locked)
    found = _find(work, leader_id, code, token)
    if found is None:
        tell_of_lock(work, scan)
        return _refuse(work, scan, _unknown(scan.typed, token))
    forgive_try(work, scan)
    _hold(work, leader_id, found.order_id)
    _SAME_SCAN.ahead(work, **_of_scan(scan, found))
    _situation_ahead(work, leader_id, found.id, found.order_id)
    if earlier := _SAME_SCAN.first(work, **_of_scan(scan, found)):
        return _repeat(work, scan, earlier, found)
    now = _situation(work, leader_id, found.id, found.order_id)
    verdict = judge(now, typed=scan.typed, wanted=wanted, is_forced=forced)
    if isinstance(verdict, Refused):
        return _refuse(work, scan, verdict, now.order, found)
    return _hand_out(work, scan, now.order, found, verdict)


def preview(
    work: Work,
    *,
    leader_id: int,
    by_account_id: int | None = None,
    operator_id: int | None = None,
    code: str | None = None,
    token: str | None = None,
    wanted: Mapping[int, int] | None = None,
    with_rest: bool = False,
) -> Redemption:
    """What `redeem` would answer. Hands out nothing and records no redemption. `with_rest`: where a case holds some of
    the goods, what it would answer for the others, with `held`.

    A wrong code counts as a wrong try here too, or this would be the way to guess: call it inside
    `Store.transaction()`, so that the count stays.
    """
    clerk = recognise_clerk(work, leader_id=leader_id, account_id=by_account_id, operator_id=operator_id)
    scan = Scan(leader_id, clerk, shown(code, token), "preview", "", work.now, False)
    if not clerk.is_allowed:
        return Redemption(refused=NotAllowed())
    if locked := count_try(work, scan):
        return Redemption(refused=locked)
    found = _find(work, leader_id, code, token)
    if found is None:
        tell_of_lock(work, scan)
        return Redemption(refused=_unknown(scan.typed, token))
    forgive_try(work, scan)
    _situation_ahead(work, leader_id, found.id, found.order_id)
    now = _situation(work, leader_id, found.id, found.order_id)
    verdict, held = judge(now, typed=scan.typed, wanted=wanted, is_forced=False), None
    if isinstance(verdict, UnderAfterSales) and with_rest and (rest := free_of(now.order, now.claims)):
        held, verdict = verdict, judge(now, typed=scan.typed, wanted=rest, is_forced=False)
    if isinstance(verdict, Refused):
        return Redemption(refused=verdict, order=now.order)
    owed = owed_goods(work, leader_id=leader_id, resident_id=now.order.resident_id)
    return Redemption(
        refused=None, order=now.order, handed=handed(now.order, verdict, _alike(work, now.order)), owed=owed, held=held
    )


def _alike(work: Work, one: OrderView) -> dict[int, tuple[str, ...]]:
    return pick_lists.alike_in(work, leader_id=one.leader_id, round_id=one.round_id)


def _find(work: Work, leader_id: int, code: str | None, token: str | None) -> Row[Any] | None:
    return codes.find(work, leader_id=leader_id, code=codes.tidy(code) if code else None, token=token)


def _unknown(typed: str, token: str | None) -> UnknownCode:
    return UnknownCode(typed=typed, is_mistyped=token is None and not codes.is_sound(typed))


_HELD = Prepared(
    select(order.c.id)
    .where(order.c.leader_id == bindparam("leader_id"), order.c.id == bindparam("order_id"))
    .with_for_update(key_share=True)
)


def _hold(work: Work, leader_id: int, order_id: int) -> None:
    """One redemption of an order at a time: what is read from here on stands until the end of the transaction."""
    if work.db.dialect.name != "sqlite":
        _HELD.send(work, {"leader_id": leader_id, "order_id": order_id})


_TERMS = Prepared(
    select(leader.c.payment_mode, pickup_code.c.state)
    .join(pickup_code, pickup_code.c.leader_id == leader.c.id)
    .where(leader.c.id == bindparam("leader_id"), pickup_code.c.id == bindparam("code_id"))
)


def _situation_ahead(work: Work, leader_id: int, code_id: int, order_id: int) -> None:
    _TERMS.ahead(work, leader_id=leader_id, code_id=code_id)
    for ahead in (view_ahead, claims_ahead, last_handed_out_ahead):
        ahead(work, leader_id=leader_id, order_id=order_id)


def _situation(work: Work, leader_id: int, code_id: int, order_id: int) -> Situation:
    last = last_handed_out(work, leader_id=leader_id, order_id=order_id)
    (terms,) = _TERMS.rows(work, leader_id=leader_id, code_id=code_id)
    return Situation(
        order=viewed(work, leader_id=leader_id, order_id=order_id),
        code_state=terms.state,
        is_prepaid=terms.payment_mode != "pickup",
        claims=claims(work, leader_id=leader_id, order_id=order_id),
        last=(last.at, last.by) if last else None,
    )


def _hand_out(work: Work, scan: Scan, before: OrderView, found: Row[Any], picks: Mapping[int, int]) -> Redemption:
    take_lines(work, scan, before, picks)
    left = sum(line.left_milli for line in before.lines) - sum(picks.values())
    redemption_id = write(work, scan, found, refusal=None, completes=left == 0)
    write_lines(work, scan, redemption_id, picks)
    state = set_order(work, scan, before, is_complete=left == 0)
    if left == 0:
        use_up(work, scan, found.id)
    write_log(work, scan, before, state, redemption_id, picks)
    view_ahead(work, leader_id=scan.leader_id, order_id=before.id)
    pick_lists.alike_ahead(work, leader_id=scan.leader_id, round_id=before.round_id)
    owed_goods_ahead(work, leader_id=scan.leader_id, resident_id=before.resident_id)
    return Redemption(
        refused=None,
        order=viewed(work, leader_id=scan.leader_id, order_id=before.id),
        handed=handed(before, picks, _alike(work, before)),
        is_late=before.state == "no_show",
        is_forced=scan.is_forced,
        owed=owed_goods(work, leader_id=scan.leader_id, resident_id=before.resident_id),
    )


def _refuse(
    work: Work, scan: Scan, refusal: Refused, about: OrderView | None = None, found: Row[Any] | None = None
) -> Redemption:
    write(work, scan, found, refusal=refusal)
    return Redemption(refused=refusal, order=about)


# The success that this very scan has had before.
_SAME_SCAN = Prepared(
    select(redemption).where(
        redemption.c.leader_id == bindparam("leader_id"),
        redemption.c.device == bindparam("device"),
        redemption.c.nonce == bindparam("nonce"),
        redemption.c.code_id == bindparam("code_id"),
        redemption.c.ok,
    )
)


def _of_scan(scan: Scan, found: Row[Any]) -> dict[str, Any]:
    return {
        "leader_id": scan.leader_id,
        "device": scan.device[:40],
        "nonce": scan.nonce[:160],
        "code_id": found.id,
    }


def _repeat(work: Work, scan: Scan, earlier: Row[Any], found: Row[Any]) -> Redemption:
    """The answer of the first time; but what was annulled since must not be handed out again."""
    now = view(work, leader_id=scan.leader_id, order_id=found.order_id)
    if earlier.annulled_at is not None:
        return _refuse(work, scan, CodeRevoked(typed=scan.typed), now, found)
    rows = work.db.execute(
        select(redemption_line.c.order_line_id, redemption_line.c.quantity_milli).where(
            redemption_line.c.leader_id == scan.leader_id, redemption_line.c.redemption_id == earlier.id
        )
    )
    picks = {row.order_line_id: row.quantity_milli for row in rows}
    again = handed(now, picks, _alike(work, now))
    return Redemption(
        refused=None,
        order=now,
        handed=tuple(replace(one, left_milli=one.left_milli + one.quantity_milli) for one in again),  # gone by now
        is_repeat=True,
        is_forced=earlier.forced,
    )


__all__ = [
    "Redemption",
    "annul",
    "counts",
    "end_pickup_days",
    "no_shows",
    "preview",
    "redeem",
    "remind_uncollected",
]
