"""Who orders: the words for one household are one token, however many they are.

楼上悦悦妈 is one neighbour, not 楼上 and 妈; 五个老伙计 in front of 一人 is five people.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.clauses import clause_at
from bot.parsing.people import SELVES, is_per_head
from bot.parsing.tokens import Token

_PLACES: Final = frozenset(
    "楼上 楼下 隔壁 隔壁家 对门 邻居 同事 朋友 同学 隔篱 隔篱屋 我同事 我朋友 我邻居 闺蜜 我闺蜜 室友".split()
)
_KIN: Final = frozenset(
    "妈 爸 妈妈 爸爸 奶奶 爷爷 外婆 外公 姥姥 姥爷 姐 哥 嫂 嫂子 婶婶 阿姨 叔叔 姨 叔 阿婆 家".split()
)
_BREAKS: Final = frozenset({"space", "comma", "stop", "and", "colon"})
_LEADING: Final = frozenset("给 帮 替 是 我 我们 咱 俺 还有 另外 也".split())
_MAX_NAME: Final = 3
_NO_NAME: Final = re.compile(r"[的了吗呢不没有和跟要来去说让叫是在把被都也就还又一二两三四五六七八九十\d]")
_GROUP: Final = re.compile(
    r"[一-龥a-z\d]{1,4}(?:部|班|组|科|室|店|处|队|层|楼|公司|中心|办公室|车间|宿舍|单位|厂|门店|窗口|柜台|年级|支部)"
)
_MAX_GROUP: Final = 6
_WORDS: Final = frozenset({"text", "filler", "qty", "quality", "number", "people", "time"})
_ASKED: Final = frozenset({"item", "want", "qty"})
_IN_A_ROW: Final = frozenset({"person", "name", "and", "people", "room"})
_WITH_ME: Final = frozenset("跟我 和我 同我 与我".split())
_BESIDE_THEM: Final = frozenset("的 ( )".split())
_TOGETHER: Final = re.compile(r"[记算]我|拼|[两二三四五六]家|[两二三四五六]个人|一起|合")
_PRONOUNS: Final = ("她", "他")
_TOO: Final = frozenset("也要 也来 也想要 也订 也拿".split())
_COUNTED: Final = frozenset({"个", "位", "名", "口", "条"})


def name_parties(tokens: list[Token]) -> None:
    """Fold the words for one household into one token, in place."""
    _name_pronouns(tokens)
    kinds = {token.kind for token in tokens}
    if kinds & {"person", "name"}:
        _fold_kin(tokens)
        _fold_places(tokens)
    if "qty" in kinds:
        _fold_groups(tokens)
    if "qty" in kinds and "text" in kinds:
        _fold_joiners(tokens)
    if "text" in kinds and "item" in kinds:
        _fold_strangers(tokens)
    if "text" in kinds and kinds & {"room", "person"}:
        _name_owned(tokens)
    if "people" in kinds:
        _count_companions(tokens)
        _without_descriptions(tokens)
    if "room" in kinds and "comma" in kinds:
        _open_brackets(tokens)
    if "each" in kinds and kinds & {"and", "people", "person", "name"}:
        _each_of_them(tokens)


_THEIRS: Final = frozenset("她 他 佢 伊 她家 他家 佢屋企".split())


def _name_pronouns(tokens: list[Token]) -> None:
    """佢要一盒,我要两盒: somebody else beside the speaker, each with a number."""
    if _THEIRS.isdisjoint([token.word for token in tokens]):
        return
    mine = any(token.word in SELVES and following.kind == "want" for token, following in pairwise(tokens))
    if not mine and not any(token.word in ("我要", "俺要", "咱要") for token in tokens):
        return
    for before, token, following in zip((None, *tokens), tokens, tokens[1:], strict=False):
        opens = before is None or before.kind in _BREAKS
        if opens and token.word in _THEIRS and following.word in ("要", "来", "拿", "订"):
            token.kind = "person"


def _fold_kin(tokens: list[Token]) -> None:
    """悦悦妈: an unknown word that opens a clause, and what it is the mother of."""
    for index in range(len(tokens) - 1, 0, -1):
        if index >= len(tokens):
            continue
        kin, name = tokens[index], tokens[index - 1]
        if (
            kin.word.removesuffix("家") in _KIN
            and index > 1
            and name.word == tokens[index - 2].word
            and len(name.word) == 1
        ):
            _join(tokens, index - 2, index, "name")  # 糖糖妈
            continue
        before = tokens[index - 2] if index > 1 else None
        opens = before is None or before.kind in _BREAKS or before.word in _LEADING | _PLACES
        if kin.kind == "person" and kin.word.removesuffix("家") in _KIN and opens and _may_be_name(name):
            _join(tokens, index - 1, index, "name")


def _fold_groups(tokens: list[Token]) -> None:
    """财务部, 大班: words that open two clauses and end like a part of a house, in front of goods."""
    heads = []
    for index in range(len(tokens)):
        if index and tokens[index - 1].kind not in _BREAKS:
            continue
        word, end = "", index
        while end < len(tokens) and tokens[end].kind in _WORDS and len(word) <= _MAX_GROUP:
            word, end = word + tokens[end].word, end + 1
            if _GROUP.fullmatch(word) and end < len(tokens) and tokens[end].kind in _ASKED:
                heads.append((index, end - 1, word))
                break
    if len({word for _, _, word in heads}) > 1:
        for first, last, _ in reversed(heads):
            _join(tokens, first, last, "name")


def _fold_strangers(tokens: list[Token]) -> None:
    """医生办榴莲披萨2张 where several order together: unknown words that open a clause are one more of them."""
    heads = [token for before, token in zip((None, *tokens), tokens, strict=False) if before is None or _parts(before)]
    named = sum(token.kind in ("person", "name", "room") or token.word in SELVES for token in heads)
    together = any(_TOGETHER.search(token.word) for token in tokens if token.kind != "item")
    if not named or (named < 2 and not together):
        return
    for index in range(len(tokens) - 2, -1, -1):
        if index and not _parts(tokens[index - 1]):
            continue
        end, word = index, ""
        while _may_call(tokens[end]) and end + 1 < len(tokens):
            word, end = word + tokens[end].word, end + 1
        if (
            _asks_for_goods(tokens[end : end + 3])
            and _is_stranger(word)
            and "text" in {part.kind for part in tokens[index:end]}
        ):
            _join(tokens, index, end - 1, "name")


def _asks_for_goods(ahead: list[Token]) -> bool:
    """牛腩一斤, 一斤牛腩, 要一斤牛腩."""
    kinds = [token.kind for token in ahead if token.word not in ("要", "想要", "来", "订")]
    return kinds[:1] == ["item"] or (kinds[:2] == ["qty", "item"] and all(token.value != "bare" for token in ahead))


def _may_call(token: Token) -> bool:
    """Part of what somebody is called: unknown words, and the 阿 of 阿芳."""
    return (token.kind in ("text", "quality") and not token.keys) or token.word == "阿"


def _parts(token: Token) -> bool:
    return token.kind in ("comma", "stop", "colon", "space")


def _is_stranger(word: str) -> bool:
    return word in _PRONOUNS or (1 < len(word) <= 2 * _MAX_NAME and not _NO_NAME.search(word))


def _without_descriptions(tokens: list[Token]) -> None:
    """泡茶 in 「泡茶的五个老伙计」: an unknown word and 的 in front of people say which people."""
    for before, what, who in zip((None, *tokens), tokens, tokens[1:], strict=False):
        ours = before is not None and before.word in ("我们", "咱们", "俺们", "阿拉")
        if ours and what.kind == "text" and not what.keys and who.kind == "people" and len(what.word) <= 4:
            what.kind = "filler"  # 我们食堂三个人
    for what, link, who in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if what.kind == "text" and not what.keys and link.word == "的" and who.kind == "people" and len(what.word) <= 4:
            what.kind = "filler"


def _fold_joiners(tokens: list[Token]) -> None:
    """kevin也要一组蓝莓的: an unknown word in front of 也要 is somebody when goods follow."""
    for index, token in enumerate(tokens[:-1]):
        joins = tokens[index + 1].word in _TOO or (tokens[index + 1].word == "也" and index + 2 < len(tokens))
        if token.kind != "text" or token.keys or not joins or len(token.word) > 2 * _MAX_NAME:
            continue
        behind = [part.kind for part in clause_at(tokens, index + 1)]
        if "item" in behind and not _NO_NAME.search(token.word):
            token.kind = "name"


def _name_owned(tokens: list[Token]) -> None:
    """401的细毛带一罐, 楼上的大刘要两盒: an unknown word behind where somebody lives is who lives there."""
    for index in range(len(tokens) - 4, -1, -1):
        where, link, who, behind = tokens[index : index + 4]
        lives = where.kind == "room" or where.word in _PLACES
        if (
            lives
            and link.word == "的"
            and behind.kind in ("want", "qty", "each", "and", "people")
            and _may_be_name(who)
        ):
            who.kind = "name"
            if where.kind != "room":
                _join(tokens, index, index + 2, "name")


def _open_brackets(tokens: list[Token]) -> None:
    """我(603): the brackets around where somebody lives part nothing."""
    for who, opening, where, closing in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        whose = who.kind in ("person", "name") or who.word in SELVES
        if whose and opening.word == "(" and closing.word == ")" and where.kind == "room":
            opening.kind = closing.kind = "filler"


def _each_of_them(tokens: list[Token]) -> None:
    """我同隔壁各要一盒烧卖一袋糯米鸡: 各 behind people or rooms in a row is 每人."""
    for index, token in enumerate(tokens[:-2]):
        ahead = [part.kind for part in tokens[index + 1 : index + 4] if part.kind != "want"]
        counted, named = ahead[:1] == ["qty"], ahead[:2] == ["item", "qty"]
        if token.kind != "each" or token.word[0] not in "各都" or not (counted or named):
            continue
        if index and tokens[index - 1].word in _WITH_ME:
            tokens[index - 1].kind = "person"
        start = index
        while start and (
            tokens[start - 1].kind in _IN_A_ROW
            or tokens[start - 1].word in SELVES
            or tokens[start - 1].word in _BESIDE_THEM
        ):
            start -= 1
        row = tokens[start:index]
        if _is_a_row(row, tokens) or (named and token.word[0] == "各" and _are_counted(row, tokens)):
            token.kind = "people"


def _is_a_row(row: list[Token], tokens: list[Token]) -> bool:
    """我同隔壁, 楼上两户和我们家, and 我和我老公 where nobody else is counted."""
    kinds = [token.kind for token in row]
    if kinds == ["people"] and row[0].word[0] == "我":
        return not is_per_head(row[0]) and all(token is row[0] or token.kind != "people" for token in tokens)
    return len(row) > 2 and kinds[-1] != "and" and "and" in kinds and not any(is_per_head(token) for token in row)


def _are_counted(row: list[Token], tokens: list[Token]) -> bool:
    """三个办公室 or 小李小张小王 in front of 各要湿巾两包: as many as are counted, when nobody else is."""
    kinds = [token.kind for token in row]
    others = [token for token in tokens if token.kind == "people" and token not in row]
    if kinds == ["people"]:
        return not is_per_head(row[0]) and not others
    return len(row) > 1 and set(kinds) <= {"person", "name"} and not others


def _may_be_name(token: Token) -> bool:
    return token.kind == "text" and not token.keys and len(token.word) <= _MAX_NAME and not _NO_NAME.search(token.word)


def _fold_places(tokens: list[Token]) -> None:
    """对门王老师: where somebody lives, and who it is."""
    for index in range(len(tokens) - 1, 0, -1):
        who, where = tokens[index], tokens[index - 1]
        housed = where.kind == "text" and not where.keys and _GROUP.fullmatch(where.word)  # 传达室老孙
        if (where.word in _PLACES or housed) and who.kind in ("person", "name") and who.word not in _PLACES:
            _join(tokens, index - 1, index, "name")


def _join(tokens: list[Token], first: int, last: int, kind: str) -> None:
    word = "".join(token.word for token in tokens[first : last + 1])
    tokens[first : last + 1] = [Token(kind, tokens[first].start, tokens[last].end, word)]


def _count_companions(tokens: list[Token]) -> None:
    """五个老伙计 in front of 一人: whatever they are, they are five."""
    for index in range(len(tokens) - 2, 0, -1):
        count, noun, following = tokens[index - 1], tokens[index], tokens[index + 1]
        if following.kind == "comma" and index + 2 < len(tokens):
            following = tokens[index + 2]
        exact = count.kind == "qty" and count.unit in _COUNTED and count.milli % 1000 == 0 and not count.approx
        if exact and noun.kind == "text" and not noun.keys and len(noun.word) <= 4 and is_per_head(following):
            _join(tokens, index - 1, index, "people")
