"""Which role a time in a post has: a label before it, else the next word of its clause, else the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.parsing.post_roles import ROLE, Role
from bot.parsing.time_scan import TimeHit

_LINK = re.compile(
    r"(?:[\s:=>\-|【\]】)(,]|时间|日期|时段|时刻|为|是|定在|定|在|于|到|至|约|大概|大约"
    r"|预计|估计|最晚|最迟|就|都|也|一般|统一|安排|安排在|改|暂定|初步|的|了|点|我|"
    r"写清楚?|看清楚?|看好|记好|记牢|说清楚|再说一[遍次]|划重点|大家|请|开始|开到|要|得|必须|之?后|服务|方式|地点|应该|差不多|今次|这次){0,6}"
)
_CLAUSE = re.compile(r"[\n,，。;!?]|\s{2,}")
_STATES_ONLY = re.compile(r"(?:就|已经|都|的)?不(?:再)?[接收等加补]")  # 今天不接单了: no deadline
_OPEN_UNTIL = re.compile(
    r"(?:接龙|补单|加单|追加|接单|落单|订货|预订|预定|订购|下单|报名|报单|登记|活动|限时|特价|优惠|统计|开放|持续|开团|接受?|收单?|(?<![我俺店铺家摊门院馆场])开|团|拼|抢|(?<![忘惦标书笔])记|录|登|收集|征集)(?:时间)?[:为是]?[落接报收订开]?到\s*$"
)
_TIME_OF = re.compile(r"的?(?:时间|日期)(?:[^\n,，。;:\d]{0,6}:\s?|(?:[就也]?(?:是|为|定在|定|在|\s)){0,2})")
_GIFT = re.compile(r"(?:买|满|够|拍|加购)[^\n,，。;]{1,6}$")  # 买两盒送洗碗盐
_ONCE = re.compile(r"(?:原定|原来|本来|原先)(?:是|在)?\s*$")  # 原定今晚截单的团
_PUT_OFF = re.compile(r"(?<!截)(?:延长?|推迟|延迟|顺延|延期)[到至]\s*$")
_PICKUP_TERM = re.compile(
    r"(?:^|[,，;；])[^,，;；截]{0,6}(?:取货|自提|提货|领货|到货|送货|配送|分货|发货)[^,，;；截]{0,6}$"
)
_TOO_LATE = re.compile(
    r".?过了?\|(?:以后|之后|后)?[^\n,，。;!]{0,9}?(?:没法|不能|没办法|来不及|就?不)(?:再|给)?[加接收报补下算赶要]"
)
_ORDERED_ON = re.compile(  # 够10份我今晚就下单
    r"\s?(?:准时)?(?:统一|一并|集中|一起|打包)(?:下单|订货|报单|报数|上报|提交|汇总)|\s?(?:我(?:准时|统一|一起|一并)?(?:就|去|要|得|来|再)?|就(?:去|要|得)?)(?:(?:给|跟|同|向|找)?(?:厂家|店家|老板|供应商|那边|人家))?"
    r"(?:下单|订货|报单|报上去|报数|报过去|报(?=了|给)|拿货|进货|下定|拍(?=了|下|单))"
)
_SINCE = re.compile(r"(?:收到?货?|签收|到货|取货|拿到|到手|付款|下单|拍下|支付|成团|截单)之?后?\s*$")
_LATER_TOLD = re.compile(
    r"(?:货|菜)?(?:时间|地点|的时间)?[:,， ]{0,2}(?:等|另|再|到时|届时|待)(?:行|候|再|会)?我?(?:通知|喊|叫|说|定|群里)"
)
_AND_UNTIL = re.compile(
    r"(?:发我|报我|找我|跟我[说讲]|说|报|记|填|写|登)[,，、]\s?(?:就|一直|都)?(?:发|报|说|记|填|写|登|找)到\s*$"
)
_COME_TO_ME = re.compile(r"[^\n,，。;]{0,6}(?:[过下]?来|去|到)[^\n,，。;]{0,4}$")
_OF_EVENT = re.compile(r"(?:课|训练|比?赛|会|讲座|演出|电影|考试|仪式|典礼|彩排|班会?|晨练|广场舞)\s*$")
_LATEST = re.compile(
    r"(?:最晚|最迟|不晚于|超过|过了|截|收|接|(?<![我俺店铺家摊门院馆场])开|开放|持续|报|下单|接龙|一直|留|只|价|优惠|福利|预售)(?:时间)?[:为是]?到?\s*$"
)


@dataclass(slots=True)
class Word:
    role: Role
    start: int
    end: int
    is_taken: bool = False
    is_held: bool = False  # by a day without a clock: 今日截单时间:20:00 may still use it
    is_late: bool = False  # 逾时不候
    is_weak: bool = False  # 现烤: says something about a time only when it touches it


def role_words(text: str, hits: list[TimeHit]) -> list[Word]:
    """Words that give a time its role, in reading order; words inside a time are none."""
    found: list[Word] = []
    for match in _outside(text, hits):
        start, end = match.span()
        if match[0] == "到" and any(hit.start == end for hit in hits):  # 接龙到今晚9点: until
            continue
        if _LATER_TOLD.match(text, end):
            continue
        if match[0] == "送" and _GIFT.search(text, max(0, start - 8), start):
            continue
        if match[0] == "到" and text[start - 1 : start] == "一" and any(hit.end == start - 1 for hit in hits):
            continue  # 8点一到就关
        role: Role = match.lastgroup  # type: ignore[assignment]
        found.append(Word(role, start, end, is_weak=match[0].startswith("现"), is_late="不候" in match[0]))
    return found


def _outside(text: str, hits: list[TimeHit]) -> Iterator[re.Match[str]]:
    """Role words that share no character with a time; behind 六点四十分 the next is 发, not 分发."""
    position = 0
    while (match := ROLE.search(text, position)) is not None:
        inside = next((hit for hit in hits if hit.start < match.end() and match.start() < hit.end), None)
        if inside is None:
            yield match
        position = match.end() if inside is None or inside.end <= match.start() else max(inside.end, position + 1)


def role_of(text: str, hit: TimeHit, hits: list[TimeHit], words: list[Word]) -> Role | None:
    """The role of one hit: a label right before it, else the next word of its clause, else the one before it."""
    if _is_length(text, hit) or _ONCE.search(text, max(0, hit.start - 4), hit.start):
        return "other"
    if _is_plain_close(text, hit):
        return "pickup" if _moves_pickup(text, hit) else "close"
    left, right = _clause_of(text, hit.start, hit.end)
    words = [word for word in words if not _is_unrelated(word, hit)]
    before = [word for word in words if left <= word.start and word.end <= hit.start]
    label = before[-1] if before else None
    between = text[label.end : hit.start] if label is not None else ""
    is_free = label is not None and (not label.is_taken or label.is_held)
    if label is not None and is_free and _is_label(text, label, hit):
        if label.role != "offer":
            label.is_taken, label.is_held = True, not hit.has_clock
            return label.role
        if hit.mark == "before" or "时间" in between:
            label.is_taken = True
            return "close"
    following = next((other.start for other in hits if other.start >= hit.end), len(text))
    after = [word for word in words if hit.end <= word.start < min(right, following)]
    if (
        _OPEN_UNTIL.search(text, max(0, hit.start - 10), hit.start)
        or _AND_UNTIL.search(text, max(0, hit.start - 12), hit.start)
        or _is_countdown(text, hit)
    ):
        for word in after[:1]:
            word.is_taken = word.is_taken or word.role == "close"
        return "close"
    role = _from_behind(text, hit, after)
    if role is not None:
        return role
    if _LATEST.search(text, max(0, hit.start - 6), hit.start) and (label is None or not label.is_taken):
        return "close" if label is None or label.role in ("offer", "close") else label.role
    if label is not None and label.role != "offer" and not label.is_taken:
        label.is_taken = True
        return label.role
    return _from_neighbours(text, hit, hits, words, left, right)


def _from_behind(text: str, hit: TimeHit, after: list[Word]) -> Role | None:
    """What the words behind a time in its clause say of it."""
    if after and after[0].role == "offer" and text[hit.start - 1 : hit.start] == "到" and after[0].start - hit.end <= 4:
        return "close"  # 现在到周六中午都可以接
    if after and _is_end_of_event(text, hit, after[0]):  # 训练课15:30结束
        after = after[1:]
    role = _strongest(text, after, hit)
    is_statement = role == "close" and not hit.has_clock and _STATES_ONLY.match(text, hit.end) is not None
    return "other" if is_statement else role


def _is_end_of_event(text: str, hit: TimeHit, word: Word) -> bool:
    is_end = text[word.start : word.end] == "结束" and word.start - hit.end <= 1
    return is_end and _OF_EVENT.search(text, max(0, hit.start - 4), hit.start) is not None


def _is_plain_close(text: str, hit: TimeHit) -> bool:
    """延期到9点, 过了9点没法加, 今晚我就下单: the words alone say that the post closes then."""
    if _TOO_LATE.match(text[max(0, hit.start - 2) : hit.start] + "|" + text[hit.end : hit.end + 12]):
        return True
    return bool(_PUT_OFF.search(text, max(0, hit.start - 5), hit.start) or _ORDERED_ON.match(text, hit.end))


def _moves_pickup(text: str, hit: TimeHit) -> bool:
    """原定周二取的推迟到周四: it is the pickup that is put off, when the sentence speaks of nothing else."""
    if _PUT_OFF.search(text, max(0, hit.start - 5), hit.start) is None:
        return False
    said = re.split(r"[\n。!！]", text[max(0, hit.start - 40) : hit.start])[-1]
    if _PICKUP_TERM.search(said):  # 截单顺延到周二,取货顺延到周五
        return True
    return re.search(r"[取拿提领]|到货|分货", said) is not None and not re.search(r"截|接龙|收单|报名|结束", said)


def _is_length(text: str, hit: TimeHit) -> bool:
    """48小时内发货, 收到48小时内: counted from something else than now."""
    if hit.instant is not None and re.match(r"\s?内?(?:发货|发出|寄出|揽收)", text[hit.end : hit.end + 6]):
        return True
    return hit.instant is not None and _SINCE.search(text, max(0, hit.start - 6), hit.start) is not None


def _is_countdown(text: str, hit: TimeHit) -> bool:
    """倒计时5小时, 还剩2小时: until the post closes, unless the goods are on their way."""
    if hit.instant is None or not re.match("倒计时|还剩|仅剩|最后|还有", text[hit.start : hit.end]):
        return False
    return re.match(r"\s?(?:就|能|可以)?(?:到|送|取|提|拿|发)", text[hit.end :]) is None


def _is_unrelated(word: Word, hit: TimeHit) -> bool:
    """现烤, 出炉: say something about a time only when they touch it."""
    if word.is_late and hit.to_clock is not None:  # 19:00-20:30,逾时不候: said of the pickup
        return True
    reach = 1 if word.is_weak else 6
    return word.role == "other" and not (0 <= word.start - hit.end <= reach or 0 <= hit.start - word.end <= 4)


def _is_label(text: str, word: Word, hit: TimeHit) -> bool:
    """自提:周六, 截单时间 周五, or a role word that begins its clause: then the time behind it is its own."""
    if _LINK.fullmatch(text, word.end, hit.start) is None:
        return False
    between = text[word.end : hit.start]
    if ":" in between or "时间" in between or "日期" in between:
        return True
    lead = text[max(0, word.start - 1) : word.start]
    return not lead or lead in "\n,，。;!? ()（）【】-|~:" or not lead.isalnum() or ord(lead) > 0xFFFF


def _strongest(text: str, words: list[Word], hit: TimeHit) -> Role | None:
    """Of the role words behind a time: the first that says something about it."""
    for word in words:
        if word.role == "offer":
            if hit.to_clock is not None and _COME_TO_ME.fullmatch(text, hit.end, word.start):  # 十点到十二点过来找我
                word.is_taken = True
                return "pickup"
            is_window = hit.to_clock is not None and word.start - hit.end <= 2
            if hit.mark == "before" or is_window:
                word.is_taken = True
                return "close"
            continue
        if word.role == "other" and word.start - hit.end > (1 if hit.to_clock is not None else 6):
            continue
        word.is_taken, word.is_held = True, not hit.has_clock
        if word.role == "shipping" and hit.clock is not None and word.end - word.start == 1:  # 周五晚七点发
            return "pickup"
        if word.role in ("arrival", "other"):
            better = next(
                (
                    other
                    for other in words
                    if other.role == "pickup" and other.start - word.end < (8 if word.role == "arrival" else 4)
                ),
                None,
            )
            if better is not None:
                better.is_taken = True
                return "pickup"
        return word.role
    return None


def _from_neighbours(
    text: str, hit: TimeHit, hits: list[TimeHit], words: list[Word], left: int, right: int
) -> Role | None:
    """A clause without a role word borrows that of the next clause, or of the one before, if no time stands there."""
    if hit.mark == "before":
        return "close"
    line_end = text.find("\n", right)
    line_end = line_end if line_end >= 0 else len(text)
    next_hit = next((other.start for other in hits if other.start >= hit.end), len(text))
    for word in words:
        is_window = hit.to_clock is not None and word.role == "close"  # 八点到八点半,1号楼,来晚了我可收摊了
        if right <= word.start < min(line_end, next_hit, right + 24) and word.role != "offer" and not is_window:
            if _TIME_OF.fullmatch(text, word.end, next_hit):  # 最晚周三,我给他准数的时间定在周三五点
                break
            is_when = word.role in ("arrival", "shipping") and text[word.end : word.end + 1] in ("了", "后")
            if is_when and "。" in text[hit.end : word.start]:  # 11号说。发货后三天到
                continue
            word.is_taken = True
            return word.role
    previous_hit = max((other.end for other in hits if other.end <= hit.start), default=0)
    for word in reversed(words):
        is_free = not word.is_taken and word.role != "offer"
        is_near = max(previous_hit, left - 12) <= word.start and word.end <= left
        if is_free and is_near and not re.search(r"[。!！;；\n]", text[word.end : left]):
            word.is_taken = True
            return word.role
    return None


def _clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    left = 0
    for match in _CLAUSE.finditer(text, max(0, start - 60), start):
        left = match.end()
    stop = _CLAUSE.search(text, end)
    return max(left, start - 60), stop.start() if stop is not None else len(text)
