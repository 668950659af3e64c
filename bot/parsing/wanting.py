"""What 要 and 不要 do to the goods around them."""

from __future__ import annotations

from bot.parsing.asides import ENDINGS
from bot.parsing.corrections import Corrections
from bot.parsing.kin import kin_of
from bot.parsing.people import PERSONS, SELVES
from bot.parsing.tokens import Token


class Wanting(Corrections):
    """Asking sets the mode or keeps what was ordered before; refusing drops, denies, or says nothing."""

    def _want(self, position: int, last: int) -> None:
        if position in self.skipped_wants:
            return
        if self.words[position] in ("留", "留着") and self._stays(position, last):
            return
        if self._wants_instead(position, last):
            self._swap(position, last)
            return
        self.wanted = True
        self._settle_wanted(position, last)
        too = self.mode == "set" and self.words[position].startswith("也") and bool(self.booked)
        if self.mode in ("cancel", "not", "sub") or too:
            self.mode = None  # 改两盒 对门也要一盒

    def _wants_instead(self, position: int, last: int) -> bool:
        """不要培根的了 要榴莲的: goods like those that were just refused, without a number, take their place."""
        following, gone = self._next_solid(position, last), self.draft.last
        if following is None or len(following.keys) != 1 or not self.draft.prior or self.pending:
            return False
        if any(entry.op != "drop" for entry in self.draft.entries.values()) or gone not in self.draft.entries:
            return False
        counted = any(following in claim.items and claim.quantity is not None for claim in self.claims)
        return not counted and gone in kin_of(following.keys[0], self.draft.prior, self.catalogue)

    def _in_mode(self, position: int, last: int) -> None:
        if self.words[position] in ("还要", "还想要") and self._settle_wanted(position, last):
            return
        self.mode = self.kinds[position]

    def _stays(self, position: int, last: int) -> bool:
        """枸杞留, behind what goes: it was ordered and is wanted still."""
        keys = {key for claim in self.pending for item in claim.items for key in item.keys}
        if not keys or not keys <= set(self.draft.prior) or self._next_solid(position, last) is not None:
            return False
        self.kept |= keys
        self.pending = []
        return True

    def _settle_wanted(self, position: int, last: int) -> bool:
        """蛋黄酥还要 话梅不要: what was ordered before and is wanted still is not what goes."""
        following = self._next_solid(position, last)
        keys = {key for claim in self.pending for item in claim.items for key in item.keys}
        if following is None or following.kind != "item" or not keys or not keys <= set(self.draft.prior):
            return False
        if set(following.keys) & keys:
            return False
        self.kept |= keys
        self.pending = []
        return True

    def _unwant(self, position: int, last: int) -> None:
        """不要 that is not a wish: 不要梨, 梨不要, 不要两盒."""
        following = self._next_solid(position, last)
        if self._abstains(position) or self._is_others_refusal(position):
            return
        refuses = any(
            part in self.words[position] for part in ("要", "订", "定", "买", "用", "拿", "使", "need", "want")
        )
        closed = position < last and (self.kinds[position + 1] == "space" or self.words[position + 1] in ENDINGS)
        apart = closed and bool(self.pending)
        if following is None or following.kind in ("fix", "keep") or (apart and self._stands_behind_goods(position)):
            if refuses:
                self._cancel(position, last)
        elif following.kind == "item" and self._refuses_behind(position, following):
            self._cancel(position, last)
        elif following.kind == "item":
            self._flush()
            self.mode, self.dropped_bare = "cancel", False
        elif following.kind == "want" and self._refuses_goods(following, last):
            self._flush()
            self.mode, self.dropped_bare = "cancel", False
            self.skipped_wants.add(self.position[id(following)])
        elif following.kind == "qty":
            self.mode = "not"
        elif self.rest and refuses:
            self._cancel(position, last)

    def _stands_behind_goods(self, position: int) -> bool:
        """不要 behind 三七, or behind 三七的."""
        linked = self.words[position - 1] in ("的", "嘅", "那个") and position > 1
        return self.kinds[position - 2 if linked else position - 1] == "item"

    def _refuses_behind(self, position: int, following: Token) -> bool:
        """白的一扎红的不要土豆两袋: glued to goods without a number, in front of goods that have one."""
        if not self.pending or self.kinds[position - 1] == "space":
            return False
        too = self._next_solid(self.position[id(following)], len(self.kinds) - 1)
        if too is not None and too.kind in ("unwant", "cancel") and self._touches(self.pending[-1], position):
            return True  # 大米不要油也不要
        counted = any(following in claim.items and claim.quantity is not None for claim in self.claims)
        return counted and self._touches(self.pending[-1], position) and bool(self.booked)

    def _abstains(self, position: int) -> bool:
        """我自己不要 behind an order for somebody else."""
        before = self.words[position - 1] if position else ""
        others = {"person", "name", "room"} & set(self.kinds[: max(position - 1, 0)])
        return bool(others and self.booked) and before in ("我自己", "自己", "我", "我家", "我们家", "本人")

    def _is_others_refusal(self, position: int) -> bool:
        """木耳她说不要 我要一包: what somebody else does without is still spoken of."""
        at = position - 1
        while at > 0 and self.words[at] in ("说", "讲", "就", "也"):
            at -= 1
        keys = [key for claim in self.pending for item in claim.items for key in item.keys]
        other = at >= 0 and self.kinds[at] in PERSONS and self.words[at] not in SELVES
        if not (other and keys) or set(keys) & set(self.draft.prior):
            return False
        self.mentions, self.pending = [*self.mentions, *keys], []
        return True

    def _refuses_goods(self, want: Token, last: int) -> bool:
        """don't need 老干妈: a verb of asking under a negation, and goods behind it."""
        at = self.position[id(want)]
        behind = self._next_solid(at, last)
        asks = at > 1 and self.kinds[at - 2] == "want"  # 要不要买油
        return behind is not None and behind.kind == "item" and not asks
