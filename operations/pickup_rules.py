"""What may be handed out for a code, and to whom the right to do so belongs. Decides; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from models import Work, account, helper, leader, operator, redemption, replacement
from models import after_sales_case as cases
from models import order as orders
from models import order_line as order_lines
from models.joins import points_to
from models.outcomes import Handed, Owed
from models.prepared import Prepared
from models.views import LineView, OrderView
from operations.case_claims import Claim
from operations.errors import (
    AlreadyRedeemed,
    CodeRevoked,
    NotAllowed,
    NotArrived,
    NothingLeft,
    OrderCancelled,
    Refused,
    TriesLocked,
    UnderAfterSales,
    UnknownCode,
    UnpaidOrder,
)

# What stands in the redemption row for each refusal.
REASONS: dict[type[Refused], str] = {
    AlreadyRedeemed: "already_used",
    CodeRevoked: "revoked",
    NotAllowed: "blocked",
    NotArrived: "not_arrived",
    NothingLeft: "nothing_left",
    OrderCancelled: "cancelled",
    TriesLocked: "locked",
    UnderAfterSales: "under_after_sales",
    UnknownCode: "unknown",
    UnpaidOrder: "unpaid",
}


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who hands out: the leader or a helper (`account_id`), or an operator of the platform."""

    account_id: int | None
    operator_id: int | None
    is_leader: bool = False
    is_allowed: bool = False

    @property
    def actor(self) -> str:
        return f"operator:{self.operator_id}" if self.account_id is None else f"account:{self.account_id}"

    @property
    def may_force(self) -> bool:
        return self.is_leader or self.operator_id is not None


def recognise_clerk(work: Work, *, leader_id: int, account_id: int | None, operator_id: int | None) -> Clerk:
    """The leader himself, an active helper of his, or an active operator may hand out; nobody else."""
    if (account_id is None) == (operator_id is None):
        raise ValueError("an account or an operator hands out: name one of them")
    if operator_id is not None:
        known = select(operator.c.id).where(operator.c.id == operator_id, operator.c.is_active)
        return Clerk(None, operator_id, is_allowed=work.db.execute(known).first() is not None)
    mine = select(leader.c.id).where(leader.c.id == leader_id, leader.c.account_id == account_id)
    if work.db.execute(mine).first() is not None:
        return Clerk(account_id, None, is_leader=True, is_allowed=True)
    helps = select(helper.c.id).where(
        helper.c.leader_id == leader_id, helper.c.account_id == account_id, helper.c.is_active
    )
    return Clerk(account_id, None, is_allowed=work.db.execute(helps).first() is not None)


def clerk_of(work: Work, *, leader_id: int, actor: str) -> Clerk:
    """The same for an actor string, `account:<id>` or `operator:<id>`."""
    kind, _, key = actor.partition(":")
    account_id, operator_id = (int(key), None) if kind == "account" else (None, int(key))
    return recognise_clerk(work, leader_id=leader_id, account_id=account_id, operator_id=operator_id)


