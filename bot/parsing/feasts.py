"""Feasts and days of the lunar year that a leader closes or hands out on: 端午前一天, 中秋当天, 腊月二十六, 年廿八.

The lunar dates are those of the Gregorian-Lunar Calendar Conversion Tables of the Hong Kong Observatory
(https://www.hko.gov.hk/en/gts/time/conversion.htm), 2025 to 2036; beyond that no such day is known.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_FIRST_YEAR = 2025
_LUNAR = {  # month * 100 + day of each year from 2025 on
    "春节": (129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208, 128),
    "端午": (531, 619, 609, 528, 616, 605, 624, 612, 601, 620, 610, 530),
    "七夕": (829, 819, 808, 826, 816, 805, 824, 812, 801, 820, 810, 828),
    "中秋": (1006, 925, 915, 1003, 922, 912, 1001, 919, 908, 927, 916, 1004),
    "重阳": (1029, 1018, 1008, 1026, 1016, 1005, 1024, 1012, 1001, 1020, 1009, 1027),
    "腊八": (107, 126, 115, 104, 122, 111, 101, 120, 108, 127, 116, 105),
}
_LAST_MONTH_DAYS = (29, 29, 29, 29, 29, 30, 29, 29, 30, 30, 30, 30)  # of the 腊月 that ends in that year
_SOLAR = {
    "元旦": 101, "情人节": 214, "妇女节": 308, "女神节": 308, "五一": 501, "劳动节": 501, "六一": 601, "儿童节": 601,
    "教师节": 910, "国庆": 1001,
    "双十一": 1111, "双11": 1111, "双十二": 1212, "双12": 1212, "平安夜": 1224, "圣诞": 1225,
}  # fmt: skip
_FROM_SPRING = {"除夕": -1, "大年夜": -1, "年三十": -1, "大年三十": -1, "元宵": 14}
NAMES = "|".join(sorted((*_LUNAR, *_SOLAR, *_FROM_SPRING, "清明", "冬至"), key=len, reverse=True))
_OFFSETS = {"前一天": -1, "前1天": -1, "前夕": -1, "头天": -1, "头一天": -1, "前两天": -2, "前2天": -2, "前三天": -3}
_OFFSETS |= {"后一天": 1, "第二天": 1, "次日": 1, "后两天": 2}
_DAY_OF = "当天|那天|当日|这天|这一天|正日"
_TIME_BEHIND = r"\s?(?:早上|上午|中午|下午|晚上|一早|早[八九十\d]|自提|取货|提货|到货|送货|发货)"
FEAST_PATTERN = rf"(?:{NAMES})(?:节?(?:{_DAY_OF}|{'|'.join(_OFFSETS)})|节(?![团礼装套限期])|(?={_TIME_BEHIND}))"
_N = "[一二三四五六七八九]"
LUNAR_PATTERN = (
    rf"(?:农历|阴历)?(?:腊月|正月|大年|(?<![今去明前后几多\d])年(?=二十|廿))(?:初{_N}|初十|二?十{_N}?|廿{_N}?|三十)"
    r"(?![个斤年块元天多份盒])"
)
_CHINESE = {char: value for value, char in enumerate("〇一二三四五六七八九")}


def feast_day(said: str, today: date) -> date | None:
    """The next day that FEAST_PATTERN found in `said`; None beyond the tables."""
    match = re.match(NAMES, said)
    if match is None:
        return None
    shift = next((days for word, days in _OFFSETS.items() if word in said[match.end() :]), 0)
    for year in (today.year - 1, today.year, today.year + 1):
        feast = _in_year(match[0], year)
        if feast is not None and feast + timedelta(days=shift) >= today:
            return feast + timedelta(days=shift)
    return None


def lunar_day(said: str, today: date) -> date | None:
    """The next day that LUNAR_PATTERN found: 腊月二十六, 正月初六, 年廿八; None beyond the tables."""
    figure = re.sub(r"^(?:农历|阴历)?(?:腊月|正月|大年|年)", "", said)
    number = _number(figure)
    is_first_month = said.startswith(("农历正", "阴历正", "正")) or (figure.startswith("初") and "腊" not in said)
    for year in (today.year, today.year + 1):
        spring = _in_year("春节", year)
        if spring is None:
            return None
        length = _LAST_MONTH_DAYS[year - _FIRST_YEAR]
        is_eve = number == 30 and not is_first_month  # 大年三十 is the last day, also of a month of 29
        found = spring + timedelta(days=number - 1 if is_first_month else -1 if is_eve else number - length - 1)
        if found >= today:
            return found
    return None


def _in_year(name: str, year: int) -> date | None:
    if name in _SOLAR:
        return date(year, _SOLAR[name] // 100, _SOLAR[name] % 100)
    if name == "清明":
        return date(year, 4, int((year % 100) * 0.2422 + 4.81) - (year % 100) // 4)
    if name == "冬至":
        return date(year, 12, int((year % 100) * 0.2422 + 21.94) - (year % 100) // 4)
    days = _LUNAR.get(name, _LUNAR["春节"])
    if not 0 <= year - _FIRST_YEAR < len(days):
        return None
    on = date(year, days[year - _FIRST_YEAR] // 100, days[year - _FIRST_YEAR] % 100)
    return on + timedelta(days=_FROM_SPRING.get(name, 0))


def _number(figure: str) -> int:
    """初六, 十五, 廿八, 二十八, 三十."""
    figure = figure.removeprefix("初").replace("廿", "二十")
    tens, ten, ones = figure.rpartition("十")
    return (_CHINESE.get(tens, 1) * 10 if ten else 0) + _CHINESE.get(ones, 0)
