"""What an answer of the platform's API means for the caller: a category, not a number.

Codes: developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html and the error tables of the single
endpoints; 40241, 43116 and 43117 from field reports in the official community.
"""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What to do about a failed call."""

    RETRY = "retry"  # try again with growing pauses
    SLOW_DOWN = "slow_down"  # try again later, and send less
    TOKEN = "token"  # noqa: S105 - the access token is refused even after a renewal; pause the channel
    QUOTA = "quota"  # nothing more today; pause the channel until midnight
    RECIPIENT = "recipient"  # this person cannot be reached this way; take the next channel
    CONFIGURATION = "configuration"  # the account or its console must be put right; stop that feature, alert
    PAYLOAD = "payload"  # our mistake; do not repeat
    DUPLICATE_OK = "duplicate_ok"  # the platform has it already: count it as sent
    UNKNOWN = "unknown"  # it may or may not have been done; repeat only what is harmless twice


CATEGORIES: dict[int, Category] = {
    **dict.fromkeys((-1, 45080, 45081), Category.RETRY),
    **dict.fromkeys((45011, 43117, 45066), Category.SLOW_DOWN),
    **dict.fromkeys((40001, 40014, 42001), Category.TOKEN),
    45009: Category.QUOTA,
    **dict.fromkeys((43004, 43019, 43101, 48002, 45015, 45047, 40003, 46004, 50005), Category.RECIPIENT),
    **dict.fromkeys(
        (48001, 48003, 48004, 48008, 50001, 50002, 40013, 40125, 40164, 40243, 61004, 61007, 89503, 89506, 89507),
        Category.CONFIGURATION,
    ),
    **dict.fromkeys((40200, 41002, 41004, 48006, 50004, 50007), Category.CONFIGURATION),
    40241: Category.DUPLICATE_OK,
}

TOKEN_REFUSED = frozenset(code for code, category in CATEGORIES.items() if category is Category.TOKEN)


def category_of(code: int) -> Category:
    """The category of an errcode. An unlisted one is a refusal of this very message: no reason to repeat it."""
    return CATEGORIES.get(code, Category.PAYLOAD)


class SendError(Exception):
    """A call of the platform's API that did not succeed.

    `code` is the errcode, None when there was no readable answer; `rid` is the platform's request number, which
    support asks for; `detail` is the platform's own wording without our secrets. `maybe_done` says that the call may
    have taken effect all the same.
    """

    def __init__(
        self, category: Category, *, code: int | None = None, rid: str = "", detail: str = "", maybe_done: bool = False
    ) -> None:
        self.category, self.code, self.rid, self.detail = category, code, rid, detail
        self.maybe_done = maybe_done or category is Category.UNKNOWN
        super().__init__(category, code, rid, detail)

    def __str__(self) -> str:
        number = "no answer" if self.code is None else f"errcode {self.code}"
        return " ".join(filter(None, (f"{self.category.value}: {number}", self.detail, self.rid and f"rid {self.rid}")))

    def copy(self) -> SendError:
        """The same error to be raised by another thread."""
        return SendError(self.category, code=self.code, rid=self.rid, detail=self.detail, maybe_done=self.maybe_done)
