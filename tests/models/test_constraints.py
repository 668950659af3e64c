"""What the database itself refuses, whoever forgets to ask: leaders' worlds are apart, counters and sums are sound.

Most of it is read off the schema, so that a new table is tested by being there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint, insert, update
from sqlalchemy.exc import IntegrityError

from models import Store, Work, metadata
from tests.support.rows import NOW, allowed_words, eldest, fill, id_of, is_owned, minimal, owned_tables

# Unique over all leaders on purpose: they stand in links, where no leader is named; a stop belongs to a central route.
GLOBAL_KEYS = {
    ("round", "code"),
    ("pickup_code", "token"),
    ("route_stop", "route_id"),
    # WeChat Pay's numbers, by which its notifications find their row.
    ("pay_order", "out_trade_no"),
    ("pay_order", "transaction_id"),
    ("profit_share", "out_order_no"),
}
# What must be said in one breath with a reference.
TOGETHER = {("transfer_in", "order_id"): {"state": "matched"}}

FIRST, SECOND, OTHERS = id_of(1, 1), id_of(1, 2), id_of(2, 1)


def named(name: str) -> Table:
    return metadata.tables[name]


def inner_references() -> list[Any]:
    """Every foreign key that points into a leader's world."""
    return [
        pytest.param(key, id=f"{table.name}.{key.column_keys[-1]}")
        for table in metadata.sorted_tables
        for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
        if is_owned(key.referred_table)
    ]


