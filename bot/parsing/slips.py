# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Characters that are written for others: verbs by their sound (取肖, 改城), characters by their shape (洒 for 酒)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.parsing.numerals import CHINESE
from bot.parsing.pinyin import loose_syllable

_VERBS: Final = {
    "cancel": "取消 取消了 取消掉 不要了 退掉 退了 删掉 撤单 退单 不订了 不用了",
    "keep": "照旧 不变 不动 保留 照常",
    "set": "改成 改为 改到 减到 减成 加到 加成 变成 换做",
    "swap": "换成 换为 调换",
    "sub": "减掉 减去 减少",
    "add": "再加 再来 再要 再订 再买 再添 多加 多要 多来 追加 增加 加上",
    "want": "登记 接龙 帮我 给我 来个 我要 报名 下单 订购",
    "rest": "其他 其它 其余",
    "total": "一共 总共",
    "wish": "自提 门口 送货",
    "filler": "团长 谢谢 辛苦",
}
_COUNTED: Final = frozenset("set add sub".split())
"""Classes that are believed only in front of a number."""
_NEXT: Final = frozenset(CHINESE + "0123456789半")
_BOUNDARY: Final = frozenset(" ,。;!?了吧啊哈呀掉")


def _index() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, words in _VERBS.items():
        for word in words.split():
            found.setdefault("'".join(map(loose_syllable, word)), []).append((word, kind))
    return found


_BY_SOUND: Final = _index()
_PAIRS: Final = frozenset(tuple(sound.split("'")[:2]) for sound in _BY_SOUND)
_STARTS: Final = frozenset(first for first, _ in _PAIRS)
_LENGTHS: Final = (3, 2)


def misspelt_verb(text: str, start: int) -> tuple[str, str, int] | None:
    """(word, class, length) of an ordering word at `start` with one wrong character of the same sound (取肖).

    One character has to be right, and what follows has to be what follows such a word: a number behind 该成, the end
    of the clause behind 取肖.
    """
    first = loose_syllable(text[start])
    if first not in _STARTS or (first, loose_syllable(text[start + 1 : start + 2])) not in _PAIRS:
        return None
    for length in _LENGTHS:
        written = text[start : start + length]
        for word, kind in _BY_SOUND.get("'".join(map(loose_syllable, written)), ()) if len(written) == length else ():
            right = sum(one == other for one, other in zip(written, word, strict=True))
            if 0 < right < length and _fits(text[start + length : start + length + 1], kind):
                return word, kind, length
    return None


def _fits(following: str, kind: str) -> bool:
    if kind in _COUNTED:
        return following in _NEXT and following != ""
    return not following or following in _BOUNDARY or following in _NEXT


_ALIKE: Final = """
酒洒 泼波 菜莱 菜采 蛏蛭 柚抽 柚油 李季 瓜爪 葱忽 韭非 芹斤 椒淑 豆亘 饼拼 饨吨 奶仍 酸梭 茶荼 蟹解 蛤哈 洁吉 拉位 卷券 栗粟 康庚 馨磬 瑰魂 玫政 郁都 萄荀 草早 桂柱 枝技 土士 司同 烧挠 千干 干于 干千 末未 太大 冰水 水永 水冰 牛午 羊半 白自 白日 玉王 王玉 茄如 红江 绿缘 紫柴 笋荀 蜜密 桶捅 皮反 骨滑 虾虹 鲜解 肠扬 腿褪 鸭鸦 鸡鸠 饺皎 馒漫 包句 吐吓 蒸燕 燕蒸 麦卖 粉纷 花化 百白 葵癸 电申 池他 池地 液夜 袋岱 膜摸 巾币 纸低 刷唰 皂早 毛手 线钱 锅祸 盐监 糖溏 油由 酱奖 醋错 蛋蚕 蛋虽 鱼角 带常 鳕鳝 鲈炉 排徘 肉内 肋助 排扎
蝎羯 蝎揭 汤杨 糖塘 葫萌 芦芹 枇批 杷把 荔茘 龙尤 眼眠 眼根 核孩 杏否 葡匍 萄掏 芒茫 蕉礁 樱缨 卜下 腐俯 豉鼓 腊腑 冬终 咸感 辣赖 薯暑 粽综 煎剪 烙恪 馍摸 窝窗 锅埚 糊湖 糍糊 糯儒 籼仙 粳梗 稻稍 藜黎 荞乔 莜筱 苋觅 荠齐 茼筒 蒿篙 芥介 荸孛 菱凌 茭郊 椿春 蕨厥 苔胎 榛臻 腰要 松忪 杷杞 枸构 杞杷 桔结 柠拧 檬朦 榴溜 莲连 鲅跋 鲳唱 鲢鲤 鲤鲢 鲫鲋 鳊鳙 鱿犹 蛸稍 螺骡 蚬砚 贻怡 鲍鲐 肚吐 肝汗 肘肋 脊脐 胗诊 蹄啼 筋劢 羔羙 卤鹵 酪络 蜂峰 酵孝 皂皀 凉谅 枕沈 拖施 刷涮 抹沫 桶涌 盆盒
"""
LIKE: Final = """
酒洒 菜莱 苹平 虾吓 蛋旦 蛏蛭 莓霉 薯署 萄荀 柚抽 柿杮 梨犁 桃挑 枣束 杏吞 李季 橘桔 橙澄 柑甘 瓜爪 茄加 葱忽 韭非 芹斤 藕耦 蒜祘 姜羌 笋尹 菇姑 菌茵 椒淑 豆亘 饼拼 饺绞 馒慢 馄混 饨吨 粽棕 糕羔 糖搪 奶仍 酸梭 浆桨 酱浆 油汕 盐益 醋错 茶荼 咖珈 啡非 鸡鸠 鸭鸦 鹅鹃 鱼渔 蟹解 虾瞎 蛤哈 蚝毫 肉内 肠场 腿退 翅赵 爪瓜 排徘 骨滑 猪诸 牛午 羊洋 纸抵 巾币 袋岱 液夜 洁吉 皂早 牙芽 刷剧 膏高 盒合 玫政 瑰魂 百白 康庚 乃奶 馨磬 葵癸 郁都 拉位 圾级 垃拉 筒简 卷券 籽仔 栗粟 粟票 燕燕 麦麦 米来 粉纷 线钱 丝纟 汤场 圆园 团困 春舂 卤囟 腊蜡 熏薰 薰熏
"""


def _likeness() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _ALIKE.split():
        right, wrong = pair[0], pair[1]
        found.setdefault(right, set()).add(wrong)
        found.setdefault(wrong, set()).add(right)
    return {char: frozenset(others) for char, others in found.items()}


_LIKE: Final = _likeness()


def look_alikes(term: str) -> Iterator[str]:
    """`term` with one character written as another of almost the same shape."""
    for index, char in enumerate(term):
        for wrong in _LIKE.get(char, ()):
            yield term[:index] + wrong + term[index + 1 :]
