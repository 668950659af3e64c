"""The files of deploy/ and the Dockerfile agree with the program. They are read, not run: no container is started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from app import create_app
from cli import cli
from config import load
from models import Store
from serving import CONFIG_ENV

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "lintuan"}
NOT_FOR_PEOPLE = {"healthz", "readyz", "metrics"}  # for the machine itself


def check_command(words: list[str]) -> None:
    """Raises click.UsageError for a command or option that the program does not have."""
    with click.Context(cli) as context:
        name, command, rest = cli.resolve_command(context, words)
        assert command is not None, name
        command.make_context(name, rest, parent=context)


def test_there_are_several_web_processes_and_two_schedulers() -> None:
    assert SERVICES["web"]["deploy"]["replicas"] >= 2
    assert SERVICES["scheduler"]["deploy"]["replicas"] == 2
    assert OURS.keys() == {"migrate", "web", "scheduler"}


@pytest.mark.parametrize("name", OURS)
def test_its_command_is_one_of_the_programs(name: str) -> None:
    check_command(OURS[name]["command"])


def test_the_image_starts_a_command_of_the_program() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    found = re.search(r"^CMD \[(.*)\]$", text, re.MULTILINE)
    assert found
    check_command(re.findall(r'"([^"]+)"', found[1]))
    assert 'ENTRYPOINT ["python", "cli.py"]' in text


def test_the_images_pg_dump_can_read_the_server() -> None:
    """An older pg_dump refuses a newer server. Which one a Debian has: packages.debian.org/postgresql-client."""
    debian = re.findall(r"^FROM python:[\d.]+-slim-(\w+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    server = re.fullmatch(r"postgres:(\d+)-\w+", SERVICES["postgres"]["image"])
    assert server
    assert len(set(debian)) == 1
    assert {"bookworm": 15, "trixie": 17}[debian[0]] >= int(server[1])


def test_a_command_that_is_not_there_is_noticed() -> None:
    for words in (["serve"], ["run", "--no-schedulers"]):
        with pytest.raises(click.UsageError):
            check_command(words)


@pytest.mark.parametrize("name", OURS)
def test_its_environment_is_configuration(name: str) -> None:
    """Every LINTUAN_ name sets a key that exists, with a value that fits: the example is loaded with all of them."""
    environment = {key: re.sub(r"\$\{\w+:\?\}", "a" * 43, value) for key, value in OURS[name]["environment"].items()}
    config = load(ROOT / "config.example.toml", environment)
    assert config.database.url.startswith("postgresql+psycopg://")
    assert config.server.proxies == 1


def test_secrets_come_from_outside() -> None:
    """No value of a secret stands in the file; without one compose refuses to start."""
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"SECRET|TOKEN|KEY|PASSWORD", key):
                assert re.fullmatch(r"\$\{\w+:\?\}", value), key


def test_what_depends_on_what_exists() -> None:
    for name, service in SERVICES.items():
        for other in service.get("depends_on", []):
            assert other in SERVICES, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).exists() or source == "./config.toml", source
            else:
                assert source in COMPOSE["volumes"], source


def test_the_image_has_every_package_of_the_program() -> None:
    left_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    for needed in ("bot", "handlers", "models", "migrations", "operating", "operations", "scheduler", "web", "demo"):
        assert (ROOT / needed).is_dir()
        assert needed not in left_out
    assert {"**/config.toml", "**/*.env", "data", ".git"} <= set(left_out), "secrets and data are no part of an image"


def test_what_the_image_names_exists(sqlite_store: Store) -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for names in copied for name in names.split())
    left_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert not {"requirements.lock", "cli.py", "serving.py", "web", "assets"} & set(left_out)
    environment = OURS["web"]["environment"]
    config = load(ROOT / "config.example.toml", {key: environment[key] for key in environment if "SERVER__P" in key})
    port, path = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", text)[0]
    assert (port, path) == (str(config.server.port), "/readyz")
    assert re.findall(r"^EXPOSE (\d+)$", text, re.MULTILINE) == [port]
    assert f"web {port}" in (DEPLOY / "Caddyfile").read_text("utf-8")
    assert create_app(config, sqlite_store.clock, sqlite_store).test_client().get(path).status_code == 200


@pytest.mark.parametrize("name", OURS)
def test_a_container_reads_its_configuration_and_writes_its_photos(name: str) -> None:
    """Where the files are mounted is where the program looks, as the user who runs it."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    (user,) = re.findall(r"^USER (\w+)$", text, re.MULTILINE)
    assert re.search(rf"useradd .*\b{user}\b", text)
    mounted = {target: source for source, target, *_ in (one.split(":") for one in OURS[name]["volumes"])}
    (config,) = re.findall(rf"{CONFIG_ENV}=(\S+)", text)
    assert mounted[config] == "./config.toml"
    media = OURS[name]["environment"]["LINTUAN_STORAGE__MEDIA"]
    (folder,) = [target for target in mounted if media.startswith(f"{target}/")]
    assert re.search(rf"install -d -o {user} -m 700 {folder}$", text, re.MULTILINE), "a new volume takes its owner"


def test_no_proxy_writes_links_or_searches_down() -> None:
    """A link is a key, and an operator's search is a phone number. Caddy writes no access log unless it is told to."""
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    (form,) = re.findall(r"log_format lintuan '([^']*)'", nginx)
    assert not re.search(r"\$(request|request_uri|uri|args|query_string|http_referer|remote_addr)\b", form)
    assert re.search(r"^    access_log \S+ lintuan;$", nginx, re.MULTILINE)
    assert not re.search(r"^\s*log\b", (DEPLOY / "Caddyfile").read_text("utf-8"), re.MULTILINE)


def test_no_proxy_passes_a_form_on_before_it_is_whole() -> None:
    """Some hundred forms that are sent byte by byte would hold every thread of the program."""
    assert "proxy_request_buffering on;" in (DEPLOY / "nginx.conf").read_text("utf-8")
    caddy = (DEPLOY / "Caddyfile").read_text("utf-8")
    (small,) = re.findall(r"@small \{\s*max_size (\d+)KB", caddy)
    (held,) = re.findall(r"request_buffers (\d+)KiB", caddy)
    assert int(held) * 1024 >= int(small) * 1000


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_the_proxy_lets_every_page_through(name: str, sqlite_store: Store) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    config = load(ROOT / "config.example.toml", {})
    app = create_app(config, sqlite_store.clock, sqlite_store)
    firsts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - NOT_FOR_PEOPLE - {""}
    assert [first for first in sorted(firsts) if not re.search(rf"[/(|]{first}\b", text)] == []
    assert not any(f"/{hidden}" in text for hidden in NOT_FOR_PEOPLE)


def test_the_unit_restarts_reloads_and_waits_long_enough() -> None:
    unit = (DEPLOY / "lintuan.service").read_text("utf-8")
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit
    assert "Restart=always" in unit
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) > 45, "the scheduler may take that long"
