"""Which lines of a pasted 接龙 are one entry: wrapped lines are joined, news and sums between the entries set aside."""

from __future__ import annotations

import re

from bot.parsing.chain_behind import is_name, is_signed
from bot.parsing.chain_blocks import block_heads
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_entry import read_parts
from bot.parsing.chain_pastes import first_person, newest_paste
from bot.parsing.chain_rows import MAX_ROW, Layout, Row, is_example, is_mark
from bot.parsing.normalise import Normal
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.rooms import find_rooms

_HEADLINE = re.compile(
    r"[^,，;；。:\n]{0,40}(?:接龙|接起来?|接上|接一下|名单|报名|团购?|统计|登记|下单|预订|走起|开接)[:：]\s*(?=\S)"
)
_HAS_FIGURE = re.compile(rf"\d|[一二两三四五六七八九十半](?:{UNIT_PATTERN})")
NEWS = re.compile(
    r"^[\W_]*以上|统计|截单|截止|截团|自提|提货|取货(?!码)|到货|接龙|大家|各位|谢谢(?:大家|支持|团长)|辛苦|通知"
    r"|提醒|最后\d|[还就只]剩|仅剩|库存|明天.{0,6}到|今晚.{0,4}点|群里|老师们|注意|@|链接|团长:"
    r"|收款码|付款码|一共\d+份|合计|总计|共计|小计|^以上|^一?共\d|^(?:一?共|总共|合计|总计|小计)[\s:：]"
)
_TALK = re.compile(  # 我家上次那箱坏了3个, 还差2单就成团
    r"坏了|烂了|漏了|少了|上次|上回|昨天|前天|还差|成团|吗[?？]?$|[?？]\s*$|(?P<one>[\u4e00-\u9fff])不(?P=one)"
)
_CHAT = re.compile(  # 张哥 爱媛38号是38块嗦, 虾有几大只?
    r"[?？]|(?:吗|嘛|么|嗦|伐|哇|吧|呢|呗|不|没|啊|呀|哦|咯|的啦|哈哈+)[\s!。~😂😭🤣😆]*$|^(?:没得|没有|有的|好的|收到|可以|会的|准|安排|不是|是的|对的|嗯|哈|ok)"
    r"|[!。][^\s)）].|大概|左右$|老板|团长|群主|[你您]|咋|啥|怎么|为什么|多少|几[时点块个只斤]"
)
_CANNOT = re.compile(r"(?:不太?会|不懂|没法|弄不来)\S{0,3}接龙|(?:帮|替|代)\S{1,4}接龙")
_REMARKED = re.compile(r"[(（][^)）]*[)）]\s*$")
_AGAIN = re.compile("不要|取消|再|改|减|退")
_PARTICLE = re.compile(r"(?<=[\d份盒箱斤袋包板瓶个只条提把桶罐件套支杯了])[吧哦啊呀啦哈呗咯][\s!。~]*$")
_SPEAKS = re.compile(r"\s*(?P<who>[^\s\d:]{2,10})\s?:")  # 阿月:这批都是当天的, said between the lines
_NO_PERSON = re.compile(r"再[加来要]|还要|取消|不要|改成|换成|\s*[【\[「《][^【】\[\]]*[】\]」》]\W*$")
_HEADED = re.compile(r"\s*(?P<goods>[^\s\d:：]{1,12})\s?[:：]\s*")
_PERSON_AND_AMOUNT = re.compile(
    rf"[^\s\d]{{1,10}}?\s?[x×+]?\s?(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})\s?(?:{UNIT_PATTERN})?"
)
_NOBODY = re.compile(r"剩|合计|总共|一共|今年|去年|今天|昨天|上次|这次|那就|[的了]$")
_MEASURE = re.compile(r"\d\s?(?P<of>[度年月点岁元块%号日])")
_WORD = re.compile(r"[^\s\d:：,，;；()（）+×=、][^\s:：,，;；()（）+×=、]*")
_LONGEST_REMARK, _LONGEST_WISH, _LONGEST_BY_HAND = 40, 12, 60


