"""What a line of a 接龙 changes: 取消1份, -1, 鸡蛋不要了, 改成2 behind an earlier line; 鸡蛋2(取消1份) in one line."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.chain_amounts import Content
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_message import Held, is_for_one_of_them
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Doubt, Line

_FIGURE = r"(?:\d{1,2}(?:\.\d)?|[一二两俩三四五六七八九十]{1,2})"
_CORRECTED = re.compile(
    rf"(?<![.\d])[x×+]?\s?{_FIGURE}\s?(?:{UNIT_PATTERN})?\s?(?:→|➡|->|=>|改成?|改为|变成?|换成)\s?(?={_FIGURE})"
)
_IN_BRACKETS = re.compile(
    rf"(?<![.\d])[x×+]?\s?{_FIGURE}\s?(?:{UNIT_PATTERN})?\s?\((?:现在?)?(?:只要|就要|改[成为要]?|更正为?|留)\s?"
    rf"(?P<to>{_FIGURE}\s?(?:{UNIT_PATTERN})?)(?:了|吧|就[行好够])?\)"
)
_TO = re.compile(
    r"(?P<what>.*?)(?P<verb>改成|改为|改到|改|换成|变成|换|加到|增加?到|加成|减到|减成|调到|凑到|升到|降到|一共要?|总共要?|还是(?:要)?|只要|就要)"
    r"\s?[:：]?\s?(?P<to>[^改换]+)"
)
_OPEN = frozenset(("还是", "还是要", "只要", "就要"))  # a change only of what was ordered, and without a figure before
_LEFT = re.compile(
    r"[\s,，]+(?:就|还|只)?(?:留下?|剩下?|保留)(?:了)?\s?"
    rf"(?P<figure>{_FIGURE}|半)\s?(?P<unit>{UNIT_PATTERN})?(?:就(?:够|行|好|可以)|即可|够)?[了吧哈啦]?$"
)

_SUB = re.compile(
    r"(?:取消|减去?|减少|少要?|退掉?|撤掉?|砍掉?|去掉|扣掉?|(?<!\d)-)\s?(?:了|掉)?"
    r"(?P<figure>\d{1,2}(?:\.\d)?|半|[一二两俩三四五六七八九十]{1,2}(?![共起样些点]))\s?(?P<unit>[^\d\s,，。)]{0,2})"
)
_DROP = re.compile(
    r"^(?P<what>.+?)(?:全部|都)?(?:不要|勿要|伐要|唔要|莫要|唔使|不用|免|算|取消|不订|退掉|撤掉|撤|退|删掉|去掉|[别莫甭](?:再|给我们?|帮我们?|给)*[要拿带留送来称装买订])(?:了|啦|喇|咯|掉|吧|哦|哈|嘛|[\s。!~])*$"
    r"|^(?:取消|不要|退掉?|撤掉?|去掉|删掉?)(?:了)?(?P<what2>(?:[^\d一二两三四五六七八九十]|[一二两三四五六七八九十](?!"
    rf"{UNIT_PATTERN}|$))+)$"
)
_WITH_REASON = re.compile(
    r"(?P<drop>^[^\d\s,，]{1,8}?不要了)(?P<why>[^\d\s,，一二两三四五六七八九十半俩要换改加减再留买取退撤]{2,8})$"
)  # 黑的不要了老头子有
_KEPT = re.compile(
    r"(?:其[它他]|别的|剩下的?)?\D{0,8}(?:照旧|不变|照要|照样要?|照常要?|留着|保留|还要|不动|不改|没变)(?:的|哈|哦|啊|了)?"
)
_MORE = re.compile(r"(?:再|另外?|多|还)?(?:加|要|来)(?:一下|上|多)?(?=\S)|再|另|多")
_INSTEAD = re.compile(
    rf"^(?:换成|改成|改要|换|改为|调成?|整|转[成做为]?(?![\d了给账帐钱过]))(?=\D|{_FIGURE}\s?(?:{UNIT_PATTERN})\S)"
)  # 酸奶不要了,换成黄油2块
_ONE = re.compile(rf"(?<=[换加要来])(?=(?:{UNIT_PATTERN})\S)")  # 换罐松子
_ADDED = re.compile(rf"(?<=\S)(?:再|多)?加(?=[x×+]?\s?{_FIGURE})")  # 核桃加1
_KEEPS = re.compile(r"[要来行好留够加改换][^,，\s]*[,，\s]")  # 只要鸡蛋就行,橙子退了
_ALONE = re.compile(
    r"(?:全部|都|就|先|请|帮我|给我)?(?:不要|去掉|取消|退掉?|撤掉?|删掉?|划掉|算|免)(?:了|吧|哈|哦|啦)*"
)
_ALONE_LESS = re.compile(rf"(?:取消|退掉?|减掉?|少要?|去掉)(?:了|掉)?\s?{_FIGURE}\s?(?:{UNIT_PATTERN})?[了吧]*")
_BY_A_PART = re.compile(r"(?P<drop>不要|退掉?|取消)(?P<part>[\u4e00-\u9fff])(?P<end>[了吧]+)")  # 年画贵了,不要画了
_AGAIN = re.compile(rf"再[加来]\s?[x×+]?\s?{_FIGURE}\s?(?:{UNIT_PATTERN})?")
_GOES_ON = re.compile(rf"再|还|另|加|来|要|多|共|各|{_FIGURE}")
_MOST_CHANGES = 6
_COUNTED = rf"\d|{_FIGURE}\s?(?:{UNIT_PATTERN})|[各都]"
_NET = re.compile(
    r"[(（【\[]\s?(?P<what>[^\s\d(（）)]{0,6}?)(?:已经?|都|全部)?(?:取消|退|减|少|不要|撤|作废|不接|删)(?:了|掉)?"
    rf"\s?(?P<figure>\d{{1,2}}|[一二两俩三四五六七八九十]{{1,2}})?\s?(?:{UNIT_PATTERN})?(?:了|吧|哈)?\s?[)）】\]]"
)


def read_reduction(shelf: Shelf, content: str, before: Held | None) -> Content | None:
    """The lines of a reduction (`sub`, or `set` 0 for a dropped item); None when `content` is none.

    `before` is what the same person has so far; without it a reduction is a doubt.
    """
    reason = _WITH_REASON.match(content)
    gives_one = reason is not None and not shelf.mentions_item(reason["why"])
    dropped = _DROP.match(reason["drop"] if reason is not None and gives_one else content)
    if dropped is not None and before is None and shelf.keys_in(dropped["what"] or dropped["what2"]):
        what = dropped["what"] or dropped["what2"]
        return None if re.search(_COUNTED, what) else Content(action="change")  # nothing was ordered, nothing is
    if dropped is not None and before is not None:
        what = dropped["what"] or dropped["what2"]
        held = [key for key in shelf.keys_in(what, before) if key in before]
        if held and re.search(_COUNTED, what) is None and _KEEPS.search(what) is None and not is_for_one_of_them(what):
            return Content(tuple(Line(key, 0, "set") for key in held), action="change")
    remains = _LEFT.search(content) if before is not None else None
    if remains is not None and before is not None:
        return _leaving(shelf, content[: remains.start()], remains, before)
    match = _SUB.search(content)
    if match is None or re.search(r"[(（]", content[: match.start()]):
        return None
    head = content[: match.start()]
    if any(char.isdigit() for char in shelf.without_items(head)) and shelf.mentions_item(head):
        return None
    if before is None:
        return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
    return _subtracted(shelf, content, match, before)


def _leaving(shelf: Shelf, content: str, remains: re.Match[str], before: Held) -> Content | None:
    """馒头退两袋 留一袋就够: a reduction that says what is left is believed when it adds up."""
    change = read_reduction(shelf, content, before)
    if change is None or change.doubts or len(change.lines) != 1:
        return change
    key = change.lines[0].key
    left = shelf.amount(key, remains["figure"] + (remains["unit"] or ""))
    if left != left_over(before, change).get(key):
        return Content(doubts=(Doubt((content + remains[0])[:40], "unclear", (key,)),), action="contradiction")
    return change


def _subtracted(shelf: Shelf, content: str, match: re.Match[str], before: Held) -> Content:
    keys = shelf.keys_in(f"{content[: match.start()]} {content[match.end('figure') :]}", before)
    if not keys:
        only = shelf.catalogue.only
        keys = [only] if only is not None else list(before) if len(before) == 1 else []
    milli = shelf.amount(keys[0], match["figure"] + match["unit"]) if len(keys) == 1 else None
    if milli is None:
        return Content(doubts=(Doubt(content[:40], "which_item", tuple(keys[:4])),), action="change")
    return Content((Line(keys[0], milli, "sub"),), action="change")


def read_netted(shelf: Shelf, content: str) -> Content | None:
    """鸡蛋2(取消1份) -> 1, 鸡蛋2(取消) -> nothing; None when nothing in brackets is taken back."""
    if not any(bracket in content for bracket in "(（【["):
        return None
    lines: list[Line] = []
    position = 0
    for match in _NET.finditer(content):
        found = shelf.read(content[position : match.start()])
        position = match.end()
        if found.doubts or not found.lines:
            return None
        named = shelf.keys_in(match["what"])
        if match["what"] and (len(named) != 1 or all(line.key != named[0] for line in found.lines)):
            return None
        last = next(line for line in reversed(found.lines) if not named or line.key == named[0])
        taken = shelf.amount(last.key, match["figure"]) if match["figure"] else last.quantity_milli
        if taken is None:
            return None
        lines += [line for line in found.lines if line is not last]
        if last.quantity_milli > taken:
            lines.append(Line(last.key, last.quantity_milli - taken))
    if position == 0:
        return None
    rest = content[position:].strip(" ,，、")
    found = shelf.read(rest) if rest else Content()
    return Content((*lines, *found.lines), found.doubts, found.note)


def corrected(content: str) -> str:
    """蛋黄酥1→2, 小贝1改2, 小贝2盒(只要1盒): the figure that counts is the last one."""
    if "(" in content:
        content = _IN_BRACKETS.sub(r"\g<to>", content)
    return _CORRECTED.sub(" ", content) if any(sign in content for sign in "改变换→➡>") else content


def read_replacement(shelf: Shelf, content: str, before: Held | None) -> Content | None:
    """改成2, 苹果改3箱, 沃柑换成苹果 behind an earlier line of the same person; None when `content` is none.

    The lines are what the person is to have (`replaces`). 改成吐司1 where something else was ordered is a doubt: it may
    mean instead or beside.
    """
    match = _TO.fullmatch(content)
    if match is None or not before:
        return None
    what, to = shelf.keys_in(match["what"], before), _without_reason(shelf, match["to"].strip())
    held = [key for key, milli in before.items() if milli]
    is_for_the_one = not match["what"].strip() and len(held) == 1  # 还是3袋
    if match["verb"] in _OPEN and (
        re.search(r"\d", match["what"]) or not (is_for_the_one or shelf.keys_in(match["what"]))
    ):
        return None
    if not shelf.keys_in(to):
        keys = what or ([shelf.catalogue.only] if shelf.catalogue.only is not None else held)
        milli = shelf.amount(keys[0], to) if len(keys) == 1 and keys[0] is not None else None
        if milli is None or keys[0] is None:
            return Content(doubts=(Doubt(content[:40], "which_item", tuple(held[:4])),), action="change")
        return Content((Line(keys[0], milli),), replaces=True)
    found = shelf.read(to)
    if found.doubts or not found.lines:
        return Content(doubts=found.doubts or (Doubt(content[:40], "unclear"),), action="change")
    if not what and all(line.key in before for line in found.lines):
        return Content(found.lines, replaces=True)
    if len(what) == 1 and what[0] in before and len(found.lines) == 1:
        line = found.lines[0]
        if line.key != what[0] and before.get(line.key):  # 香蕉换蓝莓2, and there is 蓝莓 already
            return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
        milli = line.quantity_milli if re.search(_FIGURE, to) else before[what[0]]
        dropped = () if line.key == what[0] else (Line(what[0], 0),)
        return Content((*dropped, Line(line.key, milli)), replaces=True)
    return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")


def _without_reason(shelf: Shelf, to: str) -> str:
    """世涛换ipa for 世涛换ipa,刚才那一百桶真不是我说的: what is said behind names no goods and changes nothing."""
    first, _, rest = to.partition(",")
    says_more = shelf.mentions_item(rest) or _is_change(rest) or _GOES_ON.match(rest) is not None
    return first if shelf.keys_in(first) and not says_more else to


def read_several(shelf: Shelf, content: str, before: Held | None) -> Content | None:
    """虾滑改1 豆腐不要, 双皮奶不要,姜撞奶照旧: a change in every clause; None when `content` is not that."""
    if _LEFT.search(content) is not None:
        return None
    pieces = [piece for piece in re.split(r"[\s,，、;；。!~]+|(?<=\S)(?=再加|再来|另加|另外加)", content) if piece]
    count, pieces = len(pieces), _whole_changes(shelf, pieces)
    has_drop = any(_DROP.match(piece) is not None and shelf.keys_in(piece) for piece in pieces)
    changes = [piece for piece in pieces if _KEPT.fullmatch(piece) is None and not _is_talk(shelf, piece, has_drop)]
    if not before or count < 2 or not changes or len(pieces) > _MOST_CHANGES:
        return None
    if not any(_is_change(piece) for piece in changes):
        return None
    found: dict[int, Line] = {}
    for piece in changes:
        is_instead = any(line.op == "sub" or not line.quantity_milli for line in found.values())
        added = _INSTEAD.sub("加", piece) if is_instead else piece
        said = _one_change(shelf, added, before)
        said = _as_many(said, added, piece, found, before)
        if said is not None and added != piece and any(not line.quantity_milli for line in found.values()):
            if any(before.get(line.key) for line in said.lines):  # 母的不要了,换成公的, and there are some
                return Content(doubts=(Doubt(content[:40], "unclear"),), action="contradiction")
            said = replace(said, lines=tuple(replace(line, op="set") for line in said.lines))
        if said is None or any(line.key in found for line in said.lines):
            return None
        if said.doubts:
            return said
        found |= {line.key: line for line in said.lines}
    has_totals = any(line.op == "set" and line.quantity_milli for line in found.values())
    return Content(tuple(found.values()), action="change", replaces=has_totals) if found else None


def _as_many(said: Content | None, added: str, piece: str, found: dict[int, Line], before: Held) -> Content | None:
    """椰浆饭不要了,换鸡饭: as many as there were of what is dropped."""
    dropped = [key for key, line in found.items() if line.op == "set" and not line.quantity_milli]
    if said is None or added == piece or len(dropped) != 1 or len(said.lines) != 1 or re.search(_FIGURE, piece):
        return said
    return replace(said, lines=(replace(said.lines[0], quantity_milli=before[dropped[0]]),))


def _whole_changes(shelf: Shelf, pieces: list[str]) -> list[str]:
    """字帖家里有 去掉: goods without a number go with the change that stands alone behind them."""
    whole: list[str] = []
    for piece in pieces:
        last = whole[-1] if whole else ""
        if _AGAIN.fullmatch(piece) and shelf.keys_in(last) and re.search(_COUNTED, last) is None:  # 馕|再加1袋
            whole[-1] = last + piece
            continue
        is_bare = bool(last) and re.search(_COUNTED, last) is None and bool(shelf.keys_in(last))
        is_bare = is_bare and not _is_change(last) and _KEPT.fullmatch(last) is None
        part = _BY_A_PART.fullmatch(piece) if is_bare else None
        drop = part["drop"] + part["end"] if part is not None and part["part"] in last else piece
        if is_bare and (_ALONE.fullmatch(drop) or _ALONE_LESS.fullmatch(drop)):
            whole[-1] = last + drop
        else:
            whole.append(piece)
    return whole


def _is_talk(shelf: Shelf, piece: str, has_drop: bool) -> bool:
    """④不要 老婆不让: a reason names no goods, no figure and no change; behind 酱不要了 it may say 家还有半缸."""
    if _is_change(piece) or shelf.keys_in(piece):
        return False
    counted = re.search(rf"[再加吗?？]|^[x×+]?\s?{_FIGURE}" if has_drop else rf"{_FIGURE}|再|加|半|吗|[?？]", piece)
    return counted is None


def _one_change(shelf: Shelf, piece: str, before: Held) -> Content | None:
    """One clause: 豆腐不要, 虾滑改1, 鸡蛋减1, or something more: 加苹果2."""
    if _is_change(piece):
        return read_replacement(shelf, piece, before) or read_reduction(shelf, piece, before)
    more = _MORE.match(piece)
    piece = _ONE.sub("1", piece)
    is_added = more is None and _ADDED.search(piece) is not None and shelf.starts_goods(piece)
    piece = _ADDED.sub(" ", piece) if is_added else piece
    found = shelf.read(piece[more.end() :] if more is not None else piece)
    if found.doubts or not found.lines:
        return found if found.doubts else None
    if more is None and not is_added and any(before.get(line.key) for line in found.lines):
        return Content(doubts=(Doubt(piece[:40], "unclear"),), action="change")  # instead or beside?
    return Content(tuple(replace(line, op="add") for line in found.lines))


def _is_change(piece: str) -> bool:
    return any(pattern.search(piece) is not None for pattern in (_DROP, _SUB, _TO))


def left_over(before: Held, change: Content) -> Held:
    """What is left of `before` after a change; a negative amount means more was taken back than ordered."""
    left = dict(before)
    for line in change.lines:
        if line.op == "sub":
            left[line.key] = left.get(line.key, 0) - line.quantity_milli
        elif line.op == "set" and (change.replaces or not line.quantity_milli):
            left[line.key] = line.quantity_milli
        else:
            left[line.key] = left.get(line.key, 0) + line.quantity_milli
    return left
