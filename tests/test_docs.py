"""The documents agree with the program: examples are understood as documented, names, targets and links exist."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from bot.commands import KINDS
from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Item, Line
from bot.texts.notices import NOTICES
from bot.understand import Situation, understand
from cli import cli
from config import Config
from models import Store
from tests.support.clock import StillClock
from tests.support.dialogue import World, world

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
READMES = PAGES[:2]

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)  # a Saturday, 10:00 in Shanghai
GOODS = Catalogue(
    [
        Item(key=11, number=1, name="红颜草莓", unit="盒", price_fen=4500, spec="2斤"),
        Item(key=12, number=2, name="土鸡蛋", unit="板", price_fen=3600, spec="30枚"),
        Item(key=13, number=3, name="鲜牛奶", unit="瓶", price_fen=1500, spec="950ml"),
        Item(key=14, number=4, name="巨峰葡萄", unit="斤", price_fen=980),
    ]
)
ORDERED = (Line(11, 2000), Line(13, 3000))


@dataclass(frozen=True)
class Example:
    """Something to type, who types it, and the command it is documented as."""

    role: str
    text: str
    command: str


def examples(page: str) -> Iterator[Example]:
    """Back-quoted examples in the first cell of each row, and fenced blocks marked `text <role> <command>`."""
    role = ""
    for line in page.splitlines():
        if mark := re.fullmatch(r"<!-- role: (\w+) -->", line):
            role = mark[1]
        elif line.startswith("| `"):
            said, _, command = line.strip("| ").rpartition("|")
            for text in re.findall(r"`([^`]+)`", said.split("|")[0]):
                yield Example(role, text, command.strip())
    for role, command, text in re.findall(r"^```text (\w+) (\w+)\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE):
        yield Example(role, text, command)


def situation(role: str) -> Situation:
    return Situation(
        now=NOW,
        catalogue=GOODS,
        prior=ORDERED if role == "resident" else (),
        is_leader=role == "leader",
        is_helper=role == "helper",
        leader_name="小美" if role == "leader" else None,
    )


EXAMPLES = list(examples((DOCS / "commands.md").read_text("utf-8")))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.role}-{e.command}-{e.text.splitlines()[0]}")
def test_an_example_is_understood_as_documented(example: Example) -> None:
    command = understand(example.text, situation(example.role))
    assert type(command).__name__ == example.command
    assert not getattr(command, "doubts", ())


# Nobody says these: 「确认」 behind a page of figures is understood as one of them.
ONLY_CONFIRMED = {"ConfirmSettlement"}


def test_every_command_is_documented() -> None:
    assert {example.command for example in EXAMPLES} == set(KINDS) - ONLY_CONFIRMED


def test_a_wrong_example_is_noticed() -> None:
    (wrong,) = examples("<!-- role: resident -->\n| `截单` | closes | CloseRound |")
    assert type(understand(wrong.text, situation(wrong.role))).__name__ != wrong.command


# ---------------------------------------------------------------- the chat on the first screen


@pytest.mark.parametrize("readme", READMES, ids=lambda p: p.name)
def test_the_chat_of_the_readme_is_what_happens(
    readme: Path, sqlite_store: Store, clock: StillClock, tmp_path: Path
) -> None:
    block = re.search(r"```text chat\n(.*?)\n```", readme.read_text("utf-8"), re.DOTALL)
    assert block
    with world(sqlite_store, clock, tmp_path) as place:
        play(block[1].splitlines(), place)


def play(lines: list[str], place: World) -> None:
    """Each line is somebody's message or what 邻团 answered; previews are confirmed without a line of their own."""
    answer, codes = "", ("no code", "no code")
    for line in lines:
        who, text = line.replace(*codes).replace(" / ", "\n").split("  ", 1)
        if who == "邻团":
            check(text, answer)
        elif who.startswith("邻团→"):
            place.run_jobs()
            heard = next(push for push in place.hear(who.removeprefix("邻团→")) if "取货码" in push)
            codes = (pickup_code(text), pickup_code(heard))
            check(text.replace(spoken(codes[0]), spoken(codes[1])), heard)
        else:
            if who.endswith("（第二天）"):
                place.pass_time("2026-05-03 15:30")
            answer = place.say(who.removesuffix("（第二天）"), text)
            if "msgmenucontent=确认" in answer:
                answer = place.say(who.removesuffix("（第二天）"), "确认")


