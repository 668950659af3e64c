# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Stretches of text that are decided before anything else: rooms, phones, times, prices, people, distances.

Whatever number stands in one of them is no quantity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.foods import GOODS
from bot.parsing.normalise import LONG_NUMBER
from bot.parsing.numerals import ARABIC_NUMBER, CHINESE, CHINESE_NUMBER, chinese_value, read_number
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.rooms import RoomMatch, find_lockers, find_phones, find_rooms
from bot.parsing.tokens import GOODS_LENGTHS, Token, longest

NUM = rf"(?:{ARABIC_NUMBER}|{CHINESE_NUMBER})"


FOLK = "老师|同事|同学|孩子|小孩|小朋友|学生|员工|师傅|阿姨|叔叔|邻居|朋友|姐妹|兄弟|闺蜜|室友|舍友|护士|医生|工人|女儿|儿子|闺女|孙子|孙女|外孙女?|侄子|侄女|外甥|哥哥|弟弟|姐姐|妹妹|嫂子|儿媳|女婿|家长|姑娘|小伙|爷爷|奶奶|外公|外婆|阿婆|阿公|老太太?|老头|老人|大人|大爷|大妈|宝宝|宝贝|小囡|囡囡|细路|娃娃?|崽|工友|牌友|球友|搭子|战友|队友|领导|客户|客人|亲戚|保安|保洁|司机|实习生|徒弟|女生|男生|女的|男的|住户|房客|股东|成员|队员|组员"
GROUPS = "部门|科室|办公室|会议室|值班室|教研室|活动室|窗口|柜台|点位|宿舍|房间|车间|班级|年级|小组|门店|摊位|车队|教室|病房|家庭"
_FOREIGN = re.compile(
    rf"""(?P<price>\d{{1,4}}(?:块|元)?(?=(?:的话)?我就(?:要|拿|来|买|订|下)|(?:有点|太|好|真|这么|那么|也太|蛮|还是|忒)?贵)|(?:给|付|转|算|补)[你您]{NUM}(?:块|元)?(?!\s?(?:{UNIT_PATTERN}))|¥\s?\d+(?:\.\d+)?
        |{NUM}(?:块(?=\d|[一二三四五六七八九半][\s,。;的]|钱|\s*(?:$|[?!。,;])|的|多|那|这|真|好|太|啊|吗|呢|呀|哦|就)|元|蚊|文(?![旦鱼])|角|毛(?!豆|巾|肚)|rmb|刀乐)(?:[\d一二三四五六七八九半](?!\d|{UNIT_PATTERN}))?(?:多)?(?:钱|整|人民币)?)
    |(?P<time>(?:一天|每天|一日|每日|一周|每周|一个?星期|一个?礼拜|一个?月|每顿|一餐|一次)(?:就|要|能|得|吃|喝|用|只|才|炫|造|啃|干|嗦|旋|掉|完|至少|起码|可以|差不多|大概|也就|就要)*{NUM}(?:{UNIT_PATTERN})(?![^\s,。]*[要来订])|(?:at\s)?\d{{1,2}}(?::\d{{2}})?\s?(?:am|pm)(?![a-z])|\d{{1,2}}:\d{{2}}
        |(?:上午|下午|中午|晚上|早上|凌晨|傍晚|明早|今晚|明晚|听晚|今早|夜里|夜到|早晨)\s?{NUM}点(?:半|一刻|三刻|钟|{NUM}分?)?(?:左右|之前|之后|以后|前|后)?
        |(?<![大小多早晚快好有少慢便宜熟嫩])(?:(?![一])|一(?=点[半钟前后左右]|点之|点多)){NUM}点(?:半|一刻|三刻|钟|多|{NUM}分?(?![份盒袋箱瓶斤]))?(?![儿])(?:左右|之前|之后|以后|前|后)?
        |\d{{1,2}}月(?:\d{{1,2}}[日号]?)?(?!鲜)|[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}[日号]
        |(?:下|本|这|上)?(?:个)?(?:周|星期|礼拜)(?:[一二三四五六日天末]|[1-7](?![\d.]))
        |(?<=今天)是?\d{{1,2}}[日号]|(?<=[明后昨前]天)是?\d{{1,2}}[日号]|(?<=个月)是?\d{{1,2}}[日号]
        |大?年三十|大?年廿九|除夕|正月(?:初?[一二三四五六七八九十]{{1,2}})?|腊月(?:[一二三四五六七八九十廿]{{1,3}})?|(?:大?年)?初[一二三四五六七八九十]{{1,2}}|元宵
        |{NUM}[日号](?=截|到货|到吗|到的|到了|发货|来拿|来取|去取|去拿|取货|提货|送|之前|前|之后|以后|后|开团|上午|下午|早上|晚上|中午|过来|才|就开学|开学|考试|结婚|回来|有空|在家|出差|生日|结束|那天|我?不在)
        |{NUM}(?:个)?(?:多)?(?:小时|分钟|钟头|秒|天(?!山|麻)|周岁|周(?!岁|(?<=\d{{3}}周)(?:[爹爷奶姐哥叔婶婆嫂姨伯]|老师|阿姨|先生|太太))|星期|礼拜|个月|(?<!个)年(?!糕|三十|夜)|岁|晚上|夜)(?:半|多)?(?:后|前|内)?)
    |(?P<people>每(?:个|位|一个|一位)?(?:人|家|户|口|桌|班|组|队|屋|{GROUPS}|{FOLK})|每[位名]|人均|人手(?=[一1两二2])|(?:我们|我哋|我地|阿拉|咱们?|俺们)(?:组|班|家)?{NUM}个(?=$|[\s,。])|(?:{NUM}|几)(?:个|位|口|名)?(?:人(?!参)|大人|小孩子?|孩子|老人|娃|大一小|客人|学生|员工|男的|女的|师傅|亲戚|护士|医生|老师|工人|阿姨|姐妹|兄弟|小伙伴|伙伴|姑娘|小伙子?|娃娃|大爷|大妈|老太太?|老头|女生|男生|室友|舍友|组员|队员|同学|同事|邻居|朋友)|{NUM}口(?!味|罩|红|香)(?:之家|子|人)?|{NUM}(?:户|家)(?:人家?)?(?![电具里子])|我们?俩|我和我?(?:老公|老婆|妈|爸|女儿|儿子|爱人|对象|男朋友|女朋友|先生|太太)(?=一人|每人|各)|[老小]?两口子?|(?:夫妻|娘|爷|父女|父子|母女|母子|姐妹|姐弟|兄弟|兄妹|哥|室友|舍友|同学|朋友|咱|咱们|我们|祖孙)(?:俩|仨)|(?:街坊|邻居|哥们|姐们|爷们|娘们|兄弟|姐妹|同事|同学|朋友|室友|战友|牌友|老伙计|我们|咱们?|俺们?)儿?几(?:个|口|位)|(?:[一二三]?十)?(?:好?几|(?<=十)来)(?:个|口)(?:子人?|人|号人?)|(?:兄弟|哥们|姐们|姐妹|同学|同事|朋友|室友){NUM}个(?=看|打|喝|吃|聚|分|拼|一人|每人|都|各)|夫妻俩|双胞胎|龙凤胎|三胞胎|(?:同事|朋友|邻居|姐妹|室友|孩子|同学|闺蜜|宿舍|办公室|公司|班上|家里){NUM}个(?=[\s,。]|$|每|一)|(?:我们|咱们?)?(?:合租|室友|舍友|寝室|宿舍|工位|屋里|组里|办公室)(?:里|的|一共|总共|有|加上?我|连我|就)*{NUM}个(?=[\s,。!]|$|一|每|都|各)|{NUM}(?:个)?(?:女儿|儿子|同事|朋友|邻居|姐妹|兄弟|家庭|室友)|{NUM}(?:个|位|名|口)[小大老女男亲同外新]?(?:{FOLK}|{GROUPS})|{NUM}(?:桌|班(?!车|飞)|组(?!装)|队)(?=[\s,。人每一]|$))
    |(?P<number>(?:斩|切|剁|劈|掰|拆|剪|片|锯)(?:成|开|做)?{NUM}(?:小|大)?(?:块|片|段|半|件|刀|条|瓣|截|下)(?!的?(?:{NUM}|\S?{NUM}))
        |{NUM}多?(?:条|个|通|封)(?:消息|信息|留言|微信|短信|电话|未读|通知|回复)|(?:(?<=考)|(?<=考了)|(?<=得了)|(?<=打了)|(?<=扣了)){NUM}分
        |(?:包|做|炸|烙|蒸|煮|烧|炖|穿|串|烤|煎|捏|擀)(?:上|出|了)?{NUM}(?:多)?个[^\s,。\d]{{0,4}}?(?=[\s,。]|$|够|行|差不多)
        |{NUM}(?:{UNIT_PATTERN})(?:就|也)?(?:够|能)(?:吃|用|喝|摆|凑|管)?(?:一|大半)(?:桌|家|天|周|月|个月|年|顿|锅|盘)[^\s,。\d]{{0,4}}
        |一(?:顿|锅|桌|餐|口气)(?:就|能|要|得|吃|喝|炫|干|可以|造|整|咥|旋|恰|切|消灭)*(?:脱|掉|了|个)?(?:{NUM}|半)(?:{UNIT_PATTERN})|一(?:锅|桌|顿|家|盘|人)(?:的)?(?:量|份量|分量)
        |[一每](?:个|只|条|盒|箱|袋|块|根|颗|头)(?:大概|差不多|至少|起码|少说|估计|最少|最多|得有|得|有|约|约莫|能有)+{NUM}(?:多)?(?:斤|两|公斤|克|kg|个|只)(?:多|半|左右)?
        |[宽长高厚粗直径]+{NUM}(?:指|公分|厘米|寸)(?:宽|长|厚|以上|左右)?|{NUM}指[宽长厚]
        |[用吃喝耗费](?:掉|了|去)?{NUM}(?:节|片|张|粒|颗|滴|克|口|勺)(?!的)|[一二三四五六七八九\d]分(?:瘦|肥|熟|甜|饱|辣)|今年{NUM}岁?了?(?=[\s,。]|$)|{NUM}大寿|虚岁{NUM}|{NUM}分之{NUM}|(?<=[快都破超])(?:{NUM})多?了(?=[\s,。!]|$)|{NUM}个?(?:工位|宿舍|寝室|办公室|小组|部门|班|屋)(?:一起|平|均|来)?分(?:着(?:吃|用|喝)?|吃|掉|了)?(?=[\s,。!]|$)|同一(?:份|个|样|批|家|单|天)|(?:少|多|漏)(?:打|写|按|输)了?(?:一?个)?(?:0|零|字)|(?<=[\s,]){NUM}(?:{UNIT_PATTERN})[一每1](?:{UNIT_PATTERN})的?那[种个款](?=[\s,。]|$)|(?:一共|总共|共|统共){NUM}[样种](?:东西|菜|货)?(?=[\s,。]|$)|[高初研大][一二三四](?=[的生班娃]|学生|$|[\s,])|{NUM}年级|(?:(?<=\n)|^)\s*\d{{1,2}}[.、)](?=\s*[^\d\s])|{NUM}(?:公里|千米|里[地路]|米(?!粉|线|饭|糕|酒|面|醋)|厘米|公分|毫米|cm|mm|km|m(?![a-z])|英?寸|平方米?|平米|(?<=\d\d)平(?!台|板|安|价|菇)|楼|层(?!油|架)|度|%|折|倍|万(?!年)|步|次|遍|趟|回(?![锅头来去家])|页|站|路(?!边)|届|级|成(?=新|熟|都)|号线|号门|抽(?!纸)|度电|亩|门(?=课))(?:(?<=米)(?:\d{{1,2}}|[一二三四五六七八九]{{1,2}}))?
        |(?:从|涨到|涨了?|降到|降了?|工资才?|原价|现价|以前|(?<!烧)卖到?|身高|体重|还?差)\s?{NUM}(?![\d.{CHINESE}])(?!\s?(?:{UNIT_PATTERN})(?!\s?凑))(?:\s?(?:{UNIT_PATTERN})(?=\s?凑))?
        |(?:炖|煮|烧|炒|蒸|包|熬|煲|泡|吃|喝)(?:上|个|了)?{NUM}(?:大|小)?(?:锅|顿|盘|桌|盆|壶|餐)|[肥瘦]{NUM}[肥瘦]{NUM}|{NUM}[分成]?[肥瘦]{NUM}[分成]?[肥瘦]|买{NUM}[送赠]{NUM}|(?:记|写|登记|填|按|点|报|下|拍|打|发|选|订|弄|搞|输|手滑打)成了?{NUM}(?:{UNIT_PATTERN})?的?了?
        |分(?:成|开装?|着?装|装成)?{NUM}(?:个|大|小)?(?:份|袋子?|包|盒|次|块|兜[子儿]?|塑料袋|袋儿|包儿)装?(?:[,\s]?(?:{NUM}(?:{UNIT_PATTERN})?[一每1](?:{UNIT_PATTERN})|[一每1](?:{UNIT_PATTERN}){NUM}(?:{UNIT_PATTERN})))?(?=$|[\s,。]|(?!出)[^给]{{2}})|每(?:袋|包|盒|箱|瓶|份){NUM}(?:{UNIT_PATTERN})(?=$|[\s,。])
        |\d{{2,3}}[×*x]\d{{2,3}}(?:[×*x]\d{{2,3}})?(?:cm|mm|公分|厘米)?(?=的|那|规格)|第{NUM}(?!个|款|样|种|号|项|[\s,]*[和、与]|[\s,]*$|[\s,]*各|\d)|排第?{NUM}(?:个|号|位)?|[a-z]\d?号线|{LONG_NUMBER})""",
    re.X,
)


