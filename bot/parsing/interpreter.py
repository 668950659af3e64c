"""Order segments -> a draft of changes. Walks left to right; verbs set the mode in which claims are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.parsing.bystanders import share_changed
from bot.parsing.lone import is_about_goods, is_told_behind
from bot.parsing.misnoted import noted_wrongly
from bot.parsing.pairing import Claim
from bot.parsing.regrets import is_kept
from bot.parsing.segments import Segment
from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token
from bot.parsing.wanting import Wanting
from bot.parsing.withdrawals import part_given_up

_AFTER_EXCEPTIONS: Final = frozenset({"want", "add", "rest", "each", "all", "qty", "cancel", "unwant", "keep"})


class Interpreter(Wanting):
    """One use per message: `run`, then look at the draft."""

    def run(self) -> None:
        """Read every order segment, then what only makes sense at the end."""
        given_up = part_given_up(self.text, self.tokens, self.draft.prior, self.catalogue)
        if given_up is not None:
            self.counted.update(id(token) for token in self.tokens if token.kind == "qty")
            self._sub(*given_up, None, self.text)
            return
        share = share_changed(self.text, self.tokens, self.draft.prior, self.catalogue)
        if share is not None:
            self.counted.update(id(token) for token in self.tokens if token.kind == "qty")
            self._change_share(*share)
            return
        meant = noted_wrongly(self.text, self.tokens, self.draft.prior, self.catalogue)
        if meant is not None:
            self.counted.update(id(token) for token in self.tokens if token.kind == "qty")
            self.draft.put(meant[0], "set", meant[1], changed=True)
            return
        previous_list = False
        for index, segment in enumerate(self.segments):
            if segment.verdict != "order":
                self.mentions += [
                    key
                    for claim in self.claims
                    if claim.segment == index and claim.mention
                    for item in claim.items
                    for key in item.keys
                    if claim.quantity is None
                ]
                continue
            bare_list = segment.kinds <= {"item", "space", "filler", "and", "text"}
            if not (bare_list and previous_list):
                self.mode, self.wanted = (None, False) if self.mode not in ("swap", "except") else (self.mode, False)
            previous_list = True
            self._segment(index, segment)
        self._flush(at_end=True)
        self._finish()

    def _segment(self, index: int, segment: Segment) -> None:
        claims = {claim.start: claim for claim in self.claims if claim.segment == index}
        first = self.position[id(segment.tokens[0])]
        last = self.position[id(segment.tokens[-1])]
        early = {start: claim for start, claim in claims.items() if start < first}
        for claim in early.values():
            self._claim(claim)
        position = first
        if early:
            position = max(claim.end for claim in early.values()) + 1
            self._scan_modes(first, position)
        while position <= last:
            found = claims.get(position)
            if found is None:
                self._token(position, last)
                position += 1
            else:
                self._claim(found)
                position = max(found.end, position) + 1
        self._flush()

    def _scan_modes(self, first: int, stop: int) -> None:
        for position in range(first, stop):
            if self.kinds[position] == "want":
                self.wanted = True

    def _token(self, position: int, last: int) -> None:
        """One token outside claims."""
        handler = _HANDLERS.get(self.kinds[position])
        if handler is not None:
            handler(self, position, last)

    def _less(self, position: int, last: int) -> None:
        """退一份, and 「烧鸡退」, which is the whole of it."""
        if self.words[position] in ("少", "减") and is_told_behind(self.tokens[position + 1 : position + 4]):
            self.mode = "set"
            return
        if self.excepted is not None and not self._quantity_ahead(position, last):
            self._cancel(position, last)  # 除鸡翅外都退
            return
        mentioned = {key for key in self.mentions if key in self.draft.prior}
        if len(mentioned) == 1 and not self.booked and self._next_solid(position, last) is None:
            for key in mentioned:
                self.draft.drop(key)  # 麻薯不是我定的 … 拿掉
            return
        whole = (self.pending or self.rest or self.each) and self.words[position][0] in "退去拿"
        if whole and not self._quantity_ahead(position, last):
            self._cancel(position, last)
        else:
            self.mode = "sub"

    def _exclusively(self, position: int, last: int) -> None:
        following = self._next_solid(position, last)
        if self._is_fewer(following):
            self.mode = "set"
        elif not (self.booked and following is None):
            self.only = self.wanted = True
            self.mode = None

    def _is_fewer(self, following: Token | None) -> bool:
        """我那三袋只留一袋: a number alone is about the goods just spoken of, and says nothing of the rest."""
        lone = any(claim.quantity is following and not claim.items for claim in self.claims)
        return lone and following is not None and bool(self.booked or self.pending or self.mentions)

    def _others(self, position: int, last: int) -> None:
        following = self._next_solid(position, last)
        if self.pending and following is not None and following.kind == "keep":
            return  # 豆浆原来的不变
        self._flush()
        self.rest = True

    def _except(self, position: int, last: int) -> None:
        self._flush()
        self.excepted = []
        for at in range(position + 1, last + 1):
            token = self.tokens[at]
            if token.kind in _AFTER_EXCEPTIONS:
                break
            if token.kind == "text" and not token.keys and unexplained(token.word.strip("以之外了的")):
                self.draft.doubt(token.word, "which_item")  # 除了花, where nothing is called so

    def _note(self, position: int, last: int) -> None:
        if self.pending and not self._quantity_ahead(position, last):
            self._flush(preferred=is_about_goods(self.tokens[position]))

    def _point_elsewhere(self, position: int, last: int) -> None:
        self.refer = self.tokens[position]

    def _bare_pair(self, position: int, last: int) -> None:
        self.draft.doubt(self.words[position], "which_room")

    def _set(self, position: int, last: int) -> None:
        following = self._next_solid(position, last)
        index = self.position[id(following)] if following is not None else -1
        lone = next((claim for claim in self.claims if claim.start == index), None)
        if lone is not None and lone.items and (self.pending or self._gives_way_to(lone, position)):
            self._swap(position, last)
        elif lone is not None and (kin := self._replaces(lone)) is not None:
            self.swap_from, self.mode = [(kin, None)], "swap"
        else:
            if not self.pending and lone is None:
                self.draft.amends = True
            self.mode = "set"

    def _of_this_alone(self, claim: Claim, mode: str | None) -> str | None:
        """再加一斤夏黑 鱼丸那三袋不动; 鱼丸退一袋 两袋够了: what there is to be."""
        following = self.tokens[claim.end + 1 : claim.end + 3]
        if mode == "add" and claim.items and is_kept(following):
            return None
        if claim.items or not self.booked:
            return mode
        last = self.draft.entries.get(self.draft.last) if self.draft.last is not None else None
        if last is not None and last.op == "sub" and following and following[0].word.startswith("够"):
            return "set"
        return mode

    def _claim(self, claim: Claim) -> None:
        if self.mode == "cancel" and self.dropped_bare and self._is_over(claim):
            self.mode = None  # 不要鱼了 豆腐还要
        self._count_in(claim)
        mode = self._of_this_alone(claim, self._inner_mode(claim))
        if claim.start in self.skipped and (claim.quantity is None or self._is_last_word(claim)):
            return
        if claim.mention and claim.quantity is None:
            self.mentions += [key for item in claim.items for key in item.keys]
            return
        if self.excepted is not None and claim.quantity is None:
            self.excepted += [key for item in claim.items for key in item.keys or self._keys(item, None) or ()]
            return
        if claim.quantity is None:
            self._unquantified(claim, mode)
            return
        if self._announces(claim):
            return
        if self._flush_before(claim):
            return
        if mode == "cancel" and self.dropped_bare and self._is_apart(claim):
            mode = self.mode = None  # 不要百合 向日葵一扎
        going = self._gives_way(claim)
        if going is not None:
            self._swap_part(claim, going)
            return
        if mode == "swap" and self.swap_from is not None:
            self._swap_to(claim)
        else:
            self._quantified(claim, mode)

    def _is_last_word(self, claim: Claim) -> bool:
        """不是黄鱼两条 behind 「带鱼两盒」: what is denied last of all is not asked for."""
        later = any(other.start > claim.end and not other.mention for other in self.claims)
        return bool(self.booked) and not later and not self.fixing

    def _count_in(self, claim: Claim) -> None:
        """The numbers of a claim are not lost; 3 in 「1,3各一箱」 names goods."""
        self.counted.update(id(token) for token in (claim.quantity, *claim.items) if token is not None)

    def _unquantified(self, claim: Claim, mode: str | None) -> None:
        """Goods without a number, in the mode in force."""
        if mode == "swap" and self.swap_from is not None:
            self._swap_to(claim)
        elif mode == "cancel":
            self._drop_items(claim)
            self.dropped_bare = True
        elif mode == "keep" and not self._goes(claim):
            self.kept.update(key for item in claim.items for key in item.keys)
        elif all(item.kind == "text" and not item.keys for item in claim.items):
            self._lone_text(claim, mode)
        else:
            self.pending.append(claim)

    def _inner_mode(self, claim: Claim) -> str | None:
        """The verb inside the claim (苹果加一箱) or the one in force."""
        mode = self.mode
        for position in range(claim.start + 1, claim.end):
            kind = self.kinds[position] if id(self.tokens[position]) not in self.unasked else ""
            if kind == "unwant" and self._counted_again(claim):
                mode = "not"  # 油条不要4根要5根
            elif kind == "sub" and is_told_behind(self.tokens[position + 1 : position + 4]):
                mode = "set"
            elif kind in ("add", "sub", "set", "cancel", "unwant", "total"):
                mode = "cancel" if kind == "unwant" else kind
            elif kind == "want":
                self.wanted = True
            elif kind == "only":
                if claim.items and self.position[id(claim.items[0])] < position:
                    mode = "set"  # 桃子只要1盒 says nothing about the rest
                else:
                    self.only = True
            elif kind == "swap":
                mode = "set"
            elif kind == "fix":
                gives_in = self.words[position] in ("算了", "还是算了") and self.kinds[position + 1] in ("want", "add")
                self.fixing = bool(self.booked) and not gives_in
        return self._signed(claim, mode)

    def _signed(self, claim: Claim, mode: str | None) -> str | None:
        """+1, -1 and 「1 more」 next to a number."""
        quantity = claim.quantity
        if quantity is None:
            return mode
        if mode is None and set(self.words[claim.end + 1 : claim.end + 3]) & {"more", "extra", "another", "添"}:
            return "add"
        before = self.position[id(quantity)] - 1
        if before < 0 or self.tokens[before].end != quantity.start:
            return mode
        if self.kinds[before] == "plus" and self.draft.prior and mode is None:
            return "add"
        return "minus" if self.kinds[before] == "minus" else mode


_HANDLERS: Final[dict[str, Callable[[Interpreter, int, int], None]]] = {
    "want": Interpreter._want,
    "add": Interpreter._in_mode,
    "total": Interpreter._in_mode,
    "sub": Interpreter._less,
    "only": Interpreter._exclusively,
    "unwant": Interpreter._unwant,
    "set": Interpreter._set,
    "swap": Interpreter._swap,
    "exchange": Interpreter._exchange,
    "cancel": Interpreter._cancel,
    "fix": Interpreter._fix,
    "think": Interpreter._fix,
    "rest": Interpreter._others,
    "each": Interpreter._each,
    "all": Interpreter._each,
    "except": Interpreter._except,
    "halve": Interpreter._scale,
    "double": Interpreter._scale,
    "alike": Interpreter._alike,
    "keep": Interpreter._keep,
    "refer": Interpreter._point_elsewhere,
    "pair": Interpreter._bare_pair,
    "note": Interpreter._note,
}
"""Word class -> what it does: (interpreter, position of the token, position of the last token of its segment)."""
