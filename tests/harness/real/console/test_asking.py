"""A simulator's control API, as the console asks it."""

import pytest

from brownout_harness.real.console.asking import Simulated, Unanswered
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


def test_a_name_with_anything_in_it_stays_one_part_of_the_path(street: Street) -> None:
    one = street.at(street.payments)
    odd = "a/b?c#<script>"
    one.ask("PUT", "faults", odd, body={"hang": {}})
    assert one.ask("GET", "faults", odd)["id"] == odd
    assert one.ask("DELETE", "faults", odd) == {"removed": odd}


def test_what_a_simulator_refuses_is_told_in_its_own_words(street: Street) -> None:
    with pytest.raises(Unanswered, match="keep: 0 to 2000") as refused:
        street.at(street.payments).ask("PUT", "calls", body={"keep": -1})
    assert refused.value.status == 400


def test_nobody_there_is_said_by_the_vendors_name() -> None:
    with pytest.raises(Unanswered, match="the stripe simulator does not answer") as refused:
        Simulated("stripe", "http://127.0.0.1:9").ask("GET", "status")
    assert refused.value.status == 502
