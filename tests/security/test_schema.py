"""Every table says whose it is: a leader's, with `leader_id` in front, or one of the few that are nobody's alone."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table

from models import metadata

# Tables that do not begin with leader_id, each with the reason. A new table is a leader's unless it is argued for here.
DIRECTORY = {
    "account": "a person may know several leaders",
    "account_binding": "begins with the person: whose neighbour somebody is, is asked before the leader is known",
    "attempt": "wrong tries are counted by name, address or leader",
    "channel_pause": "the official account is shared by all leaders",
    "conversation": "begins with the person: one talk, whatever leader it is about",
    "counter": "leader numbers and such are given out over all leaders",
    "delivery_run": "a central tour brings goods to many leaders",
    "inbound_message": "the dedupe key decides before anybody is known",
    "invite_code": "found by the word in a link, before anybody knows whose neighbour it leads to",
    "job_run": "jobs work for all leaders",
    "leader": "the root of a leader's world",
    "login_link": "found by the hash of its token",
    "message_window": "begins with the person: WeChat counts messages to a person, not for a leader",
    "operator": "staff of the platform",
    "opt_in": "begins with the person, like message_window",
    "page_ticket": "of the official account, shared by all leaders",
    "pay_difference": "of the merchant account's bill, before it is known whose order it is about",
    "product": "the catalogue of the platform",
    "purchase_order": "the platform buys for many leaders at once",
    "purchase_order_line": "belongs to such an order",
    "supplier_photo": "of a supplier and his goods",
    "route": "a central tour serves many leaders",
    "route_search": "the search for such tours",
    "supplier": "sells to the platform",
    "vehicle": "the platform's",
    "warehouse": "the platform's",
    "web_session": "found by the hash of its token",
}


def homeless(schema: MetaData) -> set[str]:
    """Tables that neither begin with `leader_id` nor are argued for."""
    return {t.name for t in schema.sorted_tables if next(iter(t.primary_key)).name != "leader_id"} - DIRECTORY.keys()


def test_every_table_is_a_leaders_or_is_argued_for() -> None:
    assert homeless(metadata) == set()
    assert DIRECTORY.keys() <= metadata.tables.keys(), "a reason for a table that is not there"


def test_a_leaders_rows_can_be_found_by_the_leader() -> None:
    """A table with a leader in it can be distributed and dumped by leader: the column is a plain BIGINT everywhere."""
    for table in metadata.sorted_tables:
        if "leader_id" in table.c:
            assert isinstance(table.c.leader_id.type, BigInteger), table.name


@pytest.mark.parametrize("first", ["id", "account_id"])
def test_a_table_of_nobody_is_noticed(first: str) -> None:
    schema = MetaData()
    Table("wish", schema, Column(first, BigInteger, primary_key=True), Column("leader_id", BigInteger))
    assert homeless(schema) == {"wish"}
