"""Of those who ask a vendor directly: it can be asked so, and nothing is said that only holds of the target."""

from brownout_scenarios import spelling, units
from brownout_scenarios import workload as asked
from brownout_scenarios.checks.common import Found, groups_in
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

OF_THE_TARGET = ("operation_id", "leaves", "undone_by", "as_asked", "answers", "until", "stream_end")
_UNSAID = asked.Operation(name="unsaid")


def outsiders(scenario: Scenario, words: Vocabulary) -> Found:
    groups = groups_in(scenario)
    if groups and all(group.asked_of for _, group in groups):
        yield groups[0][0], "asks a vendor: nobody asks the target"
    for at, group in groups:
        if group.asked_of:
            yield from _whom(words, group.asks, (*at, "asks"))
        for index, operation in enumerate(group.operations):
            place: Path = (*at, "operations", index)
            if group.asked_of:
                yield from _of_outsider(operation, place, group, groups)
            elif operation.find is not None:
                yield (*place, "find"), "is for groups that ask a vendor directly, by asks"


def _whom(words: Vocabulary, vendor: str, at: Path) -> Found:
    known = (asked.TARGET, *words.open_to_outsiders)
    if vendor in known:
        return
    if vendor in words.vendors:
        yield at, f"{vendor} cannot be asked with a key alone; known: {', '.join(known)}"
    else:
        yield at, f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, known)}"


def _of_outsider(
    operation: asked.Operation, at: Path, group: asked.Group, groups: list[tuple[Path, asked.Group]]
) -> Found:
    for key in OF_THE_TARGET:
        if getattr(operation, key) != getattr(_UNSAID, key):
            yield (*at, key), "holds of what the target is asked for: nothing that others do is judged"
    others = {each.name for _, other in groups if other.asks != group.asks for each in other.operations}
    if operation.name in others:
        yield (*at, "name"), f"{units.shown(operation.name)} is asked of somebody else, too: take another name"
    if operation.find is not None and not operation.find.get.startswith("/"):
        yield (*at, "find", "get"), f"must be a path at {group.asks}: /v1/charges?limit=1"
