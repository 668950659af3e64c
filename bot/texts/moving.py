"""What leaders read while they move a round's pickup, and the line they can forward."""

from __future__ import annotations

from datetime import date, datetime

from bot.texts.wording import CONFIRM_OR_NOT, pickup, span
from models.views import RoundView

NO_HOURS = "这一期没有写几点取，不知道从几点算起，没有改动。请把时间写全：改自提 后天16:00-19:00"


def ask(
    round_: RoundView,
    *,
    time: str | None,
    place: str | None,
    people: int,
    run_on: date | None,
    has_hours: bool,
    unread: str,
) -> str:
    """Old and new side by side; None stays as it is."""
    lines = [f"“{round_.title}”的取货改成这样？"]
    if time is not None:
        lines.append(f"时间：{_time(round_)} → {time}")
    if place is not None:
        lines.append(f"地点：{round_.pickup_place or '（没写）'} → {place}")
    if time is not None and not has_hours:
        lines.append("没说几点，邻居看到的就是上面这样。要写清楚就发：改自提 后天16:00-19:00")
    if unread:
        lines.append(f"“{unread}”没有记。是地点的话请发：地点改成{unread}")
    if round_.state == "arrived":
        lines.append("货已经到了：取货码不变，没来取的从新的时间算。")
    lines.append(f"会告诉还没取货的{people}位邻居。" if people else "现在没有要通知的邻居。")
    if run_on is not None:
        lines.append(_run(run_on))
    return "\n".join(lines) + CONFIRM_OR_NOT


def done(round_: RoundView, *, people: int, run_on: date | None) -> str:
    """How pickup is now, with a text for the group."""
    told = f"会通知{people}位邻居。" if people else ""
    lines = [f"改好了。{told}下面这句可以转发到群里：", "", f"“{round_.title}”取货改了：{pickup(round_)}"]
    if run_on is not None:
        lines += ["", _run(run_on)]
    return "\n".join(lines)


def time_words(starts: datetime | None, until: datetime | None, words: str | None) -> str:
    """周日（5月3日）16:00–19:00, or the leader's words."""
    return span(starts, until) or words or ""


def _time(round_: RoundView) -> str:
    return time_words(round_.pickup_from, round_.pickup_until, round_.pickup_text) or "（没写）"


def _run(run_on: date) -> str:
    return f"这一期已经排进 {run_on.month}月{run_on.day}日 的送货，车不会自动跟着改，请跟平台说一声。"
