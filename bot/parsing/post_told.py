"""Prices that a post only tells of: 超市看到要89一斤, 便利店一支要4块5, 当时才2块一斤, 原来一箱卖50,现在降到42."""

from __future__ import annotations

import re

from bot.parsing.goods_words import mentions_goods

_SEEN_ELSEWHERE = re.compile(  # 昨天超市看到要89一斤
    r"(?:超市|菜场|市场|网上|店里|外面|人家|别处|商场)[^,，。;!！\n\x00]{0,4}(?:看到|看了|问了|卖到|要卖)[^,，。;!！\n]{0,10}$"
    r"|(?:^|[,，。;!！(（\n\s\x00])[^\s,，。;!！\n\d我咱俺本\x00]{0,4}(?:[果菜肉蛋饭面饼点]店|店里|店内|门店|街市|集市|早市|门市部?|[果菜肉]摊|铺子)(?:里|上|门口|那边|头)?[^\s,，。;!！\n\d我咱俺团\x00]{0,6}?(?:挂|标|卖|要|得|开|喊)(?:价|出|到|着|的是|是){0,2}\s?¥?$"
    r"|(?:自己|自个儿?|单独)(?:跑?去|到|上|下馆子)[^\s,，。;!！\n\d我咱团\x00]{0,4}[买吃排拿][^\s,，。;!！\n\d我咱团\x00]{0,8}(?:是|要|得|就要|也要|还要)?\s?¥?$"
    r"|(?:^|[,，。;!！(（\n\s\x00])(?:专柜|超市|便利店|小卖部|药店|水果店|蛋糕店|饭店|商场|商超|菜场|门店|实体店|外卖(?:平台)?|堂食|平台|网上|盒马|山姆|京东|天猫|淘宝|拼多多|直播间|某[宝东猫多]|隔壁群|别的群|外面|外头)"
    r"(?:里|上|价|卖|同款|的|要|都|得|还)*[^\s,，。;!！\n\d我咱团\x00]{0,6}?(?:是|要|卖|都|得|价|就|还){0,3}\s?¥?$"
)
_AND = ("和", "、", "跟", "及", "到")
_AND_BEFORE = re.compile(r"(?:\d{1,4}(?:\.\d{1,2})?[元块]?[和、跟及到]){1,3}$")
_OFFERED_ME = re.compile(
    r"(?:贩子|收购商|客商|商贩|老板|别人|人家|店家)们?(?:给|出|开)(?:价|到)?(?:俺|我|咱)们?(?:价|到|的是)?\s?¥?$"
)
_OFFERS = ("俺", "我", "咱", "们", "价", "到", "是", "¥", " ")
_TOLD = re.compile(r"(?:当时|那时候?|那会儿|那年|早些?年|小时候|19\d\d年|20[01]\d年)[^\n。;；!！]{0,14}$")
_FORMER = re.compile(r"(?:原来|原先|之前|以前|上次|上回|平时|本来|去年|往年)[^,，。;；!！\n]{1,9}$")
_LOWERED = re.compile(r"[^。!！\n]{0,20}(?:[降改调涨]到|[降改调]成|降价|现在|这[次回趟]|今天)\s?¥?\d")


_SUM = re.compile(
    r"\d{1,4}(?:\.\d{1,2})?(?:[元块]\d?)?(?:[一每/]\w)?|[一二三四五六七八九十百]{2,4}(?:[元块][一二三四五六七八九]?)?(?:[一每/]\w)?"
)
_STATEMENT = re.compile(
    r"^(?:所以|因此|因为|不过|但是?|反正|总之|于是)$"
    r"|^(?:原来|本来|原先|原定)|(?:提前|推迟|延期|不变|没变)$|^[↑↓↖]|^[上下]面|的话|别管|群里|团里|仓库|那种|那家"
)


def without_told(region: str) -> str:
    """`region` without what goods cost elsewhere: 门口水果店挂148 is not the name of the goods that follow."""
    for match in _SUM.finditer(region):
        told = _SEEN_ELSEWHERE.search(region, max(0, match.start() - 24), match.start())
        if told is not None:
            start = told.start() + (region[told.start()] in ",，。;!！(（\n")
            region = region[:start] + "\x00" * (match.end() - start) + region[match.end() :]
    return region


def is_statement(name: str) -> bool:
    """↑上面是果园: words that tell something, and name no goods."""
    return _STATEMENT.search(name) is not None and not mentions_goods(name)


def is_told_price(text: str, start: int, end: int, floor: int) -> bool:
    """Is the figure from `start` to `end` another shop's price or a former one? `floor`: where the last price ended."""
    listed = (
        None if text[start - 1 : start] not in _AND else _AND_BEFORE.search(text, max(floor, start - 18), start)
    )  # 店里挂的是26和16
    start = start if listed is None else listed.start()
    if text[start - 1 : start] in _OFFERS and _OFFERED_ME.search(
        text, max(floor, start - 12), start
    ):  # 贩子给俺十八一斤俺没卖
        return True
    if _SEEN_ELSEWHERE.search(text, max(floor, start - 24), start) or _TOLD.search(text, max(floor, start - 24), start):
        return True
    return bool(_FORMER.search(text, max(floor, start - 16), start) and _LOWERED.match(text, end))
