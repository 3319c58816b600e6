"""The folder of a systematic audit: what became of each change, and the good runs."""

from pathlib import Path
from typing import Final

from brownout_harness.audit.kept import KeptLines
from brownout_harness.audit.systematic.rehearsal import Rehearsal
from brownout_harness.audit.systematic.verdicts import Found
from brownout_harness.problems import BadInput

FOUND: Final = "found.jsonl"
GOOD: Final = "good-runs.json"


class Kept:
    """One audit of one package. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, of: str) -> None:
        """`of` says what was audited: what the folder has of anything else is begun anew.

        Raises:
            BadInput: the folder cannot be used, or holds what no audit wrote.
        """
        self._folder = folder
        self._of = of
        self._lines = None if folder is None else KeptLines(folder / FOUND, of)
        try:
            found = [Found.from_line(each) for each in self._lines.lines] if self._lines is not None else []
        except (ValueError, KeyError, TypeError) as wrong:
            raise BadInput(f"{folder}/{FOUND}: not what an audit wrote: {wrong}; name another folder") from None
        self.found = {each.change: each for each in found}

    def add(self, found: Found) -> None:
        """One more; on disk when this returns."""
        self.found[found.change] = found
        if self._lines is not None:
            self._lines.add(found.to_line())

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
