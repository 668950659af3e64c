"""One process tree: the web server, the scheduler beside it, and for a try-out the simulated WeChat in front of both.

`run_everything` is what `make run` does. The web server is granian with blocking threads; the scheduler is a process of
its own, started again if it dies. Ctrl-C and SIGTERM stop both; SIGHUP puts the program that is on the disk by then in
their place without a gap.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog
from flask import Flask
from sqlalchemy import make_url

from app import create_app, credentials, open_store
from bot.protocol import BadCredentials, check_credentials
from config import Config, load
from migrations import upgrade
from models import Clock
from operating.clocks import clock_of
from operating.jobs import run_jobs
from operating.keeper import Keeper, apart, end_with_parent
from operating.logs import set_up_logging
from operating.shared_memory import share_memory
from operating.waiting_line import Line
from operating.web_server import open_listener, relieve_the_old, serve, take_our_place, tell_ready, web_server
from web.metrics import SHARED_ENV

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parent
CONFIG_ENV = "LINTUAN_CONFIG"
TRY_OUT = Path("data/try-out.toml")
EXAMPLE_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"  # the EncodingAESKey of config.example.toml


@dataclass(frozen=True)
class Built:
    """An application that nobody has asked anything yet."""

    config: Config
    clock: Clock
    app: Flask


_BUILT: list[Built] = []  # by the main process, before its workers are forked
LINE = Line()  # in front of all of them


def run_everything(path: Path, *, port: int | None = None, has_scheduler: bool = True) -> int:
    """Serve until told to stop; the exit status. Without a configuration a try-out is made."""
    if not path.exists():
        if path.name != "config.toml":
            raise click.ClickException(f"{path} is not there")
        path = write_try_out(TRY_OUT, port or 8000)
    config = load(path)
    set_up_logging(config.log.level, json_lines=config.log.json_lines)
    is_ready = _prepare(config)
    os.environ[CONFIG_ENV] = str(path.resolve())
    if config.metrics.enabled:
        _share_metrics()
    _build(config)
    if not is_ready():
        raise click.ClickException("the database could not be brought up to date")
    with open_listener(config.server.host, port or config.server.port) as listener:
        relieve_the_old()
        scheduler = Keeper("lintuan-jobs", partial(_schedule, config, listener))
        share_memory()
        if has_scheduler:
            scheduler.start()
        try:
            _serve(config, listener, scheduler)
        finally:
            scheduler.stop()
    return 0


def _build(config: Config) -> None:
    """Make the application that each web worker then has for nothing, as the configuration was at the start.

    Nothing is opened: a database connection must not be used on two sides of a fork, and a thread does not live on
    behind one. What goes wrong here goes wrong in the worker again, and is seen there: whom we relieve serves on
    meanwhile.
    """
    if config.demo:
        import demo.people  # noqa: F401 - and the simulator, which a worker makes for itself

    clock = clock_of(config)
    try:
        app = create_app(config, clock, line=LINE.taken)
        app.url_map.update()  # else the first request sorts it
    except Exception:
        log.exception("web.not_built")
    else:
        _BUILT.append(Built(config, clock, app))


def _schedule(config: Config, listener: socket.socket) -> None:
    """The scheduler's process."""
    listener.close()  # else the address would be taken as long as the scheduler lives
    run_jobs(config)


def _share_metrics() -> None:
    """A folder in which all web workers count together; it is handed on at a renewal and gone at the end."""
    if SHARED_ENV not in os.environ:
        os.environ[SHARED_ENV] = tempfile.mkdtemp(prefix="lintuan-metrics-")
    atexit.register(shutil.rmtree, os.environ[SHARED_ENV], ignore_errors=True)


