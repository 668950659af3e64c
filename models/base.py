"""The database: column helpers, the engine, and the only place that begins and commits a transaction.

Everything that changes data runs inside `Store.transaction()` (or `Store.run`, which retries a deadlock), reading
pages inside `Store.read()`. Operations receive the resulting `Work`: the connection, the instant at which the unit
of work began, the id source and the random source, so that nothing in the business asks the machine for them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.engines import Busy, postgresql_engine, sqlite_engine, tidy
from models.ids import Clock, IdSource
from models.instants import Instant
from models.known import Known
from models.lanes import Joint, Lanes
from models.quick import quick
from models.randomness import StockedRandom
from models.spare import Spare
from models.turns import TooLate, Turn, Writer
from models.wire import Wire
from models.wires import wire_of

# And how tables are written.
__all__ = ["Busy", "Clock", "IdSource", "Instant", "Store", "Work", "metadata", "system_clock"]

T = TypeVar("T")
_A_FEW = 2  # transactions at once
_GLANCE_S = 0.2
_NOTICEABLE_S = 0.1  # a wait for a connection that is taken off the wait for locks

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, *values: str, name: str | None = None) -> CheckConstraint:
    """A column that takes only these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=name or f"{column}_known")


def central(name: str, *columns: Any) -> Table:
    """A table of the platform's own, outside every leader's world."""
    return Table(name, metadata, Column("id", BigInteger, primary_key=True, autoincrement=False), *columns)


def only_where(condition: str) -> dict[str, Any]:
    """Of a partial index: the rows it holds, said alike to both databases."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


def owned(name: str, *columns: Any, **options: Any) -> Table:
    """A table of a leader's world: its primary key begins with `leader_id`, and so does every foreign key inside it."""
    return Table(
        name,
        metadata,
        Column("leader_id", BigInteger, nullable=False),
        Column("id", BigInteger, nullable=False),
        *columns,
        PrimaryKeyConstraint("leader_id", "id"),
        **options,
    )


