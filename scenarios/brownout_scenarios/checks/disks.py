"""Of what is done to disks: that there is one, that it is full before it is freed, and free in the end."""

from collections.abc import Iterable

from brownout_scenarios.checks.common import Found
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.yaml_tree import Path


def disks(scenario: Scenario, timed: Iterable[tuple[float, Path, Action]]) -> Found:
    """`timed` are the actions in their order; the end of one has the place of its beginning."""
    is_full, refused = False, set[Path]()
    for _, path, action in timed:
        if action.disk is None or path in refused:
            continue
        if scenario.target is not None:
            yield (*path, action.verb), "is the gateway's; this target is not the gateway"
            refused.add(path)
        elif (action.fill is not None) == is_full:
            yield (*path, action.verb), f"the disk is {'full already' if is_full else 'not full'} at that time"
            refused.add(path)
        else:
            is_full = not is_full
    if is_full:
        yield ("phases",), "end with the disk of the dead letters full; free it, so that it can be judged"
