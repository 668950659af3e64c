"""Where goods of a post are handed out: 地点:3号楼大堂, 小区南门自提, 楼下拿, 送到物业前台."""

from __future__ import annotations

import re

from bot.parsing.foods import GOODS
from bot.parsing.goods_words import mentions_goods

_LABELLED = re.compile(
    r"(?:[📍🚩](?!\s*(?:自提|提货|取货|取件|领货|地[点址]|位置))|(?:自提|自取|提货|取货|领货|拿货|提菜|取菜|交货|取件|集合|领取|发放|分货)(?:的)?(?:地点"
    r"|地址|位置|点|处|地)|(?:(?<=\n)|^)[处地]:|(?<![发产])地点|(?<!发货)地址(?!和|一起|私|报|写|发)|位置|在哪[里儿]?[拿取提]?)"
    r"(?:还是|改[在到为]?|定在|就?[在是]|设在|为|不变)?\s*[】\])）]?\s*[:：=]?\s*(?:还是|就?在|是)?(?P<place>[^\n]+)"
)
_SPOTS = (
    "大厅 大堂 门厅 连廊 楼道口 楼道 门口 楼下 楼底下 楼底 楼上 前台 快递柜 快递点 快递架 "
    "丰巢 菜鸟驿站 菜鸟 驿站 便利店 小卖部 超市 物业办公室 物业中心 物业服务中心 "
    "物业处 物业 管理处 "
    "保安亭 门岗亭 管理室 管理员室 服务台 柜台 保安室 警卫室 门卫室 门卫 传达室 岗亭 门岗 架空层 会所 小广场 "
    "广场 地下车库 车库 自提柜 自提点 提货点 团长家 我家 俺家 咱家 我屋里 家里 店里 "
    "小店 门店 "
    "面馆 后厨 前厅 后院 "
    "一楼 二楼 底楼 电梯口 电梯间 中心花园 花园 花坛 喷泉 凉亭 亭子 停车场 居委会 居委 社区服务中心 "
    ""
    "社区中心 社区活动室 社区食堂 活动室 老年活动中心 活动中心 服务中心 仓库 地下室 "
    "拐角 路口 公交站 地铁口 幼儿园 校门口 学校门口 篮球场 健身区 儿童乐园 游乐场 菜场 "
    "菜市场 信箱 奶箱 图书角 食堂窗口 食堂 窗口 lobby reception 阅览室 棋牌室 收发室 车棚 门房 值班室 文具店 "
    "信报箱 储藏间 储藏室 茶水间 休息室 水池 楼梯间 楼梯口 档口 摊位 石狮子 石墩 羽毛球馆 健身房 理发店 冷库 "
    "电梯厅 单元厅 收银台 加油站 充电站 快递站 服务站 石桌 石凳 长椅 雕像 假山 旗杆 公告栏 宣传栏 滑梯 校门 "
    "农贸市场 集市 垃圾房 门市部 吧台 图书室 "
    "柜子 冷柜 冰柜 冷藏车(?!到|来|送) 桌子上 桌上 架子上 空地 入口 出口"
).split()
_GATE = (
    r"[东南西北]口(?![味感])|(?<![\d.])\d{1,2}号岗亭?|(?<=市场)\d{1,3}(?:排|号|区)|[\u4e00-\u9fff]{0,3}?树(?:底?下|脚脚?)"
    r"|[东南西北正侧后前大小][大小]?门(?:口|岗亭|岗|外|里)?|[一二三四五\d]{1,2}号门(?:口|岗亭|岗)?"
    r"|\d{1,2}号(?:摊位?|档口?|铺|亭)|\d{1,2}号?柜"
)
_WORD = r"[^\W\d_a-z停放在到去来至往]"
_NAMED = (  # 甜品店, 业委会办公室, 水果摊, 警务室, 北广场
    rf"(?:{_WORD}{{0,2}}[^\W\d_a-z到本网开进来回贵您去在全该各停放]店(?![家长铺里主])"
    rf"|{_WORD}{{1,3}}(?:铺子?(?!盖)|(?<![出摆收])摊(?!主|位费))"
    rf"|{_WORD}{{0,3}}(?:办公室|值班室|警务室|车库口|广场))"
)
_SPOT = "(?:" + "|".join(sorted(_SPOTS, key=len, reverse=True)) + f"|{_GATE}|{_NAMED})"
_MORE = rf"(?:(?:的|[左右]手?[边侧]|边上?|斜?对面|隔壁|旁边|那个|那边的?|那儿的?)?{_SPOT}){{0,2}}"
_BEHIND = (
    r"(?:的)?(?:旁边?|隔壁|口(?![味感红])|[a-dA-D]区|里面?|处|附近|斜?对面|那里|那儿|那边|边上|边|前面?|后(?!备)面?|下面|(?<=[杆塔桥架棚])下|外面?|柜|台阶|台|侧|[a-z]\d?-?\d{2,4}"
    r"|B\d|b\d)?"
)
_ROOM = r"(?:\d{1,2}-(?:\d{1,2}-)?\d{3,4}|\d{1,2}(?:栋|号楼|幢|座|#)(?:\d{1,2}单元)?(?:\d{3,4})?(?:室)?)"
_HEAD = r"(?:[^\s\n,，。;；:：!！?？\d\x00点在到去来至往停放】]{0,8}?)"
_FREE = re.compile(
    rf"(?P<place>(?:(?:{_ROOM}和)?{_ROOM}|[一二三四五六七八九十]{{1,3}}(?:栋|号楼|幢)(?:\d{{3,4}})?|[\d一二三四五六]{{1,2}}单元|各(?:楼栋?|栋|单元)|\d{{1,2}}(?:层|f\s?)"
    rf"|小区|社区|\d{{1,2}}舍|[a-z]区|b\d|地下[一二]层|[一二三]期|\d{{1,2}}号)?(?:的)?(?:{_HEAD}){_SPOT}{_MORE}{_BEHIND}(?:\([^)\n]{{1,20}}\))?"
    rf"|{_ROOM}(?:[\d一二三负]?[楼层]|[东南西北]侧|旁边|边上|背后|前面)|{_ROOM}(?:\s?[团长我]{{1,2}}家)?(?=\s*(?:来|自提|自取|提|取|拿|领|找我|敲门|按门铃|$|[\n,，。])))"
)
_AT = re.compile(  # 在西门修车铺门口等大家
    rf"(?:在|到|来|去)(?P<place>[^\s,，。;；:：!！?？\x00来去到在]{{0,8}}?{_SPOT}[^\s,，。;；:：!！?？\d\x00来去到自]{{0,6}}?)"
    rf"(?:过?来|过?去|自己|排队?)?(?:等|见|自提|自取|提货|取货|[取拿领提](?!钱)|发货?|分货?|集合|碰头|摆摊|交货)"
)
_EACH_HAS_ITS = re.compile(
    rf"(?:的|住户?)(?:就|请|都)?[在到去来][^\n,，。;]{{0,8}}{_SPOT}[^\n。]{{0,8}}[,，;；、](?:[^\n,，。;]{{1,8}})(?:的|住户?)(?:就|请|都)?[在到去来]"
)
_PREFIX = re.compile(
    r"^(?:\)|可以|都|就|还是|统一|大家|请|麻烦|老地方|送货?|配送|放|喺|响|搁|到货|到|来"
    r"|去|至|往|在|于|从|下来|过来|直接|自提|自取|提货|取货|取|提|拿|领|点|左右|之前"
    r"|之后|前(?![台厅院门])|后(?![院厨门])|开始|以后|,|:|\s|自行|凭码|我会|我(?!家|屋|店|这|铺|车库|摊|办公|理发|工作室)|会(?![所议])|给你们|给大家"
    r"|的话|货|能|下楼|(?:咱|你|恁)们?(?=小区|院|楼))+(?!家)"
)
_CUE = re.compile(r"自提|自取|提货|取货|[拿取提领]|送到|到货|到|放|来|下楼|集合|发")
_BARE = re.compile(rf"\s*(?:就|还是|都)?在?(?:{_ROOM}|{_GATE})[^\d\s]{{0,12}}$")  # 在1栋车棚, on its own
_CUT = re.compile(r"[,，。;；!！]|\s{2,}|(?:截单|截止|售后|注意|联系|电话|时间|团长微信)|\s(?=\d{1,2}[:点])")
_AS_LAST_TIME = re.compile(
    r"\s*(?:还是|就?在)?(?:同上次|同前|老地方|老位置|照旧|不变)\s*[(（,，:](?P<place>[^)）\n]{2,30})"
)
_TAKE = re.compile(
    r"(?:统一|集中|我?摆个?摊|我?等(?:大家|你们?)|见面?|碰头)+$|(?:来|去|过来|自己|排队?|凭.{0,4})*(?:自提|自取|提货|取货|领取|领货|拿货|[拿取提领](?:货"
    r"|菜|走)?)(?:就行|即可|哈|哦|吧|啊|呀|就好|就可以)*$"
)


