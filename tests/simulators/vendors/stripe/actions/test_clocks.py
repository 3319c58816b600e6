"""Test clocks: a time of their own for some customers, and for nobody else."""

from typing import Any

from tests.simulators.vendors.stripe.world import Stripe

DAY = 86_400
BEGIN = 1_600_000_000
PATH = "/v1/test_helpers/test_clocks"


def clocked(world: Stripe, **more: str) -> tuple[Any, Any]:
    """A clock, and a subscription of a customer that goes by it."""
    clock = world.post(PATH, {"frozen_time": str(BEGIN)})
    customer = world.post("/v1/customers", {"test_clock": clock["id"], "source": "tok_visa"})
    order = {"customer": customer["id"], "items[0][price]": world.price()["id"], **more}
    return clock, world.post("/v1/subscriptions", order)


def advance(world: Stripe, clock: Any, seconds: int) -> None:
    now = world.get(f"{PATH}/{clock['id']}")["frozen_time"]
    answer = world.post(f"{PATH}/{clock['id']}/advance", {"frozen_time": str(now + seconds)})
    assert answer["status"] == "advancing"
    world.pass_time(2)
    assert world.get(f"{PATH}/{clock['id']}")["status"] == "ready"


def test_what_is_made_under_a_clock_has_its_time() -> None:
    world = Stripe()
    clock, made = clocked(world)
    assert made["created"] == made["start_date"] == BEGIN
    assert made["test_clock"] == clock["id"]
    invoice = world.get(f"/v1/invoices/{made['latest_invoice']}")
    assert (invoice["created"], invoice["test_clock"]) == (BEGIN, clock["id"])


def test_advancing_brings_every_renewal_on_the_way_at_its_own_instant() -> None:
    world = Stripe()
    clock, made = clocked(world)
    advance(world, clock, 100 * DAY)
    invoices = world.get("/v1/invoices", {"customer": made["customer"]})["data"]
    assert [amount for _, amount in world.effects()] == [2_000] * 4
    ends = [BEGIN, *(one["lines"]["data"][0]["period"]["start"] for one in reversed(invoices[:-1]))]
    assert [one["created"] for one in reversed(invoices)] == ends
    assert ends == sorted(set(ends))


def test_time_alone_brings_nothing_to_whom_a_clock_holds_and_the_clock_nothing_to_others() -> None:
    world = Stripe()
    clock, made = clocked(world)
    other = world.post(
        "/v1/subscriptions", {"customer": world.customer()["id"], "items[0][price]": world.price(700)["id"]}
    )
    world.pass_time(40 * DAY)
    assert [amount for _, amount in world.effects()] == [2_000, 700, 700]
    advance(world, clock, 40 * DAY)
    assert [amount for _, amount in world.effects()] == [2_000, 700, 700, 2_000]
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "active"
    assert world.get(f"/v1/subscriptions/{other['id']}")["status"] == "active"


def test_a_clock_goes_forward_only_and_one_step_at_a_time() -> None:
    world = Stripe()
    clock, made = clocked(world)
    path = f"{PATH}/{clock['id']}/advance"
    assert world.send("POST", path, {"frozen_time": str(BEGIN)}).status == 400
    world.post(path, {"frozen_time": str(BEGIN + DAY)})
    assert world.send("POST", path, {"frozen_time": str(BEGIN + 2 * DAY)}).status == 400
    busy = world.send("POST", f"/v1/subscriptions/{made['id']}", {"metadata[lamp]": "on"})
    assert (busy.status, busy.error["code"]) == (400, "test_clock_advancing")
    world.pass_time(2)
    assert world.post(f"/v1/subscriptions/{made['id']}", {"metadata[lamp]": "on"})["metadata"] == {"lamp": "on"}
    assert [event for event in world.events() if "clock" in event] == [
        "test_helpers.test_clock.created", "test_helpers.test_clock.advancing", "test_helpers.test_clock.ready",
    ]  # fmt: skip


def test_a_trial_is_told_to_end_three_days_before_and_ends() -> None:
    world = Stripe()
    clock, made = clocked(world, trial_period_days="10")
    advance(world, clock, 7 * DAY - 1)
    assert "customer.subscription.trial_will_end" not in world.events()
    advance(world, clock, 1)
    assert world.events().count("customer.subscription.trial_will_end") == 1
    assert world.effects() == []
    advance(world, clock, 3 * DAY)
    assert world.effects() == [("stripe.charge", 2_000)]
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "active"


def test_a_clock_takes_its_customers_with_it() -> None:
    world = Stripe()
    clock, made = clocked(world)
    assert world.delete(f"{PATH}/{clock['id']}")["deleted"] is True
    assert world.get(f"/v1/customers/{made['customer']}")["deleted"] is True
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "canceled"
    assert world.send("POST", "/v1/customers", {"test_clock": clock["id"]}).status == 400
    assert world.events()[-1] == "test_helpers.test_clock.deleted"


def test_a_clock_has_three_customers_at_most() -> None:
    world = Stripe()
    clock = world.post(PATH, {"frozen_time": str(BEGIN)})
    for _ in range(3):
        world.post("/v1/customers", {"test_clock": clock["id"]})
    assert world.send("POST", "/v1/customers", {"test_clock": clock["id"]}).error["param"] == "test_clock"
