"""The command: `python -m tests.fuzz --inputs 1000000`; exit status 1 when something was found."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import click
import structlog

from tests.fuzz.running import run
from tests.fuzz.targets import Program


@click.command()
@click.option("--inputs", default=100_000, help="How many.")
@click.option("--seed", default=1, help="Which ones.")
@click.option("--minutes", default=60.0, help="When to stop at the latest.")
def main(inputs: int, seed: int, minutes: float) -> None:
    """Throw damaged input at the whole program."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="lintuan-fuzz-") as folder:
        program = Program(Path(folder))
        report = run(program.targets(), inputs=inputs, seed=seed, minutes=minutes)
        program.store.dispose()
    click.echo(report)
    sys.exit(1 if report.findings else 0)


main()
