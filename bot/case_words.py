"""A leader's answer to a complaint without its number: 退3块6, 退王姐3块, 全退, 不退. Pure rules; see `bot.understand`.

Which case is meant is looked up where it is decided (`handlers.after_sales`); with several it is asked.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot import commands as c
from bot.parsing.numerals import chinese_value
from bot.parsing.rooms import find_room
from bot.said import Rule, Said, rule

_SUM = (
    r"[¥]?(?P<yuan>\d{1,5}(?:\.\d{1,2})?|[一二两三四五六七八九十]{1,3})\s*(?:块钱?|元|圆)\s*"
    r"(?:(?P<jiao>\d|[一二两三四五六七八九半])\s*[角毛]?)?(?:钱|吧|了|给[她他])*"
)
_BARE_SUM = r"[¥]?(?P<yuan>\d{1,5}\.\d{1,2})(?:吧|了)*"
_ALL = r"(?:全部?|全额|全款)"
_HIS = r"(?:[她他您]|人家|这[位家个单]|(?P<who>[^\s\d,，。!！?？:：吗]{2,6}|\d{1,3}[-栋号楼]\S{2,8}?))"
_GIVE = r"(?:那就?|就|同意|先)?(?:给|还)?"
_NOBODY = re.compile(
    r"大家|所有|全|都|谁|多少|什么|怎么|货|款|钱|单|订|团|盒|箱|板|份|斤|元|块|不|没|掉|了|回|[一二两三四五六七八九十]"
)


def agrees(text: str) -> bool:
    """同意, and nothing else: said of what waits, where nothing was asked."""
    return text.strip(" 。！!") == "同意"


def _fen(match: re.Match[str]) -> int | None:
    found = match.groupdict()
    yuan, jiao = found.get("yuan"), found.get("jiao")
    if not yuan:
        return None
    whole = Decimal(yuan) if yuan[0].isdigit() else Decimal(chinese_value(yuan) or 0)
    tenth = 0 if not jiao else int(jiao) if jiao.isdigit() else 5 if jiao == "半" else chinese_value(jiao) or 0
    return int(whole * 100) + tenth * 10


def _is_nobody(who: str) -> bool:
    return _NOBODY.search(who) is not None and not find_room(who)


def _refund(match: re.Match[str], said: Said) -> c.Command | None:
    who = match.groupdict().get("who")
    if who and (_is_nobody(who) or who in said.situation.catalogue.names):
        return None
    fen = _fen(match)
    return c.DecideCase(0, "refund", amount_fen=fen, who=who) if fen != 0 else None


def _other(match: re.Match[str], said: Said) -> c.Command | None:
    who = match.groupdict().get("who")
    if who and _is_nobody(who):
        return None
    return c.DecideCase(0, "replacement" if "补" in said.plain else "reject", who=who)


def _by_number(match: re.Match[str], said: Said) -> c.Command | None:
    """S1退全款, S1 退8元, S1补货, S1拒绝: the case first, then what becomes of it."""
    number = int(match["number"])
    if match["word"] != "退":
        return c.DecideCase(number, "replacement" if match["word"] == "补" else "reject")
    return c.DecideCase(number, "refund", amount_fen=_fen(match) if match["yuan"] else None)


CASES: tuple[Rule, ...] = (
    rule(
        r"s\s*(?P<number>\d{1,6})\s*号?(?:单)?\s*(?:同意|就|给[她他])?(?P<word>退|补|拒)(?:款|钱|货|绝|发|还)?(?:给[她他])?\s*"
        rf"(?:全款|全额|全部|全|{_SUM})?(?:吧|了)*",
        _by_number,
    ),
    rule(
        rf"{_GIVE}退(?:款|钱)?(?:给)?(?:[她他])?(?:一半|一部分|一点|一些)(?:的?钱)?(?:吧|了)*",
        lambda match, said: c.Unknown(said.raw, "how:退"),
    ),
    rule(rf"{_GIVE}退(?:款|钱|还)?(?:给)?\s*{_SUM}", _refund),
    rule(rf"{_GIVE}退(?:款|钱|还)?(?:给)?\s*{_BARE_SUM}", _refund),
    rule(rf"{_GIVE}退(?:款|钱|还)?(?:给)?\s*{_HIS}\s*{_SUM}", _refund),
    rule(
        rf"{_GIVE}退(?:款|钱|还)?(?:给)?\s*(?P<who>[^\s\d,，。!！?？:：吗]{{2,6}})\s*(?P<yuan>\d{{1,4}})(?:吧|了)*",
        _refund,
    ),
    rule(rf"(?:给|把)?\s*{_HIS}的?\s*退(?:款|钱|还|她|他)*\s*{_SUM}", _refund),
    rule(rf"{_GIVE}(?:{_ALL}|都)(?:给[她他])?退(?:款|还|掉|给[她他])*(?:吧|了)*|退(?:款)?{_ALL}(?:吧|了)*", _refund),
    rule(
        r"(?:同意|可以|好的?,?|那就|就)退(?:款|钱)?(?:给?[她他])?(?:吧|了)*|退(?:款|钱)?(?:给?[她他])?吧|同意退款",
        _refund,
    ),
    rule(rf"(?:给|把)?\s*{_HIS}的?\s*(?:{_ALL}|都)退(?:款|了|掉)*(?:吧)?", _refund),
    rule(rf"退(?:款|还)?(?:给)?\s*{_HIS}\s*{_ALL}", _refund),
    rule(r"不(?:给|能|同意|可以)?退款?(?:给?[她他])?了?|不同意(?:退款?)?|拒绝退款", _other),
    rule(rf"(?:下次|下回)(?:给\s*{_HIS})?\s*补(?:货|发|上|一[份盒板个袋瓶])?(?:给[她他])?(?:吧)?", _other),
    rule(rf"给\s*{_HIS}\s*补(?:货|发|上|一[份盒板个袋瓶])?(?:吧)?", _other),
)
