"""A quantity and what it is made of, in a line of a 接龙 of one item: 2袋 一袋肉的一袋素的, 各家一箱共4箱."""

from __future__ import annotations

import re

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN

_PARTED = re.compile(
    rf"(?P<head>[x×+]?(?P<total>{FIGURE})\s?(?:{UNIT_PATTERN})?)[\s,，:：(]+"
    rf"(?P<parts>(?:{FIGURE}\s?(?:{UNIT_PATTERN})\s?[^\s\d,，一二两三四五]{{1,5}}[\s,，)]*){{2,4}})"
)
_TOTAL = re.compile(
    rf"(?P<parts>[^\n]{{0,8}}(?:各|每)[^\n]{{1,10}}?)[\s,，]*(?:一共|总共|合计|共计|共)\s?(?P<head>{FIGURE}\s?(?:{UNIT_PATTERN})?)"
)
_WHOSE = (
    r"(?:我|自己|自家|本人|我?[妈爸婆公姐哥弟妹姨叔嫂]|婆婆|公公|丈母娘|老[公婆妈爸]|爸妈|父母|邻居|同事|朋友|闺蜜"
    r"|楼[上下]|隔壁|对门|[东主]家|孩子|儿子|女儿)家?的?"
)
_SHARED = re.compile(  # 一盒自己的一盒同事的, 我2箱婆婆1箱
    rf"(?:{FIGURE}\s?(?:{UNIT_PATTERN})\s?(?:是|给|送|归)?{_WHOSE}[\s,，+、]*){{2,4}}"
    rf"|(?:[代帮替给]?{_WHOSE}\s?(?:要|是)?{FIGURE}\s?(?:{UNIT_PATTERN})?[\s,，+、]*){{2,4}}"
)
_ADDED = re.compile(rf"(?:{FIGURE}\s?(?:{UNIT_PATTERN})\s?\+\s?)+{FIGURE}\s?(?:{UNIT_PATTERN})(?P<note>[\s(（].*)?")
_OR_NOT = re.compile(  # 有的话来两袋没有就算了
    r"[\s,，]*(?:要是|如果)?(?:没有|没货|没了|没|不够)(?:的话|了)?(?:就|便)?(?:算了|不要了?|罢了|拉倒|作罢|不用了?)[吧哈啊]?$"
)
_TALK_FIRST = re.compile(
    r"^(?:刚才?|刚刚|上次|之前|前面)[^\d\s,，一二两三四五六七八九十要退换改减加再错不]{2,12}[\s,，]+(?=\S)"
)
_ENDS_COUNTED = re.compile(rf"(?:{FIGURE}|\d)\s?(?:{UNIT_PATTERN})?\s*$")
_LOGISTICS = re.compile(
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>[^\s,，+×?]{2,12}(?:代收|代拿|代取|代领|转交|来拿|来取|[后再去][取拿]|在家)[^\s\d+×?]{0,6}?)[)）]?"
)
_AT = re.compile(  # 鸡蛋1板 晚7点取
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:[今明后]天?|周[一二三四五六日末天]|下班)?(?:早上?|晚上?|上午|下午|中午|傍晚)?"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})(?:点半?|[:：]\d{2})(?:钟|多|左右)?(?:以?[后前])?(?:[^\s\d,，]{0,3}[来去再才]?(?:[取拿回]|到家|在家|下班|有空)[^\s\d,，]{0,3})?)[)）]?"
)
_WISH = re.compile(r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:要|给|拿)[^\s\d,，+×?]{1,8}的)[)）]?")  # 要九孔的
_SIZE = re.compile(  # 雨衣1件 130码
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:要|穿)?(?:\d{2,3}\s?(?:码|cm|厘米)|(?:x{0,3}[sml]|均|大|中|小)码)的?)[)）]?"
)
_FREE = re.compile(  # 汤包两笼,醋多拨两包
    rf"[\s,，;；(（]+(?P<wish>(?:醋|辣油|辣椒|酱|蒜|姜|葱|香菜|筷子?|勺子?|吸管|餐具|塑料袋|手套|冰袋?)(?:多|少)?[给拨放配搁拿](?:我)?(?:{FIGURE}\s?(?:{UNIT_PATTERN})|[点些])?)[)）]?(?=[\s,，;；]|$)"
)
_PACKED = re.compile(  # 前腿2斤 一半一袋
    r"(?P<head>.+?)[\s,，;；(（]+(?P<tail>(?:一半一[袋包盒份]|(?:分成?|装成?|分装成?)[两二三四2-4][袋包盒份]装?|对半[分装切]开?|[一1半]斤[一1][袋包]装?|分开[装放]))[)）]?"
)
_SEASONED = re.compile(  # 鸡架3袋,多搁辣椒面,不老林一袋
    r"[\s,，;；(（]+(?P<wish>(?:多|少|不|别|莫|甭|勿|唔)(?:要|给我|给)?[搁放加撒淋][^\s\d,，;；()（）一二两三四五六七八九十]{1,6}?)[)）]?(?=[\s,，;；]|$)"
)
_SIZED = r"(?:(?:3[4-9]|4[0-8]|[6-9]0|1[0-9]0)(?:\.5)?码|(?<![a-z])(?:x{0,3}[sml]|[2-5]xl)(?:码|号)?(?![a-z\d])|均码)"
_SIZES = re.compile(  # 36码, 演出服1套M, 鞋换38码, 2套,一个M一个L
    rf"[\s,，;；(（]+(?:{FIGURE}\s?[个件套双条]?\s?{_SIZED}的?[\s,，和]*){{1,4}}[)）]?$|(?:[\s,，]+[鞋衣裤]子?)?[换穿要]?\s?{_SIZED}的?"
    r"|(?<=[^\d\s])(?:3[4-9]|4[0-6])的(?=\s?[一二两三1-3]双)"
)
_COUNTED = re.compile(rf"[\d一二两三四五六七八九十半]\s?(?:{UNIT_PATTERN})|取消|不要|退|改|换")
_SHARE = re.compile(  # 2盒 一盒是帮我妈带的
    rf"(?P<head>.*?(?P<total>{FIGURE})\s?(?:{UNIT_PATTERN})?)[\s,，;；(（]+"
    rf"(?P<tail>(?:其中|里面|里头|当中)?有?(?P<part>{FIGURE})\s?(?:{UNIT_PATTERN})\s?(?:是|算)?(?:帮|给|替|送|代|我|楼[上下]|隔壁|对门|朋友|同事|邻居)[^\d,，]{{0,10}}(?:\d{{1,2}}-)?(?:\d{{3,4}})?[^\d,，]{{0,6}})[)）]?"
)
_ASKED = re.compile(  # 有鸭蛋吗有的话一盒, 豆浆还有没有,有就来两瓶
    rf"(?:请问|问一?下|想问一?下?)?(?:还|现在)?(?:有没有|有)?(?P<what>[^\d\s?？,，]{{1,10}}?)(?:还有没有|还有|有)?(?:吗|嘛|么|没|不)?[?？,，\s]*"
    rf"(?:如果|要是)?有(?:的话|货|的|就)+(?:我|就|给|帮|来|要|留|订|拿|加)*\s?(?P<amount>{FIGURE}\s?(?:{UNIT_PATTERN}))[吧哦啊哈谢。!~]*"
)