_MAY_BEGIN = re.compile(
    f"[\\s0-9¥a-z{CHINESE}{LONG_NUMBER}上下中晚早凌傍明今听夜本这个周星礼给付转算补每人我阿咱俺老小街战牌好夫双龙娘爷父女母子姐妹弟兄哥室友舍同朋祖几闺宿办公班家邻孩合寝宿工屋室舍斩切剁劈掰拆剪片锯包做炸烙蒸煮烧炖穿串烤煎捏擀宽长高厚粗直径用吃喝耗大年除正腊初元费虚同漏少多按点报下拍打发选订弄搞输手共总统高初研大从涨降工原现以卖身体还差炒熬煲泡肥瘦买记写登填分第排四]"
)
"""First characters of everything `_FOREIGN` reads."""
_COUNTS_GOODS = re.compile(
    r"(?:\d{1,3}|[一两二三四五六七八九十]{1,3})[盒袋斤包瓶箱提板罐桶杯根扎把份枚串](?![就也够能一每\d大差至起少估最得有约莫])"
    r"|\d{1,4}(?:$|[-+#=,。;栋幢]|\s(?![ap]m))"
)
"""Numbers of goods, bare figures and houses, which nothing of `_FOREIGN` begins with: most of the numbers there are,
passed over cheaply."""
_TWICE = re.compile(
    rf"(?!{UNIT_PATTERN}|[{CHINESE}人家户天年月周日桌班组次位层间屋])(?P<verb>[一-龥])(?P<again>一(?P=verb))"
)
"""记一记, 数一数: 一 between a verb and itself counts nothing."""
_RATHER = re.compile(r"[大小长短粗细厚薄软硬甜酸鲜熟嫩老高低宽胖瘦肥][颗个粒只条号头块支根朵份]?一[点些]儿?的")
"""大颗一点的, 个头大一点的: how it should be, and no 一 of anything."""
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(f"[{CHINESE}几周星礼每俩{LONG_NUMBER}]")
_PRICED = re.compile(
    rf"(?<![\d.+×x-])(\d{{1,5}}(?:\.\d{{1,2}})?)\s?(?:元|块钱?|块\d|rmb)?(?:(?=的(?!时候))|\s?([一每/]\s?(?:{UNIT_PATTERN})))"
)


