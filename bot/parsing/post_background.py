"""Times that a post only tells of: 果园的车明早四点半出发, 饭店开到十点, 平时都是九点截, 现在下午两点.

What somebody else does then, what is done every day and what was done before neither closes the post nor hands out its
goods - as long as another time does.
"""

from __future__ import annotations

import re

from bot.parsing.post_pickup import Bound

_CLAUSE = re.compile(r"[\n,，。;；!！?？:：、()（）…]")
_NOW = re.compile(r"(?:现在|眼下|这会儿|这会|此刻|目前|这都)(?:是|都|已经|才|刚)?\s*$")
_TAKES = re.compile(r"\s?(?:前|就|准时|准点)?(?:截|停|收|关|[取提拿领])")
_NOT_UNTIL = re.compile(
    r"(?:别|不要|不能|不)(?:早于|早过)\s*$|"
    r"(?:别|莫|不要|不用|不必|甭|休想|不能|千万别)(?:再|老|总|都|非|非要)?(?:拖|等|挨|磨蹭|磨|熬|卡|踩|赶|弄|搞)[到至在着]?\s*$"
)
_HABIT = re.compile(
    r"平[时常日]|往[常日年]|以往|从前|以前(?!$)|通常|向来|历来|原来(?!的价)|原先|原本|本来|原定|上[一]?[回次批期趟轮波](?!同)"
    r"|前[几两]天|(?:之前|刚才|刚刚|早先|一开始|起初)(?:群里|我)?(?:说|写|发|定|讲|通知|以为)|说好的?是|(?:公告|海报|图|链接)[里上]?(?:写|说|标)?的?|去年|前年|旧年|早年|小时候|当时|当初|那会儿?|那阵子|昨[天日晚夜儿早]|前[天儿]|上周|上个?月|上礼拜|上星期"
    r"|每(?:天|日|晚|早)(?!.{0,12}[取拿提领])|一年到头|从来"
)
_PERSON = r"我(?:家)?|俺(?:家)?|咱(?:家)?|人家|(?<!其)他家?|她家?"
_OTHERS = (
    r"车子?|大货车?|师傅们?|司机|掌柜的?|老板娘?|仓库(?!门|口|自提)|客服|档口|批发部|厂[家里方]?|工厂|工人们?|饭[店馆]|餐馆|菜馆|面馆|馆子|店[里家铺]?|铺子?|摊[子主儿]?|花市|早市|"
    r"集市|市场|超市|商[场家户]|果[园农]|菜农|茶农|棚里|大棚|农[户民家场]|牧场|鸡场|猪场|渔场|养殖场|屠宰场|基地|合作社|供[应货]商|批发商|快递[员哥]?小?哥?|"
    r"物流|货运|货拉拉|冷链|船[家长]?|渔[民船]|码头|人家|(?<!其)他们?|她们?|它们?|[他她]?那[边头]|对方|官方|品牌方?|旗舰店|平台|别人|外卖|骑手|阿[姨婆公伯爷嬷]|大[叔爷妈娘伯]|"
    r"老(?:乡|两口|爷子|太太|人家?)|婆婆|公公|奶奶|爷爷|外公|外婆|姥姥|姥爷|爱人|孩子|娃|闺女|儿子|女儿|媳妇|姐夫|小哥|烘焙师|厨房|后厨|作坊|"
    rf"(?:{_PERSON})?(?:爸妈?|妈|弟[弟妹]?|妹[妹夫]?|哥们?|姐|舅[舅妈]?|叔|婶|爹|娘|[大小二三]?姨[妈父夫]?|姑[姑妈父]?|伯[伯父]?|嫂子?|侄[子女]|外甥|亲戚|朋友|老[公婆爸妈弟]|表[哥姐弟妹]|同[事学])|闺蜜|邻居|宿管|驿站|菜鸟|物业|保安|门卫|门禁|食堂|学校|幼儿园"
)
_OTHER = re.compile(rf"(?<![在到去来上往从给跟向和与等替问托于找叫喊请帮])(?:{_OTHERS})")
_SELF = re.compile(
    r"(?:你|您|恁|侬)们?|大家|各位|大伙儿?|咱们?(?!这|那|家|小区|群|楼|门口|店)|我们?(?!这|那|家|小区|群|楼|弟|妹|哥|姐|爸|妈|老|舅|叔|表|同)"
    r"|俺们?(?!这|那|家|弟|妹|哥|姐|爹|娘)|本团|团长|要的|订的|下单的"
)
_AUDIENCE = re.compile(r"(?:你|您|恁|侬)们?[^\n,，。;]{0,3}$|(?:大家|各位|大伙儿?)[^\n,，。;]{0,3}$")
_OTHER_BEHIND = re.compile(rf"\s?(?:左右|前后|的时候|钟)?(?:{_OTHERS})(?![前截旁门大办室里口亭后楼对边中外那值传])")
_OWN_WORD = re.compile(
    r"截|接龙|报(?!纸|价|案)|要数|要报|收单|下单|单子|名单|统计|锁单|锁接龙|封单|停接|汇总|订货|前[要跟给]|现[拿取提领卸]|[自来去]取|[来去]拿|自提|提货|取货|领货"
)
_ACTIVITY = re.compile(  # what is done to goods before they come, and what the leader does besides
    r"\s?(?:左右|前后|多|钟|整)?(?:就|才|会|要|还|得|还得|再|开始|准时|去|来|可以|能|我|我得|我要|我还得|我就|我们|都|已经){0,3}"
    r"(?:出发|动身|发车|装车|装货|开车|上高速|上路|启程|出海|返航|靠岸|靠港|起网|收网|下网|捕捞|下塘|捞|抓|动刀|杀|宰|分割|排酸|挤奶|"
    r"采|摘|割|挖|拔|下地|进山|进棚|和面|揉面|发面|醒面|擀|泡米|磨豆|磨浆|磨(?!蹭)|蒸|煮|卤|熬|烤|炸|炒|腌|开[炉工炸蒸火机船窑]|点火|起锅|开锅|下锅|"
    r"出[炉锅笼窑]|从[^\n,，。;;]{1,6}?(?:出[来发]|走|开[出过]|发车|过来|拉|运|寄)|赶[集街]|散[场会]|落地|起飞|登机|转机|清关|进货|拉货|拿货|卸货|理货|分拣|打包|称重|过秤|贴标|备[货料]|入库|验货|对账|对单|"
    r"睡觉?|起床|起来|上班|下班(?!顺|路|来|后|回)|开会|出门|接(?:孩子|娃|小孩|人|老人|站|机|亲|客)|送(?:孩子|娃|小孩|人|老人)|做饭|买菜|回家|吃饭|"
    r"直播|开播|开抢|涨价|休息|关火|停电|停水|下雨|降温)(?![^\n,，。;]{0,3}前)"
)
_MINE = re.compile(  # what the leader does for himself
    r"[^\n,，。;;!！]{0,4}的(?:飞机|航班|高铁|火车|动车|机票|车票|船)"
    r"|\s?(?:左右|多|钟)?(?:我|俺|咱)?(?:就|才|会|要|还|得|再|先|去|来|回|带娃|带孩子|跟他|跟她|陪.{1,3}?|[给替帮].{1,3}?){0,4}"
    r"(?:送[定订货]?[钱金款]|交[定订货]?[钱金款]|[付打交汇]款|转账|结账|打疫苗|打针|看病|挂号|复查|体检|扫墓|上坟|出差|开会|睡觉?|交[车班]|下?夜班|歇(?:着|班|业)?(?=$|[\n,，。;!])|"
    r"接(?:孩子|娃|小孩|人|老人|站|机|亲|客)|送(?:孩子|娃|小孩|老人)|开家长会|上课|值班|加班|回乡|探亲|喝喜酒|吃席|赶飞机|赶火车|坐车|坐飞机)(?![^\n,，。;]{0,3}[前后]|[^\n,，。;]{0,12}[拿取领])"
)
_AWAY = re.compile(
    r"\s?(?:就|才|要|会|得|还要)?(?:(?:去|回|跑去|赶去)(?!给|帮)|关门|打烊|开门|营业|收[摊炉市档]|歇|停业|收工|下班)"
)
_MY_WAY = re.compile(  # 七点我要去跳广场舞
    r"\s?(?:左右|多|钟)?(?:我|俺)(?:就|还|得|要|会|必须|约了|再|才|先|还得|还要){1,2}(?:去|回|走|出|上|接|送|陪|开|赶|忙|睡|做|带)"
    r"(?![^\n,，。;]{0,10}(?:大家|你们|发|分|给|报|单|数|截|门口|楼下))"
)
_ABSENT = re.compile(
    r"[^\n,，。;;!！]{0,10}(?:(?<![都])不在(?!乎)|没空|没时间|不方便|不得空|不开门|不营业|歇业|休息|放假|不出摊|没人)"
)
_HANDED = re.compile(r"[取拿提领搬拎]|截|接龙|前")
_FETCHED = re.compile(  # 班车6点20到城西站,我去接
    r"[^\n,，。;；!！]{0,10}[,，]\s?(?:我|俺|老公|我们)(?:再|就|得|要|会|开车|骑车|自己|先)?(?:去|过去|下山|进城)(?:接|拉|取|拿|提|搬|装)"
)
_QUOTED = re.compile('["“「『](?P<said>[^"”」』\n]{10,200})["”」』]')


