"""Stale reads: objects as they were."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_a_read_sees_the_object_as_it_was_and_says_so_in_the_books() -> None:
    till = Driver({"stale_reads": {"lag_s": 5.0}})
    path = f"/v1/charges/{body_of(till.send())['id']}"
    till.clock.now_s += 10
    till.send("POST", path, {"amount": 7})
    till.clock.now_s += 2
    assert body_of(till.send("GET", path))["amount"] == 100
    till.clock.now_s += 5
    assert body_of(till.send("GET", path))["amount"] == 7
    assert [row["faults"] for row in till.requests()] == [[], [], ["r0"], []]


def test_what_is_newer_than_the_lag_is_not_there() -> None:
    till = Driver({"stale_reads": {"lag_s": 5.0}})
    path = f"/v1/charges/{body_of(till.send())['id']}"
    assert till.send("GET", path).status == 404
    till.clock.now_s += 5
    assert till.send("GET", path).status == 200


def test_writes_never_see_the_past() -> None:
    till = Driver({"stale_reads": {"lag_s": 5.0}})
    path = f"/v1/charges/{body_of(till.send())['id']}"
    assert till.send("POST", path, {"amount": 7}).status == 200
    assert till.struck() == 0


def test_a_lag_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="lag_s"):
        rule_from_json({"id": "r", "vendor": "till", "stale_reads": {"lag_s": 0}})
