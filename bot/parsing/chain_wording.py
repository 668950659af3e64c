"""Ways of speaking in a line of a 接龙, put as the readers of chains know them: 一样儿一份, 血丸子一包算哒, 黎一份.

What a later line says about the amount of an earlier one (母蟹留四只, 桔子不要两箱要一箱, 丝娃娃讲错了是三包) is put
as a new total: 改成.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.numerals import chinese_value, read_number
from bot.parsing.quantity import UNIT_PATTERN

_AMOUNT = rf"[x×]?\s?{FIGURE}\s?(?:{UNIT_PATTERN})?"
_END = r"(?=[\s,，;；。!~)）]|$)"
_CLAUSE = re.compile(r"[^\s,，;；。!~]+")
_SAME_WORDS = (
    (re.compile(r"(?<=[样点个块份些])儿(?![子女童媳家])"), ""),  # 来点儿, 一样儿一份
    (re.compile(r"(?<=算|得|够|行)[哒喽咧噻罗嘞嘛](?=[\s,，。!~]|$)"), "了"),
    (re.compile(rf"[黎嚟](?={FIGURE}\s?(?:{UNIT_PATTERN}))"), "来"),
    (re.compile("[老小]两口子?|老幺"), "家人"),  # two people, and two of nothing
)
_OF_REGIONS = (  # Hakka, Cantonese, English
    (re.compile("[唔毋]爱"), "不要"),
    (re.compile("(?<=不要)[哩欸]"), "了"),
    (re.compile("照爱"), "照要"),
    (re.compile("恁多"), "那么多"),
    (re.compile(rf"爱(?={FIGURE}\s?(?:{UNIT_PATTERN}))"), "要"),
    (
        re.compile(
            r"(?:don'?t|do not|no) want\s(?P<what>[^\s,，][^,，]{0,20}?)(?:\s(?:liao|already|lah|le))?(?=[,，.]|$)"
        ),
        r"\g<what>不要了",
    ),
    (re.compile(r"(?<![a-z])(?:change|swap|switch)\s(?:it\s)?(?:to|for|with)\s"), "换成"),
    (re.compile(r"[\s,，]+(?:can|okay|ok)\s?(?:lah|ah|not)?\s?\?$"), ""),
    (re.compile(r"(?<![a-z])add\s(?=(?:an?|one|two|three|\d))"), ""),
    (re.compile(rf"(?<=[\d一二两三四五六七八九十半])整(?={UNIT_PATTERN})"), ""),  # 一整条
)
_MAY_BE_OF_A_REGION = frozenset("爱wchd整")
_MAY_BE_PLAINER, _MAY_SAY_ALL = frozenset("儿哒喽咧噻罗嘞嘛黎嚟两号幺"), frozenset("错岔抖滑误要是留算得拉够行好")
_NUMBERED = re.compile(rf"(?<!\w)(?P<n>[一二三四五六七八九])号(?=\s?(?:{FIGURE}|[再减加改要来]|不要|取消))")  # 二号一把
_WRONG = re.compile(
    r"(?<=\S)[\s,，]*(?:我|刚才?|刚刚|前面|上面)?(?:[写说讲报打填按点弄搞看][错岔]|手抖|手滑|口误|笔误)(?:了|咧|啦|喽)?"
    rf"[\s,，]*(?:应该|其实)?(?:是|要)\s?(?={_AMOUNT}{_END})"
)
_NOT_BUT = re.compile(
    rf"(?:(?:不要|唔要|勿要|伐要|莫要)\s?{_AMOUNT}[\s,，]*(?:就|只)?要|不是\s?{_AMOUNT}[\s,，]*(?:是|改))\s?(?={_AMOUNT}{_END})"
)
_NOT_ENOUGH = re.compile(rf"(?<=\S)不够了?[\s,，]*(?:再[加来要]?|\+|加)\s?(?={_AMOUNT}{_END})")  # B不够 +2
_ENOUGH = re.compile(
    rf"(?P<left>留(?:下|个)?\s?)?(?P<amount>[x×]?\s?(?P<figure>{FIGURE})\s?(?:{UNIT_PATTERN})?)(?P<enough>(?:就|也|便)?(?:算了|得了|拉倒|够|行|好)了?)?$"
)
_GIVES_UP = frozenset("算得拉")  # 一包算了: one, if there were more
_LESS = re.compile(r"[再加另多添退减少]|取消|不")


def in_plain_words(content: str) -> str:
    """`content` without 儿 behind a measure, with 了 for 哒 and 来 for 嚟."""
    if not _MAY_BE_OF_A_REGION.isdisjoint(content):
        for pattern, plain in _OF_REGIONS:
            content = pattern.sub(plain, content)
    if _MAY_BE_PLAINER.isdisjoint(content):
        return content
    for pattern, plain in _SAME_WORDS:
        content = pattern.sub(plain, content)
    return _NUMBERED.sub(lambda match: f"{chinese_value(match['n'])}号", content)


def as_new_total(content: str, held: Mapping[int, int], keys_in: Callable[[str], list[int]]) -> str:
    """`content` with 改成 before an amount that is said to be all that is wanted of something `held`."""
    if not held or _MAY_SAY_ALL.isdisjoint(content):
        return content
    content = _NOT_ENOUGH.sub("再加", content)
    content = _NOT_BUT.sub("改成", _WRONG.sub("改成", content))
    clauses = list(_CLAUSE.finditer(content))
    for clause in reversed(clauses):
        said = clause[0]
        match = _ENOUGH.search(said)
        if match is None or not (match["left"] or match["enough"]) or _LESS.search(said, 0, match.start()):
            continue
        gives_up = (match["enough"] or "")[:1] in _GIVES_UP
        keys, number = keys_in(said[: match.start()]), read_number(match["figure"])
        if len(keys) != 1 or keys[0] not in held or number is None or (len(clauses) == 1 and not gives_up):
            continue
        if not gives_up or number.milli != held[keys[0]]:
            at = clause.start() + match.start("amount" if match["left"] is None else "left")
            content = f"{content[:at]}改成{match['amount']}{content[clause.end() :]}"
    return content
