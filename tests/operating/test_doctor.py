"""`cli.py doctor` against the simulated platform, with each fault it should name."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert

from app import create_app, create_messenger, open_store
from bot.simulator import Account, AccountType, Sim, serve
from config import checked
from migrations import upgrade
from models import job_run
from operating.doctor import Patient, examine, machine, shown, wechat
from operating.doctor.findings import Finding, Level, Probed
from operating.doctor.probes import free_bytes, probe
from tests.bot import pushes
from tests.support.postgres import PostgresServer

SECRET = "secret-of-the-doctors-patient"
TEMPLATE = {"id": "T", "fields": {"thing1": "title"}}


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@pytest.fixture
def sim() -> Iterator[Sim]:
    """The platform, with a verified service account."""
    sim = Sim(account=Account(appid=pushes.APPID, secret=SECRET, token=pushes.TOKEN, aes_key=pushes.KEY, mode="safe"))
    sim.add_template("T", "到货通知", {"thing1": "商品"})
    with serve(sim.wsgi) as base:
        sim.base_url = base
        yield sim


Make = Callable[..., Patient]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `init-db` leaves it, to be copied."""
    path = tmp_path_factory.mktemp("doctor") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def make(sim: Sim, tmp_path: Path, migrated: Path) -> Make:
    """Makes a patient; `wechat`, `server` … change its configuration."""

    def patient(*, url: str = f"sqlite:///{tmp_path / 'doctor.db'}", is_ready: bool = True, **parts: Any) -> Patient:
        if is_ready and url.startswith("sqlite"):
            shutil.copyfile(migrated, url.removeprefix("sqlite:///"))
        elif is_ready:
            upgrade(url)
        values: dict[str, dict[str, Any]] = {
            "server": {"public_url": "https://lintuan.example.com", "secret": "5" * 64, "proxies": 1},
            "database": {"url": url},
            "wechat": {
                "appid": pushes.APPID,
                "secret": SECRET,
                "token": pushes.TOKEN,
                "aes_key": pushes.KEY,
                "account_id": pushes.ACCOUNT,
                "simulator": True,
                "api_base": sim.base_url,
            },
            "notices": {"templates": {"arrived": TEMPLATE}},
            "storage": {"media": tmp_path / "media"},
        }
        for name, changes in parts.items():
            values[name] |= changes
        config = checked(values)
        path = tmp_path / "config.toml"
        path.touch(mode=0o600)
        return Patient(config, path, create_messenger(config), now, probe, free_bytes, lambda: True)

    return patient


def tick(patient: Patient, at: datetime) -> None:
    """A scheduler that wrote at this time that it runs."""
    store = open_store(patient.config, patient.clock)
    with store.transaction() as work:
        ran = {"state": "ok", "worker": "w", "started_at": at, "finished_at": at}
        work.db.execute(insert(job_run).values(job="heartbeat", slot="last", **ran))
    store.dispose()


def troubles(findings: Iterator[Finding] | list[Finding], level: Level = Level.BAD) -> str:
    """What is wrong, all of it in one text."""
    return "\n".join(str(one) for one in findings if one.level is level)


def test_a_sound_installation_is_found_sound(make: Make, sim: Sim) -> None:
    patient = make()
    tick(patient, now())
    app = create_app(patient.config)
    with serve(app) as base:  # the public address, without TLS here
        config = replace(patient.config, server=replace(patient.config.server, public_url=base))
        found = examine(replace(patient, config=config))
    assert troubles(found) == "✗ public_url 不是 https\n    怎么办：" + next(
        one.todo for one in found if "https" in one.what
    )
    said = shown(found)
    for words in (
        "数据库打得开",
        "定时任务在跑",
        "白名单",
        "模板和字段都对",
        "找到服务",
        "时钟是准的",
        "可以发客服消息",
    ):
        assert words in said


# ---------------------------------------------------------------- the account


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "short"}, "Token 太短"),
        ({"aes_key": "short"}, "EncodingAESKey 不对"),
        ({"mode": "plain"}, "安全模式"),
    ],
)
def test_credentials_that_cannot_protect(make: Make, changes: dict[str, str], words: str) -> None:
    assert words in troubles(wechat.credentials(make(wechat=changes)))


def test_an_account_without_its_original_id_is_a_note(make: Make) -> None:
    assert "原始 ID" in troubles(wechat.credentials(make(wechat={"account_id": ""})), Level.ODD)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"secret": "another"}, "AppSecret 不对"), ({"appid": "wxother"}, "AppID 不对")],
)
def test_an_account_wechat_does_not_know(make: Make, changes: dict[str, str], words: str) -> None:
    assert words in troubles(wechat.access(make(wechat=changes)))


def test_a_server_that_is_not_on_the_list_is_named(make: Make, sim: Sim) -> None:
    sim.account = replace(sim.account, ip_whitelist=frozenset({"203.0.113.7"}))
    said = troubles(wechat.access(make()))
    assert "127.0.0.1 不在白名单里" in said
    assert "加上 127.0.0.1" in said


@pytest.mark.parametrize(("fault", "words"), [("html", "连不上"), ("45009", "次数用完"), ("61004", "errcode 61004")])
def test_a_platform_that_does_not_give_a_token(make: Make, sim: Sim, fault: str, words: str) -> None:
    sim.fault("*", fault, 10)
    assert words in troubles(wechat.access(make()))


