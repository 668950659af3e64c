"""Pushes look like the platform's, and wechatpy reads every one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from bot.simulator import Account, Sim, inbound
from bot.simulator.inbound import Inbound, Plain
from tests.simulator.kit import RESIDENT, make_sim, success, vectors

VECTORS = {vector["name"]: vector for vector in vectors()["inbound_xml"]}
WHO = "oMgHVjngRipVsoxg6TuX3vz6glDg"

BUILT: dict[str, Inbound] = {
    "text": inbound.text(WHO, " 1 "),
    "text+menuid": inbound.text(WHO, "满意", "101"),
    "text multiline": inbound.text(WHO, "\n 西红柿 3\n  土豆 2 \n"),
    "image": inbound.image(WHO, "http://p", "m"),
    "voice": inbound.voice(WHO, "m", "要两斤土豆", "m16"),
    "video": inbound.video(WHO, "m", "t"),
    "shortvideo": inbound.video(WHO, "m", "t", short=True),
    "location": inbound.location(WHO, 23.134521, 113.358803, "位置"),
    "link": inbound.link(WHO, "t", "d", "u"),
    "subscribe": inbound.subscribe(WHO, None, ""),
    "subscribe empty key": inbound.event(WHO, "subscribe", [("EventKey", "")]),
    "subscribe qr": inbound.subscribe(WHO, "L1:R20260105", "T"),
    "SCAN": inbound.scan(WHO, "L1:R20260105", "T"),
    "unsubscribe": inbound.unsubscribe(WHO),
    "CLICK": inbound.click(WHO, "MY_ORDERS"),
    "VIEW": inbound.view(WHO, "https://x", "123"),
    "view_miniprogram": inbound.event(WHO, "view_miniprogram", [("EventKey", "pages/i"), ("MenuId", Plain("MENUID"))]),
    "scancode_waitmsg": inbound.scancode(WHO, "VERIFY", "PICK:8F3K2", wait=True),
    "scancode barcode": inbound.scancode(WHO, "VERIFY", "CODE_128,123456", wait=False, scan_type="barcode"),
    "pic_sysphoto 1": inbound.pics(WHO, "6", ["1b5f"]),
    "pic_weixin 2": inbound.pics(WHO, "6", ["a", "b"], "pic_weixin"),
    "TEMPLATESENDJOBFINISH": inbound.template_finished(WHO, 200163836, "failed:user block"),
    "subscribe_msg_popup_event": inbound.subscribe_popup(WHO, [("V", True)], 2),
    "subscribe_msg_change_event": inbound.subscribe_changed(WHO, "V"),
    "subscribe_msg_sent_event": inbound.subscribe_sent(WHO, "V", 1700827132819554304, 0, "success"),
}


@pytest.mark.parametrize("name", BUILT)
def test_the_published_bodies_come_out_byte_for_byte(name: str) -> None:
    fields = inbound.body("gh_e136c6e50636", BUILT[name], 1408090502, 1234567890123456)
    assert inbound.render(fields) == VECTORS[name]["xml"]


GESTURES: dict[str, tuple[Callable[[Sim], Any], str, str]] = {
    "text": (lambda sim: sim.text(RESIDENT, "西红柿2斤"), "TextMessage", "text"),
    "image": (lambda sim: sim.image(RESIDENT), "ImageMessage", "image"),
    "voice": (lambda sim: sim.voice(RESIDENT), "VoiceMessage", "voice"),
    "video": (lambda sim: sim.video(RESIDENT), "VideoMessage", "video"),
    "location": (lambda sim: sim.location(RESIDENT, 23.1, 113.3, "大堂"), "LocationMessage", "location"),
    "link": (lambda sim: sim.link(RESIDENT, "t", "d", "https://x"), "LinkMessage", "link"),
    "subscribe": (lambda sim: sim.subscribe(RESIDENT), "SubscribeEvent", "event"),
    "subscribe by QR": (lambda sim: sim.subscribe("o_test_new", "L7"), "SubscribeScanEvent", "event"),
    "scan": (lambda sim: sim.scan(RESIDENT, "L7"), "ScanEvent", "event"),
    "unsubscribe": (lambda sim: sim.unsubscribe(RESIDENT), "UnsubscribeEvent", "event"),
    "click": (lambda sim: sim.click(RESIDENT, "HELP"), "ClickEvent", "event"),
    "view": (lambda sim: sim.view(RESIDENT, "https://x"), "ViewEvent", "event"),
    "scancode_waitmsg": (
        lambda sim: sim.scancode_waitmsg(RESIDENT, "VERIFY", "P:1"),
        "ScanCodeWaitMsgEvent",
        "event",
    ),
    "scancode_push": (lambda sim: sim.scancode_push(RESIDENT, "VERIFY", "P:1"), "ScanCodePushEvent", "event"),
    "menu_item": (lambda sim: sim.menu_item(RESIDENT, "101", "已取"), "TextMessage", "text"),
    "popup": (lambda sim: sim.popup(RESIDENT, "S"), "UnknownMessage", "unknown"),
    "withdraw": (lambda sim: sim.withdraw(RESIDENT, "S"), "UnknownMessage", "unknown"),
    "pics": (lambda sim: sim.pics(RESIDENT, 2), "PicSysPhotoEvent", "event"),
    "event": (lambda sim: sim.event(RESIDENT, "location_select"), "LocationSelectEvent", "event"),
}


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
@pytest.mark.parametrize("name", GESTURES)
def test_wechatpy_reads_every_push(name: str, mode: Any) -> None:
    gesture, parsed_as, kind = GESTURES[name]
    sim, bot = make_sim(success, account=Account(mode=mode))
    gesture(sim)
    received = bot.received[0]
    crypto = WeChatCrypto(sim.account.token, sim.account.aes_key, sim.account.appid)
    xml = received.body.decode()
    if mode != "plain":
        query = received.query
        assert query["encrypt_type"] == "aes"
        decrypted = crypto.decrypt_message(xml, query["msg_signature"], query["timestamp"], query["nonce"])
        plain = decrypted if isinstance(decrypted, str) else decrypted.decode()
        if mode == "compat":
            assert parse_message(xml)._data["FromUserName"] == parse_message(plain)._data["FromUserName"]
        else:
            assert "FromUserName" not in xml
        xml = plain
    message = parse_message(xml)
    assert (type(message).__name__, message.type) == (parsed_as, kind)
    assert message.target == sim.account.origin_id
    assert sim.failures == []


def test_every_message_has_an_id_and_no_event_has() -> None:
    sim, bot = make_sim()
    sim.text(RESIDENT, "a")
    sim.text(RESIDENT, "b")
    sim.click(RESIDENT, "HELP")
    first, second, click = (received.get("MsgId") for received in bot.received)
    assert 0 < int(first) < int(second) < 2**63
    assert click == ""


def test_a_cdata_terminator_reads_back_unchanged() -> None:
    sim, bot = make_sim()
    sim.text(RESIDENT, "a]]>b<c>&d")
    assert bot.received[0].get("Content") == "a]]>b<c>&d"
    assert parse_message(bot.received[0].body.decode()).content == "a]]>b<c>&d"


def test_a_phone_cannot_type_control_characters() -> None:
    sim, bot = make_sim()
    sim.text(RESIDENT, "a\x0b\x00b\nc")
    assert bot.received[0].get("Content") == "ab\nc"