_SUFFIX = (
    r"(?:[门路街村庙校站馆堂厅室房楼店园院亭廊库棚台柜窗摊部间所铺桥塔]"
    r"(?:口|里|前|后|旁|下|外)?|[口处]|广场|市场|球场|空地|树下)"
)
_ANYWHERE = re.compile(
    rf"(?:整|左右|准时|我|俺|就|都|也|统一|大家|你们|自己|过|,|，|\s){{0,4}}(?:停在|放在|摆在|挂在|搁在|送到|拉到|运到|等在|在|到|去|来|于|搁|喺)?"
    rf"(?P<place>[^\s,，。;；:：!！?？()（）\x00]{{1,10}}?{_SUFFIX}(?:[东南西北左右][边侧头面]?|底下|下面|旁边|对面|外廊|阴凉处|\d{{2,4}})?)"
    r"(?=$|[\s,，。;；!！(（]|[来去]?[拿取领提等发分见](?![货货单])|自[取提]|恭候|集合|碰头|交收|请取)"
)
_NO_PLACE = re.compile(
    r"[我你他她它咱俺吃喝买卖做报截钱块元单个了吗呢吧不没就才还再]"
    r"|上门|时间|到店|[回开收发]|排队|出发|上班|下班|放学|后台|平台|早点|一点|小时|分钟"
)
_OWN = re.compile(r"(?:[我俺咱]们?|团长)?(?:家|店里?|铺子?|工作室|小店|办公室)(?:里|门口)?")
_OWN_NAMED = re.compile(r"\s?(?:[拿取领提]货?)?\s?[(（]\s?(?:就是|地址|在)?(?P<place>[^\s,，。;；()（）]{2,16})")
_MOVED_TO = re.compile(
    rf"(?:换|改|挪|移|搬)(?:到|在|成|至)了?(?P<place>[^\s,，。;；:：!！?？\x00]{{0,8}}?{_SPOT}[^\s,，。;；:：!！?？\d\x00]{{0,4}})"
)


