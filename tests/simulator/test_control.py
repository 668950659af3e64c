"""The routes under /__sim__, the phones page, scanning."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import bot.simulator
from bot.simulator import FakeClock, Sim, mount, serve
from bot.simulator.api.media import png
from bot.simulator.scanning import decode
from tests.simulator.kit import RESIDENT, Bot, echo, make_sim, success

STATIC = Path(bot.simulator.__file__).parent / "static"


@pytest.fixture
def sim() -> Sim:
    return make_sim(echo, control_token="t-test")[0]


class Control:
    def __init__(self, sim: Sim) -> None:
        self.client = sim.wsgi.test_client()
        self.headers = {"Authorization": f"Bearer {sim.control_token}"}

    def get(self, path: str) -> Any:
        response = self.client.get(f"/__sim__/{path}", headers=self.headers)
        assert response.status_code == 200
        return response.get_json()

    def post(self, path: str, data: Any, status: int = 200) -> Any:
        response = self.client.post(f"/__sim__/{path}", headers=self.headers, json=data)
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json()

    def send_form(self, path: str, data: dict[str, Any], status: int = 200) -> Any:
        response = self.client.post(f"/__sim__/{path}", headers=self.headers, data=data)
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json()


@pytest.fixture
def control(sim: Sim) -> Control:
    return Control(sim)


CLOSED = ["state", "log", "failures", "feed", "fault", "users/o_test_resident_1/inbox"]


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic t-test", "Bearer täst"])
def test_without_the_token_nothing_is_told(sim: Sim, path: str, header: str) -> None:
    response = sim.wsgi.test_client().get(f"/__sim__/{path}", headers={"Authorization": header.encode("latin-1")})
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["reset", "clock", "users", "push", "scan", "deliver", "fault"])
def test_without_the_token_nothing_is_done(sim: Sim, path: str) -> None:
    assert sim.wsgi.test_client().post(f"/__sim__/{path}", json={}).status_code == 401
    assert len(sim.state.users) == 2


def test_a_simulation_without_a_token_is_open() -> None:
    assert make_sim()[0].wsgi.test_client().get("/__sim__/state").status_code == 200


def test_state_users_and_inbox(sim: Sim, control: Control) -> None:
    made = control.post("users", {"name": "老周", "role": "resident"})
    control.post("users", {"openid": RESIDENT}, status=400)
    control.post("push", {"openid": made["openid"], "kind": "text", "content": "草莓2"})
    assert [bubble["text"] for bubble in control.get(f"users/{made['openid']}/inbox")] == ["草莓2"]
    state = control.get("state")
    assert state["users"][-1]["name"] == "老周"
    assert state["failures"] == 0


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ({"kind": "text", "content": "a"}, "a"),
        ({"kind": "menu_item", "id": "101", "content": "已取"}, "已取"),
        ({"kind": "voice"}, ""),
        ({"kind": "video"}, ""),
        ({"kind": "location", "latitude": 1, "longitude": 2}, ""),
        ({"kind": "link", "title": "t", "url": "https://x"}, ""),
        ({"kind": "subscribe", "scene": "L7"}, "subscribe"),
        ({"kind": "subscribe", "scene": ""}, "subscribe"),
        ({"kind": "scan", "scene": "L7"}, "SCAN"),
        ({"kind": "unsubscribe"}, "unsubscribe"),
        ({"kind": "click", "key": "HELP"}, "CLICK"),
        ({"kind": "view", "url": "https://x"}, "VIEW"),
        ({"kind": "scancode_waitmsg", "key": "VERIFY", "result": "1"}, "scancode_waitmsg"),
        ({"kind": "scancode_push", "key": "VERIFY", "result": "1"}, "scancode_push"),
        ({"kind": "popup", "template": "S"}, "subscribe_msg_popup_event"),
        ({"kind": "raw", "xml": "<xml/>"}, ""),
    ],
)
def test_pushes_by_name(sim: Sim, control: Control, data: dict[str, Any], event: str) -> None:
    received: list[str] = []
    sim.connect(
        Bot(lambda one: (received.append(one.get("Content") or one.get("Event")), b"success")[1])  # type: ignore[func-returns-value]
    )
    answer = control.post("push", {"openid": RESIDENT, **data})
    assert (answer["ok"], received) == (True, [event])


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"openid": RESIDENT, "kind": "dance"}, 400),
        ({"openid": RESIDENT, "kind": "text"}, 400),
        ({"openid": RESIDENT, "kind": "image"}, 400),
        ({"openid": "o_test_nobody", "kind": "text", "content": "a"}, 404),
        ([], 400),
    ],
)
def test_pushes_that_make_no_sense(control: Control, data: Any, status: int) -> None:
    assert "error" in control.post("push", data, status=status)


def test_pushes_before_there_is_a_webhook_and_from_who_left(control: Control) -> None:
    alone = Sim(clock=FakeClock())
    alone.add_user(RESIDENT)
    assert "connect" in Control(alone).post("push", {"openid": RESIDENT, "kind": "click", "key": "K"}, 409)["error"]
    control.post("push", {"openid": RESIDENT, "kind": "unsubscribe"})
    control.post("push", {"openid": RESIDENT, "kind": "text", "content": "a"}, status=409)


def test_a_picture_is_sent_and_shown(sim: Sim, control: Control) -> None:
    sim.connect(Bot())
    picture = png("PICK:482913")
    form = {"openid": RESIDENT, "kind": "image", "file": (io.BytesIO(picture), "a.png", "image/png")}
    assert control.send_form("push", form)["ok"]
    media_id = control.get("feed")["items"][0]["data"]["media_id"]
    shown = sim.wsgi.test_client().get(f"/__sim__/media/{media_id}")
    assert (shown.data, shown.content_type) == (picture, "image/png")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert sim.wsgi.test_client().get("/__sim__/media/none").status_code == 404


def test_an_uploaded_page_is_not_shown_as_a_page(sim: Sim) -> None:
    sim.image(RESIDENT, b"<script>alert(1)</script>", mime="text/html")
    media_id = sim.state.timeline[0].data["media_id"]
    shown = sim.wsgi.test_client().get(f"/__sim__/media/{media_id}")
    assert shown.content_type == "application/octet-stream"
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_the_feed_gives_what_is_new(sim: Sim, control: Control) -> None:
    sim.text(RESIDENT, "a")
    first = control.get("feed?since=0")
    assert [item["text"] for item in first["items"]] == ["a", "a"]
    assert control.get(f"feed?since={first['seq']}")["items"] == []
    sim.text(RESIDENT, "b")
    assert [item["text"] for item in control.get(f"feed?since={first['seq']}")["items"]] == ["b", "b"]
    assert first["now"] == sim.now().isoformat()
    assert [user["name"] for user in first["users"]] == ["王姐", "小陈"]


def test_the_clock(sim: Sim, control: Control) -> None:
    before = sim.now()
    control.post("clock", {"advance": 3600})
    assert (sim.now() - before).total_seconds() == 3600
    for wrong in (1e12, float("nan")):
        control.post("clock", {"advance": wrong}, status=400)
    assert "real time" in Control(make_sim(clock=None)[0]).post("clock", {"advance": 1}, status=409)["error"]


def test_faults_by_control(sim: Sim, control: Control) -> None:
    order = {"path": "message/custom/send", "kind": "45015", "times": "always"}
    assert control.post("fault", order)["times"] == "always"
    control.post("fault", {"path": "push", "kind": "burst", "count": 3})
    assert [one["kind"] for one in control.get("fault")["standing"]] == ["45015", "burst"]
    control.post("push", {"openid": RESIDENT, "kind": "text", "content": "a"})
    assert len(sim.inbox(RESIDENT)) == 3
    assert "unknown fault" in control.post("fault", {"path": "*", "kind": "dance"}, status=400)["error"]
    assert control.client.delete("/__sim__/fault", headers=control.headers).status_code == 200
    assert control.get("fault")["standing"] == []


def test_reset_log_failures_and_events(sim: Sim, control: Control) -> None:
    sim.connect(Bot(lambda received: b"oops"))
    control.post("push", {"openid": RESIDENT, "kind": "text", "content": "a"})
    assert control.get("failures")[0]["openid"] == RESIDENT
    assert control.get("log")[-1]["side"] == "push"
    assert control.get("log?since=1") == []
    assert control.post("deliver", {}) == []
    control.post("reset", {})
    assert control.get("state")["users"] == []


# --- scanning --------------------------------------------------------------------------------------------------------


def test_scanning_a_leaders_code_follows_or_scans(sim: Sim, control: Control) -> None:
    url = sim.qr_for("L7").url
    form = {"openid": RESIDENT, "file": (io.BytesIO(png(url)), "a.png", "image/png")}
    assert control.send_form("scan", form)["pushed"] == "scan"
    assert sim.last_text(RESIDENT) == "SCAN"
    sim.add_user("o_test_away", subscribed=False)
    control.post("scan", {"openid": "o_test_away", "text": url})
    assert sim.last_text("o_test_away") == "subscribe"
    control.post("scan", {"openid": RESIDENT, "ticket": sim.qr_for("L7").ticket})
    assert len(sim.inbox(RESIDENT)) == 2


def test_the_menus_scan_button_sends_what_it_sees(sim: Sim, control: Control) -> None:
    sim.image(RESIDENT, png("PICK:482913"))
    media_id = sim.state.timeline[0].data["media_id"]
    answer = control.post("scan", {"openid": RESIDENT, "key": "VERIFY", "media_id": media_id})
    assert (answer["result"], answer["pushed"]) == ("PICK:482913", "scancode_waitmsg")
    assert control.post("scan", {"openid": RESIDENT, "key": "VERIFY", "text": "https://x"})["pushed"]


def test_other_codes_open_or_are_read_out(control: Control) -> None:
    assert control.post("scan", {"openid": RESIDENT, "text": "https://x"})["open"] == "https://x"
    assert control.post("scan", {"openid": RESIDENT, "text": "javascript:1"}) == {"result": "javascript:1"}


def test_nothing_to_scan(control: Control) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(blank, "PNG")
    for picture in (b"no picture", blank.getvalue()):
        form = {"openid": RESIDENT, "file": (io.BytesIO(picture), "a.png", "image/png")}
        assert "error" in control.send_form("scan", form, status=400)
    control.post("scan", {"openid": RESIDENT}, status=400)
    control.post("scan", {"openid": RESIDENT, "media_id": "none"}, status=400)


def test_a_bar_code_names_its_kind() -> None:
    import zxingcpp

    code = zxingcpp.create_barcode("123456", zxingcpp.BarcodeFormat.Code128)
    buffer = io.BytesIO()
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)).save(buffer, "PNG")
    assert decode(buffer.getvalue()) == ("CODE_128", "123456")


# --- the phones page -------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'"


def page(sim: Sim) -> Any:
    return sim.wsgi.test_client().get("/__sim__/phones")


def test_the_page_is_served_with_its_parts(sim: Sim) -> None:
    response = page(sim)
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    client = sim.wsgi.test_client()
    parts = re.findall(r'(?:href|src)="(/__sim__/static/[^"]+)"', text)
    parts += [f"/__sim__/static/{path.name}" for path in STATIC.iterdir()]
    assert len(parts) >= 6
    for part in parts:
        with client.get(part) as served:
            assert served.status_code == 200
    assert "邻团" in text
    assert "+10分钟" in text


def test_the_page_loads_nothing_from_outside(sim: Sim) -> None:
    text = page(sim).get_data(as_text=True) + "".join(path.read_text("utf-8") for path in STATIC.iterdir())
    assert re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//[^\"')]+", text) == []


def test_hostile_words_stay_words(sim: Sim) -> None:
    sim.phones = {
        "account_name": HOSTILE,
        "intro": HOSTILE,
        "title": HOSTILE,
        "steps": [{"who": "leader", "label": HOSTILE, "text": HOSTILE, "hint": HOSTILE}],
    }
    sim.user(RESIDENT).name = HOSTILE
    text = page(sim).get_data(as_text=True)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    config = re.search(r'<script type="application/json" id="config">(.*?)</script>', text, re.DOTALL)
    assert config is not None
    assert json.loads(config.group(1))["steps"][0]["text"] == HOSTILE


def test_the_scripts_never_parse_text_as_markup() -> None:
    for path in STATIC.glob("*.js"):
        source = path.read_text("utf-8")
        for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert dangerous not in source, (path.name, dangerous)


def test_the_policy_forbids_foreign_and_inline_scripts(sim: Sim) -> None:
    response = page(sim)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    text = response.get_data(as_text=True)
    assert re.findall(r"\son\w+=", text) == []
    assert response.headers["Cache-Control"] == "no-store"


def test_a_simulation_on_real_time_offers_no_clock_buttons() -> None:
    assert "+10分钟" not in page(make_sim(clock=None)[0]).get_data(as_text=True)


# --- serving ---------------------------------------------------------------------------------------------------------


def test_mounted_beside_the_product() -> None:
    sim, _ = make_sim()
    product = Bot(lambda received: b"product")
    client_app = mount(product, sim.wsgi)
    from werkzeug.test import Client

    client = Client(client_app)
    assert client.get("/wechat?x=1").data == b"product"
    assert client.get("/cgi-binary").data == b"product"
    assert json.loads(client.get("/cgi-bin/nothing").data)["errcode"] == 40066
    assert client.get("/__sim__/phones").status_code == 200


def test_a_server_on_a_free_port_pushing_to_itself() -> None:
    import requests

    sim = Sim(clock=FakeClock())
    bot = Bot(success)
    with serve(mount(bot, sim.wsgi)) as base:
        sim.webhook_url = f"{base}/wechat"
        sim.add_user(RESIDENT)
        data = {"openid": RESIDENT, "kind": "text", "content": "a"}
        assert requests.post(f"{base}/__sim__/push", json=data, timeout=5).json()["ok"]
    assert bot.received[0].get("Content") == "a"


def test_the_enter_key_answers_a_dialog_and_does_not_cancel_it(sim: Sim) -> None:
    """A browser presses the first button of a form."""
    footers = re.findall(r"<footer>\s*<button value=\"(\w+)\"", page(sim).get_data(as_text=True))
    assert footers == ["ok", "ok"]
