# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""What stands next to a plain 「鸡蛋两盒」 can turn it into a report, a complaint or a question."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.classes import BOOKABLE, BYGONE, CHANGING, PLAIN, SETTLED, WEAK_WANTS
from bot.parsing.conditions import goes_by_price, hangs_on_the_price
from bot.parsing.hearsay import joins_them, turns_to_oneself
from bot.parsing.questions import is_asking
from bot.parsing.segments import Segment, keys_of, last_solid
from bot.parsing.values import Role

_SERVICE: Final = re.compile(r"什么时候|几点|何时|啥时候|送|到货|能到|自提|哪里|在哪|可以|能不能|行吗|好吗")
_FRESH: Final = SETTLED | frozenset(
    "以这个为准 以这条为准 以这次为准 以此为准 这次 这回 这趟 今天 今日 今朝 今次 呢次 现在 那就 算了 还是 够 够了 足够 足够了 试试 尝尝 试一下 尝一下 尝尝鲜".split()
)


_ONESELF: Final = frozenset("自己 自家 我自己 我自家 自个儿 自个".split())
_MENDED: Final = frozenset("补 退 赔 换 重发 补发 退款 退钱 补偿 处理".split())


def spread(found: list[Segment], role: Role = "resident") -> None:
    """What stands next to a plain 「鸡蛋两盒」 can turn it into a report or a question."""
    _take_off_surplus(found)
    for segment, following in pairwise(found):
        first = next((token.word for token in following.tokens if token.kind not in ("space", "filler")), "")
        if first.startswith(("偏", "我偏", "硬要", "非")) and segment.kinds & {"unwant", "cancel"}:
            segment.verdict = "past"  # 我妈说不要买 我偏要买
        if segment.verdict == "deny" and "不是我" in segment.words and following.text.startswith("是"):
            following.verdict = "past"  # 不是我要退,是隔壁要退
        if segment.verdict == "pay" and following.verdict in ("order", "doubt") and _is_paid_for(following):
            following.verdict = "pay"
    for index, segment in enumerate(found):
        if segment.verdict == "order" and index:
            _hang(found, index)
        if segment.verdict != "order" or not segment.has_quantity():
            continue
        acting = bool(role == "leader" or _asks(segment) or segment.kinds & CHANGING or segment.words & _FRESH)
        acting = acting or _decides(segment) or _is_headed(segment) or _is_noted_later(found, index)
        acting = acting or (index > 1 and joins_them(segment, found[:index]))
        acting = acting or _goes_on(segment, found[index - 1] if index else None)
        if index + 1 < len(found) and found[index + 1].lead != "stop":
            _spread_back(segment, found[index + 1], acting)
        _judge_surplus(found, index)
        if index:
            _spread_on(segment, found[index - 1], acting=acting)
            told = found[index - 2] if index > 1 and found[index - 1].verdict in ("chat", "note") else None
            if told is not None and told.verdict == "past" and "done" in told.kinds:
                _spread_on(segment, told, acting=acting)  # 鸡收到了,很新鲜,两只都杀好的


def _asks(segment: Segment) -> bool:
    """Does it ask for goods, and not only join them: 鸡蛋两盒加馒头三袋 (一共多少钱)?"""
    if not segment.wants():
        return False
    tokens = segment.tokens
    joined = {
        id(b)
        for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if b.word == "加" and a.kind == "qty" and c.kind in ("qty", "item")
    }
    asks = [token for token in tokens if token.kind in ("add", "want") or token.sign == "w"]
    return any(id(token) not in joined for token in asks)


def _is_paid_for(segment: Segment) -> bool:
    """羊排那个, 两盒的 behind 「转了你84」: what the money is for."""
    if segment.wants() or segment.kinds & CHANGING:
        return False
    return not {"item", "qty"} <= segment.kinds and segment.tokens[-1].word in ("那个", "的", "那份", "那单")