def set_background(text: str, bound: list[Bound]) -> None:
    """Take the role from times that are only told of, where another time can have it."""
    told = _told(text, bound)
    is_closed = any(item.role == "close" and id(item) not in told and item.hit.has_clock for item in bound)
    for roles in (("close",), ("pickup", "arrival", "shipping", None)):
        group = [item for item in bound if item.role in roles]
        others = [item for item in group if id(item) not in told and _says_enough(item, is_closed=is_closed)]
        for item in group:
            if id(item) in told and item.role is None and not item.hit.to_clock:
                item.role = "other"
        if not others:
            continue
        is_handed = any(item.role == "pickup" for item in others)
        for item in group:
            if id(item) in told and not (item.role == "arrival" and is_handed):  # 16:30车到,17点前取走: a window
                item.role = "other"


def _says_enough(item: Bound, *, is_closed: bool) -> bool:
    """Could this time stand alone for its role?"""
    if item.role == "close":
        return True
    is_sent = item.role == "shipping" or (item.role is None and is_closed and item.hit.day is not None)
    return (is_sent and item.hit.has_clock) or item.role in ("pickup", "arrival") or item.hit.to_clock is not None


def _told(text: str, bound: list[Bound]) -> set[int]:
    found: set[int] = set()
    last_end, carries = 0, False
    quoted = [match.span("said") for match in _QUOTED.finditer(text) if re.search("[我你]", match["said"])]
    for item in bound:
        hit = item.hit
        if _is_void(text, item):
            item.role = "other"
            continue
        if _FETCHED.match(text, hit.end) or any(start <= hit.start < end for start, end in quoted):
            found.add(id(item))
            continue
        if hit.mark == "before" and item.role == "pickup":  # 七点以后来搬,10点我睡了: the end of a window
            continue
        left, right = _clause(text, hit.start, hit.end)
        lead, tail = text[left : hit.start], text[hit.end : right]
        if re.search(r"[。\n!！;；]", text[last_end : hit.start]):
            carries = False
        last_end = hit.end
        has_subject = _SELF.search(lead) is not None or _OWN_WORD.search(lead + tail) is not None
        if _is_told(lead, tail, is_handed=item.role in ("arrival", "pickup")):
            found.add(id(item))
            carries = _OTHER.search(lead) is not None and _HABIT.search(lead) is None
        elif carries and not has_subject and hit.day is None and not lead.strip():
            found.add(id(item))
        else:
            carries = False
    return found


def _is_void(text: str, item: Bound) -> bool:
    """现在下午两点, 别拖到半夜, 22号上午的飞机, 5号我回乡不在: no time of the round, whatever else is said."""
    hit = item.hit
    is_now = hit.day is None or hit.day.is_today  # 原定周三截,现在周四8点截
    if (
        is_now and _NOW.search(text, max(0, hit.start - 6), hit.start) and not _TAKES.match(text, hit.end)
    ) or _NOT_UNTIL.search(text, max(0, hit.start - 8), hit.start):
        return True
    absent = _ABSENT.match(text, hit.end)
    if absent is not None and not _HANDED.search(absent[0]) and hit.to_clock is None:
        return True
    mine = _MINE.match(text, hit.end) or _MY_WAY.match(text, hit.end)
    return hit.to_clock is None and hit.mark != "before" and mine is not None


def _is_told(lead: str, tail: str, *, is_handed: bool) -> bool:
    if _HABIT.search(lead):
        return True
    if _OWN_WORD.search(tail) or _OWN_WORD.search(lead[-8:]):
        return False
    if _AUDIENCE.search(lead):  # 你们六点到七点半买菜的时候拿
        return False
    own = [match.end() for match in _SELF.finditer(lead)]
    others = [match.end() for match in _OTHER.finditer(lead)]
    if is_handed and not _ACTIVITY.match(tail) and not _AWAY.match(tail):  # 他每周二四六早上送
        return False
    if others and max(others) > max(own, default=-1) and len(lead) - max(others) <= 12:
        return True
    if own and max(own) == len(lead.rstrip()):
        return _ACTIVITY.match(tail) is not None
    return _OTHER_BEHIND.match(tail) is not None or _ACTIVITY.match(tail) is not None


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    left = 0
    for match in _CLAUSE.finditer(text, max(0, start - 40), start):
        left = match.end()
    stop = _CLAUSE.search(text, end)
    return max(left, start - 40), min(stop.start() if stop is not None else len(text), end + 24)
