"""The action log (操作流水): who changed what, from what, to what. Written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from models import Work, action_log
from models.prepared import Prepared

PLATFORM = 0  # the `leader_id` of what belongs to no leader


def record(
    work: Work,
    *,
    leader_id: int,
    actor: str,
    action: str,
    entity: str,
    entity_id: int,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    is_forced: bool = False,
) -> None:
    """Append one row. `actor` is `account:<id>`, `operator:<id>` or `system`."""
    _RECORD.send(
        work,
        {
            "leader_id": leader_id,
            "id": work.new_id(),
            "actor": actor,
            "action": action,
            "entity": entity,
            "entity_id": entity_id,
            "before": dict(before) if before is not None else None,
            "after": dict(after) if after is not None else None,
            "is_forced": is_forced,
            "at": work.now,
        },
    )


def log(
    work: Work,
    leader_id: int,
    actor: str,
    action: str,
    entity_id: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """The same for an action that is named after its entity: `offer.price`."""
    entity = action.partition(".")[0]
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action=action,
        entity=entity,
        entity_id=entity_id,
        before=before,
        after=after,
    )


_RECORD = Prepared(
    insert(action_log),
    columns=("leader_id", "id", "actor", "action", "entity", "entity_id", "before", "after", "is_forced", "at"),
)