def _is_headed(segment: Segment) -> bool:
    """请看:白酒2 牛奶2: a list behind a colon is an order, whatever was told before it."""
    kinds = [token.kind for token in segment.tokens]
    colon = kinds.index("colon") if "colon" in kinds else len(kinds)
    return not {"item", "qty"} & set(kinds[:colon]) and {"item", "qty"} <= set(kinds[colon:])


def _is_noted_later(found: list[Segment], index: int) -> bool:
    """毛豆两斤,今天总能记上了吧: does the next segment ask for nothing but that it is noted?"""
    following = found[index + 1] if index + 1 < len(found) else None
    if following is None or following.kinds & BOOKABLE or following.asked or following.verdict != "order":
        return False
    return following.wants() and {"item", "qty"} <= found[index].kinds


def _goes_on(segment: Segment, previous: Segment | None) -> bool:
    """电池一板 behind 「消毒液来三瓶」: the verb of a list is said once."""
    if previous is None or previous.verdict != "order" or segment.lead != "comma" or not previous.wants():
        return False
    listed = segment.kinds <= {"item", "qty", "space"} and {"item", "qty"} <= previous.kinds
    return listed and not set(keys_of(segment)) & set(keys_of(previous))


def _decides(segment: Segment) -> bool:
    """两箱吧, 那就一盒好了: a number and the word that settles it."""
    solid = [token for token in segment.tokens if token.kind not in ("space", "filler")]
    last = next((token for token in reversed(segment.tokens) if token.kind != "space"), None)
    settled = last is not None and (last.word in SETTLED or last.word in ("吧", "好了", "好啦", "得了", "算了"))
    if solid and solid[0].word in _ONESELF:
        solid = [token for token in solid[1:] if token.kind != "want"]  # 自家拿一盒算了
    return settled and [token.kind for token in solid] in (["qty"], ["item", "qty"], ["qty", "item"])


def _judge_surplus(found: list[Segment], index: int) -> None:
    """订多了 behind a number is a complaint; the number before it is no order."""
    segment, last = found[index], last_solid(found[index])
    if last is not None and last.word in ("吃", "用", "喝") and len(segment.tokens) > 1:
        last = next((token for token in reversed(segment.tokens) if token.kind == "set"), last)
    if last is None or last.kind != "set" or not last.word.endswith(("多了", "少了", "多", "不够")):
        return
    if "past" in segment.kinds and not segment.wants():
        segment.verdict = "past"  # 上回一斤不够吃
        return
    if _more_to_come(found, index):
        if not segment.wants() and "item" in segment.kinds:
            segment.verdict = "chat"  # 三盒鸡蛋太多了 留一盒吧
        return
    segment.verdict = "doubt" if segment.wants() else "chat"
    if index and segment.lead in ("none", "space") and found[index - 1].verdict == "order":
        found[index - 1].verdict = "doubt"  # 2只可以 3只太多


def _spread_on(segment: Segment, previous: Segment, *, acting: bool) -> None:
    """What was said before a number makes it a report, a complaint or a question."""
    if "total" in segment.kinds and previous.verdict == "past" and not segment.wants():
        segment.verdict = "past"  # 收齐了 一共春联12副
        return
    if not acting and (_sets_right(segment, previous) or _is_other_goods(segment, previous)):
        return
    if not acting and turns_to_oneself(segment, previous):
        return
    if not acting and segment.lead != "stop" and segment.verdict == "order":
        bare = previous.verdict in ("pay", "past", "deny") and not previous.kinds & {"item", "goods"}
        if bare and _tells_of_now(previous):
            return
        if bare or (previous.verdict in ("past", "deny", "trouble") and "item" not in segment.kinds):
            segment.verdict = "past"
        elif previous.verdict in ("trouble", "pay", "past", "deny"):
            segment.verdict = "doubt"
    if previous.verdict == "trouble" and _mends(segment):
        segment.verdict = "trouble"
    if previous.verdict == "query" and segment.verdict == "order" and not acting and _POINTING.search(segment.text):
        segment.verdict = "query"  # 取件码是不是 … 1份那个
    if segment.lead != "stop" and "if" in previous.kinds and previous.verdict in ("query", "whim"):
        segment.verdict = "query" if previous.verdict == "query" else "doubt"


