# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Units of count and weight, pack specifications, and the step from what was said to units of sale."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from bot.parsing.numerals import ARABIC_NUMBER, CHINESE_NUMBER, read_number
from bot.parsing.pinyin import main_syllable
from bot.parsing.simplified import simplified
from bot.parsing.values import DoubtReason, Item

GENERIC: Final = frozenset("份单套件组")
SMALL_PACKS: Final = frozenset("盒袋包提板瓶桶罐杯把扎束匣兜")
_BOTTLES: Final = frozenset("瓶桶罐")
_SOUTHERN_BOTTLES: Final = frozenset("支枝樽")
"""What Cantonese counts bottles by: 一支洗洁精."""
BIG_PACKS: Final = frozenset("箱筐篓车吨")
PIECES: Final = ("个枚颗只粒", "支枝朵", "根条")
WEIGHTS: Final = {
    "斤": 1000,
    "市斤": 1000,
    "公斤": 2000,
    "千克": 2000,
    "kg": 2000,
    "kilo": 2000,
    "g": 2,
    "克": 2,
    "两": 100,
}
"""Thousandths of a 斤 in one unit."""
VOLUMES: Final = {"ml": 1, "毫升": 1, "l": 1000, "升": 1000}
"""Millilitres in one unit."""
DOZENS: Final = {"打": 12, "对": 2, "双": 2}
FOREIGN_UNITS: Final = {
    "box": "份", "boxes": "份", "pack": "份", "packs": "份", "bag": "袋", "bags": "袋", "bottle": "瓶", "bottles": "瓶",
    "piece": "份", "pieces": "份", "pcs": "份", "pc": "份", "jin": "斤", "kgs": "kg", "cup": "杯", "cups": "杯",
    "can": "罐", "cans": "罐", "jar": "罐", "jars": "罐", "份儿": "份", "dozen": "打", "樽": "瓶", "入": "枚", "条儿": "条", "嚿": "块", "隻": "只", "棵": "颗",
    "斤儿": "斤", "tray": "板", "trays": "板", "loaf": "条", "loaves": "条", "set": "套", "sets": "套", "位": "份", "小盒": "盒", "大盒": "盒",
    "小袋": "袋", "大袋": "袋", "小瓶": "瓶", "大瓶": "瓶", "整箱": "箱", "大箱": "箱", "小箱": "箱", "小包": "包", "大包": "包",
}  # fmt: skip
LATIN_UNITS: Final = {
    "he": "盒", "dai": "袋", "bao": "包", "ping": "瓶", "xiang": "箱", "ban": "板", "tong": "桶", "guan": "罐", "fen": "份", "ge": "个",
    "zhi": "只", "tiao": "条", "ba": "把", "kuai": "块", "ke": "颗", "ti": "提", "zha": "扎", "bei": "杯", "wan": "碗", "jian": "件",
    "gen": "根", "chuan": "串", "kun": "捆", "juan": "卷", "mei": "枚", "jin": "斤", "liang": "两",
}  # fmt: skip
"""Units spelt in Latin letters, believed only right behind a number (2 he)."""
HOMOPHONES: Final = {
    "合": "盒", "和": "盒", "何": "盒", "河": "盒", "核": "盒", "禾": "盒", "荷": "盒", "版": "板", "扳": "板", "办": "板", "香": "箱", "相": "箱",
    "厢": "箱", "乡": "箱", "代": "袋", "带": "袋", "戴": "袋", "贷": "袋", "并": "瓶", "平": "瓶", "评": "瓶", "凭": "瓶", "屏": "瓶", "萍": "瓶",
    "分": "份", "粉": "份", "今": "斤", "金": "斤", "巾": "斤", "筋": "斤", "保": "包", "抱": "包", "宝": "包", "通": "桶", "筒": "桶", "同": "桶",
    "统": "桶", "被": "杯", "背": "杯", "灌": "罐", "贯": "罐", "霸": "把", "题": "提", "替": "提", "体": "提", "蹄": "提", "跟": "根",
    "支": "支", "知": "只", "之": "只", "织": "只", "札": "扎", "渣": "扎", "陶": "套", "讨": "套", "逃": "套", "棵": "颗", "科": "颗", "多": "朵", "跳": "条", "券": "卷", "圈": "卷", "捐": "卷", "娟": "卷", "岱": "袋", "呆": "袋", "拼": "瓶", "坪": "瓶", "舨": "板", "阪": "板", "伴": "板", "扉": "份", "馆": "罐", "惯": "罐", "观": "罐", "象": "箱", "像": "箱", "湘": "箱", "厘": "粒", "格": "个", "介": "个", "额": "个", "哥": "个",
}  # fmt: skip
"""Characters people write for a unit that sounds the same; believed only right behind a number."""

