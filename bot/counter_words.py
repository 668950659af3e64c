# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""What a leader says at the counter and after, of neighbours by their names: 王姐拿了一箱苹果, 刚才那个核错了,
王姐的苹果坏了, 回复王姐 可以. Pure rules; who is meant is looked up where it is done (`handlers.counter`, `told`), and shown first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot import commands as c
from bot.named_words import JUST, SOMEBODY, somebody
from bot.said import Build, Rule, Said, just, rule

_TAKES = r"(?:取|拿|领|提)"
_ASKS = re.compile(r"[吗么呢]$|没有?$|多少|什么|哪|谁|几[个点时样]|不(?:要|给|来)")
_TITLE = (
    r"(?:[^\s\d,，。的]{1,3}(?:姐|哥|叔|伯|姨|婶|嫂|爷爷?|奶奶?|妈|爸|老师|医生|先生|女士|太太|大爷|大妈)|[老小阿][^\s\d,，。的]"
    r"|\d{1,2}(?:-|号楼|栋|幢)\d{3,4}|\d{1,3}号)"
)
"""Shaped like somebody even without 的 or 说 behind it."""
_WRONG = r"(?:点|核|核销|弄|搞|扫|发|按|给|登记)错"
_BAD = r"(?:坏|烂|碎|破|裂|漏|臭|霉|馊|虫|不新鲜|不好|没(?:给|拿到|收到)|[少缺](?:了|给|发)|错|不对|质量)"


def parts_said(goods: str) -> list[str]:
    """2袋米和油: each of the goods by itself."""
    return re.split(r"[和跟与及、\s,，]+", goods)


def _hand_out(match: re.Match[str], said: Said) -> c.Command | None:
    who = somebody(match, said)
    return c.HandOut(who) if who and not _ASKS.search(said.plain) else None


def _part(match: re.Match[str], said: Said) -> c.Command | None:
    who, part = somebody(match, said), match["part"].strip(" ,，的了")
    if who is None or not part or _ASKS.search(said.plain) or re.fullmatch(r"货|东西|了|走|[她他]?的?货", part):
        return None
    return c.HandOut(who, part=part)


def _of(command: Callable[[str], c.Command]) -> Build:
    """The command about whoever is named."""

    def build(match: re.Match[str], said: Said) -> c.Command | None:
        who = somebody(match, said)
        return command(who) if who else None

    return build


def _case(match: re.Match[str], said: Said) -> c.Command | None:
    who = somebody(match, said)
    if who is None or _ASKS.search(said.plain):
        return None
    return c.CaseOf(who, match["rest"].strip(" ,，的"))


def _write(match: re.Match[str], said: Said) -> c.Command | None:
    """The words as they were typed."""
    who = somebody(match, said)
    begin = said.offset + match.start("rest")
    words = said.normal.cut(begin, len(said.normal.text)).strip(" :：,，")
    return c.WriteTo(who, words) if who and words else None


def _decide(command: c.DecideCase) -> Build:
    def build(match: re.Match[str], said: Said) -> c.Command | None:
        if not match["who"] or re.fullmatch(r"[她他]|人家|这[位家个单]", match["who"]):
            return command
        who = somebody(match, said)
        return replace(command, who=who) if who else None

    return build


def _close(match: re.Match[str], said: Said) -> c.Command | None:
    if match["number"]:
        return c.CloseCase(int(match["number"]))
    return c.CloseCase(who=somebody(match, said) if match["who"] else None)


def _short(match: re.Match[str], said: Said) -> c.Command | None:
    """少了一箱苹果: of a delivery, where none of it is open for orders now."""
    if match["goods"] in said.situation.catalogue.names:
        return None
    return c.MarkArrived(missing=f"{match['goods']}少{match['amount']}")


