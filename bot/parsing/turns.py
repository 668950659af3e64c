# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Where a new segment begins although nobody wrote punctuation."""

from __future__ import annotations

from typing import Final

from bot.parsing.afresh import begins_anew
from bot.parsing.asides import complete_before, is_unordered
from bot.parsing.classes import BOOKABLE, BYGONE, CHANGING, FOR_ME, LONG_PAST, NEGATIONS, SETTLED
from bot.parsing.clauses import clause_at, is_background, is_talk, last_clause, orders_something
from bot.parsing.tokens import Token

_PARTICLES: Final = frozenset(
    "对吧 是吧 对吗 是吗 对么 对伐 吗 么 没 好吗 行吗 可以吗 好伐 行不行 好不好 好嘛 行么 可以么 ok吗 成吗 可以不 行不 好不 得唔得 伐 是不是 对不对 是伐".split()
)


_CLOSERS: Final = frozenset(
    "吗 么 甜不甜 大不大 脆不脆 酸不酸 熟不熟 贵不贵 是吧 对吧 对伐 是啵 对么 对吗 是吗 新不新鲜 好不好吃 够不够 到没 到了没 来没来".split()
)


_TURNS: Final = frozenset(
    "不过 但是 但 可是 然后 所以 这次 这回 这趟 今次 呢次 那 那就 那么 反正 另外 其实 顺便 今天 今日 今朝 现在 既然".split()
)


_NOW: Final = frozenset("这次 这回 这趟 今次 呢次 今天 今日 今朝 现在 那就".split())


_CLOSING: Final = SETTLED | frozenset("吧 好了 够了 算了".split())
_HESITATIONS: Final = frozenset("那个 这个 还有 那 叫 就是 还有那个 就那个".split())
_COMPLETING: Final = frozenset({"item", "goods", "text", "want", "add"})
_REASONS: Final = frozenset({"deny", "have", "trouble", "almost", "hold", "joke"})
_AFRESH: Final = frozenset({"item", "qty", "each", "all", "sub", "set", "swap", "only", "halve", "want", "add"})
_AFTERTHOUGHTS: Final = BYGONE | {"ask", "fix", "hold", "wish", "joke"}


def _clause(tokens: list[Token], index: int) -> set[str]:
    """Kinds of the words from `index` to the next blank or punctuation."""
    kinds: set[str] = set()
    for token in tokens[index:]:
        if token.kind in ("space", "comma", "stop"):
            break
        kinds.add(token.kind)
    return kinds


def _is_counted(tokens: list[Token], index: int) -> bool:
    """Does a number follow within a few words, before the next blank?"""
    for token in tokens[index + 1 : index + 5]:
        if token.kind in ("space", "comma", "stop", "item"):
            return False
        if token.kind == "qty":
            return True
    return False


def _is_reason(tokens: list[Token], index: int) -> bool:
    """屋企食唔晒 behind 「丑橘减一斤」: a clause set off by a blank that names nothing, and says why."""
    kinds = _clause(tokens, index)
    if "hold" in kinds and not kinds & {"qty", "want", "add"}:
        return True  # 先来A1盒 B等下次
    return bool(kinds & _REASONS) and not kinds & (BOOKABLE | CHANGING)


_LEFT_ALONE: Final = frozenset(
    "别动 别改 别换 不改 不换 不用改 不用换 不用动 不用加 不用加了 不加了 先不加 先不加了 先不用加 先不用加了 不用再加 不用再加了 别退 别退了 先别退 先不退 不退 不退了 别取消 先别取消 别删 莫退".split()
)
_NOT_NOW: Final = frozenset("先不要 先不订 先不买 先不来 先不用 先不定 暂时不要 暂时不订 暂时不买 先别要".split())


def _ends_with_item(current: list[Token]) -> bool:
    solid = [token for token in current if token.kind not in ("space", "filler")]
    return bool(solid) and solid[-1].kind == "item"


def _is_set_apart(current: list[Token], tokens: list[Token], index: int) -> bool:
    """今天胃口好 来两杯, 来两杯 今天胃口好: background before or behind a blank."""
    if is_background(clause_at(tokens, index)):
        return any(token.kind not in ("space", "filler") for token in current)
    before = last_clause(current)
    if is_talk(before) and orders_something(clause_at(tokens, index)):
        return True
    return is_background(before) and token_opens(tokens[index])


def token_opens(token: Token) -> bool:
    """Can a segment begin with this? A number needs what stands before it."""
    return token.kind not in ("qty", "times", "colon", "plus", "minus", "each")


_ENOUGH: Final = frozenset("够吃 够用 够喝".split())
SEEN_IN_PLACE: Final = _LEFT_ALONE | _NOT_NOW | _ENOUGH | frozenset("的话 么 什么 啥 去".split())
"""Words that `see_in_place` is about."""


