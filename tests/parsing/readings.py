"""How every Chinese character that people write is read, as `bot/parsing/readings.txt` holds it.

`python -m tests.parsing.readings` writes it anew from pypinyin (github.com/mozillazg/python-pinyin, MIT), which the
program itself does not need: its table would take a tenth of a second at every start.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # 40 MB that are not asked for here

from pypinyin import constants

PATH = Path(__file__).parents[2] / "bot" / "parsing" / "readings.txt"
FIRST, LAST = 0x4E00, 0x9FFF  # as in `bot/parsing/pinyin.py`
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê", "aaaaeeeeiiiioooouuuuvvvvvnnnme")


def table() -> str:
    """A line for each combination of readings without tones, the commonest first, with the characters that have it."""
    characters: dict[str, list[str]] = defaultdict(list)
    for point, readings in sorted(constants.PINYIN_DICT.items()):
        if FIRST <= point <= LAST and readings:
            toneless = dict.fromkeys(readings.translate(_TONES).split(","))
            characters[",".join(toneless)].append(chr(point))
    return "".join(f"{readings} {''.join(found)}\n" for readings, found in sorted(characters.items()))


if __name__ == "__main__":
    PATH.write_text(table(), "utf-8")
