from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import Account, AccountType, FakeClock, Sim
from bot.simulator.scanning import decode
from tests.simulator.kit import Api, make_sim

MEGABYTE = 1024 * 1024


@pytest.fixture
def api(sim: Sim) -> Api:
    api = Api(sim)
    api.login()
    return api


def fetch(api: Api, media_id: str) -> Any:
    return api.client.get("/cgi-bin/media/get", query_string={"access_token": api.login(), "media_id": media_id})


def test_what_was_uploaded_can_be_fetched_for_three_days(sim: Sim, api: Api) -> None:
    answer = api.upload("image", b"\x89PNG data", filename="码.png")
    assert (answer["type"], answer["created_at"]) == ("image", sim.stamp())
    response = fetch(api, answer["media_id"])
    assert (response.data, response.content_type) == (b"\x89PNG data", "image/png")
    assert "attachment" in response.headers["Content-disposition"]
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(3 * 86400)
    assert fetch(api, answer["media_id"]).get_json(force=True)["errcode"] == 40007


def test_a_video_is_given_as_an_address(sim: Sim, api: Api) -> None:
    media_id = api.upload("video", b"film", filename="a.mp4")["media_id"]
    assert fetch(api, media_id).get_json(force=True) == {"video_url": sim.media_url(media_id)}


def test_a_thumb_has_its_own_name(api: Api) -> None:
    assert "thumb_media_id" in api.upload("thumb", b"x")


@pytest.mark.parametrize(
    ("kind", "content", "name", "code"),
    [
        ("film", b"x", "media", 40004),
        ("image", b"", "media", 44001),
        ("image", b"x", "file", 41005),
        ("image", b"x" * (10 * MEGABYTE + 1), "media", 40009),
        ("voice", b"x" * (2 * MEGABYTE + 1), "media", 45001),
        ("thumb", b"x" * (64 * 1024 + 1), "media", 45001),
    ],
)
def test_uploads_that_are_refused(api: Api, kind: str, content: bytes, name: str, code: int) -> None:
    assert api.upload(kind, content, name)["errcode"] == code


def test_unknown_media(api: Api) -> None:
    assert fetch(api, "unknown").get_json(force=True)["errcode"] == 40007


def test_an_unverified_account_has_no_media() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.UNVERIFIED_SUB))
    assert Api(sim).upload("image", b"x")["errcode"] == 48001


def qr(action: str, seconds: Any = None, **scene: Any) -> dict[str, Any]:
    data = {"action_name": action, "action_info": {"scene": scene}}
    return data if seconds is None else data | {"expire_seconds": seconds}


def test_a_temporary_code_shows_its_address_until_it_expires(sim: Sim, api: Api) -> None:
    answer = api.post("qrcode/create", qr("QR_STR_SCENE", 604800, scene_str="R20260105.L7"))
    assert answer["expire_seconds"] == 604800
    picture = api.client.get("/cgi-bin/showqrcode", query_string={"ticket": answer["ticket"]})
    assert decode(picture.data) == ("qrcode", answer["url"])
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(604800)
    assert api.client.get("/cgi-bin/showqrcode", query_string={"ticket": answer["ticket"]}).status_code == 404


def test_a_permanent_code_is_made_once(sim: Sim, api: Api) -> None:
    first, again = (api.post("qrcode/create", qr("QR_LIMIT_STR_SCENE", scene_str="L7")) for _ in range(2))
    assert first == again
    assert "expire_seconds" not in first
    assert sim.qr_for("L7").ticket == first["ticket"]


def test_the_default_life_is_a_minute(api: Api) -> None:
    assert api.post("qrcode/create", qr("QR_SCENE", scene_id=7))["expire_seconds"] == 60


@pytest.mark.parametrize(
    "data",
    [
        qr("QR_HOLOGRAM", scene_str="a"),
        qr("QR_STR_SCENE", scene_str=""),
        qr("QR_STR_SCENE", scene_str="a" * 65),
        qr("QR_STR_SCENE", scene_id=7),
        qr("QR_LIMIT_SCENE", scene_id=100_001),
        qr("QR_SCENE", scene_id=0),
        qr("QR_STR_SCENE", 2_592_001, scene_str="a"),
        qr("QR_STR_SCENE", "60", scene_str="a"),
        {"action_name": "QR_STR_SCENE"},
    ],
)
def test_codes_that_are_refused(api: Api, data: Any) -> None:
    assert api.code("qrcode/create", data) == 47001


def test_a_subscription_account_has_no_codes() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.VERIFIED_SUB))
    assert Api(sim).code("qrcode/create", qr("QR_SCENE", scene_id=7)) == 48001


def test_an_unknown_ticket(api: Api) -> None:
    assert api.client.get("/cgi-bin/showqrcode?ticket=none").status_code == 404