def fixed_spans(text: str, catalogue: Catalogue) -> dict[int, Token]:
    """Spans decided before the walk, by start; earlier rules win over later ones."""
    masks: dict[int, Token] = {}
    taken = bytearray(len(text))
    for token in _fixed(text, catalogue):
        if not any(taken[token.start : token.end]):
            taken[token.start : token.end] = b"\1" * (token.end - token.start)
            masks[token.start] = token
    return masks


def _fixed(text: str, catalogue: Catalogue) -> Iterator[Token]:
    """In order of precedence."""
    yield from _numeric_names(text, catalogue)
    if catalogue.figures:
        yield from _figures(text, catalogue)
    for span in find_phones(text):
        yield Token("phone", span.start, span.end, span.value, value=span.value)
    for span in find_lockers(text):
        yield Token("locker", span.start, span.end, span.value)
    if "一" in text:
        yield from (Token("filler", m.start("again"), m.end(), m["again"]) for m in _TWICE.finditer(text))
        yield from (Token("quality", m.start(), m.end(), m[0]) for m in _RATHER.finditer(text))
    digits = _DIGIT.search(text) is not None
    if digits:
        yield from _prices(text, catalogue)
    rooms = find_rooms(text)
    yield from (_room(text, room) for room in rooms if room.kind != "bare")
    if digits or _FIGURE.search(text):
        yield from _foreign(text, catalogue)
    yield from (_room(text, room) for room in rooms if room.kind == "bare")


