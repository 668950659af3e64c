# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Wishes and logistics inside a message: folded into `note` tokens so that nothing in them is ever counted."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import LONG_PAST, PLAIN
from bot.parsing.tokens import Token

_ENDS: Final = frozenset(
    {
        "space",
        "comma",
        "stop",
        "add",
        "only",
        "cancel",
        "fix",
        "phone",
        "room",
        "swap",
        "and",
        "rest",
        "each",
        "hold",
        "joke",
        "total",
    }
)
_OPENING: Final = frozenset({"text", "wish", "time", "quality", "unwant", "want"})
"""Kinds of words that a note begins with."""
_LEAD_IN: Final = frozenset({"time", "number", "person", "locker", "name"})
_ORDERING: Final = frozenset({"item", "qty", "each", "all", "rest", "cancel", "want", "refer", "this", "keep"})
_ALONE: Final = frozenset({"左右", "上下", "大概", "大约", "差不多", "不急", "不着急", "急", "新鲜", "尽快", "最好"})
_MAY_BE_CONDITION: Final = re.compile("[不没别]|就(?:免|算|拉)")
_NO_CONDITION: Final = re.compile(
    r"不(?!要|用|对|是|好意思|过)[一-龥]{1,3}?(?:的话)?就(?:算了|免了|拉倒|别[记给拿留算要来带])|(?:不能|不行|不可以|来不及|不方便|不好吃|不甜|不新鲜)[一-龥]{0,2}?(?:的话)?(?:就|我)?(?:算了|不要了?|拉倒|免了)|(?:死|坏|烂|破|裂|小|大|老|酸|青|生|蔫|软|硬|肥|瘦|臭)[了掉]?的(?:我)?(?:就)?(?:不要|勿要|唔要)(?:了|给我|拿)?|没(?![说讲要订买想叫让])[一-龥]{1,2}(?:的)?(?:话)?(?:就)?不要了?|不(?!要|用|对|是|好意思|过)[一-龥]{1,3}?(?:的话)?(?:就|我)?不(?:要|买|订)了?|(?:没有|没货|没)[^,。\s\d]{0,6}?(?:话)?就(?:算了|不要了?|拉倒|免了|别[记给拿留算要来带])|(?:没有|没货|没)的?(?:话)?(?:就)?(?:算了|不要了?|拉倒)|不(?![要用对是过想能会敢需打必该好])[一-龥]{1,2}(?<!了)(?=(?:就|的话)?(?:给我|帮我|来[一两二三\d]|我要|要[一两二三\d]))|[厚薄酸贵小大辣咸硬软老生熟](?:的话|了)?就(?:不要了?|算了|免了)|(?:有|太|要是|如果)[一-龥]{1,3}的?(?:话)?就(?:免了|算了|不要了?|拉倒|不用了|不来了)|别再?漏了?|别(?:再|又)?(?:像|跟|和)(?:上[次回趟批]|昨天|以前|之前|前[天次回])[^,。!?]*|别(?:给我|再|又|老是?|总是?)*(?:搞|弄|记|拿|发|给|送|装|写|算|看|打|放|寄|配|数|称|切|报|传|挂|贴|摆|拎|投)(?:错|反|混|漏|重|丢|串|岔)(?:颜色|口味|味道|尺寸|大小|型号|款式?|房间|门|楼|栋|地方|地址|东西|家|人|单子?|货|品种|牌子|包装|房号|数量?)?了?|别忘了?(?=$|[ ,。!])"
)


def fold_notes(tokens: list[Token], text: str) -> list[Token]:
    """The same tokens with every wish (不要太大的, 放门口, 7点半来拿, 要粉色) as one token of kind `note`.

    A note that began with 要 keeps `sign` = "w": something was asked for.
    """
    if "(" not in text and all(token.kind in PLAIN for token in tokens):
        return tokens
    folded: list[Token] = []
    tokens = _without_descriptions(tokens)
    conditions = [match.span() for match in _NO_CONDITION.finditer(text)] if _MAY_BE_CONDITION.search(text) else []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.word == "(" and (closing := _remark_end(tokens, index)):
            inside = tokens[index + 1 : closing]
            folded += [
                token,
                Token("note", inside[0].start, inside[-1].end, text[inside[0].start : inside[-1].end]),
                tokens[closing],
            ]
            index = closing + 1
            continue
        end = _condition_end(tokens, index, conditions) if conditions else 0
        if not end and token.kind in _OPENING:
            end = _note_end(tokens, index)
        if not end or any(part.kind == "ask" for part in tokens[index:end]):
            folded.append(token)
            index += 1
            continue
        first = tokens[index]
        sign = "w" if first.kind == "want" else ""
        if first.kind == "wish":
            while folded and folded[-1].kind in _LEAD_IN:
                first = folded.pop()
        folded.append(
            Token(
                "note",
                first.start,
                tokens[end - 1].end,
                text[first.start : tokens[end - 1].end],
                sign=sign,
                value=token.kind,
            )
        )
        index = end
    return folded