def is_place(text: str, at: int) -> bool:
    """Does a place stand at `at`: 八点四十五|西北角小门?"""
    return _FREE.match(text, at + (text[at : at + 1] in (" ", "在", "到"))) is not None


def has_several_places(text: str, pickup_spans: tuple[tuple[int, int], ...]) -> bool:
    """东区的在6栋大堂,西区的在15栋大堂; 北门16:00-17:30,南门18:00-19:30: different places for different people?"""
    if _EACH_HAS_ITS.search(text) is not None:
        return True
    before = [_FREE.search(text, max(0, start - 8), start) for start, _ in pickup_spans]
    places = {match["place"] for match in before if match is not None}
    return len(places) > 1 and len(pickup_spans) > 1


def read_place(text: str, pickup_spans: tuple[tuple[int, int], ...], shown: str | None = None) -> str | None:
    """The pickup place of a post; `pickup_spans` are the offsets of the pickup times in normalised `text`.

    `shown` (same length) is what the answer is cut from.
    """
    found = _read_place(text, pickup_spans, text if shown is None else shown)
    return found if found is None or not _OWN.fullmatch(found) else _own_place(text, found)


def _own_place(text: str, own: str) -> str:
    """来我店里拿(小荷文具店): what the leader's own place is called."""
    at = text.find(own)
    named = _OWN_NAMED.match(text, at + len(own)) if at >= 0 else None
    is_room = named is not None and re.fullmatch(_ROOM, named["place"]) is not None
    if (
        named is not None
        and not is_room
        and (_FREE.search(named["place"]) or named["place"].endswith(("店", "铺", "室", "楼")))
    ):
        return named["place"]
    return own


