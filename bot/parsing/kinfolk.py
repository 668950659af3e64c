# ruff: noqa: E501 - rows of words
"""What people call their family: ranks and relations put together, and the names of the regions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

_RANKS: Final = "大二三四五六七八小满幺细老表堂"
_RELATIONS: Final = """
姨 舅 叔 伯 姑 婶 婆 嫂 哥 姐 弟 妹 爷 娘 爹 爸 孃 嬢 妗
姑婆 姨婆 舅婆 舅公 姑公 叔公 叔婆 伯公 伯婆 伯父 伯娘 伯母 叔父 叔娘 舅妈 舅娘 舅母 舅父 舅舅 姑妈 姑父 姑丈 姑姑 姑爷 姨妈 姨父 姨夫 姨丈 姨娘 婶婶 婶子
孃孃 嬢嬢 妹儿 弟娃 外甥 侄子 侄女 孙子 孙女 儿媳 女婿 姐夫 妹夫 嫂子 弟媳
""".split()
_CALLED: Final = "姨 姐 哥 弟 妹 嫂 叔 伯 婶 舅 姑 公 婆 爷 爸 妈 爹 娘 嬷 嫲 母 妗 姆 嬷嬷".split()
_NAMES: Final = """
姐夫 妹夫 弟媳 弟媳妇 弟妹 小叔子 小姑子 小姨子 小舅子 大伯子 大姑姐 大姑子 大姨子 大舅子 连襟 妯娌 亲家公 亲家母 干妈 干爹 干爸 干儿子 干女儿 后妈 继父 继母 太奶奶 太爷爷 太婆 太公 小孙子 小孙女 外孙子 外甥女 侄孙 侄媳妇 孙媳妇 儿媳妇 老母亲 老父亲 老娘 老爹 媳妇儿 姑爷 小姑
家姐 家嫂 家婆 家公 家翁 家爷 家娘 大佬 细佬 老豆 老窦 老母 舅父 舅母 姨丈 姑丈 契妈 契爷 契仔 契女 新抱 心抱 孙仔 孙女仔 外母 外父 细路 细路仔 细路女 囡女 仔女 个仔 个女 阿仔 阿女
爷叔 老爷叔 娘舅 阿爹 阿娘 好婆 好公 新妇 囡五 伲子 伲囡 毛脚 毛脚女婿 过房娘 过房爷 寄妈 寄爹 屋里人 老头子 小鬼头
婆娘 老汉儿 老汉 幺儿 幺女 幺爸 幺娘 堂客 屋头人 娃儿 细娃 细娃儿 妹崽 舅子 舅老倌 嘎婆 嘎公 嘎嘎婆 家家婆
娭毑 嗲嗲 爷老倌 爷老子 娘老子 满崽 满女 细伢子 细妹子 伢子 伢崽 妹陀 老倌 老倌子 孙伢子 恩妈 嗯妈 姨驰 姨毑 舅驰 姑毑
妗子 妗妗 俺娘 俺爹 俺妈 俺爸 俺媳妇 俺老公 俺婆婆 俺公公 俺姐 俺哥 俺妹 俺弟 俺姨 俺姥 俺家那口子 查某囝 囝仔 囝囝 孙囝 厝边
""".split()
_OPENS_LIKE_HOME: Final = "家"


def kinfolk() -> Iterator[tuple[str, str]]:
    """(word, class)."""
    for rank, relation in product(_RANKS, _RELATIONS):
        yield rank + relation, "person"
    for name in _CALLED:
        yield "阿" + name, "person"
    for name in _NAMES:
        yield name, "person"
        if name[0] == _OPENS_LIKE_HOME:
            yield "我" + name, "person"  # 我家姐 is 我 and 家姐