def _numeric_names(text: str, catalogue: Catalogue) -> Iterator[Token]:
    """5号电池, 84: names first."""
    for name in catalogue.numeric:
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isdigit() and name[0].isdigit()) and not (after.isdigit() and name.isdigit()):
                yield Token("item", start, end, name, catalogue.names[name].keys)
            start = text.find(name, end)


_COUNTED = re.compile(
    rf"(?:\s?(?:[来要拿订]\s?)?(?:[一两二三四五六七八九十俩仨]{{1,2}}\s?(?:{UNIT_PATTERN})|[x×*+]\s?\d)"
    rf"|\s+\d{{1,2}}\s?(?:{UNIT_PATTERN})|\s?[来要拿订]\s?\d{{1,2}}(?!\d))"
)
_COUNTED_BEFORE = re.compile(
    rf"(?:^|[\s,。;来要拿订])(?:\d{{1,2}}|[一两二三四五六七八九十俩仨]{{1,2}})\s?(?:{UNIT_PATTERN})\s?的?$"
)
_NOT_MONEY = re.compile(r"(?:^|[^\d.¥转付收计元块钱价你了费才号单楼栋#-])\s*$")


def _figures(text: str, catalogue: Catalogue) -> Iterator[Token]:
    """84两瓶, 84 ×2, 两瓶84: the figures a name begins with, beside a number; not what somebody paid (付了84 两瓶)."""
    for figures, keys in catalogue.figures.items():
        for match in re.finditer(rf"(?<![\d.]){figures}(?!\d)", text):
            before = text[: match.start()]
            counted = _COUNTED.match(text, match.end()) and _NOT_MONEY.search(before)
            behind = _COUNTED_BEFORE.search(before) and text[match.end() : match.end() + 1] in _ENDS
            left_out = "除" in before[-12:] and _LEFT_OUT.match(text, match.end())
            if (counted or behind or left_out) and int(figures) * 100 not in catalogue.by_price:
                yield Token("item", match.start(), match.end(), figures, keys)


