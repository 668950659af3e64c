"""Which words before a price are the name of the goods: 今天给大家带来云南的小玉米,又甜又糯,五斤装的29块9.

The clauses before a price are cleaned of greetings, praise, specs and price words; what is left is weighed by where
it stands (right before the price counts most) and by whether it contains a word for goods.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.foods import CATEGORIES, GOODS
from bot.parsing.goods_words import last_goods, mentions_goods
from bot.parsing.post_filler import EXPIRY, FILLER, LEAD_IN, ORIGINAL, PRICE_WORDS, PROMOTION, TRAIL
from bot.parsing.post_specs import UNIT, find_spec, without_specs
from bot.parsing.post_stories import without_story

_LONG_NAME = 12
_ODD = re.compile(r"[\u4e00-\u9fff]\d{2,4}(?:\.\d)?[\u4e00-\u9fff]|[我你他她咱您]|大家|各位|邻居|姐妹|有没有|不要|看到")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.、)）](?=[^\d\s])")  # 2.卤猪耳 in the middle of a line
_PIECE = re.compile(r"(?:[\s,，、;；:：()（）\[\]【】「」《》<>|~!！?？。·•—_=+\x00/×…\"'“”｜]|(?<!\d)-|-(?!\d))+")
_NEW_SENTENCE = re.compile(r"[。!！?？\n]|[:：](?=[^:：]{0,40}[一-龥]{2})")
_OTHER_SENTENCE = 2.5  # less for goods of an earlier sentence
_STATED = 2.0  # less for goods in a clause that tells news: 俺娘家的苹果下树了,红富士85一箱
_SUM = re.compile(r"[一二两三四五六七八九十百半零]{1,5}(?:块|元|毛)[一二三四五六七八九半]?(?:毛|钱)?(?:一\S)?")
_SAID = re.compile(r"[我你咱俺]|团长|大家|谁|送了|再打|记得|[\u4e00-\u9fff]{4,}(?:的人|来报到?)$")
_BESIDE = re.compile(r"[\x00\s]{0,12}[+&][\x00\s]{0,12}")  # 玫瑰11支+满天星: one thing
_CLAUSE = re.compile(r"(?P<clause>[^,，;；\x00:：。!！?？\n~｜]+)(?P<stop>[,，;；\x00:：。!！?？\n~｜]?)")
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
_HEADS = frozenset(
    "果瓜菜肉鱼虾蟹贝鲍参饼糕面包奶蛋米油茶酒糖豆椒菇笋枣桃梨橙柑橘莓葱姜蒜藕薯汤丸饺酱醋粉丝纸液膏巾皂花鸡鸭鹅牛羊猪卷串饭粥馍馒酥皮翅爪排骨柚被枕柿蕉荔芒萄"
)
_AFTER_MEASURE = re.compile(  # 种的蜜柚, 两箱梭子蟹过来, 牛轧糖我自己都囤了
    rf"(?:的|[一两几二三四五\d]{UNIT})([\u4e00-\u9fff]{{1,3}}[{''.join(sorted(_HEADS))}])(?=$|[过回]?来|我|自己)"
    rf"|^([\u4e00-\u9fff]{{1,3}}[{''.join(sorted(_HEADS))}])(?=我|自己)"
)
_KINDS = re.compile(
    r"(?<=[\s,，:：。!！?？\x00])[^\s,，、:：。!！?？\x00的]{1,6}的(?:[、,，和\s]{1,2}[^\s,，、:：。!！?？\x00的]{1,6}的){1,5}(?=[\s,，:：。!！?？\x00])"
)
_ASKED_FOR = re.compile(r"[要][伐吗嘛么哇][\s,，?？\x00]*$|有(?:没有|无)?人要[^\s,，\x00]{1,6}[\s,，?？\x00]*$")
_HEADLINE = re.compile(
    r"(?:[团團](?:购|品)?|开团(?:啦|了|咯|喽)?|来啦?|来了|到货啦?|上新|接龙|接力|团购"
    r"|开抢|预售|预定|预订|菜单|价目表?|清单|汇总|好物)[啦了咯喽!！~]*$"
)


_PEOPLE = (
    "(?:亲爱的|尊敬的|各位|全体|所有|大家|家人|邻居|邻里|姐妹|兄弟|宝子|宝宝|宝贝|朋友|业主|街坊|团友|群友|小主"
    "|亲|人)+们?"
)
_GREETING = re.compile(  # 各位邻居大家好, 家人们看过来; but 邻居团 and 宝宝零食团 are titles
    rf"^[\s@]*(?:(?:{_PEOPLE}[\s,，、]*)?(?:大家|你们|早上|上午|中午|下午|晚上|周末|节日|新年)+好(?![物货吃价鲜])"
    rf"|{_PEOPLE}(?:好|早安?|看过来|注意[啦了]?|集合[啦了]?)?(?=[呀啊哦哟啦~～!！,，。、:：\s]|$)|早安?(?=[呀啊~～!！,，。\s]|$))"
    r"[呀啊哦哟啦~～!！,，。、:：\s]*"
)
_DAY_OF = re.compile(r"^(?:今天|明天|后天|今晚|明晚|今日|明日)的?(?=[^\s]{2,12}团$)")  # tomorrow it would be wrong
_BRINGS = re.compile(r"[给为](?:大家|各位|邻居们?|家人们?)带来[了的]*$")  # 今天给大家带来: what follows is the goods
_GROUP = re.compile(
    r"(?:^|[\s】\],，。:：!！])(?:关于|上[期次]的?|[这本]期的?)?(?P<goods>[\u4e00-\u9fff]{2,5}?)团(?=改|的?时间|延期|通知|推迟|提前|因|有变)"
)
_BOOK = re.compile(r"《(?P<title>[^《》\n]{2,24})》[^《》\n,，。;；]{0,6}$")
_CALL = re.compile(r"(?<=团)(?:正式)?(?:开始?)?(?:接龙|报名|预定|预订|下单|来)?[啦了咯喽!！~\s]*$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    score: float
    order: int


def name_and_spec(region: str, is_first: bool = True) -> tuple[str, str | None]:
    """The name of the goods in the words before a price, and their spec."""
    region = EXPIRY.sub("\x00", without_others(region))
    return best_name(region, is_first=is_first), find_spec(region)


def without_others(region: str) -> str:
    """`region` without what goods cost elsewhere (某宝同款一斤要68)."""
    return ORIGINAL.sub("\x00", region)


def best_name(region: str, *, is_first: bool) -> str:
    """The name in `region`, the words before a price; `is_first`: nothing else was priced in this line before."""
    book = _BOOK.search(region)
    if book is not None:
        return book["title"]
    region = re.sub(
        r"[(（](?P<inner>[^)）]*)[)）]",
        lambda match: " " * len(match[0]) if _is_remark(match["inner"]) else match[0],
        region,
    )
    bare = without_specs(PRICE_WORDS.sub("\x00", PROMOTION.sub("\x00", region)))
    bare = _without_kinds(_BESIDE.sub(" +", bare))
    clauses = [(match["clause"], _is_heading(bare, match), match.end()) for match in _CLAUSE.finditer(bare)]
    begins = max((match.end() for match in _NEW_SENTENCE.finditer(bare)), default=0)
    found: list[_Candidate] = []
    for order, (clause, is_heading, end) in enumerate(clauses):
        is_last = not bare[end:].strip(" \x00,，:：")
        far = _OTHER_SENTENCE if end <= begins else 0.0
        told = _STATED if not is_last and clause[-1:] in "了啦咯喽" else 0.0
        for part in re.split(r"\s{3,}", clause):
            name = _core(clean_name(part))
            if name:
                score = _weight(name, part, is_heading, is_last, is_first) - far - told
                found.append(_Candidate(name, score, order))
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
    name = without_story(name)
    if len(name) <= 9:
        return name
    pieces = [piece for piece in _PARTICLE.split(name) if mentions_goods(piece)]
    piece = pieces[-1] if pieces else name
    if len(piece) <= 9:
        return piece
    return last_goods(piece) if len(piece) > 10 else piece


def _is_heading(bare: str, clause: re.Match[str]) -> bool:
    """蔬菜:菠菜 4元: the word before the colon is a heading."""
    return re.match(r"[\x00\s]*[:：]", bare[clause.end("clause") :]) is not None


def _is_remark(inner: str) -> bool:
    return (
        FILLER.fullmatch(inner) is not None
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


def is_odd_name(name: str) -> bool:
    """Does a name look like something else: people, a figure that may be a price, half a sentence?"""
    return _ODD.search(name) is not None or (len(name) > _LONG_NAME and " " not in name)


def is_head(name: str) -> bool:
    """Does `name` end with a character that words for goods end with (贵妃芒)?"""
    return name[-1:] in _HEADS


def _is_headline(word: str) -> bool:
    """鸡蛋团, 草莓来了; but 青团 and 饭团 are goods."""
    return _HEADLINE.search(word) is not None and not (len(word) == 2 and word.endswith("团"))


def clean_name(clause: str) -> str:
    """Blank-separated words of one clause that are not filler, joined again: 手工水饺 猪肉白菜."""
    words = [word for word in _PIECE.split(_NUMBERED.sub("", _emoji_to_blank(clause))) if word]
    kept: list[tuple[str, bool]] = []
    for word in words:
        trimmed = _trim(word)
        if trimmed and not FILLER.fullmatch(trimmed) and not FILLER.fullmatch(word):
            kept.append((trimmed, _is_headline(word)))
    kept = [
        (word, is_headline)
        for word, is_headline in kept
        if not re.fullmatch(r"[\d.]+", word) and not _SUM.fullmatch(word)
    ]
    if len(kept) > 1 and not all(_SAID.search(word) for word, _ in kept):
        kept = [(word, is_headline) for word, is_headline in kept if not _SAID.search(word)]
    solid = [word for word, is_headline in kept if not is_headline]
    return " ".join(solid or [word for word, _ in kept])


def headline_name(text: str) -> str:
    """The goods a headline speaks of: 草莓开团啦 -> 草莓, 鸡蛋团 -> 鸡蛋."""
    bare = without_specs(PRICE_WORDS.sub(" ", _emoji_to_blank(text)), blank=" ")
    words = [LEAD_IN.sub("", word) for word in _PIECE.split(bare) if word]
    words = [
        re.sub(r"(?:开团(?:啦|了|咯|喽)?|团(?:购)?|接龙|来啦?|来了|啦|了|上新|预售|预定|预订)+$", "", word)
        for word in words
    ]
    return " ".join(word for word in words if word and not FILLER.fullmatch(word))


def headline_title(text: str) -> str:
    """A headline as a title: without #开团, a greeting, brackets and emoji at its ends; "" when that was all."""
    bare = re.sub(r"^[\s#【\[「]*(?:(?:#|^)?开团(?:啦|了)?(?:[:：\s]+|$))?", "", _emoji_to_blank(text))
    bare = _DAY_OF.sub("", _CALL.sub("", _GREETING.sub("", bare.replace("】", " "))))
    title = re.sub(r"\s+", " ", bare).strip(" 【】[]「」#:：,，。!！~")[:40]
    return "" if _BRINGS.search(title) else title


def group_goods(text: str) -> str:
    """羽绒被团改时间, 柑橘团因天气推迟: what the round that a post speaks of is for."""
    group = _GROUP.search(text)
    return group["goods"] if group is not None else ""


def _trim(word: str) -> str:
    """Without 今天给大家带来了…, 还有…, …的, …只要."""
    for _ in range(6):
        shorter = LEAD_IN.sub("", word, count=1)
        if shorter == word or not shorter:
            break
        word = shorter
    word = re.sub(rf"(?<=[\u4e00-\u9fff]{{2}})[一1每]{UNIT}$", "", word)
    for _ in range(6):
        shorter = TRAIL.sub("", word, count=1)
        if word in GOODS or (
            shorter == word
            or not shorter
            or (word.endswith("团") and not word.endswith("开团") and not FILLER.fullmatch(shorter))
        ):
            break
        word = shorter
    return word


def _emoji_to_blank(text: str) -> str:
    return "".join(
        " " if ord(char) >= 0x1F000 or 0x2600 <= ord(char) <= 0x27BF or 0xE000 <= ord(char) <= 0xE0FF else char
        for char in text
    )
