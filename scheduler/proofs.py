"""Looking at pictures of payments: does the same one exist already?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import structlog

from models import Store
from operations import proofs

log = structlog.get_logger(__name__)


def check_proofs(store: Store, folder: Path) -> int:
    """Mark proofs whose pictures have come; returns how many."""
    with store.read() as work:
        found = proofs.unchecked(work)
    for one in found:
        try:
            looks = looks_of(folder / one.path)
        except OSError as error:  # gone from the disk: a mark needs no picture
            log.warning("proof_unreadable", proof=one.id, error=type(error).__name__)
            looks = "0" * 16
        store.run(lambda work, one=one, looks=looks: proofs.judge(  # type: ignore[misc]
            work, leader_id=one.leader_id, proof_id=one.id, looks=looks
        ))  # fmt: skip
    return len(found)


def looks_of(path: Path) -> str:
    """How a picture looks, as 64 bits: where it gets darker from left to right, on a grid of 9 by 8.

    The difference hash of N. Krawetz: https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    from PIL import Image  # for few: not at the start

    with Image.open(path) as image:
        grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
        points = list(grey.tobytes())
    rows = [points[at : at + 9] for at in range(0, 72, 9)]
    bits = [left > right for row in rows for left, right in pairwise(row)]
    return f"{sum(bit << nth for nth, bit in enumerate(bits)):016x}"
