"""PostgreSQL databases that are lent to one test after the other and emptied between.

Copying a template and dropping the copy is 550 files each time; deleting a few rows is a sixth of that. A database that
is not as it was when it was made, its rows apart, is not lent again.
"""

from __future__ import annotations

import psycopg

from tests.support.postgres import PostgresServer

# Every CREATE, ALTER, DROP and ANALYZE changes one of these: https://www.postgresql.org/docs/current/catalogs.html
CATALOGS = ("pg_class", "pg_constraint", "pg_trigger", "pg_proc", "pg_statistic", "pg_type")
MARKS = "SELECT " + ", ".join(f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {one})" for one in CATALOGS)
OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
TABLES = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
MOST = 20  # times one is lent: dead rows stay in its files, and the planner counts pages


class Emptied:
    """Copies of `template`, which has no rows, on one server."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server, self._template, self._spare = server, template, list[_Lent]()

    def lend(self) -> _Lent:
        """One that nobody else has, as the template is."""
        return self._spare.pop() if self._spare else _Lent(self._server, self._server.create_database(self._template))

    def take_back(self, lent: _Lent) -> None:
        """The test is over."""
        if lent.times < MOST and lent.is_emptied():
            lent.times += 1
            self._spare.append(lent)
        else:
            lent.close()
            self._server.drop_database(lent.name)

    def close(self) -> None:
        """The databases go with their server; the connections must not be left to the garbage collector."""
        for lent in self._spare:
            lent.close()


class _Lent:
    """One database, and a connection to it that holds no lock while the test runs."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self.name, self.times = name, 1
        self._db = server.connect(name)
        # Without the triggers that ask whether a row is pointed at: everything goes.
        self._db.execute("SET session_replication_role = replica")
        found = [row[0] for row in self._db.execute(TABLES)]
        self._filled = " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM {one})" for one in found)
        self._marks = self._db.execute(MARKS).fetchone()

    def is_emptied(self) -> bool:
        """Whether it is as it was made, now that its rows are deleted."""
        try:
            self._db.execute(OTHERS)
            if self._db.execute(MARKS).fetchone() != self._marks:
                return False
            if filled := [row[0] for row in self._db.execute(self._filled)]:
                self._db.execute("; ".join(f"DELETE FROM {one}" for one in filled))
        except psycopg.OperationalError:  # a test that ends connections ended this one
            return False
        return True

    def close(self) -> None:
        self._db.close()