def clerk_name(work: Work, *, leader_id: int, clerk: Clerk) -> str | None:
    """What the leader calls this person."""
    if clerk.operator_id is not None:
        name = select(operator.c.display_name).where(operator.c.id == clerk.operator_id)
    elif clerk.is_leader:
        name = select(leader.c.display_name).where(leader.c.id == leader_id)
    else:
        mine = (helper.c.leader_id == leader_id, helper.c.account_id == clerk.account_id)
        name = select(helper.c.display_name).where(*mine)
    return work.db.execute(name).scalar()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the decision hangs on."""

    order: OrderView
    code_state: str
    is_prepaid: bool  # this leader takes money beforehand
    claims: Mapping[int, Claim]
    last: tuple[datetime, str | None] | None  # when and by whom goods of this order were handed out last


def judge(now: Situation, *, typed: str, wanted: Mapping[int, int] | None, is_forced: bool) -> Refused | dict[int, int]:
    """A refusal, or how much to hand out by order line id. `wanted` is by offer number; None is everything left.

    `is_forced` passes over what the leader may decide himself: money, arrival, cancellation, after-sales.
    """
    one = now.order
    who = {"seq": one.seq, "name": one.resident_name or one.host_name}
    if now.last and not any(line.left_milli > 0 for line in one.lines):
        return AlreadyRedeemed(at=now.last[0], by=now.last[1], typed=typed, **who)
    if now.code_state not in {"active", "used"} and not is_forced:
        return OrderCancelled(**who) if one.state == "cancelled" else CodeRevoked(typed=typed)
    if not is_forced and (refusal := _not_yet(now, who)):
        return refusal
    if is_forced and not one.lines:
        return {}  # cancelled meanwhile, and handed out all the same: what went is not known any more
    picks = _choose(one, wanted)
    if isinstance(picks, Refused) or is_forced:
        return picks
    return _held(now, picks, is_all=wanted is None) or picks


def _not_yet(now: Situation, who: Mapping[str, Any]) -> Refused | None:
    one = now.order
    if one.state == "cancelled":
        return OrderCancelled(**who)
    if one.state in {"placed", "confirmed"}:
        return NotArrived(title=one.round_title, **who)
    if now.is_prepaid and one.due_fen > 0:
        return UnpaidOrder(due_fen=one.due_fen, claimed_at=one.pay_claimed_at, **who)
    return None


def _choose(one: OrderView, wanted: Mapping[int, int] | None) -> Refused | dict[int, int]:
    if wanted is None:
        return {line.id: line.left_milli for line in one.lines if line.left_milli > 0} or _none_left(one.lines)
    by_number = {line.number: line for line in one.lines}
    picks: dict[int, int] = {}
    for number, quantity in wanted.items():
        line = by_number.get(number)
        left = line.left_milli if line else 0
        if line is None or not 0 < quantity <= left:
            name, unit = (line.name, line.unit) if line else (str(number), "")
            return NothingLeft(number=number, name=name, unit=unit, left_milli=left, wanted_milli=quantity)
        picks[line.id] = quantity
    return picks or _none_left(one.lines)


def _none_left(lines: tuple[LineView, ...]) -> NothingLeft:
    names = {"number": lines[0].number, "name": lines[0].name, "unit": lines[0].unit} if lines else {}
    return NothingLeft(**({"number": 0, "name": "", "unit": ""} | names), left_milli=0, wanted_milli=0)


def free_of(one: OrderView, claimed: Mapping[int, Claim]) -> dict[int, int]:
    """By offer number, how much of what is left no open case holds; lines without any are left out."""
    free = {x.number: x.left_milli - claimed.get(x.id, Claim()).held_milli(x) for x in one.lines}
    return {number: milli for number, milli in free.items() if milli > 0}


def _held(now: Situation, picks: Mapping[int, int], *, is_all: bool) -> UnderAfterSales | None:
    """A line under after-sales is not handed out by accident; what the case does not claim may go, by name."""
    for line in now.order.lines:
        claim = now.claims.get(line.id)
        if claim is None or line.id not in picks:
            continue
        free = line.left_milli - claim.held_milli(line)
        if picks[line.id] > free:
            return UnderAfterSales(
                cases=claim.open_cases,
                number=line.number,
                name=line.name,
                unit=line.unit,
                free_milli=free,
                wanted_milli=None if is_all else picks[line.id],
            )
    return None


def handed(
    one: OrderView, picks: Mapping[int, int], alike: Mapping[int, tuple[str, ...]] = MappingProxyType({})
) -> tuple[Handed, ...]:
    """What is handed out, in number order, and what is left of each line afterwards; `one` is the order before.

    `alike`: by offer id, what it is easily confused with.
    """
    return tuple(
        Handed(
            order_line_id=line.id,
            number=line.number,
            name=line.name,
            unit=line.unit,
            quantity_milli=picks[line.id],
            left_milli=line.left_milli - picks[line.id],
            is_cold=line.is_cold,
            spec=line.spec,
            alike=alike.get(line.offer_id, ()),
            storage=line.storage,
        )
        for line in one.lines
        if line.id in picks
    )


_LAST = Prepared(
    select(
        redemption,
        func.coalesce(operator.c.display_name, helper.c.display_name, leader.c.display_name, account.c.nickname).label(
            "by"
        ),
    )
    .outerjoin(operator, operator.c.id == redemption.c.operator_id)
    .outerjoin(account, account.c.id == redemption.c.redeemed_by)
    .outerjoin(
        helper,
        and_(helper.c.leader_id == redemption.c.leader_id, helper.c.account_id == redemption.c.redeemed_by),
    )
    .outerjoin(leader, and_(leader.c.id == redemption.c.leader_id, leader.c.account_id == redemption.c.redeemed_by))
    .where(
        redemption.c.leader_id == bindparam("leader_id"),
        redemption.c.order_id == bindparam("order_id"),
        redemption.c.ok,
        redemption.c.annulled_at.is_(None),
    )
    .order_by(redemption.c.at.desc(), redemption.c.id.desc())
    .limit(1)
)
_OWED = Prepared(
    select(cases.c.number, orders.c.id, order_lines.c.name, order_lines.c.unit, replacement.c.quantity_milli)
    .select_from(replacement)
    .join(cases, points_to(replacement.c.case_id, cases))
    .join(orders, points_to(cases.c.order_id, orders))
    .join(order_lines, points_to(replacement.c.order_line_id, order_lines))
    .where(
        replacement.c.leader_id == bindparam("leader_id"),
        orders.c.resident_id == bindparam("resident_id"),
        replacement.c.handed_out_at.is_(None),
        ~replacement.c.is_cancelled,
    )
    .order_by(cases.c.number)
)


def last_handed_out_ahead(work: Work, *, leader_id: int, order_id: int) -> None:
    """`last_handed_out` will be asked for this order."""
    _LAST.ahead(work, leader_id=leader_id, order_id=order_id)


def last_handed_out(work: Work, *, leader_id: int, order_id: int) -> Any | None:
    """The latest redemption of an order that stands: its row, and `by`, the name of who did it."""
    return _LAST.first(work, leader_id=leader_id, order_id=order_id)


def owed_goods_ahead(work: Work, *, leader_id: int, resident_id: int) -> None:
    """`owed_goods` will be asked for this resident."""
    _OWED.ahead(work, leader_id=leader_id, resident_id=resident_id)


def owed_goods(work: Work, *, leader_id: int, resident_id: int) -> tuple[Owed, ...]:
    """补货 this resident is still to get, oldest first."""
    rows = _OWED.rows(work, leader_id=leader_id, resident_id=resident_id)
    return tuple(Owed(row.number, row.id, row.name, row.unit, row.quantity_milli) for row in rows)
