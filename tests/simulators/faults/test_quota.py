"""Quota: used up."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_a_quota_lets_so_many_calls_of_each_account_pass() -> None:
    till = Driver({"quota": {"after": 2}})
    assert [till.send(account=name).status for name in "aaabb"] == [200, 200, 403, 200, 200]
    assert body_of(till.send(account="b")) == {"error": "quota_exhausted"}
    assert len(till.effects()) == 4


def test_a_quota_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="after"):
        rule_from_json({"id": "r", "vendor": "till", "quota": {"after": -1}})
