"""Simulators are found, or named; which one is meant is never guessed."""

from collections.abc import Iterator
from typing import Any

import pytest

import brownout
from brownout_harness.live.reach import Reach, reach
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.ports import free_port
from brownout_harness.real.served import Served
from brownout_harness.real.served_here import Serving

STRIPE = Served("stripe", "http://127.0.0.1:4001")
OTHER = Served("stripe", "http://127.0.0.1:4002")
TWILIO = Served("twilio", "http://127.0.0.1:4003")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with brownout.stripe() as stripe:
        yield stripe.url


def test_without_an_address_all_that_serve_here_are_meant() -> None:
    found = reach([], [Serving("brownout up", 1, (STRIPE, TWILIO))])
    assert found.vendors() == ("stripe", "twilio")
    assert found.at("twilio") == TWILIO


def test_where_none_serves_that_is_said_with_what_to_do() -> None:
    with pytest.raises(BadInput, match="no simulators serve on this machine: start them with `brownout up`"):
        reach([], [])


def test_a_vendor_that_does_not_serve_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadInput, match="no simulator of vault serves here; there are stripe, twilio"):
        Reach([STRIPE, TWILIO]).at("vault")


def test_of_several_of_a_vendor_none_is_guessed() -> None:
    found = reach([], [Serving("brownout up", 1, (STRIPE,)), Serving("a run", 2, (OTHER, TWILIO))])
    with pytest.raises(BadInput, match=r"say which, --at http://127\.0\.0\.1:4001 or --at http://127\.0\.0\.1:4002"):
        found.at("stripe")
    with pytest.raises(BadInput, match="several simulators of stripe"):
        found.vendors()
    assert found.at("twilio") == TWILIO


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(BadInput, match=r"--at aims at example\.com, which is not this machine"):
        reach(["http://example.com:80"], [])


def test_one_that_does_not_answer_is_said_to() -> None:
    with pytest.raises(NotJudged, match="does not answer"):
        reach([f"http://127.0.0.1:{free_port()}"], [])


@pytest.mark.real
def test_a_simulator_at_an_address_says_itself_which_vendor_it_is(url: str) -> None:
    assert reach([url + "/"], []).vendors() == ("stripe",)
    with pytest.raises(BadInput, match=r"no simulator answers there"):
        reach([url + "/v1"], [])


@pytest.mark.real
def test_what_is_in_force_is_told_with_who_put_it_there(url: str) -> None:
    found = reach([url], [])
    made: dict[str, Any] = found.ask("stripe", "POST", "faults?by=cli", {"hang": {}, "match": "/v1/refunds"})
    (rule,) = found.in_force("stripe")
    assert (rule.id, rule.by, rule.rule["struck"]) == (made["id"], "cli", 0)
    assert (rule.for_s or 0.0) > 0.0
    found.ask("stripe", "DELETE", "faults?by=cli")
    assert found.in_force("stripe") == []
    (change,) = found.book("stripe").changes
    assert (change.id, change.by, change.off_by) == (made["id"], "cli", "cli")
    with pytest.raises(BadInput, match=r"the stripe simulator says: latncy: unknown key"):
        found.ask("stripe", "POST", "faults", {"latncy": {}})
