"""Sums of money as they are written: 39.9, 29块9, 两块五, 五毛, 五元三毛, 一千元."""

from __future__ import annotations

import re

from bot.parsing.goods_words import mentions_goods
from bot.parsing.numerals import CHINESE, read_number
from bot.parsing.post_specs import UNIT

_SHORTEST_GLUED = 3
_SCALES = {"千": 1000, "万": 10_000, "亿": 100_000_000}
_MONEY = r"(?:元(?:钱)?|块(?:钱|洋钿)?|洋钿|圆|蚊|rmb|(?<=\d)r(?![a-z])|软妹币|大洋)"
AMOUNT = re.compile(
    rf"(?P<sign>¥\s?)?(?:(?P<num>(?<![\d.])\d{{1,5}}(?:\.\d{{1,2}})?)(?P<scale>[千万亿](?=元"
    rf"|块))?|(?P<cn>[{CHINESE}]{{1,7}}?(?=[一两]{UNIT})|[{CHINESE}]{{1,7}}(?:点[{CHINESE}]{{1,2}})?))"
    rf"(?:(?P<money>\s?{_MONEY})(?:(?P<half>半)(?!斤|箱|份)|(?P<frac>(?!一(?![毛角分一])[\u4e00-\u9fff])[1-9一二两三四五六七八九](?:[0-9](?!\d))?)(?P<mao>毛"
    rf"|角)?"
    rf"(?:(?P<fen>[1-9一二三四五六七八九])分?)?(?!\d|\.|\s?[大小满整]?{UNIT}))?|(?P<only_mao>毛钱?|(?<![一-龥][三八六])角))?"
)


def before_goods(text: str, match: re.Match[str]) -> re.Match[str]:
    """一斤装二十八三鲜饺子: the figure ends where goods begin."""
    said = match["cn"] or ""
    if len(said) < _SHORTEST_GLUED or match.end("cn") != match.end() or fen_of(match) is not None:
        return match
    for end in range(match.end() - 1, match.start() + 1, -1):
        number = read_number(text[match.start() : end])
        if number is not None and number.kind == "exact" and mentions_goods(text[end : end + 4]):
            return AMOUNT.match(text, match.start(), end) or match
    return match


def fen_of(match: re.Match[str]) -> int | None:
    """The sum of an AMOUNT match in fen; None when it is none."""
    if match["num"]:
        whole, _, fraction = match["num"].partition(".")
        fen = (int(whole) * 100 + int(fraction.ljust(2, "0") or 0)) * _SCALES.get(match["scale"], 1)
    else:
        whole, point, fraction = match["cn"].partition("点")
        number = read_number(whole)
        if number is None or number.end != len(whole) or number.kind == "range" or whole in ("百", "千"):  # 千张
            return None
        fen = number.milli // 10
        if point:
            fen += sum(_digit(char) * 10 ** (1 - place) for place, char in enumerate(fraction[:2]))
    if match["only_mao"]:
        return fen // 10
    if is_piece(match):  # 奶豆腐一块18: one piece
        return int(match["frac"]) * 100
    if match["half"]:
        return fen + 50
    if match["frac"]:
        frac = match["frac"]
        fen += _digit(frac[0]) * 10 + (int(frac[1]) if len(frac) == 2 else 0)
        if match["fen"]:
            fen += _digit(match["fen"])
    return fen


def is_piece(match: re.Match[str]) -> bool:
    """奶豆腐一块18: one piece for 18."""
    return (
        match["cn"] == "一"
        and re.fullmatch(r"\d\d", match["frac"] or "", re.A) is not None
        and not match["mao"]
        and not match["fen"]
    )


def _digit(char: str) -> int:
    number = read_number(char)
    return 0 if number is None else number.milli // 1000
