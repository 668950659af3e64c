"""Renewing the ticket of the JS-SDK before it ends: see operations.page_ticket."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from bot.messenger import Messenger
from bot.wechat_errors import Category, SendError
from models import Store
from operations import page_ticket

log = structlog.get_logger(__name__)

AFTER_A_FAULT = timedelta(minutes=1)
AFTER_A_REFUSAL = timedelta(hours=1)  # the account may not use it, or has used up its calls: a person must act
_FOR_A_PERSON = frozenset({Category.CONFIGURATION, Category.QUOTA, Category.PAYLOAD, Category.TOKEN})


def renew(store: Store, messenger: Messenger, appid: str) -> int:
    """Fetch a ticket where one is due; returns 1 when there is a new one. Without it pages use the camera."""
    if not appid:
        return 0
    fence = store.run(partial(page_ticket.claim, appid=appid))
    if fence is None:
        return 0
    try:
        got = messenger.jsapi_ticket()
    except SendError as error:
        log.warning("page_ticket_not_fetched", error=str(error))
        pause = AFTER_A_REFUSAL if error.category in _FOR_A_PERSON else AFTER_A_FAULT
        until = store.clock() + pause
        store.run(partial(page_ticket.put_off, appid=appid, fence=fence, until=until))
        return 0
    life = timedelta(seconds=got.seconds)
    return int(store.run(partial(page_ticket.keep, appid=appid, fence=fence, ticket=got.ticket, life=life)))
