"""A messenger that only writes down what it was asked to send, for tests of something else than sending."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import cast

from bot.messenger import Messenger


class Recorder:
    """Takes everything. `on_send` is called before each message, for example to block or to fail."""

    def __init__(self, media: Mapping[str, bytes] | None = None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.media = dict(media or {})
        self.pictures: dict[str, bytes] = {}  # by plain address
        self.on_send: Callable[[], object] = lambda: None
        self._lock = threading.Lock()

    def send_text(self, openid: str, text: str) -> None:
        self.on_send()
        with self._lock:
            self.sent.append((openid, text))

    def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        url: str | None = None,
        client_msg_id: str | None = None,
    ) -> str:
        self.send_text(openid, data["thing1"])
        return "1"

    def download_media(self, media_id: str) -> bytes:
        return self.media[media_id]

    def download_picture(self, url: str) -> bytes:
        return self.pictures[url]

    @property
    def messenger(self) -> Messenger:
        """As the product knows it; calls that no test makes are missing."""
        return cast(Messenger, self)
