"""A run: how many inputs, what was found, how long the slowest took."""

from __future__ import annotations

import random
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fuzz.targets import Target

STALL_S = 1.0  # of CPU time: the machine may be busy with something else


@dataclass
class Report:
    """What a run came to. `worst` is in seconds of CPU time."""

    inputs: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.inputs[name]:>9} {name}, the slowest {self.worst[name] * 1000:.0f} ms" for name in self.inputs]
        lines.append(f"{self.inputs.total():>9} in all, {len(self.findings)} findings")
        kinds = Counter(finding.partition(": ")[2] for finding in self.findings)
        lines += [f"{count:>9} times {kind}" for kind, count in kinds.most_common(20)]
        return "\n".join(lines + self.findings[:5])


def run(targets: Sequence[Target], *, inputs: int, seed: int, minutes: float = float("inf")) -> Report:
    """Throw. The nth input follows from the seed and n, so a finding can be thrown again alone."""
    report, until = Report(), time.monotonic() + minutes * 60
    shares = [target.share for target in targets]
    for number in range(inputs):
        chance = random.Random(f"{seed}:{number}")
        (target,) = chance.choices(targets, shares)
        started, found = time.process_time(), ""
        try:
            target.throw(chance)
        except Exception as error:  # noqa: BLE001 - that is what it is for
            found = f"{type(error).__name__}: {error} {traceback.extract_tb(error.__traceback__)[-1]}"
        took = time.process_time() - started
        if took > STALL_S:
            found = found or f"took {took:.2f} s"
        report.inputs[target.name] += 1
        report.worst[target.name] = max(took, report.worst.get(target.name, 0.0))
        if found:
            report.findings.append(f"input {seed}:{number} at {target.name}: {found}")
        if time.monotonic() > until:
            break
    return report
