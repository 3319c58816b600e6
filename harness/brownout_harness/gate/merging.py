"""The gates of several machines, each of which had its share, as one."""

import shutil
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from brownout_harness.gate.outcome import Gate, Run, read_gate
from brownout_harness.gate.place import check_below
from brownout_harness.gate.planned import Shard
from brownout_harness.problems import BadInput


def merged(folders: Sequence[Path]) -> Gate:
    """What came of all of them.

    Raises:
        BadInput: a folder is no gate's, two have the same run, a run or a share is missing, of which nothing is known,
            or only some were compared with a baseline.
    """
    gates = [read_gate(each) for each in folders]
    _check_whole(folders, gates)
    for folder, gate in zip(folders, gates, strict=True):
        if gate.is_compared != gates[0].is_compared:
            raise BadInput(f"--merge {folder}: of these gates only some have a baseline; run all with it, or none")
    runs: dict[str, Run] = {}
    for folder, gate in zip(folders, gates, strict=True):
        for run in gate.runs:
            if run.name in runs:
                raise BadInput(f"--merge {folder}: {run.name} is in another one, too; leave one of them out")
            runs[run.name] = run
    _check_all_there(gates, runs)
    return Gate(
        is_compared=gates[0].is_compared,
        left_out=_of_all(gate.left_out for gate in gates),
        unmade=_of_all(gate.unmade for gate in gates),
        few=_of_all(gate.few for gate in gates),
        runs=tuple(runs[name] for name in sorted(runs)),
    )


def _check_whole(folders: Sequence[Path], gates: Sequence[Gate]) -> None:
    told = [Shard.read(gate.shard) for gate in gates if gate.shard]
    if not told:
        return
    if len(told) < len(gates) or len({each.of for each in told}) > 1:
        raise BadInput(f"--merge {folders[0]}: shards of different gates; name all shards of one")
    there = sorted(each.number for each in told)
    if there != list(range(1, told[0].of + 1)):
        missing = sorted(set(range(1, told[0].of + 1)) - set(there))
        which = f"shard {missing[0]}/{told[0].of} is missing" if missing else "a shard is there twice"
        raise BadInput(f"--merge: {which}; name each of the {told[0].of} once")


def _of_all(told: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for some in told for name in some}))


def _check_all_there(gates: Sequence[Gate], runs: Collection[str]) -> None:
    """Each share says what the whole has: shares of two selections make up neither."""
    for gate in gates:
        if gate.shard and set(gate.whole) != set(runs):
            name, *_ = sorted(set(gate.whole) ^ set(runs))
            which = "is in no share" if name in gate.whole else f"is none of the gate that shard {gate.shard} is of"
            raise BadInput(f"--merge: {name} {which}; run all shards with the same scenarios, mode and --repeat")


def copy_runs(folders: Sequence[Path], out: Path) -> None:
    """The folders of their runs, to one place. Raises `BadInput`."""
    for folder in folders:
        for run in read_gate(folder).runs:
            if not run.kept:
                continue
            check_below(run.name, folder)
            try:
                shutil.copytree(folder / run.name, out / run.name)
            except OSError as error:
                raise BadInput(f"--merge {folder / run.name}: {error.strerror or error}; is it all there?") from None
