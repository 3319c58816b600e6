"""The control run: the same load, of the same seed, on the same target in the same mode, and nothing goes wrong.

It is made once, after the run, where an expectation compares with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.problems import NotJudged
from brownout_harness.progress import Progress, ProgressSink
from brownout_scenarios.schema import Scenario
from brownout_scenarios.yaml_tree import Path as Place

ASKED_TWICE: Final = (
    "compares with a control run, in which the same is asked for once more: a target that runs already has seen it; "
    "say how it is started (target.command)"
)


def control_of(scenario: Scenario) -> Scenario:
    """The scenario without faults, actions and the limiters of single phases. What holds for the whole run stays: how
    many calls a vendor works on, its limiters, how it is set up; and who asks for what, when."""
    phases = tuple(phase.quieted() for phase in scenario.phases)
    return replace(scenario, phases=phases, keeps_linked=scenario.linked, always=())


def is_wanted(scenario: Scenario) -> bool:
    """Whether an expectation compares with it."""
    return any(_compares(each.check) for each in scenario.expect)


def without_one(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    """The expectations that need one where there can be none."""
    if scenario.target is None or scenario.target.is_started:
        return
    for number, each in enumerate(scenario.expect):
        if _compares(each.check):
            yield ("expect", number), f"{each.name} {ASKED_TWICE}"


def with_control(scenario: Scenario, inputs: RunInputs, run: Callable[[Scenario], RunInputs]) -> RunInputs:
    """What came of a run, and beside it what came of its control run, if one is wanted; `run` makes it."""
    if not is_wanted(scenario):
        return inputs
    if _is_interrupted(inputs):
        return replace(inputs, no_control="the run was interrupted")
    try:
        control = run(control_of(scenario))
    except NotJudged as error:
        return replace(inputs, no_control=str(error))
    return replace(inputs, control=control, secrets=inputs.secrets | control.secrets)


def told_of(inputs: RunInputs) -> Iterator[str]:
    """A note for whoever reads the verdict."""
    if inputs.control is not None:
        yield "compared with a control run: the same load and seed, on the same target, without faults and actions"


def was_interrupted(inputs: RunInputs) -> bool:
    """Whether somebody ended one of the two."""
    return _is_interrupted(inputs) or (inputs.control is not None and _is_interrupted(inputs.control))


def shown(progress: ProgressSink | None) -> ProgressSink | None:
    """For the control run: it says that it is one."""
    if progress is None:
        return None

    def show(look: Progress) -> None:
        progress(replace(look, phase=f"control run: {look.phase}"))

    return show


def _compares(check: object) -> bool:
    return bool(getattr(check, "NEEDS_CONTROL", False))


def _is_interrupted(inputs: RunInputs) -> bool:
    return any(gap.kind is GapKind.INTERRUPTED for gap in inputs.gaps)