_WITHIN = re.compile(  # 蟹10只,里面挑5只满膏的
    rf"(?P<head>.*?(?P<total>{FIGURE})\s?(?:{UNIT_PATTERN})?)[\s,，;；。(（]+"
    rf"(?P<tail>(?:其中|里面|里头|当中)[^\d\s,，]{{0,3}}?(?P<part>{FIGURE})\s?(?:{UNIT_PATTERN})[^\d,，]{{1,14}}?)[)）]?"
)


def without_talk(content: str) -> str:
    """要微辣的一盒 for 刚没写清楚,要微辣的一盒: what was wrong with the line above counts nothing."""
    return _TALK_FIRST.sub("", content)


def without_question(content: str) -> str:
    """鸭蛋一盒 for 有鸭蛋吗有的话一盒: who asks whether there is any and says how much, asks for it."""
    if_not = _OR_NOT.search(content) if "没" in content or "不够" in content else None
    if if_not is not None and _ENDS_COUNTED.search(content, 0, if_not.start()):
        content = content[: if_not.start()]
    asked = _ASKED.fullmatch(content) if "有" in content else None
    return content if asked is None else f"{asked['what']}{asked['amount']}"


def take_sizes(content: str) -> tuple[str, str] | None:
    """(红鞋1双, 36码) for sizes of shoes and clothes, which count nothing; None without."""
    if not any(char in "码的sml" for char in content):
        return None
    said = [match[0].strip(" ,，;；(（)）") for match in _SIZES.finditer(content)]
    return (_SIZES.sub(" ", content).strip(), " ".join(said)) if said else None


def take_seasoning(content: str) -> tuple[str, str] | None:
    """(what is wanted, 多搁辣椒面) for how it is to be prepared, said between goods; None without."""
    match = _SEASONED.search(content) or _FREE.search(content)
    return None if match is None else (content[: match.start()] + " " + content[match.end() :], match["wish"])


def take_logistics(content: str) -> tuple[str, str] | None:
    """(what is wanted, 5楼大刘代收) for words at the end that say who fetches it, or a size; None without."""
    share = _SHARE.fullmatch(content) or _WITHIN.fullmatch(content)
    if share is not None and _is_less(share["part"], share["total"]):
        return share["head"], share["tail"]
    packed = _PACKED.fullmatch(content)
    if packed is not None:
        return packed["head"], packed["tail"]
    match = _LOGISTICS.fullmatch(content)
    at = _AT.fullmatch(content) if match is None else None
    if at is not None:
        return at["head"], at["tail"]
    match = match or _WISH.fullmatch(content) or _SIZE.fullmatch(content)
    return None if match is None or _COUNTED.search(match["tail"]) else (match["head"], match["tail"])


def _is_less(part: str, total: str) -> bool:
    one, whole = read_number(part), read_number(total)
    return one is not None and whole is not None and one.kind == whole.kind == "exact" and one.milli < whole.milli


def take_parts(content: str) -> tuple[str, str] | None:
    """(the quantity that counts, what was said about its parts); None when nothing is divided."""
    total = _TOTAL.fullmatch(content)
    if total is not None:
        return total["head"], total["parts"].strip()
    added = _ADDED.fullmatch(content)
    if added is not None or _SHARED.fullmatch(content) is not None:
        counted = content[: added.start("note")] if added is not None and added["note"] else content
        figures = [number for figure in re.findall(FIGURE, counted) if (number := read_number(figure)) is not None]
        whole, half = divmod(sum(one.milli for one in figures), 1000)
        if not half and all(one.kind == "exact" for one in figures):
            return f"{whole}", content
    parted = _PARTED.fullmatch(content)
    if parted is None or not _is_breakdown(parted["parts"], parted["total"]):
        return None
    return parted["head"], parted["parts"].strip()


def _is_breakdown(parts: str, total: str) -> bool:
    """一袋肉的一袋素的 behind 2袋: what the units are to be, when they add up."""
    found = [read_number(figure) for figure in re.findall(rf"{FIGURE}(?=\s?(?:{UNIT_PATTERN}))", parts)]
    whole = read_number(total)
    return len(found) >= 2 and whole is not None and sum(one.milli for one in found if one) == whole.milli
