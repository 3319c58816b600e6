"""The records that are kept with the sources, a file for each run; what is otherwise than one of virtual time says."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from brownout_harness.gate.record import EXPECTATION, HEAD, LETTER, OPERATION
from brownout_harness.problems import BadInput

SHOWN: Final = 5
"""Of each kind, so many differences are told one by one."""
PART: Final = "; "
KINDS: Final = (EXPECTATION, OPERATION, LETTER)


class Baseline:
    """A folder of records."""

    def __init__(self, folder: Path) -> None:
        """Raises `BadInput`: it is something else than a folder."""
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"--baseline {folder}: this is no folder; name one that holds records, or is to hold them")
        self._folder = folder

    def record(self, run: str) -> str | None:
        """What was kept of the run of that name; None: nothing.

        Raises:
            BadInput: what is there is no record.
        """
        file = self._file(run)
        try:
            told = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"--baseline {file}: {error}; write it anew with --update") from None
        if not told.startswith(f"{HEAD}: "):
            raise BadInput(f"--baseline {file}: this is no record of a gate; write it anew with --update")
        return told

    def others(self, runs: Iterable[str], mode: str) -> tuple[str, ...]:
        """The names of further runs of that mode of which there are records."""
        pattern = re.compile(rf".+-{mode}(-\d+)?")
        there = {file.stem for file in self._folder.glob("*.txt") if pattern.fullmatch(file.stem)}
        return tuple(sorted(there - set(runs)))

    def keep(self, run: str, record: str) -> None:
        """From now on this is how it was. Raises `BadInput` where it cannot be written."""
        file = self._file(run)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(record, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"--baseline {file}: {error.strerror}; name a folder that can be written") from None

    def _file(self, run: str) -> Path:
        return self._folder / f"{run}.txt"


def drift(before: str, now: str) -> tuple[str, ...]:
    """What is otherwise, a line each, the first few of each kind; nothing where the two are the same."""
    if before == now:
        return ()
    lines: list[str] = []
    old_head, old = _read(before)
    new_head, new = _read(now)
    if old_head != new_head:
        lines.append(f"the run: was {old_head}; is {new_head}")
    for kind in KINDS:
        lines += _differences(kind, old[kind], new[kind])
    return tuple(lines or ["the same lines in another order"])


def _differences(kind: str, old: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> Iterator[str]:
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if not names:
        return
    every = len(old.keys() | new.keys())
    yield f"{len(names)} of {every} {kind}s went otherwise"
    for name in islice(names, SHOWN):
        yield f"{kind} {name}: {_was_and_is(old.get(name, []), new.get(name, []))}"
    if len(names) > SHOWN:
        yield f"… and {len(names) - SHOWN} more"


def _was_and_is(old: Sequence[str], new: Sequence[str]) -> str:
    """Without what is the same in both."""
    if not old or not new:
        return f"was {'; '.join(old) or 'not there'}; is {'; '.join(new) or 'not there'}"
    was, now = (PART.join(side).split(PART) for side in (old, new))
    gone, come = [each for each in was if each not in now], [each for each in now if each not in was]
    return f"was {PART.join(gone) or 'that'}; is {PART.join(come) or 'no more'}"


def _read(record: str) -> tuple[str, Mapping[str, Mapping[str, list[str]]]]:
    head, *lines = record.splitlines()
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        kind, _, rest = line.partition(" ")
        name, _, what = rest.partition(": ")
        found[kind][name].append(what)
    return head.removeprefix(f"{HEAD}: "), found
