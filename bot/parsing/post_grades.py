"""Kinds that are told by their size alone: 海南贵妃芒 with 大果 and 小果 in the lines below, or behind a comma."""

from __future__ import annotations

import re

from bot.parsing.goods_words import last_goods, mentions_goods
from bot.parsing.post_names import best_name, is_head

_RANK = r"(?:特大|超大|大|中|小|特级|一级|二级|精品|精选|迷你|家庭|标准|豪华)"
_SIZED = r"(?:果|号|个|只|头|盒|份|袋|瓶|包装|装|款|规格|箱|包)"
_LENGTH = r"\d(?:\.\d{1,2})?米(?:\*\d(?:\.\d{1,2})?米)?(?:宽|长|床)?"
_CRAB = r"公\s?[\d.]{1,3}两?\d?[,，、]?母(?:\s?[\d.]{1,3}两\d?)?"  # 公4两母3两
_WEARER = r"(?:大人|小孩|成人|儿童|男[款士童]|女[款士童]|男|女|亲子)(?:的|款|装)?"
_CALIBRE = r"\d{2,3}\s?-\s?\d{2,3}(?:果|mm|枚|头|#)?"  # 80-85果
_OTHERS = rf"礼盒|[散袋盒罐瓶分简]装|{_LENGTH}|{_CRAB}|{_WEARER}|{_CALIBRE}"
_GRADE = re.compile(rf"{_RANK}{_SIZED}?(?:\s.{{0,8}})?|{_OTHERS}|[桶坛罐瓶盒箱袋壶筐篮包]")
_GRADED = re.compile(rf"(?P<kind>.{{2,}}?)\s?(?:{_RANK}{_SIZED}|{_OTHERS})")  # 四件套1.8米床
_LONGEST = 9
_HEADING = re.compile(
    r"(?![一两二三四几\d][种个款]|规格|价格|品种|口味)[^:：,，\d\x00]{2,10}(?=[:：])"
)  # 坚果礼包:小包装25元


class Grades:
    """Remembers which goods the grades are of. `kind` is what the last grade stood below."""

    def __init__(self) -> None:
        self.kind: str | None = None

    def named(self, name: str, body: str, before: str, above: str) -> str:
        """`name`, with the goods in front when it is only a grade: from `body`, what stands `before` it, or `above`."""
        if _GRADE.fullmatch(name) is None:
            graded = _GRADED.fullmatch(name)
            self.kind = graded["kind"] if graded is not None else None
            return name
        if self.kind is None:
            heading = _HEADING.match(body)
            lead = before[: max(0, before.rfind(name.split(" ", maxsplit=1)[0]))]
            goods = best_name(lead, is_first=True)
            is_goods = mentions_goods(goods) or is_head(goods)
            goods = goods if is_goods and len(goods) <= _LONGEST else last_goods(lead)
            self.kind = heading[0].strip() if heading is not None else goods or above
        return f"{self.kind} {name}".strip()
