"""Handing out at a page: what console, leader's phone and QR page share. The rules are in operations.pickup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from operations import pickup
from operations.pickup import Redemption
from operations.sessions import Session
from web.forms import BadInput, read_milli, read_nonce
from web.site import site

_TAKE = "take_"  # form fields take_<offer number>


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who hands out, for which leader."""

    leader_id: int
    account_id: int | None
    operator_id: int | None
    device: str

    @classmethod
    def of(cls, session: Session, leader_id: int) -> Clerk:
        """The person behind a session; members hand out for their own leader only."""
        if session.operator_id is None and session.leader_id != leader_id:
            raise ValueError("a member's session is good for one leader")
        return cls(leader_id, session.account_id, session.operator_id, f"web:{session.token_hash[:16]}")

    @property
    def actor(self) -> str:
        """As `operations.pickup.annul` wants it."""
        return f"account:{self.account_id}" if self.operator_id is None else f"operator:{self.operator_id}"


def look(clerk: Clerk, code: str) -> Redemption:
    """What handing out would do. In a transaction: a wrong code is counted, here as there."""
    with site().store.transaction() as work:
        return pickup.preview(
            work,
            leader_id=clerk.leader_id,
            by_account_id=clerk.account_id,
            operator_id=clerk.operator_id,
            code=code,
            with_rest=True,
        )


def hand_out(clerk: Clerk, form: Mapping[str, str], *, code: str | None = None, token: str | None = None) -> Redemption:
    """Hand out what the form says. Raises BadInput."""
    wanted, nonce = read_wanted(form), read_nonce(form)
    return site().store.run(
        lambda work: pickup.redeem(
            work,
            leader_id=clerk.leader_id,
            by_account_id=clerk.account_id,
            operator_id=clerk.operator_id,
            device=clerk.device,
            nonce=nonce,
            code=code,
            token=token,
            wanted=wanted,
        )
    )


def take_back(clerk: Clerk, code: str) -> bool:
    """Undo the last handing out of a code; says how it went on the next page."""
    return site().act(
        lambda work: pickup.annul(work, leader_id=clerk.leader_id, actor=clerk.actor, code=code),
        done="已撤销核销，这个取货码可以再用。",
    )


def read_wanted(form: Mapping[str, str]) -> dict[int, int] | None:
    """Thousandths by offer number; None when the form has no quantities: everything that is left."""
    fields = {name.removeprefix(_TAKE): name for name in form if name.startswith(_TAKE)}
    if not fields:
        return None
    wanted = {int(number): read_milli(form, name, "数量") for number, name in fields.items() if number.isdecimal()}
    if not any(wanted.values()):
        raise BadInput("一样都没有取，请填数量。")
    return {number: milli for number, milli in wanted.items() if milli}
