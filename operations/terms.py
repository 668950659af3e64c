"""The leader's part of single items. Agreed while people can still order: from the close on it is frozen."""

from __future__ import annotations

from sqlalchemy import select, update

from models import Work, offer
from operations.audit import record
from operations.errors import NotFound
from operations.offers import lock_round, require_state


def set_offer_terms(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    offer_id: int,
    share_bps: int | None,
    per_unit_fen: int | None,
    actor: str,
) -> None:
    """A share of the deal price, or a sum per unit, instead of the round's share; neither: the round's share again.

    Raises NotFound, WrongState (the round is closed), ValueError (both).
    """
    if share_bps is not None and per_unit_fen is not None:
        raise ValueError("a share or a sum per unit, not both")
    require_state(lock_round(work, leader_id, round_id), "open")
    mine = (offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.id == offer_id)
    before = work.db.execute(select(offer.c.share_bps, offer.c.commission_fen).where(*mine)).first()
    if before is None:
        raise NotFound(what="offer")
    work.db.execute(update(offer).where(*mine).values(share_bps=share_bps, commission_fen=per_unit_fen))
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="offer.terms",
        entity="offer",
        entity_id=offer_id,
        before={"share_bps": before.share_bps, "per_unit_fen": before.commission_fen},
        after={"share_bps": share_bps, "per_unit_fen": per_unit_fen},
    )