_MAY_DESCRIBE: Final = re.compile(
    "[上之以][次回前]|就是|够|[吃喝用]的|不[行成可了得开]|不能没|[的额嘅].{0,4}要|[写印刻裱]|电话"
)
_DESCRIBED: Final = re.compile(
    r"就是(?:那[个种款])?(?:有|带|写着|印着|包装|上面|[红黄蓝绿白黑紫粉大小圆方长]).{1,9}?的?那?[个种款]"
    r"|[一-龥]{1,4}[的额嘅](?:那种)?(?:我)?(?:可|就|都)?(?:不要|勿要|唔要|伐要)(?=[\s,。]|$)"
    r"|(?<=[\s,])[^\s,。\d一二两三四五六七八九十不没别]{1,6}[吃喝用穿戴]的(?=[\s,。]|$)"
    r"|给[^,。\s\d一二两三四五六七八九十不没别]{1,4}[吃喝用穿戴]的(?=来|要|拿|买|订)"
    r"|(?:[一-龥]着|[泡煮炖煲冲熬榨][水汤茶粥酒]?)[吃喝用]的"
    r"|(?:没|缺|少)(?:有|了)?[^,。\s\d]{1,5}(?:可)?不(?:行|成|可)|少不[了得]|离不开|不能没有"
    r"|(?:上次|上回|之前|以前)(?:买|吃|订|拿|喝|用)?(?:过|到)?的?那[个种款批][^,。\s\d]{1,10}的"
    r"|够(?:我|他|她|我们|全家|一家|咱们?)?[写吃用喝撑顶穿戴烧洗分][^,。\s\d]{0,7}?(?:了吧|了|的|吧)"
    r"|[写印刻裱]\s?[「『\"“'《][^」』\"”'》]{1,20}[」』\"”'》]|到了?(?:楼下|门口)?(?:再|就|给我|请)*打(?:我|个)?电话"
)
_PLAIN: Final = frozenset(
    {"filler", "text", "space", "this", "quality", "wish", "person", "want", "number", "time", "people", "unwant"}
)


def _without_descriptions(tokens: list[Token]) -> list[Token]:
    """就是有个牛头那个 says which of the goods is meant, and nothing else."""
    text = "".join(token.word for token in tokens)
    if not _MAY_DESCRIBE.search(text) or (match := _DESCRIBED.search(text)) is None:
        return tokens
    offset = tokens[0].start
    inside = [token for token in tokens if match.start() <= token.start - offset and token.end - offset <= match.end()]
    if not inside or any(token.kind not in _PLAIN and token.word not in ("吃的", "喝的", "用的") for token in inside):
        return tokens
    note = Token("note", inside[0].start, inside[-1].end, match[0], value="quality")
    first = tokens.index(inside[0])
    return [*tokens[:first], note, *tokens[first + len(inside) :]]


def _remark_end(tokens: list[Token], index: int) -> int:
    """Index of the ) when the brackets behind an order hold no order of their own: A2(自己1,送人1)."""
    closing = next((i for i in range(index + 2, len(tokens)) if tokens[i].word == ")"), 0)
    inside = {token.kind for token in tokens[index + 1 : closing]}
    before = {token.kind for token in tokens[:index]}
    if not closing or inside & {"item", "goods", "room", "phone", "cancel", "add", "sub", "set"} or "qty" not in before:
        return 0
    return closing if len(inside - {"space"}) > 1 else 0


def _condition_end(tokens: list[Token], index: int, conditions: list[tuple[int, int]]) -> int:
    """Index behind 「不甜不要」 or 「没有就算了」, 0 elsewhere."""
    for start, stop in conditions:
        if tokens[index].start == start:
            end = index + 1
            while end < len(tokens) and tokens[end].end <= stop:
                end += 1
            return end if tokens[end - 1].end == stop else 0
    return 0


def _note_end(tokens: list[Token], index: int) -> int:
    """Index behind the note that begins at `index`, 0 when none does."""
    token = tokens[index]
    if token.kind == "text" and (_is_preference(tokens, index) or _is_contrasted(tokens, index)):
        return index + 2
    if token.kind == "wish":
        return (
            index + 1 if token.word in _ALONE else _extent(tokens, index + 1, counted=token.word == "其中", items=False)
        )
    if token.kind == "time" and index + 1 < len(tokens) and tokens[index + 1].word in ("拿", "取", "攞", "来拿", "要"):
        after = tokens[index + 2].kind if index + 2 < len(tokens) else "stop"
        return index + 2 if after in ("comma", "stop", "space") else 0
    if token.kind == "quality":
        following = _solid(tokens, index + 1)
        if following is not None and following.word == "算了":
            return tokens.index(following) + 1  # 小的就算了
        return _extent(tokens, index + 1)
    if token.kind == "unwant" and _is_wish(tokens, index):
        return _extent(tokens, index + 1)
    if token.kind == "want" and token.word in ("要", "想要", "需要", "都要", "得要"):
        following = _solid(tokens, index + 1)
        if following is not None and following.kind in ("quality", "wish") and following.word not in _ALONE:
            return _extent(tokens, tokens.index(following) + 1)
        if token.word == "要" and _is_part(tokens, index):
            return index + 2
    return 0


_SIDES: Final = frozenset("左右前后上下中里外头尾")


def _is_part(tokens: list[Token], index: int) -> bool:
    """要左腿, and a kind whose name ends like that of the goods before it: which of it, not something else."""
    before = [token for token in tokens[:index] if token.kind in ("item", "qty")]
    if len(before) < 2 or index + 1 >= len(tokens) or {token.kind for token in before} != {"item", "qty"}:
        return False
    part = tokens[index + 1]
    after = tokens[index + 2].kind if index + 2 < len(tokens) else "stop"
    if part.kind != "text" or part.keys or after not in ("space", "comma", "stop") or len(part.word) > 3:
        return False
    item = next(token for token in reversed(before) if token.kind == "item")
    return part.word[0] in _SIDES or part.word[-1] == item.word[-1]


def _is_preference(tokens: list[Token], index: int) -> bool:
    """槐花的 in 「蜂蜜两瓶槐花的」: an unknown kind right behind a number, at the end of its clause."""
    token, before = tokens[index], tokens[index - 1] if index else None
    if before is None or before.kind != "qty" or before.approx or before.end != token.start or token.keys:
        return False
    closing = tokens[index + 1].word if index + 1 < len(tokens) else ""
    after = tokens[index + 2].kind if index + 2 < len(tokens) else "stop"
    short = len(token.word) <= 4 and not re.search(r"[不没别勿未莫否非比退减给]", token.word)
    return closing == "的" and after in ("space", "comma", "stop", "qty") and short and before.unit is not None


def _is_contrasted(tokens: list[Token], index: int) -> bool:
    """成人的 in 「口罩成人的两包儿童的一包」: two kinds nobody sells apart, each with its number."""
    described = [
        first
        for first, particle, number in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if first.kind == "text" and not first.keys and particle.word == "的" and number.kind == "qty"
    ]
    named = {token.keys for token in tokens if token.kind in ("item", "goods")}
    return len(named) == 1 and len({token.word for token in described}) > 1 and tokens[index] in described


def _is_wish(tokens: list[Token], index: int) -> bool:
    """不要 in front of anything that is not ordered (不要辣, 别太大), and every 少放, 不加."""
    word = tokens[index].word
    if word[:2] in ("不放", "不加", "别放", "别加", "少放", "多放", "少加"):
        return True
    following = _solid(tokens, index + 1)
    settled = (
        index > 0
        and tokens[index - 1].kind == "item"
        and tokens[index + 1 : index + 2]
        and tokens[index + 1].kind == "space"
    )
    if following is None or settled:
        return False
    return following.kind not in _ORDERING and following.kind not in ("comma", "stop", "fix", "ask", "done", "deny")


def _solid(tokens: list[Token], index: int) -> Token | None:
    return next((token for token in tokens[index : index + 4] if token.kind not in ("space", "filler")), None)


def _extent(tokens: list[Token], index: int, *, counted: bool = False, items: bool = True) -> int:
    """A note runs on to the next blank, punctuation, verb of ordering or item."""
    while index < len(tokens):
        token = tokens[index]
        if token.kind in _ENDS or (token.kind in ("item", "want") and not _belongs(tokens, index, items)):
            break
        if token.kind == "past" and token.word in LONG_PAST and tokens[index - 1].word[-1] not in "像跟和比照按同":
            break  # 剁小一点 上次那个…
        if token.kind == "qty" and not counted and _is_count(tokens, index):
            break
        index += 1
    return index


def _belongs(tokens: list[Token], index: int, items: bool) -> bool:
    """要 in front of a quality, or 葱 at the end of 多放葱, stays inside the note."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if tokens[index].kind == "want":
        return following is not None and following.kind in ("quality", "wish", "unwant")
    return items and (following is None or following.kind in ("comma", "stop"))


def _is_count(tokens: list[Token], index: int) -> bool:
    """A quantity that is an order again: 要大的两盒."""
    following = tokens[index + 1].kind if index + 1 < len(tokens) else "stop"
    varied = tokens[index - 1].kind == "quality" and following in ("space", "comma", "stop")  # 软毛2 硬毛1
    return tokens[index].value != "bare" or varied
