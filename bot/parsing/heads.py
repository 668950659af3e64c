"""Who stands in front of a number in a row of people, as it is written: 我自己, 老丈人, 二楼, 栓子媳妇, 她女儿家."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.people import SELVES
from bot.parsing.spans import FOLK
from bot.parsing.surnames import CALLED
from bot.parsing.vocabulary import WORDS

_LEADING: Final = re.compile(r"^(?:还有|另外|帮|给|替|再|也)+")
_TRAILING: Final = re.compile(r"(?:自己|个人|么|嘛|呢|啊)+$")
_HOUSED: Final = re.compile(r"(?:家里?|那边|那里|那儿|这边|这里|屋里)$")
_SPEAKERS: Final = SELVES | {"自家", "自己", "我们", "俺们", "咱们"}
_KNOWN: Final = re.compile(
    rf"(?:[小老]?(?:两口子?|夫妻俩?)|爹妈|爸妈|公婆|爷奶|[一二三四五六七八九十\d]{{1,2}}楼|[一-龥]?(?:{FOLK})|[老小阿](?![板箱])[一-龥]{{1,2}}|[一-龥]{{1,2}}(?:叔|姨|姐|哥|嫂|婶|伯|奶|妈|爸|娘|爹)|[大二三四五六](?:丫|妞|娃|毛|宝|囡))"
)
_PLACES: Final = re.compile(
    r"[一-龥]{0,4}(?:室|部|科|处|班|组|店|厨|楼上|楼下|楼顶|阳台|门卫|保安亭|客厅|书房|车库|前台|后厨|主桌|单位)"
)
_NO_NAME: Final = re.compile(
    r"[的了吗没不有和跟要去说让叫是在把被都就又这那每各共比像个只多少大红白黑绿黄蓝剩劝嫌送给吃喝用里后退坏缺差一二两三四五六七八九十半几]"
)
_MAX_UNKNOWN: Final = 3
_WHOSE: Final = frozenset("我 俺 她 他 咱 我们 咱们".split())
THEIRS: Final = frozenset("她 他 伊 佢 她们 他们 人家".split())


def plain_head(who: str) -> str:
    """A calling without what only joins it to the row: 自家, 我自己 and 我么 are 我, 老陆家 is 老陆."""
    head = _TRAILING.sub("", _LEADING.sub("", who)) or who
    if head in _SPEAKERS:
        return "我"
    return _HOUSED.sub("", head) or head


def is_known(who: str) -> bool:
    """Is it a word for somebody, or for where somebody lives or works?"""
    head = plain_head(who)
    if head == "我" or head in THEIRS or _PLACES.fullmatch(head):
        return True
    for at in range(len(head)):
        tail, before = head[at:], head[:at].removesuffix("那").removesuffix("的")
        if WORDS.get(tail) == "person" or _KNOWN.fullmatch(tail) or CALLED.fullmatch(tail):
            return not before or before in _WHOSE or is_known(before) or _is_plain(before)
    return False


def _is_plain(before: str) -> bool:
    return len(before) <= _MAX_UNKNOWN and not _NO_NAME.search(before)


def may_be_somebody(who: str) -> bool:
    """Could an unknown word be what somebody is called?"""
    head = plain_head(who)
    return 1 < len(head) <= _MAX_UNKNOWN and not _NO_NAME.search(head)


def is_clean(who: str) -> bool:
    """Is there nothing in it but what may be part of a calling?"""
    return not _NO_NAME.search(plain_head(who))
