"""Windows of a pickup that are said in pieces: 10:30开始提货,一直到12:00; 9点到12点我都在; 随时可以取,晚上9点我锁门."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from bot.parsing.post_pickup import Bound

_UNTIL = re.compile(
    r"(?:^|[,，、\s]|一直|开门|营业|在家|持续|直|截止|开放|都|可以|停|守|待|呆|蹲|留|开|[,，]?[拿取提领发分送摆等卖放递端搬])(?:到|至)\s*$|(?:[送发分领拿取递]完)(?:得|要|就|估计|差不多|大概|约){0,3}(?:到)?\s*$"
)
_LASTS = re.compile(r"(?:(?:拿|取|领|提|搬|卖|摆|等|分|发)(?=到)|一直|直|在家|营业|开门|守|摆)[^\n,，。;]{0,3}到\s*$")
_AT_LATEST = re.compile(r"[,，\s](?:最晚|最迟|不晚于)(?:到)?\s*$")
_OFFER = re.compile(r"[^\n,，。;]{0,4}(?:下单|接龙|报|截|订|说|付)")
_PAST = re.compile(r"(?:过了?|超过|晚于)\s*$")
_GONE = re.compile(r"(?:以?后|之后)?(?:我|俺|人)?(?:就|可)?(?:走|撤|收摊|收了|关门|不等|没人|回家|不在|睡)")
_PRESENT = re.compile(
    r"[,，\s]?(?:我|俺|人)?(?:都|一直|全程|就|也|均)?在(?:家|店里?|楼下|现场|那里?|那儿|的|呢|等)?(?=[\s,，。!！;；)]|$)"
)
_EMPTY = re.compile(r"\s?(?:之?前)?(?:我|他|车)?(?:就|要|就要|准时)?(?:[分发领卖]完|走人|开走|撤|收摊|锁门|散)")
_STAYS = re.compile(r"\s?(?:我|人)?(?:就|会|一直|都)?[待呆等守蹲站候摆坐](?:在[^\n,，。;]{1,8})?[到至]\s?")
_CALLED = re.compile(r"(?:你|您|恁|侬)们?|大家|各位|邻居们?|姐妹们?|家人们?|街坊们?")
_COMES = re.compile(r"\s?(?:左右|整)?(?:再|就|都|直接|记得|自己)?(?:下楼|[下过上出]来|来)(?![不得及])")
_TILL = re.compile(r"(?:到|至)\s*$")
_SHUTS = re.compile(r"\s?(?:我|人)?(?:就|准时|准点)?(?:收(?=$|[\s,，。!！])|收摊|收工|收了|撤|散|走人|走了|结束|为止)")
_I_GO = re.compile(r"\s?我(?:就|得|必须|准时)?(?:走|撤|收摊|锁门|上楼|回家)(?=了|[\s,，。!！]|$)")
_THEIR_DOOR = re.compile(r"(?:宿管|宿舍|楼管|校门|学校|商场|地铁)\s*$")
_NEAR, _FAR = 14, 24  # characters between the two clocks of a window
_ALL_FINE = re.compile(r"都(?:行|可以|能|在)(?![^\n,，。;]{0,3}[加接报订拍下])")
_OVER = re.compile(r"\s?(?:就|准时|准点)?(?:结束|收摊|收工|收了|撤|散|走人|关门|截止|为止)")
_LOCKS = re.compile(
    r"\s?(?:我|俺|店里?|门卫|保安|物业|库房|车库|大门|[那这]边)?(?:就|要|会|准时|准点)?(?:锁门|关门|锁车库|关店|没人了?)"
)


def hear_presence(text: str, bound: list[Bound]) -> None:
    """9点到12点都在 hands out, and so does 晚上9点我锁门, unless another window was named."""
    locks = [item for item in bound if _is_lock(text, item)]
    if locks and any(item.hit.to_clock is not None and item.role in ("arrival", None) for item in bound):
        return  # 快递站晚上8点关门,我搬回来,周六9点到11点来拿
    taken = [item for item in bound if item.role == "pickup" and item.hit.has_clock and item not in locks]
    if locks and taken and not any(item.role == "close" for item in bound):
        locks[0].role = "close"  # 20号晚8点关门,21号下午4-6点取
        return
    if any(item.hit.to_clock is not None or item.hit.mark == "before" for item in taken) or len(taken) > 1:
        return
    for item in bound if taken and not locks else []:  # 五点来拿就行,五点到六点半都在
        is_window = item.hit.to_clock is not None and item.hit.clock == taken[0].hit.clock and item.hit.day is None
        if is_window and item.role in (None, "other") and _PRESENT.match(text, item.hit.end):
            item.role, taken[0].role = "pickup", "other"
            return
    if locks:
        locks[-1].role, locks[-1].hit = "pickup", replace(locks[-1].hit, mark="before")
    elif not taken:
        present = [item for item in bound if item.hit.to_clock is not None and _PRESENT.match(text, item.hit.end)]
        for item in present[:1]:
            item.role = "pickup" if item.role in (None, "other") else item.role


def hear_calls(text: str, bound: list[Bound]) -> None:
    """你们五点钟下来嘛: who is called to come then comes for the goods."""
    for item in bound:
        lead = re.split(r"[\n,，。;；!！]", text[max(0, item.hit.start - 8) : item.hit.start])[-1]
        if item.role in (None, "arrival") and item.hit.clock is not None and _CALLED.search(lead):
            item.role = "pickup" if _COMES.match(text, item.hit.end) else item.role


def _ends_window(text: str, bound: list[Bound]) -> None:
    """下午3点起自提,6点结束: the end of the pickup, when something else closes the post."""
    closing = [item for item in bound if item.role == "close"]
    for one, other in itertools.pairwise(bound):
        gap = text[one.hit.end : other.hit.start]
        is_open = one.role in ("pickup", None) and one.hit.clock is not None and one.hit.to_clock is None
        if not is_open or other.role != "close" or other.hit.day is not None or len(closing) < 2 or len(gap) > 8:
            continue
        if _OVER.match(text, other.hit.end) and not re.search(r"[。;\n]", gap):
            one.role = one.role or "pickup"
            other.role, other.hit = one.role, replace(other.hit, mark="before")


def _is_lock(text: str, item: Bound) -> bool:
    is_point = item.hit.has_clock and item.hit.to_clock is None and not item.hit.mark
    if _THEIR_DOOR.search(text, max(0, item.hit.start - 4), item.hit.start):
        return False
    return is_point and item.role in (None, "other", "pickup") and _LOCKS.match(text, item.hit.end) is not None


def _is_span(text: str, one: Bound, other: Bound, gap: str) -> bool:
    is_pair = one.hit.mark == "after" and other.hit.mark == "before" and other.hit.day is None
    return is_pair and re.fullmatch(r"[\s,，、到至]{0,2}", gap) is not None and not _OFFER.match(text, other.hit.end)


def _is_kept(one: Bound, other: Bound, gap: str) -> bool:
    is_pair = one.hit.clock is not None and one.hit.to_clock is None and other.hit.clock is not None
    is_kept = re.search(r"([放挂摆搁存留])[^。\n;]{0,14}[,，]\s?(?:一直|就|会)?\1(?:到|至)\s*$", gap) is not None
    return is_pair and is_kept and one.role != "close" and len(gap) <= _FAR


def close_windows(text: str, bound: list[Bound]) -> None:
    """10:30开始提货,一直到12:00: the second clock ends the window that the first began."""
    for item in bound:
        is_bare = item.role == "pickup" and item.hit.has_clock and item.hit.to_clock is None and not item.hit.mark
        if is_bare and _LASTS.search(text, max(0, item.hit.start - 8), item.hit.start):
            item.hit = replace(item.hit, mark="before")
    _ends_window(text, bound)
    for one, other in itertools.pairwise(bound):
        gap = text[one.hit.end : other.hit.start]
        is_begun = one.role is None and one.hit.mark == "after" and one.hit.clock is not None  # 5点45分起在后门,到7点
        if _STAYS.fullmatch(gap) and one.hit.clock and other.hit.clock and other.hit.day is None:  # 从12:10待到12:30
            one.role, other.role, other.hit = "pickup", "pickup", replace(other.hit, mark="before")
            continue
        if _is_span(text, one, other, gap):  # 五点半以后七点以前来9号楼后门
            one.role = other.role = "pickup"
            continue
        if _is_kept(one, other, gap):  # 礼拜五晚上七点起挂在外廊,挂到礼拜六下午四点
            one.role, other.role, other.hit = "pickup", "pickup", replace(other.hit, mark="before")
            continue
        is_open = (is_begun or one.role in ("pickup", "arrival", "shipping")) and one.hit.to_clock is None
        if not is_open or other.hit.day is not None or not other.hit.has_clock or len(gap) > _FAR:
            continue
        is_shut = bool(_TILL.search(gap) and _SHUTS.match(text, other.hit.end))  # 放个桌子到一点十分收
        if len(gap) > _NEAR and not is_shut:
            continue
        is_until = bool(
            _UNTIL.search(gap)
            or (_PAST.search(gap) and _GONE.match(text, other.hit.end))
            or (one.hit.mark == "after" and _GONE.match(text, other.hit.end))
            or (other.hit.mark == "before" and one.role == "pickup" and _ALL_FINE.match(text, other.hit.end))
            or (one.hit.clock is not None and _EMPTY.match(text, other.hit.end) and not _THEIR_DOOR.search(gap))
            or is_shut
            or (one.hit.clock is not None and other.hit.to_clock is None and _I_GO.match(text, other.hit.end))
            or (_AT_LATEST.search(gap) and not _OFFER.match(text, other.hit.end))
        )
        if is_until and not re.search(r"[。;\n]|截|接龙|下单", gap):
            one.role = one.role or "pickup"
            other.role, other.hit = one.role, replace(other.hit, mark="before")
