"""`put_notice`: one value, whatever becomes of answers. Cloudflare is its simulator."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from brownout_core.compose import Replacements
from brownout_core.errors import VendorRefused
from tests.harness.audit.mutants.probes import LOST, Rule, each, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

PUT, GET = "PUT */values/*", "GET */values/*"
ASKED = {"host": "shop.site.test", "text": "Back in an hour.", "for_s": 3_600}
LAGS = {"read_after_write_lag": {"lag_s": 30.0}}


def in_world(work: Any, *rules: Rule) -> None:
    async def main() -> None:
        await work(World(Replacements(), "put_notice", rules={"cloudflare": rules}))

    virtually(main())


def ask(world: World, operation_id: str = "op-1", **more: Any) -> Coroutine[Any, Any, tuple[int, dict[str, Any]]]:
    return world.ask("put_notice", operation_id, **{**ASKED, **more})


def written(world: World) -> int:
    return world.effects("cloudflare.kv_write")


async def shown(world: World) -> str:
    """What visitors are told."""
    value = await world.client("cloudflare").get("notice/shop.site.test", operation_id="")
    return str(json.loads(value)["text"])


def test_the_words_are_kept_under_the_host_for_as_long_as_was_asked_for() -> None:
    async def work(world: World) -> None:
        status, answer = await ask(world)
        assert (status, answer["status"], answer["key"]) == (200, "done", "notice/shop.site.test")
        assert world.requests("cloudflare", GET) == 0
        assert (written(world), await shown(world)) == (1, "Back in an hour.")
        await asyncio.sleep(3_601)
        with pytest.raises(VendorRefused):
            await shown(world)

    in_world(work)


@pytest.mark.parametrize("fault", [LOST, {"fail_after_effect": {"status": 500}}, {"truncate": {}}], ids=str)
def test_what_was_written_is_found_and_not_written_again(fault: Rule) -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "done"
        assert written(world) == 1

    in_world(work, once(PUT, **fault))


@pytest.mark.parametrize(
    ("what", "more"), [(LOST, LAGS), (LOST, {"respond": {"status": 503}}), ({"drop_before_effect": {}}, LAGS)], ids=str
)
def test_what_is_not_seen_is_set_aside_looked_for_and_only_then_written(what: Rule, more: Rule) -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "accepted"
        await asyncio.sleep(40)
        await world.redrive()
        assert written(world) == 1
        assert (await ask(world))[1]["status"] == "done"

    in_world(work, once(PUT, **what), each(GET, window={"start_s": 0.0, "end_s": 35.0}, **more))


def test_the_same_words_of_another_operation_are_not_taken_for_ones_own() -> None:
    async def work(world: World) -> None:
        await ask(world, "op-0")
        answer = (await ask(world))[1]
        await asyncio.sleep(40)
        await world.redrive()
        assert (answer["status"], written(world)) == ("accepted", 2)

    # The second one is lost before it is written.
    in_world(work, {"match": PUT, "sequence": ".F", "sequence_per": "rule", "drop_before_effect": {"ending": "reset"}})


def test_what_cannot_be_kept_is_refused() -> None:
    async def work(world: World) -> None:
        answer = (await ask(world))[1]
        assert (answer["status"], written(world)) == ("refused", 0)

    in_world(work, each(PUT, respond={"error": "value_too_large"}))
