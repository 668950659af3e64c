"""`python -m benchmarks.learn`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.learn import moments, talking
from benchmarks.learn.examples import example_of, group_of, opinions, plain_lists, read_of, ruled_of, weighed
from benchmarks.learn.judging import COLUMNS, learn
from benchmarks.learn.loglinear import Floats
from benchmarks.learn.second import learn_second
from benchmarks.learn.trust import Held, held_out, learn_trust
from bot.parsing import judge, post_weighed, second, talk
from bot.parsing.orders import Ruled
from tests.parsing.corpus import STATE
from tests.parsing.strangers import Annotated, hand_written, lists, read

TRUST_GROUPS: Final = 8
SMALLEST: Final = 8
"""Rows whose weights (in hundredths) are all below this are not kept."""


def verdicts(held: Sequence[Held]) -> dict[str, Counter[str]]:
    """exact, silent (wrongly booked), asked or ignored (although clear) and other, by kind of list (normal, daily,
    hard, tangled); the trust in a list, too, is learned from the lists of other hands."""
    groups = group_of([one.example.source for one in held], TRUST_GROUPS)
    found: dict[str, Counter[str]] = {}
    for group in range(TRUST_GROUPS):
        weights = learn_trust(one for one in held if groups[one.example.source] != group)
        for one in (one for one in held if groups[one.example.source] == group):
            count = found.setdefault(one.example.source.partition("_")[0], Counter())
            count.update(("all", _verdict(one, weights), "clear" * (one.example.action in STATE)))
    return found


def _verdict(one: Held, weights: dict[str, float]) -> str:
    kind, action = one.example.options[one.best].kind, one.example.action
    if (
        kind == "book"
        and judge.trusted(value * weights.get(sign, 0.0) for sign, value in one.signs.items()) < judge.BOOK_FROM
    ):
        kind = "ask"
    if kind == "book":
        return "exact" if one.is_right else "silent"
    if kind == "ask":
        return "asked" if action in STATE else "exact" if action == "ambiguous" else "other"
    return "ignored" if action in STATE else "exact" if action != "ambiguous" else "other"


def write(known: dict[str, int], weights: Floats, trust: dict[str, float], path: Path) -> int:
    """Write the rows that matter, in hundredths, and the weights of trust; how many rows there are."""
    rows = np.rint(weights.reshape(-1, COLUMNS) * 100).astype(int)
    kept = {trait: rows[at].tolist() for trait, at in known.items() if np.abs(rows[at]).max() >= SMALLEST}
    signs = json.dumps(trust, ensure_ascii=False, indent=0)
    path.write_text(f'{{"trust": {signs},\n"traits": {{\n{_lines(kept)}\n}}}}\n', encoding="utf-8")
    return len(kept)


def write_tables(rows: Mapping[str, Mapping[str, Sequence[int]]], path: Path) -> None:
    """Write weights by family (the second reader's, those of a post's times), a line for each trait."""
    families = (f'"{family}": {{\n{_lines(dict(sorted(table.items())))}}}' for family, table in sorted(rows.items()))
    path.write_text("{" + ",\n".join(families) + "}\n", encoding="utf-8")


def write_talk(rows: Mapping[str, Sequence[int]], path: Path) -> None:
    """Write the weights of talk, a line for each trait."""
    path.write_text(f"{{{_lines(rows)}}}\n", encoding="utf-8")


def _lines(table: Mapping[str, Sequence[int]]) -> str:
    """A line for each trait: what learning anew has changed is seen line by line."""
    return ",\n".join(f"{json.dumps(trait, ensure_ascii=False)}:{json.dumps(row)}" for trait, row in table.items())


def learn_orders(messages: Sequence[Annotated], ruled: Sequence[Ruled]) -> None:
    """Learn and write what the judge and the second reader weigh; print how lists are read that were held out."""
    reads = [found for pair in zip(messages, ruled, strict=True) if (found := read_of(*pair))]
    examples = [example_of(found, held) for found, held in zip(reads, opinions(reads), strict=True)]
    stems = {path.stem for path in lists()}
    strangers = [example for example in examples if example.source in stems]
    ours = [example for example in examples if example.source not in stems]
    held = held_out(strangers, ours)
    for kind, count in verdicts(held).items():
        print(
            f"{kind}, held out: {count['all']} judged; exact {count['exact'] / count['all']:.1%}, silently wrong "
            f"{count['silent'] / count['all']:.1%}, asked although clear {count['asked'] / count['clear']:.1%}, "
            f"left alone although clear {count['ignored'] / count['clear']:.1%}"
        )
    known, weights = learn(weighed([*ours, *strangers]))
    size = write(known, weights, learn_trust(held), Path(judge.__file__).with_name("weights.json"))
    print(f"{size} traits of the judge written")
    rows = learn_second([sample for found in reads for sample in found.samples()])
    write_tables(rows, Path(second.__file__).with_name("second.json"))
    print(f"{sum(map(len, rows.values()))} traits of the second reader written")


def learn_talk(messages: Sequence[Annotated], ruled: Sequence[Ruled]) -> None:
    """Learn and write what tells a question from talk; print how messages are told of lists that were held out."""
    heard = [found for pair in zip(messages, ruled, strict=True) if (found := talking.heard(*pair))]
    told = Counter((kind == one.truth, one.ruled == one.truth) for one, kind in talking.held_out(heard))
    right, by_rules = (sum(n for key, n in told.items() if key[at]) / told.total() for at in range(2))
    print(f"{told.total()} messages that change nothing: {right:.1%} told rightly, by the rules alone {by_rules:.1%}")
    write_talk(talking.learn_talk(heard), Path(talk.__file__).with_name("talk.json"))


def learn_moments() -> None:
    """Learn and write what a post's times are; print how posts are read of hands that were held out."""
    found = moments.posts()
    right = Counter(name for _, read in moments.held_out(found) for name in ("all", *moments.right_of(read)))
    by_weights, by_rules = (
        ", ".join(f"{name} {right[before + name] / right['all']:.1%}" for name in ("closes", "pickup"))
        for before in ("", "ruled_")
    )
    print(f"{right['all']} posts, held out: {by_weights}; by the rules as they were: {by_rules}")
    write_tables(moments.learn_moments(found), Path(post_weighed.__file__).with_name("moments.json"))


def main() -> None:
    learn_moments()
    messages = [*(message for path in lists() for message in read(path)), *hand_written(), *plain_lists()]
    ruled = [ruled_of(message) for message in messages]
    learn_talk(messages, ruled)
    learn_orders(messages, ruled)


if __name__ == "__main__":
    main()
