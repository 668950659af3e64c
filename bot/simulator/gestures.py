"""What a person can do with a phone, each as one method that pushes to the bot and returns what came back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from . import inbound
from .api.media import add_qr
from .core import Core
from .inbound import Fields, Inbound
from .push import Postman, PushResult
from .state import Media, Qr, User
from .target import Answer, Target
from .windows import close_all


class NotFollowing(ValueError):
    """A person who does not follow the account cannot write to it."""


class Gestures(Core):
    """Adds the phones to the ground state. Every method raises UnknownUser for an openid nobody has."""

    postman: Postman | None = None

    def attach(self, target: Target) -> None:
        self.postman = Postman(self, target)

    def push(self, gesture: Inbound, *, overlap: bool = False) -> PushResult:
        """Deliver any push. Raises RuntimeError before `connect`."""
        if self.postman is None:
            raise RuntimeError("no webhook: call sim.connect(app_or_url) first")
        self.user(gesture.openid)
        return self.postman.deliver(gesture, overlap=overlap)

    def verify(self, echostr: str | None = None) -> Answer:
        """The GET check of the URL; anything but the raw echostr becomes a failure."""
        if self.postman is None:
            raise RuntimeError("no webhook: call sim.connect(app_or_url) first")
        return self.postman.verify(echostr or self.digits(19))

    # --- messages -----------------------------------------------------------------------------------------------

    def text(self, openid: str, content: str, *, overlap: bool = False) -> PushResult:
        content = inbound.clean(content)
        return self._say(inbound.text(openid, content), "text", content, overlap=overlap)

    def menu_item(self, openid: str, item_id: str, content: str) -> PushResult:
        """Tap an item of a msgmenu, or a tap-to-send link in a text."""
        content = inbound.clean(content)
        return self._say(inbound.text(openid, content, item_id), "text", content)

    def image(
        self,
        openid: str,
        content: bytes = b"",
        *,
        media_id: str | None = None,
        mime: str = "image/jpeg",
        filename: str = "photo.jpg",
    ) -> PushResult:
        """Send a picture; its bytes become media the bot can download by MediaId and by PicUrl."""
        media = self._media("image", content or _PIXEL, media_id, mime if content else "image/png", filename)
        push = inbound.image(openid, self.media_url(media.media_id), media.media_id)
        return self._say(push, "image", data={"media_id": media.media_id})

    def voice(self, openid: str, recognition: str | None = None, content: bytes = b"#!AMR\n") -> PushResult:
        media = self._media("voice", content, None, "audio/amr", "voice.amr")
        return self._say(inbound.voice(openid, media.media_id, recognition), "voice", "[语音]")

    def video(self, openid: str, content: bytes = b"\x00\x00\x00\x18ftypmp42") -> PushResult:
        media = self._media("video", content, None, "video/mp4", "video.mp4")
        thumb = self._media("thumb", _PIXEL, None, "image/png", "thumb.png")
        return self._say(inbound.video(openid, media.media_id, thumb.media_id), "video", "[视频]")

    def location(self, openid: str, latitude: float, longitude: float, label: str = "") -> PushResult:
        return self._say(inbound.location(openid, latitude, longitude, label), "location", f"[位置] {label}")

    def link(self, openid: str, title: str, description: str, url: str) -> PushResult:
        return self._say(inbound.link(openid, title, description, url), "link", f"[链接] {title}")

    # --- events -------------------------------------------------------------------------------------------------

    def subscribe(self, openid: str, scene: str | None = None) -> PushResult:
        """Follow the account, by search or by a QR code with a scene; a new openid becomes a new phone."""
        with self.lock:
            user = self.state.users.setdefault(openid, User(openid, name=openid))
            user.subscribed, user.subscribe_time = True, self.now()
            user.scene = scene or ""
            user.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        ticket = self.qr_for(scene).ticket if scene is not None else ""
        label = "关注了公众号" + (f"（扫码 {scene}）" if scene else "")
        return self._say(inbound.subscribe(openid, scene, ticket), "event", label)

    def scan(self, openid: str, scene: str) -> PushResult:
        """Scan a QR code with a scene: SCAN for a follower, subscribe for anybody else."""
        if not self.user(openid).subscribed:
            return self.subscribe(openid, scene)
        return self._say(inbound.scan(openid, scene, self.qr_for(scene).ticket), "event", f"扫了二维码 {scene}")

    def unsubscribe(self, openid: str) -> PushResult:
        user = self.user(openid)
        with self.lock:
            user.subscribed = False
            close_all(user)
            for key in [key for key in self.state.opt_ins if key[0] == openid]:
                del self.state.opt_ins[key]
        self.show(openid, "event", "user", "取消了关注", mine=True)
        return self.push(inbound.unsubscribe(openid))

    def click(self, openid: str, key: str) -> PushResult:
        return self._say(inbound.click(openid, key), "event", f"点了菜单「{self.menu_name(key)}」")

    def view(self, openid: str, url: str) -> PushResult:
        return self._say(inbound.view(openid, url, "1"), "event", "打开了菜单里的网页")

    def scancode_waitmsg(self, openid: str, key: str, result: str, scan_type: str = "qrcode") -> PushResult:
        push = inbound.scancode(openid, key, result, wait=True, scan_type=scan_type)
        return self._say(push, "event", f"扫码：{result}")

    def scancode_push(self, openid: str, key: str, result: str, scan_type: str = "qrcode") -> PushResult:
        push = inbound.scancode(openid, key, result, wait=False, scan_type=scan_type)
        return self._say(push, "event", f"扫码：{result}")

    def pics(self, openid: str, count: int, key: str = "PICS") -> list[PushResult]:
        """The photo menu: one event, then each picture as a message of its own."""
        contents = [_PIXEL + bytes([number % 256]) for number in range(count)]
        sums = [hashlib.md5(content, usedforsecurity=False).hexdigest() for content in contents]
        first = self._say(inbound.pics(openid, key, sums), "event", f"发送 {count} 张图片")
        return [first, *(self.image(openid, content, mime="image/png") for content in contents)]

    def popup(self, openid: str, template_id: str, accept: bool = True, popup_scene: int = 1) -> PushResult:
        """Answer the opt-in window of a subscription notice; accepting allows one message more."""
        key = (openid, template_id)
        with self.lock:
            self.state.opt_ins[key] = self.state.opt_ins.get(key, 0) + int(accept)
        label = ("同意" if accept else "拒绝") + "接收订阅通知"
        return self._say(inbound.subscribe_popup(openid, [(template_id, accept)], popup_scene), "event", label)

    def withdraw(self, openid: str, template_id: str) -> PushResult:
        """Switch a subscription notice off in the account's settings."""
        with self.lock:
            self.state.opt_ins.pop((openid, template_id), None)
        return self._say(inbound.subscribe_changed(openid, template_id), "event", "关闭了订阅通知")

    def event(self, openid: str, name: str, fields: Fields | None = None) -> PushResult:
        """Any other event by name and own fields."""
        return self._say(inbound.event(openid, name, fields), "event", f"事件 {name}")

    def raw(self, openid: str, xml: str) -> PushResult:
        """Push an XML document as it is, signed and (unless the mode is plain) encrypted."""
        if self.postman is None:
            raise RuntimeError("no webhook: call sim.connect(app_or_url) first")
        return self.postman.deliver_raw(openid, xml)

    def deliver_events(self) -> list[PushResult]:
        """Push what the platform still has to report (template and subscription results), oldest first."""
        results: list[PushResult] = []
        while True:
            with self.lock:
                if not self.pending:
                    return results
                event = self.pending.pop(0)
            if event.openid in self.state.users:
                results.append(self.push(event))

    # --- helpers ------------------------------------------------------------------------------------------------

    def qr_for(self, scene: str) -> Qr:
        """The QR code of a scene; one nobody made by API is made now, valid for 30 days."""
        with self.lock:
            now = self.now()
            for qr in self.state.qrs.values():
                if qr.scene == scene and (qr.expires is None or qr.expires > now):
                    return qr
            return add_qr(self, scene, int(timedelta(days=30).total_seconds()))

    def menu_name(self, key: str) -> str:
        rows = list((self.state.menu or {}).get("button", []))
        while rows:
            button = rows.pop(0)
            rows += button.get("sub_button") or []
            if button.get("key") == key:
                return str(button["name"])
        return key

    def _media(self, kind: str, content: bytes, media_id: str | None, mime: str, filename: str) -> Media:
        if media_id is not None:
            return self.state.media[media_id]
        return self.add_media(kind, content, mime, filename)

    def _say(
        self,
        push: Inbound,
        kind: str,
        text: str = "",
        *,
        data: dict[str, Any] | None = None,
        overlap: bool = False,
    ) -> PushResult:
        user = self.user(push.openid)
        if not user.subscribed:
            raise NotFollowing(f"{push.openid} does not follow the account")
        self.show(push.openid, kind, "user", text, mine=True, data=data)
        return self.push(push, overlap=overlap)


_PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