def check(shown: str, said: str) -> None:
    """What is shown is all that was said, or its parts in order where 「…」 stands for the rest."""
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    assert re.fullmatch(pattern, said, re.DOTALL), f"{shown!r} is not what was said: {said!r}"


def pickup_code(text: str) -> str:
    found = re.search(r"取货码：(\d{3}) (\d{3})", text)
    assert found, text
    return found[1] + found[2]


def spoken(code: str) -> str:
    return f"{code[:3]} {code[3:]}"


def test_a_chat_that_did_not_happen_is_noticed(sqlite_store: Store, clock: StillClock, tmp_path: Path) -> None:
    with world(sqlite_store, clock, tmp_path) as place, pytest.raises(AssertionError, match="is not what was said"):
        play(["王姐  团购", "邻团  今天什么都不卖。"], place)


# ---------------------------------------------------------------- names in the documents


def code_in(page: Path) -> str:
    """What stands in fences and back quotes: the part that must be true to the letter."""
    text = page.read_text("utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|[`\s])make ([a-z]+)", code_in(page))) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_shell_commands_exist(page: Path) -> None:
    named = re.findall(r"cli\.py (?:--config \S+ )?([a-z][a-z-]+)", code_in(page))
    with click.Context(cli) as context:
        assert set(named) <= set(cli.list_commands(context))


@pytest.mark.parametrize("readme", READMES, ids=lambda p: p.name)
def test_a_readme_names_both_commands(readme: Path) -> None:
    assert {"run", "test"} <= set(re.findall(r"make ([a-z]+)", code_in(readme)))


def keys_of_example() -> set[str]:
    """Every `section.key` in config.example.toml, also those that stand there as a remark."""
    text = (ROOT / "config.example.toml").read_text("utf-8")
    found = {f"{name}.{key}" for name, values in tomllib.loads(text).items() for key in values}
    section = ""
    for line in text.splitlines():
        if header := re.fullmatch(r"(?:# )?\[([a-z_.]+)\]", line):
            section = header[1]
        elif key := re.match(r"# ([a-z_]+) = ", line):
            found.add(f"{section}.{key[1]}")
    return found


def keys_in(page: Path) -> set[str]:
    """`[section] key`, `section.key` and LINTUAN_SECTION__KEY as documents write them."""
    code = code_in(page)
    sections = "|".join(field.name for field in fields(Config))
    found = {f"{section}.{key}" for section, key in re.findall(rf"`\[({sections})\] ([a-z_]+)", code)}
    found |= {f"{section}.{key}" for section, key in re.findall(rf"`({sections})\.(?!py`)([a-z_]+)`", code)}
    found |= {
        f"{section.lower()}.{key.lower()}"
        for section, key in re.findall(r"LINTUAN_([A-Z]+)__([A-Z]+(?:_[A-Z]+)*)", code)
    }
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_configuration_keys_exist(page: Path) -> None:
    assert keys_in(page) <= keys_of_example()


def test_a_configuration_key_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`[server] colour`, `wechat.tokn` and `LINTUAN_WECHAT__PASSWORD`", "utf-8")
    assert keys_in(page) - keys_of_example() == {"server.colour", "wechat.tokn", "wechat.password"}


@pytest.mark.parametrize("readme", READMES, ids=lambda p: p.name)
def test_kinds_of_notices_exist(readme: Path) -> None:
    """In the step about templates: the kinds, and the facts that fill fields."""
    text = readme.read_text("utf-8")
    step = text[text.index("9. **") : text.index("10. **")]
    facts = {"title", "code", "place", "time", "amount", "status", "remark"}
    named = set(re.findall(r"`([a-z_]+)`", step))
    assert facts < named
    assert named - facts <= set(NOTICES)
    kinds = re.findall(r"\[notices\.(?:templates|subscriptions)\.(\w+)\]", text)
    assert kinds
    assert set(kinds) <= set(NOTICES)


FILES = re.compile(r"`((?:bot|handlers|operations|models|scheduler|web|migrations|tests|demo|docs|scripts)/[\w/.\-]*)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page: Path) -> None:
    named = FILES.findall(page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name.rstrip(".")).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r' src="([^"]+)"', text):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists() or (anchor and anchor not in anchors(goal)):
            dead.append(target)
    assert dead == []


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\]\((\d{4}[\w-]+\.md)\)", (DOCS / "decisions" / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")}


@pytest.mark.parametrize("picture", sorted(DOCS.rglob("*.png")), ids=lambda p: p.name)
def test_a_picture_is_light(picture: Path) -> None:
    assert picture.stat().st_size < 300_000