_COUNTERS: Final = "份单套件组个盒袋包提板瓶桶罐杯把扎束箱筐篓车吨枚颗只粒支枝朵根条片块节听头串张卷碗盘捆床副册本筒打对双笼屉碟锅盆株盏尾瓣节扇副刀排贴抽管壶坛缸摞沓盅篮兜匣锭联台顶"
UNIT_WORDS: Final = {
    **dict.fromkeys(_COUNTERS),
    **dict.fromkeys(WEIGHTS),
    **dict.fromkeys(VOLUMES),
    **dict.fromkeys(FOREIGN_UNITS),
    **dict.fromkeys(LATIN_UNITS),
}
_NOT_BEFORE: Final = {
    "对": "(?![吧吗么的不啊呀嘛了哈])",
    "联": "(?!系)",
    "管": "(?![它他她])",
    "兜": "(?!里)",
    "入": "(?![口户住门围])",
}


def _unit_pattern() -> str:
    """Longest first. Sixty characters are tried as one class, which is faster, and compiled faster, than one by one."""
    longest_first = sorted(UNIT_WORDS, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in longest_first if word.isascii())
    longer = [word for word in longest_first if len(word) > 1 and not word.isascii()]
    single = [word for word in longest_first if len(word) == 1 and not word.isascii() and word not in _NOT_BEFORE]
    hedged = [word + behind for word, behind in _NOT_BEFORE.items()]
    return "|".join((f"(?:{latin})(?![a-z])", *longer, *hedged, f"[{''.join(single)}]"))


UNIT_PATTERN: Final = _unit_pattern()
_SPEC_PART = re.compile(
    rf"(?:[一每1](?P<before>{UNIT_PATTERN}))?(?P<number>{ARABIC_NUMBER}|{CHINESE_NUMBER}|半)\s?(?P<unit>{UNIT_PATTERN})"
    rf"(?:装)?(?:\s?[/每一]\s?(?P<per>{UNIT_PATTERN}))?(?P<times>\s?[×x*]\s?\d{{1,3}})?"
)
_PORTIONS: Final = re.compile(r"(\d{1,2}|[一二两三四五六])人[份餐]")
_PACKED: Final = "瓶罐听支包袋盒杯"
_TAELS: Final = re.compile(r"(\d+)斤(\d)两")
MAX_MILLI: Final = 100_000


@dataclass(frozen=True, slots=True)
class Spec:
    """What one unit of sale holds: `weight` in thousandths of 斤, `volume` in ml, `counts` unit -> pieces.
    `cases`: unit of a bigger pack -> units of sale in it (24瓶/箱 of something sold by 瓶)."""

    weight: int | None = None
    volume: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Converted:
    """`milli` units of sale, or None and the reason to ask."""

    milli: int | None
    reason: DoubtReason = "unit"


def canonical_unit(word: str) -> str:
    """The Chinese counter behind a written unit (boxes -> 盒)."""
    return FOREIGN_UNITS.get(word) or LATIN_UNITS.get(word, word)


def is_weight(unit: str) -> bool:
    """Is the unit of sale a weight?"""
    return unit in WEIGHTS


@lru_cache(maxsize=4096)
def parse_spec(spec: str, unit: str) -> Spec:
    """Read a pack specification (2斤装, 30枚/板, 约8斤/箱, 950ml, 每箱24瓶) of something sold by `unit`."""
    weight: int | None = None
    volume: int | None = None
    counts: dict[str, int] = {}
    cases: dict[str, int] = {}
    for match in _SPEC_PART.finditer(_TAELS.sub(r"\1.\2斤", simplified(spec.lower()))):
        number = 500 if match["number"] == "半" else getattr(read_number(match["number"]), "milli", 0)
        word, container = canonical_unit(match["unit"]), canonical_unit(match["per"] or match["before"] or unit)
        if number and match["times"]:
            inside = int(match["times"].strip(" ×x*"))
            counts.update({piece_group(each): inside for each in _PACKED if each != unit})  # 330ml*6: six of them
        if not number or match["times"]:
            continue
        if container != unit and word == unit:
            cases[container] = number // 1000
        elif word in WEIGHTS:
            weight = weight or number * WEIGHTS[word] // 1000
        elif word in VOLUMES:
            volume = volume or number * VOLUMES[word] // 1000
        else:
            counts.setdefault(piece_group(word), number // 1000)
    return Spec(weight, volume, counts, cases)


def to_sale_units(milli: int, unit: str | None, item: Item) -> Converted:
    """`milli` of a spoken `unit` (None: a bare number) in thousandths of the item's unit of sale.

    Never rounds: what does not come out as whole packs is asked (`unit`), and so are 0, negatives and a hundred and
    more (`out_of_range`).
    """
    found = _convert(milli, unit, item)
    if found is None:
        return Converted(None)
    if found <= 0 or found >= MAX_MILLI:
        return Converted(None, "out_of_range")
    if found % 1000 and not is_weight(item.unit):
        return Converted(None)
    return Converted(found)


def _convert(milli: int, unit: str | None, item: Item) -> int | None:
    if unit in DOZENS and item.unit not in DOZENS and unit not in parse_spec(item.spec, item.unit).counts:
        milli, unit = milli * DOZENS[unit], None
        counts = parse_spec(item.spec, item.unit).counts
        if counts:  # a dozen of something that is packed by the piece
            return _packs(milli, next(iter(counts.values())) * 1000)
    if is_weight(item.unit):
        return _weighed(milli, unit, item.unit)
    if unit is None or unit == item.unit:
        return milli
    spec = parse_spec(item.spec, item.unit)
    if unit in WEIGHTS:
        return _packs(milli * WEIGHTS[unit] // 1000, spec.weight)
    if unit in VOLUMES:
        return _packs(milli * VOLUMES[unit] // 1000, spec.volume)
    if piece_group(unit) in spec.counts:
        return _packs(milli, spec.counts[piece_group(unit)] * 1000)
    if unit in spec.cases:
        return milli * spec.cases[unit] if milli % 1000 == 0 else None
    if _stands_for(unit, item.unit, item.spec) or main_syllable(unit) == main_syllable(item.unit):
        return milli
    return None


def _weighed(milli: int, unit: str | None, sold_by: str) -> int | None:
    if unit is None:
        return milli
    if unit not in WEIGHTS:
        return None
    total = milli * WEIGHTS[unit]
    return None if total % WEIGHTS[sold_by] else total // WEIGHTS[sold_by]


def _packs(amount: int, pack: int | None) -> int | None:
    """Whole packs in `amount` (both in the same small unit)."""
    if not pack or amount % pack:
        return None
    return amount // pack * 1000


def _stands_for(unit: str, sold_by: str, spec: str) -> bool:
    """May `unit` be said for `sold_by` when the specification is silent about it?"""
    if unit in GENERIC or piece_group(unit) == piece_group(sold_by):
        return True
    if unit in _SOUTHERN_BOTTLES and sold_by in _BOTTLES and piece_group(unit) not in parse_spec(spec, sold_by).counts:
        return True
    if unit in BIG_PACKS or sold_by in BIG_PACKS:
        return unit == "个" or (sold_by in GENERIC and unit in spec)
    if unit == "个":
        return not parse_spec(spec, sold_by).counts
    return unit in SMALL_PACKS and (sold_by in SMALL_PACKS or sold_by in GENERIC)


def portions_of(spec: str) -> int:
    """How many people one unit of sale is for (2人份), 0 when the specification does not say."""
    found = _PORTIONS.search(spec)
    number = read_number(found[1]) if found is not None else None
    return number.milli // 1000 if number is not None else 0


def piece_group(unit: str) -> str:
    """Units that count the same pieces (个 枚 颗) under one name."""
    return next((group for group in PIECES if unit in group), unit)
