"""Stock, limits and case sizes in a post: 限20盒, 每户限2份, 库存60箱, 只剩8箱, 12袋一箱起发."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.parsing.numerals import read_number
from bot.parsing.post_specs import FIGURE, MEASURE, UNIT

_N = FIGURE
_STOCK = re.compile(
    rf"(?:库存|名额|(?:每[日天]|每日)?限[量做供产]|每[日天](?:只|仅|限)|只有|仅有|仅剩|只剩|就剩|就剩下|就|还剩|剩余|剩下|剩|还有|一共"
    rf"|总共|总量|共|数量|现货|余量?|拢共|统共|只到了?|只拿到|只抢到|只做|就做|才做|只?能做|最多做|做了"
    rf"|只备了?|备货|准备了?|手里有|拿了|(?:就?能)?匀(?:给|出来?)?(?:大家|邻居|我们?|咱们?)?|分给大家|(?:又|再)?(?:跟|找|向|和|问|从)[^\s,，。;；\d\x00]{{1,6}}(?:要|拿|抢|匀|订|进|弄|搞)(?:了|到了?|来)|(?:能|可以|够|才)凑(?:出|个|到|够)?|最后(?!\S{{1,2}}(?:头|批|波|车|趟))|只给了?(?:我们?|咱们?|群里|团里)|给(?:我们?|咱们?|大家)留了?|先到先得|(?<![^,，。;；\s])各)"
    rf"(?:只有|就|了|有|各|约|大概|是|为|只剩|:|\s|最后|这){{0,3}}(?P<n>{_N})\s?(?P<unit>{UNIT}"
    rf"|名|位|个名额)(?!\s?[/×]|装)"
)
_STOCK_LABEL = re.compile(rf"(?:库存|名额|限量|数量|余量|总量|现货)\s?[:：=]?\s?(?P<n>{_N})(?!\d|\s?{MEASURE}/)")
_STOCK_TAIL = re.compile(
    rf"(?P<n>{_N})\s?(?:{UNIT})?\s?(?:卖完|售完|抢完|送完|订完|团完|拍完|卖光|抢光|没了)(?:为止"
    rf"|即止|就没|就截|了|没)?"
)
_LIMIT = re.compile(
    rf"(?:限购|每户|每家|每人|一家|一户|一人|单户|每单|每个?(?:门牌|房号|id|账号|微信)"
    rf"|人均|各家|家家|户均)\s?(?:合计|总共|一共|加起来)?(?:每样|每种|每款|各)?(?:人|户|家)?\s?(?:限购|限定?|最多"
    rf"|顶多|至多|只能|不超过|不能超过?|别超过?|别多于|不能?多于|仅限|可|只|就|限量|封顶|不要超过?)?"
    rf"(?:买|订|拍|拿|接|要|定|抢|购|团|下单)?\s?(?P<n>{_N})\s?(?P<unit>{UNIT})?"
)
_LIMIT_BARE = re.compile(rf"(?<!不)限前?\s?(?P<n>{_N})\s?(?P<unit>{UNIT}|组)(?P<per>\s?(?:/|每)\s?(?:户|家|人))?")
_LIMIT_MOST = re.compile(
    rf"(?:最多|顶多|至多)(?:可|能|只能)?(?:买|订|拍|拿|接|要|定|抢|下)?\s?(?P<n>{_N})\s?(?P<unit>{UNIT})"
)
_CASE = re.compile(
    rf"(?:凑|拼|按|满|够|整箱|整件|一?箱|一?件)\D{{0,4}}?(?P<n>{_N})\s?{UNIT}\s?(?:成"
    rf"|为|凑|一|/|1)?\s?(?:整)?(?:箱|件)(?:起|凑|发|拼|$|[\s,，。)])"
    rf"|(?P<n2>{_N})\s?{UNIT}\s?(?:成一?|凑一?|一|/)\s?(?:整)?(?:箱|件)\s?[,，]?\s?(?:凑|拼|按|满|成|发)"
    rf"|(?:整箱|整件|凑整箱|成箱)\s?[:：]?\s?(?P<n3>{_N})\s?{UNIT}"
)
_SMALL = r"盒|袋|包|瓶|罐|桶|板|提|杯|束|扎"
_CASE_OF = re.compile(
    rf"[一1每](?:箱|件)\s?(?P<n>{_N})\s?(?P<pack>{_SMALL})(?![一-龥])"
    rf"|(?P<n2>{_N})\s?(?P<pack2>{_SMALL})\s?[一1每/]\s?(?:箱|件)(?![一-龥])"
)
_ALL = (_CASE, _LIMIT, _LIMIT_BARE, _STOCK, _STOCK_LABEL, _STOCK_TAIL, _LIMIT_MOST)
_SMALL_LIMIT = 10_000  # 限2盒 is per household, 限20盒 the stock

Kind = Literal["case", "limit", "stock"]


@dataclass(frozen=True, slots=True)
class Amount:
    """`milli` thousandths of the unit of sale; `is_each`: 各20只."""

    kind: Kind
    milli: int
    unit: str | None
    is_each: bool
    is_total: bool = False  # 限量, 一共: may be said of several items


def take_amounts(text: str) -> tuple[str, list[Amount]]:
    """(text with the amounts blanked by NUL, the amounts)."""
    found: list[Amount] = []
    for pattern in _ALL:
        match = pattern.search(text)
        if match is None or match.groupdict().get("unit") == "次":  # 最后一次团
            continue
        groups = match.groupdict()
        milli = milli_of(next(groups[key] for key in ("n", "n2", "n3") if groups.get(key)))
        is_price = match[0].startswith(("就有", "就")) and milli == 1000  # 十八块就有一把
        if milli is None or milli <= 0 or is_price:
            continue
        is_each = text[: match.start()].endswith("各") or "各" in match[0]
        is_total = re.match(r"限量|一共|总共|总量|库存|共", match[0]) is not None
        found.append(Amount(_kind(pattern, groups, milli), milli, groups.get("unit"), is_each, is_total))
        text = text[: match.start()] + "\x00" + text[match.end() :]
    return text, found


def take_case(text: str, sold_as: str) -> tuple[str, str, int]:
    """(text without it, the pack, thousandths of it in a case) of 6盒一箱, where `sold_as` shows that 盒 is what is
    sold (2斤/盒, 元/盒); ("", 0) otherwise: a price per 箱 of 6盒 is another thing."""
    match = _CASE_OF.search(text)
    milli = milli_of(match["n"] or match["n2"]) if match is not None else None
    if match is None or not milli:
        return text, "", 0
    pack = match["pack"] or match["pack2"]
    if re.search(rf"[/一1每]\s?{pack}(?!装)", sold_as) is None:
        return text, "", 0
    return text[: match.start()] + "\x00" + text[match.end() :], pack, milli


def without_amounts(text: str) -> str:
    """`text` with every amount blanked by NUL."""
    for pattern in _ALL:
        text = pattern.sub("\x00", text)
    return text


def milli_of(figure: str) -> int | None:
    """A written amount in thousandths; None for a range."""
    number = read_number(figure)
    return None if number is None or number.kind == "range" else number.milli


def _kind(pattern: re.Pattern[str], groups: dict[str, str | None], milli: int) -> Kind:
    if pattern is _CASE:
        return "case"
    if pattern is _LIMIT_BARE:
        return "limit" if groups.get("per") or (milli < _SMALL_LIMIT and groups["unit"] != "组") else "stock"
    return "limit" if pattern in (_LIMIT, _LIMIT_MOST) else "stock"
