"""Prices in a post: 39.9元/盒, 一板28, 10元3斤, 两块五一张, 2瓶28元, 原价69 (not a price to pay).

`find_prices` reads normalised text in which times, phones and rooms were blanked with NUL characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.goods_words import mentions_goods
from bot.parsing.numerals import CHINESE, read_number
from bot.parsing.post_specs import FIGURE, MEASURE, SPEC, UNIT
from bot.parsing.post_sums import AMOUNT, before_goods, fen_of, is_piece
from bot.parsing.post_told import is_told_price

_COUNT = rf"(?:\d{{1,3}}(?:\.\d)?|[{CHINESE}半]{{1,3}})"
# what is not the price of the goods: said right before the number …
_NOT_GROUP = re.compile(
    r"(?:原价?|市场价?|市价|市面上?|超市[里卖]*价?|商超|外面[卖的要]*|外边[卖的要]*|门店价?"
    r"|店里?[卖要]*|专柜价?|零售价?|平时[卖要都]*|平常[卖要都]*|日常价?|吊牌价?|划线价?"
    r"|"
    r"厂家(?:给)?的?(?:报?价)?|某[宝东猫多]\S{0,3}|京东|淘宝|天猫|盒马|山姆|拼多多|美团|官网|官方价?|旗舰店|菜场|菜市场|建议零售价?"
    r"|老价|之前[卖]?|以前[卖]?|往年|往常|上次|上回|去年|正价|单买|单点|别人家?|人家"
    r"|线下|电商|网上|堂食|外卖(?:平台)?(?:同款|价)?|平台(?:同款|价)|直播间(?:同款|价)?|实体店|算下来|折合|(?<!百)合(?:下来|不到|到)|平均(?:下来)?|相当于|摊下来|均摊|"
    r"订金|定金|押金|预付款?|先付|首付|运费|邮费|配送费|包装费|打包费|跑腿费|服务费|满"
    r"|减|立减|直降|省了?|(?:便宜|贵)了?|[杀切宰剖剁送洗装包去剥][一每\u4e00-\u9fff]{0,4}收|让了?|让利|抹了?|砍了?|(?:另|再|每.|多)?加收?|多收|补|优惠|返现?|红包(?!都|各|也|一律|统一)|券|补贴|赔|抵|差价|加价|涨[价到了]*"
    r"|起送|起订|成本|进价|供货价?|代发价?|指导价|建议价|[两三四五]样(?:一起)?[拿买拼要]?|一起[拿买]|打包|组合价?|"
    r"库存|名额|余量|现货|限量|价值|值|每满|凑满|超过|不到|低于|高于|少)(?:[一1每]\s?[斤盒箱包袋瓶个份])?[了是卖要价都得就大概约差不多:：\s]{0,5}¥?\s?$"
)
# … or right behind it
_NOT_GROUP_BEHIND = re.compile(
    r"\s?(?:钱)?(?:都|也)?(?:没|不)(?:便宜|赚|挣|加|少|多要|讲|降|收)|\s?(?:的)?(?:(?:订金|定金|押金|运费)(?!\s?[:是]?\s?¥?\d)|起送|起订|(?<!\s)以上"
    r"|包邮起|减|优惠券|红包|左右的?市场价)|(?:元|块)?\s?(?:off)"
)
_PIECES = re.compile(r"(?<=块)\)")
_CHEAP = re.compile(r"(?:^|[,，、;；。\s\x00])[\u4e00-\u9fff]{2,6}?便宜[,，\s]?$")
_THAN = re.compile(r"[比要能会可更还再又就都给我你他超市场菜外网原平昨今前现这那每多买]")
_LABEL = re.compile(
    r"(?:团购价?格?|团长价|团价|团|拼团价?|特价|现价|价格|价钱|价|单价|售价|到手价?|到手"
    r"|券后价?|活动价?|惊喜价|福利价|优惠价|会员价|邻居价|群价|群内|内部价|秒杀价?|折后"
    r"|抢购价?|限时价?|今日价?|一口价|[降调改]价?[到成至为]|"
    r"只要|只需|仅需|仅要|仅|只卖|卖|才要|才|就要|就|都是|一律|统一|全部|现在|给大家"
    r"|算|收|是|要|开团)(?:是|为|才|只要|仅)?[:：\s¥]{0,3}$"
)
_NOT_A_PRICE_BEHIND = re.compile(
    r"\s?(?:%|折|分(?!钱)|颗星|星|号|栋|楼|幢|单元|点|年|月|日|天|小时|分钟|户|起|期|公里|岁|层|室|人团"
    r"|人成|个月|周|位|楼|度|厘米|cm|mm|ml|l(?![a-z])|毫升|升|℃|w|米|米长|寸|目|℃|万"
    r"|千|百)|[-~:]\d|\s?[×*]\s?\d|\d|\s?-\s?\d"
    rf"|两(?!{UNIT}|块)|[公母]"
)
_CONTENT = re.compile(  # 60块/盒 29.9, 6块一盒 48元: pieces, and then the price
    rf"(?<=块)\s?(?:/\s?{UNIT}[\s:：,，]{{1,3}}¥?\d{{1,4}}(?:\.\d{{1,2}})?(?:元|块)?"
    rf"|[一1每]\s?{UNIT}\s{{1,3}}¥?\d{{1,4}}(?:\.\d{{1,2}})?元)(?=[\s,，;；(（。]|$)"
)
_ENUMERATED = re.compile(r"(?:[一两二三四五几][件个点条]|注意|说明|通知|提醒|强调|变化|如下)[^\n:,，。]{0,5}:\s?$")
_UNIT_NEXT = re.compile(rf"\s?{UNIT}")
_BEHIND_SPEC = re.compile(rf"(?:{SPEC.pattern}|装)[,，]?\s?$")
_BEHIND_BARE_SPEC = re.compile(rf"(?:{SPEC.pattern})[,，]?\s?$")
_PACKED = re.compile(rf"{FIGURE}\s?{MEASURE}装(?:的|就?是|卖)?\s?$")
_NEAR = 10
_LARGE = 100_000  # fen
_GROSS = ("kg", "公斤", "千克", "g", "克")
_RIGHT = re.compile(
    rf"(?:\s?/\s?(?P<slashn>{_COUNT})?\s?|\s?每\s?(?P<everyn>[一1])?|\s{{0,2}}(?P<n>{_COUNT})\s?(?!{UNIT}\s?[一1/]\s?[箱件])"
    rf"|\s?[一1][大小](?={UNIT})|(?<=[元块])\s?(?=斤|公斤))"
    rf"(?P<unit>{UNIT})(?P<pack>装)?(?!起\s?(?:每.)?¥?\d)"
    rf"|(?<!\s)(?<![.\d]\d{{3}})一(?P<any>[\u4e00-\u9fff]"
    r"(?<![起下些点样次共天晚年月回日直定旦般律人户家号层楼单更早晚遍趟圈半口]))"
    r"(?=[\s,，。;；!！、(（]|$)"  # 5块一牙
)
_LEFT = re.compile(
    rf"(?:(?P<every>每|单|整(?![箱件])|/)\s?|(?P<n>{_COUNT})\s?)(?P<unit>{UNIT})(?P<pack>装)?(?:的"
    rf"|才|只要|仅|卖|是|特价|团购?价?|价格?|要|就|一共|总共|共|合计|加起来|优惠价|起"
    rf"|:|：|=|/|\s)*$"
)


@dataclass(frozen=True, slots=True)
class Price:
    """`fen` for `count_milli` thousandths of `unit`. `start`/`end` cover everything that belongs to the price."""

    fen: int
    start: int
    end: int
    unit: str | None
    count_milli: int  # 1000 unless a price for several is given
    is_behind: bool  # the count was written behind the price: 10元3斤
    is_sure: bool  # carries 元, a slash, a label …
    amount_at: int = 0  # where the figure begins: a count may stand before it


def find_prices(text: str) -> list[Price]:
    """Prices to pay, in reading order. 原价, 定金, 满减 and bare numbers that mean something else are left out."""
    found: list[Price] = []
    position = 0
    while position < len(text):
        match = AMOUNT.search(text, position)
        if match is None:
            break
        price = _read(text, match, found[-1].end if found else 0)
        if price is not None:
            found.append(price)
        position = max(match.end() if price is None else price.end, match.start() + 1)
    return found


def amount_fen(text: str) -> int | None:
    """A sum of money in fen: 39.9, 29块9, 两块五, 五毛, 五元三毛, 一千元; None when there is none."""
    for match in AMOUNT.finditer(text):
        fen = fen_of(match)
        if fen is not None:
            return fen
    return None


def _read(text: str, match: re.Match[str], floor: int) -> Price | None:
    match = before_goods(text, match)
    fen = fen_of(match)
    if fen is None or not 0 < fen <= 5_000_000:
        return None
    start, end = match.span()
    before = text[max(floor, start - 12) : start]
    if (_NOT_GROUP.search(before) and not (floor and _is_cheap(before, text[end:]))) or _NOT_GROUP_BEHIND.match(
        text, end
    ):
        return None
    if floor and text[floor:start].strip() == "(" and match["money"] and _PIECES.match(text, end):  # 59一盒(60块)
        return None
    if match["money"] and not match["frac"] and _CONTENT.match(text, end):  # 60块/盒 29.9
        return None
    has_money = bool(match["sign"] or match["money"] or match["only_mao"])
    if not has_money and (_NOT_A_PRICE_BEHIND.match(text, end) or (before[-1:].isalnum() and before[-1:].isascii())):
        return None
    if is_told_price(text, start, end, floor):
        return None
    left = _LEFT.search(before)
    right = _right(text, end, has_money, left)
    label = _LABEL.search(before)
    is_each = left is not None and left["every"] is not None  # 整只1280
    if not has_money and label is None and fen >= _LARGE and not is_each:  # 西瓜8424 一个39元
        return None
    if not has_money and not _is_bare_price(text, match, left, right, label):
        return None
    if (
        match["money"]
        and match["money"].strip() == "块"
        and match["cn"] in ("一", "两", "几")
        and not right
        and not left
    ) and not (match["frac"] or match["half"] or label or (floor > 0 and start - floor <= _NEAR and _is_goods(before))):
        return None
    return _built(text, match, fen, left, right, max(floor, start - 12), has_money or label is not None)


def _is_cheap(before: str, behind: str) -> bool:
    """Behind other prices, 牛骨头便宜10块一斤, where nothing tells what it would be cheaper than: it is the price."""
    cheap = _CHEAP.search(before)
    return cheap is not None and _THAN.search(cheap[0]) is None and _RIGHT.match(behind) is not None


def _right(text: str, end: int, has_money: bool, left: re.Match[str] | None) -> re.Match[str] | None:
    right = _RIGHT.match(text, end)
    if right is None:
        return None
    is_next_price = AMOUNT.match(text, right.end())
    several = right["slashn"] or right["n"]
    if several and several not in ("一", "1") and is_next_price and _next_is_amount(text, right.end()):
        return None
    is_counted = left is not None and not left["pack"] and left["n"] is not None
    if right["n"] and is_counted and (several not in ("一", "1") or is_next_price):
        return None
    if right["n"] and not has_money and right["n"][0].isdigit() and not text[end : end + 1].isspace():
        return None
    return right


def _next_is_amount(text: str, at: int) -> bool:
    match = AMOUNT.match(text, at) or AMOUNT.match(text, at + 1)
    return (match is not None and not _UNIT_NEXT.match(text, match.end())) or bool(match and match["money"])


def _is_no_sum(text: str, match: re.Match[str]) -> bool:
    """公3两5母2两5, 两件事:1、…: part of a weight, a number in a list."""
    if match["num"] == "1" and _ENUMERATED.search(text, max(0, match.start() - 14), match.start()):
        return True
    return len(match["num"] or "") == 1 and text[max(0, match.start() - 1) : match.start()] in ("两", "斤")


def _is_bare_price(
    text: str,
    match: re.Match[str],
    left: re.Match[str] | None,
    right: re.Match[str] | None,
    label: re.Match[str] | None,
) -> bool:
    """A number without 元: only with a unit beside it, a price word before it, or cents."""
    end = match.end()
    if _is_no_sum(text, match):
        return False
    if right is not None:
        if match["cn"]:
            is_one = right["n"] in ("一", "1", "半") or right["any"] is not None
            return is_one or right[0].lstrip().startswith(("/", "每"))
        return right["n"] in (None, "一", "1", "半") or "." in (match["num"] or "")
    if _UNIT_NEXT.match(text, end):
        return False
    if left is not None and not left["pack"]:
        return not match["cn"] or len(match["cn"]) > 1
    if label is not None:
        return not match["cn"] or len(match["cn"]) > 1
    if match["cn"]:
        behind_spec = _BEHIND_SPEC.search(text[max(0, match.start() - 12) : match.start()]) is not None
        behind_spec = behind_spec or mentions_goods(text[max(0, match.start() - 4) : match.start()][-3:])
        if len(match["cn"]) > 1 and _PACKED.search(text, max(0, match.start() - 10), match.start()):
            return True
        return len(match["cn"]) > 1 and behind_spec and re.match(r"\s*(?:$|[\n,，。;！!])", text[end:]) is not None
    is_last = re.match(r"\s*(?:$|[\n,，、。;；!！)）\x00(（]|\s|限|剩|仅|库存|包[邮送])", text[end:]) is not None
    if is_last and _is_glued(text, match):
        return True
    if "." in match["num"]:
        return is_last or not text[end : end + 1].isalnum() or not text[end].isascii()
    lead = text[max(0, match.start() - 1) : match.start()]
    if is_last and _BEHIND_BARE_SPEC.search(text[max(0, match.start() - 12) : match.start()]):
        return True
    return is_last and lead in (" ", "\t", ":", "=", ")", "…", "·") and match["num"] != "0" and len(match["num"]) < 5


def _is_goods(before: str) -> bool:
    """鲜肉大包三块、豆沙包|两块: goods right before it, in a list of prices."""
    return mentions_goods(before[-4:].lstrip("、,， "))


def _is_glued(text: str, match: re.Match[str]) -> bool:
    """男款299 女款269: a figure of two digits and more right behind a word."""
    lead = text[match.start() - 1 : match.start()]
    is_word = "\u4e00" <= lead <= "\u9fff" and lead not in "第栋楼号共剩限约近满减送加到超前后每仅码周月年点时幢座元块"
    return is_word and len(match["num"]) in (2, 3) and "." not in match["num"]


def _built(
    text: str,
    match: re.Match[str],
    fen: int,
    left: re.Match[str] | None,
    right: re.Match[str] | None,
    offset: int,
    is_sure: bool,
) -> Price:
    start, end = match.span()
    if is_piece(match):
        return Price(fen, start, end, "块", 1000, False, True, match.start("frac"))
    if right is not None:
        count = _count(right["slashn"] or right["n"])
        if right["pack"]:  # 29.9元5斤装: a spec
            return Price(fen, start, end, None, 1000, False, is_sure, start)
        return Price(fen, start, right.end(), right["unit"] or right["any"], count, True, True, start)
    is_pack = left is not None and ((left["n"] == "1" and left["unit"] in _GROSS) or left["unit"] in ("g", "克"))
    if left is not None and not left["pack"] and not is_pack:  # 牛腩 1kg 69.9, 虾滑 150g 12.8
        count = _count(left["n"])
        return Price(fen, offset + left.start(), end, left["unit"], count, False, is_sure or count == 1000, start)
    return Price(fen, start, end, None, 1000, False, is_sure, start)


def _count(figure: str | None) -> int:
    if not figure:
        return 1000
    if figure == "半":
        return 500
    number = read_number(figure)
    return 1000 if number is None or number.milli <= 0 else number.milli
