"""`python -m bot.parsing "文本" --catalog FILE.json`: the tokens, the verdicts and the reading of one message.

FILE holds a list of `{no, name, aliases?, spec, unit, price_cents}`; `--prior 1=2` is what the sender has ordered.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.values import Item, Line, OrderReading


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.parsing", description="Explain how one message is read.")
    parser.add_argument("text")
    parser.add_argument("--catalog", type=Path, required=True, help="JSON list of items")
    parser.add_argument("--role", choices=("resident", "leader"), default="resident")
    parser.add_argument("--prior", action="append", default=[], metavar="NUMBER=QUANTITY")
    return parser.parse_args(argv)


def _items(path: Path) -> list[Item]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [
        Item(
            key=row["no"],
            number=row["no"],
            name=row["name"],
            unit=row["unit"],
            price_fen=row["price_cents"],
            spec=row.get("spec") or "",
            aliases=tuple(row.get("aliases") or ()),
        )
        for row in rows
    ]


def explain(reading: OrderReading, catalogue: Catalogue) -> str:
    """The reading in lines a person can check."""
    rows = [*reading.trace, f"-> {reading.action}"]
    for line in reading.lines:
        item = catalogue.by_key[line.key]
        rows.append(f"   {line.op} {item.name} {line.quantity_milli / 1000:g}{item.unit}")
    for doubt in reading.doubts:
        names = ", ".join(catalogue.by_key[key].name for key in doubt.candidates)
        rows.append(f"   ask ({doubt.reason}) {doubt.fragment}" + (f" [{names}]" if names else ""))
    found = ((name, getattr(reading, name)) for name in ("room", "phone", "name", "note", "topic"))
    rows += [f"   {name}: {value}" for name, value in found if value]
    return "\n".join(rows)


def main(argv: list[str]) -> int:
    """Read, explain, exit 0."""
    arguments = _arguments(argv)
    catalogue = Catalogue(_items(arguments.catalog))
    prior = []
    for entry in arguments.prior:
        number, _, amount = entry.partition("=")
        prior.append(Line(int(number), round(float(amount) * 1000)))
    reading = read_order(arguments.text, catalogue, role=arguments.role, prior=prior, trace=True)
    sys.stdout.write(explain(reading, catalogue) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
