# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Words of ordering talk that are made of parts: verb and ending, refusal and verb, a gasp and a correction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.parsing.classes import FOR_ME
from bot.parsing.slang import slang

_DONE_VERBS = "拿 取 收 吃 喝 买 付 领 用 签收 提 攞 食 收齐 领取 提走 吃完 用完 喝完 收下 拿走 拿到 取到 取走 收到 买到 领到 订 定 下单 下 送 寄 发 抢 卖 退 报 记 接 订购 预订 转 煮 做 烧 炒 尝 试".split()
_DONE_TAILS = "了 过 过了 到了 完了 好了 走了 咗 晒 光了 掉了 到 完".split()
_DONE_NOT = {
    "收到过了",
    "来到",
    "订完",
    "用到",
    "送到",
    "发到",
    "寄到",
    "做到",
    "下到",
    "做完",
    "卖到",
    "卖过",
    "记到",
    "退了",
    "退掉了",
    "接到",
    "提到",
    "订到",
    "转到",
    "退到",
    "送完",
    "下完",
    "试完",
    "定到",
    "取到",
    "报到",
    "烧到",
}
_REFUSED_VERBS = "要 药 吃 喝 用 买 订 定 拿 来 留 跟 接 拼 团 需要 想要 参加 想买 想订".split()
_REFUSALS = "不 勿 伐 唔 别 毋 勿要".split()
_REFUSED_TAILS = "了 啦 喽 咯 勒 咧 喇 哉 咗 了哈 了哦 了啊 了呀 了吧".split()
_UNNEEDED = "不用 不要 不必 别 无需 唔使 唔好 勿要 先不 先别".split()
_UNNEEDED_VERBS = "买 订 要 留 带 拿 记 报 算 来 整 弄".split()
_UNNEEDED_TAILS = "了 啦 喇 咗 住 先".split()
_UNABLE_VERBS = "堆 塞 盛 摆 搁 存 拎 背 带 抱 吃 喝 用 买 要 放 装 扛 搬 食 饮 烧 消化".split()
_UNABLE_TAILS = "完 了 下 掉 光 起 动 到 惯 晒 来".split()
_GASPS = "哦 啊 噢 呃 额 哎 诶 喔 嗯 唉 哎呀 哎哟 哈哈 嘿 不 不对 不是 错了".split()
_WRONGS = "不 不不 不不不 不是 不是不是 不对 不对不对 不对不对不对 错了 错啦 说错了 打错了 写错了 讲错了 搞错了 弄错了 打错 写错 说错 讲错".split()
_NOT_REACHED = {
    "减够",
    "压到",
    "压成",
    "砍成",
    "拿够",
    "提到",
    "提成",
    "记到",
    "记成",
    "写成",
    "写到",
    "换到",
    "退成",
    "退到",
    "买到",
    "买成",
    "订到",
    "订成",
    "拿到",
    "拿成",
    "留到",
    "留成",
    "留够",
    "调够",
    "变够",
    "补到",
    "补足",
    "补成",
    "少成",
    "为",
    "买够",
    "订够",
    "提够",
    "少够",
    "升为",
    "添为",
    "增为",
    "退够",
}
_REFUSED_NOT = {"不来了", "别来了", "不拿了", "别吃了", "别喝了", "别用了", "不用了吧"}

REPORTS = "一样不少 一样没少 一个不少 一个没少 一件不少 一袋不少 一盒不少 一样不差 一样不缺 一个不落 都齐了 收到 拿到 领到 已取 已拿 已收 已领 已吃 拿走 取走 提走 订的是 买的是 下的是 拍的是 送来的 拿回来的 买回来的 到手的 收到的 带回来的 没拿 还没拿 没取 还没取 没到 还没到 没送 还没送 没收 称了 称过 量了 量过 称了称 称了称重 秤了 过秤了".split()
"""Reports of what happened; they win over every other class."""
_THAN = ("比原来", "比原先", "比之前", "比刚才", "比刚刚", "比上面", "在原来基础上", "原来基础上")
_THAN_TAILS = ("", "要", "来", "订", "拿", "买", "加", "了", "减")
_OF_CHANGES = {
    "cancel": """pass pass掉 skip skip掉 cancel掉 cancel了 cancel埋 drop掉 drop了 remove掉 delete掉 取销 取肖 取消算了 退掉算了 退了算了 撤了算了 撤掉算了 取消了算了 不要算了 不要了算了 不麻烦了""",
    "keep": """还是那么些 还是那么多 还是那些 还那些 还那么些 还那么多 还是那老些 还是那个数 保持不变 维持不变 不用变 不做变动 没变化 唔使改 唔使变 唔使郁 唔郁 留起 照留 照要 照拿 照单 照样要 照样留 莫动 勿动 勿要动 不要动 先别动 别去动 不消动 unchanged""",
    "this": "整单 整个单 整个单子 整张单 整份单 整个订单 整份订单 成张单 成单 全单 一整单",
    "filler": """斤数不变 斤数一样 斤两不变 斤两一样 件数不变 件数一样 量不变 量一样 也是一样的数 一样多就行 数量不动 数不变 数一样 数量不用改 数量照原来 数量不变 数量一样 数量照旧 数量照样 数量还一样 数量还是一样 数量都一样 数目不变 数目一样 份数不变 份数一样 个数不变 个数一样 斤数不变 斤数一样 件数不变 量不变 里头 当中""",
    "set": "该成 该为 该到 盖成",
    "add": "再凑",
    "deny": "先别退 先不退 别退了 先别取消 别删 莫退 先不加 先不加了 先不用加 先不用加了 不用再加 不用再加了",
    "exchange": "对调 对调一下 互换 互换一下 调个个 调个个儿 倒过来 反过来 换过来 调过来 颠倒一下 对换一下 调换一下",
}