def see_in_place(token: Token, current: list[Token], following: Token | None) -> None:
    """Words whose class depends on their neighbours."""
    if token.word == "的话" and current and current[-1].kind == "item" and not _is_condition(current):
        token.kind = "filler"  # 桃子的话来一盒: a topic, not a condition
    if token.word == "么" and token.kind == "ask" and following and following.kind in _COMPLETING | {"qty"}:
        token.kind = "filler"  # 牛腱子么要三斤
    hesitates = current and current[-1].word in _HESITATIONS and following is not None
    if (
        token.word in ("什么", "啥")
        and hesitates
        and following
        and following.kind in ("item", "goods", "space", "filler")
    ):
        token.kind = "filler"  # 那个什么厨房纸啊
    if token.word in _ENOUGH and (
        following is None
        or following.kind in ("space", "comma", "stop", "filler")
        or (
            following.kind in ("time", "number", "people", "qty")
            and following.word[0] not in "几多"
            and current
            and current[-1].kind == "qty"
        )
    ):
        token.kind = "filler"  # 一盒够吃, 两箱够吃一礼拜了
    if token.word == "去" and token.kind == "sub" and following and following.word == "了" and _is_to_go(current):
        token.kind = "cancel"  # 肥牛的给我去了
    if token.word == "去" and token.kind == "sub" and (following is None or following.kind != "qty"):
        token.kind = "filler"  # 去渍
    if token.word in _LEFT_ALONE and current and _ends_with_item(current):
        token.kind = "keep"  # 白菜别动
    if token.word in _NOT_NOW and current and _ends_with_item(current):
        token.kind = "cancel"  # 牛腩先不要: only that is not asked for


def _is_to_go(current: list[Token]) -> bool:
    """Do the tokens end like 豆浆给我, or 把豆浆?"""
    named = any(part.kind == "item" for part in current)
    return named and (current[-1].word in FOR_ME or (_ends_with_item(current) and "把" in [p.word for p in current]))


def _is_pointed_at(following: Token, before: Token) -> bool:
    """两只, 只, 份儿 behind 那, and 家 behind somebody's: what 那 points at, so that it begins nothing."""
    single = following.kind == "this" and len(following.word) == 1
    housed = before.kind == "person" and following.word[0] in "家户"
    return following.kind == "qty" or single or housed or following.word in ("份", "份儿")


def turn_at(current: list[Token], tokens: list[Token], index: int) -> str:
    """`space` or `none` when a new segment begins at `index`, empty otherwise."""
    token = tokens[index]
    following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
    if token.word == "那" and following and _is_pointed_at(tokens[index + 1], current[-1]):
        return ""  # 昨天那两只, 32.8那只, 楼上那家
    if token.word == "有" and current[-1].kind == "ask" and following and tokens[index + 1].word[0] == "就":
        return "none"  # 还有没有|有就留两把
    if token.word in _NOW and {part.kind for part in current} <= {"if", "filler", "space"}:
        return ""  # 假如我今天订一箱
    if token.word in _NOW and following in ("hold", "cancel", "unwant", "deny") and _ends_with_item(current):
        return ""  # 火龙果这次先不要
    if token.word in ("先", "就", "那就") and following == "qty" and current[-1].word[1:2] == "不":
        return "none" if current[-1].kind == "deny" else ""  # 阳台堆不下先一桶吧
    if current[-1].kind == "space" and _settles(current, tokens, index):
        return "space"  # 本来想要三盒 太甜 就一盒吧
    anew = begins_anew(current, tokens, index)
    if anew:
        return anew
    turn = _turn(current, token, counted=token.kind == "item" and _is_counted(tokens, index))
    if not turn and complete_before(current, token) and is_unordered(current):
        return "none"  # 绿萝两盆 现金|已收
    if turn or current[-1].kind != "space":
        return turn
    if any(t.kind == "qty" for t in current) and _is_reason(tokens, index):
        return "space"
    return "space" if token.kind != "space" and _is_set_apart(current, tokens, index) else ""


def _settles(current: list[Token], tokens: list[Token], index: int) -> bool:
    """Does a clause begin that settles on a number, behind what was nearly ordered or behind talk: 就一盒吧, 一份吧?"""
    token, following = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None:
        return False
    if token.word in ("就", "那就") and following.kind == "qty":
        return any(part.kind in ("almost", "have") for part in current)
    if token.kind != "qty" or following.word not in _CLOSING:
        return False
    before = {part.kind for part in current}
    return bool(before & {"almost", "have"}) or not before & {"item", "goods", "qty"}


def _is_condition(current: list[Token]) -> bool:
    return any(token.kind in ("if", "qty") or token.word in ("有", "还有", "有货", "没有") for token in current)


def _turn(current: list[Token], token: Token, *, counted: bool = False) -> str:
    """`space` or `none` when a new segment begins with `token`, empty otherwise."""
    if not current:
        return ""
    spaced = current[-1].kind == "space"
    solid = current[-2] if spaced and len(current) > 1 else current[-1]
    if solid.word in ("的", "了", "啊", "呀") and spaced and len(current) > 2 and current[-3].kind == "deny":
        solid = current[-3]  # 吃不完的 退掉两袋
    kinds = {part.kind for part in current}
    turns = _closes(current, kinds, solid, token) or _opens(
        kinds,
        solid,
        token,
        spaced=spaced,
        set_off=token.kind in ("add", "want") and _is_set_off(current),
        counted=counted,
    )
    if not turns and spaced:
        turns = _apart(current, kinds, token)
    return ("space" if spaced else "none") if turns else ""


