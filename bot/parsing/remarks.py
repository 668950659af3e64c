"""Sentences that only look like an order: what cannot be eaten up, somebody else's goods, another round."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import BOOKABLE, CHANGING
from bot.parsing.segments import Segment
from bot.parsing.tokens import Token
from bot.parsing.values import Role

_HEARSAY: Final = re.compile(
    r"(?:[妈爸婆公姐妹哥弟]|老[公婆]|孩子|他|她|人家|朋友|同事|邻居)(?:们)?(?:说|讲|问|想)(?!一|错|好)"
)


_UNABLE: Final = re.compile(
    r"[吃喝用买要拿放装扛带搬住食饮][不勿伐唔][下了起完动着到来光晒惯](?!的)|[吃喝用][不勿伐唔](?:来|惯)"
)
RHETORICAL: Final = re.compile(
    r"(?:谁|哪)(?:家|能|里|儿|个)?[^,。\s]{0,2}?[吃喝用要放买]得[了完下]|(?:哪|哪里|哪儿)来的[一二两三四五六七八九十\d]|(?:哪|哪里|哪儿|怎么|岂)(?:敢|舍得|好意思|可能)(?:再|会|去|能)?(?:要|买|订|吃|拿|来|点|多)"
)
"""谁吃得了三袋, 我哪敢要十盒: nobody does."""


_REFERRING: Final = re.compile(
    r"(?:我|你|他|她|我家)(?:[订定要买]?的)?那?[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提](?!.*[一二两三四五六七八九十\d]+[份盒袋斤只箱个瓶板提])(?=.*(?:呢|好|到|在)\s*$)"
)


_MINE: Final = re.compile(r"我那[一二两三四五六七八九十\d]")


_NOT_SO: Final = re.compile(r"不是(?:这次|今天|说|真的?要|想|现在|要)")


_SPARED: Final = re.compile(
    r"(?:别|莫|甭|不许|不准|唔好|勿要|伐要|不要(?!了|的))(?:再|又|就)?(?:给|帮|替)(?:我们?|咱们?|俺|阿拉|我家)?的?[^,。\s]{0,3}?(?:删|退|取消|撤|减|改|换)"
)
"""你可别给我退了: nothing is to go."""
_BY_MISTAKE: Final = re.compile(r"[拿用玩]我的?手机|(?:乱|瞎|误|手滑|不小心|随手)(?:按|点|发|下|订|报|写|碰|买|拍|戳)")
_SOMEBODYS: Final = re.compile(r"[你他她](?:家|们)?(?:的|那)[一二两三四五六七八九十\d]")


_GAVE: Final = re.compile(r"[送给分还寄带拿丢扔放]给?.{0,6}(?<!可以)(?<![行好成够])了\s*$")


_ELSEWHERE: Final = re.compile(
    r"(?:隔壁|别的|其他|对面|旁边|人家)(?:小区|楼盘|村|镇|团长)|隔壁[团群]|别的[团群]|其他[团群]|另一个[团群]|(?:楼下|门口|对面|路口|街上|巷口|小区|旁边|外头|路边|马路|村口|街角|老家|镇上|城里|学校)[^,。\s\d]{0,6}(?:店|铺|摊|市场|商场|集市|夜市|小贩|档口|超市|卖的|在卖)|(?:水果|蔬菜|肉|鱼|便利|杂货|面包|蛋糕|生鲜|粮油|熟食|卤味|文具|药|五金|花)[店铺摊](?!长|家|主|老)|超市|菜场|菜市场|拼多多|盒马|淘宝|京东|美团|别家|外面|才\s?[一二两三四五六七八九十\d]+[块元]"
)


_RELATIVE: Final = re.compile(
    r"[一二两三四五六七八九十\d][^,。\s]{1,8}的(?:人|钱(?![阿叔姐哥大老总伯婆奶爷姨家师先女])|事|邻居|举手|都)"
)


_ABLE: Final = re.compile(
    r"(?<!不)能(?:买|囤|炫|干掉|吃掉|[用吃喝管顶撑])(?:个|上|到|了)?[一二两三四五六七八九十半几好\d]|够(?:吃|用|喝|煎|炸|炒|煮|烧|炖|蒸|分|做|涮|烤|写|发)(?:个|上|到)?[一二两三四五六七八九十半几好\d]"
)
_USED_UP: Final = re.compile(
    r"(?:[死掉完坏碎丢扔]|养|吃|喝|用|买|囤)(?:死|掉|完|坏)?过?[一二两三四五六七八九十半\d]{1,3}(?![天周年月夜晚顿餐])[一-龥]了\s*$"
)
_CAME: Final = re.compile(
    r"(?:[发送给寄带背拿捎拎扛搬摘种分包剩](?:了|来了|回来?了?|过来了?|过)|[钓抓挖捡领收捞摘采逮]到了?|[钓抓捞摘逮采挖捡结长种产孵]了|[翻找]出来?了?)(?:我们?|我家|咱们?)?[一二两三四五六七八九十几好半\d]"
)
"""单位发了一箱, 老头自己钓到三条: what came from elsewhere."""
_EATEN: Final = re.compile(
    r"(?:[吃喝炫干造啃嗦切食旋嚯抽嗑消][完掉脱光灭下]|[吃喝炫啃嗦]了)(?:了|我|他|她|我们|整整|足足|差不多|快|大概)*[一二两三四五六七八九十几半好\d]"
)
"""一口气干掉三个: what was eaten up, however fast."""
_MOVED: Final = re.compile(
    r"[搬扛抬拎提运拉推背装卸拿带取领卖抢吃喝](?:上|下|进|过|回|出|到)?(?:去|来|走|完|光|家|楼)了(?=[\s啊呀吧哈]*$)"
)
"""李姐家5袋米都搬上去了."""
_SOME_OF_THEM: Final = re.compile(
    r"(?:[里中头面]|开出来?|其中)有?[一二两三四五六七八九十几半好\d]{1,3}[一-龥](?:都|就|也)?(?:是(?![帮替给为])|这样|那样|没|不|裂|坏|烂|破|臭|生的|空)"
    r"|有[一二两三四五六七八九十几半\d]{1,3}[一-龥]是(?![帮替给为])[^,。]{1,8}的"
)
"""五根里有两根这样, 有三只是软壳的."""
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


_OATH: Final = re.compile(
    r"再(?:买|囤|吃|点|订|碰|下单)[^,。\d]{1,10}?(?:就|我|自己|主动)*(?:剁手|是(?:小)?[狗猪]|不是人|吃土|罚|倒立|直播吃|改姓|断网|卸载)"
)
"""再买蓝莓我就是狗: sworn off."""


_REMARKS: Final = (  # pattern, even with a verb of asking, with a verb of changing, verdict, one of these is in it
    (_OATH, True, True, "deny", frozenset("再")),
    (_UNABLE, True, True, "deny", frozenset("不勿伐唔得")),
    (_NOT_SO, True, True, "deny", frozenset("不")),
    (_SPARED, True, True, "deny", frozenset("别莫甭许准好要")),
    (_BY_MISTAKE, False, True, "past", frozenset("乱瞎误滑心随机")),
    (_SOMEBODYS, False, False, "past", frozenset("你他她")),
    (_MINE, True, False, "doubt", frozenset("那")),
    (_REFERRING, False, False, "doubt", frozenset("呢好到在")),
    (_GAVE, False, False, "past", frozenset("了")),
    (
        _ELSEWHERE,
        False,
        False,
        "past",
        frozenset("隔别其另超菜拼盒淘京美外才楼门对路街巷小旁马村老镇城学水蔬肉鱼便杂面蛋生粮熟卤文药五花"),
    ),
    (_RELATIVE, True, True, "past", frozenset("的")),
    (_ABLE, False, False, "past", frozenset("能够")),
    (_USED_UP, False, False, "past", frozenset("了")),
    (_EATEN, False, False, "past", frozenset("完掉脱光灭下了")),
    (_MOVED, False, False, "past", frozenset("去来走完光家楼")),
    (_SOME_OF_THEM, False, False, "trouble", frozenset("里中头面开其有")),
    (_CAME, False, False, "past", frozenset("了到回过出")),
    (_GAVE_UP, True, False, "deny", frozenset("戒")),
    (_STILL_HAVE, False, True, "past", frozenset("有剩存囤")),
    (_BORROWED, False, False, "deny", frozenset("借")),
    (_ERRAND, True, False, "doubt", frozenset("把替代")),
    (_ANOTHER_ROUND, True, True, "doubt", frozenset("天周一次期回星")),
    (_PASSED_ON, True, True, "doubt", frozenset("匀让转分换对互")),
)


_PLEA: Final = re.compile(r"^(?:千万|可|请|麻烦|拜托|你|您|\s)*[别莫勿]")
SWEEPING: Final = frozenset({"all", "refer", "each", "alike", "evenly"})


def remark(segment: Segment, role: Role = "resident") -> str:
    """The verdict on sentences that only look like an order, empty for all others."""
    if segment.kinds <= {"note", "space", "filler"} and _PLEA.match(segment.text):
        return ""  # 别又送错了
    wants, changes = segment.wants(), bool(segment.kinds & CHANGING)
    chars = set(segment.text)
    for pattern, even_wanting, even_changing, verdict, needed in _REMARKS:
        if needed.isdisjoint(chars) or (wants and not even_wanting) or (changes and not even_changing):
            continue
        found = pattern.search(segment.text)
        if found is None or (pattern is _RELATIVE and _is_named(segment, found.start())):
            continue
        if pattern is _BY_MISTAKE and {"item", "cancel"} <= segment.kinds:
            continue  # 排骨手滑点的 不算
        if pattern is _ABLE and (_is_counted_before(segment, found.start()) or not segment.kinds & BOOKABLE):
            continue
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


def _is_counted_before(segment: Segment, at: int) -> bool:
    """橙子18斤 in front of 够吃一礼拜: so much is ordered, and why."""
    kinds = [token.kind for token in segment.tokens if token.start < segment.start + at and token.kind != "space"]
    return kinds[:2] in (["item", "qty"], ["qty", "item"]) and not segment.kinds & {"past", "done", "have", "trouble"}


def _is_somebodys(tokens: list[Token]) -> bool:
    """小王的2只烧鸡."""
    return any(
        owner.kind in ("name", "person") and link.word == "的" and number.kind == "qty"
        for owner, link, number in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )
