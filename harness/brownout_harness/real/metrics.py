"""What a target's metrics say of a breaker's state. Pure."""

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from brownout_scenarios.observing import STATES, BreakerMetric, State


class Unreadable(Exception):
    """The metrics are there, and say nothing that can be understood; the message says what they say."""


def samples_in(text: str) -> list[Sample]:
    """Every sample.

    Raises:
        Unreadable: it is not Prometheus's text format.
    """
    try:
        return [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    except ValueError as error:
        raise Unreadable(f"not in Prometheus's text format: {str(error)[:80]}") from None


def state_in(samples: list[Sample], wanted: BreakerMetric) -> State | None:
    """The breaker's state; None where it has no series, which one that was never used may not have yet.

    Raises:
        Unreadable: there are several such series, or its value stands for no state.
    """
    its = [each for each in samples if each.name == wanted.metric and wanted.labels.items() <= each.labels.items()]
    if not its:
        return None
    return _named(its, wanted) if wanted.state else _numbered(its, wanted)


def _named(its: list[Sample], wanted: BreakerMetric) -> State:
    lit = [each.labels.get(wanted.state, "") for each in its if each.value == 1]
    if len(lit) != 1:
        raise Unreadable(f"{wanted.metric}: {len(lit)} of {len(its)} series are 1, and one state is to be")
    said = lit[0].lower().replace("-", "_")
    for state in STATES:
        if state == said:
            return state
    raise Unreadable(f"{wanted.metric}: {wanted.state} is {lit[0]!r}, which is none of {', '.join(STATES)}")


def _numbered(its: list[Sample], wanted: BreakerMetric) -> State:
    if len(its) > 1:
        raise Unreadable(f"{wanted.metric}: {len(its)} series; say by labels which one it is")
    numbers: dict[float | None, State] = {getattr(wanted, state): state for state in STATES}
    state = numbers.get(its[0].value)
    if state is None:
        raise Unreadable(f"{wanted.metric}: {its[0].value:g} stands for no state that the scenario says")
    return state
