"""Real runs, made up: the shape is that of `tests/bench/results/gate_power`, the machine's moods are drawn."""

import json
import random
from collections.abc import Sequence

from brownout_harness.gate.measured import Measured, OfOperation, OfVendor, Plan

PHASES = (("steady", 0.0, 10.0), ("slow", 10.0, 20.0))
BLOCKS = 10


def a_run(
    seed: int, moods: int, *, each: int = 30, times: float = 1.0, failing: float = 0.02, mood: float = 0.01,
    asked: str = "", name: str = "pay"
) -> Measured:  # fmt: skip
    """One with so many operations in each block. Two of one seed differ by the machine's moods: each operation by a
    millisecond or so, the whole run by a per cent."""
    base, draw = random.Random(f"base {seed}"), random.Random(f"moods {seed} {moods}")
    whole = draw.gauss(1.0, mood)
    operations, vendors = [], []
    for block in range(BLOCKS):
        ms, done = [], 0
        for _ in range(each):
            ms.append(round(times * whole * base.lognormvariate(4.1, 0.6) + abs(draw.gauss(1.0, 1.0)), 1))
            done += base.random() >= failing
        operations.append(OfOperation(operation=name, block=block, done=done, ms=tuple(sorted(ms))))
        vendors.append(OfVendor(vendor="stripe", block=block, requests=each + 3, asks=each))
    return Measured(Plan(phases=PHASES, asked=asked or f"seed {seed}"), tuple(operations), tuple(vendors))


def some(moods: int, *, runs: int = 6, **changes: float | str) -> Sequence[Measured]:
    """Runs of as many seeds."""
    return [a_run(seed, moods, **changes) for seed in range(runs)]  # type: ignore[arg-type]


def lines_of(run: Measured) -> str:
    """As it is kept."""
    lines = [run.plan, *run.operations, *run.vendors]
    return "\n".join(["# brownout gate: made up", *(json.dumps(each.model_dump()) for each in lines)]) + "\n"
