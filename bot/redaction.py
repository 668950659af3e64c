"""Keeps the access token and the secret out of log lines and error texts."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(
    r"""((?:access_token|refresh_token|appsecret|secret|ticket)["']?\s*[=:]\s*["']?)[^&\s'"]+""", re.IGNORECASE
)


def redact(text: str) -> str:
    """The text without the values of tokens and secrets in queries and JSON."""
    return _SECRET.sub(r"\1***", text)


class _Redactor(logging.Filter):
    """urllib3 logs whole addresses, and an address holds the access token."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg, record.args = redact(message), ()
        return True


def keep_secrets_out_of_logs() -> None:
    """Make urllib3's log lines harmless whatever level somebody sets; calling it again changes nothing."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, _Redactor) for each in logger.filters):
            logger.addFilter(_Redactor())
    if logging.getLogger("urllib3").level < logging.INFO:
        logging.getLogger("urllib3").setLevel(logging.INFO)
