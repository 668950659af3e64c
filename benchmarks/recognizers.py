"""Other people's number, weight, money and time cases against our readers.

Usage: python -m benchmarks.recognizers FILE.jsonl

FILE has one case a line: `group`, `text`, `now`, `norm` (the expected values) as in the public test specifications of
microsoft/Recognizers-Text (MIT) whose conventions agree with ours. Prints the share that passes and each failure.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.parsing.normalise import normalise
from bot.parsing.numerals import CHINESE, read_number
from bot.parsing.post_prices import amount_fen
from bot.parsing.times import SHANGHAI, TimeHit, When, read_duration, resolve, scan_times

Case = dict[str, Any]
_FIGURE = re.compile(rf"\d[\d,]*(?:\.\d+)?|(?<!\.)\.\d+|[{CHINESE}](?:[{CHINESE} ]*[{CHINESE}])?")
_WEIGHTS = {"公斤": "Kilogram", "千克": "Kilogram", "克": "Gram", "斤": "Jin", "两": "Liang"}
_WEIGHT = re.compile(
    rf"(?P<figure>\d+(?:\.\d+)?万?|[{CHINESE}万]+?)(?P<unit>公斤|千克|克|斤|两(?!百|千|万|两))(?P<half>半)?"
)


def value_of(figure: str) -> float | None:
    """A figure as a number; writings that our messages never need (thousands commas, 万) are taken apart here."""
    figure = figure.replace(" ", "").replace(",", "")
    if figure.startswith("."):
        figure = "0" + figure
    if "万" in figure:
        head = value_of(figure.replace("万", ""))
        return None if head is None else head * 10_000
    found = read_number(figure)
    if found is None or found.end != len(figure):
        return None
    return found.milli / 1000


def read_numbers(case: Case) -> list[float | None]:
    """The first number of the text; a dozen counts twelve, as in an order."""
    text = normalise(case["text"]).text
    match = _FIGURE.search(text.strip())
    if match is None:
        return []
    value = value_of(match[0])
    dozen = text.strip()[match.end() :].startswith("打")
    return [value * 12 if dozen and value is not None else value]


def read_weights(case: Case) -> list[list[str]]:
    """[[value, unit]] of the first weight."""
    match = _WEIGHT.search(normalise(case["text"]).text)
    value = None if match is None else value_of(match["figure"])
    if match is None or value is None:
        return []
    return [[f"{value + (0.5 if match['half'] else 0):g}", _WEIGHTS[match["unit"]]]]


def read_money(case: Case) -> list[list[str]]:
    """[[yuan, unit]] of the first amount of money."""
    fen = amount_fen(normalise(case["text"]).text)
    return [] if fen is None else [[f"{fen / 100:g}", "Chinese yuan"]]


def read_when(case: Case) -> list[dict[str, str]]:
    """The first time expression in the shape of the case."""
    now = datetime.fromisoformat(case["now"]).replace(tzinfo=SHANGHAI)
    text = normalise(case["text"]).text
    hits = scan_times(text, now)
    if not hits:
        return []
    hit = hits[0]
    return [_shaped(case["group"], hit, resolve(hit, now, prefer="literal"), now, text)]


def _shaped(group: str, hit: TimeHit, when: When, now: datetime, text: str) -> dict[str, str]:
    if group == "date":
        return {"date": str(when.on)}
    start, end = when.start, when.end
    if group == "dtperiod" and hit.instant is not None:
        length = read_duration(text)
        start, end = now, None if length is None else now + length
    day = "%Y-%m-%d %H:%M:%S"
    if group == "time" and start is not None:
        return {"time": start.strftime("%H:%M:%S")}
    if group == "dt" and start is not None:
        return {"dateTime": start.strftime(day)}
    if group == "timeperiod" and start is not None and end is not None:
        return {"startTime": start.strftime("%H:%M:%S"), "endTime": end.strftime("%H:%M:%S")}
    if group == "dtperiod" and start is not None and end is not None:
        return {"startDateTime": start.strftime(day), "endDateTime": end.strftime(day)}
    return {}


READERS: dict[str, Callable[[Case], list[Any]]] = {
    "number": read_numbers,
    "dimension": read_weights,
    "currency": read_money,
    **dict.fromkeys(("date", "time", "dt", "timeperiod", "dtperiod"), read_when),
}


def same(got: list[Any], wanted: list[Any]) -> bool:
    """Equal, numbers by value."""
    if len(got) != len(wanted):
        return False
    for one, other in zip(got, wanted, strict=True):
        if isinstance(other, list):
            if float(one[0]) != float(other[0]) or one[1] != other[1]:
                return False
        elif one != other:
            return False
    return True


def main(path: str) -> int:
    """Print the result; exit status 0 when at least 95 % pass."""
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        total[case["group"]] += 1
        got = READERS[case["group"]](case)
        if same(got, case["norm"]):
            passed[case["group"]] += 1
        else:
            print(f"{case['id']}: {case['text']!r} expected {case['norm']} got {got}")
    for group, count in total.items():
        print(f"{group}: {passed[group]}/{count}")
    share = sum(passed.values()) / max(sum(total.values()), 1)
    print(f"all: {sum(passed.values())}/{sum(total.values())} = {share:.1%}")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
