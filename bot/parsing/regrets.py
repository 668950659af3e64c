"""Words whose class depends on a change of mind around them: what was said wrongly, what is only part of what there
is, why something is not wanted, and which one 那箱 is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.clauses import clause_at
from bot.parsing.tokens import Token

_CHANGES: Final = frozenset({"cancel", "unwant", "swap", "sub", "set", "only"})
_LIGHT: Final = frozenset({"filler", "space", "want", "person", "request", "this"})
_ENDED: Final = frozenset("了 啦 咯 喽 咗 勒".split())


def reconsider(tokens: list[Token], kinds: set[str]) -> None:
    """Set the class of such words, in place; `kinds` are those of the message."""
    if "qty" in kinds:
        _misreported(tokens)
    if "text" in kinds or "swap" in kinds:
        _from_to(tokens)
    if kinds & _CHANGES:
        _owners(tokens)
        _one_of_them(tokens)
        _reasons(tokens)
        _parts(tokens)
        _refused_again(tokens)
        _told_apart(tokens)
    if "trouble" in kinds:
        _weigh_less(tokens, kinds)
    if "swap" in kinds or "set" in kinds:
        _split_swaps(tokens)
    if "text" in kinds:
        _spelt_apart(tokens)


_MISREPORTED: Final = re.compile(r"[说写打报讲按点记听看拍发填输算弄搞下]成$")


def _misreported(tokens: list[Token]) -> None:
    """说成一板了: a number that was said wrongly asks for nothing, and the slip of before is explained."""
    for index, token in enumerate(tokens[1:], 1):
        if token.kind != "qty" or tokens[index - 1].word[-1:] != "成":
            continue
        if not _MISREPORTED.search("".join(part.word for part in tokens[index - 2 : index])):
            continue
        start = next((at for at in range(index, -1, -1) if tokens[at].kind in ("item", "comma", "stop")), -1) + 1
        before = tokens[start:index]
        wrong = any(part.kind == "fix" and "错" in part.word for part in tokens[:index])
        ended = index + 1 < len(tokens) and tokens[index + 1].word in _ENDED
        if not ended and not (wrong and any(part.kind == "qty" for part in tokens[:start])):
            continue
        token.kind = "filler"
        for part in before:
            if part.kind in ("past", "text", "set") or (part.kind == "fix" and "错" in part.word):
                part.kind = "filler"


def _from_to(tokens: list[Token]) -> None:
    """from 2 to 4: the second number is the one that is wanted; instead of 2 tells what was."""
    if not any(token.word in ("from", "instead of", "rather than", "swap", "replace") for token in tokens):
        return
    solid = [token for token in tokens if token.kind != "space"]
    for lead, number in pairwise(solid):
        if lead.word in ("instead of", "rather than") and number.kind == "qty":
            lead.kind = number.kind = "filler"
    for verb, goods, link in zip(solid, solid[1:], solid[2:], strict=False):
        if verb.kind == "swap" and verb.word.isascii() and goods.kind == "item" and link.word in ("for", "with"):
            verb.kind, link.kind = "filler", "swap"  # swap croissant for toast
    for lead, first, to, second in zip(solid, solid[1:], solid[2:], solid[3:], strict=False):
        if lead.word == "from" and first.kind == second.kind == "qty" and to.word == "to":
            lead.kind = first.kind = "filler"
            to.kind = "set"


def _owners(tokens: list[Token]) -> None:
    """她不要了, 她那箱: somebody who was spoken of."""
    for index, (token, following) in enumerate(pairwise(tokens)):
        if token.word not in ("她", "他", "伊", "佢", "人家"):
            continue
        says = following.word in ("说", "讲", "话", "又", "也") and index + 2 < len(tokens)
        if (tokens[index + 2] if says else following).kind in _CHANGES or following.word == "那":
            token.kind = "person"


_GOING: Final = frozenset({"sub", "cancel"})


def _told_apart(tokens: list[Token]) -> None:
    """鸡蛋有一盒是帮同事订的,他自己买了,减掉: what is told of some of them says how many a bare verb takes off."""
    verb = next((token for token in reversed(tokens) if token.kind not in ("filler", "space", "stop", "comma")), None)
    if verb is None or verb.kind not in _GOING or sum(token.kind == "qty" for token in tokens) != 1:
        return
    for goods, has, number, told in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        if goods.kind != "item" or has.word != "有" or number.kind != "qty" or told.word != "是":
            continue
        for token in tokens[tokens.index(told) : tokens.index(verb)]:
            token.kind = "filler"
        has.kind, verb.kind = "sub", "filler"
        return


_UNITS: Final = frozenset("盒斤箱袋瓶包桶提板只条根颗棵扎束罐杯碗块支盆卷串筐捆套笼个张双把")
_POINTING: Final = frozenset("那 这 那个 这个 嗰".split())


def _one_of_them(tokens: list[Token]) -> None:
    """那箱不拿了: one box of what there is; 那份 is all of it."""
    for index in range(len(tokens) - 2):
        token, unit = tokens[index], tokens[index + 1]
        if token.word not in _POINTING or unit.kind != "text" or unit.start != token.end:
            continue
        if unit.word not in _UNITS and unit.word != "份":
            continue
        behind = [part.kind for part in tokens[index + 2 : index + 8] if part.kind not in _LIGHT][:2]
        owned = index > 0 and tokens[index - 1].kind in ("person", "name")
        if not set(behind[:1]) & _CHANGES and not (owned and behind[:1] == ["item"] and set(behind) & _CHANGES):
            continue
        if unit.word == "份":
            unit.kind = "filler"
        else:
            unit.kind, unit.milli, unit.unit, unit.value = "qty", 1000, unit.word, "that"


_TELLING: Final = frozenset({"filler", "have", "deny", "text", "person", "praise", "quality", "time", "almost", "past"})
_REASONS: Final = frozenset({"have", "deny"})


def _reasons(tokens: list[Token]) -> None:
    """酸奶呢家里还有这回就不要了, 辣酱退了家里还有半瓶: what there is at home only explains a refusal beside it."""
    for index, token in enumerate(tokens):
        if token.kind != "cancel":
            continue
        at = index - 1
        while at >= 0 and tokens[at].kind in _TELLING:
            at -= 1
        if at >= 0 and tokens[at].kind == "item" and any(part.kind in _REASONS for part in tokens[at:index]):
            for part in tokens[at + 1 : index]:
                part.kind = "time" if part.kind == "filler" else "filler"  # 这回 begins nothing here
        at = index + 1
        while at < len(tokens) and tokens[at].kind == "filler":
            at += 1
        if at < len(tokens) and tokens[at].kind == "have":
            tokens[at].kind = "filler"
            if at + 1 < len(tokens) and tokens[at + 1].kind == "qty":
                tokens[at + 1].kind = "filler"


def _refused_again(tokens: list[Token]) -> None:
    """小的就不要了小的太酸: goods that were just refused and are named once more only say why."""
    for index, token in enumerate(tokens[:-1]):
        if token.kind not in ("cancel", "unwant") or tokens[index + 1].kind not in ("item", "quality"):
            continue
        again, behind = tokens[index + 1], tokens[index + 2 : index + 4]
        named = any(part.word == again.word for part in tokens[max(index - 3, 0) : index])
        if named and behind and behind[0].kind in ("filler", "text", "quality", "praise", "deny"):
            again.kind, again.keys = "filler", ()
            for part in behind:
                if part.kind == "deny":
                    part.kind, token.kind = "filler", "cancel"  # 咸的勿要咸的我吃勿来就豆沙的两盒


def _weigh_less(tokens: list[Token], kinds: set[str]) -> None:
    """羊肉少称一斤, beside another change and not told of what has come, asks for less."""
    if not kinds & _CHANGES or kinds & {"past", "done"}:
        return
    for token, following in pairwise(tokens):
        short = token.kind == "trouble" and token.word in ("少称", "少给", "少发", "少送", "少秤")
        if short and following.kind == "qty":
            token.kind = "sub"


_OF_THEM: Final = frozenset("其中 里 里头 里面 当中 中 里边".split())


def _parts(tokens: list[Token]) -> None:
    """两盒里头换一盒成…, 三袋里有一袋是帮她带的 她不要了: the first number is what there is, the second changes."""
    for index, token in enumerate(tokens):
        if token.word not in _OF_THEM:
            continue
        ahead = next((at for at in range(index + 1, min(index + 5, len(tokens))) if tokens[at].kind == "qty"), 0)
        taken = any(part.kind in _CHANGES for part in tokens[index:ahead])  # 八斤里头去掉三斤
        if not ahead or not (taken or _is_changed(tokens, ahead)):
            continue
        part, before = tokens[ahead], tokens[max(index - 3, 0) : index]
        whole = next((other for other in reversed(before) if other.kind in ("qty", "item")), None)
        if whole is None:
            continue  # 水其中一箱换可乐, where nobody sells water
        if whole.kind == "item" and tokens[tokens.index(whole) - 1].kind == "qty" and tokens[0] is not whole:
            whole = tokens[tokens.index(whole) - 1]  # 四盒鸡蛋里拿掉一盒
        if whole.kind == "qty" and whole.milli > part.milli and whole.unit == part.unit:
            whole.kind = "filler"
        token.kind = "filler"
        for told in clause_at(tokens, ahead)[1:]:
            if told.kind in _CHANGES:
                break
            if told.kind == "want" and told.word[-1] in "订带买拿要留定报记下":
                told.kind = "filler"


def _is_changed(tokens: list[Token], ahead: int) -> bool:
    """Is something done to the number, and nothing but that refused (其中一份不要香菜 is a wish)?"""
    at = next((at for at in range(ahead + 1, len(tokens)) if tokens[at].kind in _CHANGES), 0)
    behind = tokens[at + 1].kind if at and at + 1 < len(tokens) else "stop"
    return at > 0 and (tokens[at].kind != "unwant" or behind in ("space", "comma", "stop", "filler"))


def _spelt_apart(tokens: list[Token]) -> None:
    """调小苹果, 不吃培根的了: verbs that are one only in front of goods."""
    for index, (token, following) in enumerate(pairwise(tokens)):
        if token.word in ("调", "转") and following.kind == "item":
            token.kind = "swap"
        if token.word == "留" and following.word == "到" and following.kind == "text":
            token.kind, following.kind = "keep", "filler"  # 兔头留到
        behind = tokens[index + 1 : index + 5]
        eats = token.word == "不" and following.word in ("吃", "喝", "用") and following.kind == "filler"
        if (
            eats
            and len(behind) > 2
            and behind[1].kind in ("item", "quality")
            and "了" in (part.word for part in behind[2:])
        ):
            token.kind = "unwant"


_TURNING: Final = frozenset("换 改 调 转 变 替 拿".split())
_INTO: Final = frozenset("成 为 做 作 到 成了".split())


def _split_swaps(tokens: list[Token]) -> None:
    """换一盒成藤椒: the verb in two pieces around the number stands behind it; 两张都换 counts what there is."""
    solid = [token for token in tokens if token.kind != "space"]
    if len(solid) > 2 and [token.kind for token in solid[-3:]] == ["qty", "each", "swap"]:
        solid[-3].kind = "filler"
    for verb, number, into, goods in zip(solid, solid[1:], solid[2:], solid[3:], strict=False):
        if verb.word in _TURNING and number.kind == "qty" and into.word in _INTO and goods.kind in ("item", "quality"):
            verb.kind, into.kind = "filler", "swap"


_SAID_BY: Final = frozenset("就 我 也 先 她 他 说 讲".split())


def is_refused(following: Sequence[Token]) -> bool:
    """Do the words behind goods or a number begin with 不要了, or with 就不要了?"""
    solid = [token for token in following if token.word not in _SAID_BY and token.kind != "person"]
    if len(solid) > 1 and solid[0].kind == "space" and solid[1].word.isascii():
        del solid[0]  # soymilk pass
    return bool(solid) and solid[0].kind in ("cancel", "unwant") and len(solid[0].word) > 1


def is_kept(following: Sequence[Token]) -> bool:
    """Does 照旧 follow, or 还是不动?"""
    behind = (token for token in following if token.kind not in ("filler", "fix", "space"))
    return next((token.kind for token in behind), "") == "keep"


_SCANTY: Final = re.compile(".{0,2}够(?:塞牙|垫底|造|霍霍|嚯嚯)")
_DEGREES: Final = frozenset("真 也 都 才 就 哪 可 还 根本 实在 哪里 压根".split())


def is_enough(following: Sequence[Token]) -> bool:
    """一盒够吃: is the number only said to be enough?"""
    return bool(following) and following[0].word in ("够吃", "够用", "够喝")


def is_scanty(following: Sequence[Token]) -> bool:
    """一盒真不够塞牙缝, 一袋肉包不够造: is the number only said to be too small?"""
    said = next((token.word for token in following if token.kind != "item" and token.word not in _DEGREES), "")
    return _SCANTY.match(said) is not None
