"""Lines of a 接龙 with the goods first and the name behind: 卷纸2提 阿灿, 豆浆2瓶——婷婷, 饼两包 我是骆骆."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_marks import HOLE
from bot.parsing.chain_shape import is_address, is_surname
from bot.parsing.goods_words import mentions_goods
from bot.parsing.names import HAN
from bot.parsing.pinyin import loose_sound, sound_of
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.vocabulary import WORDS

_SPACE = re.compile(rf"[\s{HOLE}]+")
_COUNT = rf"[x×+*]?\s?(?:\d{{1,2}}(?!\d)|{FIGURE}(?:{UNIT_PATTERN}))"
_FILLER = re.compile(  # 牛奶来4瓶, 奶黄包给我家算2袋, 垃圾袋小的1卷
    rf"\s?(?:的|给我们?家?|帮我们?家?|替我|我家?|就|要|来|订|买|拿|留|算|记|[大中小](?:的|号|份|款)?|那[种款个])+\s?(?={_COUNT})"
)
_PRICED = re.compile(rf"(?P<yuan>\d{{1,3}}(?:\.\d)?)(?:元|块钱?)?的(?=\s?(?:来|要|拿|订)?\s?{_COUNT})")
_ODD = re.compile(rf"[\u4e00-\u9fff]{{1,2}}(?=\s?{_COUNT})")  # 黑豆浆1瓶 where 黑豆 is known
_AMOUNT_NEXT = re.compile(rf"(?:的|来|要)?\s?{_COUNT}")
_SAYS_NOTHING = re.compile(r"我是|这是|我家?在|[吧哦啊呀啦哈呢~!。.]+|谢谢.{0,3}|辛苦.{0,3}")
_WORD = re.compile(rf"[^\s,，:：;；。()（）、/=|+—–\-~!{HOLE}]+")
_BY = re.compile(r"^(?:的|我是|这是|这里是|我叫|叫我|名字|姓名|昵称|署名|收货人|本人|写|记)(?=[^\s的])|^by\b")
_WISH = re.compile(
    r"[放送拿取付转谢请帮吐尽记务必麻烦给留要不没多少再先快晚早到切杀洗剥包装辣糖冰熟软硬脆嫩了吗呢吧的得急退换改挑捡选配打等第]"
    r"|一[点些]|大[点些个]|小[点些个份盒]|周[一二三四五六日末]|下班|门口|楼[上下]|自[提取]|代收|电话|微信|备注|[上下中]午|[春夏秋冬]天"
)
_FIRM = re.compile(
    r"[阿小老][\u4e00-\u9fff]{1,2}|(?P<one>[\u4e00-\u9fff])(?P=one)[\u4e00-\u9fff]?|[a-z][a-z .']{1,15}\d{0,4}"
)
_CALLED = re.compile(r"[^\s\d]{1,6}(?:[姐哥姨叔妈爸婶伯嫂爷]|妈妈|爸爸|奶奶|先生|女士|老师|太太|师傅)")
_SIZED = re.compile(rf"[小老大](?:{UNIT_PATTERN})|老样子?|小号|大号")
_AMOUNT = re.compile(rf"(?:{FIGURE}|\d+)?\s?(?:{UNIT_PATTERN})")
_WHERE = re.compile(  # 二楼麻将馆, 楼道保洁, 修伞老倪
    r"(?:[铺店馆匠厂处部组班队户厅站台摊]|保洁|门卫|保安|师傅|老师|小哥|[大满]哥|妹子|屠夫|小学|食堂|超市|司机|秘书|医生|护士|[老小][\u4e00-\u9fff])$"
)
_VERB = re.compile(r"[放送拿取付转请帮给要不没多少在到交留代谢麻托]")
_DOES = re.compile(r"\S{0,4}[卖拉做修开教管][^\s\d]{1,5}的")  # 卖豆腐脑的
_APART = re.compile(rf"[\s,，(（—–{HOLE}-]")
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Behind:
    """The parts of a line: `content` is what is asked for, `start` and `end` are the name's offsets."""

    content: str
    start: int
    end: int


