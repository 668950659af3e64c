"""Time expressions against what a leader means; the clock stands on Thursday 2025-11-20, 10:00 in Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.times import SHANGHAI, read_deadline, read_duration, read_time, resolve, scan_times

NOW = datetime(2025, 11, 20, 10, 0, tzinfo=SHANGHAI)

DEADLINES = """
今晚8点 | 11-20 20:00
今晚八点半 | 11-20 20:30
今晚12点 | 11-21 00:00
今晚0点 | 11-21 00:00
今天24点 | 11-21 00:00
今天24:00 | 11-21 00:00
今晚凌晨1点 | 11-21 01:00
明早7点 | 11-21 07:00
明天早上九点一刻 | 11-21 09:15
明天中午12点半 | 11-21 12:30
明天中午一点 | 11-21 13:00
明天下午2:30 | 11-21 14:30
明晚八点三刻 | 11-21 20:45
明天 | 11-21 23:59
明天上午 | 11-21 12:00
明天中午 | 11-21 13:00
明天下午 | 11-21 18:00
明晚 | 11-21 23:59
后天20:00 | 11-22 20:00
大后天下午5点 | 11-23 17:00
周五18点 | 11-21 18:00
周五24:00 | 11-22 00:00
周六晚12点 | 11-23 00:00
周四晚上9点 | 11-20 21:00
周四早上8点 | 11-27 08:00
周三 | 11-26 23:59
本周日22:00 | 11-23 22:00
这周六中午 | 11-22 13:00
下周一上午10点 | 11-24 10:00
下周四 | 11-27 23:59
下下周二晚7点 | 12-02 19:00
星期天晚上七点 | 11-23 19:00
礼拜六夜里八点 | 11-22 20:00
22号晚上8点 | 11-22 20:00
22号18:00 | 11-22 18:00
5号中午12点 | 12-05 12:00
11月25日 | 11-25 23:59
11月25号晚9点 | 11-25 21:00
十一月二十五日晚上九点 | 11-25 21:00
1月2日10点 | 2026-01-02 10:00
11.25晚8点 | 11-25 20:00
11.25 20:00 | 11-25 20:00
11/25 20:00 | 11-25 20:00
11-25 20:00 | 11-25 20:00
2025-11-25 21:00 | 11-25 21:00
2025年12月1日18时 | 12-01 18:00
12.5号 | 12-05 23:59
月底前 | 11-30 23:59
两小时后 | 11-20 12:00
半小时后 | 11-20 10:30
一个半小时后 | 11-20 11:30
90分钟后 | 11-20 11:30
三天后 | 11-23 23:59
还有2小时 | 11-20 12:00
20:30 | 11-20 20:30
9:30 | 11-21 09:30
9点半 | 11-20 21:30
次日 | 11-21 23:59
晚上8点 | 11-20 20:00
下午五点 | 11-20 17:00
早上9点 | 11-21 09:00
早上6点 | 11-21 06:00
8点 | 11-20 20:00
3点 | 11-20 15:00
12点 | 11-20 12:00
22点 | 11-20 22:00
零点 | 11-21 00:00
今天下午五点半之前 | 11-20 17:30
差一刻九点 | 11-20 20:45
8pm | 11-20 20:00
8:30PM | 11-20 20:30
晚8点30分 | 11-20 20:30
八点二十 | 11-20 20:20
今日20时 | 11-20 20:00
听晚9点 | 11-21 21:00
听日下昼三点 | 11-21 15:00
今朝夜里八点 | 11-20 20:00
明朝上昼十点 | 11-21 10:00
明儿个晌午 | 11-21 13:00
后儿傍黑 | 11-22 19:00
今晚２１：３０ | 11-20 21:30
週六晚上八點 | 11-22 20:00
今晚8点到9点 | 11-20 21:00
周六(11.22)20点 | 11-22 20:00
明天(周五)下午4点 | 11-21 16:00
25号(下周二)晚8点 | 11-25 20:00
多买便宜一点 | -
圣诞节当天 | 12-25 23:59
冬至前一天晚8点 | 12-20 20:00
元旦当天上午 | 2026-01-01 12:00
除夕当天中午 | 2026-02-16 13:00
年二十八晚上8点 | 2026-02-15 20:00
腊月二十六 | 2026-02-13 23:59
大年初三上午 | 2026-02-19 12:00
元宵节当天 | 2026-03-03 23:59
清明节前一天 | 2026-04-04 23:59
端午前两天晚上8点 | 2026-06-17 20:00
中秋当天 | 2026-09-25 23:59
12月26日-28日 | 12-26 23:59
26-28号 | 11-26 23:59
12/22 9pm | 12-22 21:00
今晚睡前 | 11-20 23:59
端午礼盒 | -
今年二十八块 | -
29.50一盒 | -
3号楼 | -
5号电池 | -
六月鲜 | -
1号2箱 | -
"""

WINDOWS = """
明天下午4点到7点 | 11-21 16:00 | 11-21 19:00
周六16:00-19:00 | 11-22 16:00 | 11-22 19:00
周日上午9点到11点半 | 11-23 09:00 | 11-23 11:30
明早7点半到8点半 | 11-21 07:30 | 11-21 08:30
周六早上10点到下午2点 | 11-22 10:00 | 11-22 14:00
周六10点到2点 | 11-22 10:00 | 11-22 14:00
周六9-11点 | 11-22 09:00 | 11-22 11:00
周六下午3~6点 | 11-22 15:00 | 11-22 18:00
明晚7点至9点 | 11-21 19:00 | 11-21 21:00
明天16-19点 | 11-21 16:00 | 11-21 19:00
明天4点到6点 | 11-21 16:00 | 11-21 18:00
周六下午4点-7 | 11-22 16:00 | 11-22 19:00
周六16:00-周日12:00 | 11-22 16:00 | 11-23 12:00
明天晚上8点到12点 | 11-21 20:00 | 11-22 00:00
2025-11-23 10:00~12:00 | 11-23 10:00 | 11-23 12:00
11.24下午三点半到五点 | 11-24 15:30 | 11-24 17:00
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _at(written: str) -> datetime | None:
    if written == "-":
        return None
    full = written if written.startswith("20") else f"2025-{written}"
    return datetime.strptime(full, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("text", "expected"), _rows(DEADLINES))
