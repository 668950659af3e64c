"""Talking to WeChat Pay about 分账: accounts to be known there, parts to be given, parts to come back.

As in `scheduler.paying`: claimed in one transaction, asked outside of any, written down in another.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog

from bot.pay.gateway import PayError, ShareResult, Sharing
from models import Store, Work
from operations import bill_check, profit_sharing, settlements, share_receivers, share_returns
from operations.profit_sharing import Share
from operations.share_receivers import Receiver
from operations.share_returns import Return

log = structlog.get_logger(__name__)


def share_profits(store: Store, sharing: Sharing) -> int:
    """Tell WeChat Pay of new accounts, give what was planned, get back what is to be refunded."""
    receivers, returns = store.run(share_receivers.claim), store.run(share_returns.claim)
    for new in receivers:
        _introduce(store, sharing, new)
    for back in returns:
        _take_back(store, sharing, back)
    shares = store.run(profit_sharing.claim)
    for one in shares:
        _give(store, sharing, one)
    return len(receivers) + len(returns) + len(shares)


def parts_of(store: Store, sharing: Sharing, day: date) -> list[bill_check.Part]:
    """What we hold for given and come back on a day, beside what WeChat Pay says of it now. Raises PayError.

    Its own bill of shares has no documented columns; asking for each is the same comparison.
    """
    start, end = bill_check.span(day)
    with store.read() as work:
        shares = profit_sharing.finished(work, start=start, end=end)
        returns = share_returns.finished(work, start=start, end=end)
    parts = []
    for one in shares:
        found = sharing.query(
            transaction_id=one.transaction_id, out_order_no=one.out_order_no, merchant_id=one.receiver
        )
        parts.append(bill_check.Part("share", one.out_order_no, one.amount_fen, _done_fen(found)))
    for back in returns:
        found = sharing.query_return(out_order_no=back.out_order_no, out_return_no=back.out_return_no)
        parts.append(bill_check.Part("return", back.out_return_no, back.amount_fen, _done_fen(found)))
    return parts


def _done_fen(found: ShareResult | None) -> int | None:
    return found.amount_fen if found is not None and found.state == "done" else None


def _introduce(store: Store, sharing: Sharing, one: Receiver) -> None:
    try:
        sharing.add_receiver(merchant_id=one.merchant_id, name=one.name)
    except PayError as error:
        code, may_repeat = error.code, error.may_repeat
        log.warning("share_receiver_refused", leader=one.leader_id, code=code)
        store.run(lambda work: share_receivers.note(work, one, problem=code, may_repeat=may_repeat))
        return
    store.run(lambda work: share_receivers.note(work, one))


def _give(store: Store, sharing: Sharing, one: Share) -> None:
    """Ask before giving: an earlier try may have got through."""
    asked = {"transaction_id": one.transaction_id, "out_order_no": one.out_order_no, "merchant_id": one.receiver}
    try:
        found = sharing.query(**asked) or sharing.give(**asked, amount_fen=one.amount_fen)
    except PayError as error:
        code = error.code
        if error.may_repeat:
            store.run(lambda work: profit_sharing.try_later(work, one, problem=code))
            return
        log.warning("share_refused", share=one.out_order_no, code=code)
        store.run(lambda work: profit_sharing.refused(work, one, code=code))
        return

    def write(work: Work) -> None:
        profit_sharing.note(work, one, **_said(found))
        settlements.close_shared(work, leader_id=one.leader_id, settlement_id=one.settlement_id)

    store.run(write)


def _take_back(store: Store, sharing: Sharing, one: Return) -> None:
    asked = {"out_order_no": one.out_order_no, "out_return_no": one.out_return_no}
    try:
        found = sharing.query_return(**asked) or sharing.take_back(
            **asked, merchant_id=one.receiver, amount_fen=one.amount_fen
        )
    except PayError as error:
        code = error.code
        if error.may_repeat:
            store.run(lambda work: share_returns.try_later(work, one, problem=code))
            return
        log.warning("share_return_refused", share_return=one.out_return_no, code=code)
        found = ShareResult("failed", 0, code)
    store.run(lambda work: share_returns.note(work, one, **_said(found)))


def _said(found: ShareResult) -> dict[str, Any]:
    return {"state": found.state, "amount_fen": found.amount_fen, "problem": found.problem}
