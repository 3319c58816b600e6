"""How often a gate of real runs cries wolf, and how often it finds a shift.

Each comparison is made up from the records of real runs (`results/gate_power/`): six seeds of a scenario of twenty
seconds, fifty payments a second, a latency of the vendor (p50 60 ms, p99 250 ms), 503s. A run before and a run now take
the two runs of one seed, in either order, and the same stretches of two seconds of both, drawn anew within each phase.
So whatever differed between the two runs on the machine stays in; what would differ between two machines, or two days,
is not in it. Six runs each side, with their starts two and a half minutes of a real machine.

*Quiet*: two of each seed that the machine's other work had not lengthened, chosen afterwards by their latencies.
*Disturbed*: one of each two was made while others tested and linted there; of one the p99 is twice as long.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from brownout_harness.comparing.figures import P99, SUCCESS
from brownout_harness.gate.measured import Measured, read_measured
from brownout_harness.gate.shift import Shifts, shifts
from tests.bench.measure import Row

RECORDS: Final = Path(__file__).parent / "results" / "gate_power"
COMPARISONS: Final = 200
RUNS: Final = 6

Runs = Mapping[str, Measured]
Change = Callable[[Measured, random.Random], Measured]


def records(folder: Path) -> Runs:
    """By the run's name."""
    return {file.stem: read_measured(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.iterdir())}


def comparison(first: Runs, second: Runs, draw: random.Random, change: Change, *, runs: int = RUNS) -> Shifts:
    """Runs of before and of now that differ by nothing but the machine's moods, and what is done to the latter."""
    before, now = [], []
    for name in draw.choices(sorted(first), k=runs):
        one, other = draw.sample([first[name], second[name]], 2)
        blocks = drawn(one, draw)
        before.append(made_of(one, blocks))
        now.append(change(made_of(other, blocks), draw))
    return shifts(before, now)


def drawn(run: Measured, draw: random.Random) -> list[int]:
    """For each block one of the same phase."""
    phases = run.blocks.phases
    return [draw.choice([place for place, other in enumerate(phases) if other == phase]) for phase in phases]


def made_of(run: Measured, blocks: Sequence[int]) -> Measured:
    """The run with these of its blocks."""
    operations = [each.model_copy(update={"block": place}) for place, block in enumerate(blocks)
                  for each in run.operations if each.block == block]  # fmt: skip
    vendors = [each.model_copy(update={"block": place}) for place, block in enumerate(blocks)
               for each in run.vendors if each.block == block]  # fmt: skip
    return Measured(run.plan, tuple(operations), tuple(vendors))


def nothing(run: Measured, _: random.Random) -> Measured:
    """A/A."""
    return run


def slower(run: Measured, _: random.Random, *, times: float = 1.1, above: float = 0.0) -> Measured:
    """Every latency from that quantile of the run's on is so many times as long."""
    every = sorted(ms for each in run.operations for ms in each.ms)
    least = every[int(above * len(every))]
    return with_operations(run, lambda ms: ms * times if ms >= least else ms)


def moody(run: Measured, draw: random.Random) -> Measured:
    """The whole run is some per cent slower or faster: a machine with moods."""
    times = draw.gauss(1.0, 0.03)
    return with_operations(run, lambda ms: ms * times)


def with_operations(run: Measured, change: Callable[[float], float]) -> Measured:
    """The same run with other latencies."""
    changed = (each.model_copy(update={"ms": tuple(map(change, each.ms))}) for each in run.operations)
    return Measured(run.plan, tuple(changed), run.vendors)


def failing(run: Measured, draw: random.Random, *, share: float = 0.01) -> Measured:
    """So many more of the operations are not done."""
    changed = (
        each.model_copy(update={"done": each.done - sum(draw.random() < share for _ in range(each.done))})
        for each in run.operations
    )
    return Measured(run.plan, tuple(changed), run.vendors)


def run(*, quick: bool = False) -> list[Row]:
    """The share of comparisons in which the gate said so."""
    first, second, disturbed = (records(RECORDS / name) for name in ("first", "second", "disturbed"))
    count = 3 if quick else COMPARISONS
    rows = []
    for case, of, change, figure, goal in (
        ("quiet, nothing has changed", first, nothing, "", 0.01),
        ("quiet, each run 3 % slower or faster by chance", first, moody, "", 0.01),
        ("disturbed, nothing has changed", disturbed, nothing, "", 0.01),
        ("quiet, all latencies 10 % longer", first, slower, P99, 0.9),
        ("quiet, the longest 5 % of latencies 10 % longer", first, partial(slower, above=0.95), P99, 0.9),
        ("quiet, one point more of errors", first, failing, SUCCESS, 0.9),
    ):
        draw = random.Random(f"gate power: {case}")
        found = [comparison(of, second, draw, change) for _ in range(count)]
        drifted = sum(any(line.startswith(figure) for line in each.drift) for each in found)
        unclear = sum(bool(each.unclear) and not each.drift for each in found)
        rows.append(
            Row(
                bench="gate_power",
                case=f"drifted: {case}",
                value=drifted / count,
                unit="of all",
                goal=goal,
                better="higher" if figure else "lower",
                note=f"{drifted} of {count}; {unclear} could not be told",
            )
        )
    return rows
