"""What a leader says of goods that nobody sells now: 西瓜涨到48, 西瓜卖完了. Pure rules.

They come after `bot.named_words`, which takes what is for sale: what is left here is named back to her, never booked.
"""

from __future__ import annotations

import re

from bot import commands as c
from bot.said import Said, first_command, rule

_LONGEST = 30  # characters of such a message
_GOODS = r"(?:把)?(?P<goods>[^\s\d,，。:：]{1,10}?)的?\s*"
_SUM = r"\s*[¥]?\s*\d{1,6}(?:\.\d{1,2})?\s*(?:元|块钱?)?"
_COUNT = r"(?:到|成|为)?\s*\d{1,4}(?:\.\d)?\s*[^\d\s,，。]{0,2}"
_NO_GOODS = re.compile(
    r"[我俺您你他她它这那哪谁都全]|大家|所有|什么|怎么|今天|明天|价|费|运|起订|每[人户家]|不|没|吗|团|单|货|改|加|限|上架|下架|东西"
)


def _unsold(match: re.Match[str], said: Said) -> c.Command | None:
    goods, catalogue = match["goods"], said.situation.catalogue
    known = catalogue.names.get(goods) or catalogue.resolve(goods)
    is_goods = not (known and known.keys) and not _NO_GOODS.search(goods)
    return c.Unknown(said.raw, f"unsold:{goods}") if is_goods else None


_RULES = (
    rule(
        _GOODS + r"价?格?(?:[涨降]价?了?(?:到|成|为|至)|改价|调价|[改卖调](?:到|成|为|至)(?=.*[元块]))" + _SUM, _unsold
    ),
    rule(_GOODS + r"[涨降]价?了[\s,，]*(?:现在|要|得)*[改卖涨降调](?:到|成|为|至)?" + _SUM, _unsold),
    rule(r"(?:改价|调价)\s*" + _GOODS + _SUM, _unsold),
    rule(_GOODS + r"(?:加量|加货|补货|限量|限购|(?:只|还)剩下?)" + _COUNT, _unsold),
    rule(r"(?:加量|加货|限量|限购)\s*" + _GOODS + _COUNT, _unsold),
    rule(_GOODS + r"(?:下架|上架|没货|缺货|断货|卖完|卖光|售罄|没有(?=了)|不卖|又有)(?:了|吧)*", _unsold),
    rule(r"(?:下架|恢复)\s*(?P<goods>[^\s\d,，。:：]{1,10})", _unsold),
)


def unsold(said: Said) -> c.Command | None:
    """A leader's order about goods by a name that nothing for sale has."""
    return first_command(said, _RULES) if len(said.plain) <= _LONGEST else None
