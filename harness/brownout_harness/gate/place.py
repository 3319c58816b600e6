"""The gate's folder. Its name is the same each time, so the one of the gate before makes room; nobody else's does.

Who was killed in the middle leaves `gate.json` with the runs that were planned: those are what the next one may remove.
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from brownout_harness.gate.outcome import FILE, Gate, read_gate
from brownout_harness.problems import BadInput


def take_over(folder: Path, files: Iterable[str]) -> None:
    """Leave nothing of an earlier gate there: its runs, and the documents of these names.

    Raises:
        BadInput: something is there that no gate wrote, or it cannot be removed.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / FILE).is_file()):
        raise BadInput(f"--out {folder}: there is something that no gate wrote; name another folder")
    if not (folder / FILE).is_file():
        return
    runs = [each.name for each in read_gate(folder).runs]
    try:
        for name in runs:
            check_below(name, folder)
            there = folder / name
            if there.is_symlink() or there.is_file():
                raise BadInput(f"--out {there}: no gate wrote this; remove it, or name another folder")
            if there.is_dir():
                shutil.rmtree(there)
        for name in files:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"--out {error.filename or folder}: {error.strerror}; name another folder") from None


def check_below(name: str, folder: Path) -> None:
    """Refuse a run's name that leads elsewhere: the file may be anybody's. Raises `BadInput`."""
    if name in {"", ".", ".."} or Path(name).name != name:
        raise BadInput(f"{folder / FILE}: names the folder {name!r}, which is none of its own; name another folder")


def write(folder: Path, gate: Gate, documents: Mapping[str, str]) -> None:
    """What came of it, and how it reads. Raises `BadInput` where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {FILE: gate.to_json(), **documents}.items():
            partial = folder / f".{name}.partial"
            partial.write_text(text, encoding="utf-8")
            partial.replace(folder / name)
    except OSError as error:
        raise BadInput(f"--out {folder}: {error.strerror}; name a folder that can be written") from None
