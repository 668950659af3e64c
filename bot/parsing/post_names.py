"""Which words before a price are the name of the goods: 今天给大家带来云南的小玉米,又甜又糯,五斤装的29块9.

The clauses before a price are cleaned of greetings, praise, specs and price words; what is left is weighed by where
it stands (right before the price counts most) and by whether it contains a word for goods.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.foods import CATEGORIES, GOODS
from bot.parsing.goods_words import last_goods, mentions_goods, names_goods
from bot.parsing.post_specs import UNIT, find_spec, without_specs

_PIECE = re.compile(r"(?:[\s,，、;；:：()（）\[\]【】「」《》<>|~!！?？。·•—_=+\x00/×…\"'“”｜]|(?<!\d)-|-(?!\d))+")
_NEW_SENTENCE = re.compile(r"[。!！?？\n]|[:：](?=[^:：]{0,40}[一-龥]{2})")
_OTHER_SENTENCE = 2.5  # less for goods of an earlier sentence
_BESIDE = re.compile(r"[\x00\s]{0,12}[+&][\x00\s]{0,12}")  # 玫瑰11支+满天星: one thing
_CLAUSE = re.compile(r"(?P<clause>[^,，;；\x00:：。!！?？\n~｜]+)(?P<stop>[,，;；\x00:：。!！?？\n~｜]?)")
PRICE_WORDS = re.compile(
    r"(?:团购价?格?|团长价|团价|拼团价?|特价|现价|价格|价钱|单价|售价|到手价?|券后价?"
    r"|活动价?|惊喜价|福利价|优惠价|邻居价|群价|秒杀价?|折后价?|抢购价?|限时价?|今日价?"
    r"|一口价|只要|只需|仅需|"
    r"全款|尾款|仅要|只卖|才卖|都是|一律|统一|¥|原价|市场价|超市价?|零售价|平时|外面|定金|订金)(?:是|为|才|只要|仅|都|卖|要)*"
)
_FILLER = re.compile(
    r"(?:又.{1,3}又.{1,3}|(?:很|超|超级|特别|非常|真的|巨|贼|挺|蛮|老|好)(?:好吃|新鲜"
    r"|甜|香|脆|糯|嫩|便宜|划算|大|多|多汁|赞|棒|鲜)?(?:的|了|哦|啊|呢|哈)*|"
    r"(?:好吃|新鲜|甜|香|脆|糯|嫩|鲜甜|香甜|软糯|脆甜|清甜|便宜|划算|不贵|多汁|爆汁|爆甜"
    r"|巨甜|超甜|好价|真香)(?:的|了|哦|啊|呢|哈|又.{1,3})*|"
    r"现[摘杀做发送烤煮包磨榨捞打采宰卤切](?:现[摘杀做发送烤煮包磨榨捞打采宰卖吃切])?(?:的"
    r"|哦)?|(?:包|保)[甜熟脆嫩新鲜]{1,2}|皮薄.{0,4}|肉厚.{0,4}|个头?大.{0,8}|个大.{0,4}"
    r"|馅.{0,3}足|口感.{0,4}|糖分.{0,4}|汁水.{0,4}|"
    r"无添加|零添加|产地直[发供]|基地直[发供]|源头直[发供]|一手货源|包邮|坏果.{0,3}|坏.{0,2}包赔"
    r"|包赔|放心.{0,2}|健康|营养.{0,2}|老人(?:孩子|小孩|家|也|都|吃|喜欢|爱|能).{0,4}"
    r"|老人|孩子(?:们|也|都|吃|喜欢|爱|老人|能).{0,4}|孩子|宝宝(?:们|也|都|吃|喜欢|爱"
    r"|能).{0,4}|福利.{0,4}|.{0,3}都有"
    r"|好货.{0,3}|好东西.{0,3}|"
    r"团长推荐|小编推荐|本期.{0,3}|回购.{0,5}|爆款|招牌|限时.{0,3}|手慢无|先到先得|数量.{0,4}"
    r"|量.{0,2}不多|质量.{0,4}|品质.{0,4}|推荐|必买|必入|尝鲜[装款价]?|试吃[装款]?|特惠|特价|秒杀|热卖|热销|新品"
    r"|上新|预售|现货|顺丰.{0,4}|全程冷链|"
    r"姐妹们?|宝子们?|宝宝们|家人们|亲们|亲爱的.{0,4}|.{0,2}邻居们?.{0,4}|.{0,4}各位.{0,8}"
    r"|大家.{0,3}|团友们?|群友们?|街坊.{0,3}|兄弟.{0,4}|哈喽|hello|hi|嗨|早上好|中午好"
    r"|下午好|晚上好|早呀?|好消息|来啦?|来了|开团.{0,2}|开抢.{0,2}|所有人|"
    r"今天|今日|今晚|明天|明日|后天|本周|这周|下周|周末|本期|这期|本次|这次|今天团.{0,4}"
    r"|要的|想要的.{0,6}|需要的.{0,6}|有要的.{0,5}|喜欢的.{0,6}|欢迎.{0,5}|抓紧.{0,5}"
    r"|速度.{0,3}|有人要吗?|"
    r"每[份盒箱斤袋]|一[份盒箱斤袋板瓶包]|[一二两三四五六七八九十\d]+[份盒箱斤袋板瓶包]?起?送?"
    r"|左右|约|大概|大约|净重|规格|单位|实惠.{0,3}|划算.{0,3}|只有|仅有|就|才|仅|只|要"
    r"|是|的|了|哦|哈|啊|呀|呢|吧|也|都|还|和|跟|或|或者|以及|另外|还有|"
    r"个个.{2,3}|.{0,6}供应.{0,2}|.{0,4}直[供发销]|现[摘杀做发]现[摘杀做发卖]|[一每][个只条枚颗].{0,3}[斤两克].{0,2}|然后|再|再来|(?:还是)?老(?:价[钱格]?|样子)?|还是|不变|不限量?|不限购|管够|冷藏|冷冻|到手|团|拼|价"
    r"|[a-g]|临期|保质期.{0,6}|库存|限量|限购|每户|每家|每人|限|元|块|钱|块钱|[.]+|\d+"
    r"|咱们?|我们|我|你们|(?:我们|咱们?)?小区(?:内部|专享)?价?|给大家|给大家算|算|卖|真空|整|单|每|"
    r"(?:这次|上次|这回)?(?:我们?|俺们?|团长)(?:这次|又|就|只)?[拿进抢订]?了?|装|箱|盒"
    r"|包[邮送]\S{0,3}|(?:都|可以)?(?:免费)?帮(?:忙|你|大家|您)?杀好?|按(?:.(?:卖|算|称|计价?))?|杀好.?|处理好.?|活的|冰的|鲜活|精选|正宗|当季|应季|新鲜到货|优惠|超值|买到赚到"
    r"|老客.{0,4}|新客.{0,4}|多买.{0,5}|便宜点?|随便.{0,4}|自己.{0,3}"
    r"|[\d一二两三四五六七八九十]{1,3}(?:样|种|款|个?品种|个菜)(?:[一每]?[份套])?)"
)
_PROMOTION = re.compile(
    r"买[一二两三四五六1-9]+送[一二两三四五1-9]+|第[二三2-3][件盒袋份瓶提个]半价|满\d+[减送]\S{0,4}"
)
_VERB = re.compile(r"不[完了掉动下够]|^(?:吃|喝|用|拆|分|买|卖|送|做|种|养|钓|捞|摘|寄|够|上次|群里|厂家|老板|给)")
_PARTICLE = re.compile(r"[是的了啊哈呢吧]|还有|有没有|大家|我们?|你们|那个|这个|一[点些批波]|说一下")
_WEAK = re.compile(
    r"^个个|^路上|去年|都说|^估计|^这次|我|你|侬|俺|咱|大家|各位|邻居|阿姨|爷叔|叔叔|姐妹|家人|宝子|团长|上次|这次"
    r"|上回|好多人|老家|亲戚|朋友|吗$|了$|来了|来啦|到了|去看|看过|有人|抓紧|接龙|截"
    r"|报名|统计|最后一波|真空|一年|好吃|好喝|新鲜|不错|"
    r"推荐|放心|保证|数量|有限|质量|品质|口感|味道|比.{1,4}还|奶香|浓郁|孩子|老人|送礼|自己吃|超值|活动|福利"
    r"|优惠|通知|今天|明天|现货|车|市场|喜欢|需要|想要|的$|地$|很|超|特别|非常|真|又"
    r"|甜$|脆$|糯$"
)
_ORIGINAL = re.compile(
    r"(?:某[宝东猫多](?:同款)?|原价?|市场价?|市价|超市[里卖]*价?|外面[卖的要]*|门店价?|专柜价?|零售价?|平时[卖要都]*"
    r"|日常价?|吊牌价?|京东|淘宝|盒马|山姆|订金|定金|押金|满|减|运费|单买|之前卖?|以前卖?"
    r"|官方价?|贵了?|便宜了?)(?:[一每]?[斤盒箱袋份])?[^\s,，。;)）\d]{0,4}\s?[:：]?\s?[¥]?(?:\d{1,4}(?:\.\d{1,2})?|(?<=[贵宜])[一两三五]|(?<=[贵宜]了)[一两三五])\s?(?:元|块)?(?:钱)?(?:\d(?!\d))?(?:一"
    rf"|/)?(?:{UNIT})?"
)
_EXPIRY = re.compile(
    r"(?:临期|保质期?|有效期|到期|生产日期?|新日期|赏味期?)(?:到|至|是|为|:|还有)?[\s\x00]*(?:\d{1,3}(?:天"
    r"|个月|月|年))?[\s\x00]*"
)
_HEADS = frozenset(
    "果瓜菜肉鱼虾蟹贝饼糕面包奶蛋米油茶酒糖豆椒菇笋枣桃梨橙柑橘莓葱姜蒜藕薯汤丸饺酱醋粉丝纸液膏巾皂花鸡鸭鹅牛羊猪卷串饭粥馍馒酥皮翅爪排骨柚被枕柿蕉荔芒萄"
)
_AFTER_MEASURE = re.compile(  # 种的蜜柚, 两箱梭子蟹过来, 牛轧糖我自己都囤了
    rf"(?:的|[一两几二三四五\d]{UNIT})([\u4e00-\u9fff]{{1,3}}[{''.join(sorted(_HEADS))}])(?=$|[过回]?来|我|自己)"
    rf"|^([\u4e00-\u9fff]{{1,3}}[{''.join(sorted(_HEADS))}])(?=我|自己)"
)
_HAPPENED = re.compile(
    r"(?:又|刚|都|也|可以|能|全|正|已经?|大)*(?:开[摘卖售抢捞园采挖杀蒸炉锅]|熟[了透]?|丰收|摘了?|拔了?|收了|挖了?|采了?|捞了?|订$|预?订了?|转让"
    r"|出让|上市|下来|补货|返场|回归|来一[波批]|好多人|很多人|做多|买多|囤|剩了?|吃不完|有多)[^\s]{0,8}$"
)
_OWNER = re.compile(
    r"[我你他她咱俺侬]|家里|老家|亲戚|朋友|同事|闺女|儿子|老公|老婆|姐|哥|妈|爸|舅|姑|姨|叔|上次|单位|懒得|大家"
)
_KINDS = re.compile(
    r"(?<=[\s,，:：。!！?？\x00])[^\s,，、:：。!！?？\x00的]{1,6}的(?:[、,，和\s]{1,2}[^\s,，、:：。!！?？\x00的]{1,6}的){1,5}(?=[\s,，:：。!！?？\x00])"
)
_ASKED_FOR = re.compile(r"[要][伐吗嘛么哇][\s,，?？\x00]*$|有(?:没有|无)?人要[^\s,，\x00]{1,6}[\s,，?？\x00]*$")
_HEADLINE = re.compile(
    r"(?:[团團](?:购|品)?|开团(?:啦|了|咯|喽)?|来啦?|来了|到货啦?|上新|接龙|接力|团购"
    r"|开抢|预售|预定|预订|菜单|价目表?|清单|汇总|好物)[啦了咯喽!！~]*$"
)
_LEAD_IN = re.compile(
    r"^(?:大家要的|我们?(?:妈|婆婆|奶奶|爸|老公|老婆)?(?:自己)?[做种腌酿晒养包卤]的|我们?家的?(?=..)|(?:有没有人|有人|谁)(?:想|要)?(?:一起)?[拼团买要](?=.)|(?:上次|上回|之前|前面)(?:说|团|问|提)(?:过|到)?的|顺[路便]带[点些]?|#?开团[:：\s啦了]*|#?团购?[:：]|那个|咱们?这次团的是|(?:今天|明天|今晚|今朝"
    r"|这次|本次|本期|这期|今日|我们?|咱们?|俺们?|我们家|群里|这周|周末|这个|第[一二三四五六七八九十\d][个样种款](?:是"
    r"|呢|就是)?|(?:想|要)(?:要|拼|团|订|买|吃|喝|囤)|"
    r"给(?:大家|各位|你们)|为大家|又|再|还|也|就|想|可以|自己|这边)*"
    r"(?:(?:带来|安排|推荐|准备|介绍)(?:一下|一波|一批|一点|一些|了|个)?|有(?![机点人没])(?=[\u4e00-\u9fff]{2})"
    r"|(?:开|团|整|搞|弄|进|拿|上|到|来|去|找|抢|卖|收|有|做|搞到|弄到|整到|拿到)(?:一下"
    r"|一波|一批|一点|一些|点|了|个|到|下|的是|的|人要)+(?:好)?)|俺们|阿拉|[^,，\s]{0,10}(?:有"
    r"|来|到|进|搞|上)了?一?[批些波](?=[\u4e00-\u9fff]{2})|[^,，\s]{0,6}自(?:家|己)[包做种磨腌卤烤酿炒养晒]的?额?"
    r"|有人要|谁要|有没有人要|今朝有|今天有|要拼|要"
    r"|还有(?:就是|个|一个|一样)?(?:是)?|另外(?:还有|有|再)?|然后(?:就?是|还有)?|再(?:有"
    r"|来)?(?:一个|个|就是)?|以及|和(?!平|田|牛)|跟|加上|外加|同时|顺便|接着(?:是)?|最后(?:是"
    r"|还有|一个)?|其次(?:是)?|一个是|一样是|一是|二是|三是|主要是|[这本]期是|就是|是|那个|这个"
    r"|呢|的|都|"
    r"今天的?|明天的?|今晚的?|今日的?|今早的?|新鲜(?=的)|刚到的?|刚摘的?|家里种的|自家种的"
    r"|自家的|自己种的|自己做的|农家自种的?|老家(?:寄来|带来|拿来|亲戚种)?的|亲戚种的"
    r"|朋友家的?|那边的|最后\d+份|一手)"
)
_TRAIL = re.compile(
    r"(?:到了?一批|[出上][坛锅炉岸市缸]|(?<=.{2})到|好多人.{0,4}|(?:又)?补货了?|(?:刚|都|已经?)?[打做蒸煮烤炸晒腌卤包炖熬]好[了啦]?|又.{1,2}又.{1,2}|(?:的)?(?:抓紧|速度|赶紧|快点?|举手|看过来|注意|报名|扣1|接龙"
    r"|走起|安排上|接起来)(?:了|啦|报|来|接|咯)*|开团(?:啦|了|咯|喽)?|开拼|(?<=.)团(?:购)?(?:啦"
    r"|了)?|接龙|(?:团购)?(?:价格?|价钱)|又?来了|又?来啦|今天|现在|我们|咱们?|这边|这里"
    r"|群里|团里|"
    r"特价|现价|只要|只需|仅需|才|就|只|仅|是|卖|要|的话|熟了|上市了?|到了|到啦|成熟了?|便宜|改[为成到]?|要[伐嘛么哇]|按[一每]?[^\s]卖?"
    r"|的|呢|了|啦|哦|哈|啊|呀|吧|嘛|也|都|每|一|有|大概|大约|约|规格|净重|净含量|算"
    r"|给大家算?|大家|统一|一律|每样|全部|分别|各|为|价|真空|来啦|来了|又来|吗|预定|预订"
    r"|开抢|特惠|团购|冷藏|冷冻|活的|超甜|很甜|特别甜|好吃)$"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    score: float
    order: int


def name_and_spec(region: str, is_first: bool = True) -> tuple[str, str | None]:
    """The name of the goods in the words before a price, and their spec."""
    region = _EXPIRY.sub("\x00", without_others(region))
    return best_name(region, is_first=is_first), find_spec(region)


def without_others(region: str) -> str:
    """`region` without what goods cost elsewhere (某宝同款一斤要68)."""
    return _ORIGINAL.sub("\x00", region)


def best_name(region: str, *, is_first: bool) -> str:
    """The name in `region`, the words before a price; `is_first`: nothing else was priced in this line before."""
    region = re.sub(
        r"[(（](?P<inner>[^)）]*)[)）]",
        lambda match: " " * len(match[0]) if _is_remark(match["inner"]) else match[0],
        region,
    )
    bare = without_specs(PRICE_WORDS.sub("\x00", _PROMOTION.sub("\x00", region)))
    bare = _without_kinds(_BESIDE.sub(" +", bare))
    clauses = [(match["clause"], _is_heading(bare, match), match.end()) for match in _CLAUSE.finditer(bare)]
    begins = max((match.end() for match in _NEW_SENTENCE.finditer(bare)), default=0)
    found: list[_Candidate] = []
    for order, (clause, is_heading, end) in enumerate(clauses):
        is_last = not bare[end:].strip(" \x00,，:：")
        far = _OTHER_SENTENCE if end <= begins else 0.0
        for part in re.split(r"\s{3,}", clause):
            name = _core(clean_name(part))
            if name:
                found.append(_Candidate(name, _weight(name, part, is_heading, is_last, is_first) - far, order))
    if not found:
        return ""
    top = max(candidate.score for candidate in found)
    best = [candidate for candidate in found if candidate.score == top]
    return (best[0] if is_first else best[-1]).name


def _without_kinds(bare: str) -> str:
    """菜饼子要伐?马兰头的、芝麻的,都是…: the kinds are not the name, when goods were named before."""
    kinds = _KINDS.search(bare)
    before = "" if kinds is None else bare[: kinds.start()]
    if kinds is None or not (mentions_goods(before) or _ASKED_FOR.search(before)):
        return bare
    return bare[: kinds.start()] + "\x00" * len(kinds[0]) + bare[kinds.end() :]


def _core(name: str) -> str:
    """大家说一下啊我这边进了一点羊肉是内蒙的羔羊腿肉 -> 羔羊腿肉: the goods in what somebody says without a pause."""
    if " " in name:
        return name
    if not mentions_goods(name):
        named = _AFTER_MEASURE.search(name)
        return named[1] or named[2] if named is not None and len(name) > 6 else name
    loose = re.split(r"[了哈啊呢](?=[^了啦哈啊呢吧])", name)[-1]
    if 2 <= len(loose) < len(name) and mentions_goods(loose):
        name = re.sub(rf"^[一两几]{UNIT}(?=..)", "", loose)
    kind = re.fullmatch(r".{1,3}是(?:.{1,4}的)?(?P<kind>.{2,6})", name)
    if kind is not None and mentions_goods(kind["kind"]):  # 鸭子是麻鸭
        return kind["kind"]
    name = _without_story(name)
    if len(name) <= 9:
        return name
    pieces = [piece for piece in _PARTICLE.split(name) if mentions_goods(piece)]
    piece = pieces[-1] if pieces else name
    if len(piece) <= 9:
        return piece
    return last_goods(piece) if len(piece) > 10 else piece


def _without_story(name: str) -> str:
    """家里的柿子熟了一树 -> 柿子: what happened to the goods, and whose they are, is no name."""
    told = _HAPPENED.search(name, 2)
    while told is not None and not names_goods(name[: told.start()]):
        told = _HAPPENED.search(name, told.start() + 1)
    name = name[: told.start()] if told is not None else name
    owner, of, goods = name.rpartition("的")
    return goods if of and mentions_goods(goods) and _OWNER.search(owner) else name


def _is_heading(bare: str, clause: re.Match[str]) -> bool:
    """蔬菜:菠菜 4元: the word before the colon is a heading."""
    return re.match(r"[\x00\s]*[:：]", bare[clause.end("clause") :]) is not None


def _is_remark(inner: str) -> bool:
    return (
        _FILLER.fullmatch(inner) is not None
        or re.search(r"\d.*(?:#|以上)", inner) is not None
        or _WEAK.search(inner) is not None
    )


def _weight(name: str, clause: str, is_heading: bool, is_last: bool, is_first: bool) -> float:
    score = 3.0 if is_last else 0.0
    if is_last and not is_first:
        score += 3
    bare = name.replace(" ", "")
    if mentions_goods(bare):
        score += 4 if bare not in CATEGORIES else 1
    elif bare[-1:] in _HEADS:
        score += 1.5
    if is_last and re.search(r"[款味色号码级]$", bare):
        score += 2
    if _WEAK.search(bare) or (_VERB.search(bare) and not mentions_goods(bare)):
        score -= 3
    if len(bare) > 10:
        score -= 2
    if _is_headline(clause.strip(" !！~#【】")):
        score -= 2
    if is_heading and not is_last:
        score -= 4
    return score


def is_head(name: str) -> bool:
    """Does `name` end with a character that words for goods end with (贵妃芒)?"""
    return name[-1:] in _HEADS


def _is_headline(word: str) -> bool:
    """鸡蛋团, 草莓来了; but 青团 and 饭团 are goods."""
    return _HEADLINE.search(word) is not None and not (len(word) == 2 and word.endswith("团"))


def clean_name(clause: str) -> str:
    """Blank-separated words of one clause that are not filler, joined again: 手工水饺 猪肉白菜."""
    words = [word for word in _PIECE.split(_emoji_to_blank(clause)) if word]
    kept: list[tuple[str, bool]] = []
    for word in words:
        trimmed = _trim(word)
        if trimmed and not _FILLER.fullmatch(trimmed) and not _FILLER.fullmatch(word):
            kept.append((trimmed, _is_headline(word)))
    kept = [(word, is_headline) for word, is_headline in kept if not re.fullmatch(r"[\d.]+", word)]
    solid = [word for word, is_headline in kept if not is_headline]
    return " ".join(solid or [word for word, _ in kept])


def headline_name(text: str) -> str:
    """The goods a headline speaks of: 草莓开团啦 -> 草莓, 鸡蛋团 -> 鸡蛋."""
    bare = without_specs(PRICE_WORDS.sub(" ", _emoji_to_blank(text)), blank=" ")
    words = [_LEAD_IN.sub("", word) for word in _PIECE.split(bare) if word]
    words = [
        re.sub(r"(?:开团(?:啦|了|咯|喽)?|团(?:购)?|接龙|来啦?|来了|啦|了|上新|预售|预定|预订)+$", "", word)
        for word in words
    ]
    return " ".join(word for word in words if word and not _FILLER.fullmatch(word))


def headline_title(text: str) -> str:
    """A headline as a title: without #开团, brackets and emoji at its ends."""
    bare = re.sub(r"^[\s#【\[「]*(?:(?:#|^)?开团(?:啦|了)?[:：\s]+)?", "", _emoji_to_blank(text)).replace("】", " ")
    return re.sub(r"\s+", " ", bare).strip(" 【】[]「」#:：,，。!！~")[:40]


def _trim(word: str) -> str:
    """Without 今天给大家带来了…, 还有…, …的, …只要."""
    for _ in range(6):
        shorter = _LEAD_IN.sub("", word, count=1)
        if shorter == word or not shorter:
            break
        word = shorter
    word = re.sub(rf"(?<=[\u4e00-\u9fff]{{2}})[一1每]{UNIT}$", "", word)
    for _ in range(6):
        shorter = _TRAIL.sub("", word, count=1)
        if word in GOODS or (
            shorter == word
            or not shorter
            or (word.endswith("团") and not word.endswith("开团") and not _FILLER.fullmatch(shorter))
        ):
            break
        word = shorter
    return word


def _emoji_to_blank(text: str) -> str:
    return "".join(
        " " if ord(char) >= 0x1F000 or 0x2600 <= ord(char) <= 0x27BF or 0xE000 <= ord(char) <= 0xE0FF else char
        for char in text
    )