def _closes(current: list[Token], kinds: set[str], solid: Token, token: Token) -> bool:
    """Is what stands before `token` complete: a question with its particle, a condition, an order with 就行?"""
    if "if" in kinds and (solid.word == "的话" or token.word == "就") and token.kind != "space":
        return True
    if solid.kind == "ask" and solid.word in _CLOSERS and token.kind not in ("filler", "ask", "space"):
        return True
    if solid.word == "吧" and solid is not current[-1] and {"没", "不会"} & {part.word for part in current[:3]}:
        return True  # 你没把馒头记成面包吧 馒头再要一袋
    if solid.word in SETTLED and "qty" in kinds and token.kind not in ("filler", "space"):
        return True
    turns = token.kind == "filler" and token.word in _TURNS and solid.word != "不是" and solid.kind != "if"
    return turns and any(part.kind not in ("filler", "space") for part in current)


def _opens(kinds: set[str], solid: Token, token: Token, *, spaced: bool, set_off: bool, counted: bool) -> bool:
    """Does `token` begin an order behind talk of what was, or a question behind an order?"""
    complete = "qty" in kinds and kinds & _COMPLETING
    refused = solid.word.rstrip("啊呀哈哦呢嘛吧噢嘞哒") if solid.kind == "cancel" else ""
    if refused and token.kind == "item" and solid.word[0] not in NEGATIONS and not kinds & BOOKABLE:
        return False  # 取消了鸡蛋: what goes is named behind the verb
    if refused and (refused[-1] in "了啦喽咯" or refused != solid.word) and len(solid.word) > 2:
        return token.kind not in ("filler", "space", "request", "ask", "cancel", "sub")
    if "have" in kinds and token.kind == "cancel" and "item" in kinds and solid.kind != "item":
        return True  # 酸奶家里还有就不要了
    if "have" in kinds and token.kind == "only" and token.word in ("就要", "只要", "就来"):
        return True  # 家里还有三条就要两条吧
    if kinds & BYGONE and token.kind == "item" and solid.word[-1:] in ("了", "过", "啦") and counted:
        return True  # 鸡蛋我婆婆买过了草莓一盒就行
    if complete and token.word in LONG_PAST and kinds & {"want", "add"}:
        return True  # 来两盒不要压坏的上次那盒都出水了
    if complete and token.kind in _REASONS and solid.word in ("吧", "啦", "了", "哈", "呗", "嘛", "啊", "呀"):
        return True  # 拿掉一盒吧吃不动
    if solid.kind == "deny" and solid.word[1:2] in "不勿" and token.kind in _AFRESH | {"cancel"}:
        return True  # 吃不完 两斤够了
    if token.kind in ("add", "want"):
        over = kinds & (BYGONE | {"ask"}) and (spaced or set_off or not kinds & {"deny", "almost", "past"})
        return bool(over) and solid.kind not in ("deny", "past", "almost", "ask", "if")
    if token.kind in ("ask", "request") and token.word not in _PARTICLES:
        return bool(complete) or (spaced and "qty" in kinds)
    return bool(complete) and token.kind == "have"


def _is_set_off(current: list[Token]) -> bool:
    """Has a blank passed since the last word about what was, or was not?"""
    for token in reversed(current):
        if token.kind == "space":
            return True
        if token.kind in BYGONE:
            return False
    return False


def _apart(current: list[Token], kinds: set[str], token: Token) -> bool:
    """Is a blank in front of `token` as good as a comma?"""
    if token.word.startswith(("偏", "我偏", "硬要", "非")) and token.kind == "want":
        return True
    if any("不是" in part.word for part in current if part.kind in ("other", "deny") or part.word == "不是"):
        return True
    if "qty" in kinds and kinds & _COMPLETING and token.kind in _AFTERTHOUGHTS:
        return True
    if kinds & {"think", "praise"} or ("hold" in kinds and token.kind in ("want", "add")):
        return True
    if not kinds & (BYGONE | {"ask"}) or token.word.isascii():
        return False
    if token.word in ("把", "将"):
        return True  # 鸡蛋家里还有大半盒 把鸡蛋撤了
    if {"total", "done"} <= kinds:
        return False  # 收齐了 一共春联12副 福字30包
    if token.kind == "cancel" and kinds & {"deny", "have"} and token.word[-1] in "了吧啦":
        return True  # 我妈不让吃 退了吧, 带鱼家里还有 不要了
    return (
        token.kind in ("item", "qty", "room", "fix", "only")
        or "ask" in kinds
        or ("deny" in kinds and token.kind in _AFRESH)
    )
