"""A vendor's own limiters, as a scenario writes them and as its simulator takes them."""

from dataclasses import replace

import pytest

from brownout_scenarios.limits import Figures, Limits, as_sent, in_words
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Operation, Workload

DAY = Scenario(
    name="day",
    about="Quotas change.",
    workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay"),)),
    limits={"stripe": {"global-rate": True, "search-rate": True}},
    phases=(
        Phase(name="morning", for_s=10.0),
        Phase(name="sale", for_s=5.0, limits={"stripe": {"global-rate": Figures(rate_per_s=5.0, burst=5)}}),
        Phase(name="night", for_s=10.0, limits={"stripe": {"search-rate": False}, "twilio": {"concurrency": True}}),
    ),
    expect=(),
)


def test_a_phase_replaces_what_it_names_and_leaves_the_others_of_the_run() -> None:
    assert DAY.limits_of("stripe") == {"global-rate": True, "search-rate": True}
    assert DAY.limits_during("stripe") == [
        {"start_s": 10.0, "end_s": 15.0,
         "limits": {"global-rate": {"rate_per_s": 5.0, "burst": 5}, "search-rate": True}},
        {"start_s": 15.0, "end_s": 25.0, "limits": {"global-rate": True}},
    ]  # fmt: skip
    assert (DAY.limits_of("twilio"), DAY.limits_of("sales")) == ({}, {})
    assert DAY.limits_during("twilio") == [{"start_s": 15.0, "end_s": 25.0, "limits": {"concurrency": True}}]
    assert DAY.limits_during("sales") == []


def test_a_vendor_whose_limits_only_a_phase_changes_is_named_by_the_scenario() -> None:
    assert "twilio" in DAY.vendors


def test_changes_are_told_at_their_instants_and_none_after_the_end() -> None:
    assert DAY.limit_changes() == (
        (10.0, "stripe limits: global-rate rate 5/s, burst 5"),
        (15.0, "stripe limits as before"),
        (15.0, "stripe limits: search-rate off"),
        (15.0, "twilio limits: concurrency on"),
    )
    assert replace(DAY, phases=DAY.phases[:1]).limit_changes() == ()


def test_limiters_that_are_off_are_not_sent() -> None:
    given: Limits = {"a": True, "b": False, "c": Figures(concurrency=3), "d": Figures()}
    assert as_sent(given) == {"a": True, "c": {"concurrency": 3}, "d": {}}
    assert in_words(given) == "a on; b off; c concurrency 3; d on"


@pytest.mark.parametrize(
    ("figures", "what"),
    [
        (Figures(rate_per_s=0.0), "rate"),
        (Figures(rate_per_s=0.0, concurrency=0), "rate"),
        (Figures(concurrency=0), "concurrency"),
        (Figures(rate_per_s=0.0, concurrency=4), ""),
        (Figures(rate_per_s=4.0, concurrency=0), ""),
        (Figures(burst=3), ""),
    ],
)
def test_a_figure_of_0_bounds_nothing(figures: Figures, what: str) -> None:
    assert figures.unbounded == what
