"""The machine: database, room, clock, scheduler, files."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app import open_store
from migrations import current, head
from models import Busy, Store
from operating.doctor.findings import Finding, Patient, bad, good, odd
from operations.listings.dashboard import heartbeat

LITTLE_BYTES, FEW_BYTES = 2_000_000_000, 300_000_000
LATE_S = 120
CLOCK_ODD_S, CLOCK_BAD_S = 30, 240  # pushes are refused from 300 s on


def files(patient: Patient) -> Iterator[Finding]:
    """The configuration is nobody else's to read, and the address is one with TLS."""
    mode = stat.S_IMODE(patient.path.stat().st_mode)
    if mode & 0o077:
        yield odd(f"别的用户能读 {patient.path}", f"里面有密码：chmod 600 {patient.path}")
    if not patient.config.server.public_url.startswith("https://"):
        yield bad("public_url 不是 https", "配上证书，把 [server] public_url 改成 https://…；不然登录的 cookie 不安全")
    if patient.config.server.proxies == 0:
        yield odd("proxies 是 0", "前面有 nginx 或 Caddy 的话写 1，不然所有人看起来都是同一个地址，防猜密码会误伤")


def database(patient: Patient) -> Iterator[Finding]:
    """Whether it answers, is up to date and keeps what it was told; then what it knows of the scheduler."""
    url = patient.config.database.url
    try:
        at = current(url)
    except (SQLAlchemyError, OSError) as error:
        yield bad(f"数据库打不开（{type(error).__name__}）", "看 [database] url、数据库有没有启动、用户名密码对不对")
        return
    if at is None:
        yield bad("数据库还是空的", "运行 cli.py init-db")
        return
    if at != head():
        yield bad(f"数据库的版本是 {at}，程序要的是 {head()}", "运行 cli.py init-db；程序比数据库旧的话，换回新程序")
        return
    store = open_store(patient.config, patient.clock)
    try:
        yield good("数据库打得开，版本是对的")
        yield from _sqlite(patient) if store.is_sqlite else _postgresql(patient, store)
        yield from _scheduler(patient, store)
    except (SQLAlchemyError, Busy) as error:
        yield bad(f"数据库没有及时回答（{type(error).__name__}）", "看数据库是不是太忙，或者被别的程序锁住了")
    finally:
        store.dispose()


def _sqlite(patient: Patient) -> Iterator[Finding]:
    if patient.config.server.workers > 1:
        yield bad("SQLite 只能配一个 worker", "[server] workers 写 1，或者换 PostgreSQL")


def _postgresql(patient: Patient, store: Store) -> Iterator[Finding]:
    with store.read() as work:
        rows = work.db.execute(
            text("SELECT name, setting FROM pg_settings WHERE name IN ('fsync','synchronous_commit','max_connections')")
        )
        have = {row.name: row.setting for row in rows}
    if have["fsync"] == "off" or have["synchronous_commit"] == "off":
        yield bad("PostgreSQL 关掉了落盘（fsync 或 synchronous_commit 是 off）", "改回 on：停电会丢已经确认的订单")
    server = patient.config.server
    needed = (server.workers + 1) * 2 * patient.config.database.pool_size
    if needed > int(have["max_connections"]) - 3:
        yield odd(
            f"一台机器最多要 {needed} 个连接，PostgreSQL 只给 {have['max_connections']} 个",
            "调大 max_connections，或者调小 [database] pool_size",
        )
    if shutil.which("pg_dump") is None:
        yield odd("这台机器没有 pg_dump", "备份要用：apt-get install postgresql-client；或者在数据库那台机器上备份")


def _scheduler(patient: Patient, store: Store) -> Iterator[Finding]:
    with store.read() as work:
        last = heartbeat(work)
    if last is None:
        yield bad("定时任务从来没有跑过", "启动服务：systemctl start lintuan（cli.py run 会带上定时任务）")
        return
    age = (patient.clock() - last).total_seconds()
    if age > LATE_S:
        yield bad(
            f"定时任务 {int(age // 60)} 分钟没有动静：不会截单，也不发通知", "看服务是不是在跑，journalctl -u lintuan"
        )
    else:
        yield good("定时任务在跑")


def room(patient: Patient) -> Iterator[Finding]:
    """Where the database and the photos are kept."""
    url, config = make_url(patient.config.database.url), patient.config
    places = {"照片": Path(config.storage.media)}
    if url.get_backend_name() == "sqlite" and url.database:
        places["数据库"] = Path(url.database)
    for name, path in places.items():
        free = patient.free_bytes(path)
        if free < FEW_BYTES:
            yield bad(
                f"放{name}的磁盘只剩 {free // 1_000_000} MB", "清理旧备份和日志，或者换大一点的盘：满了就记不下订单"
            )
        elif free < LITTLE_BYTES:
            yield odd(f"放{name}的磁盘只剩 {free // 1_000_000} MB", "找时间清理旧备份和日志")
        else:
            yield good(f"放{name}的磁盘还有 {free // 1_000_000_000} GB")


def clock(patient: Patient) -> Iterator[Finding]:
    """Ours against that of WeChat's servers, which write it into every answer."""
    answer = patient.probe(patient.config.wechat.api_base)
    if answer.date is None:
        yield odd("没能和微信的时钟对一下", "先把网络弄通，再运行一次")
        return
    apart = abs(patient.clock().timestamp() - answer.date)
    if apart > CLOCK_BAD_S:
        yield bad(
            f"时钟差了 {int(apart)} 秒", "装 chrony 或打开 systemd-timesyncd；差 5 分钟以上，微信的消息都会被拒绝"
        )
    elif apart > CLOCK_ODD_S:
        yield odd(f"时钟差了 {int(apart)} 秒", "装 chrony 或打开 systemd-timesyncd")
    else:
        yield good("时钟是准的")


def fonts(patient: Patient) -> Iterator[Finding]:
    """Pictures with Chinese words need one; pages do not."""
    if not patient.has_font():
        yield odd("这台机器没有中文字体", "apt-get install fonts-noto-cjk；没有的话，服务器画的图片上汉字会是方框")
