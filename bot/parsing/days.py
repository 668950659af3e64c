"""Which day is meant: 明天, 后儿, 周六, 下周一, 11月22日, 11/22, 22号, 三天后, 月底.

A weekday without 本/下 is the coming one (today counts); 本周/这周 and 下周 are Monday to Sunday weeks; a day or a
month-day without a year is the next such date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.parsing.feasts import FEAST_PATTERN, LUNAR_PATTERN, feast_day, lunar_day

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3, "半": 0}
_WEEKDAY = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5, "曰": 6}
_SUNDAY = 6
_WEEKDAY |= {str(n): n - 1 for n in range(1, 8)}

_SMALL = r"(?:\d{1,2}|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_NOT_A_DAY = (
    r"(?!\d(?!\d?(?:[:点时日号]|-\d{1,2}[点:]|到\d{1,2}点))|[楼栋幢座门柜桌线院库厅仓店铺电机车口馆站岛摊档棚亭窗岗桩厂室场]"
    r"|单元|看台|商铺|链接|团长|公寓|地块|街|路|广场|驿|大院|小区|基地|菜|套餐|点位|"
    r"自提[点柜]|取货[点柜]|提货[点柜]|\s?[xX×*+=])"
)
_DAY_SUFFIX = r"(?:天|日|儿个?|个儿?|朝|子)"
_WEEK = r"(?:周|星期|礼拜)"
_W = "一二三四五六日天曰"
_NOT_CLOCK = r"(?!\s?[点时月号个\d])"
DATE_PATTERN = (
    r"(?P<year>20\d\d)\s?[-/.年\s]\s?(?P<ymonth>\d{1,2})\s?[-/.月\s]\s?(?P<yday>\d{1,2})(?:[日号]|(?!\d))"
    rf"|(?P<cmonth>{_SMALL})月(?:份)?(?P<cday>{_SMALL})(?:[日号](?P<crange>\s?[-~]\s?\d{{1,2}}[日号])?|(?![\d点时斤个箱盒只元块]))"
    rf"|(?P<lastday>(?:这个|本|这)?月[底末])"
    rf"|(?<![\d./-])(?P<dfrom>1[3-9]|2\d|3[01])\s?[-~至]\s?\d{{1,2}}[号日]{_NOT_A_DAY}"
    r"|(?<![\d./-])(?P<smonth>\d{1,2})[-/](?P<sday>\d{1,2})(?:[日号](?!楼)|(?![\d./:-])"
    r"(?=\s*(?:\d{1,2}\s?(?:[:点时]|[ap]\.?m)|[早上中下午晚夜凌傍全周星礼()（）截结收止自提取送发到拿领前左]|$|\n|[,，。;~]|—)))"
    rf"|(?<![\d./-])(?<!\d:)(?P<day>{_SMALL})(?:号|日){_NOT_A_DAY}"
    rf"|(?P<many>(?<![这下上两个])周末(?=两天|都|可以|来[拿取提]|自提|自取|取货|上午|下午|早上|晚上|中午)"
    rf"|(?<![到至截])(?<!最[晚迟])(?:每|逢)?{_WEEK}[{_W}](?:(?:[、/和]?(?:{_WEEK})?|,(?:{_WEEK}|(?=.[,、上下早晚中到取送拿自都或和\s])))[{_W}](?<!天(?=[不没亮黑气])){_NOT_CLOCK})+)"
    rf"|(?P<week>(?:下下|下|本|这|今|上)?(?:一?个)?){_WEEK}(?P<wday>[{_W}](?!\d*\.\d)|[1-7](?![\d.:点]))"
    r"|每(?:个)?(?:周|星期|礼拜)(?P<everyday>[一二三四五六日天])"
    rf"|(?P<relative>大后{_DAY_SUFFIX}|大前天|(?<![以之])后(?:天|日|儿个?|朝)(?!然)"
    rf"|今{_DAY_SUFFIX}|(?:明|赶明){_DAY_SUFFIX}|听日|昨{_DAY_SUFFIX}|前天|(?:今|明|听"
    rf"|后|当|次|昨|翌)(?=[早晚夜晨午朝黑上下](?!餐|饭|班|来|单|市|年))"
    rf"|次日|隔天|翌日|第二天|同一天|当天|当日|(?:提前一天|头一?天|前一天)(?=的?[早晚上下中午傍夜]|\s?[\d一二两三四五六七八九十]{{1,3}}[点:]))"
    rf"|(?:再?过)?(?P<ndays>[1-9]\d?|[一二两三四五六七八九十俩仨])天(?:之后|以后|后(?!天))"
    r"|(?<![a-z])(?P<english>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|today|tonight|tomorrow|tmr)(?![a-z])"
    rf"|(?P<feast>{FEAST_PATTERN})|(?P<lunar>{LUNAR_PATTERN})"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written. `days_after` (次日, 当天) counts from the day spoken of before and has no date of its own."""

    on: date | None = None
    is_weekday: bool = False
    has_many: bool = False
    others: tuple[date, ...] = ()  # 每周二、四、六: the days that could be meant as well, `on` is the first
    days_after: int | None = None
    is_today: bool = False


