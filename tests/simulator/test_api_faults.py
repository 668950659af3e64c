"""Each fault of the API half, seen by requests and by wechatpy's own client over real HTTP."""

from __future__ import annotations

import inspect
import json
import math
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from bot.simulator import Settings, Sim, serve
from bot.simulator.faults import ERRCODES, TOKEN, TRANSPORT_AFTER, TRANSPORT_BEFORE
from tests.simulator.kit import OTHER, RESIDENT, Api, make_sim

SEND = "message/custom/send"


@pytest.fixture
def sim() -> Sim:
    sim, _ = make_sim(settings=Settings(never_answer_seconds=30))
    sim.text(RESIDENT, "你好")
    sim.text(OTHER, "你好")
    return sim


@pytest.fixture
def base(sim: Sim) -> Iterator[str]:
    with serve(sim.wsgi) as base:
        yield base


def post(sim: Sim, base: str, timeout: float | tuple[float, float] = 5) -> requests.Response:
    body = {"touser": RESIDENT, "msgtype": "text", "text": {"content": "好"}}
    data = json.dumps(body, ensure_ascii=False).encode()
    token = Api(sim).login()
    return requests.post(f"{base}/cgi-bin/{SEND}", params={"access_token": token}, data=data, timeout=timeout)


def delivered(sim: Sim) -> int:
    return len([bubble for bubble in sim.inbox(RESIDENT) if bubble.channel == "custom"])


def test_every_transport_and_token_fault_has_a_test_here() -> None:
    source = Path(__file__).read_text("utf-8")
    kinds = TRANSPORT_BEFORE | TRANSPORT_AFTER | TOKEN
    assert [kind for kind in kinds if f'"{kind}"' not in source] == []


# --- error codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ERRCODES)
def test_an_error_code_once(sim: Sim, api: Api, code: int) -> None:
    sim.fault(SEND, str(code))
    answer = api.send_text()
    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]
    assert delivered(sim) == 0
    assert api.send_text()["errcode"] == 0


def test_an_error_code_always_for_one_phone(sim: Sim, api: Api) -> None:
    sim.fault(SEND, "43004", math.inf, openid=OTHER)
    assert [api.send_text(OTHER)["errcode"] for _ in range(3)] == [43004] * 3
    assert api.send_text(RESIDENT)["errcode"] == 0


def test_a_fault_on_every_path_leaves_pushes_alone(sim: Sim, api: Api) -> None:
    sim.fault("*", "45009", math.inf)
    assert api.stable()["errcode"] == api.get("menu/get", token="x")["errcode"] == 45009
    assert sim.text(RESIDENT, "你好").ok


# --- broken connections and answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "arrives"), [("refuse", False), ("reset_before", False), ("reset_after", True)])
def test_cut_connections(sim: Sim, base: str, kind: str, arrives: bool) -> None:
    sim.fault(SEND, kind)
    with pytest.raises(requests.ConnectionError):
        post(sim, base)
    assert delivered(sim) == arrives
    assert post(sim, base).json()["errcode"] == 0


def test_called_in_process_a_cut_connection_is_an_exception(sim: Sim, api: Api) -> None:
    sim.fault(SEND, "reset_before")
    with pytest.raises(ConnectionResetError):
        api.send_text()


def test_a_late_answer(sim: Sim, base: str) -> None:
    sim.fault(SEND, "delay", seconds=0.4)
    with pytest.raises(requests.ReadTimeout):
        post(sim, base, timeout=(10, 0.1))
    sim.fault(SEND, "delay", seconds=0.1)
    started = time.monotonic()
    assert post(sim, base).json()["errcode"] == 0
    assert time.monotonic() - started >= 0.1


def test_no_answer_until_let_go(sim: Sim, base: str) -> None:
    sim.fault(SEND, "never_answer")
    has_ended = threading.Event()

    def let_go() -> None:
        while not has_ended.wait(0.2):  # on a busy machine the call may come later than that
            sim.release()

    letting_go = threading.Thread(target=let_go)
    letting_go.start()
    with pytest.raises(requests.ConnectionError):
        post(sim, base)
    has_ended.set()
    letting_go.join()
    assert delivered(sim) == 0


@pytest.mark.parametrize("kind", ["500", "502", "503"])
def test_server_errors(sim: Sim, base: str, kind: str) -> None:
    sim.fault(SEND, kind)
    assert post(sim, base).status_code == int(kind)
    assert delivered(sim) == 0


def test_a_page_instead_of_json(sim: Sim, base: str) -> None:
    sim.fault(SEND, "html")
    answer = post(sim, base)
    assert (answer.status_code, "html" in answer.text) == (200, True)
    assert delivered(sim) == 0


@pytest.mark.parametrize("kind", ["truncated_json", "wrong_charset"])
def test_unreadable_json(sim: Sim, base: str, kind: str) -> None:
    sim.fault(SEND, kind)
    answer = post(sim, base)
    with pytest.raises(ValueError):
        json.loads(answer.content.decode("utf-8"))
    assert delivered(sim) == 1


def test_broken_compression(sim: Sim, base: str) -> None:
    sim.fault(SEND, "gzip_garbage")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        post(sim, base)
    assert delivered(sim) == 1