_LEFT_OUT: Final = re.compile(r"\s?(?:以?外|之外|其[他它余]|剩|别的|都|全|和|跟|、|,)")
_ENDS: Final = frozenset(("", " ", ",", "。", ";", "和", "跟", "\n"))


def _prices(text: str, catalogue: Catalogue) -> Iterator[Token]:
    """23.8一盒, 58的: a number that is somebody's price."""
    for match in _PRICED.finditer(text):
        fen = round(float(match[1]) * 100)
        said = match[2] and (
            "." in match[1]
            or "块" in text[match.end(1) : match.start(2)]
            or (match[2][0] == "一" and 300 < fen < 10_000)
        )
        if fen in catalogue.by_price or said:
            yield Token("price", match.start(), match.end(), match[0], catalogue.by_price.get(fen, ()), value=match[1])


def _room(text: str, room: RoomMatch) -> Token:
    return Token("room", room.start, room.end, text[room.start : room.end], full=room.kind != "bare", value=room.room)


def _foreign_matches(text: str) -> Iterator[re.Match[str]]:
    """Matches from left to right without overlaps, tried only where one can begin."""
    end = 0
    for start in _MAY_BEGIN.finditer(text):
        at = start.start()
        if at < end or _COUNTS_GOODS.match(text, at) or (text[at] == " " and at and text[at - 1] != "\n"):
            continue
        match = _FOREIGN.match(text, at)
        if match is not None and match.end() > match.start():
            end = match.end()
            yield match