def _read_place(text: str, pickup_spans: tuple[tuple[int, int], ...], shown: str) -> str | None:
    moved = _MOVED_TO.search(text)
    if moved is not None and re.search(
        r"地[点方址]|取货|自提|提货|取的", text[max(0, moved.start() - 20) : moved.start()]
    ):
        return _tidy(moved["place"])
    label = _LABELLED.search(text)
    if label is not None:
        said = shown[label.start("place") : label.end("place")]
        meant = _AS_LAST_TIME.match(said)  # 同上次(小区西门岗亭)
        place = _tidy(meant["place"] if meant is not None else _until_cut(said))
        if place:
            return place
    near = [found for start, end in pickup_spans if (found := _near(text, shown, start, end))]
    if near:
        return near[0]
    loose = [found for _, end in pickup_spans if (found := _loose(text, end))]
    if loose:
        return loose[0]
    for number, line in enumerate(re.split(r"[\n,，。;；!！]", text)):
        if (
            (_CUE.search(line) or (number and _BARE.match(line)))
            and not re.search(r"\d\s?(?:元|块|/)", line)
            and not re.search(
                r"从[^,]{0,6}[里店门]|售后|原产|产地|不在|发自|直发|超市[卖价]|看[到了见]|拉|进货|批发|采", line
            )
        ):
            match = _FREE.search(line)
            if match is not None and not _owns_goods(line, match):
                place = _tidy(match["place"])
                if place:
                    return place
    return None


def _loose(text: str, end: int) -> str | None:
    """上午九时于社区图书室恭候; 下午两点到庙口来拿; 16:50,行政楼105: any word that ends like a place."""
    match = _ANYWHERE.match(text, end)
    place = match["place"] if match is not None else ""
    if not place or mentions_goods(place) or _NO_PLACE.search(place):
        return None
    return _tidy(place)


def _owns_goods(line: str, match: re.Match[str]) -> bool:
    """我家豆花每周二送: whose the goods are, no place."""
    behind = line[match.end() : match.end() + 4]
    return match[0].endswith("家") and any(behind[:size] in GOODS for size in (2, 3, 4))


def _until_cut(line: str) -> str:
    """Up to the next clause, but with a remark in brackets kept: 3号楼大堂(冷藏品请当天取)."""
    bracket = re.match(r"[^,，。;；(（]*[(（][^)）\n]*[)）]", line)
    if bracket is not None:
        return bracket[0]
    cut = _CUT.search(line.strip())
    return line.strip()[: cut.start()] if cut is not None else line


def _near(text: str, shown: str, start: int, end: int) -> str | None:
    """In the clauses around a pickup time: right behind it first, then before it."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = line_end if line_end >= 0 else len(text)
    behind = re.sub(r"^\s?\(?[^()\n]{0,12}\)", "", text[end : min(line_end, end + 60)])  # 5点半(放学,下午)校门口
    at = _AT.search(re.split(r"[。!！]", behind)[0])
    if at is not None and not re.search(r"截|前下单", behind[: at.start()]):
        return _tidy(at["place"])
    match = _FREE.search(re.split(r"[。!！]", behind)[0])
    if match is not None and not _owns_goods(behind, match) and not re.search(r"截|前下单", behind[: match.start()]):
        return _tidy(match["place"])
    before = re.split(r"[,，。!！;；]", text[max(line_start, start - 30) : start])
    for clause in reversed(before[-2:]):
        found = list(_FREE.finditer(clause))
        found = [match for match in found if not _owns_goods(clause, match)]
        if found and not re.search(r"截|卖|价|元", clause):
            return _tidy(found[-1]["place"])
    return None


def _tidy(place: str) -> str | None:
    place = place.strip(" \x00:：,，。-=—")
    place = _TAKE.sub("", place).strip(" \x00:：,，。")
    for _ in range(3):
        shorter = _PREFIX.sub("", place)
        if shorter == place:
            break
        place = shorter
    place = re.sub(r"(?<=..)[那这][儿里]$", "", place.strip(" \x00的"))
    return place[:40] if len(place) >= 2 else None
