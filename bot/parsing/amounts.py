"""Numbers with their units: 一斤半, 3斤2两, 两三盒, 半份, 两合."""

from __future__ import annotations

import re

from bot.parsing.catalogue import Catalogue
from bot.parsing.numerals import ARABIC_NUMBER, CHINESE, CHINESE_NUMBER, read_number
from bot.parsing.pinyin import loose_syllable, main_syllable
from bot.parsing.quantity import HOMOPHONES, UNIT_PATTERN, WEIGHTS, canonical_unit
from bot.parsing.spans import NUM
from bot.parsing.tokens import QUANTITY_START, Token, is_known, longest, word_tables

_WEIGHT_UNIT = r"(?:公斤|千克|kg|kilo|市斤|斤)(?![a-z])"


_RANGE = re.compile(
    rf"({NUM})\s?(?:{UNIT_PATTERN})?\s?[-~到至或]\s?({NUM})\s?({UNIT_PATTERN})"
    rf"|({NUM})\s?(?:{UNIT_PATTERN})[\s,、]?({NUM})\s?({UNIT_PATTERN})(?=\s?(?:都|也)?(?:行|可以|成|ok|好|中)(?!吗))"
)


_ABOUT = re.compile(rf"({NUM})\s?({UNIT_PATTERN})({NUM})\s?\2(?=的(?:[\s,。吧]|$))")
"""三斤五斤的."""
_WEIGHED = re.compile(
    rf"({NUM}|半)(个半|半)?\s?({_WEIGHT_UNIT})(半(?!{UNIT_PATTERN})|又?({NUM})\s?两(?!{UNIT_PATTERN})(半)?|([一二三四五六七八九])(?=[\s,。]|$))?"
)


_AND_MORE = re.compile(r"多(?!谢|不|没|少|重|大|长|高|久|远|加|来|要|拿|给|了|一?点[没也都无少])|来个|出头")
_TAELS = re.compile(rf"([\d.]+|[一二三四五六七八九十半]|半斤八)两(半)?(?!\s?(?:{UNIT_PATTERN}|[样种]))")


_HALF_UNIT = re.compile(rf"(公斤|斤|{UNIT_PATTERN})半(?!{UNIT_PATTERN})")


_COUNTED = re.compile(
    rf"(?:(?P<half>半)|(?P<few>好几|几十|十几|几|数|若干|十来|(?:[一二三四五六七八九]?[十百]|\d*0)来|{NUM}多)|(?P<number>{NUM}))(?P<more>多|来)?\s?"
    rf"(?P<half2>个半|半(?!{UNIT_PATTERN}))?\s?(?P<unit>{UNIT_PATTERN})(?P<tail>半(?!{UNIT_PATTERN})|多(?!谢|不|没|少|重|大|长|高|久|远|一|加|来|要|拿|给|了))?"
)


_ABOUT_ONE = re.compile(r"(公斤|斤|个|箱|袋)[八把](?=的(?:[\s,。吧]|$)|[\s,。]|$)")
"""斤八的, 斤把: about one."""
_EACH_FOR_PIECES = re.compile(rf"({NUM})\s?各(?=[\s,。;!?]|$)")
_SLIPPED = re.compile(rf"(?P<number>{NUM})\s?(?P<unit>[{''.join(HOMOPHONES)}])")


_DECIMAL_OR_INT = re.compile(rf"{ARABIC_NUMBER}|{CHINESE_NUMBER}")


_AT_SIGHT = re.compile(
    rf"(?P<number>[1-9]\d{{0,2}}|[一两二三四五六七八九十])(?P<unit>[盒袋斤包瓶箱提板罐桶杯份])(?=$|[^\d半多左上以之往下内又儿{CHINESE}])"
)
"""2盒, 两袋: a number and its unit, with nothing behind that belongs to them."""


def _at_sight(text: str, start: int, catalogue: Catalogue) -> Token | None:
    match = _AT_SIGHT.match(text, start)
    if match is None or not _RANGE_SIGNS.isdisjoint(text) or match["unit"] in catalogue.lengths:
        return None
    milli = figure_value(match["number"])
    return Token("qty", start, match.end(), match[0], milli=milli, unit=match["unit"])


def read_quantity(text: str, start: int, catalogue: Catalogue) -> Token | None:
    at_sight = _at_sight(text, start, catalogue)
    if at_sight is not None:
        return at_sight
    if text.startswith("一半", start):
        return None
    heap = _HEAPS.match(text, start)
    if heap is not None and heap[0][2:] not in catalogue.by_unit:
        return Token("number", start, heap.end(), heap[0])
    for reader in (_range, _sexes, _taels, _weighed, _half_unit):
        token = reader(text, start)
        if token is not None:
            return token
    token = _counted(text, start, catalogue)
    if token is not None:
        return token
    pieces = _EACH_FOR_PIECES.match(text, start)
    if pieces is not None:
        return Token("qty", start, pieces.end(), pieces[0], milli=figure_value(pieces[1]), unit="个", value="slip")
    return _slipped(text, start, catalogue) or _sounding_unit(text, start, catalogue) or _bare(text, start, catalogue)


