"""Pages for everybody who has a link: a pickup QR, a leader's card, a file to fetch."""

from web.resident import card, file, pay, ticket
from web.resident.blueprint import public

__all__ = ["card", "file", "pay", "public", "ticket"]
