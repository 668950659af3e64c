"""Amounts that several numbers make together: 大伯两包 二伯两包 细叔一包, 三个会议室每个会议室一个, 一人一盒 … 九个人.

Part of what the second reader is asked (`choices`): which numbers belong to an item is seen by where its name stands,
and what stands between them speaks for their sum, for their product, or for one of them being the other's correction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from bot.parsing.numerals import chinese_value
from bot.parsing.surroundings import Scene, Sight, fit

Sum: TypeAlias = tuple[int, list[Sight]]
"""Thousandths, and what speaks for them."""

MAX_GROUPS: Final = 3
"""Groups (people, days) that are counted, and numbers they are multiplied with."""
_NEAR: Final = 6
"""Between two numbers, more words than these say nothing about how they go together."""
_WHO: Final = frozenset(("person", "name", "people", "text", "room", "locker"))
"""Kinds of words that may say for whom a number is."""


def sums(scene: Scene, key: int, own: Sequence[int]) -> Iterator[Sum]:
    """What several numbers add up to, and the last of those that are said of the item (`own`)."""
    numbers = [scene.tokens[at].milli for at in scene.numbers]
    if len(numbers) > 1:
        size = str(len(numbers))
        yield sum(numbers), [("sum", ("all", f"all {size}"))]
        yield sum(numbers) + 1000, [("sum", ("all and one", f"all and one {size}"))]
        for first, second in pairwise(numbers):
            yield first + second, [("sum", ("two", f"two {size}"))]
            if first > second:
                yield first - second, [("sum", ("less", f"less {size}"))]
    if len(own) > 1:
        seen = _of_own(scene, key, own)
        yield sum(scene.tokens[at].milli for at in own), seen
        yield scene.tokens[own[-1]].milli, [("ownlast", ("",)), *((f"last{name}", keys) for name, keys in seen)]


def said_of(scene: Scene) -> dict[int, list[int]]:
    """For each item the places of the numbers that are said of it: its name is the nearest in front of them in their
    clause, or else the first behind them there, or else the last that was named before."""
    named = [at for at, token in enumerate(scene.tokens) if token.keys]
    found: dict[int, list[int]] = {}
    for number in scene.numbers:
        here = [at for at in named if scene.clause[at] == scene.clause[number]]
        in_front = [at for at in here if at < number] or here[:1] or [at for at in named if at < number]
        for key in scene.tokens[in_front[-1]].keys if in_front else ():
            found.setdefault(key, []).append(number)
    return found


def _of_own(scene: Scene, key: int, own: Sequence[int]) -> list[Sight]:
    """What stands with the numbers of one item: who they are for, and what leads from one to the next."""
    tokens = [scene.tokens[at] for at in own]
    names = min(sum(key in token.keys for token in scene.tokens), 3)
    who = min(sum(_has_head(scene, before, at) for before, at in zip([-1, *own], own, strict=False)), 4)
    units, alike = len({token.unit for token in tokens}), len({token.milli for token in tokens}) == 1
    between = [at for first, second in pairwise(own) for at in range(first + 1, second)]
    size = min(len(own), 4)
    counts = (f"{size}", f"{size} {names}", f"{size} {who}", f"{names} {who}", f"{units} {alike}")
    return [
        ("own", (*counts, f"all {len(own) == len(scene.numbers)}")),
        ("ownw", {scene.words[at] for at in between}),
        ("ownk", {scene.kinds[at] for at in between}),
        ("ownf", {scene.words[at + 1] for at in own[:-1]}),
    ]


def _has_head(scene: Scene, before: int, at: int) -> bool:
    """Is there a word between two numbers that may say for whom the second is?"""
    return any(scene.kinds[other] in _WHO for other in range(before + 1, at))


def products(scene: Scene, unit: str, own: Sequence[int]) -> Iterator[Sum]:
    """So many groups, and so much for each of them."""
    for place, first in enumerate(scene.numbers):
        for second in scene.numbers[place + 1 :]:
            one, other = scene.tokens[first], scene.tokens[second]
            if one.milli * other.milli % 1_000_000 or max(one.milli, other.milli) < 2000:
                continue
            fits = f"{fit(one.unit, unit)} {fit(other.unit, unit)}"
            near = scene.words[first + 1 : second] if second - first <= _NEAR else []
            yield (
                one.milli * other.milli // 1000,
                [
                    ("times", (fits, f"{fits} {first in own} {second in own}", f"{len(scene.numbers)} {place}")),
                    ("timesb", set(near)),
                    ("timesk", set(scene.kinds[first + 1 : second])),
                    ("timesn", (f"a {scene.words[first + 1]}", f"b {scene.words[second - 1]}")),
                ],
            )


def counted(scene: Scene) -> list[tuple[int, str]]:
    """What else is counted, how many and of what: people, households, days, meals."""
    text = "".join([" " if token.keys else token.word for token in scene.tokens])
    if _GROUPS.isdisjoint(text):
        return []
    found = [(chinese_value(match["number"]) or 0, match["of"]) for match in _COUNTED.finditer(text)]
    if _WORKDAYS.search(text):
        found.append((5, "天"))
    return list(dict.fromkeys([(size, of) for size, of in found if size > 1]))[:MAX_GROUPS]


_COUNTED: Final = re.compile(
    r"(?<![第周\d])(?P<number>\d{1,3}|[二两三四五六七八九十百]{1,3})(?:个|口)?(?P<of>人|口|家|户|位|名|天|日|顿|餐|桌|间|组|班"
    r"|宿舍|办公室|姐妹|孩子|同事|朋友|老师|室友|闺蜜|兄弟|邻居|娃|小孩)"
)
_GROUPS: Final = frozenset("人口家户位名天日顿餐桌间组班宿办姐孩同朋老室闺兄邻娃小周星礼工")
"""What one of stands in everything that is counted so."""
_WORKDAYS: Final = re.compile(r"(?:周|星期|礼拜)一[到至]?(?:周|星期|礼拜)?五|工作日")