def ref(column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the leader's world: the database refuses a row of A that points at B."""
    return ForeignKeyConstraint(["leader_id", column], [f"{target}.leader_id", f"{target}.id"])


def of_leader() -> ForeignKeyConstraint:
    """The root of a leader's world."""
    return ForeignKeyConstraint(["leader_id"], ["leader.id"])


def system_clock() -> datetime:
    """The machine's clock: the only place that reads it for the product."""
    return datetime.now(UTC)


@quick
@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work, as every operation receives it."""

    db: Connection
    now: datetime
    new_id: IdSource
    rng: random.Random
    known: Known = field(repr=False)
    wire: Wire = field(repr=False)
    is_joint: bool = False  # it shares its transaction with others of its lane
    notes: dict[Any, Any] = field(default_factory=dict, repr=False)  # what one step of this leaves for a later one
    _learnt: dict[Any, Any] = field(default_factory=dict, repr=False)

    def learn(self, key: Any, value: Any) -> None:
        """Keep something costly to read in `known` once this transaction has committed: before, it may never be so."""
        self._learnt[key] = value


class Store:
    """An opened database with the clock, ids and randomness its units of work are given."""

    def __init__(
        self, engine: Engine, *, clock: Clock, rng: random.Random, wait_s: float, connections: int = 8
    ) -> None:
        self.engine, self.clock, self.rng = engine, clock, rng
        self.new_id = IdSource(clock, rng)
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._wait_s, self.known = wait_s, Known()
        self._reader = engine.execution_options(lintuan_read_only=True)
        # SQLite lets one connection write at a time and makes the others poll; waiting in line inside the process
        # first cut the worst order from 7.7 s to 0.55 s under 30 writers.
        # On PostgreSQL there are as many turns as connections: the pool gives one back to whoever has just returned it,
        # and of sixteen threads eight went away empty-handed.
        self._turn = Turn(1 if self.is_sqlite else connections)
        self._writer = Writer(self._begun, self._part, self._keep) if self.is_sqlite else None
        # On SQLite the writer's; on PostgreSQL those of a lane or two, and always one left for whoever asks the pool.
        self._spare = Spare(engine.connect, 1 if self.is_sqlite else min(_A_FEW, connections - 1))
        self._lanes = None if self.is_sqlite else Lanes(self._alone, self._together, Busy)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Clock = system_clock,
        rng: random.Random | None = None,
        wait_s: float = 2.5,
        pool_size: int = 8,
    ) -> Store:
        """Open `sqlite:///file` or `postgresql+psycopg://…`. `wait_s` bounds the wait for a lock, in seconds."""
        engine = sqlite_engine(url, wait_s) if url.startswith("sqlite") else postgresql_engine(url, wait_s, pool_size)
        return cls(engine, clock=clock, rng=rng or StockedRandom(), wait_s=wait_s, connections=pool_size)

    @contextmanager
    def transaction(self, *, wait_s: float | None = None) -> Iterator[Work]:
        """One transaction that may write: BEGIN IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL.

        Raises Busy when the database could not be had within `wait_s` (None: what the store was opened with).
        """
        most_s, started = self._wait_s if wait_s is None else wait_s, time.monotonic()
        with (
            self._in_turn(most_s) as left_s,
            self._translated(),
            self.engine.connect() if self.is_sqlite else self._spare.connection() as db,
            (db.execution_options(lintuan_wait_s=left_s) if self.is_sqlite else db).begin(),
        ):
            remains_s = most_s - (time.monotonic() - started)
            if not self.is_sqlite and remains_s < self._wait_s - _NOTICEABLE_S:
                db.exec_driver_sql(f"SET LOCAL lock_timeout = {max(100, int(remains_s * 1000))}")
            work = self._work(db)
            yield work
        self.known.update(work._learnt)

    @contextmanager
    def read(self, *, wait_s: float | None = None) -> Iterator[Work]:
        """A transaction for looking only: it is rolled back at the end, whatever was done in it."""
        turn = nullcontext() if self.is_sqlite else self._in_turn(self._wait_s if wait_s is None else wait_s)
        with turn, self._translated(), self._reader.connect() if self.is_sqlite else self._spare.connection() as db:
            begun = db.begin()
            try:
                yield self._work(db)
            finally:
                begun.close()

    def glance(self, look: Callable[[Work], T]) -> T | None:
        """Look for what one can do without: None where the database cannot be asked at once, or was lost meanwhile."""
        try:
            with self.read(wait_s=_GLANCE_S) as work:
                return look(work)
        except Busy:
            return None
        except DBAPIError as error:
            if not _is_transient(error):
                raise
            return None

    def run(self, job: Callable[[Work], T], *, tries: int = 3, wait_s: float | None = None) -> T:
        """Run `job` in a transaction, whole again after a deadlock or a lost connection before the commit."""
        for attempt in range(1, tries + 1):
            try:
                with self.transaction(wait_s=wait_s) as work:
                    return job(work)
            except DBAPIError as error:
                if attempt == tries or not _is_transient(error):
                    raise
        raise AssertionError("unreachable")

    def run_together(self, job: Callable[[Work], T], *, wait_s: float | None = None) -> T:
        """As `run`, for the many small units of work that come at once.

        On SQLite one thread does them, and all that wait share one commit; `job` must not depend on its thread.
        """
        if self._writer is None:
            return self.run(job, wait_s=wait_s)
        try:
            return self._writer.run(job, self._wait_s if wait_s is None else wait_s)
        except TooLate as error:
            raise Busy("the database was busy") from error

    def run_jointly(self, joint: Joint[T], *, wait_s: float | None = None) -> T:
        """As `run_together`, for what knows whom it can share a transaction with on PostgreSQL, too."""
        if self._lanes is None:
            return self.run_together(joint.whole, wait_s=wait_s)
        try:
            return self._lanes.run(joint, self._wait_s if wait_s is None else wait_s)
        except TooLate as error:
            raise Busy("the database was busy") from error

    @property
    def is_crowded(self) -> bool:
        """Whether it would pay now to go together with others; never on SQLite, where all do."""
        return self._lanes is not None and (self._lanes.is_waited_in or self._turn.taken > _A_FEW)

    def tidy(self) -> None:
        """Let SQLite count its rows where many changed and write its log back; PostgreSQL does so by itself."""
        if self.is_sqlite:
            tidy(self.engine, self.transaction)

    def dispose(self) -> None:
        """Close every pooled connection."""
        if self._writer is not None:
            self._writer.stop()
        self._spare.clear()
        self.engine.dispose()

    def _work(self, db: Connection) -> Work:
        return Work(db, self.clock(), self.new_id, self.rng, self.known, wire_of(db))

    @contextmanager
    def _begun(self, most_s: float) -> Iterator[Work]:
        """As `transaction`, on the writer's connection."""
        with (
            self._in_turn(max(0.0, most_s)) as left_s,
            self._translated(),
            self._spare.connection() as db,
            db.execution_options(lintuan_wait_s=left_s).begin(),
        ):
            work = self._work(db)
            yield work
        self.known.update(work._learnt)

    def _part(self, work: Work) -> Work:
        """What one of several units of work sees that share a transaction."""
        return Work(work.db, self.clock(), self.new_id, self.rng, self.known, work.wire)

    def _alone(self, joint: Joint[T], most_s: float) -> T:
        return self.run(joint.whole, wait_s=most_s)

    def _together(self, joints: Sequence[Joint[Any]], most_s: float) -> list[Any]:
        """The results of all of these, done in one transaction."""
        results = []
        with self.transaction(wait_s=most_s) as work:
            company = [(replace(self._part(work), is_joint=True), one) for one in joints]
            joints[0].hold(company)
            for part, one in company:
                one.ahead(part)
            for part, one in company:
                results.append(one.do(part))
                work.wire.hurry()  # the database writes while the next one is read
                self._keep(work, part)
        return results

    @staticmethod
    def _keep(work: Work, part: Work) -> None:
        work._learnt.update(part._learnt)

    @contextmanager
    def _in_turn(self, most_s: float) -> Iterator[float]:
        """Yields how long to wait for the database itself, in seconds: both waits together take `most_s` at most."""
        started = time.monotonic()
        try:
            with self._turn.wait(most_s):
                yield most_s - (time.monotonic() - started)
        except TooLate as error:
            raise Busy("the database was busy") from error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise Busy("no database connection was free") from error
        except OperationalError as error:
            if "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) in _WAITED_TOO_LONG:
                raise Busy("the database was busy") from error
            raise


# lock_timeout and statement_timeout: postgresql.org/docs/current/errcodes-appendix.html
_WAITED_TOO_LONG = {"55P03", "57014"}


def _is_transient(error: DBAPIError) -> bool:
    """Deadlock, serialisation failure, or a connection that died: safe to repeat whole, the dedupe key decides."""
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"} or error.connection_invalidated
