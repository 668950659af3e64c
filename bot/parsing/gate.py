# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""The negative gate: which parts of a message ask for something, and which only talk about it.

Every segment gets a verdict; only `order` segments are read for items and quantities.
"""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.segments import WEAK_WANTS, Segment, cut, last_solid
from bot.parsing.tokens import Token


def segments(tokens: list[Token]) -> list[Segment]:
    """Cut and judge."""
    found = cut(tokens)
    for segment in found:
        segment.verdict = verdict_of(segment)
    spread(found)
    return found


BOOKABLE: Final = frozenset({"item", "goods", "qty", "pair"})


ACTING: Final = frozenset({"want", "add"})


CHANGING: Final = frozenset({"cancel", "sub", "set", "swap", "only", "halve", "double", "keep", "rest", "except"})


_FRESH: Final = frozenset(
    "以这个为准 以这条为准 以这次为准 以此为准 这次 这回 这趟 今天 今日 今朝 今次 呢次 现在 就够了 就行 就好 就可以了 那就 算了 还是".split()
)


_SERVICE: Final = re.compile(r"什么时候|几点|何时|啥时候|送|到货|能到|自提|哪里|在哪|可以|能不能|行吗|好吗")


_TAG: Final = re.compile(r"有.{1,5}没$|[^要了]不$|((?!了)[一-龥])[不没]\1")


_PRICE_WORDS: Final = re.compile(
    r"便宜|降|涨|打折|打\d?折|优惠|划算|贵|多少钱|几钱|几钿|几多|什么价|啥价|价格|价钱|单价|怎么卖|咋卖|点卖|几块|几元|免运费|包邮|少点钱|how much|price"
)


_POSTPONED: Final = re.compile(r"等.{1,12}再(?:来(?!拿|取|领)|要|买|订|说|看|定|囤|下单|入)")


_WHIM: Final = re.compile(
    r"有空|有钱|有时间|有人|下雨|天气|发工资|同意|想吃|高兴|心情|来客|涨|中奖|发财|减肥|我是|我有|放假|不忙"
)


_HEARSAY: Final = re.compile(
    r"(?:[妈爸婆公姐妹哥弟]|老[公婆]|孩子|他|她|人家|朋友|同事|邻居)(?:们)?(?:说|讲|问|想)(?!一|错|好)"
)


_ASKING_AROUND: Final = re.compile(
    r"(?:我|得|要|先|再|去)(?:再|先|去|得)?问(?:问|一下|下|过)?(?:她|他|我|老|家|妈|爸|孩)"
)


_UNABLE: Final = re.compile(r"[吃喝用买要拿放装扛带搬住]不[下了起完动着到](?!的)")


_REFERRING: Final = re.compile(
    r"(?:我|你|他|她|我家)(?:[订定要买]?的)?那?[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提](?!.*[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提])(?=.*(?:呢|好|到|在)\s*$)"
)


_MINE: Final = re.compile(r"我那[一二两三四五六七八九十\d]")


_GOODS_CONDITION: Final = re.compile(
    r"咬|嚼|养|有|甜|鲜|好|活|熟|脆|嫩|辣|酸|能|可以|方便|够|剩|来得及|现做|是|行|卖完|大|小|新|热|冰|送|切|杀|退|换"
)


_NOT_SO: Final = re.compile(r"不是(?:这次|今天|说|真的?要|想|现在|要)")


_SOMEBODYS: Final = re.compile(r"[你他她](?:家|们)?(?:的|那)[一二两三四五六七八九十\d]")


_HOW_MANY: Final = re.compile(r"[有剩是够装订还]")
_PAID_LATER: Final = re.compile(
    r"(?:晚点|等下|等会|回头|稍后|待会|一会|到时|明天|取货|见面|下午|晚上|拿货|马上|这就).{0,4}[转付给]|再[转付给]|怎么[转付]|[转付].{0,3}哪"
)
_MENDED: Final = frozenset("补 退 赔 换 重发 补发 退款 退钱 补偿 处理".split())
_GAVE: Final = re.compile(r"[送给分还寄带拿丢扔放]给?.{0,6}了\s*$")


_ELSEWHERE: Final = re.compile(
    r"隔壁[团群]|别的[团群]|其他[团群]|另一个[团群]|超市|菜场|菜市场|拼多多|盒马|淘宝|京东|美团|别家|外面|才\s?[一二两三四五六七八九十\d]+[块元]"
)
_CONFIRMING: Final = frozenset("吗 么 对吧 是吧 对吗 是吗 对么 对伐".split())
_TOLD: Final = re.compile(
    r"(?:昨天|昨晚|昨日|前天|刚才|刚刚|上次|之前)(?:你|你们|群里|群主|团长)*(?:说|发|讲|提|推荐|介绍)(?:过|到)?的"
)
_RELATIVE: Final = re.compile(r"[一二两三四五六七八九十\d][^,。]{1,8}的(?:人|钱|事|邻居|举手|都)")
_ERRAND: Final = re.compile(r"把[一二两三四五六七八九十\d]|[替代].{1,4}拿")
_ANOTHER_ROUND: Final = re.compile(
    r"(?:明天|后天|周[一二三四五六日末]|下一?[次回期团批周轮]|下个?星期|改天|昨天|前天|上一?[次回期团批轮])的?(?:团|那[期批次轮团])"
)
_PASSED_ON: Final = re.compile(
    r"[匀让转分][一二两三四五六七八九十半\d]\S{0,3}给(?!我)|换(?!成)[一二两三四五六七八九十\d].{1,2}成|钱换成|对调|互换"
)
_REMARKS: Final = (  # pattern, even with a verb of asking, even with a verb of changing, verdict
    (_UNABLE, True, True, "deny"),
    (_NOT_SO, True, True, "deny"),
    (_SOMEBODYS, False, True, "past"),
    (_MINE, True, False, "doubt"),
    (_REFERRING, False, False, "doubt"),
    (_GAVE, False, False, "past"),
    (_ELSEWHERE, False, False, "past"),
    (_RELATIVE, True, True, "past"),
    (_ERRAND, True, False, "doubt"),
    (_ANOTHER_ROUND, True, True, "doubt"),
    (_PASSED_ON, True, True, "doubt"),
)
_SWEEPING: Final = frozenset({"all", "refer", "each", "alike", "evenly"})
_CONDITIONAL: Final = frozenset(
    {"if", "item", "filler", "space", "text", "praise", "quality", "qty", "time", "number", "note", "person"}
)


def verdict_of(segment: Segment) -> str:
    """What the words of one segment make of it; `spread` looks at its neighbours."""
    kinds = segment.kinds
    outright = next((kind for kind in ("joke", "hold", "deny") if kind in kinds), None)
    if outright is not None:
        return outright
    if _is_asking(segment):
        return _question(segment)
    if "if" in kinds:
        return _condition(segment)
    if _POSTPONED.search(segment.text) or _ASKING_AROUND.search(segment.text):
        return "hold"
    over = _over(segment)
    if over:
        return over
    if "maybe" in kinds and "qty" in kinds:
        return "doubt"
    return _remark(segment) or _plain(segment)


def _over(segment: Segment) -> str:
    """The verdict on what has happened already, empty when the segment is about something else."""
    kinds = segment.kinds
    if kinds & {"almost", "have"}:
        return "past"
    if "trouble" in kinds and not kinds & {"unwant", "cancel"}:
        return "trouble"
    if "pay" in kinds:
        return "note" if _PAID_LATER.search(segment.text) else "pay"
    return _bygone(segment) if kinds & {"done", "past"} else ""


def _condition(segment: Segment) -> str:
    if _PRICE_WORDS.search(segment.text):
        return "query"
    if segment.kinds & {"past", "done", "almost"} and not segment.wants():
        return "past"
    if segment.kinds & {"cancel", "unwant"}:
        return "doubt"
    if _WHIM.search(segment.text) or not _is_answerable(segment):
        return "whim"
    return (
        "cond"
        if last_solid(segment) is None or segment.tokens[-1].word == "的话" or segment.kinds <= _CONDITIONAL
        else "order"
    )


def _is_answerable(segment: Segment) -> bool:
    """A condition on the goods or on the leader (有的话, 甜的话, 能送就), not on the weather or a husband."""
    condition = re.sub(r"如果|要是|假如|万一|若是|倘若|的话|[\s我就]", "", segment.text)
    return len(condition) <= 4 or _GOODS_CONDITION.search(condition) is not None


def _remark(segment: Segment) -> str:
    """The verdict on sentences that only look like an order, empty for all others."""
    wants, changes = segment.wants(), bool(segment.kinds & CHANGING)
    for pattern, even_wanting, even_changing, verdict in _REMARKS:
        if (even_wanting or not wants) and (even_changing or not changes) and pattern.search(segment.text):
            return verdict
    if "qty" in segment.kinds:
        if not wants and not changes and _is_somebodys(segment.tokens):
            return "past"
        return "doubt" if _HEARSAY.search(segment.text) and not segment.kinds & {"cancel", "swap"} else ""
    if "item" in segment.kinds and not wants:
        chosen = "还是" in segment.words and "note" in segment.kinds
        return "query" if chosen or segment.text.rstrip().endswith("呢") else ""
    return ""


def _is_somebodys(tokens: list[Token]) -> bool:
    """小王的2只烧鸡."""
    return any(
        owner.kind in ("name", "person") and link.word == "的" and number.kind == "qty"
        for owner, link, number in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _plain(segment: Segment) -> str:
    kinds = segment.kinds
    if "praise" in kinds and not kinds & ({"qty", "want", "add"} | CHANGING):
        return "chat"
    if kinds & (BOOKABLE | CHANGING | {"fix"}) or (kinds & _SWEEPING and "note" not in kinds):
        return "order"
    if kinds & {"note", "wish", "quality", "unwant"}:
        return "note"
    if kinds & ACTING and ("text" in kinds or kinds <= {"want", "filler", "space", "this"}):
        return "order"
    return "chat"


def _is_asking(segment: Segment) -> bool:
    if segment.asked or "ask" in segment.kinds or is_tag_question(segment):
        return True
    last = last_solid(segment)
    if last is None or last.kind != "qty" or not last.word.startswith("几"):
        return False
    counts = sum(token.kind == "qty" for token in segment.tokens)
    return "done" in segment.kinds or counts > 1 or _HOW_MANY.search(segment.text) is not None


def is_tag_question(segment: Segment) -> bool:
    """Does it end like 有优惠没, 能匀我两盒不, or ask X不X?"""
    return _TAG.search(segment.text.rstrip()) is not None


def _question(segment: Segment) -> str:
    kinds = segment.kinds
    named = kinds & {"item", "goods"}
    asks = {token.word for token in segment.tokens if token.kind == "ask"}
    changing = kinds & {"cancel", "sub", "set", "swap", "halve", "double"}
    counts = [token.word for token in segment.tokens if token.kind == "qty"]
    if counts and counts[-1].startswith("几") and (not segment.wants() or "done" in kinds):
        return "query"
    if "要不要" in asks or "还是" in segment.words:
        return "doubt" if named or "qty" in kinds else "query"
    polite = (
        "request" in kinds
        or asks & {"行吗", "可以吗", "好吗", "行不行", "好不好"}
        or is_tag_question(segment)
        or asks & {"能不能", "可不可以", "能否", "可否"}
    )
    if polite and not _PRICE_WORDS.search(segment.text) and "trouble" not in kinds:
        served = segment.words & {"给我", "帮我", "替我", "俾我", "畀我", "帮忙", "给", "帮"}
        agreed = asks & {"行吗", "可以吗", "好吗", "行不行", "好不好", "可以么", "行么"}
        if (segment.wants() and ("qty" in kinds or (named and (served or agreed)))) or (
            changing and ("qty" in kinds or ((named or served) and changing != {"sub"}))
        ):
            return "order"
        if changing and "ask" in kinds and not kinds & {"done", "past"}:
            return "query"
    if kinds & {"trouble"} and not named:
        return "trouble"
    if "trouble" in kinds or (kinds & {"done", "past"} and "qty" in kinds):
        return "trouble" if "trouble" in kinds else "past"
    if "qty" in kinds and segment.wants() and not kinds & {"if", "past", "done", "unwant"}:
        return "order" if asks - _CONFIRMING else "doubt"
    if (
        segment.asked
        and not asks
        and "qty" in kinds
        and named
        and not _PRICE_WORDS.search(segment.text)
        and not kinds & {"if", "past", "done"}
    ):
        return "doubt"
    return "query"


def _bygone(segment: Segment) -> str:
    """`past` for what is over; empty when the segment changes what was ordered (昨天订的两盒不要了)."""
    kinds = segment.kinds
    if kinds & {"cancel", "sub", "set", "swap", "halve", "double"} and "trouble" not in kinds:
        return ""
    if "done" in kinds:
        return "past"
    if "only" in kinds:
        return ""
    if "add" in kinds or ("fix" in kinds and "want" in kinds):
        return ""
    if segment.wants() and "qty" in kinds:
        return "" if _TOLD.search(segment.text) and "是给" not in segment.text else "doubt"
    return "past"


def spread(found: list[Segment]) -> None:
    """What stands next to a plain 「鸡蛋两盒」 can turn it into a report or a question."""
    for index, segment in enumerate(found):
        if segment.verdict == "order" and index:
            _hang(found, index)
        if segment.verdict != "order" or not segment.has_quantity():
            continue
        acting = segment.wants() or segment.kinds & CHANGING or segment.words & _FRESH
        following = found[index + 1] if index + 1 < len(found) else None
        previous = found[index - 1] if index else None
        if following is not None and following.lead != "stop":
            _spread_back(segment, following, bool(acting))
        last = last_solid(segment)
        if (
            last is not None
            and last.kind == "set"
            and last.word.endswith(("多了", "少了", "多", "不够"))
            and not _more_to_come(found, index)
        ):
            segment.verdict = "doubt" if segment.wants() else "chat"
            if previous is not None and segment.lead in ("none", "space") and previous.verdict == "order":
                previous.verdict = "doubt"  # 2只可以 3只太多
        if not acting and previous is not None and segment.lead != "stop" and segment.verdict == "order":
            if (previous.verdict in ("pay", "past", "deny") and not previous.kinds & {"item", "goods"}) or (
                previous.verdict in ("past", "deny", "trouble") and "item" not in segment.kinds
            ):
                segment.verdict = "past"
            elif previous.verdict in ("trouble", "pay", "past", "deny"):
                segment.verdict = "doubt"
        if previous is not None and previous.verdict == "trouble" and _mends(segment):
            segment.verdict = "trouble"
        depends = previous is not None and segment.lead != "stop" and "if" in previous.kinds
        if previous is not None and depends and previous.verdict in ("query", "whim"):
            segment.verdict = "query" if previous.verdict == "query" else "doubt"


def _hang(found: list[Segment], index: int) -> None:
    """An order that hangs on what stands before it."""
    if _hangs_on_a_whim(found[index], found[index - 1]):
        found[index].verdict = "doubt"
    elif _hangs_on_the_price(found, index):
        found[index].verdict = "query"


def _hangs_on_a_whim(segment: Segment, previous: Segment) -> bool:
    """如果明天下雨就不要烧鸡了, 要是不新鲜就退一盒."""
    changes = segment.kinds & {"cancel", "unwant", "sub", "set"}
    return "if" in previous.kinds and previous.verdict != "query" and segment.lead == "none" and bool(changes)


def _hangs_on_the_price(found: list[Segment], index: int) -> bool:
    """买两盒能便宜点吗 能的话我要四盒."""
    conditions = [at for at in (index - 1, index) if at >= 0 and "if" in found[at].kinds]
    if not conditions or not conditions[0]:
        return False
    asked = found[conditions[0] - 1]
    return asked.verdict == "query" and _PRICE_WORDS.search(asked.text) is not None


def _mends(segment: Segment) -> bool:
    """补我一卷 behind a complaint asks for what was owed, not for more."""
    if not segment.words & _MENDED:
        return False
    if "swap" in segment.kinds and "item" not in segment.kinds:
        return True  # 没电 这次给我换两板
    return _is_asking(segment) or not (
        segment.kinds & {"item", "want"} or segment.words & {"再", "再来", "再要", "再加", "再买"}
    )


def _more_to_come(found: list[Segment], index: int) -> bool:
    return any(segment.verdict == "order" and segment.has_quantity() for segment in found[index + 1 :])


def _spread_back(segment: Segment, following: Segment, acting: bool) -> None:
    first = next((token.word for token in following.tokens if token.kind != "space"), "")
    if following.verdict in ("deny", "past", "trouble") and first in ("但是", "但", "可是", "不过", "就是", "可惜"):
        segment.verdict = "held"
        return
    bare = not following.kinds & (BOOKABLE - {"qty"})
    if following.verdict in ("past", "trouble") and bare and not acting:
        segment.verdict = "past"
    elif following.verdict == "pay" and bare and not acting:
        segment.verdict = "doubt"
    elif following.verdict == "query" and following.lead == "none" and not acting:
        about_service = _SERVICE.search(following.text) and not segment.words & WEAK_WANTS
        segment.verdict = "doubt" if about_service else "query"
    elif following.verdict == "query" and "if" in segment.kinds and following.lead in ("none", "space"):
        segment.verdict = "query"