_DONE = r"(?:已经|都|刚|刚才|刚刚|也)*"
_WHO = r"(?P<who>[她他]|人家|[^\s\d,，。!！?？:：]{2,6}?|\d{1,3}[-栋号楼]\S{2,8}?)"
_GOODS = r"(?:那个?|[^\s,，。的]{1,8})?"


def _missing(match: re.Match[str], said: Said) -> c.Command | None:
    """少发了王姐一袋米."""
    who = somebody(match, said)
    return c.CaseOf(who, f"少{match['rest']}") if who else None


TROUBLES: tuple[Rule, ...] = (
    rule(rf"(?P<who>{_TITLE})(?:家|那边|那里)?(?:的|说|讲|反映|反馈|[\s,，:：])*(?P<rest>(?!的?(?:核销|取货|那单|还没))[^\s,，]{{1,8}}?{_BAD}.{{0,14}})", _case),
    rule(rf"(?:少|漏|忘)(?:给|发|拿)了?(?P<who>{_TITLE})(?:家)?的?(?P<rest>.{{1,14}})", _missing),
    rule(rf"(?P<who>{_TITLE})的?(?:[^\s,，。的]{{1,6}})?(?:就|先)?不(?:给)?退(?:款)?了?", _decide(c.DecideCase(0, "reject"))),
    rule(r"[少缺]了\s*(?P<amount>(?:\d{1,4}|[一两二三四五六七八九十]+)[份盒斤袋箱瓶个枚只桶包板提罐件])(?P<goods>[^\s\d,，。]{1,10})", _short),
)  # fmt: skip