def test_deadline(text: str, expected: str) -> None:
    assert read_deadline(text, NOW) == _at(expected)
    assert read_deadline(f"改截单 {text}", NOW) == _at(expected)


@pytest.mark.parametrize(("text", "start", "end"), _rows(WINDOWS))
def test_window(text: str, start: str, end: str) -> None:
    when = read_time(text, NOW, prefer="pickup")
    assert when is not None
    assert (when.start, when.end) == (_at(start), _at(end))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("延长 1小时", 60),
        ("半小时", 30),
        ("一个半小时", 90),
        ("两个钟头", 120),
        ("90分钟", 90),
        ("1小时30分", 90),
        ("1.5小时", 90),
        ("一刻钟", 15),
        ("2天", 2880),
        ("一天半", 2160),
        ("延长三天", 4320),
        ("30min", 30),
        ("延长到晚上8点", None),
        ("延长", None),
        ("400天", None),
        ("0分钟", None),
    ],
)
def test_duration(text: str, minutes: int | None) -> None:
    assert read_duration(text) == (None if minutes is None else timedelta(minutes=minutes))


def test_a_day_in_the_evening_of_that_day_is_next_week() -> None:
    late = NOW.replace(hour=21, minute=30)
    assert read_deadline("周四20:00", late) == _at("11-27 20:00")
    assert read_deadline("20:00", late) == _at("11-21 20:00")
    assert read_deadline("今天20:00", late) == _at("11-20 20:00")  # past: to be asked, not to be moved


@pytest.mark.parametrize(
    ("said", "clock", "expected"),
    [
        ("今天8:00", "06:30", "11-20 08:00"),
        ("今天8:00", "10:00", "11-20 20:00"),  # eight in the morning has passed: the evening is meant
        ("今天8:00", "21:00", "11-20 20:00"),  # both have passed: refused, not moved to another day
        ("今天08:00", "10:00", "11-20 08:00"),  # written with two digits it is the morning
        ("今天早上8点", "10:00", "11-20 08:00"),
        ("8:00", "10:00", "11-21 08:00"),
        ("8点", "10:00", "11-20 20:00"),
    ],
)
def test_eight_o_clock_today(said: str, clock: str, expected: str) -> None:
    now = NOW.replace(hour=int(clock[:2]), minute=int(clock[3:]))
    assert read_deadline(f"改截单 {said}", now) == _at(expected)


def test_the_zone_of_now_does_not_matter() -> None:
    from datetime import UTC

    assert read_deadline("今晚8点", NOW.astimezone(UTC)) == _at("11-20 20:00")
    after_midnight = datetime(2025, 11, 20, 17, 0, tzinfo=UTC)  # 01:00 on the 21st in Shanghai
    assert read_deadline("今天晚上8点", after_midnight) == _at("11-21 20:00")


def test_vague_hours_leave_the_part_of_day() -> None:
    when = read_time("周六下午三四点到货", NOW, prefer="pickup")
    assert when is not None
    assert (when.start, when.on, when.part) == (None, _at("11-22 00:00").date(), "下午")  # type: ignore[union-attr]


def test_months_without_such_a_day_are_skipped() -> None:
    assert read_deadline("31号", NOW) == _at("12-31 23:59")
    assert read_deadline("2月29日", NOW) == datetime(2028, 2, 29, 23, 59, tzinfo=SHANGHAI)


@given(st.text(alphabet="今明后天晚早上中下午点半刻到至-~:.0123456789周六日号月前后内小时分 \n", max_size=60))
def test_any_text_gives_a_reading(text: str) -> None:
    for hit in scan_times(text, NOW):
        assert 0 <= hit.start < hit.end <= len(text)
        when = resolve(hit, NOW)
        assert when.start is None or when.start.tzinfo is not None
        assert when.end is None or when.start is None or when.start < when.end
    read_deadline(text, NOW)
    read_duration(text)
