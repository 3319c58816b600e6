"""Stripe's limiters: off by default, true to its page where they are on."""

from collections.abc import Generator

import pytest

from brownout_simulators.call import Call, Sending
from brownout_simulators.vendors.stripe.limits import LIMITS
from tests.simulators.vendors.stripe.world import KEY, PAYMENT, Stripe
from tests.support.sending import all_sent


def test_nothing_is_limited_unless_it_is_asked_for() -> None:
    world = Stripe()
    assert {world.send("GET", "/v1/balance").status for _ in range(200)} == {200}


def test_the_account_gets_25_requests_a_second() -> None:
    world = Stripe()
    world.simulator.schedule([], limits={"global-rate": True})
    statuses = [world.send("GET", "/v1/balance").status for _ in range(30)]
    assert statuses == [200] * 25 + [429] * 5
    world.now_s += 0.2
    assert [world.send("GET", "/v1/balance").status for _ in range(6)] == [200] * 5 + [429]


def test_every_endpoint_has_a_bucket_of_its_own_and_search_a_smaller_one() -> None:
    world = Stripe()
    world.simulator.schedule([], limits={"endpoint-rate": True, "search-rate": True})
    for _ in range(25):
        world.get("/v1/balance")
    answer = world.send("GET", "/v1/balance")
    assert (answer.status, answer.headers["stripe-rate-limited-reason"]) == (429, "endpoint-rate")
    query = {"query": "name:'x'"}
    statuses = [world.send("GET", "/v1/customers/search", query).status for _ in range(22)]
    assert statuses == [200] * 20 + [429] * 2


def test_one_payment_intent_takes_a_thousand_updates_an_hour() -> None:
    world = Stripe()
    world.simulator.schedule([], limits={"resource-specific": {"burst": 2}})
    one, other = (world.post("/v1/payment_intents", PAYMENT)["id"] for _ in range(2))
    path = f"/v1/payment_intents/{one}"
    assert [world.send("POST", path, {"description": "x"}).status for _ in range(3)] == [200, 200, 429]
    assert world.send("POST", f"/v1/payment_intents/{other}", {"description": "x"}).status == 200
    assert world.send("GET", path).status == 200


def test_two_changes_of_one_object_at_once_contend_for_its_lock() -> None:
    world = Stripe({"match": "POST /v1/payment_intents/{id}", "sequence": "F", "latency": {"fixed_s": 1.0}})
    rules = [standing.rule for standing in world.simulator.plan.standing.values()]
    world.simulator.schedule(rules, limits={"lock_timeout": True})
    made = world.post("/v1/payment_intents", PAYMENT)
    path = f"/v1/payment_intents/{made['id']}"
    call = _slow(world, path)
    next(call)
    answer = world.send("POST", path, {"description": "x"}, x_correlation_id="other")
    assert (answer.status, answer.error["code"]) == (429, "lock_timeout")
    assert world.send("GET", path).status == 200
    assert world.send("POST", "/v1/payment_intents", PAYMENT).status == 200
    world.now_s += 1.0
    with pytest.raises(StopIteration) as handled:
        next(call)
    all_sent(world.simulator, handled.value.value)
    assert world.send("POST", path, {"description": "x"}, x_correlation_id="third").status == 200


def _slow(world: Stripe, path: str) -> Generator[float, None, Sending]:
    headers = {"authorization": f"Bearer {KEY}", "x-correlation-id": "slow"}
    return world.simulator.handle(Call("POST", path, "", headers, b"description=y", world.now_s))


def test_the_names_are_stripes_reasons() -> None:
    reasons = {"global-rate", "endpoint-rate", "global-concurrency", "endpoint-concurrency", "resource-specific"}
    assert {limit.name for limit in LIMITS} == reasons | {"search-rate", "lock_timeout"}
