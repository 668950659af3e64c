"""Text -> tokens. Names of goods first, then rooms, times and prices, then quantities, then word classes."""

from __future__ import annotations

import re

from bot.parsing.catalogue import Catalogue
from bot.parsing.compounds import compounds
from bot.parsing.english import english
from bot.parsing.foods import GOODS
from bot.parsing.latin import latin_name
from bot.parsing.marks import mark
from bot.parsing.number_tokens import number_token
from bot.parsing.parties import name_parties
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit
from bot.parsing.rates import reckon
from bot.parsing.signs import sign_or_symbol
from bot.parsing.slips import misspelt_verb
from bot.parsing.spans import fixed_spans
from bot.parsing.surnames import CALLED
from bot.parsing.tokens import GOODS_LENGTHS, QUANTITY_START, Token, is_known, is_letter, longest, word_tables
from bot.parsing.vocabulary import LENGTHS, WORDS

UNIT = re.compile(UNIT_PATTERN)
_LETTERS = re.compile(r"[a-z]+")


_GRAMMAR = frozenset("比被让像跟搬扛拎薅抻")
_EITHER_WAY = frozenset("油汤皮肉味汁茶花叶干")
_ADVERBS = frozenset("太忒很有挺好真多少大没不了的也都就蛮咸老厚薄硬软脆破")
_DEGREES = frozenset("太很忒真好蛮挺更偏有老怪点")
_FLAVOURS = frozenset("味馅款色")


def tokenize(text: str, catalogue: Catalogue) -> list[Token]:
    """Every character of `text` (normalised) ends up in exactly one token, in order."""
    tokens = words(text, catalogue)
    classify(tokens, text)
    return tokens


def classify(tokens: list[Token], text: str) -> None:
    """Set the class of words that hang on the rest of the message, in place."""
    mark(tokens)
    name_parties(tokens)
    reckon(tokens, text)


def words(text: str, catalogue: Catalogue) -> list[Token]:
    """Tokens of the class their words have by themselves."""
    tokens: list[Token] = []
    masks = fixed_spans(text, catalogue)
    position, size, unknown = 0, len(text), -1
    while position < size:
        token = masks.get(position) or _next(text, position, catalogue, tokens)
        if token is None:
            if unknown < 0:
                unknown = position
            position += 1
            continue
        if unknown >= 0:
            tokens.append(Token("text", unknown, position, text[unknown:position]))
            unknown = -1
        if token.kind == "qty" and tokens and tokens[-1].kind == "limit":
            token.approx = True
        tokens.append(token)
        position = max(token.end, position + 1)
    if unknown >= 0:
        tokens.append(Token("text", unknown, size, text[unknown:]))
    return tokens


def _next(text: str, position: int, catalogue: Catalogue, tokens: list[Token]) -> Token | None:
    char = text[position]
    if char == " ":
        end = position + 1
        while end < len(text) and text[end] == " ":
            end += 1
        return Token("space", position, end, " ")
    item = longest(text, position, catalogue.names, catalogue.lengths) if char in catalogue.lengths else 0
    word = longest(text, position, WORDS, LENGTHS) if char in LENGTHS else 0
    goods = longest(text, position, GOODS, GOODS_LENGTHS) if char in GOODS_LENGTHS else 0
    if char.isascii() and is_letter(char) and not (item == 1 and _is_letter_list(text, position, catalogue)):
        item, word, goods = (_whole_word(text, position, length) for length in (item, word, goods))
        opens = not is_letter(text[position - 1 : position])
        foreign = (english(text, position, catalogue) or latin_name(text, position, catalogue)) if opens else None
        if foreign is not None and foreign.end - position > item:
            return foreign
    if word > 1 and char in "加减退换" and WORDS[text[position : position + word]] == "wish":
        inside = longest(text, position + 1, catalogue.names, catalogue.lengths)
        word = 1 if inside >= word else word  # 加冰粉一箱
    if goods > item > 0:
        goods -= _asked_twice(text, position + goods)
    if item and item >= goods and item >= word:
        return _named(text, position, item, catalogue, tokens)
    if goods > word:
        end = position + goods
        return Token("goods", position, end, text[position:end])
    if char.isascii():
        return _counted_or_word(text, position, word, catalogue, tokens)  # it sounds like nothing
    heard = catalogue.heard(text, position, max(word, goods))
    called = CALLED.match(text, position) if heard is not None and char in "老小阿" else None
    if heard is not None and (called is None or called.end() - position < heard[0]):
        return Token(
            "text", position, position + heard[0], text[position : position + heard[0]], heard[1], value="sound"
        )
    slip = misspelt_verb(text, position) if word < 2 else None
    if slip is not None:
        return Token(slip[1], position, position + slip[2], slip[0])
    return _counted_or_word(text, position, word, catalogue, tokens)


