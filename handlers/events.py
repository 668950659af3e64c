"""Everything that is not a text: following, scanning, menu taps, pictures, what WeChat reports."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot import commands as c
from bot.parsing.codes import read_scanned
from bot.protocol import Inbound
from bot.texts import caring, growth, handing, paying, replies
from bot.understand import understand
from handlers import strangers
from handlers.talk import Talk
from operations import aftersales, outbox, people, photo_codes, proofs, review_photos, round_views, windows
from operations.errors import NotFound

_LEADER_SCENE = re.compile(r"[Ll](\d{1,6})")
_ROUND_SCENE = re.compile(r"[Rr]([2-9A-Z]{6})")
_INVITE_SCENE = re.compile(r"Y(\d{8})")

# WeChat's own reports: nobody did anything, so nobody has come back by them.
REPORTS = frozenset({"unsubscribe", "templatesendjobfinish", "subscribe_msg_sent_event", "masssendjobfinish"})

_MENU: dict[str, Callable[[], c.Command]] = {
    "ROUNDS": c.ShowMenu,
    "MY_ORDERS": c.MyOrders,
    "MY_CODE": c.MyCode,
    "TOTALS": c.ShowTotals,
    "CONSOLE": c.Console,
    "PAGE": c.LeaderPage,
    "HELP": c.Help,
}


def window_kind(inbound: Inbound) -> str | None:
    """Which allowance of customer-service messages this interaction opens."""
    if inbound.kind != "event":
        return "message" if inbound.kind != "unknown" else None
    return {
        "click": "click",
        "scancode_push": "click",
        "scancode_waitmsg": "click",
        "subscribe": "follow",
        "scan": "scan",
    }.get(inbound.event)


def command(talk: Talk) -> c.Command | None:
    """The command in an event or a spoken message; None when there is none."""
    inbound = talk.inbound
    if inbound.kind == "voice" and inbound.recognition:
        return understand(inbound.recognition, talk.situation())
    if inbound.event in {"subscribe", "scan"}:
        return _scene(talk, inbound.scene)
    if inbound.event == "click":
        wanted = _MENU.get(inbound.event_key)
        return wanted() if wanted else c.Help()
    if inbound.event == "scancode_waitmsg":
        return scanned(inbound.scan_result)
    return None


def scanned(result: str) -> c.Command:
    """A pickup QR (an address with a token) or a code that was printed as a bar code."""
    token, code = read_scanned(result)
    if token:
        return c.Redeem((), token=token)
    return c.Redeem(((code, ""),)) if code else c.Unknown(result[:60], "scanned")


def _scene(talk: Talk, scene: str) -> c.Command | None:
    if leader := _LEADER_SCENE.fullmatch(scene):
        return c.BindLeader(int(leader[1]), via="scene")
    if invited := _INVITE_SCENE.fullmatch(scene):
        return c.JoinInvited(invited[1])
    if code := _ROUND_SCENE.fullmatch(scene):
        try:
            round_ = round_views.by_code(talk.work, code[1])
        except NotFound:
            return None
        return c.BindLeader(people.number_of(talk.work, leader_id=round_.leader_id), via="scene")
    return None


def answer(talk: Talk) -> str | None:
    """What to say to an event or message without a command; None where nobody expects words."""
    inbound = talk.inbound
    if inbound.kind == "event":
        return _REPORTS.get(inbound.event, _nothing)(talk)
    if inbound.kind == "image":
        return _picture(talk)
    if inbound.kind == "location" and not talk.has_leader and not talk.hands_out:
        return strangers.look_near(talk)
    return replies.VOICE_ONLY if inbound.kind == "voice" else replies.NOT_TEXT


def _nothing(talk: Talk) -> None:
    return None


def _followed(talk: Talk) -> str:
    if talk.person.leader_id is None:
        return strangers.greet(talk)
    return replies.bound(talk.leader_name, has_round=bool(talk.rounds))


def _left(talk: Talk) -> None:
    mine, at = talk.person.account_id, talk.inbound.created_at
    if people.set_subscribed(talk.work, account_id=mine, is_subscribed=False, at=at):
        windows.close_all(talk.work, account_id=mine)


def _opted(talk: Talk) -> None:
    for one in talk.inbound.opt_ins:
        change = windows.accepted if one.status == "accept" else windows.rejected
        change(talk.work, account_id=talk.person.account_id, template_id=one.template_id)


def _of_review(talk: Talk) -> int | None:
    return review_photos.attach(
        talk.work,
        leader_id=talk.leader_id,
        resident_id=talk.resident_id,
        account_id=talk.person.account_id,
        wechat_media_id=talk.inbound.media_id,
        source_key=talk.key,
        pic_url=talk.inbound.pic_url,
        kept_for=talk.settings.kept.review_photos,
    )


def _template_finished(talk: Talk) -> None:
    """Anything but success: "failed:user block" for who refuses the account's messages, "failed: system failed"."""
    if talk.inbound.msg_id and talk.inbound.status.lower() != "success":
        outbox.bounced(talk.work, account_id=talk.person.account_id, wx_msgid=talk.inbound.msg_id)


def _picture(talk: Talk) -> str:
    """A photo belongs to the review just written, else to the sender's open case.

    Who hands out may have photographed a pickup code: a job looks.
    """
    if not talk.has_leader and not talk.hands_out:
        return replies.NOT_BOUND
    of_review = _of_review(talk) if talk.has_leader and not talk.is_leader else None
    if of_review:
        return growth.review_photo_kept(of_review)
    kept = (
        aftersales.attach_photo(
            talk.work,
            leader_id=talk.leader_id,
            account_id=talk.person.account_id,
            wechat_media_id=talk.inbound.media_id,
            source_key=talk.key,
            pic_url=talk.inbound.pic_url,
            kept_for=talk.settings.kept.case_photos,
        )
        if talk.has_leader
        else None
    )
    if talk.hands_out:
        photo_codes.look(
            talk.work,
            leader_id=talk.counter_id,
            account_id=talk.person.account_id,
            wechat_media_id=talk.inbound.media_id,
            source_key=talk.key,
            is_in_case=kept is not None,
            pic_url=talk.inbound.pic_url,
        )
    if not kept and not talk.hands_out and (proved := _proof(talk)):
        return proved
    if kept:
        return caring.photo_kept(kept.number, kept.photos)
    return handing.LOOKING_AT_PICTURE if talk.hands_out else replies.PICTURE_ONLY


def _proof(talk: Talk) -> str | None:
    """Somebody who owes money sends a picture: most likely of his payment. The leader looks."""
    one = proofs.attach(
        talk.work,
        leader_id=talk.leader_id,
        resident_id=talk.resident_id,
        account_id=talk.person.account_id,
        wechat_media_id=talk.inbound.media_id,
        source_key=talk.key,
        pic_url=talk.inbound.pic_url,
        kept_for=talk.settings.kept.payment_photos,
    )
    return paying.proof_kept(one.round_title, one.seq, one.due_fen) if one else None


_REPORTS: dict[str, Callable[[Talk], str | None]] = {
    "subscribe": _followed,
    "unsubscribe": _left,
    "subscribe_msg_popup_event": _opted,
    "subscribe_msg_change_event": _opted,
    "templatesendjobfinish": _template_finished,
}
