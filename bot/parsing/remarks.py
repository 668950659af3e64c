"""Sentences that only look like an order: what cannot be eaten up, somebody else's goods, another round."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import CHANGING
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.values import Role

_HEARSAY: Final = re.compile(
    r"(?:[妈爸婆公姐妹哥弟]|老[公婆]|孩子|他|她|人家|朋友|同事|邻居)(?:们)?(?:说|讲|问|想)(?!一|错|好)"
)


_UNABLE: Final = re.compile(
    r"[吃喝用买要拿放装扛带搬住食饮][不勿伐唔][下了起完动着到来光晒惯](?!的)|[吃喝用][不勿伐唔](?:来|惯)"
)


_REFERRING: Final = re.compile(
    r"(?:我|你|他|她|我家)(?:[订定要买]?的)?那?[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提](?!.*[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提])(?=.*(?:呢|好|到|在)\s*$)"
)


_MINE: Final = re.compile(r"我那[一二两三四五六七八九十\d]")


_NOT_SO: Final = re.compile(r"不是(?:这次|今天|说|真的?要|想|现在|要)")


_SOMEBODYS: Final = re.compile(r"[你他她](?:家|们)?(?:的|那)[一二两三四五六七八九十\d]")


_GAVE: Final = re.compile(r"[送给分还寄带拿丢扔放]给?.{0,6}了\s*$")


_ELSEWHERE: Final = re.compile(
    r"隔壁[团群]|别的[团群]|其他[团群]|另一个[团群]|超市|菜场|菜市场|拼多多|盒马|淘宝|京东|美团|别家|外面|才\s?[一二两三四五六七八九十\d]+[块元]"
)


_RELATIVE: Final = re.compile(
    r"[一二两三四五六七八九十\d][^,。\s]{1,8}的(?:人|钱(?![阿叔姐哥大老总伯婆奶爷姨家师先女])|事|邻居|举手|都)"
)


_ABLE: Final = re.compile(
    r"(?<!不)能(?:买|囤|炫|干掉|吃掉|[用吃喝管顶撑])(?:个|上|到|了)?[一二两三四五六七八九十半几好\d]|够(?:吃|用|喝)(?:个|上|到)?[一二两三四五六七八九十半几好\d]"
)
_USED_UP: Final = re.compile(
    r"(?:[死掉完坏碎丢扔]|养|吃|喝|用|买|囤)(?:死|掉|完|坏)?[一二两三四五六七八九十半\d]{1,3}[一-龥]了\s*$"
)
_GAVE_UP: Final = re.compile(r"(?<!不)戒(?!指).{0,6}了")
_STILL_HAVE: Final = re.compile(
    r"(?:家里|我家|屋里|冰箱|手上|手头|手里|单位|柜子|橱).{0,8}?(?:还有|有|剩|存着|囤着)[一二两三四五六七八九十半几好\d]|(?:看|见|晓得|知道).{1,5}(?:家|姐|哥|姨|嫂|妈|叔|爷|奶|她|他|人)有[一二两三四五六七八九十几好\d]|(?:还有|剩)[一二两三四五六七八九十半几好\d]\S{1,4}(?:没吃|没用|没喝|没动|在家|呢)"
)
_BORROWED: Final = re.compile(r"(?:[找问向跟去来]|想|先)\S{0,4}借(?!此|问|过|光|口)|借[一二两三四五六七八九十\d我给]")
_ERRAND: Final = re.compile(r"把[一二两三四五六七八九十\d]|[替代].{1,4}拿")


_ANOTHER_ROUND: Final = re.compile(
    r"(?:明天|后天|周[一二三四五六日末]|下一?[次回期团批周轮]|下个?星期|改天|昨天|前天|上一?[次回期团批轮])的?(?:团|那[期批次轮团])"
)


_PASSED_ON: Final = re.compile(
    r"[匀让转分][一二两三四五六七八九十半\d]\S{0,3}给(?!我(?!的?(?:同|朋|妈|爸|老|姐|妹|哥|弟|邻|闺|儿|女|婆|公)))|换(?!成)[一二两三四五六七八九十\d].{1,2}成|钱换成|对调|互换"
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
    (_ABLE, False, False, "past"),
    (_USED_UP, False, False, "past"),
    (_GAVE_UP, True, False, "deny"),
    (_STILL_HAVE, False, True, "past"),
    (_BORROWED, False, False, "deny"),
    (_ERRAND, True, False, "doubt"),
    (_ANOTHER_ROUND, True, True, "doubt"),
    (_PASSED_ON, True, True, "doubt"),
)


SWEEPING: Final = frozenset({"all", "refer", "each", "alike", "evenly"})


def remark(segment: Segment, role: Role = "resident") -> str:
    """The verdict on sentences that only look like an order, empty for all others."""
    wants, changes = segment.wants(), bool(segment.kinds & CHANGING)
    for pattern, even_wanting, even_changing, verdict in _REMARKS:
        if not ((even_wanting or not wants) and (even_changing or not changes)):
            continue
        found = pattern.search(segment.text)
        if found is not None and not (pattern is _RELATIVE and _is_named(segment, found.start())):
            return verdict
    if "qty" in segment.kinds:
        if not wants and not changes and _is_somebodys(segment.tokens):
            return "past"
        heard = role != "leader" and _HEARSAY.search(segment.text)
        return "doubt" if heard and not segment.kinds & {"cancel", "swap"} else ""
    if "item" in segment.kinds and not wants:
        chosen = "还是" in segment.words and "note" in segment.kinds
        return "query" if chosen or segment.text.rstrip().endswith("呢") else ""
    return ""


def _is_named(segment: Segment, at: int) -> bool:
    """Is the figure at this place of the segment part of a name (三丁包 in 「除了三丁包别的都翻倍」)?"""
    return any(t.kind == "item" and t.start <= segment.start + at < t.end for t in segment.tokens)


def _is_somebodys(tokens: list[Token]) -> bool:
    """小王的2只烧鸡."""
    return any(
        owner.kind in ("name", "person") and link.word == "的" and number.kind == "qty"
        for owner, link, number in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )
