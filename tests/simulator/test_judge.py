"""Each way to answer wrongly is noticed, and the phone shows what people see then."""

from __future__ import annotations

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, ImageReply, TextReply, TransferCustomerServiceReply

from bot.simulator import Account, Sim
from bot.simulator.judge import UNAVAILABLE
from tests.simulator.kit import PREVIOUS_KEY, RESIDENT, Bot, Received, Script, make_sim, reply, say

TEXT = "<MsgType>text</MsgType><Content>好</Content>"


def article(count: int, named: int | None = None) -> Script:
    items = "<item><Title>t</Title><Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item>" * count
    number = count if named is None else named
    inner = f"<MsgType>news</MsgType><ArticleCount>{number}</ArticleCount><Articles>{items}</Articles>"
    return lambda received: reply(received, inner)


BAD: dict[str, tuple[Script, str]] = {
    "server error": (lambda received: (500, b"oops"), "HTTP status 500"),
    "refused": (lambda received: (403, b""), "HTTP status 403"),
    "JSON": (lambda received: b'{"errcode":0}', "not XML"),
    "HTML": (lambda received: b"<html></html>", "root element"),
    "unclosed": (lambda received: b"<xml><ToUserName>", "not XML"),
    "doctype": (lambda received: b"<!DOCTYPE x><xml/>", "DOCTYPE"),
    "wrong receiver": (lambda received: reply(received, TEXT, To="o_test_somebody"), "ToUserName"),
    "wrong sender": (lambda received: reply(received, TEXT, From="gh_else"), "FromUserName"),
    "no time": (lambda received: reply(received, TEXT, Created="soon"), "CreateTime"),
    "unknown type": (lambda received: reply(received, "<MsgType>hologram</MsgType>"), "unknown MsgType"),
    "no type": (lambda received: reply(received, ""), "0 MsgType"),
    "two contents": (lambda received: reply(received, TEXT + "<Content>b</Content>"), "2 Content"),
    "element inside": (
        lambda received: reply(received, "<MsgType>text</MsgType><Content>a<b/></Content>"),
        "elements inside Content",
    ),
    "empty text": (say(""), "empty Content"),
    "too long": (say("好" * 683), "2049 bytes"),
    "control character": (
        lambda received: reply(received, "<MsgType>text</MsgType><Content>a\x0bb</Content>"),
        "not XML",
    ),
    "two articles after a text": (article(2), "2 articles, 1 allowed"),
    "miscounted articles": (article(1, 2), "ArticleCount"),
    "unknown media": (
        lambda received: reply(received, "<MsgType>image</MsgType><Image><MediaId>m</MediaId></Image>"),
        "unknown MediaId",
    ),
    "no media": (lambda received: reply(received, "<MsgType>image</MsgType>"), "no Image element"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_reply_is_a_failure(case: str) -> None:
    script, reason = BAD[case]
    sim, bot = make_sim(script)
    result = sim.text(RESIDENT, "你好")
    assert not result.ok
    assert [reason in failure.reason for failure in sim.failures] == [True], sim.failures
    assert sim.inbox(RESIDENT)[-1].text == UNAVAILABLE
    assert sim.inbox(RESIDENT)[-1].channel == "notice"
    assert len(bot.received) == 1


@pytest.mark.parametrize("body", [b"success", b"", b" success\n"])
def test_silence_is_allowed(body: bytes) -> None:
    sim, _ = make_sim(lambda received: body)
    result = sim.text(RESIDENT, "你好")
    assert (result.ok, result.text, sim.failures, sim.inbox(RESIDENT)) == (True, "", [], [])


def test_the_longest_text_is_allowed() -> None:
    sim, _ = make_sim(say("好" * 682 + "aa"))
    assert len(sim.text(RESIDENT, "你好").text.encode()) == 2048
    assert sim.failures == []


def test_eight_articles_are_allowed_after_a_click_and_nine_are_not() -> None:
    sim, bot = make_sim(article(8))
    assert sim.click(RESIDENT, "HELP").ok
    bot.script = article(9)
    assert not sim.click(RESIDENT, "HELP").ok


def sealed_bot(sim: Sim, bot: Bot, **spoil: str) -> None:
    """Answers in safe mode with wechatpy, which shares no code with the simulator."""
    crypto = WeChatCrypto(
        spoil.get("token", sim.account.token),
        spoil.get("key", sim.account.aes_key),
        spoil.get("appid", sim.account.appid),
    )

    def script(received: Received) -> bytes:
        answer = TextReply(content="好的", source=sim.account.origin_id, target=received.query["openid"]).render()
        query = received.query
        sealed: str = crypto.encrypt_message(answer, query["nonce"], query["timestamp"])
        return sealed.encode()

    bot.script = script


@pytest.mark.parametrize("mode", ["compat", "safe"])
def test_replies_encrypted_by_wechatpy_are_accepted(mode: str) -> None:
    sim, bot = make_sim(account=Account(mode=mode))  # type: ignore[arg-type]
    sealed_bot(sim, bot)
    result = sim.text(RESIDENT, "你好")
    assert (result.text, sim.failures) == ("好的", [])
    assert result.reply is not None
    assert result.reply.encrypted


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"token": "anothertoken"}, "wrong MsgSignature"),
        ({"key": PREVIOUS_KEY}, "does not decrypt"),
        ({"appid": "wx0000000000000bad"}, "wrong appid"),
    ],
)
def test_wrongly_encrypted_replies_are_failures(spoil: dict[str, str], reason: str) -> None:
    sim, bot = make_sim(account=Account(mode="safe"))
    sealed_bot(sim, bot, **spoil)
    sim.text(RESIDENT, "你好")
    assert [failure.reason.startswith(reason) for failure in sim.failures] == [True], sim.failures


def test_a_plain_reply_in_safe_mode_is_a_failure_and_in_compat_mode_is_none() -> None:
    script: Script = lambda received: reply(received, TEXT, To=RESIDENT, From="gh_simulator00")  # noqa: E731
    safe, _ = make_sim(script, account=Account(mode="safe"))
    safe.text(RESIDENT, "你好")
    assert "safe mode" in safe.failures[0].reason
    compat, _ = make_sim(script, account=Account(mode="compat"))
    assert compat.text(RESIDENT, "你好").text == "好"


def test_an_encrypted_reply_in_plain_mode_is_a_failure() -> None:
    sim, bot = make_sim()
    sealed_bot(sim, bot)
    sim.text(RESIDENT, "你好")
    assert "plain mode" in sim.failures[0].reason


def test_what_wechatpy_renders_is_accepted() -> None:
    sim, bot = make_sim()
    media = sim.add_media("image", b"x", "image/png", "a.png")
    answers = [
        TextReply(content="好", source=sim.account.origin_id, target=RESIDENT),
        ImageReply(media_id=media.media_id, source=sim.account.origin_id, target=RESIDENT),
        ArticlesReply(
            articles=[{"title": "t", "description": "d", "image": "p", "url": "u"}],
            source=sim.account.origin_id,
            target=RESIDENT,
        ),
        TransferCustomerServiceReply(source=sim.account.origin_id, target=RESIDENT),
    ]
    kinds = []
    for answer in answers:
        rendered = answer.render().encode()
        bot.script = lambda received, rendered=rendered: rendered  # type: ignore[misc]
        kinds.append(sim.text(RESIDENT, "你好").reply)
    assert [one.kind for one in kinds if one] == ["text", "image", "news", "transfer_customer_service"]
    assert sim.failures == []