def test_nobody_at_the_other_end(make: Make) -> None:
    patient = make(wechat={"api_base": "http://127.0.0.1:9"})
    assert "连不上微信" in troubles(wechat.access(patient))
    assert "没能和微信的时钟对一下" in troubles(machine.clock(patient), Level.ODD)


def test_an_account_that_may_not_do_what_is_configured(make: Make, sim: Sim) -> None:
    sim.account = replace(sim.account, kind=AccountType.UNVERIFIED_SUB)
    found = list(wechat.access(make()))
    assert "没有客服消息的权限" in troubles(found)
    assert "没有模板的权限" in troubles(found)
    assert "没有自定义菜单的权限" in troubles(found, Level.ODD)
    quiet = make(notices={"customer": False, "templates": {}})
    assert troubles(wechat.access(quiet)) == ""


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"id": "gone", "fields": {"thing1": "title"}}, "不在公众号里"),
        ({"id": "T", "fields": {"thing1": "title", "thing9": "place"}}, "没有这些字段：thing9"),
        ({"id": "T", "fields": {}}, "没有填模板的这些字段：thing1"),
    ],
)
def test_templates_that_do_not_fit(make: Make, template: dict[str, Any], words: str) -> None:
    assert words in troubles(wechat.access(make(notices={"templates": {"arrived": template}})))


# ---------------------------------------------------------------- the address


def test_an_address_nobody_answers(make: Make) -> None:
    patient = make(server={"public_url": "http://127.0.0.1:9"})
    assert "打不开" in troubles(wechat.callback(patient))


def test_an_address_of_somebody_else(make: Make, sim: Sim) -> None:
    patient = make(server={"public_url": sim.base_url})
    assert "回的不是我们的服务" in troubles(wechat.callback(patient))


def test_a_service_with_another_token_or_another_time(make: Make) -> None:
    patient = make()
    other = make(wechat={"token": "another-token-altogether"})
    with serve(create_app(other.config)) as base:
        config = replace(patient.config, server=replace(patient.config.server, public_url=base))
        assert "认为签名不对" in troubles(wechat.callback(replace(patient, config=config)))


def test_a_certificate_that_is_none(make: Make) -> None:
    patient = replace(make(), probe=lambda url: Probed(0, error="certificate"))
    assert "证书不对" in troubles(wechat.callback(patient))


# ---------------------------------------------------------------- the machine


@pytest.mark.parametrize(("seconds", "level"), [(10, Level.GOOD), (60, Level.ODD), (400, Level.BAD)])
def test_a_clock_that_is_wrong(make: Make, seconds: int, level: Level) -> None:
    patient = replace(make(), clock=lambda: now() + timedelta(seconds=seconds))
    (found,) = machine.clock(patient)
    assert found.level is level


def test_a_database_that_is_not_there_or_not_up_to_date(make: Make, tmp_path: Path) -> None:
    gone = make(url=f"sqlite:///{tmp_path / 'no' / 'folder.db'}", is_ready=False)
    assert "打不开" in troubles(machine.database(gone))
    empty = make(url=f"sqlite:///{tmp_path / 'empty.db'}", is_ready=False)
    assert "还是空的" in troubles(machine.database(empty))
    old = make(url=f"sqlite:///{tmp_path / 'old.db'}")
    engine = create_engine(old.config.database.url)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    engine.dispose()
    assert "init-db" in troubles(machine.database(old))


def test_a_scheduler_that_never_ran_or_stopped(make: Make) -> None:
    patient = make()
    assert "从来没有跑过" in troubles(machine.database(patient))
    tick(patient, now() - timedelta(minutes=7))
    assert "7 分钟没有动静" in troubles(machine.database(patient))


def test_a_disk_that_is_nearly_full(make: Make) -> None:
    full = replace(make(), free_bytes=lambda path: 5_000_000)
    assert troubles(machine.room(full)).count("只剩 5 MB") == 2
    tight = replace(make(), free_bytes=lambda path: 900_000_000)
    assert troubles(machine.room(tight), Level.ODD).count("只剩 900 MB") == 2


def test_files_addresses_and_fonts(make: Make) -> None:
    patient = make(server={"public_url": "http://lintuan.example.com", "proxies": 0})
    patient.path.chmod(0o644)
    found = list(machine.files(patient))
    assert "不是 https" in troubles(found)
    assert "chmod 600" in troubles(found, Level.ODD)
    assert "proxies 是 0" in troubles(found, Level.ODD)
    assert "中文字体" in troubles(machine.fonts(replace(patient, has_font=lambda: False)), Level.ODD)


@pytest.mark.postgresql
def test_a_postgresql_that_forgets(make: Make, postgresql_server: PostgresServer) -> None:
    """The tests' own server has fsync off, as no server with orders may have it."""
    name = postgresql_server.create_database()
    patient = make(
        url=postgresql_server.url(name), server={"workers": 32}, database={"url": postgresql_server.url(name)}
    )
    found = list(machine.database(patient))
    assert "停电会丢" in troubles(found)
    assert "调大 max_connections" in troubles(found, Level.ODD)


def test_it_changes_nothing(make: Make) -> None:
    patient = make()
    file = Path(patient.config.database.url.removeprefix("sqlite:///"))
    before = file.read_bytes()
    examine(replace(patient, probe=lambda url: Probed(0, error="connection")))
    assert file.read_bytes() == before
