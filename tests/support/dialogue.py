"""Dialogues as data: a text file says who types what and what must come back; this plays it against the real thing.

The world they play in is `tests.support.chat`: a leader 小美 (L1), and whoever speaks first follows her. Lines:

    # a remark                                    (also: empty lines)
    小美> 截单                                     somebody types this
    小美> |                                        … or these lines:
      | #开团 周六水果团
      | 1) 红颜草莓 45元
      真的要                                       (indented) a fragment that the reply must contain
      ! 没有                                       a fragment that it must not contain
      = 好的，没有改动。                            the whole reply (\\n for a new line)
      =                                            no reply at all
    王姐>>> 草莓2                                  WeChat delivers this message three times: one answer, done once
    王姐< 到货了                                    a push with this fragment arrives (jobs run until then)
    王姐< !                                        no push arrives
    小周+ L1                                       somebody scans a leader's code; who does not follow yet, follows
    路人+                                          … or just follows
    小周-                                          somebody stops following
    王姐* 照片                                      somebody sends 照片, 照片 {qr:王姐}, 语音, 语音 两盒草莓, 位置…
    小美# 统计                                      somebody taps the menu
    小美% {qr:王姐}                                 somebody scans a pickup QR with the menu's scanner
    小美> {code:王姐} {typo:王姐}                   the pickup code that person saw last; with one digit wrong
    @ +2h30m                                      time passes, then every job runs
    @ 2026-05-02 20:00                            … to this time in Shanghai (it begins 2026-05-02 10:00, a Saturday)
    @ 团长 大刘                                     there is one more leader (L2)
    @ 平台同意 小王                                 the operator approves (平台拒绝 rejects, 平台暂停 suspends)
    @ 券 省一点 S10OFF 1000                          the platform makes a coupon for L1: title, code, fen off
    @ 先收钱 小美                                   this leader takes money beforehand
    @ 商品 阳光农场 红颜草莓 2斤 盒 30 6 chilled     a product: name, spec, unit, cost, case (0: none), storage
    @ 采购单发出 cap                               the platform sends all drafts (cap, buy, or as the leaders wish)
    @ 采购收货 红颜草莓 11 1                         the goods are in the warehouse: 11 came, 1 of them damaged
    @ 数据库坏了                                    … until 数据库好了: orders cannot be written
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.paging import TEXT_LIMIT, size
from tests.support.chat import World, world

__all__ = ["World", "Wrong", "messages", "play", "say_anything", "world"]

_SAID = re.compile(r"(?P<who>[^\s<>+*@#!=|%-]{1,12})(?P<how>>>>|[<>+*#%-])\s?(?P<what>.*)")
_PLACEHOLDER = re.compile(r"\{(code|typo|qr):([^}]+)\}")
_CODE = re.compile(r"取货码：(\d{3}) (\d{3})")
_LINK = re.compile(r'href="(http[^"]+/p/[^"]+)"')
_TAGS = re.compile(r"</?a[^>]*>|https?://\S+|（编号 \w{6}）")
# What nobody says to an elder: leftovers of the program, and English words (ml, kg and the letters of codes are fine).
_NOT_CHINESE = re.compile(r"None|True|False|[{}_\\]|[A-Za-z]{4,}")


class Wrong(AssertionError):
    """The dialogue went another way than written."""


@dataclass
class _Turn:
    line: int
    who: str
    how: str
    what: str
    checks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"line {self.line}: {self.who}{self.how} {self.what}"


@dataclass
class _Seen:
    """Pickup codes and QR addresses people have been shown."""

    codes: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def note(self, who: str, text: str) -> None:
        if found := _CODE.search(text):
            self.codes[who] = found[1] + found[2]
        if link := _LINK.search(text):
            self.links[who] = link[1]

    def fill(self, text: str) -> str:
        return _PLACEHOLDER.sub(self._filled, text)

    def _filled(self, match: re.Match[str]) -> str:
        kind, who = match[1], match[2]
        if kind == "qr":
            return self.links[who]
        code = self.codes[who]
        return code if kind == "code" else f"{code[:3]}{(int(code[3]) + 1) % 10}{code[4:]}"


def play(script: str, place: World) -> None:
    """Play a dialogue. Raises Wrong at the first line that went another way, with what came instead."""
    seen = _Seen()
    for turn in _turns(script):
        if turn.who == "@":
            place.act(turn.what)
            continue
        answer = _told(turn, place) if turn.how == "<" else _answered(turn, place, seen.fill(turn.what))
        _check_language(turn, answer)
        seen.note(turn.who, answer)
        for check in turn.checks:
            _check(turn, seen.fill(check), answer)


def messages(script: str) -> list[str]:
    """Everything that somebody types in a dialogue."""
    return [turn.what for turn in _turns(script) if turn.how in {">", ">>>"} and "{" not in turn.what]


def say_anything(place: World, people: list[str], words: list[str], rng: random.Random, *, times: int) -> None:
    """Anybody says anything at any time. Raises Wrong for no answer, and for one that is not plain Chinese."""
    posts = [one for one in words if one.startswith("#")]
    for nth in range(times):
        kinds = [words, posts, ["确认"], ["1", "2", "3"], ["到货", "截单"]]
        what = rng.choice(rng.choices(kinds, weights=[60, 8, 20, 6, 6])[0])
        turn = _Turn(nth, rng.choice(people), ">", what)
        place.clock.advance(seconds=rng.choice([1, 1, 1, 60, 660, 3600]))
        answer = place.say(turn.who, what)
        if not answer:
            raise Wrong(f"{turn}\nwas not answered")
        _check_language(turn, answer)
        if rng.random() < 0.1:
            place.run_jobs()


def _answered(turn: _Turn, place: World, what: str) -> str:
    match turn.how:
        case ">":
            return place.say(turn.who, what)
        case ">>>":
            return place.say_thrice(turn.who, what)
        case "+":
            return place.scan_leader(turn.who, what)
        case "-":
            return place.leave(turn.who)
        case "*":
            return place.send(turn.who, what)
        case "#":
            return place.tap(turn.who, what)
        case _:
            return place.scan_code(turn.who, what)


def _told(turn: _Turn, place: World) -> str:
    """All pushes that came since the last look, one below the other."""
    place.openid(turn.who)
    place.run_jobs()
    text = "\n---\n".join(place.hear(turn.who))
    if turn.what == "!":
        if text:
            raise Wrong(f"{turn}\nmust not be told anything, but was told:\n{text}")
    else:
        _check(turn, turn.what, text)
    return text


def _check(turn: _Turn, check: str, answer: str) -> None:
    if check.startswith("! "):
        if check[2:] in answer:
            raise Wrong(f"{turn}\nmust not contain {check[2:]!r}, but got:\n{answer}")
    elif check == "=" or check.startswith("= "):
        if check[2:].replace("\\n", "\n") != answer:
            raise Wrong(f"{turn}\nmust be exactly {check[2:]!r}, but got:\n{answer}")
    elif check not in answer:
        raise Wrong(f"{turn}\nmust contain {check!r}, but got:\n{answer}")


def _check_language(turn: _Turn, answer: str) -> None:
    """Whatever is said fits into one message and is plain Chinese."""
    for part in answer.split("\n---\n"):
        if size(part) > TEXT_LIMIT:
            raise Wrong(f"{turn}\nthe answer has {size(part)} bytes:\n{part}")
    shown = _TAGS.sub("", answer).replace("[image]", "")
    typed = set(re.findall(r"[A-Za-z]{4,}", turn.what))
    if strange := [word for word in _NOT_CHINESE.findall(shown) if word not in typed]:
        raise Wrong(f"{turn}\nmust be plain Chinese, but has {strange}:\n{answer}")


def _turns(script: str) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for number, line in enumerate(script.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith((" ", "\t")):
            if turn is None:
                raise ValueError(f"line {number}: belongs to nobody: {line}")
            text = line.strip()
            if text == "|" or text.startswith("| "):
                turn.what = text[2:] if turn.what == "|" else f"{turn.what}\n{text[2:]}"
            else:
                turn.checks.append(text)
            continue
        if turn:
            yield turn
        if line.startswith("@"):
            turn = _Turn(number, "@", "", line[1:].strip())
            continue
        match = _SAID.fullmatch(line.rstrip())
        if match is None:
            raise ValueError(f"line {number}: not understood: {line}")
        turn = _Turn(number, match["who"], match["how"], match["what"].strip())
    if turn:
        yield turn
