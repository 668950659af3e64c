"""Call limits per path and day, and per minute.

Source: developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html (account, sandbox).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.simulator.core import Core
from bot.simulator.state import AccountType

from .call import ApiError

CLEARS_PER_MONTH = 10
DAILY: dict[str, tuple[int, int]] = {
    "/cgi-bin/token": (2_000, 200),
    "/cgi-bin/stable_token": (500_000, 500_000),
    "/cgi-bin/menu/create": (1_000, 100),
    "/cgi-bin/menu/get": (10_000, 1_000),
    "/cgi-bin/menu/delete": (1_000, 100),
    "/cgi-bin/media/upload": (100_000, 500),
    "/cgi-bin/media/get": (200_000, 1_000),
    "/cgi-bin/message/custom/send": (500_000, 50_000),
    "/cgi-bin/message/template/send": (100_000, 10_000),
    "/cgi-bin/qrcode/create": (100_000, 10_000),
    "/cgi-bin/user/info": (5_000_000, 500_000),
    "/cgi-bin/user/get": (500, 100),
    "/cgi-bin/user/info/updateremark": (10_000, 10_000),
}
MINUTE = {"/cgi-bin/stable_token": 10_000}
# The platform's day ends at midnight in China.
_CHINA = timezone(timedelta(hours=8))


def limits(core: Core, path: str) -> tuple[int | None, int | None]:
    """(calls a day, calls a minute); None where there is no limit."""
    pair = DAILY.get(path)
    daily = pair[core.account.kind is AccountType.SANDBOX] if pair else None
    settings = core.settings
    return settings.daily_limits.get(path, daily), settings.minute_limits.get(path, MINUTE.get(path))


def count(core: Core, path: str) -> None:
    """Count one call. Raises ApiError 45009 (day) or 45011 (minute)."""
    now, used = core.now(), core.state.used
    daily, minute = limits(core, path)
    day, slot = (path, day_key(now)), (path, now.strftime("%Y-%m-%dT%H:%M"))
    if daily is not None and used.get(day, 0) >= daily:
        raise ApiError(45009, "reach max api daily quota limit")
    if minute is not None and used.get(slot, 0) >= minute:
        raise ApiError(45011, "api minute-quota reach limit, must slower, retry next minute")
    used[day] = used.get(day, 0) + 1
    if minute is not None:
        used[slot] = used.get(slot, 0) + 1


def clear(core: Core) -> None:
    """Forget the calls of all paths (clear_quota); its own count stays."""
    used = core.state.used
    core.state.used = {key: value for key, value in used.items() if key[0] == "clear_quota"}


def day_key(now: datetime) -> str:
    return now.astimezone(_CHINA).strftime("%Y-%m-%d")


def month_key(now: datetime) -> str:
    return now.astimezone(_CHINA).strftime("%Y-%m")
