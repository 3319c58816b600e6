"""Whether a rule can strike anything."""

import pytest

from brownout_harness.words.aim import route_problem
from brownout_simulators.faults.hang import Hang
from brownout_simulators.faults.rule import Match, Rule
from brownout_simulators.vendors import load_vendor

STRIPE = load_vendor("stripe")


def problem(match: Match) -> str:
    return route_problem(STRIPE, Rule(id="r", vendor="stripe", fault=Hang(), match=match))


@pytest.mark.parametrize(
    "path",
    [
        "*",
        "/v1/payment_intents/{id}/confirm",
        "/v1/payment_intents/pi_1/confirm",
        "/v1/*/pi_?/confirm",
        "*confirm",
        "/v?/*",
    ],
)
def test_some_route_can_match(path: str) -> None:
    assert problem(Match(method="POST", path=path)) == ""


@pytest.mark.parametrize(
    "path",
    [
        "/v1/payment_intents//confirm",
        "/v1/payment_intents/a/b/confirm",
        "/v1/payment_intents/{x}/confirm",
        "/v1/payment_intents/*/confirms",
        "/",
    ],
)
def test_no_route_can_match_and_the_nearest_is_told(path: str) -> None:
    assert problem(Match(method="POST", path=path)).startswith(
        f"no route of stripe matches POST {path}; the nearest is "
    )


def test_who_calls_is_no_matter_of_routes() -> None:
    assert problem(Match(account="nobody", operation="none-*", header="x: y")) == ""