def formed() -> Iterator[tuple[str, str]]:
    """(word, class); an earlier class wins over a later one."""
    for kind, words in _OF_CHANGES.items():
        yield from ((word, kind) for word in words.split())
    yield from ((word, "want") for word in FOR_ME)
    yield from slang()
    yield from _happened()
    yield from _kept_at_home()
    yield from _on_behalf()
    yield from _refused()
    yield from _told_before()
    yield from _changed()
    yield from _corrected()
    yield from _preferred()
    yield from _cooked()
    yield from _frail()


def _happened() -> Iterator[tuple[str, str]]:
    for verb, tail in product(_DONE_VERBS, _DONE_TAILS):
        if verb + tail not in _DONE_NOT:
            yield verb + tail, "done"
    for quality in "短长窄薄厚":
        yield f"太{quality}了", "trouble"
    for verb, tail in product(("加", "补", "改", "退", "取消", "减", "登记"), ("过", "过了")):
        yield verb + tail, "done"
    for verb in "称 秤 量 数 点 尝 试 看".split():
        yield verb + "了一下", "done"
    for blow, harm, tail in product(
        "压挤磕碰撞摔砸捂闷泡淋冻晒颠踩戳", "扁烂坏碎破裂瘪化蔫断臭", ("", "了", "的", "掉了")
    ):
        yield blow + harm + tail, "trouble"
    for harm, part, tail in product("破漏裂烂碎坏断", "皮馅壳口底洞袋包盖气油水汁角边叶", ("", "了", "的", "掉了")):
        if harm + part not in ("碎皮", "坏水", "坏包", "断气"):
            yield harm + part + tail, "trouble"


def _on_behalf() -> Iterator[tuple[str, str]]:
    """让我帮她, 托我代: somebody orders for somebody else."""
    for ask, serve, whom in product("让叫托喊请", ("帮", "替", "代", "帮忙"), ("", "她", "他", "伊", "她们", "他们")):
        yield f"{ask}我{serve}{whom}", "filler"


def _kept_at_home() -> Iterator[tuple[str, str]]:
    """家里冻着: what there is already."""
    for place, still, verb in product(
        ("家里", "家里头", "冰箱", "冰箱里", "屋里", "我家", "柜子里"), ("", "还", "都"), "冻放摆堆藏囤存搁压"
    ):
        yield f"{place}{still}{verb}着", "have"


def _refused() -> Iterator[tuple[str, str]]:
    for refusal, verb, tail in product(_REFUSALS, _REFUSED_VERBS, _REFUSED_TAILS):
        if refusal + verb + tail not in _REFUSED_NOT:
            yield refusal + verb + tail, "cancel"
    for refusal, verb, tail in product(_UNNEEDED, _UNNEEDED_VERBS, _UNNEEDED_TAILS):
        yield refusal + verb + tail, "cancel"
    for refusal, verb, tail in product(
        ("别给我", "不用给我", "别帮我", "不用帮我"), "发送寄记留拿来算配装订带下弄上", ("了", "啦", "", "了哈")
    ):
        yield refusal + verb + tail, "cancel" if tail else "unwant"
    for refusal, whom, verb, tail in product(
        ("莫", "勿要", "唔使", "唔好", "不要", "不用", "别", "先别", "先不"),
        ("", "给我", "帮我", "同我", "俾我", "替我", "给俺", "帮俺", "给咱", "跟我", "帮阿拉"),
        "发送寄记留拿来算配装订带弄上整搞做报写",
        ("了", "啦", "咯", "了哈", "喇", "咧"),
    ):
        if refusal + whom + verb + tail not in _REFUSED_NOT and (whom or verb not in "发送寄"):
            yield refusal + whom + verb + tail, "cancel"
    for refusal, verb, tail in product(("不", "别", "莫", "勿", "唔"), "买订定拿来留跟接拼团带", ("老", "哒")):
        yield refusal + verb + tail, "cancel"
    for verb, refusal, tail in product(_UNABLE_VERBS, "不勿伐唔", _UNABLE_TAILS):
        yield verb + refusal + tail, "deny"


