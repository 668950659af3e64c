"""Dividing what a round brought in: the leader's part, the supplier's, and the platform's, which takes every remainder.

Pure; money in fen, shares in basis points. The same rule serves the settlement and the order export's last column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from operations.allocation import share_of, spread
from operations.fees import WHOLE_BPS, per_unit


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a net sum; they always add up to it."""

    leader_fen: int
    supplier_fen: int
    platform_fen: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One order line as it stands: what it is worth net, how much of it was kept, and the leader's terms for it."""

    net_fen: int
    kept_milli: int
    share_bps: int
    per_unit_fen: int | None = None


def commissions(lines: Sequence[Kept]) -> list[int]:
    """The leader's part of each line. A sum per unit where one was agreed, at most what the line is worth; else the
    share of all lines with that share, rounded once (half up) and spread over them, so that lines and sum agree.
    """
    parts = [0] * len(lines)
    groups: dict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if line.per_unit_fen is not None:
            parts[at] = min(per_unit(line.per_unit_fen, line.kept_milli), line.net_fen)
        else:
            groups[line.share_bps].append(at)
    for share_bps, places in groups.items():
        nets = [lines[at].net_fen for at in places]
        shares = spread(share_of(sum(nets), share_bps, WHOLE_BPS), nets)
        for at, share in zip(places, shares, strict=True):
            parts[at] = share
    return parts


def split(net_fen: int, *, leader_fen: int, supplier_fen: int = 0) -> Parts:
    """The leader first, then the supplier from what is left; the platform has the rest. Nobody gets below nothing.

    >>> split(8000, leader_fen=960)
    Parts(leader_fen=960, supplier_fen=0, platform_fen=7040)
    """
    leader = max(0, min(leader_fen, net_fen))
    supplier = max(0, min(supplier_fen, net_fen - leader))
    return Parts(leader, supplier, net_fen - leader - supplier)
