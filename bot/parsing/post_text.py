"""The text of a post made ready: slips in its key words mended, and everything that is not about goods blanked."""

from __future__ import annotations

import re

from bot.parsing.post_corrections import without_denied
from bot.parsing.post_prices import find_prices
from bot.parsing.post_promotions import take_promotions
from bot.parsing.post_times import PostTimes

_NOTE_LINE = re.compile(
    r"^[\W_]*(?:售后|说明|备注|温馨提示|友情提示|提示|注意(?:事项)?|注|ps|退换货?|推荐理由"
    r"|卖点|介绍)\s*[:：]\s*(?P<note>.+)$"
)
_EXAMPLE_LINE = re.compile(
    r"^[\W_]*(?:(?:下单|接龙|订单|订购)?(?:示例|例子|范例|举例|格式|模板)|例[:：如\s]"
    r"|比如|例如|接龙方式)"
)
_CLAUSE = re.compile(r"[^\n,，。;；!！]+")
_CONTENTS = re.compile(r"\((?![^()\n]{0,60}[元¥])[^()\n+]{1,40}\+[^()\n]{1,60}\)")  # (铅笔10支+橡皮2块+本子5本)
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|\ue0ff")
_PLACE_LABEL = re.compile(r"(?:自提|自取|提货|取货|领货|交货|取件)?(?:地点|地址|位置)(?:[:：]|(?=\s))[^\n,，。;]*")
_MENDS = (
    (re.compile(r"[截结接节揭捷解戒街界]丹|[节揭捷劫戒届]单|(?<![上下])结单"), "截单"),
    (re.compile(r"[结节接揭捷]止|截[至只址纸](?=[:：今明后周本下\d])"), "截止"),
    (re.compile(r"自[题体替踢蹄梯]|[字子紫资]提"), "自提"),
    (re.compile(r"今[完碗玩挽婉万](?!成)"), "今晚"),
    (re.compile(r"明[完碗玩挽婉](?!成)"), "明晚"),
    (re.compile(r"[明名]田(?=[上下早中晚一二三四五六七八九十\d])"), "明天"),
    (re.compile(r"[碗玩晚]尚|碗上|玩上"), "晚上"),
    (re.compile(r"下[武舞五午](?=[一二两三四五六七\d]{1,2}点)"), "下午"),
    (
        re.compile(
            r"(?<=\d)[典店奌垫碘](?![长铺里员主家面])|(?<=[一二两三四五六七八九十])[典店奌垫碘](?=[截结前后半到至自取提钟整左开之以楼我来拿领送,，。\s~\-一二三四五\d]"
            r"|$)"
        ),
        "点",
    ),
    (re.compile(r"[图团][购够构](?=价)"), "团购"),
)


def mended(text: str) -> str:
    """Voice and keyboard slips in the words that carry a post's terms (结单, 自题, 今碗8店); the length stays."""
    text = text.replace("💰", "¥")
    for pattern, right in _MENDS:
        text = pattern.sub(right, text)
    return text


def goods_text(body: str, times: PostTimes, place: str | None) -> tuple[str, tuple[str, ...]]:
    """(`body` with all but the goods blanked by NUL, the terms of a price that no round can hold).

    Blanked are times, phones, notes, examples, promotions, and whole clauses that only speak of terms.
    """
    hidden = without_denied(_hidden(body, _spans(body, times, place)))
    hidden = _CONTENTS.sub(lambda match: "\x00" * (len(match[0]) - 1) + ")", hidden)
    hidden, promotions = take_promotions(hidden)
    terms = [
        match.span()
        for match in _CLAUSE.finditer(hidden)
        if "\x00" in match[0]
        and any(match.start() <= at < match.end() for at in times.term_starts)
        and not find_prices(match[0])
    ]
    return _hidden(hidden, terms + _aside_lines(body)), promotions


def _spans(body: str, times: PostTimes, place: str | None) -> list[tuple[int, int]]:
    spans = [(hit.start, hit.end) for hit in times.hits] + [span for span in times.role_spans if span[1] - span[0] > 1]
    spans += [match.span() for pattern in (_PHONE, _PLACE_LABEL) for match in pattern.finditer(body)]
    if place is not None and (at := body.find(place)) >= 0:
        spans.append((at, at + len(place)))
    return spans


def _aside_lines(body: str) -> list[tuple[int, int]]:
    """Lines that hold an order example or a note."""
    spans: list[tuple[int, int]] = []
    position = 0
    for line in body.split("\n"):
        if _EXAMPLE_LINE.match(line) or _NOTE_LINE.match(line):
            spans.append((position, position + len(line)))
        position += len(line) + 1
    return spans


def _hidden(text: str, spans: list[tuple[int, int]]) -> str:
    chars = list(text)
    for start, end in spans:
        for index in range(start, end):
            if chars[index] != "\n":
                chars[index] = "\x00"
    return "".join(chars)


def notes_of(body: str) -> str | None:
    """What stands behind 售后:, 备注: and the like."""
    notes = [match["note"].strip() for line in body.split("\n") if (match := _NOTE_LINE.match(line)) is not None]
    return " ".join(notes)[:500] or None
