"""Customer-service windows: how many messages an interaction pays for, and for how long.

Source: developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .state import Allowance, User

RULES: dict[str, tuple[int, timedelta]] = {
    "message": (5, timedelta(hours=48)),
    "click": (3, timedelta(seconds=60)),
    "follow": (3, timedelta(seconds=60)),
    "scan": (3, timedelta(seconds=60)),
}


def open_window(user: User, kind: str | None, now: datetime) -> None:
    """A new interaction of one kind refreshes that kind's allowance."""
    if kind is None:
        return
    count, span = RULES[kind]
    user.windows[kind] = Allowance(count, now + span)
    user.last_interaction = (kind, now)


def close_all(user: User) -> None:
    user.windows.clear()
    user.last_interaction = None


def spend(user: User, now: datetime) -> int:
    """Use up one message of the window that ends first. Returns 0, 45015 (no window) or 45047 (all used up)."""
    alive = [window for window in user.windows.values() if now < window.until]
    if not alive:
        return 45015
    usable = sorted((window for window in alive if window.left > 0), key=lambda window: window.until)
    if not usable:
        return 45047
    usable[0].left -= 1
    return 0
