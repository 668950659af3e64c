"""Full cases: what happens with the part of a case that is over, and how goods that came are divided. Pure.

Quantities in thousandths of a unit. `wish` is what a leader wants done with a case that is not full: `extend` (it was
tried, and is no answer any more), `cap`, `buy`, or None: not said.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from operations.allocation import spread, units_to_order

Key = TypeVar("Key", bound=Hashable)
WISHES = ("extend", "cap", "buy")
DECISIONS = ("cap", "buy")  # what can still be done when the order goes out
WHOLE, PART = 1000, 100  # the least that is handed to anybody: one piece, or a tenth of a 斤


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Key]):
    """What one offer of one leader needs of a product."""

    key: Key
    needed_milli: int
    wish: str | None = None


@dataclass(frozen=True, slots=True)
class CasePlan(Generic[Key]):
    """How many full cases are bought. `decision` None with a `rest_milli`: somebody has to say.

    `missing_milli` fills the last case. When it is bought, `surplus` says for whom; what stays with the platform is in
    nobody's share. When the case is left, `kept_milli` is all that can be handed out.
    """

    needed_milli: int
    cases: int | None  # None: not bought by the case
    rest_milli: int
    missing_milli: int
    decision: str | None
    ordered_milli: int
    kept_milli: int
    surplus: Mapping[Key, int]

    @property
    def is_undecided(self) -> bool:
        """Whether nobody has said yet what happens with the case that is not full."""
        return bool(self.rest_milli) and self.decision is None


def plan_cases(shares: Sequence[Wanted[Key]], case_milli: int | None, decided: str | None = None) -> CasePlan[Key]:
    """What is bought for these shares. The platform's decision goes first; then one leader who buys is enough, while
    a case is left only where all of them would leave it.
    """
    needed = sum(one.needed_milli for one in shares)
    if not case_milli or not needed % case_milli:
        cases = needed // case_milli if case_milli else None
        return CasePlan(needed, cases, 0, 0, None, needed, needed, {})
    rest = needed % case_milli
    decision = decided or _wished([one.wish for one in shares if one.needed_milli])
    tolerance = case_milli if decision == "buy" else 0
    cases = units_to_order(needed, case_milli, tolerance_milli=tolerance)
    ordered = cases * case_milli if decision else needed
    surplus: dict[Key, int] = {}
    if decision == "buy":
        buyers = [one for one in shares if one.wish == "buy" and one.needed_milli]
        parts = spread((ordered - needed) // WHOLE, [one.needed_milli for one in buyers])
        surplus = {one.key: part * WHOLE for one, part in zip(buyers, parts, strict=True) if part}
    kept = min(needed, ordered)
    return CasePlan(needed, cases, rest, case_milli - rest, decision, ordered, kept, surplus)


def _wished(wishes: Sequence[str | None]) -> str | None:
    if "buy" in wishes:
        return "buy"
    return "cap" if wishes and all(wish == "cap" for wish in wishes) else None


def divide(
    usable_milli: int, needed: Mapping[Key, int], surplus: Mapping[Key, int], *, step_milli: int
) -> dict[Key, int]:
    """Sound goods over the leaders: what was ordered first, in proportion (largest remainder), then what some buy
    beyond it. Nobody gets more than he asked for; what is over after that is in nobody's part.
    """
    got = _in_proportion(usable_milli, needed, step_milli)
    more = _in_proportion(usable_milli - sum(got.values()), surplus, step_milli)
    if sum(got.values()) < sum(needed.values()):
        more = {}
    return {key: got[key] + more.get(key, 0) for key in needed}


def _in_proportion(available: int, wanted: Mapping[Key, int], step: int) -> dict[Key, int]:
    whole = sum(wanted.values())
    if available >= whole:
        return dict(wanted)
    keys = list(wanted)
    parts = spread(max(0, available) // step, [wanted[key] for key in keys])
    return {key: min(part * step, wanted[key]) for key, part in zip(keys, parts, strict=True)}