_RANGE_SIGNS = frozenset("-~到至或行可成好中o")
"""What one of stands in every range: most messages have none and are not searched."""


def _range(text: str, start: int) -> Token | None:
    match = None if _RANGE_SIGNS.isdisjoint(text) else _RANGE.match(text, start)
    if match is None and "的" in text:
        match = _ABOUT.match(text, start)
    if match is None:
        return None
    if match.re is _ABOUT:
        return Token("qty", start, match.end(), match[0], milli=figure_value(match[1]), unit=match[2], approx=True)
    if match[4] and match[4] == match[5]:
        return None  # 三斤三斤行吧
    return Token(
        "qty",
        start,
        match.end(),
        match[0],
        milli=figure_value(match[1] or match[4]),
        unit=canonical_unit(match[3] or match[6]),
        approx=True,
    )


_KINDS = "公雄母雌大小红白黑绿黄荤素"
_KIND = f"[{_KINDS}]"
_KIND_CHARS = frozenset(_KINDS)
_SEXES_FIRST = re.compile(rf"[公雄]({NUM})(?:只|个)?[,\s]?[母雌]({NUM})(?:只|个)?(?!{UNIT_PATTERN})")
_SEXES = re.compile(rf"({NUM})(?:只|个)?{_KIND}的?[,\s]?({NUM})(?:只|个)?{_KIND}(?!{UNIT_PATTERN})的?")


def _sexes(text: str, start: int) -> Token | None:
    """三公三母, 一大一小: so many of them together."""
    told = not _KIND_CHARS.isdisjoint(text)
    match = (_SEXES.match(text, start) or _SEXES_FIRST.match(text, start)) if told else None
    if match is None:
        return None
    return Token(
        "qty",
        start,
        match.end(),
        match[0],
        milli=figure_value(match[1]) + figure_value(match[2]),
        unit="个",
        value="kinds",
    )


def _weighed(text: str, start: int) -> Token | None:
    """斤 with what may follow it: 一斤半, 3斤2两, 半斤, 1公斤半. Folded into one unit (斤) where two are mixed."""
    match = _WEIGHED.match(text, start) if "斤" in text or "k" in text or "千克" in text else None
    if match is None:
        return None
    number = read_number(match[1]) if match[1] != "半" else None
    if match[1] != "半" and (number is None or number.end != len(match[1])):
        return None
    milli = 500 if number is None else number.milli
    if match[2]:
        milli += 500
    unit = match[3]
    if match[4] and match[4].startswith("半"):
        milli += 500
    elif match[4]:
        taels = figure_value(match[5] or match[7] or "") + (500 if match[6] else 0)
        milli, unit = milli * WEIGHTS[unit] // 1000 + taels // 10, "斤"
    token = _approximate(Token("qty", start, match.end(), match[0], milli=milli, unit=unit), text, number)
    token.approx = token.approx or _AND_MORE.match(text, token.end) is not None
    return token


def _taels(text: str, start: int) -> Token | None:
    match = _TAELS.match(text, start) if "两" in text else None
    if match is None:
        return None
    milli = (500 if match[1] == "半" else 5500 if match[1] == "半斤八" else figure_value(match[1])) + (
        500 if match[2] else 0
    )
    return Token("qty", start, match.end(), match[0], milli=milli, unit="两")


def _half_unit(text: str, start: int) -> Token | None:
    match = _ABOUT_ONE.match(text, start) if text[start] in "公斤个箱袋" else None
    if match is not None:
        return Token("qty", start, match.end(), match[0], milli=1000, unit=canonical_unit(match[1]), approx=True)
    match = _HALF_UNIT.match(text, start) if "半" in text else None
    if match is None:
        return None
    return Token("qty", start, match.end(), match[0], milli=1500, unit=canonical_unit(match[1]))


def _counted(text: str, start: int, catalogue: Catalogue) -> Token | None:
    match = _COUNTED.match(text, start)
    if match is None:
        return None
    at = match.start("unit")
    if longest(text, at, catalogue.names, catalogue.lengths) > len(match["unit"]):
        return None  # 9 本地黄瓜
    if text[at - 1] == " " and any(
        longest(text, at, names, lengths) > len(match["unit"]) for names, lengths in word_tables(catalogue)[1:]
    ):
        return None  # 鸡蛋2 车厘子1, 鸡蛋2 对门1
    number = read_number(match["number"]) if match["number"] else None
    if match["number"] and (number is None or number.end != len(match["number"])):
        return None
    if match["more"] == "来" and number is not None and number.milli % 10_000:
        return None  # 今天38来两扎
    milli = 500 if match["half"] else number.milli if number else 1000
    if match["half2"] or match["tail"] == "半":
        milli += 500
    end = match.end()
    if match["tail"] == "多" and longest(text, end - 1, catalogue.names, catalogue.lengths) > 1:
        end -= 1  # 两扎多头玫瑰
    vague = bool(match["few"] or match["more"] or (match["tail"] == "多" and end == match.end()))
    unit = canonical_unit(match["unit"])
    token = Token("qty", start, end, text[start:end], milli=milli, unit=unit, approx=vague)
    return _approximate(token, text, number)


