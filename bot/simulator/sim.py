"""`Sim`: the whole simulated platform as one object."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask

from .api.transport import strike_now
from .clock import Clock
from .core import Settings
from .faults import Fault
from .gestures import Gestures
from .state import Account, Bubble, Failure, LogEntry, Template, User
from .target import HttpTarget, WsgiTarget

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EVENT_DELAY = 0.3


class Sim(Gestures):
    """A local WeChat: phones that push to the bot, and the API the bot calls.

    `clock` drives all rules (default: real time), `seed` all random values, so the same steps give the same log.
    `base_url` is where this simulator is reached (PicUrl and video_url point there). With a `control_token`
    the /__sim__ routes ask for it as a bearer token. `phones` overrides parts of the phones page (see phones.py).
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        account: Account | None = None,
        settings: Settings | None = None,
        base_url: str = "http://127.0.0.1:8000",
        control_token: str | None = None,
        phones: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(clock=clock, seed=seed, account=account, settings=settings, base_url=base_url)
        self.control_token = control_token
        self.phones: dict[str, Any] = dict(phones or {})
        if self.settings.background_events:
            self.after_call = self._report_soon

    # --- set up -------------------------------------------------------------------------------------------------

    def connect(self, target: str | WSGIApplication, path: str = "/wechat") -> None:
        """Where to push: a URL on this machine, or a WSGI application called in this process at `path`."""
        if isinstance(target, str):
            self.attach(HttpTarget(target))
        else:
            self.attach(WsgiTarget(target, path, lambda: self.clock().timestamp()))

    @property
    def webhook_url(self) -> str:
        return self._webhook_url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self._webhook_url = url
        self.connect(url)

    _webhook_url = ""

    def add_user(
        self, openid: str | None = None, *, name: str = "", role: str = "resident", subscribed: bool = True
    ) -> User:
        """A phone. Without an openid one is made (`o` and 27 characters). No push is sent: see `subscribe`.

        Raises ValueError when the openid is taken.
        """
        with self.lock:
            openid = openid or f"o{self.letters(27)}"
            if openid in self.state.users:
                raise ValueError(f"openid {openid!r} exists already")
            since = self.now() if subscribed else None
            user = User(openid, name or openid, role, subscribed, since)
            self.state.users[openid] = user
            return user

    def add_template(
        self, template_id: str, title: str, fields: Mapping[str, str] | None = None, *, kind: str = "template"
    ) -> Template:
        """Give the account a template; `kind` is "template" (message/template/send) or "subscribe" (bizsend)."""
        if kind not in ("template", "subscribe"):
            raise ValueError(f"unknown kind of template {kind!r}")
        template = Template(template_id, title, dict(fields or {}), "subscribe" if kind == "subscribe" else "template")
        self.state.templates[template_id] = template
        return template

    def opt_in(self, openid: str, template_id: str, count: int = 1) -> None:
        """Allow `count` subscription notices without going through the popup."""
        key = (openid, template_id)
        self.state.opt_ins[key] = self.state.opt_ins.get(key, 0) + count

    def confirm_one_off(self, openid: str, scene: int) -> None:
        """Confirm the page mp/subscribemsg for one scene: allows one message/template/subscribe."""
        key = (openid, str(scene))
        self.state.one_off[key] = self.state.one_off.get(key, 0) + 1

    def fault(
        self,
        path: str,
        kind: str,
        times: float = 1,
        *,
        openid: str | None = None,
        after: int = 0,
        **options: Any,
    ) -> Fault:
        """Order a fault: API faults by path or "*", push faults by the path "push"; `times` may be math.inf.

        Raises ValueError for an unknown kind. Kinds: see faults.kinds().
        """
        fault = Fault(path, str(kind), times, openid, after, options)
        with self.lock:
            if fault.kind in ("revoke_token", "rotate_token", "clock_skew"):
                strike_now(self, fault)
                return fault
        return self.faults.add(fault)

    def clear_faults(self) -> None:
        """Forget every standing fault; the clock skew ends, a held answer is let go."""
        self.faults.clear()
        with self.lock:
            self.skew *= 0
        self.release()

    def release(self) -> None:
        """Let go of answers held back by delay and never_answer."""
        self.released.set()
        self.released = threading.Event()

    def _report_soon(self) -> None:
        """The platform reports results a little after the call, never inside it."""
        if self.pending and self.postman is not None:
            timer = threading.Timer(EVENT_DELAY, self.deliver_events)
            timer.daemon = True
            timer.start()

    # --- look ---------------------------------------------------------------------------------------------------

    @property
    def failures(self) -> list[Failure]:
        return self.state.failures

    def inbox(self, openid: str) -> list[Bubble]:
        """What the phone received, oldest first, over every channel."""
        return self.user(openid).inbox

    def last_text(self, openid: str) -> str:
        """The text of the newest received message, "" when there is none."""
        received = self.inbox(openid)
        return received[-1].text if received else ""

    def calls(self, path: str) -> list[LogEntry]:
        """API calls to one path, e.g. "message/custom/send"."""
        end = "/" + path.lstrip("/")
        return [entry for entry in self.state.log if entry.side == "api" and entry.path.endswith(end)]

    def log_lines(self) -> list[str]:
        """The log as JSON lines: equal for equal seeds and steps."""
        return [json.dumps(entry.to_json(), ensure_ascii=False, sort_keys=True) for entry in self.state.log]

    @cached_property
    def wsgi(self) -> Flask:
        """This simulator as an application."""
        from .server import create_simulator

        return create_simulator(self)