def goods_first(text: str, shelf: Shelf) -> Behind | None:
    """The parts of `text` (holes for room, phone and 已付) that begins with goods and a number; None for others.

    The name is empty where nothing behind the goods is one and a room or a phone says who it is.
    """
    blank = _SPACE.match(text)
    start = blank.end() if blank is not None else 0
    goods = _Goods(text, start, shelf)
    if not goods.end:
        return None
    rest = [match for match in _WORD.finditer(goods.text, goods.end) if _SAYS_NOTHING.fullmatch(match[0]) is None]
    has_whom = HOLE in text
    for firm in (True,) if has_whom and len(rest) > 1 else (True, False):
        for word in rest:
            by = _BY.match(word[0])
            start_of = by.end() if by is not None else 0
            if is_name(word[0][start_of:], firm=firm and by is None):
                others = [other[0] for other in rest if other is not word]
                return Behind(_joined(goods, others), word.start() + start_of, word.end())
    if has_whom and goods.end and not any(shelf.mentions_item(word[0]) or re.search(r"\d", word[0]) for word in rest):
        return Behind(_joined(goods, [word[0] for word in rest]), start, start)
    return None


def is_signed(text: str, shelf: Shelf) -> bool:
    """Does a line begin with goods and end with who wants them?"""
    found = goods_first(text, shelf)
    return found is not None and found.end > found.start


def is_name(word: str, *, firm: bool = False) -> bool:
    """May an unknown word behind the goods be a nickname? `firm`: only one that looks like nothing else."""
    if (len(word) <= _LONGEST and _WHERE.search(word) and not _VERB.match(word)) or _DOES.fullmatch(word):
        return True
    if (len(word) == 2 and word[0] == "老" and is_surname(word[1])) or _CALLED.fullmatch(word):  # 老姜, 汤圆妈妈
        return True
    if (
        not word
        or _AMOUNT.fullmatch(word)
        or len(word) > _LONGEST * 2
        or word in WORDS
        or mentions_goods(word)
        or _SIZED.fullmatch(word)
    ):
        return False
    if _FIRM.fullmatch(word) is not None or (is_address(word) and len(word) <= _LONGEST):
        return True
    if _WISH.search(word) is not None or any(char.isdigit() for char in word) or len(word) > _LONGEST:
        return False
    return not firm or (is_surname(word[0]) and len(word) <= 3)


def _joined(goods: _Goods, words: list[str]) -> str:
    said = re.sub(rf"[\s{HOLE}]+", " ", goods.text[goods.start : goods.end])
    return " ".join((said.strip(" ,，-—–(（+/"), *words)).strip()


