"""A photo of a pickup QR, sent to the chat by a leader or helper: looked at by a job, redeemed once.

The photo, what was read in it, the redemption and the notice about it are settled in one transaction, so that a worker
that dies or comes second redeems nothing twice: the message's own key is the scan's nonce.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from models import Work
from operations import pickup, picture_intake, pictures
from operations.errors import UnpaidOrder
from operations.notices import enqueue
from operations.pickup import Redemption
from operations.pickup_rules import recognise_clerk
from operations.pictures import WantedPicture

PURPOSES = ("code", "case_code")
# Somebody stands at the counter: later nobody waits for the answer any more, and the code can be typed.
WORTH_IT = timedelta(minutes=10)
_KEPT_FOR = timedelta(days=1)  # its row; the picture itself is only looked at
Read = tuple[str | None, str | None]  # token, code: one of the two


def look(
    work: Work,
    *,
    leader_id: int,
    account_id: int,
    wechat_media_id: str,
    source_key: str,
    is_in_case: bool,
    pic_url: str = "",
) -> None:
    """Have a job look for a pickup code in this photo. `is_in_case`: without one, nothing more is to be said.

    `pic_url` is WeChat's plain address of the picture, for accounts without the media API.
    """
    picture_intake.want(
        work,
        leader_id=leader_id,
        account_id=account_id,
        wechat_media_id=wechat_media_id,
        pic_url=pic_url,
        source_key=f"code:{source_key}",
        purpose="case_code" if is_in_case else "code",
        kept_for=_KEPT_FOR,
    )


def settle(work: Work, wanted: WantedPicture, found: Sequence[Read]) -> bool:
    """What was read in the photo: one code is redeemed, of several none. False when the lease was lost."""
    if not pictures.looked_at(work, wanted):
        return False
    codes = sorted({one for one in found if any(one)}, key=repr)
    if len(codes) == 1:
        token, code = codes[0]
        done = pickup.redeem(
            work,
            leader_id=wanted.leader_id,
            by_account_id=wanted.account_id,
            token=token,
            code=code,
            device="chat",
            nonce=wanted.source_key,
            at=wanted.created_at,
        )
        _tell(work, wanted, _facts(work, wanted, done))
    elif codes:
        _tell(work, wanted, {"outcome": "several", "codes": len(codes)})
    elif wanted.purpose == "code":
        _tell(work, wanted, {"outcome": "none"})
    return True


def give_up(work: Work, wanted: WantedPicture) -> bool:
    """The photo cannot be had or is no picture: who sent it is told to type the code."""
    if not pictures.give_up(work, wanted):
        return False
    if wanted.purpose == "code":
        _tell(work, wanted, {"outcome": "failed"})
    return True


def is_worth_it(work: Work, wanted: WantedPicture) -> bool:
    """Whether another try to fetch it still helps somebody."""
    return work.now - wanted.created_at < WORTH_IT


def _tell(work: Work, wanted: WantedPicture, payload: Mapping[str, Any]) -> None:
    if wanted.account_id is not None:
        enqueue(
            work,
            leader_id=wanted.leader_id,
            account_id=wanted.account_id,
            kind="photo_redeemed",
            key=f"photo:{wanted.source_key}"[:160],
            payload=payload,
            order_id=payload.get("order_id"),
        )


def _facts(work: Work, wanted: WantedPicture, done: Redemption) -> dict[str, Any]:
    """What became of it, as plain values; money only for who may see it."""
    clerk = recognise_clerk(work, leader_id=wanted.leader_id, account_id=wanted.account_id, operator_id=None)
    one, refused = done.order, done.refused
    if refused is not None or one is None:
        code = refused.code if refused else "refused"
        if isinstance(refused, UnpaidOrder) and not clerk.is_leader:
            return {"outcome": "refused", "code": "unpaid_for_helper", "facts": {"seq": refused.facts["seq"]}}
        facts = {key: _plain(value) for key, value in (refused.facts if refused else {}).items()}
        return {"outcome": "refused", "code": code, "facts": facts}
    return {
        "outcome": "redeemed",
        "order_id": one.id,
        "seq": one.seq,
        "name": one.resident_name or one.host_name,
        "room": one.room,
        "note": one.note,
        "handed": [
            _goods(
                x.name, x.unit, x.quantity_milli, is_cold=x.is_cold, spec=x.spec, alike=list(x.alike), storage=x.storage
            )
            for x in done.handed
        ],
        "is_late": done.is_late,
        "left": [_goods(x.name, x.unit, x.left_milli) for x in one.lines if x.left_milli],
        "owed": [_goods(x.name, x.unit, x.quantity_milli, number=x.case_number) for x in done.owed],
        "collect_fen": done.collect_fen if clerk.is_leader else 0,
    }


def _goods(name: str, unit: str, milli: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "unit": unit, "quantity_milli": milli, **more}


def _plain(value: Any) -> Any:
    """As JSON keeps it; instants as ISO text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