# ---------------------------------------------------------------- the shape of the schema


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in owned_tables()])
def test_a_leaders_table_begins_with_the_leader(table: Table) -> None:
    keys = [tuple(table.primary_key.columns.keys())]
    keys += [tuple(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [tuple(index.columns.keys()) for index in table.indexes if index.unique]
    for key in keys:
        assert key[0] == "leader_id" or (table.name, key[0]) in GLOBAL_KEYS, key
    targets = {key.referred_table.name for key in table.foreign_key_constraints}
    assert "leader" in targets or any(is_owned(named(target)) for target in targets), "nothing ties it to a leader"


@pytest.mark.parametrize("key", inner_references())
def test_a_reference_into_a_leaders_world_names_the_leader(key: ForeignKeyConstraint) -> None:
    pairs = {(element.parent.name, element.column.name) for element in key.elements}
    assert ("leader_id", "leader_id") in pairs


def test_instants_carry_their_name_and_money_its_unit() -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            kind = type(column.type).__name__
            if column.name.endswith(("_at", "_until")) or column.name == "at":
                assert kind == "Instant", f"{table.name}.{column.name}"
            if column.name.endswith(("_fen", "_milli")):
                assert kind == "BigInteger", f"{table.name}.{column.name}"


# ---------------------------------------------------------------- what is refused


@pytest.fixture
def filled(store: Store) -> Iterator[Work]:
    """Two rows in every table for leader 1, one for leader 2, in a transaction that is undone."""
    with store.read() as work:
        for leader_id, nth in ((1, 1), (1, 2), (2, 1)):
            fill(work.db, leader_id=leader_id, nth=nth)
        yield work


def refusal(work: Work, statement: Any) -> str:
    """The database's words; no words when it would take the row. Nothing is changed."""
    savepoint = work.db.begin_nested()
    try:
        work.db.execute(statement)
    except IntegrityError as error:
        return str(error.orig)
    finally:
        savepoint.rollback()
    return ""


def test_k01_a_row_of_one_leader_cannot_point_at_another(filled: Work) -> None:
    """Every reference of every table in turn; the same row that points at its own world is taken."""
    for parameter in inner_references():
        (key,) = parameter.values
        assert isinstance(key, ForeignKeyConstraint)
        table = key.table
        (column,) = [element.parent.name for element in key.elements if element.parent.name != "leader_id"]
        where = [table.c[name] == value for name, value in minimal(table, nth=2).items() if table.c[name].primary_key]
        others = eldest(2) if column == "inviter_id" else OTHERS  # an inviter was there before the invitee
        also = TOGETHER.get((table.name, column), {})
        first, second, foreign = (
            refusal(filled, update(table).where(*where).values({column: target, **also}))
            for target in (FIRST, SECOND, others)
        )
        assert "" in (first, second), (table.name, column)
        assert "foreign key" in foreign.lower(), (table.name, column)


BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("ck_round_window", "round", {"closes_at": NOW}),
    ("ck_round_window", "round", {"closes_at": NOW - timedelta(hours=1)}),
    ("ck_round_dated", "round", {"state": "open", "closes_at": None}),
    ("ck_round_pickup_window", "round", {"pickup_from": NOW, "pickup_until": NOW}),
    ("ck_round_share", "round", {"share_bps": 10_001}),
    ("uq_round_code", "round", {"code": "code1.1"}),
    ("ck_offer_not_oversold", "offer", {"capacity_milli": 1000, "reserved_milli": 1001}),
    ("ck_offer_reserved_nonneg", "offer", {"reserved_milli": -1}),
    ("ck_offer_price", "offer", {"price_fen": -1}),
    ("uq_offer_leader_id_round_id_number", "offer", {"round_id": FIRST, "number": 1}),
    ("uq_orders_current", "orders", {"round_id": FIRST, "resident_id": FIRST, "seq": 9, "is_current": True}),
    ("uq_orders_leader_id_round_id_seq", "orders", {"round_id": FIRST, "seq": 1}),
    ("ck_orders_refund_le_paid", "orders", {"paid_fen": 100, "refunded_fen": 101}),
    ("ck_orders_totals", "orders", {"total_fen": 100, "discount_fen": -1}),
    ("ck_orders_fees", "orders", {"total_fen": 100, "discount_fen": 60, "fee_fen": 41}),
    ("uq_order_line_leader_id_order_id_offer_id", "order_line", {"order_id": FIRST, "offer_id": FIRST}),
    ("ck_order_line_picked_le_allocated", "order_line", {"quantity_milli": 1000, "picked_milli": 1001}),
    (
        "ck_order_line_picked_le_allocated",
        "order_line",
        {"quantity_milli": 1000, "allocated_milli": 500, "picked_milli": 501},
    ),
    ("ck_order_line_allocated", "order_line", {"quantity_milli": 1000, "allocated_milli": 1001}),
    (
        "uq_order_event_leader_id_order_id_source_key_offer_id_kind",
        "order_event",
        {"order_id": FIRST, "source_key": "sour1.1"},
    ),
    ("uq_payment_leader_id_request_key", "payment", {"request_key": "requ1.1"}),
    ("ck_payment_positive", "payment", {"amount_fen": 0}),
    ("uq_refund_leader_id_request_key", "refund", {"request_key": "requ1.1"}),
    ("ck_refund_positive", "refund", {"amount_fen": -1}),
    ("uq_settlement_live", "settlement", {"round_id": FIRST}),
    ("ck_settlement_adds_up", "settlement", {"commission_fen": 11}),
    ("ck_settlement_net", "settlement", {"refund_fen": 1}),
    ("uq_ledger_transfer_leader_id_kind_reference", "ledger_transfer", {"reference": "refe1.1"}),
    ("ck_ledger_transfer_moves", "ledger_transfer", {"from_book": "sales"}),
    ("ck_ledger_transfer_positive", "ledger_transfer", {"amount_fen": 0}),
    ("uq_pickup_code_active", "pickup_code", {"code": "code1.1"}),
    ("uq_pickup_code_order_active", "pickup_code", {"order_id": FIRST}),
    ("uq_pickup_code_token", "pickup_code", {"token": "toke1.1"}),
    ("ck_pickup_code_used_has_time", "pickup_code", {"state": "used"}),
    ("ck_redemption_reason_iff_denied", "redemption", {"ok": False}),
    ("ck_redemption_ok_has_order", "redemption", {"order_id": None}),
    ("uq_redemption_once", "redemption", {"code_id": FIRST, "completes": True}),
    ("ck_coupon_uses", "coupon", {"max_uses": 1, "used": 2}),
    ("ck_coupon_value", "coupon", {"kind": "percent", "value": 10_001}),
    ("uq_coupon_leader_id_code", "coupon", {"code": "code1.1"}),
    ("ck_coupon_limits", "coupon", {"per_resident": 0}),
    ("uq_coupon_use_live", "coupon_use", {"order_id": FIRST}),
    ("ck_invite_inviter_came_first", "invite", {"inviter_id": SECOND}),
    ("ck_invite_reward_has_order", "invite", {"state": "rewarded"}),
    ("uq_invite_leader_id_invitee_id", "invite", {"invitee_id": FIRST}),
    ("uq_notice_leader_id_dedupe_key", "notice", {"dedupe_key": "dedu1.1"}),
    ("uq_after_sales_case_leader_id_request_key", "after_sales_case", {"request_key": "requ1.1"}),
    ("uq_after_sales_case_leader_id_number", "after_sales_case", {"number": 1}),
    ("uq_resident_leader_id_account_id", "resident", {"account_id": FIRST}),
    ("ck_resident_guest_has_host", "resident", {"account_id": None}),
    ("ck_resident_guest_has_key", "resident", {"host_resident_id": FIRST, "guest_key": None}),
    ("ck_review_stars", "review", {"stars": 6}),
    ("uq_review_leader_id_order_id", "review", {"order_id": FIRST}),
    ("ck_review_hidden_has_reason", "review", {"hidden_at": NOW}),
    ("uq_round_leader_id_shelf_day", "round", {"kind": "shelf", "shelf_day": "2026-05-02"}),
    ("ck_round_shelf_day", "round", {"kind": "shelf"}),
    ("ck_shelf_item_not_oversold", "shelf_item", {"taken_milli": 1001}),
    ("ck_shelf_item_price", "shelf_item", {"price_fen": -1}),
    ("uq_shelf_item_leader_id_number", "shelf_item", {"number": 1}),
    ("uq_shelf_item_leader_id_name", "shelf_item", {"name": "name1.1", "spec": ""}),
    ("ck_offer_stock_on_the_shelf", "offer", {"shelf_item_id": FIRST, "capacity_milli": 1000}),
    ("uq_relay_leader_id_number", "relay", {"number": 1}),
]
# What the first row must be for the second to break the rule.
FIRST_ROW: dict[str, dict[str, Any]] = {
    "uq_redemption_once": {"code_id": FIRST, "completes": True},
    "uq_orders_current": {"is_current": True},
    "uq_round_leader_id_shelf_day": {"kind": "shelf", "shelf_day": "2026-05-02"},
}


def test_the_database_refuses(filled: Work) -> None:
    for constraint, table, change in BROKEN:
        target = named(table)
        if constraint in FIRST_ROW:
            filled.db.execute(update(target).where(target.c.id == FIRST).values(FIRST_ROW[constraint]))
        words = refusal(filled, update(target).where(target.c.leader_id == 1, target.c.id == SECOND).values(change))
        if filled.db.dialect.name == "sqlite" and constraint.startswith("uq_"):
            assert words.startswith("UNIQUE constraint failed"), constraint  # by columns, without the name
        else:
            assert constraint in words, constraint


def test_every_column_of_words_knows_its_words(filled: Work) -> None:
    checked = 0
    for table in metadata.sorted_tables:
        for column in table.columns:
            if allowed_words(table, column.name):
                checked += 1
                words = refusal(filled, update(table).values({column.name: "?"}))
                assert "check constraint" in words.lower(), f"{table.name}.{column.name}"
    assert checked > 30


def test_e13_a_used_code_is_free_again_and_another_leader_may_have_the_same(filled: Work) -> None:
    code = named("pickup_code")
    filled.db.execute(update(code).where(code.c.id == FIRST).values(state="used", used_at=NOW))
    for other in (SECOND, OTHERS):
        assert refusal(filled, update(code).where(code.c.id == other).values(code="code1.1")) == ""


def test_a_person_has_one_current_leader(filled: Work) -> None:
    binding = named("account_binding")
    filled.db.execute(update(binding).where(binding.c.leader_id == 1).values(is_current=True))
    second = minimal(binding, leader_id=2, account_id=FIRST, is_current=True)
    assert "unique" in refusal(filled, insert(binding).values(second)).lower()
    assert refusal(filled, insert(binding).values(second | {"is_current": False})) == ""


def test_a_refused_scan_may_be_repeated_and_a_successful_one_not(filled: Work) -> None:
    redemption = named("redemption")
    first, second = redemption.c.id == FIRST, redemption.c.id == SECOND
    scan = {"device": "phone", "nonce": "n1", "code_id": FIRST}
    filled.db.execute(update(redemption).where(first).values(scan | {"ok": False, "reason": "unpaid"}))
    filled.db.execute(update(redemption).where(second).values(scan))
    assert "unique" in refusal(filled, update(redemption).where(first).values(ok=True, reason=None)).lower()


def test_d04_a_message_key_exists_once(filled: Work) -> None:
    inbound = named("inbound_message")
    assert "unique" in refusal(filled, insert(inbound).values(minimal(inbound))).lower()


def test_orders_with_a_history_cannot_be_deleted(filled: Work) -> None:
    assert "foreign key" in refusal(filled, named("orders").delete()).lower()
