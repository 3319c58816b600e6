"""Known-bad renewals, transports and flows, against the vendors' simulators."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, Final

import pytest

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows.assist import AssistRequest
from brownout_harness.asked.gateway.book_job import OPERATION
from tests.harness.audit.mutants.demo import Demo, Probe, shown
from tests.harness.audit.mutants.probes import (
    LOST,
    answered,
    counted,
    each,
    in_world,
    once,
)
from tests.harness.audit.mutants.world import World
from tests.support.booking import Booking
from tests.support.pipelines import now_s

# -- renewal ----------------------------------------------------------------------------------------------------------


@in_world("place_order", rules={"sales": [each("POST /oauth2/token", hang={})]})
async def askings_of_a_token_endpoint_that_hangs(world: World) -> int:
    for second in range(20):
        asyncio.get_running_loop().create_task(world.ask("place_order", f"op-{second}"))
        await asyncio.sleep(1.0)
    return world.requests("sales", "POST /oauth2/token")


@in_world("place_order")
async def tokens_for_ten_at_once(world: World) -> int:
    await world.ask_several("place_order", 10)
    return world.requests("sales", "POST /oauth2/token")


def keys_fetched(*tokens: str, apart_s: float = 0.0) -> Probe:
    @in_world("sign_in")
    async def probe(world: World) -> int:
        for number, token in enumerate(tokens):
            await world.ask("sign_in", f"op-{number}", token=token)
            await asyncio.sleep(apart_s)
        return world.requests("clerk", "GET /v1/jwks")

    return probe


@in_world("rotate_secret", setup={"vault": {"token_ttl_s": 5, "token_max_ttl_s": 15}})
async def rotations_after_the_token_ended(world: World) -> str:
    await world.ask("rotate_secret")
    await asyncio.sleep(30.0)
    return str((await world.ask("rotate_secret", "op-2"))[1]["status"])


NOTES = {
    "supabase": {
        "auth": {"anonymous": True, "access_token_s": 5},
        "database": {
            "tables": {
                "notes": {
                    "columns": {
                        "id": {"type": "uuid", "default": "gen_random_uuid()", "primary_key": True},
                        "business_key": {"type": "text", "not_null": True, "unique": True},
                        "owner": {"type": "uuid", "not_null": True, "default": "auth.uid()"},
                        "text": {"type": "text", "not_null": True},
                    },
                    "owner": "owner",
                    "policies": {"authenticated": {"select": "own", "insert": "own"}},
                }
            }
        },
    }
}


@in_world("take_note", setup=NOTES)
async def notes_taken_in_a_minute(world: World) -> bool:
    """Whether all are."""
    statuses = []
    for number in range(12):
        statuses.append((await world.ask("take_note", f"op-{number}"))[1]["status"])
        await asyncio.sleep(6.0)
    return set(statuses) == {"done"}


# -- transport --------------------------------------------------------------------------------------------------------


@in_world("pay", rules={"stripe": [once("POST *", latency={"fixed_s": 2.0})]})
async def the_amount_that_the_slower_one_is_told(world: World) -> int:
    slow = asyncio.get_running_loop().create_task(world.ask("pay", "slow", amount=1111))
    await asyncio.sleep(0.5)
    await asyncio.wait([slow, asyncio.get_running_loop().create_task(world.ask("pay", "fast", amount=2222))])
    return int((await slow)[1]["amount"])


# -- flows ------------------------------------------------------------------------------------------------------------


DECLINED: Final = {
    "vendor": "stripe",
    "id": "1",
    "match": "POST /v1/payment_intents",
    "respond": {"error": "card_declined"},
}


async def left_of_a_declined_job(put: Replacements) -> int:
    world = Booking({"stripe": [DECLINED]}, replacements=put)
    await world.ask()
    return sum(world.standing().values())


async def left_where_one_cannot_be_taken_back(put: Replacements) -> int:
    """The contract cannot be voided now: the good one has taken back everything else."""
    fails = {"vendor": "docusign", "id": "2", "match": "PUT *", "respond": {"status": 503}}
    world = Booking({"stripe": [DECLINED], "docusign": [fails]}, replacements=put)
    await world.ask()
    return sum(world.standing().values())


async def orders_that_a_look_finds(put: Replacements) -> int:
    """Of a job that is booked: what a refusal would take back, where nobody had been told of it."""
    world = Booking(replacements=put)
    await world.ask()
    flow: Any = world.gateways[0]._application.flows["book_job"]
    job = flow.request(operation_id="op-1", **OPERATION.draw(random.Random("7:op-1"), "op-1"))
    (order,) = (step for step in flow.saga.steps if step.name == "order")
    return len(await order.look(job, Asking("op-1", "book_job-1", now_s() + 10.0)))


async def texts_after_a_death(put: Replacements) -> int:
    world = Booking(replacements=put)
    world.die_at(lambda where: where == "after twilio POST")
    await world.ask()
    world.gateways[0].start()
    await asyncio.sleep(60.0)
    await world.redrive()
    return sum(each.route == "docusign.envelope" for each in world.effects())


@in_world(
    "assist",
    rules={
        "openai": [each("POST *", end_stream={"keep": 0.5})],
        "gemini": [each("POST *", respond={"status": 503})],
    },
)
async def how_a_broken_stream_is_told(world: World) -> str:
    async def say(_text: str) -> None:
        await asyncio.sleep(0)

    request = AssistRequest(operation_id="op-1", text="Say something.", stream=True)
    ending = await world.gateways[0]._application.flows["assist"](request, say)
    return str(ending.status.value)


@in_world("run_job", gateways=2)
async def times_that_a_job_is_done(world: World) -> int:
    await asyncio.sleep(5.0)
    await world.ask("run_job")
    await asyncio.sleep(30.0)
    return world.effects("supabase.row_updated")


MANY = {"vendors": {"openai": {"limiter": {"capacity": 200, "refill_per_s": 50.0}}}}


DEMOS: Mapping[str, Demo] = {
    "renews-in-the-askers-time": Demo(askings_of_a_token_endpoint_that_hangs, 2, 20),
    "keeps-its-first-keys": Demo(keys_fetched("good", "unknown_key", apart_s=60.0), 2, 1),
    "asks-for-keys-each-time": Demo(keys_fetched("good", "good", "good"), 1, 3),
    "takes-old-tokens": Demo(answered("status", "sign_in", "clerk", params={"token": "expired"}), "refused", "done"),
    "logs-in-after-errors": Demo(
        counted(
            "vault POST /v1/auth/approle/login",
            "rotate_secret",
            once("POST /v1/secret/data/*", respond={"status": 503}),
        ),
        1,
        4,
    ),
    "never-renews": Demo(rotations_after_the_token_ended, "done", "accepted"),
    "copies-its-session": Demo(notes_taken_in_a_minute, True, False),
    "renews-for-each": Demo(tokens_for_ten_at_once, 1, 10),
    "mixes-up-answers": Demo(the_amount_that_the_slower_one_is_told, 1111, 2222),
    "sends-again-by-itself": Demo(counted("twilio.message", "notify", once("POST *", **LOST)), 1, 2),
    "asks-how-it-is-first": Demo(counted("stripe *", "pay"), 1, 2),
    "takes-nothing-back": Demo(left_of_a_declined_job, 0, 6),
    "stops-at-a-failed-undo": Demo(left_where_one_cannot_be_taken_back, 1, 6),
    "undoes-unlooked": Demo(orders_that_a_look_finds, 1, 0),
    "begins-again": Demo(texts_after_a_death, 1, 2),
    "ends-as-if-whole": Demo(how_a_broken_stream_is_told, "refused", "done"),
    "does-jobs-unclaimed": Demo(times_that_a_job_is_done, 1, 2),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
