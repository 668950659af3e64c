"""Notifications: sealed, signed, repeated until they are answered well, and spoilt on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests

from .keys import seal

if TYPE_CHECKING:
    from .sim import PaySim

# https://pay.weixin.qq.com/doc/v3/merchant/4013070368
PAUSES_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
FAULTS = (
    "bad_signature", "probe", "stale", "ancient", "unknown_serial", "odd_serial", "missing_header", "wrong_key",
    "amount", "currency", "appid", "mchid", "garbage", "duplicate", "lost",
)  # fmt: skip


@dataclass
class Letter:
    """One notification on its way: the plain resource, and what became of each try."""

    id: str
    event: str
    url: str
    resource: dict[str, Any]
    next_at: datetime
    answers: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_done: bool = False


class Postman:
    """Delivers letters over real HTTP."""

    def __init__(self, sim: PaySim) -> None:
        self._sim = sim
        self.letters: list[Letter] = []

    def write(self, event: str, url: str, resource: dict[str, Any]) -> Letter:
        letter = Letter(self._sim.word(32), event, url, resource, self._sim.now())
        self.letters.append(letter)
        return letter

    def deliver_due(self) -> int:
        """Try every letter whose time has come once; returns how many were tried."""
        due = [letter for letter in self.letters if not letter.is_done and letter.next_at <= self._sim.now()]
        for letter in due:
            self.deliver(letter)
        return len(due)

    def deliver(self, letter: Letter, *, copies: int = 1) -> list[int]:
        """One try, or several of the same at the same instant; returns the statuses."""
        fault = self._sim.struck("notify")
        if fault == "lost":
            letter.is_done = True
            return []
        if fault == "duplicate":
            copies = 5
        if fault:
            letter.faults.append(fault)
        parcels = [self.parcel(letter, fault or "") for _ in range(copies)]
        with ThreadPoolExecutor(copies) as pool:
            statuses = list(pool.map(lambda parcel: self._post(letter.url, *parcel), parcels))
        letter.answers += statuses
        spoilt = fault not in {None, "duplicate"}
        if not spoilt and any(status in {200, 204} for status in statuses):
            letter.is_done = True
        elif len(letter.answers) <= len(PAUSES_S):
            letter.next_at = self._sim.now() + timedelta(seconds=PAUSES_S[len(letter.answers) - 1])
        else:
            letter.is_done = True
        return statuses

    def parcel(self, letter: Letter, fault: str) -> tuple[dict[str, str], bytes]:
        """The headers and the body of one try."""
        sim = self._sim
        resource: dict[str, Any] = json.loads(json.dumps(letter.resource))
        if fault in _SPOIL:
            resource = _SPOIL[fault](resource)
        nonce, key = sim.word(12), sim.word(32) if fault == "wrong_key" else sim.keys.apiv3_key
        sealed = {
            "original_type": "refund" if letter.event.startswith("REFUND") else "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": seal(key, nonce, "transaction", json.dumps(resource, ensure_ascii=False)),
            "associated_data": "transaction",
            "nonce": nonce,
        }
        envelope = {
            "id": letter.id, "create_time": sim.now().isoformat(), "resource_type": "encrypt-resource",
            "event_type": letter.event, "summary": "支付成功", "resource": sealed,
        }  # fmt: skip
        body = json.dumps(envelope, ensure_ascii=False)
        if fault == "garbage":
            body = body[: len(body) // 2]
        return sim.signed(body, fault), body.encode()

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.post(url, data=body, headers=headers, timeout=5).status_code
        except requests.RequestException:
            return 0


def _with(*path: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def spoil(plain: dict[str, Any]) -> dict[str, Any]:
        place = plain
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value(place[path[-1]]) if callable(value) else value
        return plain

    return spoil


_SPOIL: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "amount": _with("amount", "total", value=lambda total: total - 1),
    "currency": _with("amount", "currency", value="USD"),
    "appid": _with("appid", value="wx_somebody_else"),
    "mchid": _with("mchid", value="1900000000"),
}
