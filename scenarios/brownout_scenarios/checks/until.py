"""Of an operation that finishes later: that its state can be asked for and read."""

from brownout_scenarios import target, units
from brownout_scenarios.checks.common import MAX_DURATION_S, Found
from brownout_scenarios.until import PLACE, TEMPLATE_NAME, Until
from brownout_scenarios.yaml_tree import Path


def until(following: Until, at: Path, *, takes_on: bool) -> Found:
    """`takes_on`: some status of the operation is *accepted*."""
    if not takes_on:
        yield at, "is for what was taken on, and no status is accepted: write accepted: 202"
    if not following.get.startswith("/"):
        yield (*at, "get"), "must be a path on the target: get: /orders/{{operation_id}}"
    for name in target.TEMPLATE.findall(following.get):
        if not TEMPLATE_NAME.fullmatch(name):
            yield (*at, "get"), f"no value for {{{{{name}}}}}: there are operation_id, and answer.<field> of the answer"
    if not PLACE.fullmatch(following.at):
        yield (*at, "at"), f"{units.shown(following.at)} is no place in an answer: body.state"
    if not following.done:
        yield (*at, "done"), "is empty: name the states in which it is done"
    for state in dict.fromkeys(state for state in following.done if state in following.refused):
        yield (*at, "refused"), f"holds {units.shown(state)}, which is also done"
    if not 0.01 <= following.every_s <= following.within_s <= MAX_DURATION_S:
        yield at, "every is at least 10ms and at most within, within at most 6h"