def _foreign(text: str, catalogue: Catalogue) -> Iterator[Token]:
    """Times, money, people, distances; 两块 is two pieces where something is sold by 块."""
    for match in _foreign_matches(text):
        kind = str(match.lastgroup)
        pieces = kind == "price" and "块" in match[0] and "钱" not in match[0] and _has_block(catalogue)
        if pieces and (match[0][-1] == "块" or not _priced(match[0], catalogue)):
            continue  # but 19块9 is what something costs
        if kind == "people" and match[0][-1] in "口组" and match[0][-1] in catalogue.by_unit:
            continue  # 一口炒锅
        if kind == "number" and "够" in match[0] and _follows_name(text, match.start(), catalogue):
            continue  # 气泡水21瓶够喝一周: so many are ordered
        if not _inside_name(text, match.start(), match.end(), catalogue):
            offered = text.startswith(("我就", "的话"), match.end())  # 38我就拿: a price somebody would pay
            keys = _priced(match[0], catalogue) if kind == "price" and not offered else ()
            yield Token(kind, match.start(), match.end(), match[0], keys, value=match[0])


def _follows_name(text: str, start: int, catalogue: Catalogue) -> bool:
    """Does a name of goods end in front of `start`?"""
    return any(text[at:start] in catalogue.names for at in range(max(start - 6, 0), start))


def _has_block(catalogue: Catalogue) -> bool:
    return "块" in catalogue.by_unit or any("块" in item.spec for item in catalogue.items)


def _priced(words: str, catalogue: Catalogue) -> tuple[int, ...]:
    """Items that cost what is said (79块)."""
    number = read_number(words.lstrip("¥ "))
    if number is None:
        return ()
    rest = re.match(r"[块元](?:([半\d一二三四五六七八九])(?!\d))", words.lstrip("¥ ")[number.end :])
    tenths = 0 if rest is None else 5 if rest[1] == "半" else chinese_value(rest[1]) or 0
    return catalogue.by_price.get(number.milli // 10 + tenths * 10, ())


def _inside_name(text: str, start: int, end: int, catalogue: Catalogue) -> bool:
    """Does a name of goods begin with this number (三文鱼, 六月鲜)?"""
    length = longest(text, start, catalogue.names, catalogue.lengths)
    return length >= end - start or longest(text, start, GOODS, GOODS_LENGTHS) > end - start
