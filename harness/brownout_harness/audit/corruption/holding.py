"""Damages to how much memory the target was seen to hold, and how many descriptors."""

from dataclasses import replace
from typing import Final

from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.inputs import RunInputs

MORE_A_SECOND: Final = 10_000_000


def leaked(run: Run) -> RunInputs:
    """More with every second."""
    run.one_of(run.inputs.memory)
    more = (each.resident_bytes + int(each.at_s * MORE_A_SECOND) for each in run.inputs.memory)
    samples = zip(run.inputs.memory, more, strict=True)
    return replace(run.inputs, memory=tuple(each._replace(resident_bytes=held) for each, held in samples))


def left_open(run: Run) -> RunInputs:
    """More descriptors with every second."""
    run.one_of(run.inputs.memory)
    samples = (each._replace(descriptors=(each.descriptors or 0) + int(each.at_s)) for each in run.inputs.memory)
    return replace(run.inputs, memory=tuple(samples))


def unseen(run: Run) -> RunInputs:
    run.one_of(run.inputs.memory)
    return replace(run.inputs, memory=())


def hardly_seen(run: Run) -> RunInputs:
    """The first half minute, and then nothing more."""
    run.one_of(run.inputs.memory)
    return replace(run.inputs, memory=tuple(each for each in run.inputs.memory if each.at_s < 31.0))


MEMORY: Final = ("memory_bounded",)
OPEN: Final = ("descriptors_bounded",)
HOLDS: Final = (*MEMORY, *OPEN)
DAMAGES: Final = (
    Damage(name="memory-leaked", about="it held more and more", noticed_by=MEMORY, where_demanded=True, do=leaked),
    Damage(name="descriptors-left", about="it opened ever more", noticed_by=OPEN, where_demanded=True, do=left_open),
    Damage(name="memory-unseen", about="nobody looked", noticed_by=HOLDS, where_demanded=True, do=unseen),
    Damage(name="memory-hardly-seen", about="few looked", noticed_by=HOLDS, where_demanded=True, do=hardly_seen),
)
