"""What an audit that takes hours has found so far, on disk as it is found: broken off, it goes on where it was."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from brownout_harness.problems import BadInput

OURS: Final = ("brownout_core", "brownout_simulators", "brownout_scenarios", "brownout_harness", "brownout_reports")
NOT_OF_A_RUN: Final = ("audit", "commands")
"""Parts of the harness that ask for runs, and are no part of one."""


def sources(packages: Sequence[str] = OURS) -> str:
    """All that a run is made of, code and scenarios, in a few letters. Raises `BadInput` where one is not installed."""
    digest = hashlib.sha256()
    for package in packages:
        root = root_of(package)
        for file in sorted(each for each in root.rglob("*") if each.suffix in {".py", ".yaml"}):
            below = file.relative_to(root)
            if below.parts[0] not in NOT_OF_A_RUN:
                digest.update(f"{package}/{below}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def root_of(package: str) -> Path:
    """The folder that it is imported from. Raises `BadInput` where there is none."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise BadInput(f"{package} is not installed: its sources are what the audit is about")
    return Path(spec.origin).parent


class KeptLines:
    """Lines in a file, of one state of what they are about: what was found of another says nothing of this one."""

    def __init__(self, file: Path, of: str) -> None:
        """`of` names that state. Raises `BadInput` where the file cannot be used."""
        self._file = file
        head = json.dumps({"schema": 1, "of": of})
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self.lines = tuple(self._read(head))
            # Written again: without a line that was cut off, or what there was of another state.
            file.write_text("".join(f"{each}\n" for each in (head, *self.lines)), encoding="utf-8")
        except OSError as error:
            raise BadInput(f"--out {file.parent}: {error.strerror}; name a folder that can be written") from None

    def add(self, line: str) -> None:
        """One more; on disk when this returns."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _read(self, head: str) -> Iterator[str]:
        if not self._file.exists():
            return
        first, *lines = self._file.read_text(encoding="utf-8").split("\n")
        if first == head:
            yield from lines[:-1]  # behind the last end of a line is nothing, or what was cut off