def write_try_out(path: Path, port: int, *, folder: Path | None = None) -> Path:
    """A configuration for the simulator with secrets of its own, kept so that data and log-ins survive a restart."""
    if path.exists() and f"port = {port}\n" in path.read_text(encoding="utf-8"):
        return path
    folder = folder or path.parent
    folder.mkdir(parents=True, exist_ok=True)
    base = f"http://127.0.0.1:{port}"
    keep = _kept_password(path)
    path.write_text(
        f"""# Made by `run` because there is no config.toml: a try-out with a simulated WeChat. Delete it to start over.
[server]
port = {port}
public_url = "{base}"
secret = "{secrets.token_hex(32)}"
[database]
url = "sqlite:///{folder / "try-out.db"}"
[wechat]
appid = "wx0000000000000000"
secret = "{secrets.token_hex(16)}"
token = "{secrets.token_hex(16)}"
aes_key = "{_aes_key()}"
simulator = true
page_login = true
api_base = "{base}"
{_pay_section(folder, base)}[storage]
media = "{folder / "media"}"
[log]
level = "warning"
json_lines = false
[demo]
clock_file = "{folder / "try-out.clock"}"
operator_password = "{keep or secrets.token_urlsafe(9)}"
control_token = "{secrets.token_urlsafe(16)}"
""",
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


def _pay_section(folder: Path, base: str) -> str:
    """A simulated merchant account, where the optional library is there."""
    if importlib.util.find_spec("wechatpayv3") is None:
        return ""
    from bot.simulator.pay.keys import Keys

    kept = folder / "try-out-pay"
    keys = Keys.kept(kept)
    return f"""[wechatpay]
mchid = "1900000001"
serial = "{keys.merchant_serial}"
private_key = "{kept / "merchant.pem"}"
apiv3_key = "{keys.apiv3_key}"
public_key_id = "{keys.public_key_id}"
public_key = "{kept / "public.pem"}"
profit_sharing = true
api_base = "{base}"
"""


def _kept_password(path: Path) -> str | None:
    """The operator's password of an earlier try-out: his account is in the database with it."""
    if not path.exists():
        return None
    demo = load(path).demo
    return demo.operator_password.get_secret_value() if demo else None


def _aes_key() -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(secrets.choice(letters) for _ in range(42)) + "A"  # the last one carries four bits only


def _prepare(config: Config) -> Callable[[], bool]:
    """Refuse what cannot be served, and begin to bring the database up to date; what is returned waits for it."""
    try:
        check_credentials(credentials(config))
    except BadCredentials as error:
        raise click.ClickException(f"[wechat] {error}") from None
    refuse_examples(config)
    url = make_url(config.database.url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        if config.server.workers > 1:
            raise click.ClickException("server.workers: SQLite serves one worker; use PostgreSQL for more")
    return apart(partial(_prepare_database, config))  # what it loads, 12 MB, goes with the process


def _prepare_database(config: Config) -> None:
    upgrade(config.database.url)
    if config.demo:
        from demo.people import seed

        store = open_store(config, clock_of(config), wait_s=20)
        seed(store, password=config.demo.operator_password.get_secret_value())
        store.dispose()


def refuse_examples(config: Config) -> None:
    """What stands in config.example.toml is known to everybody and protects nothing."""
    secrets_set = {
        "server.secret": config.server.secret,
        "wechat.secret": config.wechat.secret,
        "wechat.token": config.wechat.token,
        "wechat.aes_key": config.wechat.aes_key,
    }
    for name, value in secrets_set.items():
        if value and (value.get_secret_value().startswith("example-") or value.get_secret_value() == EXAMPLE_KEY):
            raise click.ClickException(f"{name} is still the one of config.example.toml: make your own")


def _serve(config: Config, listener: socket.socket, scheduler: Keeper) -> None:
    _say_where(config, listener.getsockname()[1])

    def renew(workers: list[int]) -> None:
        check = [sys.executable, str(ROOT / "cli.py"), "init-db"]
        take_our_place(listener, [*workers, *([scheduler.pid] if scheduler.pid else [])], check)

    serve(partial(web_server, config.server, listener, LINE, renew))


def _say_where(config: Config, port: int) -> None:
    base = f"http://{config.server.host}:{port}"
    if not config.demo:
        click.echo(f"邻团 is serving on {base}; operator console: {base}/admin")
        return
    click.echo(
        f"""
邻团 is running with a simulated WeChat. 邻团已启动（模拟微信，没有 config.toml）。

  phones page  手机试用页   {base}/__sim__/phones
  console      运营后台     {base}/admin
               用户名 user  admin
               密码 password {config.demo.operator_password.get_secret_value()}

Ctrl-C stops it. 按 Ctrl-C 停止。
""",
        nl=False,
    )


def web() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """What granian calls in each worker: the application, and the simulator before it in a try-out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the main process ends us in order
    LINE.leave_when_told()
    built = _BUILT[0] if _BUILT else _built_anew()
    config, app = built.config, built.app
    set_up_logging(config.log.level, json_lines=config.log.json_lines)  # granian has set up its own
    end_with_parent()
    app.extensions["lintuan_late"].wake()  # what a process before us had only stored
    served: Any = app
    if config.demo:
        from bot.simulator import create_simulator, mount
        from demo.people import simulated, simulated_pay

        served = mount(app, create_simulator(simulated(config, built.clock), simulated_pay(config, built.clock)))
    tell_ready()
    return served  # type: ignore[no-any-return]


def _built_anew() -> Built:
    """In a worker that is no fork, or whose parent failed to build."""
    config = load(Path(os.environ[CONFIG_ENV]))
    clock = clock_of(config)
    return Built(config, clock, create_app(config, clock, line=LINE.taken))