def _asked_twice(text: str, end: int) -> int:
    """1 for 红薯面|不面: the last character of goods is the first half of a question about the goods before it."""
    return int(text[end : end + 1] in ("不", "没", "唔") and text[end + 1 : end + 2] == text[end - 1])


def _counted_or_word(text: str, position: int, word: int, catalogue: Catalogue, tokens: list[Token]) -> Token | None:
    """A number, or the known `word` of so many characters when that is longer."""
    numeric = number_token(text, position, catalogue, tokens) or _one_unsaid(text, position, catalogue, tokens)
    if numeric is not None and numeric.kind == "name" and word > 1:
        numeric = None
    if numeric is not None and numeric.end - position >= word:
        return numeric
    if word:
        return _word(text, position, position + _up_to_a_name(text, position, word, catalogue))
    if numeric is not None:
        return numeric
    return sign_or_symbol(text, position)


def _named(text: str, position: int, known: int, catalogue: Catalogue, tokens: list[Token]) -> Token:
    """A name of `known` characters, unless it is a vessel in front of goods (来匣子点心) or part of a longer name."""
    if known == 2 and text[position] in _VESSELS and text[position + 1] == "子":
        one = _one_unsaid(text, position, catalogue, tokens)
        if one is not None:
            return one
    longer = _misspelt_rest(text, position, known, catalogue)
    return longer if longer is not None else _item(text, position, position + known, catalogue, tokens)


_SINGLE_UNITS = frozenset("盒斤箱袋瓶份包桶提板只条根颗棵扎束罐杯碗块支盆卷串筐捆套笼")
_VESSELS = frozenset("匣筐篮袋瓶罐盒箱桶坛包")
_ASKING = frozenset({"want", "add", "sub", "only"})
_WRAPPED = ("饺", "粽", "馄饨", "云吞", "包子", "春卷", "汤圆")


def _one_unsaid(text: str, position: int, catalogue: Catalogue, tokens: list[Token]) -> Token | None:
    """箱 in 「加箱橙子」: a unit right behind the verb and in front of goods, or last of all, is one of them."""
    char, last = text[position], tokens[-1] if tokens else None
    if last is not None and last.word in ("整", "搞", "弄") and char == "箱":
        return None
    size = 2 if text[position + 1 : position + 2] == "子" and char in _VESSELS else 1
    single = char in _SINGLE_UNITS or size == 2 or (char == "个" and last is not None and last.kind == "only")
    if not single or last is None or last.kind not in _ASKING or last.end != position:
        return None
    end = position + size
    if char == "包" and text.startswith(_WRAPPED, end) and not longest(text, end, catalogue.names, catalogue.lengths):
        return None  # 初一要包饺子
    if text[end : end + 1] not in ("", " ", ",", "。", "吧", "呗", "啊"):
        tables = word_tables(catalogue)[:2]
        if not any(longest(text, end, names, lengths) for names, lengths in tables) and (
            catalogue.heard(text, end, 0) is None
        ):
            return None
    return Token("qty", position, end, text[position:end], milli=1000, unit=canonical_unit(char))


_BESIDE = frozenset("同楼上 同楼下 跟楼上 跟楼下".split())
_HOUSEHOLD = frozenset("具电里人常务门")


def _misspelt_rest(text: str, position: int, known: int, catalogue: Catalogue) -> Token | None:
    """花生由: a part of a name with a character behind it that sounds like the rest of the name."""
    end = position + known
    if end >= len(text) or not "一" <= text[end] <= "龥":
        return None
    heard = catalogue.heard(text, position, known)
    if heard is None or (is_known(text, end, catalogue) and catalogue.heard(text, end, 0) is None):
        return None
    word = text[position : position + heard[0]]
    return Token("text", position, position + heard[0], word, heard[1], value="sound")


