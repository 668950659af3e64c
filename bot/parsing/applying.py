"""An amount of an item becomes an entry of the draft, in the mode in force."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import SETTLED
from bot.parsing.draft import Entry
from bot.parsing.pairing import Claim
from bot.parsing.people import SELVES
from bot.parsing.smalltalk import unexplained
from bot.parsing.targets import Targets
from bot.parsing.tokens import Token

_PAUSES: Final = frozenset("等等 等下 等一下 wait 再想想 算了 还是算了".split())

_RESUMING: Final = frozenset("就 那就 就要 只要 就是".split())
_ENTRUSTED: Final = re.compile(
    r"[让叫托喊请]我[^,。]{0,3}[带拿捎订买报记代]|[加记算挂写放][在到进]?我的?(?:这|那|这里|那里)?(?:单|名下|账|头上)"
)
"""How one comes to order for somebody else (让我带, 记我名下)."""
_COUNTED_IN: Final = re.compile(r"(?:加上|连上|算上|连着|连同|连)我?(?:自己|自家|家|们)*的?那[一-龥]")
"""加上我自己那盒总共三盒: the sum is more than was counted one by one."""
_PARTIES: Final = frozenset({"person", "name", "room", "note"})
_MYSELF: Final = frozenset(
    "我家的 我们家的 我的 我 我个人 我本人 我家 我们 我们家 咱家 俺 俺家 阿拉 俺要 给我 我要 也 也要 也来".split()
)


class Applying(Targets):
    """Adding, taking off, correcting, and what a second number for the same goods means."""

    def _apply(self, key: int, milli: int, mode: str | None, fragment: str) -> None:
        draft = self.draft
        existing = draft.entries.get(key)
        if mode is None and key in draft.prior and self._comes_on_top():
            mode = "add"
        if self._is_one_of(key, existing):
            del draft.entries[key]  # 那两箱…她那箱不要了
            existing = None
        if mode == "add":
            self._add(key, milli, existing)
        elif mode in ("sub", "minus"):
            self._sub(key, milli, existing, fragment)
        elif mode == "cancel":
            self._cancel_some(key, milli, existing)
        elif (
            existing is not None
            and existing.op == "drop"
            and self.claim_in_hand
            and not self.claim_in_hand.items
            and not self.fixing
            and key not in self.reopened
        ):
            draft.doubt(fragment, "unclear", (key,))  # 今天不要 明天要两只
        elif self.fixing:
            self._correct(key, milli, existing, fragment)
        elif existing is None or mode == "set" or existing.op == "drop" or key in self.reopened:
            draft.put(key, "set", milli, changed=mode == "set")
        else:
            self._once_more(key, milli, existing, fragment)
        self.fixing = False
        self.reopened.discard(key)

    def _comes_on_top(self) -> bool:
        """我妈也要一盒, 隔壁让我带一袋: for somebody else, beside what the sender has."""
        claim = self.claim_in_hand
        if claim is None:
            return False
        before = self.tokens[: self._counted_at(claim)]
        others = any(t.kind in ("person", "name") and t.word not in SELVES and "自" not in t.word for t in before)
        return others and (self._is_said_too(claim) or _ENTRUSTED.search(self.text) is not None)

    def _counted_at(self, claim: Claim) -> int:
        """Where a claim says how many; the goods may have been named long before (山泉原来一箱,我舅又要两箱)."""
        return claim.start if claim.quantity is None else self.position[id(claim.quantity)]

    def _is_said_too(self, claim: Claim) -> bool:
        """Is 也 or 又 said in front of a claim, and not 我也?"""
        first = self.position[id(self.segments[claim.segment].tokens[0])]
        at = next(
            (i for i in range(claim.start - 1, first - 1, -1) if self.words[i][-1:] in "也又" or "也" in self.words[i]),
            -1,
        )
        return at >= 0 and not (at and self.words[at - 1] in SELVES)

    def _is_one_of(self, key: int, existing: Entry | None) -> bool:
        """Is this number the 那箱 behind one that only said how many there are?"""
        quantity = self.claim_in_hand.quantity if self.claim_in_hand is not None else None
        that = quantity is not None and quantity.value == "that"
        return that and existing is not None and existing.op == "set" and existing.milli == self.draft.prior.get(key)

    def _cancel_some(self, key: int, milli: int, existing: Entry | None) -> None:
        """取消两盒: two of more, or all there are."""
        if existing is not None and existing.op == "set" and existing.milli + milli == self.draft.prior.get(key):
            return  # 留一扎 cancel一扎 of two: what goes is only said once more
        named = existing is not None and existing.op == "set" and existing.milli == milli
        if not named and self.draft.prior.get(key, 0) > milli:
            self.draft.put(key, "sub", milli, changed=True)
        else:
            self.draft.drop(key)

    def _once_more(self, key: int, milli: int, existing: Entry, fragment: str) -> None:
        """A second number for the same goods: another household, the same said twice, a decision, or who knows."""
        if existing.milli == milli and self._repeats_itself():
            return
        claim = self.claim_in_hand
        if claim is not None and existing.milli == milli and self._resumes(claim):
            return
        if claim is not None and not claim.items and self._concludes(claim):
            existing.milli = milli  # 我妈也要两只 那就六只
            return
        if self.multiplied and existing.milli == milli and not self.another_house:
            return
        if self.multiplied and claim is not None and not claim.items and not (self.shared or self._is_handed(claim)):
            self.draft.doubt(fragment, "unclear", (key,))  # 一家五口一人一盒 … 四盒
            return
        bare = claim is not None and not claim.items and claim.quantity is not None and claim.quantity.unit is None
        if bare and self.last_quantity is not None and self.last_quantity.unit is not None:
            self.draft.doubt(fragment, "unclear", (key,))  # 肉馅三斤 … 七
            return
        if claim is not None and claim.items and self._has_own_wish(claim):
            existing.milli += milli  # 一只鸡剁块一只鸡整的
            return
        if claim is not None and self._counts_up(claim, existing):
            existing.milli = milli
            return
        if self._is_of_another_house(key) or (self.another_house and (self.shared or self._is_two_sided())):
            existing.milli += milli
        elif not self.another_house and existing.milli == milli and not self._is_varied():
            return
        elif not self.another_house and self._settles(self.claim_in_hand):
            existing.milli = milli
        else:
            self.draft.doubt(fragment, "unclear", (key,))  # 排骨三斤 我二婶要一斤 剩下是我的

    def _counts_up(self, claim: Claim, existing: Entry) -> bool:
        """五盒吧 behind 「三盒, 我对象说他也吃」: how many it comes to, in a clause that speaks of nobody."""
        quantity = claim.quantity
        if quantity is None or claim.items or quantity.milli <= existing.milli or not self._settles(claim):
            return False
        told = {token.kind for token in self.segments[claim.segment].tokens}
        return not told & {"person", "name", "room", "want", "add", "people"} and "total" not in self.kinds

    def _resumes(self, claim: Claim) -> bool:
        """就豆沙的两盒 behind 「豆沙的两盒 咸的不要」: the same again, as all there is."""
        refused = {"cancel", "unwant"} & set(self.kinds[self.booked[-1].end : claim.start]) if self.booked else set()
        return bool(refused) and self.words[max(claim.start - 1, 0)] in _RESUMING

    def _is_handed(self, claim: Claim) -> bool:
        """我妈一袋 behind 「我和我弟各两袋」: somebody stands right in front of the number."""
        at = claim.start - 1
        while at >= 0 and self.kinds[at] in ("want", "add", "filler", "space") and self.words[at] not in _MYSELF:
            at -= 1
        return at >= 0 and (self.kinds[at] in ("person", "name") or self.words[at] in _MYSELF)

    def _house(self, claim: Claim) -> str:
        """The party that opens the segment of a claim: 大姐家 in 「大姐家馍2袋羊肉2斤」; empty when none does."""
        for token in self.segments[claim.segment].tokens:
            if token.kind in ("person", "name", "room") or token.word in _MYSELF:
                return token.word
            if token.kind not in ("space", "filler", "want", "colon"):
                return ""
        return ""

    def _is_of_another_house(self, key: int) -> bool:
        """Was this counted before, for somebody else?"""
        mine = self._house(self.claim_in_hand) if self.claim_in_hand is not None else ""
        theirs = {self._house(claim) for claim in self.booked if key in claim.keys}
        return bool(mine) and bool(theirs) and not theirs & {mine, ""}

    def _is_varied(self) -> bool:
        """司康一个原味一个蔓越莓: two kinds of one thing, not the same said twice."""
        claim = self.claim_in_hand
        if claim is None or not self.booked:
            return False
        between = range(self.booked[-1].end + 1, claim.start)
        kinds = {self.kinds[at] for at in between}
        return bool(kinds & {"note", "quality", "time"}) or (
            "text" in kinds and any(self.kinds[at] == "text" and unexplained(self.words[at]) for at in between)
        )

    def _repeats_itself(self) -> bool:
        """四盒,我们两家分,一家两盒: the same amount again, reckoned by heads."""
        claim = self.claim_in_hand
        return claim is not None and claim.quantity is not None and self._is_per(claim.quantity)

    def _settles(self, claim: Claim | None) -> bool:
        """Does a claim end like a decision: 两袋好了, 三盒吧, or follow a bare 不?"""
        after = self.words[claim.end + 1] if claim is not None and claim.end + 1 < len(self.words) else ""
        before = [self.words[i] for i in range(max(claim.start - 2, 0), claim.start)] if claim is not None else []
        return (
            after in SETTLED
            or after in ("好了", "好啦", "吧", "算了", "得了", "好吧", "够了")
            or bool({"不", "先", "那就", "那就先"} & set(before))
        )

    def _add(self, key: int, milli: int, existing: Entry | None) -> None:
        if existing is None or existing.op == "drop" or key in self.reopened:
            self.draft.put(key, "add", milli, changed=True)
        elif self.fixing:
            existing.milli = milli
        else:
            existing.milli += milli
        self.draft.last = key

    def _gives_back(self) -> bool:
        return any(word[0] == "退" for word, kind in zip(self.words, self.kinds, strict=True) if kind == "sub")

    def _says_again_less(self) -> bool:
        """Is 再 said in front of the claim?"""
        claim = self.claim_in_hand
        return claim is not None and "再" in "".join(self.words[max(claim.start - 3, 0) : claim.start])

    def _sub(self, key: int, milli: int, existing: Entry | None, fragment: str) -> None:
        had = self.draft.prior.get(key, 0)
        fresh = existing is not None and existing.op == "set" and not had and existing.milli > milli
        if fresh and existing is not None and not self._gives_back():
            existing.milli -= milli  # 豆浆五杯 … 豆浆少一杯
            self.draft.last = key
        elif (
            existing is not None and existing.op == "sub" and self._says_again_less() and had >= existing.milli + milli
        ):
            existing.milli += milli  # 减一罐 … 再减一罐
        elif had > milli:
            self.draft.put(key, "sub", milli, changed=True)
        elif had == milli:
            self.draft.drop(key)
        else:
            self.draft.doubt(fragment, "out_of_range", (key,))

    def _correct(self, key: int, milli: int, existing: Entry | None, fragment: str) -> None:
        """Last wins: an item named again is overwritten, another item takes the place of the only one before it."""
        entries = self.draft.entries
        if existing is not None and existing.op == "drop":
            self.draft.put(key, "set", milli, changed=True)  # 退了吧…还是留一袋
            return
        if existing is not None:
            existing.milli = milli
            self.draft.last = key
            return
        if len(entries) == 1 and self.fix_word not in _PAUSES and not self.draft.prior:
            entries.clear()
        elif entries and not self.draft.prior:
            self.draft.doubt(fragment, "unclear", (key,))
            return
        self.draft.put(key, "set", milli)

    def _check_total(self, quantity: Token) -> None:
        totals = {sum(entry.milli for entry in self.draft.entries.values())}
        totals.add(sum(self.draft.current(key) for key in self.draft.entries))
        totals.add(sum(self.draft.current(key) for key in self.draft.entries | self.draft.prior))
        entry = next(iter(self.draft.entries.values()), None)
        single = len(self.draft.entries) == 1 and not self.draft.prior and entry is not None and entry.op == "add"
        counted_in = len(self.draft.entries) == 1 and _COUNTED_IN.search(self.text) is not None
        if (single or counted_in) and entry is not None and quantity.milli > entry.milli:
            entry.milli = quantity.milli  # 多备一袋 总共两袋
        elif quantity.milli not in totals and not self.draft.doubts:
            self.draft.doubt(quantity.word, "unclear")
        self.mode = None

    def _is_two_sided(self) -> bool:
        """Are both parties named (我家两袋,隔壁一袋), so that the second number is surely no part of the first?"""
        if "rest" in self.kinds:
            return False
        sides, inside = 0, False
        for kind, word in zip(self.kinds, self.words, strict=True):
            party = kind in _PARTIES or word in _MYSELF
            sides += party and not inside
            inside = party or (inside and kind == "space")
        return sides > 1

    def _has_own_wish(self, claim: Claim) -> bool:
        """Does a wish follow the last number of the message, as one followed the number before it?"""
        if not self.booked:
            return False
        between = set(self.kinds[self.booked[-1].end + 1 : claim.start])
        told = {"note", "time"}
        return bool(
            told & between
            and between <= {"note", "space", "time", "filler"}
            and told & set(self.kinds[claim.end + 1 : claim.end + 3])
        )
