"""不对, 算了, 打错了: what a change of mind inside one message takes back."""

from __future__ import annotations

from typing import Final

from bot.parsing.endings import Endings
from bot.parsing.people import SELVES
from bot.parsing.segments import keys_of
from bot.parsing.tokens import Token

_WRONG_NAME: Final = ("不对", "不是", "错", "哦不", "呃不", "啊不", "额不", "不不")


_PAUSING: Final = frozenset("不 不不 等等 等下 等一下 wait 哦不 啊不".split())


class Corrections(Endings):
    """Sets the walk to correct what comes next, or drops what was just named."""

    def _fix(self, position: int, last: int) -> None:
        word = "再想想" if self.kinds[position] == "think" else self.words[position]
        if word in ("算了", "还是算了") and self._gives_in_to(position):
            return
        if word in ("算了", "还是算了") and self.pending:
            for claim in self.pending:
                self._drop_items(claim)
            self.pending = []
            return
        if word in ("算了", "还是算了") and (
            self._gives_up_spoken_of(position) or self._only_concludes(word, position) or self._is_left_at(position)
        ):
            return
        following = self._next_solid(position, len(self.kinds) - 1)
        if following is not None and self._changes_nothing(word, following, position):
            return
        if (
            following is not None
            and following.kind in ("cancel", "unwant")
            and word not in ("不对", "说错了", "写错了")
        ):
            return
        if word.endswith("不是") and following is not None and following.kind == "item":
            for key in following.keys:
                if key in self.draft.entries and self.draft.entries[key].op == "drop":
                    del self.draft.entries[key]  # 肉包取消 啊不是肉包 是油条
            self.skipped.add(self.position[id(following)])
            return
        if self.pending and self._next_is_named(following) and word.rstrip("了啦").endswith(_WRONG_NAME):
            self.pending = []  # 橘子 不对 橙子: the first name was a slip
            return
        if self.booked or self.pending or self.draft.doubts:
            self._flush()
            self.reopened = set(self.draft.entries)
            self.fixing, self.fix_word, self.mode = True, word, self.mode if self.mode == "add" else None

    def _changes_nothing(self, word: str, following: Token, position: int) -> bool:
        """大米还是不动; 3杯,不,再加俩; 我还是两袋 behind 「2楼要一袋鱼面」."""
        if word == "还是" and following.kind == "qty" and self._is_my_own(position):
            return True
        kept = bool(self.pending) and word == "还是" and following.kind == "keep"
        return kept or (word in _PAUSING and following.kind == "add")

    def _is_my_own(self, position: int) -> bool:
        """Does a word of the sender for himself stand there, and was somebody else's order read before?"""
        others = any(kind in ("person", "name", "room", "number") for kind in self.kinds[:position])
        return bool(self.booked) and others and position > 0 and self.words[position - 1] in SELVES

    def _gives_in_to(self, position: int) -> bool:
        """拿铁看钱包吧 算了也来一盒: what was only spoken of is bought after all."""
        following = self._next_solid(position, len(self.kinds) - 1)
        if following is None or following.kind not in ("want", "add"):
            return False
        counted = self._next_solid(self.position[id(following)], len(self.kinds) - 1)
        spoken = self.pending or [claim for claim in self.claims if claim.end < position][-1:]
        keys = {key for claim in spoken for item in claim.items for key in item.keys}
        alone = len(keys) == 1 and not keys & set(self.draft.entries) and all(c.quantity is None for c in spoken)
        if not alone or counted is None or counted.kind != "qty":
            return False
        self.pending, self.mentions, self.wanted = [], list(keys), True
        return True

    def _is_left_at(self, position: int) -> bool:
        """再来点啥好呢 算了就草莓: nothing but what is booked already."""
        following = self._next_solid(position, len(self.kinds) - 1)
        if self.words[position + 1 : position + 2] not in (["就"], ["那就"]) or following is None:
            return False
        if following.kind != "item" or not set(following.keys) & set(self.draft.entries):
            return False
        if any(following in claim.items and claim.quantity is not None for claim in self.claims):
            return False
        self.skipped.add(self.position[id(following)])
        return True

    def _only_concludes(self, word: str, position: int) -> bool:
        """那就一盒算了, 取消一提算了: glued to a decision or a change it is how people resign themselves to it."""
        if self.kinds[position + 1 : position + 2] == ["qty"]:
            return False
        decided = word == "算了" and bool(self.booked) and self._touches(self.booked[-1], position)
        if decided and (self.wanted or self.booked[-1].mention or self._begins_with(position, ("那", "那就", "就"))):
            ends = self._next_solid(position, len(self.kinds) - 1) is None
            if ends and self.kinds[position - 1] != "space":
                return True
        at, glued = position - 1, self.tokens[position].start
        while at >= 0 and self.tokens[at].end == glued:
            if self.kinds[at] in ("cancel", "sub", "set", "swap"):
                return True
            at, glued = at - 1, self.tokens[at].start
        return False

    def _gives_up_spoken_of(self, position: int) -> bool:
        """红枣两袋, 银耳听说有硫磺, 算了: goods that were only spoken of in the clause before are given up."""
        at = next(i for i, s in enumerate(self.segments) if s.start <= self.tokens[position].start < s.end)
        segment, told = self.segments[at], self.segments[at - 1] if at else None
        alone = segment.kinds <= {"fix", "filler", "space"}
        if told is None or not alone or told.has_quantity() or self.draft.doubts:
            return False
        spoken = set(keys_of(told))
        if not spoken or not self.booked or spoken & set(self.draft.entries):
            return False
        for key in spoken & set(self.draft.prior):
            self.draft.drop(key)
        return True

    def _next_is_named(self, following: Token | None) -> bool:
        """Are goods named right behind a correction (是橙子)?"""
        while following is not None and following.kind in ("want", "filler", "only"):
            following = self._next_solid(self.position[id(following)], len(self.kinds) - 1)
        return following is not None and following.kind == "item"
