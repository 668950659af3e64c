"""Log lines: one shape for everything that logs, an incident number to search for, and nothing that names a person.

An exception is logged as its type and where it came from, never with its text: texts of exceptions carry what people
wrote. What looks like a secret, a phone number or an openid is masked in whatever is logged, as a second line of
defence.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import structlog

from bot.redaction import keep_secrets_out_of_logs, redact

# No \b: in Python a Chinese character is a letter. Long numbers (ids, message ids) are no phone numbers.
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_OPENID = re.compile(r"(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])")
_TOKEN = re.compile(r"[0-9a-f]{32,}")  # in addresses of tickets and links
_HIDDEN = "***"


def set_up_logging(level: str, *, json_lines: bool) -> None:
    """Lines on standard error; libraries are heard from warning on (WeChat's client writes secrets below)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
        masked,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json_lines else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    keep_secrets_out_of_logs()


def without_words(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception as its type and its places."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if info is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__name__
        event["where"] = places(error)
    return event


def places(error: BaseException) -> list[str]:
    """Where an exception came from, outermost first; one that led to it comes before it."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*places(cause), f"led to {type(error).__name__}"] if cause is not None else []
    return before + [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]


def masked(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Without what looks like a secret, a phone number or an openid."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        for pattern in (_PHONE, _OPENID, _TOKEN):
            value = pattern.sub(_HIDDEN, value)
        return redact(value)
    if isinstance(value, Mapping):
        return {key: _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    return value if isinstance(value, bool | int | float | None) else _masked(str(value))
