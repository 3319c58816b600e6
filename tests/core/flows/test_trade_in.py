"""`trade_in`: a payment and a refund of a part of it, each once, whatever becomes of answers."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.compose import Replacements
from brownout_core.flows.trade_in import TradeInRequest
from tests.harness.audit.mutants.probes import DAY_S, INTENTS, LOST, Rule, each, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

REFUNDS, CUSTOMERS = "POST /v1/refunds", "POST /v1/customers"
ASKED: dict[str, Any] = {
    "email": "ada@example.test",
    "name": "Ada",
    "amount": 5000,
    "allowance": 1500,
    "currency": "usd",
}


def in_world(work: Any, *rules: Rule) -> None:
    async def main() -> None:
        await work(World(Replacements(), "trade_in", rules={"stripe": rules}))

    virtually(main())


def moved(world: World) -> Sequence[tuple[str, int]]:
    return [(row.route, row.amount) for row in world.rows("stripe") if row.entry == "effect"]


def ask(world: World, **more: Any) -> Coroutine[Any, Any, tuple[int, dict[str, Any]]]:
    return world.ask("trade_in", **{**ASKED, "payment_method": "pm_card_visa", **more})


BOTH = [("stripe.charge", 5000), ("stripe.refund", 1500)]


def test_the_price_is_taken_and_a_part_given_back_and_the_answer_names_both() -> None:
    async def work(world: World) -> None:
        status, answer = await ask(world)
        assert (status, answer["status"], moved(world)) == (200, "done", BOTH)
        assert (answer["amount"], answer["given_back"], answer["currency"]) == (5000, 1500, "usd")
        ids = {row.id for row in world.rows("stripe") if row.entry == "effect"}
        assert {answer["charge"], answer["refund"]} == ids

    in_world(work)


@pytest.mark.parametrize("what", [CUSTOMERS, INTENTS, REFUNDS, "GET /v1/customers/*", "GET /v1/payment_intents/*"])
@pytest.mark.parametrize("fault", [LOST, {"respond": {"status": 503}}, {"throttle": {}}], ids=str)
def test_whatever_becomes_of_an_answer_both_are_done_once(what: str, fault: Rule) -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "done"
        assert moved(world) == BOTH

    in_world(work, once(what, **fault))


@pytest.mark.parametrize("lost", [{"drop_after_effect": {}}, {"drop_before_effect": {}}], ids=str)
@pytest.mark.parametrize("what", [INTENTS, REFUNDS])
def test_what_is_in_doubt_is_looked_for_a_day_later_when_the_keys_are_forgotten(what: str, lost: Rule) -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "accepted"
        await asyncio.sleep(DAY_S)
        await world.redrive()
        assert moved(world) == BOTH
        assert (await ask(world))[1]["status"] == "done"

    # As often as it is tried within the first asking, and no more.
    in_world(work, each(what, window={"start_s": 0.0, "end_s": 60.0}, **lost))


def test_a_declined_card_is_told_as_that_and_nothing_is_given_back() -> None:
    async def work(world: World) -> None:
        status, answer = await ask(world, payment_method="pm_card_visa_chargeDeclined")
        assert (status, answer["status"], answer["code"]) == (402, "refused", "generic_decline")
        assert moved(world) == []

    in_world(work)


def test_what_cannot_be_given_back_is_set_aside_and_never_told_as_refused() -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "accepted"
        assert moved(world) == BOTH[:1]

    in_world(work, each(REFUNDS, respond={"error": "parameter_missing"}))


def test_who_was_deleted_meanwhile_pays_nothing() -> None:
    async def work(world: World) -> None:
        usual = world.client("stripe").retrieve_customer

        async def deleted_before(customer_id: str, *, operation_id: str) -> Any:
            (account,) = world.simulators["stripe"].accounts.values()
            account.state.of["customer"].get(customer_id)["deleted"] = True
            return await usual(customer_id, operation_id=operation_id)

        world.client("stripe").retrieve_customer = deleted_before
        _, answer = await ask(world)
        assert (answer["status"], answer["code"], moved(world)) == ("refused", "customer_deleted", [])

    in_world(work)


def test_a_refund_that_is_on_its_way_is_given_back() -> None:
    async def work(world: World) -> None:
        assert (await ask(world, payment_method="pm_card_pendingRefund"))[1]["status"] == "done"
        assert moved(world) == BOTH

    in_world(work)


def test_more_than_the_price_is_not_given_back() -> None:
    for allowance in (5000, 6000, 0):
        with pytest.raises(ValidationError):
            TradeInRequest(operation_id="op-1", **{**ASKED, "allowance": allowance})
