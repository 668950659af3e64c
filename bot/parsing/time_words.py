"""What time expressions are made of: parts of the day, clocks, lengths of time, marks such as 前 and 左右."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.parsing.days import DATE_PATTERN, small_number
from bot.parsing.normalise import normalise

# spoken and dialect words for a part of the day, after the word a notebook would have
_PARTS = {
    "凌晨": "后半夜 拂晓",
    "早上": "上班前 出门前 大清早 大早上 一大早 清早 清晨 早晨 早间 一早 朝早 大早 早头 早起头 起早",
    "上午": "上昼 上半天 上半日 前晌 头午 上半晌",
    "中午": "正午 晌午 午间 吃完中饭前 吃中饭前 吃午饭前 吃完午饭 午饭前 中饭前 吃完中饭 中饭 午饭 中午头 吃中饭",
    "下午": "午后 放学后 放学 下班前 吃晚饭前 晚饭前 夜饭前 天黑前 黑天 天擦黑前 收档前 收摊前 "
    "下昼 下半天 下半日 后晌 下晌 晏昼 过午 下半晌",
    "傍晚": "傍黑 擦黑 黄昏 夜快头 下班以后 下班之后 下班后",
    "晚上": "睡觉前 睡觉之前 睡前 临睡前 晚间 夜里头 夜里 夜晚 夜间"
    " 夜头 夜到 晚黑 晚头 晚夕 黑了 黑夜 夜黑 晚饭后 夜饭后 吃完晚饭 吃过夜饭",
    "半夜": "三更半夜 大半夜 深夜 午夜 子夜",
}
PART_OF = {word: part for part, words in _PARTS.items() for word in (part, *words.split())}
PART_OF |= {"早": "早上", "午": "中午", "晚": "晚上", "夜": "晚上", "黑": "晚上", "晨": "早上", "朝": "早上"}
PART_WORDS = "|".join(sorted((word for word in PART_OF if len(word) > 1), key=len, reverse=True))
_NUM = (
    r"(?:(?<![\d./])(?<!\d:)\d{1,2}|二十[一二三四]?|廿[一二三四]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
)
_MINUTE = (
    r"(?:\d{2}(?!\d|-\d{3})|\d(?=分)|[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九]"
    r"|[一二三四五六七八九](?=分))"
)
_GOODS = (
    r"(?![\d.]|\s?[一每两二三四五六七八九十]?(?:卷|提|罐|桶|把|支|双|张|捆|串|组|套|打|"
    r"元|块|毛|斤|份|盒|箱|个|袋|瓶|折|/|公里|号|栋|楼|包|板|枚|只|条|人|户|单|家|%|×))"
)
_HOUR_WORD = r"(?:点(?!心|击|名|赞|餐|滴|评|单|菜(?!场|市|鸟))|时(?![候间段令常不鲜蔬尚光]))"
_CLOCK = (
    r"(?<![\d.])(?<!\d:)(?P<dh>[01]?\d|2[0-4])[:;](?P<dm>[0-5]\d)(?::[0-5]\d)?(?![\d.])(?:\s?(?P<ampm>[ap]\.?m))?"
    r"|(?<![\d.:-])(?P<mh>[01]\d|2[0-3])(?P<mm>[0-5]\d)(?:(?=\s?(?:至|到)\s?(?:[01]\d|2[0-3])[0-5]\d(?!\d))|(?<=[至到]\d{4})(?![\d元块斤个])|(?<=[日早晚天]0\d{3})(?=[前起到至开发截集出]))"
    r"|(?<![\d.])(?P<eh>\d{1,2})\s?(?P<eap>[ap]\.?m)(?![a-z])"
    rf"|差(?P<lack>{_NUM}|一刻)(?:分钟?)?(?:钟)?到?(?P<lh>{_NUM})点"
    rf"|(?P<ch>{_NUM}){_HOUR_WORD}(?P<round>钟|整|正)?"
    rf"(?:(?P<half>半|过?[一1]刻|[三3]刻)|\s?过?(?P<cm>{_MINUTE})(?:分|{_GOODS}))?"
    rf"|(?<![\d.¥])(?P<ph>[01]?\d|2[0-4])\.(?P<pm>\d\d?)(?:(?P<pday>[号日])(?!楼)|{_GOODS})"
    r"|(?:(?<=[早晚夜])|(?<=[早晚]上)|(?<=[上下中]午))(?P<bh>1[0-2]|[1-9])(?=\s?(?:截|停|收|关|结单|封|前|之前|提|取|拿|送|到(?!\d)))"
    rf"|(?P<rh>{_NUM})(?=\s?(?:-|~|到|至|、)\s?(?:{PART_WORDS})?{_NUM}(?:点|时(?!候|间)))"
)
_N = r"(?:\d{1,3}(?:\.\d)?|[一二两三四五六七八九十俩仨]{1,3}|半)"
_SPAN = rf"{_N}天半?|{_N}个?半?(?:小时|钟头|钟|h)半?|{_N}(?:分钟|min|刻钟)"
_LATER = (
    rf"(?:再过|还有|还剩|仅剩|最后(?!一天)|倒计时|(?<!超)过)\s?(?P<span1>(?:{_SPAN})(?:{_N}分钟?)?)(?:之?后|以后)?"
    rf"|(?P<span2>(?:{_SPAN})(?:{_N}分钟?)?)(?:之后|以后|过后|后(?!天)|之?内)"
)
_MARK = (
    r"(?P<before>之前|以前|之内|以内|前(?![后台门厅面天往期])|为止|(?<!截)止)"
    r"|(?P<around>前后|左右|上下|光景)"
    r"|(?P<after>之后|以后|过后|后(?![天门面日院勤台备座晌续])|起(?![送订批售拍])|开始|往后|开门)"
)
ATOM = re.compile(
    rf"(?P<date>{DATE_PATTERN})|(?P<later>{_LATER})"
    r"|(?P<vague>(?:[一二]两|[一二两]三|三四|四五|五六|六七|七八|八九)点(?:多|钟|左右)?|\d[、,]\d{1,2}点(?:左右)?|几点)"
    rf"|(?P<clock>{_CLOCK})"
    rf"|(?P<part>(?:{PART_WORDS})(?!茶|好)|(?<![最不])[早晚夜午](?![餐饭班市安茶熟稻酥橙桔柚桃秋会]|点[了儿]|一点|上))"
    rf"|(?P<mark>{_MARK})|(?P<sep>\s?(?:-{{1,3}}|~{{1,3}}|到|至|→)\s?)"
)
DATE_GAP = re.compile(r"(?:[\s,、(和]|的|那天){0,3}")
GAP = re.compile(r"(?:[\s,)]|的|大概|大约|约|差不多){0,3}")
CONTEXT = re.compile(r"截|止|提|取|货|到|送|日期|时间|前|左右|开始|收|结")
_DURATION = re.compile(
    rf"(?:(?P<days>{_N})(?:天|日)(?P<day_half>半)?)?"
    rf"(?:零?(?P<hours>{_N})(?:个(?P<and_half>半)?)?(?:小时|钟头|钟|h)(?P<hour_half>半)?)?"
    rf"(?:零?(?P<minutes>\d{{1,4}}|[一二两三四五六七八九十]{{1,3}})(?:分钟?|min))?(?:(?P<quarters>{_N})刻钟?)?"
)
BARE_END = re.compile(
    r"\s?(?:-|~|到|至)\s?(\d{1,2})(?=\s*(?:$|[\n,，。;)(]|之间|自提|自取|提|取|拿|领"
    r"|来|送|(?![号栋幢座单#])[^\d\W]{0,3}(?:门|楼)))"
)


def read_duration(text: str) -> timedelta | None:
    """一个半小时, 90分钟, 1小时30分, 两天, 一刻钟; None when no length of time is written, at most 366 days."""
    for match in _DURATION.finditer(normalise(text, limit=400).text):
        if match[0]:
            minutes = _minutes(match)
            return timedelta(minutes=minutes) if 0 < minutes <= 366 * 1440 else None
    return None


def hour_minute(atom: re.Match[str]) -> tuple[int, int, bool]:
    """(hour, minute, whether 24-hour writing) of a clock matched by ATOM; hour 99 for none."""
    if atom["dh"]:
        hour = _half_day(int(atom["dh"]), atom["ampm"])
        return hour, int(atom["dm"]), bool(atom["ampm"]) or len(atom["dh"]) == 2
    if atom["mh"]:  # 0730至0830
        return int(atom["mh"]), int(atom["mm"]), True
    if atom["eh"]:
        return _half_day(int(atom["eh"]), atom["eap"]), 0, True
    if atom["lh"]:
        before = 15 if atom["lack"] == "一刻" else small_number(atom["lack"])
        total = small_number(atom["lh"]) * 60 - before
        return (total // 60, total % 60, False) if 0 < before < 60 and total >= 0 else (99, 0, False)
    if atom["ph"]:
        minute = int(atom["pm"]) if len(atom["pm"]) == 2 else 99
        return int(atom["ph"]), minute, len(atom["ph"]) == 2
    if atom["rh"] or atom["bh"]:
        return small_number(atom["rh"] or atom["bh"]), 0, False
    half = atom["half"] or ""
    minute = 30 if half == "半" else 15 if half[-2:] in ("一刻", "1刻") else 45 if half else 0
    if atom["cm"]:
        minute = small_number(atom["cm"])
    return small_number(atom["ch"]), minute, atom["ch"][0] in "零〇0"


def _half_day(hour: int, word: str | None) -> int:
    if not word or hour > 12:
        return hour
    return hour % 12 + (12 if word.startswith("p") else 0)


def _minutes(match: re.Match[str]) -> int:
    total = 0.0
    for name, size, halves in (("days", 1440, ("day_half",)), ("hours", 60, ("and_half", "hour_half"))):
        if match[name]:
            total += size * (_amount(match[name]) + (0.5 if any(match[half] for half in halves) else 0))
    if match["minutes"]:
        total += _amount(match["minutes"])
    if match["quarters"]:
        total += 15 * _amount(match["quarters"])
    return round(total)


def _amount(figure: str) -> float:
    if figure == "半":
        return 0.5
    return float(figure) if figure[0].isascii() else float(small_number(figure))
