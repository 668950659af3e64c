"""A process of its own that does one job of the scheduler and is killed right after a call to WeChat Pay was answered.

    python -m tests.pay.dying <folder>

`job.json` in the folder says which database, which simulator, which job and which call; keys lie beside it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.pay.wechat import Merchant, WeChatPayGateway
from models import Store
from scheduler import paying, sharing
from tests.support.clock import StillClock

JOBS: dict[str, Callable[[Store, Any], int]] = {
    "ask": paying.ask_about_payments,
    "refund": paying.send_refunds,
    "share": lambda store, gateway: sharing.share_profits(store, gateway.sharing),
}


class Deadly:
    """Everything of a gateway, but whoever hears the answer to `call` dies of it: kill -9, without a word."""

    def __init__(self, living: Any, call: str) -> None:
        self._living, self._call = living, call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._living, name)
        if name == "sharing":
            return Deadly(found, self._call)
        if name != self._call:
            return found

        def answered(*args: Any, **values: Any) -> Any:
            found(*args, **values)
            os.kill(os.getpid(), signal.SIGKILL)

        return answered


def main(folder: Path) -> int:
    said = json.loads((folder / "job.json").read_text("utf-8"))
    store = Store.open(said["database"], clock=StillClock(datetime.fromisoformat(said["now"])))
    gateway = WeChatPayGateway(Merchant(**said["merchant"]), api_base=said["api_base"], simulator=True)
    return JOBS[said["job"]](store, Deadly(gateway, said["dies_after"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
