"""All examinations, in the order in which a person would put things right."""

from __future__ import annotations

from operating.doctor import machine, wechat
from operating.doctor.findings import Finding, Patient

EXAMINATIONS = (
    machine.files,
    machine.database,
    machine.room,
    machine.clock,
    machine.fonts,
    wechat.credentials,
    wechat.access,
    wechat.callback,
)


def examine(patient: Patient) -> list[Finding]:
    """Everything that was found."""
    return [finding for look in EXAMINATIONS for finding in look(patient)]
