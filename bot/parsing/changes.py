"""Cancelling, keeping, halving."""

from __future__ import annotations

from typing import Final

from bot.parsing.classes import NEGATIONS
from bot.parsing.clauses import last_clause
from bot.parsing.multiples import factor_of
from bot.parsing.pairing import Claim
from bot.parsing.quantity import is_weight
from bot.parsing.regrets import is_kept
from bot.parsing.smalltalk import unexplained
from bot.parsing.swaps import Swaps
from bot.parsing.tokens import Token

_PASSED_OVER: Final = frozenset("跳过 跳过了 跳过吧 略过 略过吧 pass pass了 pass吧 skip skip吧 免了".split())


class Changes(Swaps):
    """What happens to goods that were ordered before, or a moment ago."""

    def _drop_items(self, claim: Claim) -> None:
        for item in claim.items:
            if self._refuses_nothing(item):
                continue
            for key in self._going(claim, item):
                self.draft.drop(key)
                self.booked.append(claim)
                self.fixing = False

    def _going(self, claim: Claim, item: Token) -> tuple[int, ...]:
        """What a refused name drops: every one of several goods when all are refused (贝果都不要, 花全退)."""
        prior = self.draft.prior
        there = tuple(key for key in item.keys if not prior or key in prior)
        around = range(max(claim.start - 2, 0), min(claim.end + 3, len(self.kinds)))
        every = any(self.kinds[at] in ("each", "all") or self.words[at].startswith(("都不", "全不")) for at in around)
        if len(there) > 1 and (not prior or every):
            return there
        return (self._keys(item, None) or ())[:1]

    def _change_share(self, key: int, milli: int | None) -> None:
        """妈家肥牛两盒改一盒: so much more or less of what there is; who knows how much, when it is not said."""
        if milli is None:
            self.draft.doubt(self.text.strip(), "how_many", (key,))
        elif milli:
            self.draft.put(key, "add" if milli > 0 else "sub", abs(milli), changed=True)

    def _refuses_nothing(self, item: Token) -> bool:
        """鸭脖不要 of somebody who has none, beside what is ordered: which of the two kinds need not be asked."""
        there = {*self.draft.prior, *self.draft.entries}
        counted = any(claim.quantity is not None and claim.items for claim in self.claims)
        others = "rest" in self.kinds  # 贝果不要,蛋挞两盒,其他每样一份
        return len(item.keys) > 1 and counted and not others and not there & set(item.keys)

    def _cancel(self, position: int, last: int) -> None:
        if self.excepted is not None:
            self._drop_all_but(set(self.excepted))
            self.excepted = None
        elif self.rest:
            self._drop_rest()
        elif self._is_of_something_unknown(position):
            self.draft.doubt(self.words[position], "unclear", tuple(self.draft.prior))
        elif self._cancels_something_else(position):
            self.pending = []
        elif self.pending:
            for claim in self.pending:
                self._drop_items(claim)
            self.pending = []
        elif self.each and self.draft.prior and self.kinds[position + 1 : position + 2] == ["space"]:
            self._drop_all_but(set())  # 全部不要 我重新报
        elif self._ahead(position, last) and self._takes_goods(position):
            self.mode = "cancel"
        else:
            self._cancel_behind(position)

    def _cancel_behind(self, position: int) -> None:
        """What stands in front of the verb goes, or all there is."""
        if self.booked and self._all_that_is_counted(position):
            for key in [key for key in self.draft.entries if key in self.draft.prior]:
                self.draft.drop(key)  # 退一箱 啊不 两箱都退了
        elif self.each and self.draft.prior:
            self._drop_all_but(set())
            self.draft.amends = False
        elif self.booked and self._touches(self.booked[-1], position):
            self._take_back(self.booked.pop(), position)
        elif not self._drop_spoken_of(position):
            self._cancel_alone(position)

    def _is_of_something_unknown(self, position: int) -> bool:
        """面食全退: a word nobody knows in front of 全 is not the whole order."""
        at = position - 1
        while at > 0 and self.kinds[at] in ("each", "all") and self.tokens[at].end == self.tokens[at + 1].start:
            at -= 1
        what = self.tokens[at] if 0 <= at < position - 1 else None
        touches = what is not None and what.end == self.tokens[at + 1].start
        if not touches or what is None or what.kind not in ("text", "goods") or len(what.word) < 2:
            return False
        return not what.word.endswith(("单", "单子")) and bool(unexplained(what.word))

    def _all_that_is_counted(self, position: int) -> bool:
        """两箱都 in front of the verb: all of what was just spoken of, and not all there is."""
        number = next((at for at in range(position - 1, max(position - 4, -1), -1) if self.kinds[at] == "qty"), -1)
        return number >= 0 and bool({"each", "all"} & set(self.kinds[number:position]))

    def _cancels_something_else(self, position: int) -> bool:
        """球赛取消了: an unknown word right in front of the verb, away from the goods, is what is called off."""
        before = self.tokens[position - 1] if position else None
        if before is None or before.kind != "text" or before.keys or not unexplained(before.word):
            return False
        apart = position > 1 and self.kinds[position - 2] == "space"
        if apart and (self.pending or self.draft.prior):
            self.draft.doubt(before.word, "unclear", tuple(self.draft.prior))
        return apart

    def _takes_goods(self, position: int) -> bool:
        """取消, and 取消了 where nothing was named before it: what goes is named behind the verb."""
        word = self.words[position]
        return word[-1] not in "了啦喽咯" or not (word[0] in NEGATIONS or self.booked or self.draft.entries)

    def _ahead(self, position: int, last: int) -> bool:
        stop = next((i for i in range(position + 1, last + 1) if self.kinds[i] in ("set", "add", "want", "swap")), last)
        return any(
            position < claim.start <= stop
            and not claim.mention
            and not is_kept(self.tokens[claim.end + 1 : claim.end + 4])
            for claim in self.claims
            if claim.quantity or any(i.kind != "text" or i.keys for i in claim.items)
        )

    def _take_back(self, claim: Claim, position: int) -> None:
        """苹果两箱不要了: all of it, or two of more."""
        for key in claim.keys or [key for item in claim.items for key in item.keys[:1]]:
            entry = self.draft.entries.pop(key, None)
            had = self.draft.prior.get(key, 0)
            if entry is not None and had > entry.milli:
                self.draft.put(key, "sub", entry.milli, changed=True)
            elif had or not self.draft.entries:
                self.draft.drop(key)
        if not claim.items and not claim.keys:
            self._cancel_alone(position)

    def _drop_spoken_of(self, position: int) -> bool:
        """带鱼两盒 … 带鱼家里还有 不要了: goods that were booked and named once more beside the refusal go."""
        before = [claim for claim in self.claims if claim.end < position]
        if not before or not before[-1].mention:
            return False
        named = {key for item in before[-1].items for key in item.keys}
        if self.words[position] in _PASSED_OVER and not named & {*self.draft.entries, *self.draft.prior}:
            return True  # 黄鱼上回的还冻着 跳过: what was booked before it stays
        spoken = [key for item in before[-1].items for key in item.keys if key in self.draft.entries]
        for key in spoken:
            self.draft.entries.pop(key, None)
            if key in self.draft.prior or not self.draft.entries:
                self.draft.drop(key)
        return bool(spoken)

    def _cancel_alone(self, position: int) -> None:
        mentioned = [key for key in dict.fromkeys(self.mentions) if key in self.draft.prior]
        before = self.tokens[position - 1] if position else None
        if before is not None and before.kind in ("text", "goods") and self.booked and not self.draft.prior:
            clause = {token.kind for token in last_clause(self.tokens[:position])}
            if unexplained(before.word) and not clause & {"qty", "want", "item"}:
                return  # 鸡屁股不要: what was not asked for cannot go
        if before is not None and before.kind in ("text", "goods") and not self.booked:
            self.draft.doubt(before.word, "unclear", tuple(self.draft.prior))  # who knows what it is that goes
            return
        if self.draft.entries and all(entry.op == "drop" for entry in self.draft.entries.values()):
            return  # 肉包不要了帮她退了
        if self.booked or self.draft.doubts:
            self.draft.entries.clear()
            self.draft.doubts.clear()
            self.draft.withdrawn = True
        elif mentioned:
            for key in mentioned:
                self.draft.drop(key)
        elif self.kept or self._names_goods(position):
            self.draft.doubt(self.words[position], "unclear", tuple(self.draft.prior))
        else:
            self.draft.cancels_all = True

    def _names_goods(self, position: int) -> bool:
        """Are goods named in the segment of a cancellation that found none to cancel?"""
        token = self.tokens[position]
        segment = next(s for s in self.segments if s.start <= token.start < s.end)
        return any(other.kind in ("item", "goods") for other in segment.tokens)

    def _drop_rest(self) -> None:
        self.rest = False
        if self._remains_of_one():
            return
        named = set(self.draft.entries) | self.kept | set(self.mentions)
        self._drop_all_but(
            {key for key in named if key not in self.draft.entries or self.draft.entries[key].op != "drop"}
        )

    def _remains_of_one(self) -> bool:
        """剩下的退了 behind 「鸡腿留一半」: what remains of the legs, not everything else."""
        entries = self.draft.entries
        left = any(kind == "rest" and word[0] in "剩余多" for kind, word in zip(self.kinds, self.words, strict=True))
        return (
            left and len(entries) == 1 and all(0 < self.draft.current(k) < self.draft.prior.get(k, 0) for k in entries)
        )

    def _drop_all_but(self, keep: set[int]) -> None:
        self.draft.amends = True
        for key in self.draft.prior:
            if key not in keep:
                self.draft.drop(key)

    def _keep(self, position: int, last: int) -> None:
        """鸡蛋照旧, keep鸡蛋, and 「不要了…还是要的」, which takes a cancellation back."""
        following = self._next_solid(position, last)
        if self.pending or self.rest:
            self.kept.update(key for claim in self.pending for item in claim.items for key in item.keys)
            self.pending, self.rest = [], False
        elif following is not None and following.kind == "item":
            self.mode = "keep"
        elif self.booked and self._touches(self.booked[-1], position) and self.mode == "cancel":
            for item in (named for named in self.booked.pop().items if named.keys):  # cancel可颂 曲奇keep
                self.draft.entries.pop(item.keys[0], None)
                self.kept.add(item.keys[0])
        elif self.fixing:
            self.draft.entries = {key: entry for key, entry in self.draft.entries.items() if entry.op != "drop"}
            self.draft.cancels_all, self.draft.withdrawn = False, True

    def _scale(self, position: int, last: int) -> None:
        word, numbers = self.words[position], factor_of(self.tokens[position])
        if self._scale_of_another(position, numbers):
            return
        keys = [key for claim in self.pending for item in claim.items for key in self._all_there(item)]
        if self.pending and not keys:
            self.pending = []
            return  # which one was asked about
        ahead = self._next_solid(position, last)
        if not keys and ahead is not None and ahead.kind == "item":
            keys = list(self._keys(ahead, None) or ())  # double the 蛋挞
            self.skipped.add(self.position[id(ahead)])
        keys = keys or list(dict.fromkeys(self.mentions)) or list(self.draft.prior)
        if not keys and self.draft.last is not None and self.draft.last in self.draft.entries:
            keys = [self.draft.last]  # 一份 wait double it
        spared = self.kinds.index("except") if "except" in self.kinds else len(self.kinds)
        excepted = {key for token in self.tokens[spared:] if token.kind == "item" for key in token.keys}
        keys = [key for key in keys if key not in excepted]  # 全部加倍除了鸡
        every = self.each or self.words[position - 1 : position][:1] in (["都给我"], ["全给我"], ["都"], ["全"])
        if len(keys) > 1 and not (self.pending or every or self.rest):
            self.draft.doubt(word, "which_item", keys)
            return
        self.pending = []
        if not keys:
            self.draft.doubt(word, "how_many")
        for key in keys:
            if self.draft.current(key):
                self.draft.scale(key, *numbers, word)
            elif numbers == (2, 1) and not self.draft.prior and (base := self._counted_last(key)):
                self.draft.put(key, "set", 2 * base)  # 豆浆3杯,油条翻倍
            else:
                self.draft.doubt(word, "how_many", (key,))

    def _all_there(self, item: Token) -> tuple[int, ...]:
        """What a name means where all of it is scaled: 贝果double of somebody who has both kinds."""
        there = tuple(key for key in item.keys if key in self.draft.prior)
        return there if len(there) > 1 else self._keys(item, None) or ()

    def _counted_last(self, key: int) -> int:
        """What was ordered just before of goods that are sold alike; 0 when there is nothing."""
        last = self.draft.last
        alike = last is not None and is_weight(self.catalogue.by_key[last].unit) == is_weight(
            self.catalogue.by_key[key].unit
        )
        return self.draft.current(last) if alike and last is not None else 0

    def _scale_of_another(self, position: int, numbers: tuple[int, int]) -> bool:
        """蛋挞要小贝的两倍 behind 「小贝两盒」: so many times what there is of something else."""
        if len(self.pending) != 2 or self.words[position - 1] != "的":
            return False
        named = [self._keys(claim.items[0], None) for claim in self.pending]
        if not named[0] or not named[1] or self.pending[1].end != position - 2:
            return False
        (key, *_), (base, *_) = named[0], named[1]
        if not self.draft.current(base) or self.catalogue.by_key[key].unit != self.catalogue.by_key[base].unit:
            return False
        self.pending = []
        milli, rest = divmod(self.draft.current(base) * numbers[0], numbers[1])
        if rest:
            self.draft.doubt(self.words[position], "how_many", (key,))
        else:
            self.draft.put(key, "set", milli)
        return True
