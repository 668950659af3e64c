"""A quantity in a line of a 接龙: how it is written, and how much of an item it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.parsing.normalise import circled_value
from bot.parsing.numerals import CHINESE, read_number
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit, is_weight, to_sale_units
from bot.parsing.values import Doubt, Item, Line

FIGURE = rf"(?:\d{{1,3}}(?:\.\d{{1,2}})?|[{CHINESE}]{{1,3}}|半)"
_TAELS = rf"[一二三四五六七八九](?=两(?!\s?(?:{UNIT_PATTERN})|[{CHINESE}]))"  # 二两 is no range
_QUANTITY = (
    rf"(?:[x×+:=*各]\s?|要|来|订|买|拿|共|一共){{0,2}}(?P<figure>{_TAELS}|{FIGURE}|斤半)\s?"
    rf"(?:(?!NAMES)(?P<unit>{UNIT_PATTERN})(?P<half>半)?(?:(?P<liang>[一二三四五六七八九\d])两)?)?"
)
CHANGE = re.compile(
    rf"^[来要整拿弄搞称]?[点些](?![^\s,，]{{1,3}}的)|\d|[?]|或|[×+]|取消|[不勿伐弗唔甭莫]|没(?![吃喝买用试尝见]过)|去掉|划掉|算了|免了|别(?!的|墅|骂|笑|催|急|嫌)|退|减|改|(?<!替)换(?!洗)|再|还|各|都|全|同上|一样|左右|多少|吗|[{CHINESE}](?:{UNIT_PATTERN})|[俩仨]"
    rf"|(?<![切对])半|几"
)
KeysOf = Callable[[re.Match[str]], tuple[int, ...]]
_A_LITTLE = "啲点些丢咪"


@dataclass(frozen=True, slots=True)
class Content:
    """Lines in order of appearance, what was unclear, and a note."""

    lines: tuple[Line, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    note: str | None = None
    action: str = "order"
    replaces: bool = False
    is_message: bool = False  # read as a message, not by the grammar of chains


@dataclass(slots=True)
class Wish:
    """One thing that is asked for, perhaps without a quantity yet."""

    keys: tuple[int, ...]
    text: str
    figure: str | None = None
    unit: str | None = None
    milli: int | None = None

    @property
    def is_number(self) -> bool:
        """Named by a mark or a number, not by a name."""
        return self.text[-1:] in "号#" or circled_value(self.text[:1]) is not None


def quantity_pattern(terms: list[str]) -> str:
    """The pattern of a quantity; 小瓶 is no unit where something sold is called 小瓶."""
    units = [re.escape(term) for term in terms if len(term) > 1 and re.match(UNIT_PATTERN, term)]
    pattern = _QUANTITY.replace("(?!NAMES)", f"(?!{'|'.join(units)})" if units else "")
    counted = "|".join(re.escape(term) for term in terms if len(term) > 1 and term[0] in CHINESE)
    if not counted:
        return pattern
    return pattern.replace(f"[{CHINESE}]{{1,3}}", f"[{CHINESE}](?:(?!{counted})[{CHINESE}]){{0,2}}")  # 鲅鱼饺一三鲜饺一


def amount_into(wish: Wish, token: re.Match[str]) -> None:
    """Put a matched quantity into a wish."""
    wish.figure, wish.unit = token["figure"], token["unit"]
    if wish.figure == "半":
        wish.milli = 500
    elif wish.figure == "斤半":
        wish.unit, wish.milli = "斤", 1500
    else:
        number = read_number(wish.figure)
        wish.milli = (
            None if number is None or number.kind != "exact" or number.end != len(wish.figure) else number.milli
        )
    if wish.milli is not None and token["half"]:
        wish.milli += 500
    if wish.milli is not None and token["liang"] and wish.unit == "斤":
        extra = read_number(token["liang"])
        wish.milli += 0 if extra is None else extra.milli // 10


def amount_of(wish: Wish, item: Item) -> tuple[int | None, str]:
    """(thousandths of the unit of `item`, "") or (None, why that is doubtful)."""
    if wish.figure is None:
        return (None, "how_many") if is_weight(item.unit) else (1000, "")
    if wish.milli is None:
        return None, "range"
    found = to_sale_units(wish.milli, canonical_unit(wish.unit) if wish.unit else None, item)
    return found.milli, found.reason


def behind_quantities(tokens: Sequence[re.Match[str]], keys_of: KeysOf) -> list[Wish] | None:
    """2箱苹果1板鸡蛋: every item has its quantity in front."""
    wishes: list[Wish] = []
    for quantity, named in zip(tokens[::2], tokens[1::2], strict=True):
        if quantity.lastgroup != "quantity" or named.lastgroup == "quantity":
            return None
        wishes.append(Wish(keys_of(named), named[0]))
        amount_into(wishes[-1], quantity)
    return wishes


def before_quantities(tokens: Sequence[re.Match[str]], keys_of: KeysOf) -> list[Wish] | None:
    """苹果2 鸡蛋: every item has at most one quantity behind it."""
    wishes: list[Wish] = []
    for token in tokens:
        if token.lastgroup != "quantity":
            wishes.append(Wish(keys_of(token), token[0]))
        elif wishes[-1].figure is not None:
            return None
        else:
            amount_into(wishes[-1], token)
    return wishes


def is_odd_unit(quantity: re.Match[str], word: str, items: Sequence[Item]) -> bool:
    """荔枝一啲, and 6管 of something packed as 3管/盒: the figure does not count units of sale."""
    if not word.strip() or quantity.lastgroup != "quantity" or quantity["unit"]:
        return False
    return word in _A_LITTLE or any(
        word in item.spec and word != item.unit and re.search(rf"\d\s?{re.escape(word)}", item.spec) is not None
        for item in items
    )


def unless_odd(is_odd: bool, wishes: list[Wish]) -> list[Wish]:
    """The wishes; the last one without its quantity when that is no number of units of sale."""
    if is_odd and wishes:
        wishes[-1].milli = None
    return wishes


def is_told_again(wishes: Sequence[Wish]) -> bool:
    """A2 D1,D要少放盐: goods that have their number are named once more without one."""
    counted = {wish.keys for wish in wishes if wish.figure is not None}
    return any(wish.figure is None and wish.keys in counted for wish in wishes)


def is_shared_by_two(wishes: Sequence[Wish], content: str) -> bool:
    """番茄、菠菜两份: two of each, or one of each?"""
    if len(wishes) < 2 or wishes[-1].milli in (None, 1000) or any(wish.figure is not None for wish in wishes[:-1]):
        return False
    one, other = re.escape(wishes[-2].text), re.escape(wishes[-1].text)
    return re.search(rf"{one}(?:\s?[、和跟与&]\s?){other}", content) is not None


def book(wish: Wish, items: Mapping[int, Item], lines: dict[int, int], doubts: list[Doubt]) -> None:
    """Add what a wish comes to to `lines` by item, or to `doubts`."""
    if len(wish.keys) != 1:
        doubts.append(Doubt(wish.text, "which_item" if wish.keys else "not_sold", wish.keys[:4], wish.milli))
        return
    item = items[wish.keys[0]]
    milli, reason = amount_of(wish, item)
    if milli is None:
        doubts.append(Doubt(wish.text, reason, (item.key,)))  # type: ignore[arg-type]
        return
    lines[item.key] = lines.get(item.key, 0) + milli
