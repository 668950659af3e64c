"""No page holds what its own policy blocks, or names a file that is not there: what a browser's console would say."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Pages, Visitor
from tests.web.doors import DOORS, Door
from tests.web.people import enter

# What `style-src 'self'` and `script-src 'self'` refuse.
BLOCKED = re.compile(
    r"""<[^>]+\sstyle\s*=|<style|<script(?![^>]*\s(?:src=|type="application/json"))|<[^>]+\son[a-z]+\s*=|javascript:"""
)
FILES = re.compile(r"""<(?:img|script|link|source)\b[^>]*\s(?:src|href)="(/[^"#]+)""")
GETS = [door for door in DOORS if door.method == "GET" and door.endpoint != "site.static"]


def read(visitor: Visitor, door: Door, pages: Pages) -> str:
    answer = visitor.get(door.make(pages)[0])
    return answer.text if answer.mimetype == "text/html" else ""


@pytest.mark.parametrize("part", range(4))
def test_no_page_holds_what_its_policy_blocks(part: int, pages: Pages) -> None:
    """In four parts, so that they can go to different processes."""
    visitors: dict[str, Visitor] = {}
    files: set[tuple[str, str]] = set()
    for door in GETS[part::4]:
        who = door.admits[0]
        visitors.setdefault(who, enter(pages, who))
        text = read(visitors[who], door, pages)
        assert BLOCKED.findall(text) == [], door.endpoint
        files |= {(who, path.replace("&amp;", "&")) for path in FILES.findall(text)}
    assert files
    assert [(who, path) for who, path in files if visitors[who].get(path).status_code != 200] == []


@pytest.mark.parametrize("bad", ['<p style="color:red">', "<style>", "<script>alert(1)</script>", '<b onclick="x()">'])
def test_the_control_is_blocked(bad: str) -> None:
    assert BLOCKED.search(bad)
