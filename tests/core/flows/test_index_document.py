"""`index_document`: vectors of one model for all passages, by the first that gives them; the vendors are simulators."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.compose import Replacements
from brownout_core.flows.index_document import IndexRequest
from brownout_core.telemetry import Kind
from tests.harness.audit.mutants.probes import Rule, each, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

PASSAGES = ["Turn it off.", "Turn it on.", "Wait."]
AWAY = {"respond": {"status": 503}}
BROKEN = [AWAY, {"truncate": {}}, {"malform": {}}, {"wrong_type": {"fields": ["data"]}}]


def in_world(work: Any, *, openai: Sequence[Rule] = (), gemini: Sequence[Rule] = (), **more: Any) -> None:
    async def main() -> None:
        await work(World(Replacements(), "index_document", rules={"openai": openai, "gemini": gemini}, **more))

    virtually(main())


async def asked(world: World, operation_id: str = "op-1", **params: Any) -> dict[str, Any]:
    return (await world.ask("index_document", operation_id, **{"passages": PASSAGES, "dimensions": 8, **params}))[1]


def test_each_passage_gets_its_own_vector_of_the_length_that_was_asked_for() -> None:
    async def work(world: World) -> None:
        answer = await asked(world)
        assert (answer["by"], answer["model"], answer["degraded"]) == ("openai", "text-embedding-3-small", False)
        assert [len(vector) for vector in answer["vectors"]] == [8, 8, 8]
        turned = await asked(world, "op-2", passages=PASSAGES[::-1])
        assert turned["vectors"] == answer["vectors"][::-1]
        assert world.requests("gemini") == 0

    in_world(work)


@pytest.mark.parametrize("fault", BROKEN, ids=str)
def test_where_the_first_gives_none_all_are_the_second_ones_and_the_answer_names_it(fault: Rule) -> None:
    async def work(world: World) -> None:
        answer = await asked(world)
        assert (answer["by"], answer["model"], answer["degraded"]) == ("gemini", "gemini-embedding-001", True)
        assert [len(vector) for vector in answer["vectors"]] == [8, 8, 8]

    in_world(work, openai=[each("POST *", **fault)])


def test_one_bad_answer_is_asked_for_again_of_the_same_model() -> None:
    async def work(world: World) -> None:
        assert (await asked(world))["by"] == "openai"

    in_world(work, openai=[once("POST *", **AWAY)])


def test_where_both_fail_it_is_refused_and_nothing_is_set_aside() -> None:
    async def work(world: World) -> None:
        answer = await asked(world)
        assert (answer["status"], sum((await world.letters.count()).values())) == ("refused", 0)

    in_world(work, openai=[each("POST *", **AWAY)], gemini=[each("POST *", **AWAY)])


def test_whom_a_breaker_kept_away_is_told_of_the_one_whose_it_was() -> None:
    async def work(world: World) -> None:
        for number in range(12):
            await asked(world, f"op-{number}")
        told = [event.vendor for event in world.events if event.kind is Kind.CALL_REJECTED]
        opened = {event.vendor for event in world.events if event.kind is Kind.BREAKER_TRANSITION}
        assert told
        assert set(told) <= opened == {"gemini"}

    fussy = {"breaker": {"minimum_calls": 1000}}
    in_world(
        work,
        openai=[each("POST *", **AWAY)],
        gemini=[each("POST *", **AWAY)],
        policies={"vendors": {"openai": fussy}},
    )


@pytest.mark.parametrize(
    "odd", [{"passages": []}, {"passages": [" "]}, {"dimensions": 0}, {"dimensions": 1537}], ids=str
)
def test_what_no_model_embeds_is_refused_before_it_is_sent(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IndexRequest(operation_id="op-1", **{"passages": PASSAGES, **odd})