def _up_to_a_name(text: str, position: int, word: int, catalogue: Catalogue) -> int:
    """加 in 「加冰粉一箱」: a word ends where a name of goods begins that is longer than the rest of it."""
    if (
        word < 2
        or text[position + word - 1] not in catalogue.lengths
        or text[position : position + word - 1] not in WORDS
    ):
        return word
    named = longest(text, position + word - 1, catalogue.names, catalogue.lengths)
    return word - 1 if named > 1 else word


def _word(text: str, start: int, end: int) -> Token:
    word = text[start:end]
    kind = WORDS[word]
    if (
        kind == "refer"
        and word in _BESIDE
        and "一" <= text[end : end + 1] <= "龥"
        and text[end] not in "的了吧啊呀哦一"
    ):
        return Token("and", start, start + 1, text[start])  # 同楼下李太各一箱
    if kind == "person" and text.startswith("家", end) and text[end + 1 : end + 2] not in _HOUSEHOLD:
        return Token(kind, start, end + 1, text[start : end + 1])
    if word.startswith("减半") and UNIT.match(text, end):
        return Token("sub", start, start + 1, "减")  # 减半斤
    if (
        word in ("一样", "一种", "一款")
        and text[end : end + 1]
        and text[end:].lstrip("来要少多减加退给我都订买拿")[:1] in QUANTITY_START
    ):
        kind = "each"  # 鸡蛋、馒头一样一份
    return Token(kind, start, end, word)


def _is_letter_list(text: str, position: int, catalogue: Catalogue) -> bool:
    """ABC各一份: a run of different letters that are all items."""
    start = position
    while start and is_letter(text[start - 1]):
        start -= 1
    run = _LETTERS.match(text, start)
    if run is None or not 1 < len(run[0]) < 7 or len(set(run[0])) != len(run[0]):
        return False
    return all(letter in catalogue.names for letter in run[0]) and run[0] not in catalogue.names


def _whole_word(text: str, position: int, length: int) -> int:
    """`length` when an ascii word is not cut out of a longer one."""
    if not length:
        return 0
    before, after = text[position - 1 : position], text[position + length : position + length + 1]
    inside = before.isascii() and before.isalpha()
    if inside or (text[position + length - 1].isascii() and after.isascii() and after.isalpha()):
        return 0
    return length


def _item(text: str, start: int, end: int, catalogue: Catalogue, tokens: list[Token]) -> Token:
    term = text[start:end]
    named = catalogue.names[term]
    if text[end : end + 1] == "子" and "一" <= term[-1] <= "龥" and term + "子" not in GOODS and len(term) > 1:
        end += 1  # 肉包子
    if text[end : end + 1] in _FLAVOURS and text[end + 1 : end + 2] in ("的", "那", "滴", "嘅"):
        end += 1  # 薰衣草味的
    elif text[end : end + 1] in _FLAVOURS and text[end + 1 : end + 3] == "儿的":
        end += 2  # 鲅鱼馅儿的
    token = Token("item", start, end, term, named.keys, named.weak)
    after = text[end : end + 1]
    if after and (after in _GRAMMAR or is_known(text, end, catalogue) or _asked_twice(text, end + 1)):
        after = ""
    before = text[start - 1 : start] if start and (not tokens or tokens[-1].end < start) else ""
    if text[start - 2 : start - 1] in ("太", "好", "很"):
        before = ""  # 太酸樱桃要一斤
    if after in _EITHER_WAY and text[end + 1 : end + 2] in _ADVERBS and term + after not in GOODS:
        after = ""  # 生煎油忒大, 肉包皮厚
    if not before and not after:
        return token
    names = "".join(catalogue.by_key[key].name + "".join(catalogue.by_key[key].aliases) for key in named.keys)
    if before and text[start - 2 : start - 1] in _DEGREES and before not in names:
        before = ""  # 小的太酸樱桃要一斤
    if before and before in "烤炸卤煮腌蒸炖炒煲焖" and text[end : end + 2] in ("用的", "吃的"):
        before = ""  # 烤番薯用的
    if compounds(before, after, term, names):
        token.kind, token.keys, token.value = "goods" if len(term) > 1 else "text", (), "compound"
    return token
