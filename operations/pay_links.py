"""The address of an order's payment page: it names the order and is signed, so that nobody guesses another's.

Who has it may look at what is owed and pay it, nothing else: a neighbour may well pay for another.
"""

from __future__ import annotations

from operations import signed_ids


def token_of(secret: str, *, leader_id: int, order_id: int) -> str:
    """The last part of `/pay/<token>`."""
    return signed_ids.write(secret, "pay", leader_id, order_id)


def read(secret: str, token: str) -> tuple[int, int] | None:
    """(leader id, order id) of a token we made; None for anything else."""
    found = signed_ids.read(secret, "pay", token, count=2)
    return None if found is None else (found[0], found[1])
