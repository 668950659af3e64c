"""Several statements to PostgreSQL in one round trip: values, rows, errors, and what is prepared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

from models.pipeline import Line
from tests.support.patience import until

Raw = psycopg.Connection[Any]


@pytest.fixture
def raw(postgresql_url: str) -> Iterator[Raw]:
    dsn = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, prepare_threshold=None) as connection:
        yield connection


def prepared(raw: Raw) -> int:
    return int(raw.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'line%'").fetchone()[0])  # type: ignore[index]


def test_each_statement_has_its_rows(raw: Raw) -> None:
    found = Line(raw).converse(
        [
            ("SELECT %(n)s::BIGINT, %(word)s::VARCHAR, %(n)s::BIGINT + 1, 100 %% 7", {"n": 5, "word": "两斤"}),
            ("SAVEPOINT one", None),
            ("SELECT generate_series(1, %(n)s::INTEGER)", {"n": 3}),
            ("SELECT 1 WHERE %(yes)s::BOOLEAN", {"yes": False}),
        ]
    )
    assert found == [[(5, "两斤", 6, 2)], [], [(1,), (2,), (3,)], []]


@pytest.mark.parametrize("value", [0, -1, 40_000, 5_000_000_000, None])
def test_a_number_of_any_size_and_none_are_one_statement(raw: Raw, value: int | None) -> None:
    line = Line(raw)
    assert line.converse([("SELECT %(n)s::BIGINT", {"n": 1})]) == [[(1,)]]
    assert line.converse([("SELECT %(n)s::BIGINT", {"n": value})]) == [[(value,)]]
    assert prepared(raw) == 1


def test_a_transaction_is_begun_once_and_committed_with_the_rest(raw: Raw) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE kept (n INTEGER)", None), ("INSERT INTO kept VALUES (%(n)s::INTEGER)", {"n": 7})])
    line.converse([("INSERT INTO kept VALUES (%(n)s::INTEGER)", {"n": 8}), ("COMMIT", None)])
    assert raw.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE
    raw.rollback()
    assert line.converse([("SELECT n FROM kept", None)]) == [[(7,), (8,)]]


def test_the_first_that_fails_is_told_and_nothing_after_it_is_done(raw: Raw) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE once (n INTEGER PRIMARY KEY)", None), ("COMMIT", None)])
    add = "INSERT INTO once VALUES (%(n)s::INTEGER)"
    with pytest.raises(errors.UniqueViolation):
        line.converse([(add, {"n": 1}), (add, {"n": 1}), (add, {"n": 2}), ("COMMIT", None)])
    raw.rollback()
    assert line.converse([("SELECT n FROM once", None)]) == [[]]
    assert line.converse([(add, {"n": 1}), ("SELECT n FROM once", None)]) == [[], [(1,)]]  # and it can be used again


def test_what_is_prepared_outlives_a_rollback(raw: Raw) -> None:
    line = Line(raw)
    for n in range(3):
        assert line.converse([("SELECT %(n)s::INTEGER", {"n": n})]) == [[(n,)]]
        raw.rollback()
    assert prepared(raw) == 1


def test_a_statement_that_could_not_be_prepared_is_not_taken_for_prepared(raw: Raw) -> None:
    line = Line(raw)
    with pytest.raises(errors.UndefinedTable):
        line.converse([("SELECT n FROM nowhere WHERE n = %(n)s::INTEGER", {"n": 1})])
    raw.rollback()
    raw.execute("CREATE TABLE nowhere (n INTEGER)")
    assert line.converse([("SELECT n FROM nowhere WHERE n = %(n)s::INTEGER", {"n": 1})]) == [[]]


def test_a_lost_connection_is_an_operational_error(raw: Raw, postgresql_url: str) -> None:
    line = Line(raw)
    (((pid,),),) = line.converse([("SELECT pg_backend_pid()", None)])
    dsn = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(psycopg.OperationalError):
        line.converse([("SELECT 1", None), ("SELECT 2", None)])
    assert raw.closed


def test_what_is_pushed_is_answered_first(raw: Raw) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE kept (n INTEGER)", None)])
    add = "INSERT INTO kept VALUES (%(n)s::INTEGER) RETURNING n"
    line.push([(add, {"n": 1}), ("SAVEPOINT one", None)])
    line.push([(add, {"n": 2})])
    assert line.converse([("SELECT sum(n) FROM kept", None)]) == [[(1,)], [], [(2,)], [(3,)]]
    line.push([(add, {"n": 3})])
    assert line.converse([]) == [[(3,)]]
    assert raw.execute("SELECT count(*) FROM kept").fetchone() == (3,)


def test_what_is_pushed_is_done_without_anybody_waiting(raw: Raw, postgresql_url: str) -> None:
    line = Line(raw)
    (((key,),),) = line.converse([("SELECT pg_backend_pid()::BIGINT", None)])
    line.push([("SELECT pg_advisory_xact_lock(%(n)s::BIGINT)", {"n": key})])
    dsn = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as other:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = %s"
        until(lambda: other.execute(held, (key,)).fetchone() == (1,))
    line.abandon()


def test_what_is_pushed_first_begins_the_transaction(raw: Raw) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE kept (n INTEGER)", None), ("COMMIT", None)])
    add = "INSERT INTO kept VALUES (%(n)s::INTEGER)"
    line.push([(add, {"n": 1})])
    assert line.converse([(add, {"n": 2})]) == [[], []]
    raw.rollback()
    assert line.converse([("SELECT n FROM kept", None)]) == [[]]


def test_an_error_of_what_is_pushed_is_told_at_the_next_word(raw: Raw) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE once (n INTEGER PRIMARY KEY)", None), ("COMMIT", None)])
    add = "INSERT INTO once VALUES (%(n)s::INTEGER)"
    line.converse([(add, {"n": 1})])
    line.push([(add, {"n": 1})])
    with pytest.raises(errors.UniqueViolation):
        line.converse([(add, {"n": 2}), ("COMMIT", None)])
    raw.rollback()
    assert line.converse([("SELECT n FROM once", None)]) == [[]]


@pytest.mark.parametrize("again", [1, 2], ids=["fails", "is fine"])
def test_what_is_pushed_can_be_abandoned(raw: Raw, again: int) -> None:
    line = Line(raw)
    line.converse([("CREATE TABLE once (n INTEGER PRIMARY KEY)", None), ("COMMIT", None)])
    add = "INSERT INTO once VALUES (%(n)s::INTEGER)"
    line.converse([(add, {"n": 1})])
    line.push([(add, {"n": again})])
    line.abandon()
    raw.rollback()
    assert line.converse([("SELECT n FROM once", None)]) == [[]]
