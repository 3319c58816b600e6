"""Finished runs side by side: the figures of each, and how far those of each other one are from the first one's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from brownout_harness.comparing.blocks import Blocks, blocks_of
from brownout_harness.comparing.figures import Figure, Name, figures_of
from brownout_harness.comparing.intervals import Interval, interval_of
from brownout_harness.comparing.otherwise import Otherwise, is_asked_alike, otherwise
from brownout_harness.comparing.seen import Seen, evidence_in, seen_in
from brownout_harness.problems import BadInput
from brownout_harness.running.recorded import scenario_of
from brownout_reports.run_folder import RunFolder, Status, Verdict

LABELS: Final = "ABCDEFGH"
"""By which runs are told apart; so many can be compared."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the runs."""

    label: str
    run: RunFolder
    seen: Seen
    blocks: Blocks
    figures: dict[Name, Figure]

    @property
    def verdict(self) -> Verdict:
        """As it was judged."""
        return self.run.verdict

    @cached_property
    def unsound(self) -> tuple[str, ...]:
        """Why its figures are those of another experiment than was asked for; nothing where they are not."""
        if self.verdict.verdict is Status.INCONCLUSIVE:
            return tuple(
                f"{self.label} is inconclusive: {reason}" for reason in self.verdict.reasons or ("no reason is told",)
            )
        # A failed run may have fallen short, too.
        gaps = [mark.text for mark in self.verdict.marks if mark.kind == "gap"]
        return tuple(f"{self.label} fell short: {gap}" for gap in gaps[:1])


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a figure, to the first run's."""

    value: float | None
    """Less the first one's; None: one of the two has none."""
    interval: Interval | None = None
    why: str = ""
    """Why there is no interval."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What is to be said of them."""

    sides: tuple[Side, ...]
    alike: tuple[bool, ...]
    """Of each run after the first, whether it was asked for the same operations at the same instants."""

    @cached_property
    def unsound(self) -> tuple[str, ...]:
        """What keeps the comparison from saying anything of some of them."""
        return tuple(line for side in self.sides for line in side.unsound)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What else tells them apart than what is compared."""
        first, *others = self.sides
        return tuple(line for other in others for line in _told_apart(first, other))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Of all figures that any of them has."""
        return tuple(dict.fromkeys(name for side in self.sides for name in side.figures))

    @cached_property
    def differences(self) -> dict[Name, tuple[Difference, ...]]:
        """By figure, of each run after the first."""
        first, *others = self.sides
        return {
            name: tuple(
                _difference(name, first, other, is_paired=alike)
                for other, alike in zip(others, self.alike, strict=True)
            )
            for name in self.names
        }

    @cached_property
    def otherwise(self) -> tuple[Otherwise | None, ...]:
        """Of each run after the first, the operations that went differently; None: they were asked for other ones."""
        first, *others = self.sides
        return tuple(
            otherwise(first.run, other.run) if alike else None for other, alike in zip(others, self.alike, strict=True)
        )


def comparison_of(runs: Sequence[RunFolder]) -> Comparison:
    """Measure them. Raises `BadInput`: there is nothing to compare."""
    if not 2 <= len(runs) <= len(LABELS):
        raise BadInput(f"{len(runs)} run{'s' * (len(runs) != 1)}: name 2 to {len(LABELS)} run folders")
    names = {run.verdict.scenario: run for run in runs}
    if len(names) > 1:
        one, other, *_ = names.values()
        told = f"{one.path} is a run of {one.verdict.scenario} and {other.path} one of {other.verdict.scenario}"
        raise BadInput(f"{told}: there is nothing to compare; name runs of one scenario")
    sides = tuple(_side(label, run) for label, run in zip(LABELS, runs, strict=False))
    first, *others = sides
    alike = tuple(first.blocks == each.blocks and is_asked_alike(first.run, each.run) for each in others)
    return Comparison(sides, alike)


def _side(label: str, run: RunFolder) -> Side:
    evidence, blocks = evidence_in(run), blocks_of(run.verdict.phases)
    seen = seen_in(evidence, run.verdict)
    return Side(label, run, seen, blocks, figures_of(evidence, seen, blocks))


def _difference(name: Name, first: Side, other: Side, *, is_paired: bool) -> Difference:
    one, two = (side.figures.get(name, Figure(None)) for side in (first, other))
    if one.value is None or two.value is None:
        missing = [side.label for side, each in ((first, one), (other, two)) if each.value is None]
        return Difference(None, why=f"none in {' and '.join(missing)}")
    value = two.value - one.value
    if first.unsound or other.unsound:
        return Difference(value, why=f"{(first if first.unsound else other).label} says nothing")
    if why := one.few or two.few:
        return Difference(value, why=why)
    if one.measure is None or two.measure is None:
        return Difference(value, why="a few events that hang together")
    interval = interval_of(
        one.measure, two.measure, (first.blocks, other.blocks), is_paired=is_paired, phase=name.phase
    )
    return Difference(value, interval, "" if interval else "too often without a value")


def _told_apart(first: Side, other: Side) -> Iterator[str]:
    one, two, both = first.verdict, other.verdict, f"{first.label} and {other.label}"
    if one.verdict is not two.verdict:
        yield f"the verdicts differ: {first.label} {one.verdict}, {other.label} {two.verdict}"
    if first.run.scenario != other.run.scenario:
        parts = _differing_parts(first.run, other.run)
        if parts != ["seed"]:
            yield f"{both} ran different versions of the scenario: what differs is {', '.join(parts)}"
    for what, values in (
        ("seed", (one.seed, two.seed)),
        ("mode", (one.mode, two.mode)),
        ("target", (one.target, two.target)),
        ("parts in the gateway", (_parts(first), _parts(other))),
        ("version of Brownout", (one.environment.brownout, two.environment.brownout)),
        ("Python", (one.environment.python, two.environment.python)),
        ("number of processors", (one.environment.cpus, two.environment.cpus)),
    ):
        if values[0] != values[1]:
            yield f"{both} differ in the {what}: {values[0]}, {values[1]}"


def _parts(side: Side) -> str:
    return ", ".join(side.seen.parts) or "its own"


def _differing_parts(one: RunFolder, other: RunFolder) -> list[str]:
    """By their names in the file."""
    was, now = (scenario_of(run).document for run in (one, other))
    return [key for key in dict.fromkeys([*was, *now]) if was.get(key) != now.get(key)] or ["how it is written"]
