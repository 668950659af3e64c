"""How the doctor looks at the world outside of this program."""

from __future__ import annotations

import shutil
import subprocess
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from operating.doctor.findings import Probed

TIMEOUT_S = (5.0, 10.0)


def probe(url: str) -> Probed:
    """One GET, without redirects, with the certificate checked."""
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        return Probed(0, error="certificate")
    except requests.ConnectTimeout:
        return Probed(0, error="timeout")
    except requests.RequestException as error:
        return Probed(0, error="timeout" if isinstance(error, requests.Timeout) else "connection")
    told = answer.headers.get("Date")
    return Probed(answer.status_code, answer.text[:500], parsedate_to_datetime(told).timestamp() if told else None)


def free_bytes(path: Path) -> int:
    """The room left where `path` is or would be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def has_font() -> bool:
    """Whether this machine has a font with Chinese characters."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    found = subprocess.run([lister, ":lang=zh-cn", "family"], capture_output=True, check=False)  # noqa: S603
    return bool(found.stdout.strip())
