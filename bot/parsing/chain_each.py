"""One quantity for several goods in a line of a 接龙: ①②各两盒, 毛豆花生各2斤, 1.2.3号各一份."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from bot.parsing.chain_amounts import FIGURE
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN, is_weight
from bot.parsing.values import Item

_EACH = re.compile(
    rf"(?P<names>[^各]{{2,60}})各(?:要|来|买|订|拿)?\s?(?P<quantity>{FIGURE}\s?(?:{UNIT_PATTERN})?)"
    r"(?P<rest>(?:[\s,，。!~][^\d各]{0,20})?)"
)
_EVERY = re.compile(  # 各1, 每样一份
    r"(?:除了?(?P<but>[^\d,，]{1,16}?)(?:以?外|之外)?[\s,，]*(?:(?:其[他它]|别的|剩下|余下)的?)?[\s,，]*)?"
    r"(?:各样?|每样|每种|样样|一样(?=[来要拿])|全部?各?|都|各?都)(?:都)?(?:要|来|买|订|拿)?\s?"
    rf"(?P<quantity>{FIGURE}\s?(?:{UNIT_PATTERN})?)[吧哦啊哈!~。]*"
)
_EXCEPT_BEHIND = re.compile(  # 每样一份 除了馒头
    rf"^(?P<every>(?:各样?|每样|每种|样样|全部?|都)(?:都)?(?:要|来|买|订|拿)?\s?{FIGURE}\s?(?:{UNIT_PATTERN})?)[\s,，]*除了?(?P<but>[^\d\s,，]{{1,16}}?)(?:以?外|之外)?$"
)
_OTHERS = re.compile(  # 馕1袋 剩下四种各2袋
    r"(?P<head>[^各每除]*[\d一二两三四五六七八九十半][^各每除\d]{0,2}?)[\s,，、]+(?:剩下|余下|其[他它余]|别的|另外)的?"
    r"(?:(?P<n>[两二三四五六七八九\d])[种样款个])?(?:各样?|每样|每种|都|全)(?:要|来|拿|订|买)?\s?"
    rf"(?P<quantity>{FIGURE}\s?(?:{UNIT_PATTERN})?)[吧哦啊哈!~。]*"
)
_BUT = re.compile(  # 每样来一袋,韭菜的来俩
    rf"(?:每[样种个款][^\d\s,，]{{0,2}}?|各样?|样样)都?(?:要|来|拿|订|买)?\s?(?P<quantity>{FIGURE}\s?(?:{UNIT_PATTERN})?)"
    r"[\s,，;；]+(?P<but>[^再加多另各每不没减]*[\d一二两三四五六七八九十半俩][^再加多另各每不没减]*)"
)
_THOSE = re.compile(rf"这?(?P<n>[两二三四五六七八九\d])(?:{UNIT_PATTERN}|种|样|款)(?=都|全|各)")
_ALL = re.compile(r"^(?:我?)(?:全部?|都|全都)要(?:了|吧|哈)?$")
_ALL_KINDS = re.compile(  # 豆浆两种各一瓶, 馄饨两种都要1袋
    r"(?:[两二三四2-4](?:种|样|款|个(?:口味|味道))|几种|每种)(?:口味|味道)?"
    rf"(?:都?各|(?:都|全|每样)(?:要|来|拿|订)?(?={FIGURE}))"
)
_NUMBERS = re.compile(r"(?<!\d)(?:\d{1,2}号?[.、,，/和\s]\s?){1,8}\d{1,2}号(?![楼柜门])(?=\s?各)")


def every_one(content: str, items: Sequence[Item], numbers_in: Callable[[str], Collection[int]]) -> str:
    """`content` with the quantity behind each of the goods when it says 每样一份; else as it is.

    除了鸭脖其他各一份 leaves out what `numbers_in` finds in 鸭脖.
    """
    content = _ALL.sub("都要1份", _counted(_EXCEPT_BEHIND.sub(r"除了\g<but> \g<every>", content), len(items)))
    every = _EVERY.fullmatch(content)
    if every is None or len(items) < 2:
        return content
    out = numbers_in(every["but"]) if every["but"] else ()
    if every["but"] and not out:
        return content
    said = every["quantity"]
    bare = said.rstrip("份 ")  # one of each, however it is packed
    left = [item for item in items if item.number not in out]
    return " ".join(f"{item.number}号{said if is_weight(item.unit) else bare}" for item in left)


def the_others(content: str, items: Sequence[Item], numbers_in: Callable[[str], Collection[int]]) -> str:
    """馕1袋 and two of each of the others for 馕1袋 剩下四种各2袋; else `content` as it is."""
    match = _OTHERS.fullmatch(content) or _BUT.fullmatch(content)
    named = None if match is None else match.groupdict().get("head") or match["but"]
    out = numbers_in(named) if named is not None else ()
    if match is None or named is None or not out:
        return content
    left = [item for item in items if item.number not in out]
    said = read_number(match.groupdict().get("n") or "")
    if not left or (said is not None and said.milli != 1000 * len(left)):
        return content
    return " ".join((named, *(f"{item.number}号{match['quantity']}" for item in left)))


def spread_each(content: str, token: re.Pattern[str], numbers_of: Callable[[str], Sequence[int]]) -> str | None:
    """`content` with the quantity behind every item; None when it is not that.

    `token` matches what a line consists of; its groups `quantity` and `gap` are no goods. `numbers_of` tells the
    numbers of the items a name can mean.
    """
    content = _ALL_KINDS.sub("各", content)
    if "各" not in content:
        return None
    content = _NUMBERS.sub(lambda match: " ".join(f"{n}号" for n in re.findall(r"\d+", match[0])), content)
    each = _EACH.fullmatch(content)
    if each is None:
        return None
    goods: list[str] = []
    position = 0
    while position < len(each["names"]):
        match = token.match(each["names"], position)
        if match is None or match.end() == position or match.lastgroup == "quantity":
            return None
        goods += [match[0]] if match.lastgroup != "gap" else []
        position = match.end()
    family = numbers_of(goods[0]) if goods else ()
    if len(goods) > 2 and len(family) == len(goods) - 1:  # 香肠麻辣广味各两袋
        goods, family = goods[1:], ()
    family = family if len(goods) == 1 else ()
    goods = [f"{number}号" for number in family] if len(family) > 1 else goods  # 贝果各2
    return " ".join(f"{one}{each['quantity']}" for one in goods) + each["rest"] if len(goods) > 1 else None


def _counted(content: str, goods: int) -> str:
    """都要 for 四本都要 where four things are sold."""
    match = _THOSE.match(content)
    number = read_number(match["n"]) if match is not None else None
    if match is None or number is None or number.milli != 1000 * goods:
        return content
    return content[match.end() :]