def test_odd_json(sim: Sim, base: str) -> None:
    for kind in ("string_errcode", "missing_errmsg", "extra_fields"):
        sim.fault(SEND, kind)
    answer = post(sim, base).json()
    assert answer == {"errcode": "0", "resultcode": 0, "ext_info": {"new": [1, None, "字段"]}}


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_all_tokens_revoked(sim: Sim, api: Api) -> None:
    api.login()
    sim.fault("*", "revoke_token")
    assert api.send_text()["errcode"] == 40001
    assert api.stable()["access_token"] != api.token


def test_the_token_rotated_elsewhere(sim: Sim, api: Api) -> None:
    old = api.login()
    sim.fault("*", "rotate_token")
    assert api.send_text()["errcode"] == 40001
    assert api.stable()["access_token"] != old


def test_the_normal_mode_gives_a_dead_token(sim: Sim, api: Api) -> None:
    sim.fault("stable_token", "dead_token")
    assert api.get("menu/get", token=api.stable()["access_token"])["errcode"] == 40001
    assert api.get("menu/get", token=api.stable()["access_token"])["errcode"] == 46003


def test_a_token_of_thirty_seconds(sim: Sim, api: Api) -> None:
    sim.fault("stable_token", "expires_in_30")
    answer = api.stable()
    assert answer["expires_in"] == 30
    sim.clock.advance(30)  # type: ignore[attr-defined]
    assert api.get("menu/get", token=answer["access_token"])["errcode"] == 42001


@pytest.mark.parametrize("seconds", [600, -600])
def test_the_platforms_clock_is_off(sim: Sim, seconds: int) -> None:
    sim.fault("*", "clock_skew", seconds=seconds)
    assert sim.now() - sim.clock() == timedelta(seconds=seconds)
    sim.text(RESIDENT, "你好")
    assert int(sim.state.log[-1].query["timestamp"]) == int(sim.clock().timestamp()) + seconds
    sim.clear_faults()
    assert sim.now() == sim.clock()


# --- wechatpy's client ------------------------------------------------------------------------------------------------


def plain_client(sim: Sim, base: str) -> Any:
    """wechatpy as it comes, only the addresses changed."""

    class Local(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{base}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            params = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            return self._fetch_access_token(f"{base}/cgi-bin/token", params)

    return Local(sim.account.appid, sim.account.secret, timeout=5)


def test_wechatpy_works_with_the_simulator(sim: Sim, base: str) -> None:
    client = plain_client(sim, base)
    client.message.send_text(RESIDENT, "好")
    media = client.media.upload("image", ("a.png", b"\x89PNG", "image/png"))["media_id"]
    assert client.media.download(media).content == b"\x89PNG"
    client.message.send_image(RESIDENT, media)
    client.menu.create({"button": [{"type": "click", "name": "帮助", "key": "HELP"}]})
    assert client.menu.get()["menu"]["button"][0]["name"] == "帮助"
    assert client.user.get(RESIDENT)["subscribe"] == 1
    assert client.jsapi.get_ticket()["expires_in"] == 7200
    tag = client.tag.create("3号楼")["id"]
    client.tag.tag_user(tag, [RESIDENT])
    ticket = client.qrcode.create({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 7}}})
    assert ticket["expire_seconds"] == 60
    sim.add_template("T", "通知", {"thing1": "商品"})
    client.message.send_template(RESIDENT, "T", {"thing1": {"value": "草莓"}})
    assert [bubble.channel for bubble in sim.inbox(RESIDENT)] == ["custom", "custom", "template"]


def test_wechatpy_sees_error_codes(sim: Sim, base: str) -> None:
    client = plain_client(sim, base)
    sim.fault(SEND, "45015")
    with pytest.raises(WeChatClientException, match="45015"):
        client.message.send_text(RESIDENT, "好")
    sim.fault(SEND, "45009")
    with pytest.raises(APILimitedException):
        client.message.send_text(RESIDENT, "好")


def test_its_retry_of_an_upload_sends_an_empty_file(sim: Sim, base: str, tmp_path: Any) -> None:
    client = plain_client(sim, base)
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG" * 100)
    sim.fault("media/upload", "40001")
    with path.open("rb") as file, pytest.raises(WeChatClientException, match="44001"):
        client.media.upload("image", file)


def test_plain_wechatpy_runs_away_when_a_token_is_never_accepted(sim: Sim, base: str) -> None:
    """Its retry has no end but the interpreter's stack: the reason why the bot does not use it."""
    client = plain_client(sim, base)
    sim.fault(SEND, "40001", math.inf)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        with pytest.raises(RecursionError):
            client.message.send_text(RESIDENT, "好")
    finally:
        sys.setrecursionlimit(before)
    assert len(sim.calls(SEND)) > 10
    assert len(sim.calls("token")) >= len(sim.calls(SEND)) - 1


def test_a_client_that_does_not_retry_asks_once(sim: Sim, base: str) -> None:
    client = plain_client(sim, base)
    client.auto_retry = False
    sim.fault(SEND, "40001", math.inf)
    with pytest.raises(WeChatClientException, match="40001"):
        client.message.send_text(RESIDENT, "好")
    assert len(sim.calls(SEND)) == 1
