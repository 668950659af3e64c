"""One spelling for little words that regions write in characters of their own: 嘅 and 额 for 的, 咗 for 了, 搿 for 这.

What is folded here means the same wherever it stands, so that no rule has to know it: 25块额 is 25块的, 食咗 is 食了,
八宝饭勿是两盒 is 八宝饭不是两盒. Words that need more than a character are classes of `vocabulary`, `regional` and
`kinfolk`.
"""

from __future__ import annotations

import re
from typing import Final

LETTERS: Final = {
    "嘅": "的",
    "咗": "了",
    "嚟": "来",
    "攞": "拿",
    "嗰": "那",
    "𠮶": "那",
    "喺": "在",
    "搿": "这",
    "侬": "你",
    "侪": "都",
}
"""Character for character; every one of them is written for nothing else."""

_WRITTEN: Final = re.compile("[额仲迭勿伐唔毋系哒]")
_SPELLINGS: Final = (
    (re.compile(r"(?<=[一-龥\d])(?<![金余名差总限全数])额(?![度外])"), "的"),
    (re.compile(r"仲(?=[要有想系剩差没])"), "还"),
    (re.compile(r"迭(?=[个只种款样瓶盒箱袋点])"), "这"),
    (re.compile(r"(?<=算)哒"), "了"),
    (re.compile(r"系唔系"), "是不是"),
    (re.compile(r"(?<![好对行])[勿伐](?=是)|唔(?=[系是])|毋(?=是)"), "不"),
    (re.compile(r"(?<=不)系|(?<![关体联干])系(?=[一二两三四五六七八九十半\d])"), "是"),
    (re.compile(r"[勿伐唔](?=够(?![吗么]))|勿(?=[好甜辣酸大灵嗲晓想会能敢在对错急舍高])"), "不"),
    (re.compile(r"(?<=[一-龥])[勿唔](?=[着清脱牢])"), "不"),
)


def respell(text: str) -> str:
    """The same text, character by character, as most people would write it.

    >>> respell("25块额来两包"), respell("金额勿是三盒")
    ('25块的来两包', '金额不是三盒')
    """
    if _WRITTEN.search(text):
        for pattern, common in _SPELLINGS:
            text = pattern.sub(common, text)
    return text


def as_written(word: str) -> str:
    """`word` of a table in the spelling that a message has after reading it."""
    return respell("".join(LETTERS.get(char, char) for char in word))
