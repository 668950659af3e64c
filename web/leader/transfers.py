"""对账: a WeChat bill is uploaded or pasted, each transfer finds its order, one tap enters the payment."""

from __future__ import annotations

from dataclasses import asdict

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bot.parsing.wechat_bill import MOST_BYTES, Bill, NoBill, read_bill
from models import Work
from operations import order_views, transfers
from operations.payments import PaidOrder
from operations.transfers import Incoming, Uploaded
from web.auth import allow, current
from web.forms import BadInput, read_id
from web.leader.blueprint import members, own_leader_id, page
from web.show import person, yuan
from web.site import site

LEADER = ("leader",)


@members.get("/transfers")
@allow(members=LEADER)
def transfers_() -> str:
    """Open transfers with the orders they may be for, and where to put a bill."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        found = transfers.proposals(work, leader_id=leader_id)
        named = {match.order_id for one in found for match in one.matches}
        orders = {one.id: one for one in order_views.of_ids(work, leader_id, sorted(named))}
    sure = [one for one in found if one.is_sure]
    return page("transfers", title="对账", found=found, orders=orders, sure=len(sure))


@members.post("/transfers")
@allow(members=LEADER)
def upload_bill() -> Response:
    """A file, or text that was pasted."""

    def keep(work: Work) -> tuple[Uploaded, Bill]:
        bill = _read()
        lines = [Incoming(**asdict(line)) for line in bill.lines]
        return transfers.upload(work, leader_id=own_leader_id(), lines=lines, actor=current().actor), bill

    site().act(keep, done=lambda done: _said(*done))
    return redirect(url_for(".transfers_"))


@members.post("/transfers/<key:transfer_id>/match")
@allow(members=LEADER)
def match_transfer(transfer_id: int) -> Response:
    """This one is for that order."""
    order_id = read_id(request.form, "order")

    def confirm(work: Work) -> PaidOrder:
        if order_id is None:
            raise BadInput("请选是谁的订单。")
        return transfers.confirm(
            work, leader_id=own_leader_id(), transfer_id=transfer_id, order_id=order_id, actor=current().actor
        )

    site().act(confirm, done=_entered)
    return redirect(url_for(".transfers_"))


@members.post("/transfers/sure")
@allow(members=LEADER)
def match_sure() -> Response:
    """All that are sure, together."""
    site().act(
        lambda work: transfers.confirm_sure(work, leader_id=own_leader_id(), actor=current().actor),
        done=lambda paid: f"记好了 {len(paid)} 笔。" if paid else "没有能一起确认的，请一笔一笔看。",
    )
    return redirect(url_for(".transfers_"))


@members.post("/transfers/<key:transfer_id>/ignore")
@allow(members=LEADER)
def ignore_transfer(transfer_id: int) -> Response:
    """It is for something else."""
    site().act(
        lambda work: transfers.ignore(work, leader_id=own_leader_id(), transfer_id=transfer_id, actor=current().actor),
        done="好的，这笔不算货款。",
    )
    return redirect(url_for(".transfers_"))


def _read() -> Bill:
    """What was sent. Raises BadInput."""
    file = request.files.get("bill")
    data: bytes | str = file.stream.read(MOST_BYTES) if file else request.form.get("pasted", "")
    if not data:
        raise BadInput("请选账单文件，或者把账单里的内容粘贴进来。")
    try:
        return read_bill(data)
    except NoBill:
        raise BadInput(
            "没看出这是微信账单。请用：微信 我 → 服务 → 钱包 → 账单 → 下载账单 → 用于个人对账，得到的表格。"
        ) from None


def _said(done: Uploaded, bill: Bill) -> str:
    parts = [f"读到 {done.new + done.known} 笔收款，新的 {done.new} 笔"]
    if bill.others:
        parts.append(f"{bill.others} 笔不是收款，没有用")
    if bill.unread:
        parts.append(f"{len(bill.unread)} 行没读懂：{'；'.join(bill.unread[:3])}")
    return "，".join(parts) + "。"


def _entered(paid: PaidOrder) -> str:
    one = paid.order
    rest = (
        f"，还差 {yuan(one.due_fen)}"
        if one.due_fen > 0
        else f"，多付了 {yuan(-one.due_fen)}"
        if one.due_fen < 0
        else ""
    )
    return f"记好了：{one.seq} 号 {person(one.resident_name, one.host_name)} 付了 {yuan(paid.amount_fen)}{rest}。"
