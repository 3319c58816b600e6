"""Clock skew: the vendor's dates are wrong, its work is not."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_dates_in_body_and_header_are_off_for_the_calls_that_are_struck() -> None:
    till = Driver({"clock_skew": {"by_s": -3600}, "sequence": "F.", "sequence_per": "rule"})
    skewed, true = till.send(), till.send()
    assert body_of(skewed)["created"] == body_of(true)["created"] - 3600
    assert (skewed.headers["date"], true.headers["date"]) == (
        "Tue, 14 Nov 2023 21:15:00 GMT",
        "Tue, 14 Nov 2023 22:15:00 GMT",
    )
    assert [row["faults"] for row in till.requests()] == [["r0"], []]


def test_skews_add_up_and_a_refused_call_has_none() -> None:
    till = Driver({"clock_skew": {"by_s": 60}}, {"clock_skew": {"by_s": 60}})
    assert till.send().headers["date"] == "Tue, 14 Nov 2023 22:17:00 GMT"
    refused = Driver({"clock_skew": {"by_s": 60}}, {"respond": {"status": 503}})
    refused.send()
    assert refused.struck("r0") == 0


@pytest.mark.parametrize("by_s", [0, float("inf"), float("nan"), 1e15])
def test_a_skew_that_cannot_be_is_refused(by_s: float) -> None:
    with pytest.raises(FaultError, match="by_s"):
        rule_from_json({"id": "r", "vendor": "till", "clock_skew": {"by_s": by_s}})
