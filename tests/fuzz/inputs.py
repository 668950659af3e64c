"""What is thrown: what people and WeChat really send, broken in many ways. All of it follows from a seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.bot import pushes

TESTS = Path(__file__).parent.parent
PIECES = (
    *"2２两半0斤盒元¥都各「」()='\"%🍓é𠮷\u200b\u202e\ufeff\x00\n\t\u3000",
    *(
        "-1",
        "99999999999999999999",
        "1e9",
        "３-５０２",
        "3-502",
        "138000000000",
        "草莓",
        "鸡蛋",
        "草霉",
        "不要",
        "再加",
    ),
    *(
        "改成",
        "同上",
        "取消",
        "确认",
        "截单",
        "到货",
        "撤销",
        "\r\n",
        "]]>",
        "<![CDATA[",
        "<xml>",
        "&amp;",
        "&a;",
        "--",
    ),
    *("%s", "{}", "{{7*7}}", "=1+1", "👨‍👩‍👧‍👦", "L1", "S1", "#接龙", "#开团", "1.", "今天20:00", "25:61", "31号"),
)
BYTES = (b"]]>", b"<xml>", b"<", b"&a;", b"&#0;", b"\x00", b"\xff", b"<MsgType>event</MsgType>", b"<!DOCTYPE x>")
LONGEST = 6000


@cache
def texts() -> tuple[str, ...]:
    """Messages of the dialogues, of the commands' page and of the readers' data."""
    found: list[str] = []
    for path in sorted((TESTS / "dialogues").glob("*.txt")):
        found += re.findall(r"^\S+?> (.+)$", path.read_text("utf-8"), re.MULTILINE)
    found += re.findall(r"`([^`\n]+)`", (TESTS.parent / "docs" / "commands.md").read_text("utf-8"))
    for path in sorted((TESTS / "data" / "parsing").glob("*orders*.txt")):
        found += [line.partition("=>")[0].strip() for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
    for path in sorted((TESTS / "data" / "parsing").glob("*.jsonl")):
        rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
        found += [str(row["text"]) for row in rows if isinstance(row, dict) and "text" in row]
    return tuple(one.replace("/", "\n") for one in dict.fromkeys(found) if one)


@cache
def bodies() -> tuple[bytes, ...]:
    """Published pushes of every kind."""
    return tuple(vector["xml"].encode() for vector in pushes.vectors()["inbound_xml"])


def text(chance: random.Random) -> str:
    """A message with some of it changed; now and then a very long one."""
    said = chance.choice(texts())
    for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
        said = _changed(said, chance)
    return (said * 40 if chance.random() < 0.01 else said)[:LONGEST]


def _changed(said: str, chance: random.Random) -> str:
    start = chance.randint(0, len(said))
    end = min(len(said), start + chance.choice((0, 0, 1, 2, 8)))
    piece = chance.choice(
        (chance.choice(PIECES), said[start:end] * chance.choice((2, 3, 20)), _slice(chance.choice(texts()), chance), "")
    )
    return said[:start] + piece + said[end:]


def _slice(said: str, chance: random.Random) -> str:
    start = chance.randint(0, len(said))
    return said[start : start + chance.randint(0, 12)]


def body(chance: random.Random, seeds: Sequence[bytes] | None = None) -> bytes:
    """A push with bytes changed."""
    found = bytearray(chance.choice(seeds or bodies()))
    for _ in range(chance.choice((0, 1, 2, 4))):
        start = chance.randint(0, len(found))
        end = min(len(found), start + chance.choice((0, 1, 4, 30)))
        other = chance.choice(bodies())
        at = chance.randint(0, len(other))
        found[start:end] = chance.choice((chance.randbytes(3), chance.choice(BYTES), other[at : at + 30], b""))
    return bytes(found)
