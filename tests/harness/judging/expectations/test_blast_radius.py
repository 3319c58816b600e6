"""A vendor's trouble stays with those who need that vendor."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.blast_radius import BlastRadius
from brownout_harness.judging.paired import used_by
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from brownout_reports.spans import FaultSpan
from tests.support.histories import beside, changed, effect, healthy, known, operation, request, with_operations

STRUCK = FaultSpan(id="outage.0", vendor="stripe", text="503", start_s=20, end_s=60, matched=9, struck=9)
SPARED = BlastRadius(during="outage")


def shop(count: int = 2000, over_s: float = 100.0) -> Evidence:
    """Half are payments, half are text messages; stripe was struck in the outage."""
    named = [("pay", "notify")[number % 2] for number in range(count)]
    at_s = [over_s * number / count for number in range(count)]
    made = list(enumerate(zip(named, at_s, strict=True)))
    run = known(
        operations=[operation(n, name=name, at_s=s) for n, (name, s) in made],
        requests=[request(n, name=name, at_s=s + 0.01, seq=2 * n) for n, (name, s) in made],
        effects=[effect(n, name=name, at_s=s + 0.05, seq=2 * n + 1) for n, (name, s) in made],
        phases=healthy(10).phases,
        faults=(STRUCK,),
        duration_s=over_s,
    )
    return beside(run)


RUN = shop()


def status(evidence: Evidence, demand: BlastRadius = SPARED) -> Status:
    return demand.judge(evidence).status


def of(name: str, each_nth: int = 1, **changes: Any) -> Evidence:
    """Of these operations each nth is changed; `by_s` later."""
    by_s = changes.pop("by_s", 0.0)

    def change(each: Any) -> Any:
        if each.name != name or int(each.operation_id[3:]) // 2 % each_nth:
            return each
        return each._replace(finished_s=each.finished_s + by_s, **changes)

    return with_operations(RUN, change)


def test_whoever_uses_another_vendor_is_spared_whatever_becomes_of_the_others() -> None:
    result = SPARED.judge(of("pay", outcome=Outcome.REFUSED))
    assert result.status is Status.PASSED
    assert result.observed.startswith("stripe struck; notify 100 % of 400, surely 99.04 % to 100 %; notify p99 100 ms")


def test_neighbours_who_are_not_done_fail_it() -> None:
    result = SPARED.judge(of("notify", each_nth=10, outcome=Outcome.REFUSED))
    assert (result.status, len(result.cases)) == (Status.FAILED, 3)
    assert result.cases[0].what == "refused after 100 ms"


def test_neighbours_who_wait_fail_it() -> None:
    assert status(of("notify", by_s=0.2)) is Status.PASSED
    assert status(of("notify", by_s=0.3)) is Status.FAILED
    assert status(of("notify", each_nth=10, by_s=5)) is Status.FAILED


def test_a_few_more_slow_ones_may_be_chance() -> None:
    assert status(of("notify", each_nth=70, by_s=5)) is Status.INCONCLUSIVE
    assert status(of("notify", each_nth=150, by_s=5)) is Status.PASSED


def test_shares_too_near_to_the_bound_cannot_be_told() -> None:
    assert status(of("notify", each_nth=70, outcome=Outcome.REFUSED)) is Status.INCONCLUSIVE


def test_who_asks_the_struck_vendor_only_in_trouble_does_not_use_it() -> None:
    """A wrong turn into the trouble must not be what excuses it."""
    refused = of("notify", outcome=Outcome.REFUSED)
    led_astray = [
        request(n, at_s=each.sent_s, seq=9000 + n, operation_id=each.operation_id)
        for n, each in enumerate(refused.operations)
        if each.name == "notify"
    ]
    assert status(changed(refused, requests=[*refused.requests, *led_astray])) is Status.FAILED


def test_an_operation_uses_what_it_leaves_something_at_and_what_it_asks() -> None:
    assert RUN.control is not None
    assert used_by(RUN.control, "notify") == {"twilio"}
    more = changed(RUN.control, requests=[*RUN.control.requests, request(1, seq=9000)])
    assert used_by(more, "notify") == {"stripe", "twilio"}
    assert used_by(changed(RUN.control, requests=()), "pay") == {"stripe"}


def test_where_everybody_uses_it_there_is_nobody_to_spare() -> None:
    both = STRUCK.model_copy(update={"vendor": "twilio"})
    result = SPARED.judge(changed(RUN, faults=(STRUCK, both)))
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "every operation uses stripe or twilio: there is nobody to be spared",
    )
    assert status(RUN, BlastRadius(during="outage", operation="pay")) is Status.INCONCLUSIVE


def test_where_no_fault_struck_there_is_nothing_to_spare_anybody() -> None:
    for faults in ((), (STRUCK.model_copy(update={"struck": 0}),)):
        assert status(changed(RUN, faults=faults)) is Status.INCONCLUSIVE
    assert status(RUN, BlastRadius(during="steady")) is Status.INCONCLUSIVE


def test_where_the_vendor_is_asked_without_ids_the_scenario_says_whom_to_spare() -> None:
    assert RUN.control is not None
    nameless = [each._replace(operation_id="") if each.vendor == "stripe" else each for each in RUN.control.requests]
    blind = replace(RUN, control=changed(RUN.control, requests=nameless))
    assert status(blind) is Status.INCONCLUSIVE
    assert status(blind, BlastRadius(during="outage", operation="notify")) is Status.PASSED


def test_left_out_it_is_judged_from_the_first_fault_on() -> None:
    assert status(of("notify", outcome=Outcome.REFUSED), BlastRadius()) is Status.FAILED
    assert BlastRadius().judge(RUN).when == "since the first fault (20 s to 100 s)"


@pytest.mark.parametrize("evidence", [replace(RUN, control=None), shop(400)])
def test_without_a_control_run_or_with_too_few_samples_it_says_nothing(evidence: Evidence) -> None:
    assert status(evidence) is Status.INCONCLUSIVE


def test_a_control_run_that_is_ill_itself_is_no_excuse() -> None:
    assert RUN.control is not None
    ill = with_operations(RUN.control, lambda each: each._replace(outcome=Outcome.REFUSED))
    half = with_operations(
        RUN.control, lambda each: each._replace(outcome=Outcome.REFUSED) if each.intended_s < 40 else each
    )
    for control in (ill, half):
        assert status(replace(of("notify", outcome=Outcome.REFUSED), control=control)) is Status.INCONCLUSIVE


def test_an_unknown_phase_is_inconclusive() -> None:
    assert status(RUN, BlastRadius(during="never")) is Status.INCONCLUSIVE


@pytest.mark.parametrize("wrong", [{"at_least": 1.0}, {"at_least": 0.0}, {"p99_at_most": 0.9}, {"slack_s": -1.0}])
def test_parameters_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="blast_radius"):
        BlastRadius(**wrong)  # type: ignore[arg-type]
