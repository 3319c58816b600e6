"""Whether the library cries wolf: the good core, many seeds, and not one run that is red or says nothing.

What has been run is kept as it comes, so that hours of it can be broken off and gone on with; what was run with other
sources says nothing of these, and is run again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from brownout_harness.audit.for_real import run_real_cell
from brownout_harness.audit.kept import KeptLines, sources
from brownout_harness.audit.matrix import GOOD, Cell, run_cell
from brownout_harness.audit.processes import in_processes
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput
from brownout_reports.run_folder import Status

FILE: Final = "trust.jsonl"
SHOW_EVERY: Final = 65
VIRTUAL: Final = "virtual"
REAL: Final = "real"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One run of the good core."""

    scenario: str
    seed: int
    mode: str = VIRTUAL


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one."""

    wanted: Wanted
    status: Status
    observed: str

    @classmethod
    def of(cls, wanted: Wanted, cell: Cell) -> "Ran":
        """With what failed, and what was seen of it."""
        failed = f"{', '.join(cell.failed)}: " if cell.failed else ""
        return cls(wanted, cell.status, "" if cell.status is Status.PASSED else f"{failed}{cell.observed}")


def in_virtual_time(scenarios: Sequence[str], seeds: int) -> list[Wanted]:
    """Every scenario on seed 1, then every one on 2, and so on: what is broken off has tried all of them."""
    return [Wanted(name, seed) for seed in range(1, seeds + 1) for name in scenarios]


def for_real(runs: int, scenarios: Sequence[str]) -> list[Wanted]:
    """So many runs, going round the scenarios, each round on another seed."""
    rounds = [(scenarios[number % len(scenarios)], number // len(scenarios)) for number in range(runs)]
    return [Wanted(name, turn + 1, REAL) for name, turn in rounds]


def run_wanted(wanted: Wanted) -> Ran:
    """One run, in its mode."""
    run = run_real_cell if wanted.mode == REAL else run_cell
    return Ran.of(wanted, run(GOOD, wanted.scenario, wanted.seed))


class Kept:
    """What has been run, in a folder."""

    def __init__(self, folder: Path, of: str) -> None:
        """`of` says with which sources. Raises `BadInput` where the folder cannot be used."""
        self._lines = KeptLines(folder / FILE, of)
        try:
            self.ran = {each.wanted: each for each in map(_read, self._lines.lines)}
        except (ValueError, KeyError, TypeError) as wrong:
            raise BadInput(f"{folder / FILE}: not what `brownout trust` wrote: {wrong}; name another folder") from None

    def add(self, ran: Ran) -> None:
        """One more; on disk when this returns."""
        self.ran[ran.wanted] = ran
        self._lines.add(_line(ran))


def _read(line: str) -> Ran:
    told = json.loads(line)
    return Ran(Wanted(**told["wanted"]), Status(told["status"]), told["observed"])


def _line(ran: Ran) -> str:
    return json.dumps(asdict(ran), sort_keys=True)


def run_all(console: Console, wanted: Sequence[Wanted], folder: Path, *, workers: int | None = None) -> int:
    """Those that are not kept in the folder yet. 0: all passed; 1: one failed; 3: one says nothing."""
    kept = Kept(folder, sources())
    left = [each for each in wanted if each not in kept.ran]
    _say(console, f"{len(wanted) - len(left)} of {len(wanted)} runs are there already, in {folder}")
    for mode, at_once in ((VIRTUAL, workers), (REAL, 1)):  # two real ones would be in each other's way
        some = [(each,) for each in left if each.mode == mode]
        for number, ran in enumerate(in_processes(run_wanted, some, at_once) if some else (), 1):
            kept.add(ran)
            if mode == REAL or number % SHOW_EVERY == 0 or ran.status is not Status.PASSED:
                _say(console, f"{mode}: {number} of {len(some)}, {told(ran)}")
    return summed_up(console, [kept.ran[each] for each in wanted])


def summed_up(console: Console, ran: Sequence[Ran]) -> int:
    """What is wrong, once more, and how many there were."""
    wrong = [each for each in ran if each.status is not Status.PASSED]
    for each in wrong:
        _say(console, told(each))
    real = sum(each.wanted.mode == REAL for each in ran)
    _say(console, f"{len(ran) - len(wrong)} of {len(ran)} runs of the good core passed ({real} of the runs for real)")
    if any(each.status is Status.FAILED for each in wrong):
        return FAILED
    return NOT_JUDGED if wrong or not ran else PASSED


def told(ran: Ran) -> str:
    """One run in one line."""
    seen = f" ({ran.observed})" if ran.observed else ""
    return f"{ran.wanted.scenario}, seed {ran.wanted.seed}, {ran.wanted.mode}: {ran.status}{seen}"


def _say(console: Console, what: str) -> None:
    console.print(what, markup=False, highlight=False, soft_wrap=True)
