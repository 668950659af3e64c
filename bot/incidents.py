"""Numbers by which a person can name a failure and an operator find it in the log."""

from __future__ import annotations

import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread over the telephone


def new_incident() -> str:
    """Six characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(6))
