"""What has been found so far, on disk as it is found: an audit that was broken off goes on where it was."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from brownout_harness.audit.systematic.rehearsal import Rehearsal
from brownout_harness.audit.systematic.verdicts import Found
from brownout_harness.problems import BadInput

OURS: Final = ("brownout_core", "brownout_simulators", "brownout_scenarios", "brownout_harness", "brownout_reports")
NOT_OF_A_RUN: Final = ("audit", "commands")
FOUND: Final = "found.jsonl"
GOOD: Final = "good-runs.json"


def fingerprint(packages: Sequence[str] = OURS) -> str:
    """Of all of our sources and scenarios: what was found with others says nothing of these."""
    digest = hashlib.sha256()
    for package in packages:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise BadInput(f"{package} is not installed: its sources are what is changed")
        root = Path(spec.origin).parent
        for file in sorted(each for each in root.rglob("*") if each.suffix in {".py", ".yaml"}):
            if file.relative_to(root).parts[0] in NOT_OF_A_RUN:
                continue
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Kept:
    """The folder in which one audit of one package is kept. Without a folder nothing is."""

    def __init__(self, folder: Path | None, of: str) -> None:
        """`of` says what was audited: what the folder has of anything else is begun anew.

        Raises:
            BadInput: the folder cannot be written.
        """
        self._folder = folder
        self._of = of
        self.found: dict[str, Found] = {}
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.found = {each.change: each for each in self._read()}
            # Written again: without the line that was cut off when it was ended, or what other sources left.
            whole = self._head() + "".join(f"{each.to_line()}\n" for each in self.found.values())
            (folder / FOUND).write_text(whole, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"--out {folder}: {error.strerror}") from None

    def add(self, found: Found) -> None:
        """One more; on disk when this returns."""
        self.found[found.change] = found
        if self._folder is not None:
            with (self._folder / FOUND).open("a", encoding="utf-8") as file:
                file.write(found.to_line() + "\n")

    def good_runs(self) -> Rehearsal | None:
        """Of the same sources and scenarios, if they were kept."""
        file = self._folder / GOOD if self._folder is not None else None
        if file is None or not file.exists():
            return None
        of, _, told = file.read_text(encoding="utf-8").partition("\n")
        return Rehearsal.from_json(told) if of == self._of else None

    def keep_good_runs(self, good: Rehearsal) -> None:
        """For the next time."""
        if self._folder is not None:
            (self._folder / GOOD).write_text(f"{self._of}\n{good.to_json()}", encoding="utf-8")

    def _head(self) -> str:
        return json.dumps({"schema": 1, "of": self._of}) + "\n"

    def _read(self) -> Iterator[Found]:
        file = (self._folder or Path()) / FOUND
        if not file.exists():
            return
        with file.open(encoding="utf-8") as lines:
            if next(lines, "") != self._head():
                return
            for line in lines:
                if line.endswith("\n"):  # the last one may have been cut off
                    yield Found.from_line(line)