_HEAPS = re.compile(
    r"[一两二三四几半好][大小满整](?:盘|锅|桌|碗|堆|块|坨|盆|家子?|群|帮|圈|截|段|勺|车|缸|壶|摞|沓|叠|串|兜|屋|冰箱|冰柜|柜子?)(?!鸡)"
)
"""How much it looks, and no number of packs: 够煎一大盘, 一大块."""


_ADVERBS_WITH_ONE = frozenset("一并 一同 一体 一带 一平 一代".split())
_CLAUSE_ENDS = frozenset(("", " ", ",", "。", ";", "!", "?", "\n", "了", "吧", "啊"))


def _slipped(text: str, start: int, catalogue: Catalogue) -> Token | None:
    """A number and a character that sounds like a unit: 两合, 三代. Not when that character begins a word."""
    match = _SLIPPED.match(text, start)
    number = read_number(match["number"]) if match is not None else None
    if match is None or number is None or number.kind != "exact":
        return None
    at = match.start("unit")
    if any(longest(text, at, names, lengths) > 1 for names, lengths in word_tables(catalogue)):
        return None
    known = any(
        longest(text, start, names, lengths) >= match.end() - start for names, lengths in word_tables(catalogue)
    )
    ends = start > 0 and text[match.end() : match.end() + 1] in _CLAUSE_ENDS
    if known and not (ends and text[start : match.end()] in _ADVERBS_WITH_ONE):
        return None  # 二宝, but 牛奶一并 at the end of a clause
    following = text[match.end() : match.end() + 1]
    if match["unit"] in "和同跟之带代被多" and following:
        begins = following in QUANTITY_START or any(
            longest(text, match.end(), names, lengths) for names, lengths in word_tables(catalogue)[:2]
        )
        if begins or (match["unit"] in "之被多带" and following not in " ,。;!"):
            return None
    return Token("qty", start, match.end(), match[0], milli=number.milli, unit=HOMOPHONES[match["unit"]], value="slip")


def _sounding_unit(text: str, start: int, catalogue: Catalogue) -> Token | None:
    """三晚 of something sold by 碗: an unknown character behind a number that sounds like a unit of the catalogue."""
    match = _DECIMAL_OR_INT.match(text, start)
    number = read_number(match[0]) if match is not None else None
    if match is None or number is None or number.kind != "exact" or start + number.end >= len(text):
        return None
    at = start + number.end
    exact = text[at] if text[at] in catalogue.by_unit else None
    sounds = catalogue.unit_sounds
    unit = exact or sounds.get(main_syllable(text[at])) or sounds.get(loose_syllable(text[at]))
    if unit is None or any(longest(text, at, names, lengths) for names, lengths in word_tables(catalogue)):
        return None
    return Token(
        "qty", start, at + 1, text[start : at + 1], milli=number.milli, unit=unit, value="" if exact else "slip"
    )


def _vague(text: str, position: int) -> bool:
    """A character behind a bare number that begins no known word and no misspelt name: 一卡车."""
    return text[position] not in "的了吧呀啊哦"


def _bare(text: str, start: int, catalogue: Catalogue) -> Token | None:
    match = _DECIMAL_OR_INT.match(text, start)
    number = read_number(match[0]) if match is not None else None
    if match is None or number is None or text.startswith("五花", start):
        return None
    end = start + number.end
    if text[end : end + 1] == "半" and number.end == len(match[0]):
        return Token("qty", start, end + 1, text[start : end + 1], milli=number.milli + 500)
    if number.milli % 1000 and number.milli // 10 in catalogue.by_price:
        return Token(
            "price", start, end, text[start:end], catalogue.by_price[number.milli // 10], value=text[start:end]
        )
    token = Token("qty", start, end, text[start:end], milli=number.milli, value="bare")
    token.approx = (
        end < len(text)
        and "一" <= text[end] <= "龥"
        and text[start] not in "俩仨"
        and not is_known(text, end, catalogue)
        and _vague(text, end)
    )
    return _approximate(token, text, number)


def _approximate(token: Token, text: str, number: object) -> Token:
    if getattr(number, "kind", "exact") == "range":
        token.approx = True
    token.rough = text.startswith(("左右", "上下"), token.end)
    if text.startswith(("以内", "以上", "以下", "之内", "往上"), token.end):
        token.approx = True
    return token


def figure_value(figure: str) -> int:
    number = read_number(figure)
    return number.milli if number is not None else 0