COUNTER: tuple[Rule, ...] = (
    rule(
        rf"(?:(?:大家|全部|剩下的?|货|东西|所有人?|人)*(?:都|全|全都|全部)(?:已经)?{_TAKES}(?:走|完|好)?了?|(?:全部|都|剩下的?(?:都|全部)?)核销|核销(?:全部|所有|剩下的?|完))(?:了|吧)*",
        just(c.HandOutAll()),
    ),
    rule(
        r"(?:还)?有(?:没有)?(?:邻居|人)没(?:来|取|拿|领)(?:取|拿|领)?的?(?:吗|么)?|(?:还)?(?:有|剩)?(?:哪些|哪几|谁|多少|几|什么人)?(?:[位家户个单])?(?:人|邻居)?(?:还)?没(?:有)?(?:来)?(?:取|拿|领|提)?的?(?:人)?(?:都)?(?:有|是)(?:谁|哪些|哪几[位家户个]|几[位家户个])"
        r"|(?:还)?(?:有|剩)(?:下)?(?:谁|哪些人?|哪几[位家户个]|几[位家户个])(?:人)?(?:还)?(?:没[来取拿领提]\S{0,2})?",
        just(c.ShowList("uncollected")),
    ),
    rule(
        r"(?:[^\s,，。]{1,8})?(?:还|一共)?(?:有|剩|剩下|差)(?:多少|几)[^\s,，。]{0,3}?(?:货|东西)?(?:没|未)(?:取|拿|领|提|发|给)(?:走|出去|完)?"
        r"|[^\s,，。]{1,8}还剩(?:下)?(?:多少|几)[^\s,，。]{0,2}|(?:还)?剩(?:下)?(?:多少|什么|哪些)(?:货|东西)?(?:没[取拿发]\S{0,2})?",
        lambda m, said: None if said.situation.catalogue.items else c.ShowList("uncollected"),
    ),
    rule(
        rf"(?:今天|现在|已经|都|有)*(?:谁|哪些人?|哪几[位家户个])(?:今天|已经|都)*(?:来)?(?:{_TAKES}(?:走|过|完)?了|来过了?)(?:货)?"
        rf"|(?:今天|现在|已经|一共)*(?:来|{_TAKES})(?:走|过)?了(?:几|多少)[单位家户个]?(?:人|邻居)?(?:了)?|已取的?|取了的",
        just(c.ShowList("collected")),
    ),
    rule(
        rf"(?:刚才|刚刚|刚|上一?个|上一?单|那个|那单|的)*(?:核销)?(?:{_WRONG}|错)了|(?:撤销|撤回)(?:刚才|刚刚|上一?[个单]|最后一?[个单]|那[个单]|的)*(?:核销)?",
        just(c.AnnulOf()),
    ),
    rule(rf"(?:撤销|撤回)(?:核销)?\s*{SOMEBODY}(?:的)?(?:核销|取货|那单)?", _of(c.AnnulOf)),
    rule(rf"(?:取消|作废)\s*{SOMEBODY}的?(?:核销|取货)", _of(c.AnnulOf)),
    rule(rf"{SOMEBODY}的?(?:核销|取货|那单)(?:{_WRONG}|错|撤销|取消|撤回|作废)了?", _of(c.AnnulOf)),
    rule(rf"{SOMEBODY}的?(?:其实|根本)?(?:还)?没有?(?:来)?{_TAKES}(?:走|到)?[\s,，]*(?:是)?我?(?:{_WRONG}|错)了", _of(c.AnnulOf)),
    rule(rf"(?:{_WRONG}|错)了[\s,，]*{SOMEBODY}的?(?:其实|根本)?(?:还)?没有?(?:来)?{_TAKES}(?:走|到)?", _of(c.AnnulOf)),
    rule(rf"(?:提醒|催|喊|叫)(?:一?下|一声)?\s*{SOMEBODY}(?:快点?|赶紧|赶快|记得|该)*(?:来|过来|下来|去)*(?:{_TAKES}(?:货|东西|一下)?)?(?:了|吧)?", _of(c.RemindOne)),
    rule(rf"(?:回复|答复|回(?!复))(?:一下)?\s*{SOMEBODY}(?:[\s:：,，]+|说[\s:：,，]*)(?P<rest>\S.*)", _write),
    rule(
        rf"(?:跟|和|给|对)\s*{SOMEBODY}(?:说|讲|回|发|带)(?:一?声|一下|个?消息|句?话)?[\s:：,，]*(?P<rest>\S.*)",
        _write,
    ),
    rule(
        rf"(?:告诉|通知|转告|发消息给)(?:一下)?\s*{SOMEBODY}(?:(?:说|讲)(?:一?声|一下)?[\s:：,，]*|[\s:：,，]+)(?P<rest>\S.*)",
        _write,
    ),
    rule(rf"(?:告诉|通知|转告)(?P<who>{_TITLE})(?P<rest>\S.*)", _write),
    rule(rf"(?:给|发给|给了|交给)\s*(?P<who>{_TITLE})了?", _hand_out),
    rule(rf"(?P<who>{_TITLE}){JUST}(?:来|到|下来|过来)了", _hand_out),
    rule(rf"{SOMEBODY}的(?P<part>\S{{1,8}}?){JUST}(?:给|发|交)(?:给)?(?:[她他]|人家)了?", _part),
    rule(rf"{SOMEBODY}{JUST}(?:给|发|交)(?:给)?(?:[她他]|了|走|人家)+了?", _hand_out),
    rule(rf"{SOMEBODY}(?:给|让|由|叫|是)?(?:[她他])?(?:家)?(?:女儿|儿子|老公|老婆|爱人|老伴|孙子|孙女|妈|爸|家里?人|邻居|朋友|对门|孩子|媳妇|女婿|阿姨){JUST}(?:来|帮|替|给)*{_TAKES}(?:走|好|完)?了", _hand_out),
    rule(
        rf"{SOMEBODY}(?:(?:说|讲)?[\s,，]*(?:要|会|可能|今天|得)*(?:明天|后天|晚上|晚点儿?|晚些|迟点|下午|周\S|下班后?|\S{{1,3}}点)(?:再|才|来|过来|下来|来不了){{1,3}}(?:{_TAKES}货?)?(?:了|吧)?"
        rf"|(?:还|今天|昨天|一直)*没(?:有)?来(?:{_TAKES}货?)?(?:呢|啊)?|(?:我)?(?:先)?(?:放|留|拿|带|存)(?:到|在|回|着).{{1,10}})",
        lambda m, said: c.Unknown(said.raw, "later") if somebody(m, said) else None,
    ),
    rule(
        rf"{SOMEBODY}(?:(?:的)?(?:电话|手机|号码|房号|地址)(?:号码?)?(?:是)?(?:多少|几号|哪里?)?|(?:家)?住(?:在)?(?:哪\S{{0,2}}|几\S{{1,3}}))",
        _of(c.FindNeighbour),
    ),
    rule(rf"{SOMEBODY}的\s*(?P<part>\S{{1,12}}?){JUST}(?:先|都|只)*{_TAKES}(?:走|好|完)*了?", _part),
    rule(rf"{SOMEBODY}{JUST}(?:先|只|就|都)+{_TAKES}(?:走|好|完)*了?\s*(?P<part>\S.*)", _part),
    rule(rf"{SOMEBODY}{JUST}{_TAKES}(?:走|好|完)*了\s*(?P<part>\S.*)", _part),
)  # fmt: skip


