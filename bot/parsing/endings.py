# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""What only makes sense at the end of a message."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.changes import Changes
from bot.parsing.quantity import is_weight
from bot.parsing.quotes import only_wants

_WRONG: Final = frozenset(
    "不对 错了 反了 说反了 写反了 搞反了 弄反了 打反了 记反了 报反了 颠倒了 弄混了 搞混了 说混了 写错了 说错了 打错了 报错了 弄错了 搞错了".split()
)
_ONLY_WANTS: Final = re.compile(r"(?:我|也|还|先)*(?:要|接|订|跟|报名|接龙)+(?:的|啊|呀|哦|一下)?")


class Endings(Changes):
    """Settles what the walk left open."""

    def _finish(self) -> None:
        if (
            self.wanted
            and len(self.quoted) == 1
            and only_wants(self.tokens)
            and not self.booked
            and not self.draft.doubts
            and not self.draft.entries
        ):
            self._wanted_from_quote(self.quoted[0])
        if _ONLY_WANTS.fullmatch(self.text.strip(" 。!~")) and not self.quoted:
            self.draft.doubt(
                self.text.strip(), "how_many", (self.catalogue.only,) if self.catalogue.only is not None else ()
            )
        if self._asks_for_the_only():
            self.draft.put(self.catalogue.only or 0, "set", 1000)  # 要 11栋902
        if self.mode == "denied" and not self.draft.entries and not self.draft.doubts:
            self.draft.withdrawn = True
        if self.only and self.draft.prior and (self.kept or self.draft.entries):
            self._drop_all_but(self.kept | set(self.draft.entries))
        if self.mode == "swap" and self.swap_from and len(set(self.quoted) - {k for k, _ in self.swap_from}) == 1:
            self._swap_for_quoted()
        if self.mode == "swap" and self.swap_from is not None:
            self.draft.doubt("换", "unclear", tuple(key for key, _ in self.swap_from))
        if self.mode == "set" and self.draft.prior and not self.draft.entries and not self.draft.doubts:
            self.draft.doubt("改", "unclear", tuple(self.draft.prior))
        if self.refer is not None and not self.draft.entries and not self.draft.cancels_all:
            self.draft.doubt(self.refer.word, "reference")
        if self.fixing and self.fix_word in _WRONG and self.draft.entries:
            self.draft.doubt(self.fix_word, "unclear", tuple(self.draft.entries))
        if self.fixing and self.fix_word in ("算了", "还是算了") and not self.draft.cancels_all:
            self.draft.entries.clear()
            self.draft.doubts.clear()
            self.draft.withdrawn = True

    def _asks_for_the_only(self) -> bool:
        """A verb of asking and a room, and nothing else, where one thing is for sale by the piece."""
        only = self.catalogue.only
        if only is None or self.draft.entries or self.draft.doubts or "room" not in self.kinds or self.quoted:
            return False
        bare = set(self.kinds) <= {"want", "room", "space", "filler", "phone", "name", "comma", "stop"}
        return bare and "want" in self.kinds and not is_weight(self.catalogue.by_key[only].unit)

    def _swap_for_quoted(self) -> None:
        """行 换吧 under 「烧卖缺货,可换水饺」."""
        target = next(key for key in self.quoted if key not in {source for source, _ in self.swap_from or ()})
        moved = sum(self.draft.prior.get(source, 0) for source, _ in self.swap_from or ())
        if (
            moved
            and self.catalogue.by_key[target].unit
            == self.catalogue.by_key[(self.swap_from or [(target, 0)])[0][0]].unit
        ):
            for source, _ in self.swap_from or ():
                self.draft.drop(source)
            self.draft.put(target, "set", moved, changed=True)
            self.mode, self.swap_from = None, None

    def _wanted_from_quote(self, key: int) -> None:
        """「要」 under a quoted offer."""
        if is_weight(self.catalogue.by_key[key].unit) or self.each or re.search(r"要了|都给|全给", self.text):
            self.draft.doubt(self.text.strip(), "how_many", (key,))
        else:
            self.draft.put(key, "set", 1000)
