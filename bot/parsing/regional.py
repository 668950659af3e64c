# ruff: noqa: E501 - rows of words
"""Words of ordering talk from Shanghai, Canton, Sichuan, Hubei, Henan, the Northeast and Minnan, and English ones.

Each region's refusals, verbs and particles are whole classes made of parts: 莫给我留了 is refused as 不用给我留了 is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

_WORDS: Final = {
    "keep": """stays_the_same stay_the_same keep_the_same same_as_before stays stay unchanged as_is no_change 还是_keep 还是keep keep住 keep返
        唔使改 唔使郁 唔好郁 唔郁 唔好改 唔改 唔变 勿动 伐动 勿要动 勿要改 勿改 伐改 伐要动 伐要改 勿变 伐变 莫动 莫改 莫管它 莫动它 不消动 不消改 不得动 毋免改 免改
        还是那么些 还那么些 还是那么多 还那么多 还是原来那么多 就原来那样 还是原来那样 照原来 照原样 照留 照要 照拿 照原来的 留起 留倒""",
    "cancel": """划拉掉 划拉掉了 划拉了 划了 划了吧 抹了 抹了吧 抹去 抹掉了 勾了 勾了吧 pass skip cancel掉 cancel了 cancel咗 cancel咗佢 cancel佢 cancel它 cancel吧 cancel哈 cancel_it cancel_that cancel_the_order call_off remove掉 remove了 drop掉 delete掉 delete了 delete咗 del掉 del咗
        don't_need_了 don't_need了 dont_need了 don't_want_了 don't_want了 no_need_了 no_need了 not_need_anymore don't_need_it_anymore no_longer_need scratch take_off take_out
        取消咗 取消佢 取消咗佢 取消脱 取消忒 退脱了 退脱伊 退忒 退忒了 退咗 退咗佢 删脱 删忒 删咗 回脱 回脱了 回忒 勿要忒 勿要脱 勿要特了
        不消了 不消得了 不消要了 免啦 免咯 毋免 毋免了 毋免啦 毋使了 不整了 别整了 不弄了 算脱 算忒""",
    "unwant": "佛要 物要 否要 伐药 勿药 弗药 莫要 莫来 莫订 莫放 莫加 毋爱 毋要 唔爱 不老要 i_don't_want i_don't_need",
    "sub": "减脱 减忒 拿脱 拿忒 扣脱 扣忒 退返 退番 退翻 减返 减番 减翻 take_away",
    "add": """多畀 多畀我 多俾我 多嚟 多攞 再嚟多 再攞 再畀我 再俾我 仲要多 仲要加 仲要加多 还要多 再搭 再拨 再拨我 再拨阿拉 多拨 多拨我 再添上 再添个 再搁 再掂 再薅 再称上 再给称 再给整 再给来 再给弄 再帮我来 再帮我拿 再帮我留 再帮我加
        再跟我来 再跟我拿 再跟我弄 再跟我留 再同我 add_on throw_in top_up""",
    "set": "update update_to update做 update成 update为 update到 改返 改番 改翻 改返做 改番做 改做返 调做 set_to",
    "swap": "换返 换番 换翻 换过 换咗 掉成 掉换 掉换成 调转成 换忒 change_for swap_for swap_to",
    "want": """拨阿拉 乎我 予我 予阮 跟我弄 跟我拿 跟我留 跟我称 跟我整 跟我来 跟我带 跟我搞 给俺来 给俺整 给俺留 给俺称 给俺弄 给俺记 给俺拿 给咱整 给咱来 给咱留 给咱称 给称 给提 给薅 掂 搞到 帮我攞 同我攞 同我留 同我订 帮我订返
        give_me i'll_take i'll_have would_like i'd_like get_me grab grab_me put_me_down_for sign_me_up_for""",
    "request": "中不中 中不 中吧 中嘛 要得不 要得嘛 要得啵 要得吧 行啵 好啵 好伐 好伐啦 好伐呀 好勿啦 好哇 行伐 可以伐 可以啵 得不得 得唔得呀 好无 好莫 would_you would_that_be_ok",
    "filler": """嘞 咧 噻 唦 啵 噃 㗎 喇 啫 喎 嗱 哋 昂 喏 诺 嗳 喔唷 哎呦喂 侬 恁 恁们 俺们 俺屋 俺屋里 阿拉屋里 阿拉屋里厢 屋里厢 屋里向 屋头 咱屋 佢 佢哋 佢地 我地 你哋 伲 吾伲 阮 阮兜 阮厝 妹儿 老妹儿 幺妹 幺妹儿 孃孃 小阿妹 阿姊 依姐 依妹 依伯 依弟 头家 老细 伙计 外头 里头 呢啲 呢度 那啲 那度
        go_ahead in_case birthday party 不能吃 不能喝 不能碰 不好吃 痛风 论斤 论斤称 论斤称的 大小无所谓 大小都行 大小都可以 大小随便 大小不限 寻思寻思 回头 管够 管饱 morning good_morning afternoon_tea tea_time afternoon evening good_evening neighbor neighbour here la lah leh wor tks cheers asap btw fyi this_time by_the_way thank_you_so_much so_much also too as_well will be new would like from_now""",
    "this": "呢款 呢种 呢只 呢支 搿只 搿种 搿款 迭个 迭只",
    "time": "next_week this_week tomorrow tonight this_weekend next_time today",
}
_LATIN: Final = {
    "want": "yao wo_yao lai wo_lai gei_wo bang_wo gei_wo_lai gei_wo_liu",
    "unwant": "bu_yao buyao",
    "cancel": "bu_yao_le buyao_le buyaole quxiao qu_xiao",
    "add": "zai_lai zai_yao zai_jia jia",
    "set": "gai_cheng gaicheng",
    "swap": "huan_cheng huancheng",
    "filler": "tuan_zhang tuanzhang xie_xie xiexie ni_hao nihao wo_shi",
}
"""Words of people who cannot type characters."""
_HOMES: Final = "屋里 屋里厢 屋里向 屋头 屋企 家头 咱屋 俺屋".split()
_HELD_BACK: Final = "先不用 先不 先别 就不用 就先不用 暂时不用 就不".split()
_REFUSERS: Final = "莫给我 莫跟我 莫帮我 莫替我 勿要帮我 勿要拨我 伐要帮我 唔使帮我 唔好帮我 唔使畀我 唔使同我 不消给我 不消跟我 莫".split()
_VERBS: Final = "弄 留 订 带 拿 买 算 记 搞 整 要 写 来 下 定".split()
_TAILS: Final = "了 咯 啦 哈 喇 哒 咧 嘞".split()
_HEADS: Final = "佛要 物要 否要 伐药 勿药 弗药 莫要".split()


