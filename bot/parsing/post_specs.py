"""Units of sale and pack specifications as they stand in posts: 5斤/箱, 250ml*12, 一板30个, 约8斤."""

from __future__ import annotations

import re

from bot.parsing.foods import GOODS
from bot.parsing.numerals import CHINESE

PACK_UNITS = (
    "公斤 千克 kg 礼盒 网兜 大袋 小袋 大盒 小盒 大箱 小箱 整箱 大瓶 小瓶 大桶 小桶 大包 "
    "小包 盒 袋 包 提 板 瓶 桶 罐 杯 把 扎 束 箱 件 "
    "份 套 组 单 张 支 枝 朵 根 条 只 个 枚 颗 粒 斤 片 块 双 对 打 筐 篮 兜 串 排 托 "
    "缸 锅 盅 碗 辫 篓 牙 尾 头 挂 吊 捆 棵 株 盆 卷 盘 屉 笼 壶 听 坛 筒 刀 匹 "
    "网 副 顶 床 台 部 本 册 幅 位 客 次 口 500g 克 g"
).split()
_NO_UNIT = {
    "只": "只(?![有剩要卖限需能好])",
    "包": "包(?![邮送甜熟赔退换])",
    "锅": "(?<!第[一二三头])锅(?![里盔巴贴炉底盖])",
    "牙": "牙(?![膏刷签线医齿买龈])",
    "单": "单(?![买独拿价枚])",
}  # 168 只有10箱
UNIT = (
    "(?:"
    + "|".join(_NO_UNIT.get(unit, re.escape(unit)) for unit in sorted(PACK_UNITS, key=len, reverse=True))
    + "|管(?![够理家道]))"
)
WEIGHT_UNITS = frozenset(("公斤", "千克", "kg", "斤", "克", "g", "500g"))
FIGURE = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?|[{CHINESE}半]{{1,4}})"
MEASURE = (
    r"(?:公斤|千克|kg|毫升|ml|升|l(?![a-z])|克|g(?![a-z])|斤|两(?!块|张|盒|袋|样)|cm"
    r"|厘米|寸|枚|个|只|片|粒|颗|根|支|枝|朵|条|包|袋|瓶|盒|罐|杯|块|张|卷|抽|头|连包"
    r"|小包|小袋|小盒|尾|串|听|双|对|套|人份|米|本|册|入(?![口会群冬秋伏味]))"
)
SPEC = re.compile(
    rf"(?:净重|净含量|毛重|规格[:为是]?|约|大约|大概)?\s?(?:每{UNIT}|[一1]{UNIT}(?:有"
    rf"|是|约|装|净重|大概)?\s?(?={FIGURE}{MEASURE}))?"
    rf"{FIGURE}(?:\s?[-~到至]\s?{FIGURE})?\s?{MEASURE}(?:左右|上下)?(?:真空|散|袋|盒|瓶"
    rf"|简)?(?:装|入)?(?:\s?[×*x]\s?{FIGURE}\s?{MEASURE}?(?:装)?)?"
    rf"(?:\s?/\s?(?:{UNIT})|[一1每]{UNIT})?(?:装)?"
)
_UNIT_SLASH = re.compile(
    rf"(?:{MEASURE}|装)\s?/\s?[一1]?\s?(?P<unit>{UNIT})(?!\w)|(?:{MEASURE})(?:装)?[一1每](?P<unit2>{UNIT})"
    rf"|(?:^|[\s,，)\x00\u4e00-\u9fff])(?:(?<![天日早])一|每|/\s?)(?P<unit3>{UNIT})(?!装|钱|的[^\s,，\x00]{{0,3}}装)"
)
_CLAUSES = re.compile(r"[,，;；。!！\x00](?=[^,，;；。!！\x00]*\S)")
_FREE_BEHIND = "的一每单限只仅原特团才卖就价约净给算共剩"


def find_spec(region: str) -> str | None:
    """The first pack specification in `region`."""
    for match in SPEC.finditer(region):
        if match[0] in GOODS:  # 千张
            continue
        is_unit = re.fullmatch(rf"[一1每]?{UNIT}", match[0].strip()) is not None and match[0].strip() != "500g"
        if region[match.end() :].startswith("起"):  # 50斤起送
            continue
        if not is_unit and _ends_a_word(region, match):
            return match[0].strip()
    return None


def nearest_spec(region: str) -> str | None:
    """The specification in the clause that ends `region`, else the first one."""
    return find_spec(_CLAUSES.split(region)[-1]) or find_spec(region)


def without_specs(region: str, blank: str = "\x00") -> str:
    """`region` with specifications blanked. 大闸蟹4两母 is a name, 2斤草莓 and 草莓2斤 carry a specification."""
    return SPEC.sub(lambda match: blank if match[0] not in GOODS and _ends_a_word(region, match) else match[0], region)


def unit_of(text: str) -> str | None:
    """5斤/箱 -> 箱, 一板30个 -> 板, 10斤一箱 -> 箱."""
    match = _UNIT_SLASH.search(text)
    return None if match is None else match["unit"] or match["unit2"] or match["unit3"]


def _ends_a_word(region: str, match: re.Match[str]) -> bool:
    behind = region[match.end() : match.end() + 1]
    lead = region[: match.start()].strip(" ,，\x00(（")
    return not lead or not behind or not ("\u4e00" <= behind <= "\u9fff") or behind in _FREE_BEHIND