def _told_before() -> Iterator[tuple[str, str]]:
    """前头订的: what was ordered before."""
    for when, verb in product(("前头", "先头", "头先", "先前", "早先", "前面", "前边", "头前"), "订定报记下点写买要"):
        yield when + verb + "的", "rest"


_ADJECTIVES = "烂青生熟嫩老软硬甜酸大小肥瘦厚薄宽窄长短粗细辣淡咸热冰干湿轻重红绿黄白面脆糯浓稀圆直匀壮胖鲜"


def _preferred() -> Iterator[tuple[str, str]]:
    """青一点的, 瘦点儿: how the goods should be."""
    for adjective, more, tail in product(
        _ADJECTIVES, ("点", "一点", "些", "一些", "一眼", "啲"), ("", "的", "儿", "儿的", "额")
    ):
        yield adjective + more + tail, "quality"
    for amount, taste, tail in product(
        "少多免微去走重轻",
        ("辣", "麻", "油", "盐", "糖", "冰", "醋", "酱", "葱", "蒜", "姜", "香菜", "花椒", "味精", "汁"),
        ("", "点", "的", "一点", "哈"),
    ):
        yield amount + taste + tail, "quality"
    for size, tail in product(
        ("大个", "小个", "大", "小", "中"), ("儿的", "儿", "只的", "号的", "份的", "款的", "包的", "条的")
    ):
        yield size + tail, "quality"
    for colour in "红黄蓝绿白黑灰紫粉橙青棕":
        yield colour + "的", "quality"
        yield colour + "色的", "quality"
    for adjective in "酥糯沙弹滑烂鲜脆面老嫩肥瘦厚薄宽窄":
        yield adjective + "的", "quality"


def _frail() -> Iterator[tuple[str, str]]:
    """牙口不好, 腿脚不方便: why somebody wants it soft, or brought."""
    parts = "牙口 牙 牙齿 胃口 胃 身体 腿脚 腿 眼神 眼睛 耳朵 记性 肠胃 心脏 腰 嗓子 手脚".split()
    for part, ill in product(parts, ("不好", "不行", "不方便", "不灵", "不便", "不大好", "不太好", "不灵光", "不好使")):
        yield part + ill, "filler"


def _cooked() -> Iterator[tuple[str, str]]:
    """炖烂点: a wish, not trouble."""
    for verb, done in product(
        "炖煮烧蒸煲焖熬卤", ("烂", "烂点", "烂一点", "软", "软点", "软一点", "酥", "酥点", "透", "透点")
    ):
        yield verb + done, "wish"
    for manner, more in product(
        ("快", "早", "晚", "慢", "小心", "轻", "仔细", "准时"), ("一点", "一点啊", "些", "一些")
    ):
        yield manner + more, "filler"


def _changed() -> Iterator[tuple[str, str]]:
    """加到, 再减成: an amount that is reached; 比原来多: one that is added."""
    for lead, verb, tail in product(("", "再"), "加添补增凑提升减降缩削砍压退少改调变换订买写记拿留", "到至成为足够满"):
        if verb + tail not in _NOT_REACHED:
            yield lead + verb + tail, "set"
    for than, again, verb, tail in product(_THAN, ("", "再"), "多少加减", _THAN_TAILS):
        yield than + again + verb + tail, "add" if verb in "多加" else "sub"


def _corrected() -> Iterator[tuple[str, str]]:
    for verb in "来 买 订 定 问 点 报 写 发 开口".split():
        yield f"{verb}都{verb}了", "filler"  # 来都来了
    for verb, tail in product(
        "落写打讲报点按记搞弄拍发订下",
        (
            "错咗",
            "错左",
            "错喇",
            "错啦",
            "错了",
            "错",
            "错脱",
            "错脱了",
            "错忒",
            "错忒了",
            "错特了",
            "错老",
            "错哒",
            "错起了",
        ),
    ):
        yield verb + tail, "fix"
    for lead, wrong in product(_GASPS, _WRONGS):
        yield lead + wrong, "fix"
    for lead in _GASPS:
        yield lead + "不够", "set"