def small_number(text: str) -> int:
    """A number below 100 in digits or hanzi: 12, 十二, 二十, 廿三, 两. 0 for anything else."""
    if text.isdecimal():
        return int(text[:4])
    text = text.replace("廿", "二十")
    tens, ten, ones = text.rpartition("十")
    if ten:
        return (_DIGIT.get(tens, 1) if tens else 1) * 10 + (_DIGIT.get(ones, 0) if ones else 0)
    value = 0
    for char in text[:4]:
        value = value * 10 + _DIGIT.get(char, 0)
    return value


def read_day(match: re.Match[str], today: date) -> Day | None:
    """The day of a DATE_PATTERN match; None if no such day exists."""
    found = match.groupdict()
    if found["year"]:
        return _day(_date(int(found["year"]), found["ymonth"], found["yday"]))
    if found["cmonth"] or found["smonth"] or found["day"] or found["dfrom"]:
        return _in_month(found, today)
    if found["lastday"]:
        return Day(today.replace(day=monthrange(today.year, today.month)[1]))
    if found["many"]:
        names = [c for c in found["many"] if c in _WEEKDAY]
        first, *others = sorted({_coming(today, name) for name in names})
        return Day(first, is_weekday=True, has_many=True, others=tuple(others))
    if found["everyday"]:
        return Day(_coming(today, found["everyday"]), is_weekday=True)
    if found["wday"]:
        return _weekday(found["week"], found["wday"], today)
    if found["ndays"]:
        return Day(today + timedelta(days=small_number(found["ndays"])))
    if found["feast"] or found["lunar"]:
        return _day(feast_day(found["feast"], today) if found["feast"] else lunar_day(found["lunar"], today))
    if found["english"]:
        return _english(found["english"], today)
    return _relative(found["relative"], today)


def _in_month(found: dict[str, str | None], today: date) -> Day | None:
    """11月22日, 11/22, 22号, 26-28号."""
    month = found["cmonth"] or found["smonth"]
    day = found["cday"] or found["sday"] or found["day"] or found["dfrom"] or ""
    on = next_month_day(today, small_number(month) if month else None, small_number(day))
    return None if on is None else Day(on, has_many=bool(found["crange"] or found["dfrom"]))


def next_month_day(today: date, month: int | None, day: int) -> date | None:
    """The next date, today included, with this day (and month); None if there is none within two years."""
    year, at = today.year, month or today.month
    for _ in range(26 if month is None else 9):
        found = _date(year, at, day)
        if found is not None and found >= today:
            return found
        if month is None:
            year, at = (year + 1, 1) if at == 12 else (year, at + 1)
        else:
            year += 1
    return None


def _day(found: date | None) -> Day | None:
    return None if found is None else Day(found)


def _date(year: int, month: int | str, day: int | str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def _coming(today: date, name: str) -> date:
    return today + timedelta(days=(_WEEKDAY[name] - today.weekday()) % 7)


def _weekday(prefix: str | None, name: str, today: date) -> Day:
    which = (prefix or "").replace("个", "").replace("一", "")
    if not which:
        return Day(_coming(today, name), is_weekday=True)
    weeks = {"下下": 2, "下": 1, "上": -1}.get(which, 0)
    days = _WEEKDAY[name] - today.weekday() + 7 * weeks
    if days < 0 and which in ("这", "本") and today.weekday() == _SUNDAY:  # 这周五 said on a Sunday night
        days += 7
    return Day(today + timedelta(days=days))


def _english(word: str, today: date) -> Day:
    if word in ("today", "tonight"):
        return Day(today, is_today=True)
    if word in ("tomorrow", "tmr"):
        return Day(today + timedelta(days=1))
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(word[:3])
    return Day(today + timedelta(days=(number - today.weekday()) % 7), is_weekday=True)


def _relative(word: str, today: date) -> Day:
    if word in ("次日", "隔天", "翌日", "第二天") or word in ("次", "翌"):
        return Day(days_after=1)
    if word in ("提前一天", "头天", "头一天", "前一天"):
        return Day(days_after=-1)
    if word in ("当天", "当日", "当", "同一天"):
        return Day(days_after=0)
    offset = 3 if word.startswith("大后") else -2 if word == "前天" else -3 if word == "大前天" else None
    if offset is None:
        offset = {"今": 0, "明": 1, "赶": 1, "听": 1, "后": 2, "昨": -1}[word[0]]
    return Day(today + timedelta(days=offset), is_today=offset == 0)
