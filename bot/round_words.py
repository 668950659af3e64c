"""How a message says which round it is about, and asks for goods. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.parsing.normalise import normalise

_WHEN = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]|今[天日]|明[天日]|本周")
_KIND = re.compile(r"小?团购?(?:会)?$")

_ASKS = re.compile(
    r"(?:请问|你好|团长|今天|这次|这周|现在|明天|这[期团]|还|你们?|您|家|里|的|[\s,，])*"
    r"(?:(?:有没有|有无|卖不卖|能不能买)(?P<goods>[^\W\d_]{1,6}?)|(?:有|卖)(?P<other>[^\W\d_]{1,6}?)(?:卖)?(?:吗|么|没有?|嘛))"
    r"(?:吗|么|卖|的|呀|啊|呢|[\s。.?？!！])*"
)
_STILL_THERE = re.compile(
    r"(?:请问|你好|团长|今天|这次|这周|现在|还有|[\s,，])*(?P<goods>[^\W\d_]{1,6}?)"
    r"(?:还|今天|现在|这次)*(?:有(?:没有?|冇|吗|么|嘛|货吗?)|卖(?:吗|么|不卖|完了吗))了?(?:[\s,，?？。!！呀啊呢].*)?",
    re.DOTALL,
)
_NO_GOODS = re.compile(r"[啥哪几谁我你您他她这那人单团码货券]|什么|多少|优惠|活动|发票|别的|其他|便宜|折|时间|群|电话")


def goods_asked_for(said: str) -> str | None:
    """有没有西瓜, 西瓜还有吗 我要两个: the goods, as they are called."""
    text = normalise(said[:40]).text.strip()
    found = _ASKS.fullmatch(text)
    goods = (found["goods"] or found["other"]) if found else None
    if goods is None and (still := _STILL_THERE.fullmatch(text)):
        goods = still["goods"]
    return None if goods is None or _NO_GOODS.search(goods) else goods


def titles_said(said: str, titles: Sequence[str]) -> list[int]:
    """Which of these titles the words name (水果团, 水果), by their places."""
    text = normalise(said).text
    cores = [_core(title) for title in titles]
    return [n for n, core in enumerate(cores) if len(core) > 1 and core in text]


def _core(title: str) -> str:
    return _KIND.sub("", _WHEN.sub("", normalise(title).text)).strip()


def without_title(said: str, title: str) -> str | None:
    """The message without the title of this round, as people shorten it (周六水果团: 水果团的); None where it is not
    named."""
    core = _core(title)
    text = normalise(said).text
    found = re.search(rf"{re.escape(core)}(?:小?团|那[一个]?团)(?:里?的)?", text) if len(core) > 1 else None
    return f"{text[: found.start()]} {text[found.end() :]}".strip(" ,，:：把") if found else None


def swaps(said: str) -> bool:
    """Whether one thing is wanted instead of another."""
    return "换" in said
