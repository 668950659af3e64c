# ruff: noqa: E501 - rows of words
"""How a share in a row of people is said: 阿坤一袋, 我跟老卞一样, 老丈人比我爸多两斤, 三间办公室每间两提."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.spans import FOLK, GROUPS

_NUM: Final = r"\d{1,3}(?:\.\d)?|[一二三四五六七八九]?十[一二三四五六七八九]?|[一两俩仨二三四五六七八九]|半"
_DIGIT: Final = r"[\d一两二三四五六七八九十半几]"
_AMOUNT: Final = (
    rf"(?<!{_DIGIT})(?:(?P<n>{_NUM})\s?(?P<u>{UNIT_PATTERN})(?P<half>半(?!斤))?|(?P<few>[俩仨])(?=[\s,。]|$))"
    rf"(?:的(?=[\s,。]|$))?(?![的装左几来多是_]|{_DIGIT}(?!楼|[叔姨姐哥嫂婶伯舅姑妹弟丫妞]))"
)
PLAIN_AMOUNT: Final = rf"(?P<n>{_NUM})\s?(?P<u>{UNIT_PATTERN})(?P<half>半(?!斤))?(?P<few>)"
_WHO: Final = r"(?P<who>[^\s,。;:!?_]{0,8}?)"
_ASKS: Final = r"(?P<asks>(?:恁|也|都|还|就|只|先|另外|外加|多|再|么|嘛|呢|想|要|来|拿|订|捎|留|买|整|搞|带|放|记|报|弄|点|称|给|得)*)"
JOINT: Final = re.compile(r"[\s,、;。+:]*(?:(?:和|还有|外加|再加上?|加上?|以及|再算上|算上|嘛|么)\s*)?")
ONE: Final = re.compile(rf"{_WHO}{_ASKS}\s?{_AMOUNT}")
FIRST: Final = re.compile(rf"(?:帮|给|替)?{_WHO}(?:寻思)?{_ASKS}\s?{PLAIN_AMOUNT}")
LIKE: Final = re.compile(
    rf"{_WHO}(?:也|就)?(?:跟|和|同|与|像|照)(?P<other>[^\s,。_]{{1,5}}?)(?:要?的)?一样(?:多)?(?=[\s,。]|$)"
)
THAN: Final = re.compile(
    rf"{_WHO}(?:也要|也带|也来|要的|也|就|要|带)*[,\s]*比(?P<other>[^\s,。_]{{1,5}}?)(?:还|再)?(?:要)?(?P<way>多|少)(?:要|来|拿)?{_AMOUNT}"
)
TWICE: Final = re.compile(
    rf"{_WHO}(?:也|就)?(?:要|拿|来|是)*(?P<other>[^\s,。_的是]{{1,4}}?)(?:家)?的(?P<times>[两二三四五\d])倍(?=[\s,。]|$)"
)
NONE: Final = re.compile(
    rf"{_WHO}(?:就|自己|自家|有|那份)*(?:不用|不要|不喝|不吃|不来|不需要|唔使|唔要|免)(?:了|啦|哈|咯)*(?=[\s,。]|$)"
)
_PEOPLE: Final = r"(?P<count>\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[两俩二三四五六七八九])(?P<cl>[个位名间家户口张层桌条])?(?P<noun>(?:(?![一两二三四五六七八九十])[一-龥]){0,4}?)"
_EACH: Final = (
    rf"(?:每|一|1)(?P<each>[个位名间张]?(?:人|家|户|娃|桌|屋|房间?|层楼?|楼|栋|单元|工位|班|组|间|{GROUPS}|{FOLK}))"
)
PER: Final = re.compile(rf"(?P<who>[^\s,。;:!?_\d]{{0,4}}?){_PEOPLE}[,\s]*(?:也|都)?{_EACH}{_ASKS}{_AMOUNT}")
PER_BEFORE: Final = re.compile(
    rf"(?P<who>){_EACH}{_ASKS}{_AMOUNT}[,\s]*(?:一共|总共|共|有)?(?:有)?{_PEOPLE}(?=[\s,。]|$)"
)
TOTAL: Final = re.compile(
    rf"[\s,。]*(?:那?就是|一共就?是?|总共是?|统共是?|拢共是?|共计?|合计|等于|加起来是?)\s?{_AMOUNT}(?=[\s,。]|$)"
)
TOTAL_BEFORE: Final = re.compile(rf"[\s,]*(?:一共|总共|统共|拢共|共)(?:要|是)?\s?{_AMOUNT}[\s,:]*")