def _tells_of_now(segment: Segment) -> bool:
    """老板刚批了预算: what has just happened, and is about no goods."""
    bygone = [token for token in segment.tokens if token.kind in BYGONE]
    return len(bygone) == 1 and bygone[0].word in ("刚", "刚刚", "才") and not segment.kinds & {"qty", "sub", "set"}


def _is_other_goods(segment: Segment, previous: Segment) -> bool:
    """草莓一盒 behind 「鸡蛋我婆婆买过了」: each is told of goods of its own."""
    named, before = set(keys_of(segment)), set(keys_of(previous))
    return bool(named and before) and not named & before and previous.verdict in ("past", "deny")


def _sets_right(segment: Segment, previous: Segment) -> bool:
    """是一箱 behind 「我没有要两箱」."""
    first = next((token.word for token in segment.tokens if token.kind != "space"), "")
    return previous.verdict == "deny" and first in ("是", "就是", "应该是", "其实是", "我是", "只是")


_ENOUGH: Final = SETTLED | frozenset("够 够了 够吃 够用 够喝 足够 足够了".split())
_SURPLUS: Final = frozenset("多订了 多买了 多拍了 多下了 多要了 多点了 多写了 多报了".split())


def _take_off_surplus(found: list[Segment]) -> None:
    """抽纸多订了一箱,请减掉: what was too much is taken off."""
    for segment, following in pairwise(found):
        enough = following.words & _ENOUGH and following.has_quantity() and not following.kinds & {"item", "goods"}
        if segment.verdict == "past" and segment.words & _SURPLUS and enough:
            segment.verdict, following.verdict = "chat", "order"  # 多订了 一只够吃
            continue
        bare = following.kinds & {"sub", "cancel"} and not following.kinds & (BOOKABLE - {"pair"})
        if segment.verdict != "past" or not segment.words & _SURPLUS or not bare:
            continue
        for token in segment.tokens:
            if token.word in _SURPLUS:
                token.kind = "sub"
        segment.verdict, following.verdict = "order", "chat"


_PROMOTED: Final = re.compile(r"买[一二两三\d][送赠]|半价|打\d?折")


def _hang(found: list[Segment], index: int) -> None:
    """An order that hangs on what stands before it."""
    if found[index - 1].verdict == "trouble" and "的是" in found[index].text:
        found[index].verdict = "trouble"  # 送错了,我要的是馒头
        return
    before = found[index - 1]
    if before.asked and _PROMOTED.search(before.text) and found[index].words & {"那", "那我", "那就", "真的"}:
        found[index].verdict = "doubt"  # 买一送一?那我要两盒
        return
    if _hangs_on_a_whim(found[index], before) or goes_by_price(found[index], before):
        found[index].verdict = "doubt"
    elif hangs_on_the_price(found, index):
        found[index].verdict = "query"


def _hangs_on_a_whim(segment: Segment, previous: Segment) -> bool:
    """如果明天下雨就不要烧鸡了, 要是不新鲜就退一盒."""
    changes = segment.kinds & {"cancel", "unwant", "sub", "set"}
    return (
        "if" in previous.kinds
        and previous.verdict != "query"
        and segment.lead in ("none", "comma", "space")
        and bool(changes)
    )


def _mends(segment: Segment) -> bool:
    """补我一卷 behind a complaint asks for what was owed, not for more."""
    if not segment.words & _MENDED:
        return False
    if "swap" in segment.kinds and "item" not in segment.kinds:
        return True  # 没电 这次给我换两板
    return is_asking(segment) or not (
        segment.kinds & {"item", "want"} or segment.words & {"再", "再来", "再要", "再加", "再买"}
    )


def _more_to_come(found: list[Segment], index: int) -> bool:
    return any(segment.verdict == "order" and segment.has_quantity() for segment in found[index + 1 :])


