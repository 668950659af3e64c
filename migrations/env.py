"""What Alembic runs for each command: connects, takes its turn, and does everything in one transaction."""

from __future__ import annotations

from alembic import context

from migrations.comparing import options
from migrations.engines import check_references, open_engine, take_turn


def run() -> None:
    engine = open_engine(context.config.attributes["url"], to_write=True)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                transactional_ddl=True,  # Alembic takes SQLite for incapable of it, for its driver's sake
                transaction_per_migration=False,
                **options(),
            )
            with context.begin_transaction():
                take_turn(connection)
                context.run_migrations()
                check_references(connection)
    finally:
        engine.dispose()


if context.is_offline_mode():
    raise RuntimeError("these migrations look at the database: run them, do not print them")
run()
