"""`cli.py doctor`: is this installation fit for a real account? It changes nothing and says plainly what to do."""

from operating.doctor.checks import examine
from operating.doctor.findings import Finding, Patient, shown

__all__ = ["Finding", "Patient", "examine", "shown"]