AFTER_SALES: tuple[Rule, ...] = (
    rule(
        rf"(?:看看?|查|还)?(?:有)?(?:几个|多少|什么|哪些|谁)?(?:有|的)?(?:售后|投诉)(?:单)?(?:有)?(?:几个|多少|哪些|吗|没有?)?(?:没处理|要处理|等处理)?的?|{SOMEBODY}的?售后(?:单)?(?:呢|怎么样)?",
        just(c.ListCases()),
    ),
    rule(
        r"(?:把|结束|关掉?|关闭|完结|处理完|处理好了?)?\s*(?:s\s*(?P<number>\d{1,6})|(?:(?P<who>[^\s,，。:：]{1,8}?)的)?售后(?:单)?)\s*(?:号|单|已经|都|全|我)*"
        r"(?:处理|解决|弄|退|补|搞|谈|说|结束|关|完|商量|结)(?:掉|好|完|妥|清|过|给[她他])*(?:了|吧)+",
        _close,
    ),
    rule(r"(?:结束|关掉?|关闭|完结)\s*(?:s\s*(?P<number>\d{1,6})|(?:(?P<who>[^\s,，。:：]{1,8}?)的)?售后(?:单)?)(?:吧)?", _close),
    rule(
        r"(?:我)?(?:已经|刚|都)?(?:微信|转账|现金|红包|私下|当面)*(?:把钱)?退(?:给)?(?:[她他]|人家)?(?:过|好)?了|钱(?:我)?(?:已经)?退(?:给[她他])?了",
        lambda m, said: c.CloseCase(),
    ),
    rule(rf"(?:我)?(?:已经|刚)?(?:给|补给|还给)\s*{_WHO}\s*补?(?:过|好|上)?了{_GOODS}", _decide(c.DecideCase(0, "handed"))),
    rule(rf"(?:给)?{_WHO}的?{_GOODS}(?:我)?{_DONE}(?:补给?|补发|送过?去)(?:[她他])?(?:过|好|上)?了", _decide(c.DecideCase(0, "handed"))),
    rule(rf"{_WHO}(?:那个?|的)\S{{0,6}}?(?:下次|下回|下期)\s*补(?:货|发|上|给[她他])?(?:吧)?", _decide(c.DecideCase(0, "replacement"))),
    rule(rf"(?:下次|下回|下期)?补(?:给)?\s*{_WHO}\s*(?:一|1)[份盒板个袋瓶箱桶斤]\S{{0,6}}", _decide(c.DecideCase(0, "replacement"))),
    rule(rf"{_WHO}的\S{{1,6}}?(?:给)?退(?:给?[她他])?(?:掉|款|钱)?(?:了|吧)+", _decide(c.DecideCase(0, "refund"))),
)  # fmt: skip
