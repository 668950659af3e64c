"""Bills as WeChat writes them, and whose order each transfer is for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.wechat_bill import NoBill, read_bill
from models import Store, payer_alias, payment, transfer_in
from operations import transfers
from operations.errors import TransferDone
from operations.matching import Owing, Transfer, propose
from operations.paying_terms import pay_note
from operations.rounds import view as round_view
from tests.support.world import World

# The shape of the file WeChat sends for 用于个人对账; names and numbers are made up.
PREAMBLE = """微信支付账单明细,,,,,,,,
微信昵称：[小美],,,,,,,,
起始时间：[2026-05-01 00:00:00] 终止时间：[2026-05-03 23:59:59],,,,,,,,
导出类型：[全部],,,,,,,,
,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,
"""
HEAD = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"


def row(
    number: str, payer: str, yuan: str, note: str = "/", *, at: str = "2026-05-02 12:00:00", way: str = "收入"
) -> str:
    return f'{at},转账,{payer},"转账备注:{note}",{way},¥{yuan},/,已存入零钱,{number}\t,{number}\t,"{note}"\n'


BILL = (
    PREAMBLE
    + HEAD
    + row("1000050001", "李姐", "90.00", "草莓")
    + row("1000050002", "超市", "12.50", way="支出")
    + row("1000050003", "晴天", "1036.00", "5-301 鸡蛋")
    + row("1000050004", "坏行", "很多")
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_bill_is_read_in_every_encoding(encoding: str) -> None:
    text = BILL.replace("¥", "￥") if encoding == "gbk" else BILL  # the half-width sign is not in GBK
    bill = read_bill(text.encode(encoding))
    assert [(line.transaction_no, line.payer, line.amount_fen) for line in bill.lines] == [
        ("1000050001", "李姐", 9000),
        ("1000050003", "晴天", 103600),
    ]
    assert bill.lines[0].paid_at == datetime(2026, 5, 2, 4, 0, tzinfo=UTC)
    assert bill.lines[1].note.startswith("5-301 鸡蛋")
    assert (bill.others, len(bill.unread)) == (1, 1)


def test_pasted_text_and_windows_line_ends_are_read() -> None:
    assert read_bill(BILL.replace("\n", "\r\n")).lines == read_bill(BILL).lines
    pasted = (
        "\t".join(HEAD.strip().split(",")) + "\n" + "2026/5/2 12:00\t转账\t李姐\t/\t收入\t90\t/\t\t1000050001\t/\t/"
    )
    assert [line.amount_fen for line in read_bill(pasted).lines] == [9000]


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xfe\x00", "交易时间,金额".encode(), PREAMBLE.encode()])
def test_what_is_no_bill_is_none(data: bytes) -> None:
    with pytest.raises(NoBill):
        read_bill(data)


@given(st.text(max_size=300))
def test_nothing_breaks_the_reader(text: str) -> None:
    first = "0001-01-01 00:00:00,转账,李姐,/,收入,¥90.00,/,支付成功,1000050001,/,/\n"
    for data in (text, HEAD + text, HEAD + first + text, HEAD + '"' + text * 500):
        try:
            read_bill(data)
        except NoBill:
            continue


# ---- whose it is

AT = datetime(2026, 5, 2, 4, 0, tzinfo=UTC)


def owing(order_id: int, name: str, room: str, fen: int, note: str) -> Owing:
    return Owing(order_id, order_id * 10, name, room, note, fen, AT - timedelta(hours=2))


LI = owing(1, "李姐", "3-502", 9000, "K7Q1")
ZHANG = owing(2, "张哥", "5-301", 9000, "K7Q12")
WANG = owing(3, "王叔", "5-302", 3600, "K7Q3")


def first(payer: str, note: str, fen: int, known: dict[str, list[int]] | None = None) -> tuple[int | None, bool]:
    (found,) = propose([Transfer(1, payer, note, fen, AT)], [LI, ZHANG, WANG], known or {})
    return (found.matches[0].order_id if found.matches else None), found.is_sure


@pytest.mark.parametrize(
    ("payer", "note", "fen", "expected", "is_sure"),
    [
        ("路人甲", "K7Q1", 9000, 1, True),
        ("路人甲", "备注 k7q12 谢谢", 9000, 2, True),  # not K7Q1
        ("路人甲", "5-301", 9000, 2, True),
        ("路人甲", "5栋302", 3600, 3, True),
        ("路人甲", "", 3600, 3, False),  # the sum alone
        ("路人甲", "", 9000, 1, False),  # two of them owe that
        ("李姐", "", 9000, 1, False),  # a name on a phone is no proof
        ("路人甲", "K7Q1", 8000, 1, False),  # too little
        ("路人甲", "15-3012", 777, None, False),
    ],
)
def test_what_speaks_for_an_order(payer: str, note: str, fen: int, expected: int | None, *, is_sure: bool) -> None:
    assert first(payer, note, fen) == (expected, is_sure)


def test_a_name_that_paid_before_is_remembered() -> None:
    assert first("晴天", "", 9000, {"晴天": [20]}) == (2, True)
    assert first("晴天", "", 9000, {"晴天": [20, 10]}) == (1, False), "two neighbours under one name"


def test_money_from_before_the_order_is_not_for_it() -> None:
    early = Transfer(1, "李姐", "K7Q1", 9000, AT - timedelta(days=1))
    (found,) = propose([early], [LI], {})
    assert not found.is_sure


def test_two_transfers_for_one_order_are_both_looked_at() -> None:
    twice = [Transfer(number, "甲", "K7Q1", 9000, AT) for number in (1, 2)]
    assert [found.is_sure for found in propose(twice, [LI, ZHANG], {})] == [False, False]


# ---- with the database


def bill_of(world: World, order_ids: list[int]) -> str:
    text = PREAMBLE + HEAD
    for nth, order_id in enumerate(order_ids):
        one = world.view(order_id)
        with world.store.read() as work:
            code = round_view(work, world.leader_id, one.round_id).code
        yuan = f"{one.due_fen / 100:.2f}"
        text += row(f"10000500{nth:02d}", f"网名{nth}", yuan, pay_note(code, one.seq), at="2026-05-02 12:30:00")
    return text


def upload(world: World, text: str) -> transfers.Uploaded:
    with world.store.transaction() as work:
        lines = [transfers.Incoming(**asdict(line)) for line in read_bill(text).lines]
        return transfers.upload(work, leader_id=world.leader_id, lines=lines, actor="system")


def test_sure_ones_are_entered_together_and_once(store: Store) -> None:
    world = World(store, payment_mode="transfer")
    orders = [world.order(world.resident(f"居民{n}"), {1: 1}) for n in range(3)]
    world.clock.advance(hours=3)  # type: ignore[attr-defined]
    text = bill_of(world, orders)
    assert upload(world, text) == transfers.Uploaded(3, 0)
    assert upload(world, text + row("1000059999", "路人", "1.23")) == transfers.Uploaded(1, 3)
    for expected in (3, 0):
        with store.transaction() as work:
            assert len(transfers.confirm_sure(work, leader_id=world.leader_id, actor="system")) == expected
    assert [world.view(order_id).pay_state for order_id in orders] == ["paid"] * 3
    assert world.count(payment) == 3
    assert world.count(payer_alias) == 3
    upload(world, text)
    assert world.count(transfer_in, state="open") == 1


def test_one_tap_counts_once_and_is_not_given_to_two(store: Store) -> None:
    world = World(store)
    first_order = world.order(world.resident("李姐"), {1: 1})
    second_order = world.order(world.resident("张哥"), {1: 1})
    upload(world, HEAD + row("1000050001", "晴天", "50.00"))
    transfer_id = world.rows(transfer_in)[0].id

    def tap(order_id: int) -> None:
        with store.transaction() as work:
            transfers.confirm(
                work, leader_id=world.leader_id, transfer_id=transfer_id, order_id=order_id, actor="system"
            )

    tap(first_order)
    tap(first_order)
    with pytest.raises(TransferDone):
        tap(second_order)
    assert (world.view(first_order).paid_fen, world.view(first_order).due_fen) == (5000, -500)
    assert world.view(second_order).paid_fen == 0
    with pytest.raises(TransferDone), store.transaction() as work:
        transfers.ignore(work, leader_id=world.leader_id, transfer_id=transfer_id, actor="system")
