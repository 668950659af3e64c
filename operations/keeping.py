"""How long what people wrote and sent is kept, in one value; the configuration sets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """Orders, payments and the ledger are not here: they stay."""

    messages: timedelta = timedelta(days=30)  # for the operator's page of inbound messages
    replies: timedelta = timedelta(days=7)  # to answer a redelivered message the same way again
    notices: timedelta = timedelta(days=180)  # what was pushed, after it was
    questions: timedelta = timedelta(days=180)  # 联系团长: the words and the answer
    case_photos: timedelta = timedelta(days=90)
    review_photos: timedelta = timedelta(days=365)
    payment_photos: timedelta = timedelta(days=180)
    delivery_photos: timedelta = timedelta(days=365)


KEPT = Kept()
