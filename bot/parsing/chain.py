"""A pasted 接龙 -> entries: `#接龙`, `#Group Note`, or just lines with names and quantities.

Entries are kept in order and are not merged: the lines of one person add up. A later line of the same person that
takes something back carries `sub` (取消1份), drops an item with `set` 0, or is `cancelled` when nothing is left.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.catalogue import Catalogue
from bot.parsing.chain_amounts import Content
from bot.parsing.chain_answers import read_answer, read_total
from bot.parsing.chain_changes import (
    corrected,
    left_over,
    read_netted,
    read_reduction,
    read_replacement,
    read_several,
)
from bot.parsing.chain_checks import is_unsettled, without_contradictions
from bot.parsing.chain_codes import in_words, with_letters
from bot.parsing.chain_content import shelf_of
from bot.parsing.chain_entry import Parts, read_parts
from bot.parsing.chain_joining import Joiner
from bot.parsing.chain_message import Held
from bot.parsing.chain_parted import read_parted
from bot.parsing.chain_parts import without_question, without_talk
from bot.parsing.chain_people import People, plain_name
from bot.parsing.chain_placeholder import ZERO, is_placeholder, is_shown, says_nothing
from bot.parsing.chain_rows import MAX_ROW, Row, lines_of, read_layout
from bot.parsing.chain_same import copy_of, read_copy
from bot.parsing.chain_second import read_second
from bot.parsing.chain_shape import looks_like_chain
from bot.parsing.chain_struck import is_struck
from bot.parsing.chain_wording import as_new_total, in_plain_words
from bot.parsing.normalise import Normal, circled_value, normalise
from bot.parsing.quantity import UNIT_PATTERN, is_weight
from bot.parsing.values import ChainEntry, ChainReading, Doubt, Line

__all__ = ["looks_like_chain", "read_chain"]

MAX_CHARS = 65_536
_MOST_DOUBTFUL = 2_400
_MOST_TITLE, _MOST_TITLE_CHARS = 40, 1_000
_AND = re.compile(r"(?<=\w)\s?[和与跟&＆+、]\s?(?=\w)")
_SUM = re.compile(r"[\s,，;；]*(?:一?共|合计|总共|总计|计|=|:)?\s?¥?(?P<sum>\d{1,4}(?:\.\d{1,2})?)\s?(?:元|块钱?)?\s*$")
_SUM_INSIDE = re.compile(  # 鸡蛋1板36元 晚7点取
    r"[\s,，;；]*(?:一?共|合计|总共|总计|=)?\s?¥?(?P<sum>\d{1,4}(?:\.\d{1,2})?)\s?(?:元|块钱?)(?=[\s,，;；]+\S)"
)
_LINED = re.compile(r"\s*(?P<line>~{1,3}|-{2,3}|—{1,2}|[x×](?=\s))\s?\S.*\S\s?(?P=line)\s*$")  # ~~阿楠 烤鸭1只~~
_MENTION = re.compile(r"(?<![a-zA-Z\d])@|@(?![a-zA-Z])")  # @阿月, but Annie@Bakery
_CHANGES = re.compile(
    r"换|改|不要了|取消|退|减|去掉|撤|多了|少了|错|不对|不是|应该|更正|更新|修正|重新|不算|作废|instead|留[\d一二两三四五六七八九十]"
)
_SMALLEST_SUM = 10  # yuan without a word for them: 豆浆3 is three
_FIGURE = re.compile(
    r"(?<![a-z])(?:one|two|three|four|five|six)(?![a-z])|(?:\d|[一二两俩三四五六七八九十半])(?![栋号楼单幢座])"
)
_ANOTHER_TIME = re.compile(r"[\s,，]+(?:下次|下回|改天|以后)[^\d\s]{0,6}$")
_MARKED = re.compile(rf"(?<=[^\s\d])[\ue001-\ue009](?={UNIT_PATTERN})")  # 草莓①盒
_CHOICE = re.compile("或|还是")


def read_chain(text: str, catalogue: Catalogue, *, leader_name: str | None = None) -> ChainReading:
    """Read a pasted chain against the goods of its round. Never raises.

    Lines beyond the 600th, beyond 12,000 characters (500 entries of ordinary length) or beyond 2,400 of entries that
    nobody could book are `unread`.

    `leader_name` is the initiator's nickname: her bare first line is a `placeholder`, her real order an entry.
    """
    head, beyond = lines_of(text[:MAX_CHARS])
    normal = normalise(_MENTION.sub(" ", head), keep_quote=True, limit=MAX_CHARS)
    layout = read_layout(normal.text)
    title = "\n".join(normal.text[row.start : row.end] for row in layout.title[:_MOST_TITLE])
    joiner = Joiner(
        normal, layout, shelf_of(with_letters(catalogue, title[:_MOST_TITLE_CHARS])).for_one_chain(normal.text)
    )
    reader = _Reader(normal, joiner, leader_name)
    for row in joiner.entries():
        if reader.doubtful > _MOST_DOUBTFUL:
            joiner.unread.append(joiner.raw(row))
        else:
            reader.read(row)
    joiner.unread += [line.strip()[:MAX_ROW] for line in beyond.split("\n") if line.strip()]
    title = " ".join(line for line in joiner.title if line)[:200]
    return ChainReading(title, tuple(reader.entries), tuple(joiner.unread))


class _Reader:
    """Judges one entry after another."""

    def __init__(self, normal: Normal, joiner: Joiner, leader_name: str | None) -> None:
        self.normal, self.joiner, self.shelf = normal, joiner, joiner.shelf
        self.leader = plain_name(leader_name or "")
        self.cheapest_fen = min((item.price_fen for item in self.shelf.catalogue.items), default=0)
        self.entries: list[ChainEntry] = []
        self.people = People()
        self.doubtful = 0  # characters

    def read(self, row: Row) -> None:
        """Add the entry of a row; a row without name, room and goods is unread."""
        raw = self.normal.cut(row.start, row.end)
        parts = read_parts(self.normal, row.start, row.end, self.shelf, self.people)
        if not parts.name and not parts.content and parts.room is None:
            if raw.strip():
                self.joiner.unread.append(self.joiner.raw(row))
            return
        if row.under and not self.shelf.mentions_item(parts.content):
            parts = replace(parts, content=f"{row.under}{parts.content}")
        lined = _LINED.match(self.normal.text, row.start, row.end)
        entry = self._judged(parts, raw) if lined is None else _made(parts, raw, Content(), "cancelled")
        self.entries.append(entry)
        self.doubtful += len(raw) if entry.status == "ambiguous" else 0
        if entry.status != "placeholder":
            self.people.remember(parts, entry)

    def _judged(self, parts: Parts, raw: str) -> ChainEntry:
        content = re.sub(
            r"^(?:[\s:：,，、_.=]|-(?!\s?[\d一二两三四五六七八九十]))+|[\s:：,，、_.=-]+$", "", parts.content
        )
        if self.leader and plain_name(parts.name + content) == self.leader:
            parts, content = replace(parts, name=f"{parts.name} {content}" if " " in raw else raw), ""
        if is_placeholder(self.shelf, content, parts, self.leader, is_first=not self.entries):
            return _made(parts, raw, Content(), "placeholder")
        if not self.entries and is_shown(content):  # 示范:1-101 抽纸1箱
            return _made(replace(parts, room=None), raw, Content(), "placeholder")
        if not content or says_nothing(self.shelf, content):
            return self._bare(parts, raw)
        if is_struck(raw, _ANOTHER_TIME.sub("", content)) or ZERO.match(content):
            return _made(parts, raw, Content(), "cancelled")
        content = in_plain_words(content)
        content = _MARKED.sub(
            lambda match: str(circled_value(match[0])), without_question(corrected(without_talk(content)))
        )
        copy = copy_of(content, self.entries, self.people.entry_of)
        if copy is not None:
            found = read_copy(self.shelf, copy, parts.content)
            return _made(parts, raw, found, "ambiguous" if found.doubts else "ok")
        return self._asked_for(parts, raw, content)

    def _asked_for(self, parts: Parts, raw: str, content: str) -> ChainEntry:
        """An entry that asks for something, beside what its person has."""
        before = self.people.before(parts)
        total = self._new_total(parts.content, content, before)
        if total is not None:
            return self._after_change(parts, raw, total)
        answer = read_answer(self.shelf, content, self.people.left_open(parts.name), before)
        if answer is not None:
            return _made(parts, raw, answer, "ok")
        content = as_new_total(content, before or {}, self.shelf.keys_in)
        said = in_words(self.shelf.catalogue, content)
        changed = (
            read_parted(self.shelf, said, before)
            or read_several(self.shelf, said, before)
            or read_replacement(self.shelf, said, before)
            or read_reduction(self.shelf, said, before)
        )
        if before and (changed is None or (changed.doubts and changed.action != "contradiction")):
            changed = self._said_later(content, before) or changed
        if changed is not None:
            return self._after_change(parts, raw, changed)
        second = read_second(self.shelf, content)
        if second is not None and before and all(line.key in before for line in second.lines):
            return self._after_change(parts, raw, replace(second, action="change", replaces=True))
        netted = second or read_netted(self.shelf, content)
        if netted is not None:
            status = "ambiguous" if netted.doubts else "ok" if netted.lines else "cancelled"
            return _made(parts, raw, netted, status)
        entry = self._ordered(parts, raw, content)
        if entry.status == "ok" and not before and self.people.entry_of(parts.name) and _CHANGES.search(content):
            return _made(parts, raw, Content(doubts=(Doubt(content[:40], "unclear"),)), "ambiguous")  # of what?
        return entry

    def _new_total(self, written: str, content: str, before: Held | None) -> Content | None:
        """橙子两箱改一箱 by somebody who has two: one is what is left, and not one more."""
        if before and (total := read_total(self.shelf, content, before)) is not None:
            return total
        is_corrected = bool(before) and corrected(written) != written
        found = self.shelf.plainly(content) if is_corrected else None
        held = [key for key, milli in (before or {}).items() if milli]
        if is_corrected and found is None and len(held) == 1 and (milli := self.shelf.amount(held[0], content.strip())):
            return Content((Line(held[0], milli),), action="change", replaces=True)
        if found is None or not all(line.key in (before or {}) for line in found.lines):
            return None
        return replace(found, action="change", replaces=True)

    def _said_later(self, content: str, before: Held) -> Content | None:
        """What a line changes that is no plain list of goods; None when it only adds to what its person has."""
        found = self._read(content)
        if not found.is_message and not found.doubts and not found.note and not _CHANGES.search(content):
            return None
        said = self.shelf.said(content, before)
        if said.action == "cancel" and not said.lines and self.shelf.keys_in(content):
            return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
        changes = said.action in ("change", "cancel") or said.replaces
        is_wish = (bool(found.note) or found.is_message) and _FIGURE.search(content) is None
        if not changes and (is_wish or _CHANGES.search(content)):  # 橙子放门卫, 米换10斤的1袋: that is no more of it
            return Content(doubts=(Doubt(content[:40], "unclear"),), action="change")
        if changes and said.doubts and _CHANGES.search(content):
            return said
        return said if changes and not said.doubts else None

    def _without_goods(self, parts: Parts, raw: str, content: str, found: Content) -> ChainEntry:
        """Words that name no goods: in a chain of one item a wish beside the one unit, else a question."""
        only = self.shelf.catalogue.only
        is_wish = found.action in ("unknown", "order") and not re.search(r"[\d?？不没别吗]", content)
        if only is None or not is_wish or is_weight(self.shelf.catalogue.by_key[only].unit):
            return _made(parts, raw, Content(doubts=(Doubt(content[:40], "unclear"),)), "ambiguous")
        return _made(parts, raw, Content((Line(only, 1000),), note=content), "ok")

    def _bare(self, parts: Parts, raw: str) -> ChainEntry:
        """Nothing but a name: one unit in a chain of one item, else a question."""
        only = self.shelf.catalogue.only
        if only is None:
            return _made(parts, raw, Content(doubts=(Doubt(raw[:40], "which_item"),)), "ambiguous")
        if is_weight(self.shelf.catalogue.by_key[only].unit):
            return _made(parts, raw, Content(doubts=(Doubt(raw[:40], "how_many", (only,)),)), "ambiguous")
        return _made(parts, raw, Content((Line(only, 1000),)), "ok")

    def _after_change(self, parts: Parts, raw: str, change: Content) -> ChainEntry:
        if change.action == "cancel" and not change.lines:
            return _made(parts, raw, Content(), "cancelled")
        left = left_over(self.people.before(parts) or {}, change)
        if change.doubts or any(value < 0 for value in left.values()):
            doubts = change.doubts or (Doubt(parts.content[:40], "out_of_range"),)
            return _made(parts, raw, Content(doubts=doubts), "ambiguous")
        if not any(left.values()) and self.people.left_open(parts.name) is None:
            return _made(parts, raw, Content(), "cancelled")
        return _made(parts, raw, change, "ok")

    def _read(self, content: str) -> Content:
        """小贝2 共56, 吐司1+老婆饼1=40: a sum that is right says nothing new."""
        total = _SUM.search(content) or _SUM_INSIDE.search(content)
        if total is not None and float(total["sum"]) * 100 >= self.cheapest_fen and not self._counts(content, total):
            found = self.shelf.read(content[: total.start()] + content[total.end() :])
            prices = {key: item.price_fen for key, item in self.shelf.catalogue.by_key.items()}
            fen = sum(prices[line.key] * line.quantity_milli for line in found.lines) // 1000
            if not found.doubts and found.lines and fen == round(float(total["sum"]) * 100):
                return found
        found = self.shelf.read(content)
        kept = tuple(line for line in found.lines if line.quantity_milli or line.op != "set")
        return replace(found, lines=kept) if kept else found

    def _counts(self, content: str, total: re.Match[str]) -> bool:
        """豆浆1 菜包3, 酿豆腐24块 of twelve in a box: a small number behind goods, or of their pieces, is no sum."""
        head = content[: total.start()]
        if any(start + len(name) == len(head) for start, name in self.shelf.named(head)):
            said = total[0].strip(" ,，;；")
            return int(said) < _SMALLEST_SUM if said.isdigit() else self.shelf.plainly(head + said) is not None
        return False

    def _for_each_of(self, name: str, content: str) -> Content | None:
        """果果和朵朵 各1串: two people and one item; None when the 各 is not theirs."""
        people = [one for one in _AND.split(name) if one.strip()]
        if len(people) < 2 or "各" not in content:
            return None
        found = self._read(content.replace("各", "", 1))
        if found.doubts or len(found.lines) != 1:
            return None
        return replace(
            found, lines=(replace(found.lines[0], quantity_milli=len(people) * found.lines[0].quantity_milli),)
        )

    def _ordered(self, parts: Parts, raw: str, content: str) -> ChainEntry:
        found = self._for_each_of(parts.name, content) or self._read(content)
        if found.action == "cancel":
            return _made(parts, raw, Content(), "cancelled")
        found = without_contradictions(self.shelf, content, found)
        if found.doubts:
            return _made(parts, raw, found, "ambiguous")
        if is_unsettled(content, found, len(self.shelf.catalogue.main)):
            return _made(parts, raw, Content(doubts=(Doubt(content[:40], "unclear"),)), "ambiguous")
        if _CHOICE.search(content) and (len(found.lines) > 1 or found.is_message):  # 苹果2或者沃柑2, 2盒吧 还是3盒
            return _made(parts, raw, Content(doubts=(Doubt(content[:40], "unclear"),)), "ambiguous")
        if not found.lines:
            return self._without_goods(parts, raw, content, found)
        return _made(parts, raw, found, "ok")


def _made(parts: Parts, raw: str, content: Content, status: str) -> ChainEntry:
    return ChainEntry(
        name=parts.name,
        raw=raw,
        room=parts.room,
        phone=parts.phone,
        lines=content.lines,
        status=status,  # type: ignore[arg-type]
        note=content.note,
        doubts=content.doubts,
        is_paid=parts.is_paid,
        replaces=content.replaces,
    )
