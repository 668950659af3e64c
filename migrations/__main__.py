"""`python -m migrations new "what changes"`: write the next revision."""

from __future__ import annotations

import subprocess
import sys

from migrations import new_revision


def main(words: list[str]) -> int:
    if len(words) != 2 or words[0] != "new":
        sys.stderr.write(f"{__doc__}\n")
        return 2
    path = new_revision(words[1])
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=True)  # noqa: S603
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
