"""What the simulator's tests share: a scriptable bot, and a client of the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from urllib3 import encode_multipart_formdata

from bot.simulator import Account, FakeClock, Sim

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RESIDENT = "o_test_resident_1"
OTHER = "o_test_resident_2"
PREVIOUS_KEY = "PreviousAesKeyForLocalUseOnly00000000000000"


@cache
def vectors() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "data" / "wechat" / "vectors.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@dataclass
class Received:
    query: dict[str, str]
    body: bytes

    def get(self, name: str) -> str:
        return ElementTree.fromstring(self.body).findtext(name) or ""


Script = Callable[[Received], "bytes | tuple[int, bytes]"]


def success(received: Received) -> bytes:
    return b"success"


@dataclass
class Bot:
    """A webhook that answers what the script says and keeps what it received."""

    script: Script = success
    received: list[Received] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        query = {key: values[0] for key, values in parse_qs(environ["QUERY_STRING"], keep_blank_values=True).items()}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        received = Received(query, environ["wsgi.input"].read(length))
        self.received.append(received)
        answer = query["echostr"].encode() if "echostr" in query else self.script(received)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        start_response(f"{status} Status", [("Content-Type", "text/xml")])
        return [body]


def reply(received: Received, inner: str, **wrong: str) -> bytes:
    """A passive reply; `wrong` overrides To, From or Created."""
    to, sender = wrong.get("To", received.get("FromUserName")), wrong.get("From", received.get("ToUserName"))
    created = wrong.get("Created", "1767578400")
    head = f"<ToUserName>{to}</ToUserName><FromUserName>{sender}</FromUserName><CreateTime>{created}</CreateTime>"
    return f"<xml>{head}{inner}</xml>".encode()


def say(content: str) -> Script:
    return lambda received: reply(received, f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content>")


def echo(received: Received) -> bytes:
    return say(received.get("Content") or received.get("Event"))(received)  # type: ignore[return-value]


def make_sim(script: Script = success, **options: Any) -> tuple[Sim, Bot]:
    """A simulation on a still clock with two followers and a connected bot."""
    options.setdefault("clock", FakeClock())
    sim, bot = Sim(**options), Bot(script)
    sim.connect(bot)
    sim.add_user(RESIDENT, name="王姐")
    sim.add_user(OTHER, name="小陈")
    return sim, bot


def account(**values: Any) -> Account:
    return Account(**values)


class Api:
    """The bot's side of the API, called in this process."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self.client = sim.wsgi.test_client()
        self.token = ""
        self.expires = sim.now()

    def login(self) -> str:
        """The token of this client, a new one once the old one is over."""
        if not self.token or self.sim.now() >= self.expires:
            answer = self.stable()
            self.token = answer["access_token"]
            self.expires = self.sim.now() + timedelta(seconds=answer["expires_in"])
        return self.token

    def stable(self, **changes: Any) -> dict[str, Any]:
        given = {"grant_type": "client_credential", "appid": self.sim.account.appid, "secret": self.sim.account.secret}
        return dict(self.post("stable_token", given | changes, token=None))

    def get(self, path: str, token: str | None = "", **query: Any) -> Any:
        return self._read(self.client.get(self._path(path), query_string=self._query(token, query)))

    def post(self, path: str, data: Any, token: str | None = "") -> Any:
        body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
        # No Content-Type, as wechatpy sends it.
        return self._read(self.client.post(self._path(path), query_string=self._query(token, {}), data=body))

    def upload(self, kind: str, content: bytes, name: str = "media", filename: str = "a.png") -> Any:
        body, content_type = encode_multipart_formdata({name: (filename, content)})
        query = self._query("", {"type": kind})
        return self._read(
            self.client.post("/cgi-bin/media/upload", query_string=query, data=body, content_type=content_type)
        )

    def send_text(self, openid: str = RESIDENT, content: str = "好") -> Any:
        data = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        return self.post("message/custom/send", data)

    def code(self, path: str, data: Any) -> int:
        return int(self.post(path, data)["errcode"])

    def _path(self, path: str) -> str:
        return path if path.startswith("/") else f"/cgi-bin/{path}"

    def _query(self, token: str | None, query: dict[str, Any]) -> dict[str, Any]:
        return query if token is None else {"access_token": token or self.login(), **query}

    def _read(self, response: Any) -> Any:
        assert response.status_code == 200
        return json.loads(response.get_data())


def advance(sim: Sim, seconds: float) -> None:
    """Move the simulation's own clock."""
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(seconds)
