"""Signatures, encryption and reading of pushes, against published examples and against attackers."""

from __future__ import annotations

import base64
import re
import time
import timeit
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import inbound, protocol
from bot.inbound import Forbidden, Inbound, Malformed
from bot.protocol import BadCredentials, Credentials, Image, read_inbound, write_reply
from bot.simulator import crypto
from tests.bot import pushes
from tests.bot.pushes import COMPAT, KEY, PLAIN, PREVIOUS_KEY, RESIDENT, SAFE, TOKEN
from tests.support.clock import START

VECTORS = pushes.vectors()


def named(group: str) -> list[Any]:
    return [pytest.param(each, id=each.get("name", each.get("origin"))) for each in VECTORS[group]]


def at(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def read(message: str, credentials: Credentials = PLAIN, **args: str) -> Inbound:
    return read_inbound({**pushes.signed(), **args}, message.encode(), credentials, START)


# --- published examples -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", named("signature"))
def test_published_request_signatures_hold(vector: dict[str, str]) -> None:
    credentials = Credentials(token=vector["token"], appid="wx")
    protocol.check_request(vector, credentials, at(vector["timestamp"]))
    if "echostr" in vector:
        assert protocol.read_echo(vector, credentials, at(vector["timestamp"])) == vector["expected_body"].encode()
    with pytest.raises(Forbidden):
        protocol.check_request(vector, replace(credentials, token=vector["token"] + "x"), at(vector["timestamp"]))


@pytest.mark.parametrize("vector", named("aes"))
def test_published_ciphertexts_open_and_close(vector: dict[str, str]) -> None:
    key, appid = vector["encoding_aes_key"], vector["appid"]
    signature = protocol.sign(vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    opened = protocol.unseal(vector["encrypt"], key, appid)
    if vector.get("expect") == "reject":
        assert signature != vector["msg_signature"] or opened is None
        return
    assert signature == vector["msg_signature"]
    assert opened is not None
    assert opened.decode() == vector["plaintext"]
    assert protocol.seal(opened, key, appid, vector["random"].encode()) == vector["encrypt"]


def test_each_message_is_encrypted_as_if_it_were_the_first() -> None:
    """The contexts go on from message to message; what is no whole block, and other threads, do not disturb them."""

    def talk(n: int) -> None:
        message, random16 = b"x" * n, n.to_bytes(16, "big")
        sealed = protocol.seal(message, KEY, SAFE.appid, random16)
        assert sealed == crypto.encrypt(message, SAFE.appid, KEY, random16)
        assert protocol.unseal(base64.b64encode(bytes(n)).decode(), KEY, SAFE.appid) is None
        assert protocol.unseal(sealed, KEY, SAFE.appid) == message

    with ThreadPoolExecutor(8) as threads:
        assert len(list(threads.map(talk, range(400)))) == 400


def test_the_published_compat_push_is_read_from_its_ciphertext() -> None:
    vector = next(v for v in VECTORS["aes"] if "compat" in v["name"])
    credentials = Credentials(
        vector["token"], vector["appid"], (vector["encoding_aes_key"],), mode="compat", allow_unencrypted=True
    )
    args = {
        "timestamp": vector["timestamp"],
        "nonce": vector["nonce"],
        "signature": crypto.signature(vector["token"], vector["timestamp"], vector["nonce"]),
        "encrypt_type": "aes",
        "msg_signature": vector["msg_signature"],
    }
    forged_copy = vector["outer_xml"].replace("abcdteT", "forged")
    got = read_inbound(args, forged_copy.encode(), credentials, at(vector["timestamp"]))
    assert (got.text, got.openid, got.key) == ("abcdteT", got.openid, f"m:6054768590064713728:{got.openid}")


# What wechatpy calls the fields; ours where they differ.
OURS: dict[str, Callable[[Inbound], object]] = {
    "id": lambda m: int(m.msg_id or 0),
    "content": lambda m: m.text,
    "event": lambda m: "subscribe_scan" if m.event == "subscribe" and m.scene else m.event,
    "key": lambda m: m.event_key,
    "scene_id": lambda m: m.scene,
    "page_path": lambda m: m.event_key or "p",
    "latitude": lambda m: m.location and m.location.lat_e6 / 1e6,
    "longitude": lambda m: m.location and m.location.lng_e6 / 1e6,
    "label": lambda m: m.location and m.location.label,
    "location": lambda m: m.location and [m.location.lat_e6 / 1e6, m.location.lng_e6 / 1e6],
    "count": lambda m: m.picture_count,
    "url": lambda m: m.url or m.event_key,
}


@pytest.mark.parametrize("vector", named("inbound_xml"))
def test_every_published_push_reads_as_wechatpy_reads_it(vector: dict[str, Any]) -> None:
    got = read(vector["xml"])
    theirs = dict(vector["wechatpy_1_8_18"])
    theirs.pop("cls")
    if theirs.pop("type") == "unknown":  # we know more events than it does
        assert got.kind == "event" or (got.kind, got.type_name) == ("unknown", "file")
    else:
        assert got.kind == got.type_name
    if "location" in theirs:
        theirs["location"] = [float(each) for each in theirs["location"]]
    ours = {name: OURS.get(name, lambda m, name=name: getattr(m, name))(got) for name in theirs}
    assert ours == theirs
    assert (got.openid, got.to, got.created_at) == (
        "oMgHVjngRipVsoxg6TuX3vz6glDg",
        "gh_e136c6e50636",
        at("1408090502"),
    )
    assert read(vector["xml"]).key == got.key


def test_the_published_pushes_have_different_keys_where_they_differ() -> None:
    keys = {v["name"]: read(v["xml"]).key for v in VECTORS["inbound_xml"]}
    events = {name: key for name, key in keys.items() if key.startswith("e:")}
    assert events.pop("subscribe empty key") == events["subscribe"]
    assert len(set(events.values())) == len(events)


# --- what a push says ------------------------------------------------------------------------------------------


def test_text_with_menu_choice() -> None:
    got = read(pushes.xml(MsgType="text", Content="满意", bizmsgmenuid="101", MsgId="7"))
    assert (got.kind, got.text, got.menu_id, got.key) == ("text", "满意", "101", f"m:7:{RESIDENT}")


def test_scanned_code_of_a_menu_button() -> None:
    got = read(
        "<xml><ToUserName>gh_a</ToUserName><FromUserName>o_a</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>VERIFY</EventKey><ScanCodeInfo>"
        "<ScanType>barcode</ScanType><ScanResult>CODE_128,123456</ScanResult></ScanCodeInfo></xml>"
    )
    assert (got.event_key, got.scan_type, got.scan_result) == ("VERIFY", "barcode", "CODE_128,123456")


def opt_in_event(*items: str) -> str:
    lists = "".join(f"<List>{each}</List>" for each in items)
    return pushes.event("subscribe_msg_popup_event").replace(
        "</xml>", f"<SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent></xml>"
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_opt_ins_come_as_one_or_as_many(count: int) -> None:
    items = [
        f"<TemplateId>T{n}</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>1</PopupScene>"
        for n in range(count)
    ]
    got = read(opt_in_event(*items))
    assert [(o.template_id, o.status, o.popup_scene) for o in got.opt_ins] == [
        (f"T{n}", "accept", "1") for n in range(count)
    ]


def test_sent_notifications_tell_their_result() -> None:
    got = read(next(v["xml"] for v in VECTORS["inbound_xml"] if v["name"] == "subscribe_msg_sent_event"))
    assert got.opt_ins == (inbound.OptIn("V", "success", msg_id="1700827132819554304", error_code="0"),)


def test_unknown_types_and_events_are_kept_with_their_name() -> None:
    got = read(pushes.xml(MsgType="hologram", MsgId="3"))
    assert (got.kind, got.type_name) == ("unknown", "hologram")
    got = read(pushes.event("Brand_New_Event"))
    assert (got.kind, got.event) == ("event", "brand_new_event")


@pytest.mark.parametrize(
    ("lat", "lng"), [("91", "0"), ("0", "181"), ("nan", "0"), ("inf", "0"), ("", ""), ("here", "there")]
)
def test_a_place_that_is_nowhere_is_none(lat: str, lng: str) -> None:
    assert read(pushes.xml(MsgType="location", Location_X=lat, Location_Y=lng, MsgId="1")).location is None


@pytest.mark.parametrize("seconds", ["", "0", "-5", "99999999999999999999", "soon", "32503680001"])
def test_a_creation_time_that_is_none_is_replaced_by_now(seconds: str) -> None:
    assert read(pushes.xml(MsgType="text", CreateTime=seconds, Content="x", MsgId="1")).created_at == START


# --- dedupe keys ------------------------------------------------------------------------------------------------


def test_the_same_number_from_somebody_else_is_another_message() -> None:
    keys = {read(pushes.text("x", 5, openid)).key for openid in ("o_test_resident_1", "o_test_resident_2")}
    assert len(keys) == 2


@pytest.mark.parametrize("number", ["0", "", "abc", "1" * 21])
def test_without_a_usable_number_the_content_decides(number: str) -> None:
    one, again, other = (read(pushes.text(words, number)).key for words in ("西红柿2", "西红柿2", "西红柿3"))
    assert one == again != other


def test_a_number_beyond_63_bits_is_a_number() -> None:
    assert read(pushes.text("x", 2**64 - 1)).key == f"m:{2**64 - 1}:{RESIDENT}"


def test_events_of_one_second_differ_by_what_happened() -> None:
    same_second = [
        pushes.event("CLICK", EventKey="HELP"),
        pushes.event("CLICK", EventKey="MY_ORDERS"),
        pushes.event("VIEW", EventKey="HELP"),
        pushes.event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
        pushes.event("TEMPLATESENDJOBFINISH", MsgID="2", Status="success"),
        opt_in_event("<TemplateId>A</TemplateId>"),
        opt_in_event("<TemplateId>B</TemplateId>"),
    ]
    assert len({read(each).key for each in same_second}) == len(same_second)


def test_a_key_fits_its_column_whatever_the_address_behind_a_menu_item() -> None:
    one, other = (read(pushes.event("VIEW", EventKey="https://x/" + "y" * 1000 + tail)).key for tail in "12")
    assert one != other
    assert max(len(one), len(other)) <= 160


# --- threats: forged ---------------------------------------------------------------------------------------------


@pytest.fixture
def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the body at all fails the test."""

    def parse(*_: object) -> None:
        raise AssertionError("parsed before the signature was checked")

    monkeypatch.setattr(ET, "fromstring", parse)


FORGED: dict[str, dict[str, object]] = {
    "none": {"signature": None},
    "empty": {"signature": ""},
    "wrong": {"signature": "0" * 40},
    "upper case": {"signature": pushes.signed()["signature"].upper()},
    "non-ASCII": {"signature": "签名" * 20},
    "lone surrogate": {"signature": "\udcff" * 40},
    "a list": {"signature": [pushes.signed()["signature"]]},
    "another nonce": {"nonce": "n2"},
    "another time": {"timestamp": str(int(START.timestamp()) + 1)},
    "no time": {"timestamp": None},
    "nothing": {"signature": None, "timestamp": None, "nonce": None},
}


@pytest.mark.usefixtures("no_parsing")
@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("credentials", [PLAIN, COMPAT, SAFE], ids=lambda c: str(c.mode))
def test_forged_queries_are_refused_before_anything_is_parsed(
    change: dict[str, object], credentials: Credentials
) -> None:
    args = {key: value for key, value in {**pushes.signed(), **change}.items() if value is not None}
    with pytest.raises(Forbidden) as refusal:
        read_inbound(cast("dict[str, str]", args), pushes.text("x").encode(), credentials, START)
    assert refusal.value.reason == "signature"


@pytest.mark.usefixtures("no_parsing")
def test_an_empty_token_signs_nothing() -> None:
    args = {"timestamp": "1", "nonce": "n", "signature": crypto.signature("", "1", "n")}
    with pytest.raises(Forbidden):
        protocol.check_request(args, Credentials(token="", appid="wx"), at("1"))


@pytest.mark.usefixtures("no_parsing")
@pytest.mark.parametrize(("age", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_captured_request_goes_stale(age: int, accepted: bool) -> None:
    args, now = pushes.signed(), START + timedelta(seconds=age)
    if accepted:
        protocol.check_request(args, SAFE, now)
    else:
        with pytest.raises(Forbidden, match="stale"):
            protocol.check_request(args, SAFE, now)


@pytest.mark.parametrize("timestamp", ["-1", "1.5", "１２３", "1" * 13, "0x10", ""])
def test_a_timestamp_is_seconds(timestamp: str) -> None:
    args = {"timestamp": timestamp, "nonce": "n", "signature": crypto.signature(TOKEN, timestamp, "n")}
    with pytest.raises(Forbidden, match="stale"):
        protocol.check_request(args, SAFE, START)


@pytest.mark.usefixtures("no_parsing")
@pytest.mark.parametrize("credentials", [SAFE, COMPAT], ids=lambda c: str(c.mode))
@pytest.mark.parametrize("encrypt_type", ["", "raw", "AES"])
def test_a_clear_body_is_refused_where_messages_are_encrypted(credentials: Credentials, encrypt_type: str) -> None:
    with pytest.raises(Forbidden, match="plaintext"):
        read(pushes.text("x"), credentials, encrypt_type=encrypt_type)


@pytest.mark.parametrize("credentials", [SAFE, COMPAT], ids=lambda c: str(c.mode))
def test_a_clear_body_that_claims_to_be_encrypted_is_refused(credentials: Credentials) -> None:
    with pytest.raises(Forbidden, match="plaintext"):
        read(pushes.text("x"), credentials, encrypt_type="aes")


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"<xml>", b"<xml><Encrypt/><Encrypt/></xml>"])
def test_an_envelope_that_nothing_vouches_for_is_refused(body: bytes) -> None:
    with pytest.raises(Forbidden):
        read_inbound({**pushes.signed(), "encrypt_type": "aes"}, body, SAFE, START)


@pytest.mark.parametrize(
    "written",
    [
        b"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>",
        b"<xml>\n  <ToUserName><![CDATA[gh_x]]></ToUserName>\n  <Encrypt><![CDATA[%s]]></Encrypt>\n</xml>\n",
        b"<xml><Encrypt><![CDATA[%s]]></Encrypt><ToUserName><![CDATA[gh_x]]></ToUserName></xml>",
        b"<xml><ToUserName>gh_x</ToUserName><Encrypt>%s</Encrypt><AgentID/></xml>",
    ],
    ids=["usual", "indented", "turned round", "plain text"],
)
def test_an_envelope_may_be_written_in_any_way(written: bytes) -> None:
    query, body = pushes.sealed(pushes.text("草莓2"))
    found = re.search(rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)", body)
    assert found is not None
    assert read_inbound(query, written % found[1], SAFE, START).text == "草莓2"


def test_damaged_foreign_and_misaddressed_ciphertexts_are_refused() -> None:
    query, body = pushes.sealed(pushes.text("x"))
    for index in range(0, len(body) - 60, 7):  # any character of the ciphertext
        damaged = bytearray(body)
        damaged[50 + index % (len(body) - 70)] ^= 1
        with pytest.raises(Forbidden):
            read_inbound(query, bytes(damaged), SAFE, START)
    for signature in ("", "0" * 40, query["signature"]):
        with pytest.raises(Forbidden, match="msg_signature"):
            read_inbound({**query, "msg_signature": signature}, body, SAFE, START)
    with pytest.raises(Forbidden, match="undecipherable"):
        read_inbound(*pushes.sealed(pushes.text("x"), appid="wxsomebodyelse0000"), SAFE, START)
    with pytest.raises(Forbidden, match="undecipherable"):
        read_inbound(*pushes.sealed(pushes.text("x"), key="N" * 43), SAFE, START)


@pytest.mark.parametrize("encrypted", ["AAAA", "A" * 64, "!", "中文", base64.b64encode(b"x" * 33).decode()])
def test_a_signed_ciphertext_that_is_none_is_refused(encrypted: str) -> None:
    with pytest.raises(Forbidden, match="undecipherable"):
        read_inbound(*pushes.enveloped(encrypted), SAFE, START)


def test_compat_reads_the_ciphertext_and_not_the_clear_copy() -> None:
    encrypted = crypto.encrypt(pushes.text("真的").encode(), pushes.APPID, KEY, pushes.RANDOM16)
    clear = "<FromUserName>o_forged</FromUserName><MsgType>text</MsgType><Content>假的</Content><MsgId>9</MsgId>"
    for credentials in (COMPAT, SAFE):
        got = read_inbound(*pushes.enveloped(encrypted, clear=clear), credentials, START)
        assert (got.openid, got.text, got.key) == (RESIDENT, "真的", f"m:1:{RESIDENT}")


def test_pushes_for_another_account_are_refused() -> None:
    for credentials, wrong in (
        (replace(PLAIN, account_id=pushes.ACCOUNT), False),
        (replace(PLAIN, account_id="gh_b"), True),
    ):
        if wrong:
            with pytest.raises(Forbidden, match="account"):
                read(pushes.text("x"), credentials)
        else:
            assert read(pushes.text("x"), credentials).to == pushes.ACCOUNT


# --- threats: bombs and confusion ---------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><xml>&l9;</xml>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 20_000}">]><xml>{"&a;" * 10_000}</xml>',
    "outside file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    "outside DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Content>a</Content></xml>',
    "hidden by a comment": '<!-- <xml> --><!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
    "too long": f"<xml><Content>{'x' * protocol.BODY_LIMIT}</Content></xml>",
}
DAMAGED = {
    "nested": f"<xml>{'<a>' * 6_500}{'</a>' * 6_500}</xml>",
    "many fields": f"<xml>{''.join(f'<a{n}/>' for n in range(5_000))}</xml>",
    "many attributes": f"<xml><a {' '.join(f'a{n}=_' for n in range(4_500))}/></xml>".replace("_", "''"),
    "undefined entity": "<xml><Content>&a;</Content></xml>",
    "other encoding declared": '<?xml version="1.0" encoding="UTF-7"?><xml><FromUserName>+ADw-</FromUserName></xml>',
    "empty": "",
    "JSON": '{"ToUserName":"gh_a"}',
    "another root": "<XML></XML>",
    "text after the end": pushes.text("x") + "<xml/>",
    "control character": pushes.text("\x0b"),
    "reference to NUL": pushes.xml(MsgType="text", MsgId="1").replace("</xml>", "<Content>&#0;</Content></xml>"),
    "sender twice": pushes.text("x").replace("</xml>", "<FromUserName>o_other</FromUserName></xml>"),
    "type twice": pushes.text("x").replace("</xml>", "<MsgType>event</MsgType></xml>"),
    "sender nested": pushes.text("x").replace(f"<![CDATA[{RESIDENT}]]>", "<b>o_test</b>"),
    "sender with spaces": pushes.text("x", openid="o_a o_b"),
    "sender with markup": pushes.text("x", openid="o_<b>"),
    "sender too long": pushes.text("x", openid="o" * 65),
    "no sender": pushes.text("x", openid=""),
    "no type": pushes.xml(Content="x", MsgId="1"),
    "empty type": pushes.xml(MsgType="", Content="x", MsgId="1"),
    "no event": pushes.xml(MsgType="event"),
}


def best_of_three(error: type[Exception], body: str) -> float:
    """Seconds of CPU time until the body was turned down."""

    def once() -> None:
        with pytest.raises(error):
            read(body)

    return min(timeit.repeat(once, number=1, repeat=3, timer=time.thread_time))


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_quickly(body: str) -> None:
    assert best_of_three(Forbidden, body) < 0.05


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_messages_are_malformed_and_quickly_so(body: str) -> None:
    assert best_of_three(Malformed, body) < 0.05
    with pytest.raises(Malformed):
        read_inbound(*pushes.sealed(body), SAFE, START)


def test_a_resident_may_talk_about_document_types() -> None:
    assert read(pushes.text("<!DOCTYPE html> 怎么写")).text == "<!DOCTYPE html> 怎么写"


# --- key change ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "index"), [(KEY, 0), (PREVIOUS_KEY, 1)])
def test_both_keys_are_read_and_the_reply_uses_the_one_that_opened(key: str, index: int) -> None:
    got = read_inbound(*pushes.sealed(pushes.text("西红柿2斤"), key=key), SAFE, START)
    assert (got.text, got.aes_key_index, got.encrypted) == ("西红柿2斤", index, True)
    body = write_reply(got, "好的", SAFE, START, "n9")
    assert pushes.opened(body, key)["Content"] == "好的"


# --- replies -------------------------------------------------------------------------------------------------------


def test_a_plain_reply_goes_back_to_the_sender() -> None:
    body = write_reply(read(pushes.text("x")), "第一行\n第二行", PLAIN, START, "n")
    assert pushes.reply_fields(body) == {
        "xml": "",
        "ToUserName": RESIDENT,
        "FromUserName": pushes.ACCOUNT,
        "CreateTime": str(int(START.timestamp())),
        "MsgType": "text",
        "Content": "第一行\n第二行",
    }


def test_a_picture_as_reply() -> None:
    fields = pushes.reply_fields(write_reply(read(pushes.text("x")), Image("MEDIA-1"), PLAIN, START, "n"))
    assert (fields["MsgType"], fields["MediaId"]) == ("image", "MEDIA-1")


@pytest.mark.parametrize("reply", [None, "", " \n", "\x00\x0b"])
@pytest.mark.parametrize("credentials", [PLAIN, SAFE], ids=lambda c: str(c.mode))
def test_no_reply_is_the_word_success(reply: str | None, credentials: Credentials) -> None:
    assert write_reply(read(pushes.text("x")), reply, credentials, START, "n") == b"success"


@given(st.text(st.characters(codec=None), max_size=1500))
def test_any_text_makes_a_reply_that_reads_back(text: str) -> None:
    got = read_inbound(*pushes.sealed(pushes.text("x")), SAFE, START)
    body = write_reply(got, text, SAFE, START, "n")
    if body == b"success":
        return
    content = pushes.opened(body)["Content"]
    assert len(content.encode()) <= 2000
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c in "\n\t" or c.isprintable())
    shown = "".join(c for c in content if c in "\n\t" or c.isprintable())
    assert kept.strip("\n").startswith(shown.strip("\n"))


@pytest.mark.parametrize(
    "text", ["]]>", "]]]]>>", "]]><FromUserName>x</FromUserName>", "a]]>b]]>c", "<a href='x'>&amp;"]
)
def test_a_reply_cannot_break_out_of_its_section(text: str) -> None:
    fields = pushes.reply_fields(write_reply(read(pushes.text("x")), text, PLAIN, START, "n"))
    assert (fields["Content"], fields["FromUserName"]) == (text, pushes.ACCOUNT)


# --- credentials ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token": ""}, "token"),
        ({"token": "x" * 15}, "at least 16"),
        ({"token": " " * 20}, "token"),
        ({"appid": ""}, "appid"),
        ({"aes_keys": ()}, "EncodingAESKey"),
        ({"aes_keys": ("k" * 42,)}, "43"),
        ({"aes_keys": (KEY, "k" * 44)}, "43"),
        ({"aes_keys": ("k" * 42 + "中",)}, "43"),
        ({"mode": "plain"}, "forge"),
        ({"mode": "compat"}, "forge"),
        ({"mode": "compat", "allow_unencrypted": True, "aes_keys": ()}, "EncodingAESKey"),
        ({"mode": "none"}, "safe, compat or plain"),
    ],
)
def test_unsafe_credentials_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadCredentials, match=words) as refusal:
        protocol.check_credentials(replace(SAFE, **change))
    assert TOKEN not in str(refusal.value)
    assert KEY not in str(refusal.value)


def test_safe_credentials_pass_and_do_not_show_themselves() -> None:
    for credentials in (SAFE, COMPAT, PLAIN):
        protocol.check_credentials(credentials)
        assert TOKEN not in repr(credentials)
        assert KEY not in repr(credentials)


# --- cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encrypted", "limit"), [(False, 8), (True, 18)], ids=["plain", "encrypted"])
def test_reading_stays_cheap(encrypted: bool, limit: int) -> None:
    """Beside the mere parsing of the same body, of which it is 4 and 9 times: a busy machine slows down both."""
    message, credentials = pushes.text("西红柿2斤，土豆1袋"), SAFE if encrypted else PLAIN
    query, body = pushes.sealed(message) if encrypted else (pushes.signed(), message.encode())
    parsing = cost(lambda: ET.fromstring(body))
    assert cost(lambda: read_inbound(query, body, credentials, START)) <= limit * parsing


def cost(once: Callable[[], object]) -> float:
    """CPU time of the best of some runs."""
    return min(timeit.repeat(once, number=200, repeat=7, timer=time.thread_time))
