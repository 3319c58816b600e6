"""What benchmarks share: a row with its goal, interleaved sampling, medians of paired ratios."""

import gc
import os
import platform
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of a benchmark."""

    bench: str
    case: str
    value: float
    unit: str
    goal: float | None = None
    """None: shown for comparison only."""
    better: Literal["lower", "higher"] = "lower"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None without one."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.better == "lower" else self.value >= self.goal


def interleaved(cases: Mapping[str, Callable[[], float]], *, rounds: int, seed: int = 7) -> dict[str, list[float]]:
    """Sample every case once a round, in a new order each round, so that drift of the machine hits all alike.

    A case returns its own figure (seconds, say). The collector of garbage is off while a case runs.
    """
    shuffle = random.Random(seed).shuffle
    samples: dict[str, list[float]] = {name: [] for name in cases}
    names = list(cases)
    for _ in range(rounds):
        shuffle(names)
        for name in names:
            gc.collect()
            gc.disable()
            try:
                samples[name].append(cases[name]())
            finally:
                gc.enable()
    return samples


def paired_ratio(samples: Sequence[float], baseline: Sequence[float]) -> float:
    """The median of the ratios of samples that were taken in the same round."""
    return median(ours / theirs for ours, theirs in zip(samples, baseline, strict=True))


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| bench | case | value | goal | met | note |", "| --- | --- | ---: | ---: | --- | --- |"]
    for row in rows:
        sign = "≤" if row.better == "lower" else "≥"
        goal = f"{sign} {_figure(row.goal)} {row.unit}" if row.goal is not None else ""
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.bench} | {row.case} | {_figure(row.value)} {row.unit} | {goal} | {met} | {row.note} |")
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def machine() -> str:
    """What the figures were taken on, in one line; nothing that names the machine."""
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} when it began"
