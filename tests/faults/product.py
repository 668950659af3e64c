"""The product as it runs in production: `cli.py run`, and single schedulers, as real processes that a test may kill.

Everything listens on 127.0.0.1, and everything is gone when the `with` ends, however it ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bot.simulator import Account
from models import Store
from operations import job_runs
from tests.support.patience import PATIENCE_S, until
from tests.support.ports import find_free_port
from tests.support.processes import children, command_line, is_alive, session

ROOT = Path(__file__).parent.parent.parent
ACCOUNT = Account(
    appid="wx0000000000000000",
    secret="secret-of-the-fault-tests",
    token="token-of-the-fault-tests",
    aes_key="FaultTestsAesKeyOfNoValueAtAll000000000000A",
    mode="safe",
)
EXTENDED = "template-of-a-new-deadline"  # the one template of the account: what comes by it is recognised when repeated


def write_config(
    folder: Path, database_url: str, *, port: int, api_base: str, clock_file: Path | None = None, mode: str = "safe"
) -> Path:
    """A production configuration against a simulated WeChat; with a clock file, on a clock that can be put forward."""
    demo = f"""
[demo]
clock_file = "{clock_file}"
operator_password = "password-of-the-fault-tests"
control_token = "control-token-of-the-fault-tests"
"""
    path = folder / f"config-{port}.toml"
    path.write_text(
        f"""[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
secret = "{"5" * 64}"
[database]
url = "{database_url}"
[wechat]
appid = "{ACCOUNT.appid}"
secret = "{ACCOUNT.secret}"
token = "{ACCOUNT.token}"
aes_key = "{ACCOUNT.aes_key}"
mode = "{mode}"
allow_unencrypted = {str(mode != "safe").lower()}
simulator = true
api_base = "{api_base}"
[notices]
customer = false
per_second = 100
[notices.templates.round_extended]
id = "{EXTENDED}"
fields = {{ thing1 = "title" }}
[storage]
media = "{folder / "media"}"
[log]
level = "error"
{demo if clock_file else ""}""",
        encoding="utf-8",
    )
    return path


@dataclass
class Product:
    """One running `cli.py run`. `starts` counts how often it was started."""

    config: Path
    port: int
    starts: int = 0
    has_scheduler: bool = True
    _run: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _seen: set[int] = field(default_factory=set, repr=False)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.starts += 1
        command = [sys.executable, str(ROOT / "cli.py"), "--config", str(self.config), "run"]
        command += [] if self.has_scheduler else ["--no-scheduler"]
        with self._log.open("ab") as log:
            self._run = subprocess.Popen(command, cwd=self.config.parent, stdout=subprocess.DEVNULL, stderr=log)
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Return once the web server answers anything at all."""

        def answers() -> bool:
            assert self.is_running, f"the product ended by itself: {self.said()[-1000:]}"
            with suppress(requests.RequestException):
                return bool(requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code)
            return False

        until(answers, "the product comes up")
        self._seen |= {self.web, self.scheduler} - {0}

    def health(self) -> dict[str, object]:
        """What /healthz says."""
        found: dict[str, object] = requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=10).json()
        return found

    def said(self) -> str:
        """What it has written to its standard error since it was first started."""
        return self._log.read_text("utf-8", "replace")

    @property
    def _log(self) -> Path:
        return self.config.with_suffix(".log")

    @property
    def is_running(self) -> bool:
        return self._run is not None and self._run.poll() is None

    @property
    def main(self) -> int:
        """The process id of `cli.py run` itself."""
        assert self._run is not None
        return self._run.pid

    @property
    def web(self) -> int:
        """The process id of the web worker, 0 while there is none."""
        return self._child(is_scheduler=False)

    @property
    def scheduler(self) -> int:
        """The process id of the scheduler, 0 while there is none."""
        return self._child(is_scheduler=True)

    def kill(self, *pids: int) -> None:
        """kill -9, without any warning."""
        self._seen |= set(pids)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """As when the machine is reset: the main process, the web worker and the scheduler at once."""
        if self._run is None:
            return
        self.kill(*({self.main, self.web, self.scheduler, *self._seen} - {0}))
        self._run.wait(PATIENCE_S)
        until(lambda: not any(is_alive(pid) for pid in self._seen), "the killed processes ended")

    def stop(self) -> None:
        """Ask it to end, as an operator does; what does not end is killed."""
        if self._run is not None and self.is_running:
            self._run.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._run.wait(20)
        self.kill_everything()

    def _child(self, *, is_scheduler: bool) -> int:
        for pid in children(self.main):
            # Both are forks of the main process; the scheduler has a session of its own.
            if b"init-db" not in command_line(pid) and (session(pid) == pid) == is_scheduler:
                return pid
        return 0


@contextmanager
def running(folder: Path, database_url: str, *, api_base: str, clock_file: Path | None = None) -> Iterator[Product]:
    """The product on a migrated database, up and answering."""
    port = find_free_port()
    config = write_config(folder, database_url, port=port, api_base=api_base, clock_file=clock_file)
    product = Product(config, port)
    try:
        product.start()
        yield product
    finally:
        product.stop()


def start_scheduler(config: Path) -> subprocess.Popen[bytes]:
    """`cli.py scheduler` alone."""
    command = [sys.executable, str(ROOT / "cli.py"), "--config", str(config), "scheduler"]
    return subprocess.Popen(command, cwd=config.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def runs_jobs(store: Store, pid: int) -> bool:
    """Whether a scheduler's process runs its jobs: it has written so."""
    with store.read() as work:
        return any(run.worker.endswith(f":{pid}") for run in job_runs.last_runs(work))
