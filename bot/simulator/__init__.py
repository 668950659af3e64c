"""A local WeChat for tests and for trying the bot without an account.

It signs and posts what people do, answers the API the bot calls, judges every reply and can break in many ways.
Nothing leaves this machine; every key and id in it is invented.
"""

from __future__ import annotations

from .clock import Clock, FakeClock, ShiftedClock
from .core import Settings, UnknownUser
from .push import Attempt, PushResult
from .server import create_simulator, mount, serve
from .sim import Sim
from .state import Account, AccountType, Bubble, Failure, User

__all__ = [
    "Account",
    "AccountType",
    "Attempt",
    "Bubble",
    "Clock",
    "Failure",
    "FakeClock",
    "PushResult",
    "Settings",
    "ShiftedClock",
    "Sim",
    "UnknownUser",
    "User",
    "create_simulator",
    "mount",
    "serve",
]
