"""Faults for what is passed on are the simulators' own: the same draws, the same spans."""

from typing import Any

import pytest

from brownout_harness.intercept.destinations import Address
from brownout_harness.intercept.passing import ACTED_OUT, PassedFaults, rule_for
from brownout_simulators.call import Ending
from brownout_simulators.faults import FAULTS, FaultError
from brownout_simulators.faults.rule import draw

AT = Address("localhost", 9000)


def faults(*rules: dict[str, Any], seed: int = 7) -> PassedFaults:
    told = [{"id": f"r{number}", "vendor": "localhost:9000", **rule} for number, rule in enumerate(rules)]
    return PassedFaults(told, seed=seed, now_s=0.0)


def test_a_share_strikes_those_whom_a_simulator_would_strike() -> None:
    made = faults({"respond": {"status": 503}, "share": 0.4})
    keys = [f"op-{number}" for number in range(200)]
    struck = [key for key in keys if made.strike(AT, "POST", "/orders", {"x-correlation-id": key}, 1.0) is not None]
    assert struck == [key for key in keys if draw(7, "r0", key) < 0.4]
    assert 50 < len(struck) < 110


def test_an_answer_in_place_of_the_real_one_says_its_status_in_plain_words() -> None:
    blow = faults({"respond": {"status": 503, "retry_after_s": 7}}).strike(AT, "GET", "/", {}, 0.0)
    assert blow is not None
    assert blow.answer is not None
    assert (blow.answer.status, blow.answer.body) == (503, b"503 Service Unavailable")
    assert blow.answer.headers["retry-after"] == "7"


def test_waits_add_up_and_an_answer_is_lost_after_the_work() -> None:
    made = faults({"latency": {"fixed_s": 2.0}}, {"latency": {"fixed_s": 0.5}}, {"drop_after_effect": {}})
    blow = made.strike(AT, "GET", "/", {}, 0.0)
    assert blow is not None
    assert (blow.delay_s, blow.answer, blow.ending, blow.ending_after) == (2.5, None, None, Ending.RESET)
    assert blow.rules == ["r0", "r1", "r2"]


@pytest.mark.parametrize(
    ("at", "method", "path", "is_struck"),
    [
        (AT, "POST", "/orders/7", True),
        (AT, "GET", "/orders/7", False),
        (AT, "POST", "/customers", False),
        (Address("localhost", 9001), "POST", "/orders/7", False),
    ],
)
def test_a_rule_is_for_its_host_port_method_and_path(at: Address, method: str, path: str, is_struck: bool) -> None:
    blow = faults({"match": "POST /orders/*", "hang": {}}).strike(at, method, path, {}, 0.0)
    assert (blow is not None) == is_struck


def test_a_host_without_a_port_is_all_its_ports() -> None:
    made = PassedFaults([{"id": "r", "vendor": "localhost", "hang": {}}], seed=0, now_s=0.0)
    blow = made.strike(Address("localhost", 1234), "GET", "/", {}, 0.0)
    assert blow is not None
    assert blow.ending is Ending.HANG


def test_rules_remember_no_path() -> None:
    """A long run asks for paths without number."""
    made = faults({"latency": {"fixed_s": 1.0}})
    for number in range(100):
        made.strike(AT, "GET", f"/orders/{number}", {}, 0.0)
    (plan,) = made._plans.values()
    assert len(plan._by_route) == 1


def test_five_kinds_are_acted_out() -> None:
    assert set(ACTED_OUT) == {"latency", "respond", "hang", "drop_before_effect", "drop_after_effect"}


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - set(ACTED_OUT)))
def test_what_happens_inside_of_a_vendor_is_refused(kind: str) -> None:
    needed = {"serve": {"at_once": 1}, "webhooks": {"lose": True}}.get(kind, {})
    with pytest.raises(FaultError, match=r"^rule"):
        rule_for("intercept.1", {"vendor": "localhost", kind: needed})


def test_a_vendors_own_error_is_nobodys_here() -> None:
    with pytest.raises(FaultError, match=r"error: localhost is no vendor"):
        rule_for("intercept.1", {"vendor": "localhost", "respond": {"error": "card_declined"}})