class _Goods:
    """The goods at the start of a line, each with its number. `end` is 0 when the line does not begin so."""

    def __init__(self, text: str, start: int, shelf: Shelf) -> None:
        self.text, self.start, self.shelf = text, start, shelf
        self.end = 0
        self._named = self._counted = 0
        self._is_led = False
        self._last: tuple[int, ...] = ()  # what the last goods may be
        self._is_open = True  # a number may follow: not right behind another one
        self._walk(start)
        if not self._counted and HOLE in text and self._is_bare(start):  # 3-505 牛乳
            self.end = len(text.rstrip())
        elif not self._counted or not self._named:
            self.end = 0

    def _walk(self, position: int) -> None:
        while position < len(self.text):
            ahead = self._next(position)
            if ahead is None:
                return
            position = ahead

    def _is_bare(self, start: int) -> bool:
        """Nothing but one name of goods."""
        match = self.shelf.token.match(self.text, start)
        is_good = match is not None and match.end() > start and match.lastgroup == "item"
        return match is not None and is_good and not self.text[match.end() :].strip(f" {HOLE}")

    def _next(self, position: int) -> int | None:
        """Where the reading goes on; None when what stands here is neither goods nor amount."""
        priced = None if self._named or not self.text[position].isdigit() else _PRICED.match(self.text, position)
        if priced is not None and round(float(priced["yuan"]) * 100) in self.shelf.catalogue.by_price:  # 48的来一箱
            self._named, self._is_open = 1, True
            return priced.end()
        match = self.shelf.token.match(self.text, position)
        kind = match.lastgroup if match is not None and match.end() > position else None
        if match is not None and kind == "gap":
            return match.end()
        if match is not None and kind == "quantity":
            return self._number(match, position)
        if match is not None and kind is not None and match.end() - position > 1:
            self._last = self.shelf.keys_of(match)
            return self._good(match.end())
        blank = _SPACE.match(self.text, position)
        if blank is not None:
            return blank.end()
        mended = with_goods_mended(self.text, position, self.shelf)
        if mended is not None:
            self.text = mended
            return position
        if match is not None and kind is not None:  # 红 of 红心柚, when 红塘 is no slip for something longer
            self._last = self.shelf.keys_of(match)
            return self._good(match.end())
        filler = _FILLER.match(self.text, position) if self._named else None
        self._is_open = self._is_open or filler is not None
        return filler.end() if filler is not None else None

    def _number(self, match: re.Match[str], position: int) -> int | None:
        is_bare = not self._named and self.start == position and match["unit"] is None  # 2 张三
        if is_bare or not self._is_open:
            return None
        self._is_led = self._is_led or not self._named  # 2箱抽纸
        if not self._named and self.shelf.catalogue.only is not None and _APART.match(self.text, match.end()):
            self._named = 1  # 3罐 小柔, where one thing is sold; 一只鱼 is a nickname
        self._counted += 1
        self._is_open = False
        self.end = match.end()
        return match.end()

    def _good(self, end: int) -> int | None:
        """Goods: the first of a line needs its number right behind."""
        self._named += 1
        self._is_open = True
        if self._named == 1 and not self._counted:
            odd = _ODD.match(self.text, end)
            filler = _FILLER.match(self.text, end)
            if odd is not None and filler is None and not is_address(odd[0]):
                return odd.end()
            if filler is None and not self._has_amount(end):
                return None
        elif self._counted and not self._is_led and HAN.match(self.text, end) and not self._has_amount(end):
            return None  # 核桃2 桃桃妈妈
        elif self._counted:
            self.end = end
        return end

    def _has_amount(self, position: int) -> bool:
        """Does a quantity follow, for this item or 各 for several?"""
        items, last = 1, self._last
        while (match := self.shelf.token.match(self.text, position)) is not None and match.end() > position:
            if match.lastgroup == "quantity":
                return items == 1 or "各" in match[0]
            if match.lastgroup != "gap":
                keys = self.shelf.keys_of(match)
                items += not set(keys) < set(last)  # 车厘子 J级: the one says which of the other
                last = keys
            position = match.end()
        return False


def with_goods_mended(text: str, position: int, shelf: Shelf) -> str | None:
    """`text` with the right characters for goods at `position` that only sound right: 小龙包2盒; None for others.

    A nickname may sound like goods too, so a number has to follow. The offsets behind stay as they are.
    """
    if position and HAN.match(text[position - 1]):
        return None
    catalogue = shelf.catalogue
    heard = catalogue.heard(text, position, 0)
    if heard is None:
        return None
    length, keys = heard
    if len(keys) > 1:  # 车里子 J级1箱: which of them has to follow
        length += text[position + length : position + length + 1] == "子"
        kind = shelf.token.match(text, position + length)
        if kind is None or kind.lastgroup in ("gap", "quantity") or not set(shelf.keys_of(kind)) <= set(keys):
            return None
    elif _AMOUNT_NEXT.match(text, position + length) is None:
        return None
    sound = loose_sound(sound_of(text[position : position + length]))
    terms = [term for term, named in catalogue.names.items() if len(term) == length and set(named.keys) == set(keys)]
    term = next((term for term in terms if loose_sound(sound_of(term)) == sound), None)
    return None if term is None else text[:position] + term + text[position + length :]