def starts_remark(text: str) -> bool:
    """(其中一箱送门卫, 帮楼上也带一箱, 再要1箱: words that go on with what the line above says."""
    return _REMARK.match(text) is not None


_REMARK = re.compile(
    r"[(（]|其中|不对|不是|错|更正|改|帮|替|给|再|还要|另|加|减|代|共|合计|都|各|备注|放|送|要|不要|拿|麻烦|请|谢"
)


class Joiner:
    """Reads the rows of a layout. `title` and `unread` (raw lines) are filled on the way."""

    def __init__(self, normal: Normal, layout: Layout, shelf: Shelf) -> None:
        self.normal, self.layout, self.shelf = normal, layout, shelf
        self.title = [self.raw(row) for row in layout.title if not is_mark(self.text(row))]
        self.unread = list(layout.beyond)
        self._known: set[str] = set()

    def entries(self) -> list[Row]:
        """The entries in order, each with its wrapped lines."""
        listed = first_person(self.layout.entries, self.text, self.shelf)
        self.title += [self.raw(row) for row in self.layout.entries[:listed]]
        rows = newest_paste(self.layout.entries[listed:], self.text)
        return self._joined(rows) if self.layout.is_numbered else self._loose(rows)

    def text(self, row: Row) -> str:
        """The normalised text of a row."""
        return self.normal.text[row.start : row.end]

    def raw(self, row: Row) -> str:
        """The line as it was written, its number included."""
        return self.normal.cut(row.line_start, row.end)

    def _joined(self, rows: list[Row]) -> list[Row]:
        """Numbered entries with their wrapped lines; unnumbered lines that are not part of one are judged apart."""
        joined: list[Row] = []
        closed = False
        for index, row in enumerate(rows):
            if row.number is not None:
                joined.append(row)
                closed = False
                continue
            text = self.text(row)
            if is_mark(text) or is_example(text):
                closed = closed or is_mark(text)
                continue
            if _is_heading(rows, index) and not _HAS_FIGURE.search(text):
                self.title.append(self.raw(row))
                continue
            last = joined[-1] if joined else None
            is_near = not closed and not row.after_blank
            is_near = is_near and last is not None and row.end - last.start <= MAX_ROW
            is_part = is_near and last is not None and not self._is_a_household(last, row)
            if last is not None and is_part and (self._continues(last, text) or self._signs(last, text)):
                last.end = row.end
                continue
            if self._is_firm_entry(row):
                joined.append(row)
                closed = True
                continue
            closed = True
            self.unread.append(self.raw(row))
        return joined

    def _continues(self, last: Row, text: str) -> bool:
        """A wrapped line: goods, a room, a phone or a wish, not news and not somebody else."""
        if NEWS.search(text) or (_TALK.search(text) and not self.shelf.mentions_item(text)):
            return False
        speaker = _SPEAKS.match(text)
        if speaker is not None and self._is_known(speaker["who"]) and speaker["who"] not in self.text(last):
            return False
        body = self.text(last)
        has_order = _HAS_FIGURE.search(body) is not None or self.shelf.mentions_item(body)
        if has_order and (_CHAT.search(text) or is_signed(text, self.shelf)):
            return False
        first = text.split(maxsplit=1)[0]
        if self.shelf.starts_goods(text) or self.shelf.starts_content(first) or re.match(r"[\d(（+×x]", first):
            return True
        if not has_order:
            return True
        if starts_remark(text) and len(text) <= _LONGEST_REMARK:
            return True
        return _HAS_FIGURE.search(text) is None and len(text) <= _LONGEST_WISH and _CHAT.search(text) is None

    def _signs(self, last: Row, text: str) -> bool:
        """方姐 7栋2单元502 below goods without a name."""
        body = self.text(last).strip()
        room = next(iter(find_rooms(text)), None)
        name = text if room is None else text[: room.start] + text[room.end :]
        if not self.shelf.starts_goods(body) or is_signed(body, self.shelf) or self.shelf.mentions_item(name):
            return False
        return self.shelf.plainly(body) is not None and is_name(name.strip(" -_:：,，"), firm=room is None)

    def _is_a_household(self, last: Row, row: Row) -> bool:
        """3-301 孟爷爷 烩面1盒 below an entry that has its goods: its own room and name, and what they want."""
        text = self.text(row).strip()
        has_room = any(room.start == 0 and room.kind == "full" for room in find_rooms(text))
        if not has_room or not self._is_firm_entry(row):
            return False
        above = read_parts(self.normal, last.start, last.end, self.shelf)
        has_own = self.shelf.plainly(above.content) is not None
        return has_own and bool(read_parts(self.normal, row.start, row.end, self.shelf).name)

    def _is_firm_entry(self, row: Row) -> bool:
        """A line put in by hand among numbered ones: somebody's goods and how many, or one of the people's change."""
        text = self.text(row).strip()
        if len(text) > _LONGEST_BY_HAND or _CHAT.search(_PARTICLE.sub("", text)):
            return False
        first = _WORD.match(text)
        if first is not None and self._is_known(first[0]):
            said = text[first.end() :]  # 芒果姐:这批树上熟 of a round of 芒果
            is_talk = _SPEAKS.match(text) and not _HAS_FIGURE.search(said) and not _AGAIN.search(said)
            return self.shelf.mentions_item(said) and not is_talk
        if _TALK.search(text) or NEWS.search(_CANNOT.sub("", text)):
            return False
        parts = read_parts(self.normal, row.start, row.end, self.shelf)
        if not (parts.name or parts.room) or _NOBODY.search(parts.name) or 0 in self.shelf.item_starts(parts.name):
            return False
        content = _REMARKED.sub("", parts.content)
        found = self.shelf.plainly(content) if _HAS_FIGURE.search(content) else None
        units = self.shelf.catalogue.by_unit
        return found is not None and all(match["of"] in units for match in _MEASURE.finditer(text))

    def _is_known(self, word: str) -> bool:
        """Is `word` one of the first two of a numbered line, where names stand?"""
        if not self._known:
            rows = [self.text(each) for each in self.layout.entries if each.number is not None]
            self._known = {word for each in rows for word in _WORD.findall(each)[:2] if len(word) > 1}
        return word in self._known

    def _is_own_entry(self, text: str) -> bool:
        """A line without a number that names a person and a quantity."""
        if NEWS.search(text) or _TALK.search(text) or len(text) > 60 or _NO_PERSON.match(text):
            return False
        starts = self.shelf.item_starts(text)
        if starts and starts[0] == 0:
            return False
        room = next((room for room in find_rooms(text) if room.start == 0), None) if text[:1].isdigit() else None
        if room is not None:  # 7-902王: 1袋
            text = text[room.end :].lstrip(" -_:：,，") or text
        if re.match(r"[^\d\s:：,，]{1,10}[\s:：]+(?:取消|不要|退了|撤|不接)", text):
            return True
        first, _, rest = text.partition(" ")  # 阿晨 红1白1
        if len(first) <= 10 and re.search(r"\d", rest) and self.shelf.starts_content(re.sub(r"\s", "", rest)):
            return True
        return re.search(
            r"^[^\d\s,，(（×+]{1,12}[\s:：,，]*(?:少|减|退|再?加|再?来|还?要|多|订|改成?|给我)?(?:[x×+]?\s?\d{1,2}(?!\d|[点时:月日%])|[一二两三四五六七八九十]{1,2}\s?[份盒箱斤袋包板瓶个只条提把桶罐件套支杯])",
            text,
        ) is not None or (bool(starts) and re.match(r"[^\d\s]{1,12}[\s:：]", text) is not None)

    def _people_in(self, text: str) -> list[tuple[int, int]]:
        """The entries of 张三苹果2,鸡蛋1,李四梨2; none when something else stands between the commas."""
        found: list[tuple[int, int]] = []
        for match in re.finditer(r"[^,，;；。]+", text):
            piece = match[0].strip()
            if self._is_own_entry(piece) or is_signed(piece, self.shelf):
                found.append(match.span())
            elif found and self.shelf.starts_content(re.sub(r"\s", "", piece)):
                found[-1] = (found[-1][0], match.end())
            else:
                return []
        return found if len(found) >= 2 else []

    def _entries_in(self, row: Row, named: set[str]) -> list[Row]:
        """The entries of a line without a number; `named` are the first words of those above."""
        text = self.text(row)
        lead = len(text) - len(text.lstrip())
        first = _WORD.match(text, lead)
        if first is not None and first[0] in named and (_AGAIN.search(text) or self.shelf.mentions_item(text)):
            return [Row(None, row.start + lead, row.end, row.line_start)]
        pieces = self._people_in(text)
        if not pieces and (self._is_own_entry(text.strip()) or is_signed(text.strip(), self.shelf)):
            return [Row(None, row.start + lead, row.end, row.line_start)]
        starts = [start + len(text[start:end]) - len(text[start:end].lstrip()) for start, end in pieces]
        ends = [end for _, end in pieces]
        return [
            Row(None, row.start + start, row.start + end, row.start + start)
            for start, end in zip(starts, ends, strict=True)
        ]

    def _heading(self, text: str, found: list[Row], below: list[Row]) -> str:
        """The goods of a line of goods alone above people with amounts: 橙子: / 张姐2箱 / 老李1箱."""
        goods = _HEADED.fullmatch(text)
        first = self.text(below[0]).strip() if below else ""
        if goods is None or len(self.shelf.keys_in(goods["goods"])) != 1 or self.shelf.mentions_item(first):
            return ""
        is_head = (not found or bool(found[-1].under)) and _PERSON_AND_AMOUNT.fullmatch(first) is not None
        return goods["goods"] if is_head else ""

    def _loose(self, rows: list[Row]) -> list[Row]:
        """No numbers at all: every line, or every comma-separated piece, that names a person and goods."""
        found: list[Row] = []
        named: set[str] = set()
        under = ""
        heads = block_heads(
            [self.text(row) for row in rows], [row.after_blank or row is rows[0] for row in rows], self.shelf
        )
        for index, row in enumerate(rows):
            if index in heads:
                found.append(row)
                continue
            headline = _HEADLINE.match(self.text(row))
            if headline is not None:  # 葡萄接龙:张姐2箱,老沈1箱
                self.title.append(headline[0])
                row.start = row.line_start = row.start + headline.end()
            text = self.text(row)
            if is_example(text) or is_mark(text):
                continue
            heading = self._heading(text, found, rows[index + 1 :])
            if heading:
                under = heading
                continue
            own = self._entries_in(row, named)
            for each in own:
                each.under = under
            if own:
                found += own
            elif found and self._continues(found[-1], text) and not row.after_blank and found[-1].end <= row.start:
                found[-1].end = row.end
            else:
                (self.unread if found else self.title).append(self.raw(row))
            if found and found[-1].end == row.end:
                named |= {word for word in _WORD.findall(self.text(found[-1]))[:1] if len(word) > 1}
        return found


def _is_heading(rows: list[Row], index: int) -> bool:
    """Is a line without a number above a list that begins anew: 下午档 小贝瑞士卷?"""
    below = next((row for row in rows[index:] if row.number is not None), None)
    return (
        index > 0
        and below is not None
        and below.number == 1
        and any(row.after_blank for row in rows[index : index + 3])
    )