_LONG_AGO: Final = re.compile(
    r"\s*(?:对了|哦对|不过|但是|话说|说起来|就是)?\s*(?:上次|上回|上趟|上周|上个月|以前|之前|去年|往年)"
)
_EARLIER: Final = re.compile(r"上[次回趟批周期]|上个?(?:月|礼拜|星期)|昨[天日晚]|前[天日几]|之前那|以前那|那[次回批]")
_THOSE: Final = re.compile(r"那[一二两三四五六七八九十半几\d]")
_TOO_LITTLE: Final = re.compile(r"[不没]够|[吃喝用]完|太少|少了|不经[吃喝用]|没吃着|没尽兴")
"""Why there is more this time: 三斤, 上次两斤不够煲."""
_POINTING: Final = re.compile(r"[一二两三四五六七八九十\d][份盒袋斤只箱个瓶板提包条]那[个单份笔条](?=[\s,。]|$)")
_SUPPOSED: Final = re.compile(
    r"(?:如果|要是|若是|假如|假使|倘若|万一|一次|一下子)(?:我们?|咱们?|一次|一下子|多|一起|都|全|再|家|今天|明天|今晚|现在|这次|这会儿|周[一二三四五六日])*(?:要|买|拿|订|定|来|带|囤|下|团)[一二两三四五六七八九十\d]|[一二两三四五六七八九十\d].*的话\s*$"
)
"""A number that is only supposed: what is asked behind it decides."""
_SETTLING: Final = re.compile(r"(?:一共|总共|合计|总计|共).{0,8}(?:[转付给]你|转账|付款|收款|[转付]钱)")


def _is_supposed(segment: Segment, following: Segment) -> bool:
    """要是拿三箱,能不能便宜点: does a condition stand in front of what is asked?"""
    near = following.lead in ("none", "space")
    return "if" in segment.kinds and (near or _SUPPOSED.search(segment.text) is not None)


def _stands_apart(segment: Segment, following: Segment) -> bool:
    """A complete order in front of what was long ago: 电池三板 … 上次就给反了, 百香果24个 顺便投诉一下上批有4个是瘪的."""
    plain = segment.kinds <= PLAIN | {"filler", "note"} and {"item", "qty"} <= segment.kinds
    if not plain or following.lead == "none":
        return False
    again = _THOSE.search(following.text) or _TOO_LITTLE.search(following.text)
    if _LONG_AGO.match(following.text) and (not following.has_quantity() or again):
        return True
    return following.verdict == "trouble" and _EARLIER.search(following.text) is not None


def _spread_back(segment: Segment, following: Segment, acting: bool) -> None:
    first = next((token.word for token in following.tokens if token.kind != "space"), "")
    if following.verdict in ("deny", "past", "trouble") and first in ("但是", "但", "可是", "不过", "就是", "可惜"):
        segment.verdict = "held"
        return
    if following.lead == "none" and first in ("价格", "价钱", "单价", "报价"):
        segment.verdict = "query"  # 给我三斤牛腩的价格
        return
    others = set(keys_of(following)) or following.kinds & {"goods"}
    if following.verdict == "query" and others and not set(keys_of(following)) & set(keys_of(segment)):
        return  # 牛腩三斤 土豆有吗
    if "have" in following.kinds and following.lead == "space" and following.has_quantity():
        return  # 尿不湿两包 L码的家里还剩三包
    if _stands_apart(segment, following):
        return
    bare = not following.kinds & (BOOKABLE - {"qty"})
    if following.verdict in ("past", "trouble") and bare and not acting:
        segment.verdict = "past"
    elif following.verdict == "pay" and bare and not acting:
        segment.verdict = "doubt"
    elif following.verdict == "query" and following.lead == "none" and not acting:
        if _SETTLING.search(following.text):
            return  # 一共多少钱我转你
        about_service = _SERVICE.search(following.text) and not segment.words & WEAK_WANTS
        segment.verdict = "doubt" if about_service else "query"
    elif following.verdict == "query" and _is_supposed(segment, following):
        segment.verdict = "query"
