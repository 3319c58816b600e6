"""Read-after-write lag: created, and not found yet."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_what_was_just_created_is_not_found_and_later_changes_are_seen_at_once() -> None:
    till = Driver({"read_after_write_lag": {"lag_s": 2.0}})
    path = f"/v1/charges/{body_of(till.send())['id']}"
    assert till.send("GET", path).status == 404
    till.clock.now_s += 2.0
    assert till.send("GET", path).status == 200
    till.send("POST", path, {"amount": 7})
    assert body_of(till.send("GET", path))["amount"] == 7
    assert till.struck() == 1


def test_of_two_lags_the_first_counts() -> None:
    till = Driver({"read_after_write_lag": {"lag_s": 1.0}}, {"stale_reads": {"lag_s": 99.0}})
    path = f"/v1/charges/{body_of(till.send())['id']}"
    till.clock.now_s += 1.0
    assert till.send("GET", path).status == 200


def test_a_lag_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="lag_s"):
        rule_from_json({"id": "r", "vendor": "till", "read_after_write_lag": {"lag_s": -1}})
