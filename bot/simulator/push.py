"""The push half: posts what people do to the bot's webhook, repeats as the platform repeats, and judges the answers.

Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
(5 seconds an attempt, 3 attempts, the same MsgId each time).
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from . import crypto, inbound, judge, push_faults
from .core import LOGGED_TEXT, Core
from .faults import PUSH_PATH
from .inbound import Inbound
from .judge import Reply
from .push_faults import Keys, Plan
from .target import Answer, Target, Unanswered
from .windows import open_window

FOREIGN_KEY = "ForeignAesKeyThatTheAccountNeverHad00000000"
BURST_THREADS = 8
# The platform's own reports; the person behind the openid did nothing and sees nothing.
REPORTS = frozenset({"TEMPLATESENDJOBFINISH", "subscribe_msg_sent_event", "unsubscribe"})


@dataclass(frozen=True)
class Envelope:
    query: dict[str, str]
    body: bytes


@dataclass
class Attempt:
    """One try: either an answer (`status`, `body`), or `error`; `reason` says why an answer was not accepted."""

    number: int
    status: int | None = None
    body: bytes = b""
    error: str = ""
    reason: str = ""
    reply: Reply | None = None


@dataclass
class PushResult:
    """What came of one push. `also` holds the deliveries a fault added (replay, twin, burst, held ones)."""

    openid: str
    kind: str
    attempts: list[Attempt] = field(default_factory=list)
    reply: Reply | None = None
    held: bool = False
    also: list[PushResult] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text the phone shows, "" when the bot stayed silent."""
        return self.reply.text if self.reply else ""

    @property
    def ok(self) -> bool:
        return self.held or (self.reply is not None and not any(attempt.reason for attempt in self.attempts))


