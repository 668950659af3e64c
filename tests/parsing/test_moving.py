"""A leader's words for another pickup time or place: what is read, what is asked back, what is left alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.moving import Move, is_in_part, read_move
from bot.parsing.values import Item, Pickup
from bot.understand import Situation, understand
from tests.support.clock import SHANGHAI

NOW = datetime(2026, 5, 1, 10, tzinfo=SHANGHAI)  # a Friday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=SHANGHAI)


WINDOW = Pickup(start=at(3, 16), end=at(3, 19))


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("改自提 后天16:00-19:00", Move(WINDOW)),
        ("自提改到后天下午4点到7点", Move(WINDOW)),
        ("把自提改到后天16点到19点", Move(WINDOW)),
        ("自提改到后天下午", Move(Pickup(on=date(2026, 5, 3), part="下午"))),
        ("明天不送了，改后天", Move(Pickup(on=date(2026, 5, 3)))),
        ("改到后天送", Move(Pickup(on=date(2026, 5, 3)))),
        ("今天车坏了送不了，改明天上午10点到12点", Move(Pickup(start=at(2, 10), end=at(2, 12)))),
        ("取货改到后天16:00以后", Move(Pickup(start=at(3, 16)))),
        ("自提提前到明天下午3点", Move(Pickup(at=at(2, 15)))),
        ("取货时间改成下午5点到8点", Move(Pickup(start=at(1, 17), end=at(1, 20)), is_day_said=False)),
        ("自提改到晚上", Move(Pickup(on=date(2026, 5, 1), part="晚上"), is_day_said=False)),
        ("自提推迟1小时", Move(by=timedelta(hours=1))),
        ("取货提前半小时", Move(by=timedelta(minutes=-30))),
        ("改地点 南门", Move(place="南门", is_day_said=False)),
        ("地点改成南门", Move(place="南门", is_day_said=False)),
        ("自提点改到3号楼大堂", Move(place="3号楼大堂", is_day_said=False)),
        ("取货地点改为老王家", Move(place="老王家", is_day_said=False)),
        ("自提改在物业前台", Move(place="物业前台", is_day_said=False)),
        ("改到南门取", Move(place="南门", is_day_said=False)),
        ("自提时间地点改成后天下午4点到7点 B座大堂", Move(WINDOW, "B座大堂")),
        ("地点改成南门，时间改成后天16:00-19:00", Move(WINDOW, "南门")),
        ("地点改成南门 后天16:00-19:00", Move(WINDOW, "南门")),
        ("自提改到后天16:00-19:00，货车坏了", Move(WINDOW, unread="货车坏了")),
        ("改自提 后天16:00-19:00 老王家", Move(WINDOW, unread="老王家")),
        ("改自提", None),
        ("改地点", None),
        ("明天不送了", None),
        ("自提改到后天或者大后天", None),
        ("自提改到东区的在6栋大堂,西区的在15栋大堂", None),
    ],
)
def test_what_is_read(text: str, move: Move | None) -> None:
    assert read_move(text, NOW) == move


GOODS = Catalogue([Item(key=1, number=1, name="草莓", unit="盒", price_fen=4500)])
LEADER = Situation(NOW, GOODS, is_leader=True, leader_name="小美")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("自提改到后天16:00-19:00", c.MovePickup),
        ("地点改成南门", c.MovePickup),
        ("明天不送了，改后天", c.MovePickup),
        ("延期到后天送", c.MovePickup),
        ("改截单 明晚8点", c.SetDeadline),
        ("延长 1小时", c.SetDeadline),
        ("撤团 下雨不送了", c.CancelRound),
        ("公告 明天不送了，改后天", c.Announce),
        ("自提能改到后天吗", c.ShowTotals),
        ("草莓改2盒", c.ChangeOrder),
    ],
)
def test_which_words_move_a_pickup(text: str, kind: type[c.Command]) -> None:
    assert isinstance(understand(text, LEADER), kind)


@pytest.mark.parametrize("text", ["改自提", "地点改成", "明天不送了", "自提改到后天或者大后天"])
def test_what_names_no_time_is_asked_back(text: str) -> None:
    assert understand(text, LEADER) == c.Unknown(text, "how:改自提")


@pytest.mark.parametrize("text", ["自提改到后天16:00-19:00", "地点改成我家"])
def test_from_a_neighbour_they_move_nothing(text: str) -> None:
    assert not isinstance(understand(text, Situation(NOW, GOODS)), c.LeaderCommand)


@pytest.mark.parametrize(("hour", "part", "is_in"), [(16, "下午", True), (16, "上午", False), (9, "早上", True)])
def test_hours_have_their_part_of_the_day(hour: int, part: str, is_in: bool) -> None:
    assert is_in_part(at(1, hour), part) is is_in