def regional() -> Iterator[tuple[str, str]]:
    """(word, class), in the spelling that is typed; a blank inside a word is written _."""
    for kind, words in (*_WORDS.items(), *_LATIN.items()):
        for word in words.split():
            yield word, kind
    for home, still in product(_HOMES, "还有 还剩 仲有 仲剩 还有得 头还有".split()):
        yield home + still, "have"
    for head, verb in product(_HELD_BACK, "加 添 减 改 换 动 加了 添了 减了 改了 换了 动了".split()):
        yield head + verb, "deny"
    for refuser, verb, tail in product(_REFUSERS, _VERBS, _TAILS):
        yield refuser + verb + tail, "cancel"
    for head, tail in product(_HEADS, ("了", "哉", "啦", "勒", "喇", "唻", "咯")):
        yield head + tail, "cancel"
    yield from _struck_off()
    yield from _undelivered()


def _struck_off() -> Iterator[tuple[str, str]]:
    """剔走, 回脱: taken off the list, in the words of the regions."""
    for verb, away, tail in product(
        ("踢", "划", "勾", "抹", "删", "砍", "撇", "撤", "剔", "回"),
        "走掉脱忒去",
        ("", "了", "啦", "吧", "哈", "佢", "伊", "它", "哦"),
    ):
        if verb + away not in _NOT_STRUCK:
            yield verb + away + tail, "cancel"


_NOT_STRUCK = {"剔掉", "剔去", "剔脱", "划走", "回走", "回去", "撤掉", "抹走", "砍走"}  # bones are 剔掉, people 回去


def _undelivered() -> Iterator[tuple[str, str]]:
    """莫送老: nothing need be brought; `marks` tells a wish from a refusal."""
    for refusal, verb, where, tail in product(
        ("不用", "莫", "别", "不要", "勿要", "唔使", "唔好", "不消", "不必"),
        "送寄",
        ("", "来", "过来"),
        ("", "了", "啦", "老", "哒", "咯", "喇", "哈"),
    ):
        yield refusal + verb + where + tail, "wish"
