"""Why a line of an order was not booked, in words."""

from __future__ import annotations

from bot import commands as c
from bot.texts import errors
from operations.errors import Refused


def refusal_of(command: c.ChangeOrder, one: Refused) -> str:
    """Without a hint what to answer where the answer would be an order of one's own."""
    return errors.refusal(one.code, one.facts | {"is_for_other": command.is_for_guest})
