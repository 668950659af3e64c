"""Pickup codes in a leader's message: 核销482913、118204, 482 913, 九零五五幺二, K7M2-QX9P.

A code stands alone: parts of longer figures, phones, order numbers, prices and dates are not codes. Duplicates count
once, order is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from bot.parsing.normalise import normalise
from bot.parsing.numerals import DIGITS
from bot.parsing.rooms import is_flat

CodeFormat = Literal["6d", "8c"]
_TICKET = re.compile(r"/p/([0-9a-zA-Z_\-]{16,64})")
MAX_CHARS = 8000  # far beyond any message; a hundred codes need 700

_SPOKEN_DIGITS = {char: str(value) for char, value in DIGITS.items() if char not in "俩仨"} | {"洞": "0", "拐": "7"}
_HANZI = "".join(_SPOKEN_DIGITS)
_NUMBER_LIKE = re.compile(r"[0-9][0-9 \-]*[0-9]")
_SPOKEN = re.compile(rf"[{_HANZI}][{_HANZI} \-]{{4,10}}[{_HANZI}]")
_GROUP = re.compile(r"[0-9]+")
_WORD = re.compile(r"[0-9a-z]+")
_NOT_A_CODE_BEFORE = re.compile(
    r"(?:(?:订单|运单|快递|物流|流水|交易|商户|发票|合同|工单|退款|支付)(?:编?号|单号?)?"
    r"|(?<!接)(?<!取)单号|邮编|账号|帐号|卡号|尾号|车牌|"
    r"电话|手机号?|座机|热线|qq|群号|身份证|¥|\$|原价|共|合计|总计|0\d{2,3}-)[\s:是为#号]{0,3}$"
)
_NOT_A_CODE_AFTER = re.compile(r"\s?(?:元|块钱|块|份|人|公里|毫升|[a-z]|[.:]\d|/(?!\d{6}(?!\d))\d|%|年|号楼|栋)")
_GLUED_LETTERS = re.compile(r"[a-z]+$")
_CODE_WORDS = {"code", "qr", "no", "pin", "ma", "hx", "hexiao", "qhm", "tihuoma"}
_CUE = re.compile(r"(?:核销|撤销|取货|提货|自提|验证|核|码|code)[\s:是为]{0,3}$")
_NEXT_NUMBER = re.compile(r"(?:^|[\s,，;；、])[(（]?\d{1,3}[.、)）:：]\s*$|[和与及]\s*$")
_STATUS = re.compile(
    r"(?:已经?|都|刚|全部|也|均|我|今天|他|她|来)*(?:取走|取货|取|核销|提货|提走|提|拿走"
    r"|拿|领走|领|自提|核|到|来)(?:了|过|完|货|啦|完毕|走)*"
)


def read_codes(text: str, code_format: CodeFormat = "6d") -> tuple[str, ...]:
    """Codes of a message: `6d` six digits, `8c` eight letters or digits (returned in upper case). Never raises."""
    return tuple(dict.fromkeys(code for code, _, _ in _find(normalise(text, limit=MAX_CHARS).text, code_format)))


def read_codes_with_lines(text: str, code_format: CodeFormat = "6d") -> tuple[tuple[str, str], ...]:
    """(code, what is written behind it): 482913 草莓1 -> ("482913", "草莓1"). The rest is "" when there is none.

    The rest ends with the line or at the next code; words that only say the goods were taken are dropped.
    """
    normal = normalise(text, limit=MAX_CHARS)
    found = list(_find(normal.text, code_format))
    pairs: dict[str, str] = {}
    for index, (code, _, end) in enumerate(found):
        stop = found[index + 1][1] if index + 1 < len(found) else len(normal.text)
        newline = normal.text.find("\n", end, stop)
        rest = _NEXT_NUMBER.sub("", normal.cut(end, newline if newline >= 0 else stop))
        rest = rest.strip(" 、:：,，。;；.和与及+()（）")
        if _STATUS.fullmatch(rest) or not any(char.isalnum() for char in rest):
            rest = ""
        pairs[code] = pairs.get(code) or rest
    return tuple(pairs.items())


def read_scanned(text: str) -> tuple[str | None, str | None]:
    """(token, code) of what a scanner read: a pickup QR (an address with a token), or six digits as a QR or bar code.

    WeChat puts a bar code's kind before it: `CODE_128,482913`. At most one of the two is set.
    """
    if ticket := _TICKET.search(text):
        return ticket[1], None
    digits = re.sub(r"\D", "", text.rpartition(",")[2])
    return None, digits if len(digits) == 6 else None


def _find(text: str, code_format: CodeFormat) -> Iterator[tuple[str, int, int]]:
    """(code, start, end) in reading order."""
    found = _eight(text) if code_format == "8c" else _six(text)
    return iter(sorted(found, key=lambda item: item[1]))


def _six(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _NUMBER_LIKE.finditer(text):
        groups = [(text[a:b], a, b) for a, b in (m.span() for m in _GROUP.finditer(text, match.start(), match.end()))]
        yield from _from_groups(text, groups)
    for match in _SPOKEN.finditer(text):
        spoken = "".join(_SPOKEN_DIGITS.get(char, "") for char in match[0])
        if len(spoken) == 6 and len(re.findall(r"[ \-]+", match[0])) <= 1:
            yield spoken, match.start(), match.end()
            continue
        for piece in re.finditer(rf"(?<![{_HANZI}])[{_HANZI}]{{6}}(?![{_HANZI}])", match[0]):
            code = "".join(_SPOKEN_DIGITS[char] for char in piece[0])
            yield code, match.start() + piece.start(), match.start() + piece.end()


def _in_pieces(text: str, groups: list[tuple[str, int, int]]) -> tuple[str, int, int] | None:
    """4829 13 or 4 8 2 9 1 3: the whole figure is one code, and the line or a word before it says so."""
    start, end = groups[0][1], groups[-1][2]
    code = "".join(figure for figure, _, _ in groups)
    sizes = {len(figure) for figure, _, _ in groups}
    if len(code) != 6 or end - start != 5 + len(groups) or not (len(groups) == 2 or sizes == {1}) or sizes == {3}:
        return None
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    is_alone = text[line_start : line_end if line_end >= 0 else len(text)].strip() == text[start:end]
    is_room = len(groups) == 2 and len(groups[0][0]) < 3 and is_flat(groups[1][0])
    is_month = re.fullmatch(r"20\d\d[ \-](?:0\d|1[0-2])", text[start:end]) is not None
    cued = _CUE.search(text[max(0, start - 14) : start]) is not None
    return (code, start, end) if (cued or is_alone) and not is_room and not is_month else None


def _from_groups(text: str, groups: list[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """Figures separated by blanks or hyphens: whole sixes, or halves of three joined by one separator."""
    if len(groups) > 1 and (whole := _in_pieces(text, groups)) is not None:
        yield whole
        return
    runs = _runs_of_threes(groups)
    index = 0
    while index < len(groups):
        figure, start, end = groups[index]
        if len(figure) == 6 and _stands_alone(text, start, end):
            yield figure, start, end
        elif len(figure) == 3 and index + 1 < len(groups):
            other, start2, end2 = groups[index + 1]
            run = runs[index]
            if run % 2 == 0 and len(other) == 3 and start2 - end == 1 and _is_free(text, groups, index, run):
                if _stands_alone(text, start, end2):
                    yield figure + other, start, end2
                index += 2
                continue
        index += 1


def _runs_of_threes(groups: list[tuple[str, int, int]]) -> list[int]:
    """For each group how many groups of three digits follow one another from there."""
    runs = [0] * (len(groups) + 1)
    for index in range(len(groups) - 1, -1, -1):
        runs[index] = runs[index + 1] + 1 if len(groups[index][0]) == 3 else 0
    return runs


def _is_free(text: str, groups: list[tuple[str, int, int]], index: int, run: int) -> bool:
    """Not the beginning or the end of a phone, a date or a room written with separators."""
    before = groups[index - 1] if index else None
    behind = groups[index + run] if index + run < len(groups) else None
    if before is not None and len(before[0]) not in (3, 6) and text[before[2] : groups[index][1]] == "-":
        return False
    return behind is None or len(behind[0]) in (3, 6) or text[groups[index + run - 1][2] : behind[1]] not in ("-", " ")


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 14) : start]
    if _NOT_A_CODE_AFTER.match(text, end) or _NOT_A_CODE_BEFORE.search(before):
        return False
    is_next = re.search(r"(?:^|\n)\s*\d{1,3}\.$|(?<!\d)\d{6}/$", before) is not None  # 1.482913, 118204/482913
    if re.search(r"\d[.:/]$", before) and not is_next:
        return False
    letters = _GLUED_LETTERS.search(before)
    return letters is None or letters[0] in _CODE_WORDS


def _eight(text: str) -> Iterator[tuple[str, int, int]]:
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    index = 0
    while index < len(words):
        word, start, end = words[index]
        joined, stop = word, end
        used = 1
        while len(joined) < 8 and index + used < len(words) and words[index + used][1] == stop + 1:
            if text[stop] not in " -" or len(words[index + used][0]) == 8:
                break
            joined, stop = joined + words[index + used][0], words[index + used][2]
            used += 1
        if len(joined) == 8 and _is_eight(text, joined, start, stop, used):
            yield joined.upper(), start, stop
            index += used
        else:
            index += 1


def _is_eight(text: str, joined: str, start: int, stop: int, parts: int) -> bool:
    before = text[max(0, start - 14) : start]
    if _NOT_A_CODE_BEFORE.search(before):
        return False
    if joined.isdigit():
        return parts == 1 and not _is_date(joined)
    if not any(char.isdigit() for char in joined):
        return parts == 1 and (_CUE.search(before) is not None or text.strip() == joined)
    if parts == 1:
        return True
    sizes = [len(piece) for piece in re.split(r"[ \-]", text[start:stop])]
    return len(set(sizes)) == 1


def _is_date(figure: str) -> bool:
    try:
        date(int(figure[:4]), int(figure[4:6]), int(figure[6:]))
    except ValueError:
        return False
    return figure.startswith("20")
