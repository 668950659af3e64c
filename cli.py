"""The command line: thin commands over `app` and `operations`. `python cli.py --help` lists them."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    gc.disable()  # until all is loaded, for nothing of it becomes garbage: looking for some took a fifth of the start
    # Where a tool for development brought it, structlog would load 4 MB of it, for tracebacks in colour.
    sys.modules["rich"] = None  # type: ignore[assignment]

import click

from app import create_messenger, open_store
from config import Config, ConfigError, load
from operating.logs import set_up_logging

CONFIG_ENV = "LINTUAN_CONFIG"
DEFAULT_CONFIG = Path("config.toml")


def main() -> None:
    """Entry point; a configuration that cannot be used is one clear message and exit status 2."""
    os.umask(0o077)  # the database, its copies and photos are nobody else's
    gc.freeze()
    gc.enable()
    try:
        cli.main(standalone_mode=True)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@click.group()
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration file (config.toml).")
@click.pass_context
def cli(context: click.Context, path: Path | None) -> None:
    """邻团 (Lintuan): group buying for neighbourhoods, by chat."""
    context.obj = path or Path(os.environ.get(CONFIG_ENV, DEFAULT_CONFIG))


@cli.command()
@click.option("--port", type=int, help="Another port than the configured one.")
@click.option("--scheduler/--no-scheduler", "has_scheduler", default=True, help="Whether a scheduler runs beside it.")
@click.pass_obj
def run(path: Path, port: int | None, has_scheduler: bool) -> None:
    """Serve everything: webhook, pages, scheduler. Without config.toml: a demo with a simulated WeChat."""
    from serving import run_everything

    sys.exit(run_everything(path, port=port, has_scheduler=has_scheduler))


@cli.command()
@click.pass_obj
def scheduler(path: Path) -> None:
    """Run only the scheduler. Any number of them may run; due work is claimed in the database."""
    from operating.jobs import run_jobs

    run_jobs(_ready(path))


@cli.command("init-db")
@click.pass_obj
def init_db(path: Path) -> None:
    """Create the database or bring it up to date."""
    from migrations import upgrade

    config = _ready(path)
    upgrade(config.database.url)
    click.echo("The database is up to date.")


@cli.command()
@click.pass_obj
def doctor(path: Path) -> None:
    """Check a real account's configuration and this machine; status 1 when something has to be put right."""
    from operating import doctor as doctors
    from operating.clocks import clock_of
    from operating.doctor.findings import Level
    from operating.doctor.probes import free_bytes, has_font, probe

    config = _ready(path)
    found = doctors.examine(
        doctors.Patient(config, path, create_messenger(config), clock_of(config), probe, free_bytes, has_font)
    )
    click.echo(doctors.shown(found))
    sys.exit(any(one.level is Level.BAD for one in found))


@cli.command("close-due")
@click.pass_obj
def close_due(path: Path) -> None:
    """Close rounds whose time has come, as the scheduler does."""
    from operating.clocks import clock_of
    from operations import rounds

    store = open_store(_ready(path), clock_of(_ready(path)), wait_s=20)
    closed = 0
    while done := store.run(lambda work: rounds.close_due(work, limit=5)):
        closed += len(done)
    click.echo(f"{closed} rounds closed.")


@cli.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(path: Path, target: Path) -> None:
    """Copy the database to TARGET while it is in use, and check the copy. TARGET.json lies beside it."""
    from operating import backup as backups
    from operating.clocks import clock_of

    config = _ready(path)
    click.echo(backups.backup(config.database.url, target, now=clock_of(config)().isoformat(timespec="seconds")))


@cli.command("verify-backup")
@click.argument("copy", type=click.Path(path_type=Path))
@click.pass_obj
def verify_backup(path: Path, copy: Path) -> None:
    """Restore COPY into a database of its own, compare every table, and drop it again."""
    from operating import backup as backups

    click.echo(backups.verify(_ready(path).database.url, copy))


@cli.command()
@click.argument("copy", type=click.Path(path_type=Path))
@click.pass_obj
def restore(path: Path, copy: Path) -> None:
    """Restore COPY into the configured, still empty database, and hold every unsent notice."""
    from operating import backup as backups

    click.echo(backups.restore(_ready(path).database.url, copy))


@cli.command("after-restore")
@click.pass_obj
def after_restore(path: Path) -> None:
    """After a backup was restored: hold every unsent notice, for nobody knows which ones went out since."""
    from operations import notices

    held = open_store(_ready(path), wait_s=20).run(notices.hold_unsent)
    click.echo(f"{held} notices are held; release or drop them in the console under 通知.")


@cli.group()
def ledger() -> None:
    """The books."""


@ledger.command("check")
@click.pass_obj
def check_ledger(path: Path) -> None:
    """Compare orders, payments, refunds and settlements with the books, of all leaders. Status 1: they differ."""
    from operations import ledger_check

    with open_store(_ready(path), wait_s=20).read() as work:
        found = ledger_check.check(work)
    for one in found:
        click.echo(str(one))
    click.echo(f"{len(found)} differences." if found else "The books agree.")
    sys.exit(1 if found else 0)


@cli.command("create-operator")
@click.argument("username")
@click.option("--role", type=click.Choice(["owner", "operator", "service", "viewer"]), default="owner")
@click.password_option()
@click.pass_obj
def create_operator(path: Path, username: str, role: str, password: str) -> None:
    """Create somebody who may log in to the operator console."""
    from bot.texts.errors import refusal
    from operations import operators
    from operations.errors import Refused

    store = open_store(_ready(path), wait_s=20)
    try:
        store.run(
            lambda work: operators.create_operator(
                work, username=username, display_name=username, password=password, role=role, actor="system"
            )
        )
    except Refused as error:
        raise click.ClickException(refusal(error.code, error.facts)) from None
    click.echo(f"Operator {username} ({role}) created.")


@cli.command()
@click.pass_obj
def menu(path: Path) -> None:
    """Create the official account's menu (needs a verified account)."""
    from bot.texts.menu import MENU
    from bot.wechat_errors import SendError

    try:
        create_messenger(_ready(path)).create_menu(MENU)
    except SendError as error:
        raise click.ClickException(f"WeChat refused: {error}") from None
    click.echo("The menu was created; phones show it within five minutes.")


@cli.command()
def demo() -> None:
    """A whole group-buy day, scripted, over real HTTP against a freshly started server. Status 0: all as expected."""
    from demo.day import main as play

    sys.exit(play())


def _ready(path: Path) -> Config:
    config = load(path)
    set_up_logging(config.log.level, json_lines=config.log.json_lines)
    return config


if __name__ == "__main__":
    main()
