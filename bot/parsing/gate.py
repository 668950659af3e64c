"""The negative gate: which parts of a message ask for something, and which only talk about it.

Every segment gets a verdict; only `order` segments are read for items and quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from bot.parsing.classes import ACTING, BOOKABLE, CHANGING, LONG_PAST, PLAIN
from bot.parsing.clauses import clause_at, is_background, is_talk, orders_something
from bot.parsing.conditions import hangs, waits
from bot.parsing.hearsay import set_hearsay_aside
from bot.parsing.questions import PRICE_WORDS, is_asking, question
from bot.parsing.remarks import RHETORICAL, SWEEPING, remark
from bot.parsing.segments import Segment, cut, last_solid
from bot.parsing.spread import spread
from bot.parsing.tokens import Token
from bot.parsing.values import Role


def segments(tokens: list[Token], role: Role = "resident") -> list[Segment]:
    """Cut and judge. A leader writes down what others say: hearsay is an order, and money was taken for it."""
    found = cut(tokens)
    for segment in found:
        segment.verdict = verdict_of(segment, role)
    if len(found) == 1 and found[0].kinds <= PLAIN:
        return found  # nothing beside it, and nothing in it, that could turn it round
    _set_background_aside(found)
    set_hearsay_aside(found)
    for segment, following in pairwise(found):
        if (
            following.verdict == "order"
            and following.lead in ("none", "space")
            and waits(segment.text + following.text)
        ):
            following.verdict = "hold"  # 等我发了工资 来十只
    spread(found, role)
    return found


_POSTPONED: Final = re.compile(r"等.{1,12}再(?:来(?!拿|取|领)|要|买|订|说|看|定|囤|下单|入)")


_WHIM: Final = re.compile(
    r"有空|有钱|有时间|有人|下雨|天气|发工资|同意|想吃|高兴|心情|来客|涨|中奖|发财|减肥|我是|我有|放假|不忙"
)


_ANOTHER_DAY: Final = re.compile(
    r"(?:如果|要是|若是|假如|万一)(?:明天|后天|下周|下次|过两天|到时候|周末).{0,3}(?:还有|有|没)"
)
_DELEGATED: Final = re.compile(
    r"[你您]?看着(?:给|办|弄|切|拿|来|配|称|留|装|选|挑|安排)|[由随]你(?:们)?(?:定|便|拿|配)|你(?:说了算|来定|帮我定)"
)
"""肘子您看着给切吧: how much is left to the leader."""
_ASKING_AROUND: Final = re.compile(
    r"(?:我|得|要|先|再|去)(?:再|先|去|得)?问(?:问|一下|下|过)?(?:她|他|我|老|家|妈|爸|孩)"
)
_USES: Final = re.compile(r"[吃喝用炫][一二两三四五六七八九十几半\d]")
_MAY_BE_RHETORICAL: Final = re.compile("[哪谁怎岂]")
_SETTLING: Final = frozenset("我哪谁怎岂等问急忙")
"""What one of stands in every text that words of one class do not settle but a turn of phrase does."""
_CAREER: Final = re.compile(
    r"我(?:们|们?家)?(?:还不如|不如|干脆|直接|都可以|都能|是)?(?:去)?(?:开|办|改行|承包|摆)(?:一?个|一?家)?[^,。\s]{0,3}(?:店|场|摊|厂|馆|食堂|超市|饭店|铺子)"
    r"[^,。]{0,3}(?:得了|算了|好了|去了|啊|吗|了)"
)
"""来十只鸡?我开养鸡场得了: nobody orders so much."""
_RUINED: Final = frozenset("吃穷 吃垮 吃破产 喝破产 吃空 搬空 买空 疯了".split())
_AWAITED: Final = re.compile(
    r"等(?![你您]|团长|群主|老板)[^,。\d]{1,6}?(?:拍板|定夺|点头|批准|批下来|发话|松口|首肯|做主)(?!就)"
)
"""等我对象拍板: somebody else decides, and has not yet."""
_NOT_YET: Final = re.compile(
    r"(?:别|莫|甭|不要|不用|勿要)(?:急着|着急|忙着|急吼吼)(?:给我|帮我|给|替我)?(?:记|下单|登记|算|订|报|写)"
)


_GOODS_CONDITION: Final = re.compile(
    r"今天的|今日的|当天|本地|自家|正宗|系|木|棉|真|正|咬|嚼|养|有|甜|鲜|好|活|熟|脆|嫩|辣|酸|能|可以|方便|够|剩|来得及|现做|是|行|卖完|大|小|新|热|冰|送|切|杀|退|换|[淡咸软硬糯沙粉瘦肥薄厚香苦]"
)
_PAID_LATER: Final = re.compile(
    r"(?:晚点|等下|等会|回头|稍后|待会|一会|到时|明天|取货|见面|下午|晚上|拿货|马上|这就).{0,4}[转付给]|再[转付给]|怎么[转付]|[转付].{0,3}哪"
)
_HEARD: Final = re.compile(
    r"(?:跟我|和我|给我|同我|对我|电话|微信|打来|路上|碰到|遇到|当面).{0,8}(?:说|讲|要|订|报|托)"
)
"""How a leader comes to note an order down (刚电话里跟我说两箱)."""
_TOLD: Final = re.compile(
    r"(?:昨天|昨晚|昨日|前天|刚才|刚刚|上次|之前)(?:你|你们|群里|群主|团长)*(?:说|发|讲|提|推荐|介绍)(?:过|到)?的"
)
_CONDITIONAL: Final = frozenset(
    {"if", "item", "filler", "space", "text", "praise", "quality", "qty", "time", "number", "note", "person"}
)


def _set_background_aside(found: list[Segment]) -> None:
    """给师傅们买点早饭 is only talk when goods with a number are named beside it."""
    counted = [
        any(token.kind == "qty" and not token.approx for token in segment.tokens) and segment.verdict == "order"
        for segment in found
    ]
    for segment in found:
        if segment.verdict == "order" and any(counted) and is_background(segment.tokens):
            segment.verdict = "chat"
    for segment, following in pairwise(found):
        told = segment.verdict in ("order", "trouble", "past") and is_talk(segment.tokens)
        if told and following.verdict == "order" and orders_something(clause_at(following.tokens, 0)):
            segment.verdict = "chat"


def verdict_of(segment: Segment, role: Role = "resident") -> str:
    """What the words of one segment make of it; `spread` looks at its neighbours."""
    kinds = segment.kinds
    if segment.aside and "qty" in kinds:
        return "chat"
    if kinds <= PLAIN and "qty" in kinds and not segment.asked and not any(t.approx for t in segment.tokens):
        return "order"
    outright = _outright(segment)
    if outright:
        return outright
    if is_asking(segment):
        return question(segment)
    if "if" in kinds:
        return _condition(segment)
    if "等" in segment.text and _POSTPONED.search(segment.text):
        return "hold"
    over = "" if role == "leader" and _HEARD.search(segment.text) else _over(segment)
    if over:
        return over
    hanging = "doubt" if _is_for_money(segment) else hangs(segment)
    if hanging:
        return hanging
    if _leaves_open(segment):
        return "doubt"
    return remark(segment, role) or _plain(segment)


def _outright(segment: Segment) -> str:
    """What one word settles: a joke, something put off or denied; empty when none does."""
    found = next((kind for kind in ("joke", "hold", "deny") if kind in segment.kinds), "")
    if found == "joke" and segment.kinds & {"past", "done"} and segment.words & _RUINED:
        return "past"  # 上月买了四盒吃破产了
    text = segment.text
    if found or _SETTLING.isdisjoint(text):
        return found
    if "我" in text and _CAREER.search(text):
        return "joke"
    if _MAY_BE_RHETORICAL.search(text) and RHETORICAL.search(text):
        return "deny"
    awaited = "等" in text and _AWAITED.search(text)
    return "hold" if awaited or _ASKING_AROUND.search(text) or _NOT_YET.search(text) else ""


def _leaves_open(segment: Segment) -> bool:
    """大概要两盒, 肘子您看着给切吧: the number is not settled, or not said."""
    kinds = segment.kinds
    if "qty" in kinds:
        return "maybe" in kinds
    return bool(kinds & {"item", "goods"}) and _DELEGATED.search(segment.text) is not None


def _over(segment: Segment) -> str:
    """The verdict on what has happened already, empty when the segment is about something else."""
    kinds = segment.kinds
    if kinds & {"almost", "have"}:
        return "past"
    if "trouble" in kinds and not kinds & {"unwant", "cancel"}:
        return "chat" if _is_about_things(segment) else "trouble"
    if "pay" in kinds:
        return "note" if _PAID_LATER.search(segment.text) else "pay"
    return _bygone(segment) if kinds & {"done", "past"} else ""


def _is_about_things(segment: Segment) -> bool:
    """遥控器又没电了: trouble with something nobody sells here is the reason for what follows."""
    kinds = segment.kinds
    if kinds & {"item", "goods", "qty", "past", "done", "ask", "have", "approx"} or segment.asked:
        return False
    unknown = "".join(token.word for token in segment.tokens if token.kind == "text")
    return len(unknown) > 1 and segment.tokens[0].kind in ("text", "filler", "person")


def _condition(segment: Segment) -> str:
    if PRICE_WORDS.search(segment.text):
        return "query"
    if segment.kinds & {"past", "done", "almost"} and not segment.wants():
        return "past"
    if segment.kinds & {"cancel", "unwant"}:
        return "doubt"
    if _ANOTHER_DAY.search(segment.text):
        return "doubt"
    used_up = _USES.search(segment.text) is not None and not segment.wants()
    if used_up or _WHIM.search(segment.text) or not _is_answerable(segment):
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


def _plain(segment: Segment) -> str:
    kinds = segment.kinds
    if "praise" in kinds and not kinds & ({"qty", "want", "add"} | CHANGING):
        return "chat"
    if kinds & (BOOKABLE | CHANGING | {"fix"}) or (kinds & SWEEPING and "note" not in kinds):
        return "order"
    if kinds & {"note", "wish", "quality", "unwant"}:
        return "note"
    if kinds & ACTING and ("text" in kinds or kinds <= {"want", "filler", "space", "this", "room"}):
        return "order"
    return "chat"


def _is_for_money(segment: Segment) -> bool:
    """40块钱的: so much money's worth, which only the leader can weigh out."""
    if "price" not in [token.kind for token in segment.tokens]:
        return False
    items = {key for token in segment.tokens if token.kind == "item" for key in token.keys}
    return any(
        asking.kind == "want"
        and price.kind == "price"
        and (not price.keys or (items and not items & set(price.keys)))
        and (price.word.endswith("的") or tail == "的")
        for asking, price, tail in _threes(segment.tokens)
    )


def _threes(tokens: list[Token]) -> Iterator[tuple[Token, Token, str]]:
    """Every token, the one behind it, and the word behind that."""
    for index, (token, following) in enumerate(pairwise(tokens)):
        yield token, following, tokens[index + 2].word if index + 2 < len(tokens) else ""


def _bygone(segment: Segment) -> str:
    """`past` for what is over; empty when the segment changes what was ordered (昨天订的两盒不要了)."""
    kinds = segment.kinds
    if "fix" in kinds and not kinds & {"done", "item", "goods", "qty"} and not segment.words & LONG_PAST:
        return ""  # 刚才说反了
    if {"only", "done"} <= kinds:
        return "past"  # 我只订了一棵
    if "past" in kinds and not segment.wants() and any(t.word == "少" and t.kind == "sub" for t in segment.tokens):
        return "past"  # 上次口罩少一包
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
