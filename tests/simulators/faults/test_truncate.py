"""Truncate: shorter than announced."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver


@pytest.mark.parametrize("ending", ["close", "reset", "hang"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_the_whole_length_is_announced_and_less_is_sent(keep: float, ending: str) -> None:
    till = Driver({"truncate": {"keep": keep, "ending": ending}})
    answer = till.send()
    assert answer.content_length is not None
    assert len(answer.body) < answer.content_length
    assert (answer.status, answer.ending) == (200, ending)
    assert len(till.effects()) == 1


def test_what_has_no_body_cannot_be_cut() -> None:
    till = Driver({"truncate": {}})
    assert till.send("GET", "/v1/stream").stream is not None
    assert till.struck() == 0


def test_a_cut_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="keep"):
        rule_from_json({"id": "r", "vendor": "till", "truncate": {"keep": 1}})
