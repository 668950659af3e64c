"""Instants in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant, stored as UTC milliseconds: one format, exact comparisons on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return _to_milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return _from_milliseconds(value)

    # The same without SQLAlchemy's wrapping: each message converts a dozen.
    def bind_processor(self, dialect: Any) -> Any:
        return _to_milliseconds

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return _from_milliseconds


def _to_milliseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored: give it a time zone")
    return round(value.timestamp() * 1000)


def _from_milliseconds(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)
