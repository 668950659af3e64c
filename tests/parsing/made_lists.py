"""Lists of goods and numbers by chance, the same in every run: what the short ways of reading are held to, and what the
learner is shown of messages that need no understanding."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace

from bot.parsing.catalogue import Catalogue
from bot.parsing.listed import COURTESIES, WANTS
from tests.parsing.corpus import catalogues as written_catalogues
from tests.parsing.corpus import item_from
from tests.parsing.shapes import rows_of

MESSAGES = 4000
LISTS = 4000
COUNTS = "1 2 3 6 9 12 20 40 1.5 2.5 0.5 ③ 2️⃣ ５ 一 二 三 四 五 六 七 八 九 十 两 俩 仨 十二 十五 二十 半 叁 贰".split()
UNITS = "份 个 斤 箱 盒 袋 包 瓶 提 两 公斤 克 打 对 只 条 板 根 把".split()
BETWEEN = (" ", " ", ",", "，", "、", "\n", "。", ";", "和", "+", "", ",再来", " 再加", "，再要")
LINKS = ("", "", "", "", " ", "x", "×", "*", ":", "+", "=", "要", "来", "我要")
PLACES = "3-502 5栋302 12号楼1203室 3-1-502 7号楼2单元301 b座1201 502 1203 3#502 3号楼 13800000001 二期7栋1102".split()


def catalogues() -> list[Catalogue]:
    written = {json.dumps(row["catalog"]) for row in rows_of("public.jsonl") if row.get("catalog")}
    sold = [[item_from(row) for row in json.loads(one)] for one in sorted(written)]
    aside = [[replace(item, is_aside=item.number % 3 == 1) for item in items] for items in sold[::4]]
    return [Catalogue(items) for items in sold + aside]


def messages() -> Iterator[tuple[Catalogue, str]]:
    """Names, figures, units and what stands between them, by chance but each time the same."""
    chance, shops = random.Random(5), catalogues()
    for _ in range(MESSAGES):
        goods = chance.choice(shops)
        pieces = []
        for name in chance.sample(list(goods.names), min(chance.randint(1, 3), len(goods.names))):
            keys = goods.names[name].keys
            unit = goods.by_key[keys[0]].unit if keys and chance.random() < 0.5 else ""
            count = chance.choice((chance.randint(1, 9), chance.randint(0, 120)))
            pieces.append(f"{name}{chance.choice(('', '', '×', ':', '*'))}{count}{unit}")
        if chance.random() < 0.3:
            figure, more = (
                chance.choice("123459一两三四"),
                chance.choice(("再加", "加", "再来", "再要", "多加", "多来")),
            )
            unit = unit or goods.items[0].unit
            yield goods, f"{more}{figure}{unit}{name}"
        yield goods, chance.choice((" ", ",", "，", "、", "\n", "; ")).join(pieces)


def lists_of_goods() -> Iterator[tuple[Catalogue, str]]:
    """Goods and numbers in every order, with what is said around them out of habit; each time the same."""
    chance, shops = random.Random(7), [*catalogues(), *written_catalogues().values()]
    for _ in range(LISTS):
        goods = chance.choice(shops)
        named = chance.sample(list(goods.names), min(chance.choice((1, 1, 2, 2, 3, 5)), len(goods.names)))
        text = _pieces(goods, named, chance)
        for _ in range(chance.choice((0, 0, 1, 2))):
            text = chance.choice([*sorted(WANTS), *sorted(COURTESIES)]) + chance.choice(("", "", " ", ",")) + text
        for _ in range(chance.choice((0, 0, 1))):
            text += chance.choice(("", " ", ",", "。")) + chance.choice(sorted(COURTESIES))
        if chance.random() < 0.3:
            text = chance.choice(PLACES) + chance.choice(("", " ", ",", "\n")) + text
        if chance.random() < 0.3:
            text += chance.choice((" ", ",", "\n")) + chance.choice(PLACES)
        yield goods, text


def _pieces(goods: Catalogue, named: list[str], chance: random.Random) -> str:
    """鸡蛋两板 …, 两板鸡蛋 …, 鸡蛋和草莓各两份 or 两份."""
    form, apart = chance.choice(("behind", "behind", "ahead", "each", "lone")), chance.choice(BETWEEN)
    numbers = []
    for name in named:
        keys = goods.names[name].keys
        own = goods.by_key[keys[0]].unit if keys else ""
        unit = own if chance.random() < 0.7 else chance.choice(("", "", *UNITS))
        numbers.append(chance.choice(COUNTS) + unit)
    if form == "lone":
        return chance.choice(("", "+")) + numbers[0]
    if form == "each":
        return apart.join(named) + chance.choice(("各", "各来")) + numbers[0]
    if form == "ahead":
        return apart.join(map("".join, zip(numbers, named, strict=True)))
    return apart.join(name + chance.choice(LINKS) + number for name, number in zip(named, numbers, strict=True))


def lists_read_at_sight() -> Iterator[tuple[Catalogue, str]]:
    """Goods with figures and their own units, in the ways most people write them."""
    chance, shops = random.Random(9), [*catalogues(), *written_catalogues().values()]
    for _ in range(LISTS):
        goods, pieces, is_counted = chance.choice(shops), [], chance.random() < 0.4
        named = chance.sample(sorted(goods.plain), min(chance.randint(1, 4), len(goods.plain)))
        for name in named:
            number = chance.choice("1 2 3 6 9 10 12 40 一 两 三 十 ２".split())
            unit = goods.plain[name].unit if chance.random() < 0.9 or is_counted else ""
            pieces.append(f"{number}{unit}{name}" if is_counted else f"{name}{chance.choice(LINKS)}{number}{unit}")
        text = chance.choice((" ", ",", "、", "\n", "和", "")).join(pieces)
        ahead, behind = chance.choice(PLACES), chance.choice(PLACES)
        text = chance.choice(("", f"{ahead} ", f"{ahead}\n")) + chance.choice(["", *sorted(WANTS)]) + text
        yield (
            goods,
            text + chance.choice(["", "", *sorted(COURTESIES)]) + chance.choice(("", "", "", f" {behind}", "~")),
        )