class Postman:
    """Delivers pushes to one target."""

    def __init__(self, core: Core, target: Target) -> None:
        self.core = core
        self.target = target
        self._held: list[tuple[Inbound, Plan]] = []

    def deliver(self, push: Inbound, *, overlap: bool = False) -> PushResult:
        """Push one interaction, with the faults ordered for it, and return what the phone shows."""
        core = self.core
        plan = self._plan(push)
        plan.overlap = plan.overlap or overlap
        if plan.expect != "refuse" and push.kind not in REPORTS:
            with core.lock:
                open_window(core.user(push.openid), push.window, core.now())
        if plan.hold:
            self._held.append((push, plan))
            return PushResult(push.openid, push.kind, held=True)
        result = self._deliver(push, plan)
        result.also += self._extras(push, plan)
        held, self._held = self._held, []
        result.also += [self._deliver(*pair) for pair in held]
        return result

    def deliver_raw(self, openid: str, xml: str) -> PushResult:
        """Push a given document; it opens no window and must only not break the bot."""
        account = self.core.account
        plan = Plan([], "safe" if account.mode == "safe" else "plain", account.aes_key, account.appid)
        plan.raw, plan.expect = xml.encode("utf-8"), "survive"
        return self._deliver(Inbound("raw", openid, []), plan)

    def verify(self, echostr: str) -> Answer:
        """The GET request the console makes when the URL is saved. Raises Unanswered."""
        envelope = self._seal(Plan([], "plain", "", ""), b"", "")
        query = {name: envelope.query[name] for name in ("signature", "timestamp", "nonce")} | {"echostr": echostr}
        answer = self.target.send("GET", query, b"", self.core.settings.attempt_seconds)
        shown = answer.body.decode("utf-8", "replace")
        self.core.record("push", "GET", self.target.path, query, "", answer.status, shown)
        if answer.status != 200 or answer.body != echostr.encode():
            self.core.fail("", 1, "the URL check must answer exactly the echostr", shown)
        return answer

    # --- plan ---------------------------------------------------------------------------------------------------

    def _plan(self, push: Inbound) -> Plan:
        core, account = self.core, self.core.account
        fields = inbound.body(account.origin_id, push, core.stamp(), core.message_id())
        plan = Plan(fields, account.mode, account.aes_key, account.appid)
        keys = Keys(account.prev_aes_key, FOREIGN_KEY)
        for fault in core.faults.take(PUSH_PATH, push.openid):
            push_faults.apply(plan, fault.kind, keys, fault.options)
        return plan

    def _seal(self, plan: Plan, xml: bytes, openid: str) -> Envelope:
        """A fresh timestamp and nonce, signed and, unless the mode is plain, encrypted."""
        core = self.core
        stamp, nonce, prefix = str(core.stamp()), core.digits(10), core.letters(16).encode()
        token = core.account.token if plan.sign else "a-token-the-account-never-had"
        query = {"signature": crypto.signature(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        query["openid"] = openid
        if plan.mode == "plain":
            return Envelope(query, xml)
        encrypted = crypto.encrypt(xml, plan.appid, plan.key, prefix)
        query |= {"encrypt_type": "aes", "msg_signature": crypto.signature(token, stamp, nonce, encrypted)}
        outer: inbound.Fields = [("ToUserName", core.account.origin_id), ("Encrypt", encrypted)]
        if plan.mode == "compat":
            outer = [*plan.fields, ("Encrypt", encrypted)]
        return Envelope(query, inbound.render(outer).encode("utf-8"))

    # --- attempts -----------------------------------------------------------------------------------------------

    def _deliver(self, push: Inbound, plan: Plan) -> PushResult:
        result = PushResult(push.openid, push.kind)
        result.attempts = self._overlapping(push, plan) if plan.overlap else self._in_turn(push, plan)
        result.reply = next((one.reply for one in reversed(result.attempts) if one.reply is not None), None)
        self._show(push, plan, result)
        return result

    def _in_turn(self, push: Inbound, plan: Plan) -> list[Attempt]:
        attempts: list[Attempt] = []
        most = max(self.core.settings.attempts, plan.copies)
        for number in range(1, most + 1):
            lost = plan.restart and number == 1
            attempts.append(self._attempt(push, plan, self._seal(plan, plan.xml(), push.openid), number, lost=lost))
            if lost:
                self.core.on_restart()
            elif not attempts[-1].error and number >= plan.copies:
                return attempts
        if not any(attempt.status for attempt in attempts):
            self.core.fail(push.openid, most, f"no answer in {most} attempts", attempts[-1].error)
        return attempts

    def _overlapping(self, push: Inbound, plan: Plan) -> list[Attempt]:
        """Attempt 2 starts while attempt 1 still runs; the phone gets the answer of the last one."""
        envelopes = [self._seal(plan, plan.xml(), push.openid) for _ in range(2)]
        barrier = threading.Barrier(len(envelopes))

        def run(number: int, envelope: Envelope) -> Attempt:
            barrier.wait(timeout=10)
            return self._attempt(push, plan, envelope, number)

        with ThreadPoolExecutor(len(envelopes)) as pool:
            return list(pool.map(run, range(1, len(envelopes) + 1), envelopes))

    def _attempt(self, push: Inbound, plan: Plan, envelope: Envelope, number: int, *, lost: bool = False) -> Attempt:
        attempt = Attempt(number)
        try:
            answer = self.target.send("POST", envelope.query, envelope.body, self.core.settings.attempt_seconds)
        except Unanswered as error:
            attempt.error = str(error)
        else:
            attempt.status, attempt.body = answer.status, answer.body
            if lost:
                attempt.error = "the bot was restarted, the answer was lost"
            else:
                self._judge(push, plan, attempt)
        self._log(push, plan, envelope, attempt)
        return attempt

    def _judge(self, push: Inbound, plan: Plan, attempt: Attempt) -> None:
        status, body = attempt.status or 0, attempt.body
        if plan.expect != "reply" and 400 <= status < 500:
            return
        context = judge.Context(self.core.account, push.openid, push.kind, plan.mode, self.core.state.media)
        try:
            reply = judge.judge(status, body, context)
            if plan.expect == "refuse" and reply.kind:
                raise judge.BadReply(f"a forged push was answered: {plan.struck}")
            attempt.reply = reply
        except judge.BadReply as bad:
            attempt.reason = str(bad)
            self.core.fail(push.openid, attempt.number, attempt.reason, body.decode("utf-8", "replace"))

    def _log(self, push: Inbound, plan: Plan, envelope: Envelope, attempt: Attempt) -> None:
        sent = envelope.body[:LOGGED_TEXT].decode("utf-8", "replace")
        if plan.mode != "plain":
            sent = plan.xml()[:LOGGED_TEXT].decode("utf-8", "replace")
        answer = attempt.error or attempt.body[:LOGGED_TEXT].decode("utf-8", "replace")
        self.core.record(
            "push",
            "POST",
            self.target.path,
            envelope.query,
            sent,
            attempt.status or 0,
            answer,
            fault=",".join(plan.struck),
            openid=push.openid,
        )

    # --- what the phone shows, what a fault adds -------------------------------------------------------------------

    def _show(self, push: Inbound, plan: Plan, result: PushResult) -> None:
        if push.kind in REPORTS or plan.expect == "refuse":
            return
        number = len(result.attempts)
        if result.reply is not None:
            if result.reply.kind:
                shown = result.reply
                self.core.show(push.openid, shown.kind, "reply", shown.text, attempt=number, data=shown.data)
        elif plan.expect == "reply":
            self.core.show(push.openid, "text", "notice", judge.UNAVAILABLE, attempt=number)

    def _extras(self, push: Inbound, plan: Plan) -> list[PushResult]:
        extras: list[PushResult] = []
        if plan.replay:
            extras.append(self._replay(push, plan))
        if plan.twin:
            extras.append(self._deliver(push, self._again(plan)))
        if plan.burst > 1:
            plans = [self._again(plan) for _ in range(plan.burst - 1)]
            with ThreadPoolExecutor(BURST_THREADS) as pool:
                extras += pool.map(lambda one: self._deliver(push, one), plans)
        return extras

    def _again(self, plan: Plan) -> Plan:
        """The same content in the same second, as a message of its own."""
        again = replace(plan, fields=list(plan.fields), overlap=False)
        again.set("MsgId", self.core.message_id())
        return again

    def _replay(self, push: Inbound, plan: Plan) -> PushResult:
        """The very same bytes and query once more, as somebody who recorded them would send them."""
        copy = replace(plan, expect="survive")
        envelope = self._seal(copy, copy.xml(), push.openid)
        attempts = [self._attempt(push, copy, envelope, number) for number in (1, 2)]
        return PushResult(push.openid, push.kind, attempts, attempts[-1].reply)
