"""A death at every place at which `book_job` touches the world: before and after each claim, each writing down, each
call and the answer. Two gateways share the stores; whoever finds the job goes on with it. `make walk` walks all of it.

Each job ends whole, or as if it had never been, or as an incident that names what stands; each effect is there once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pytest

from brownout_harness.judging.incidents import names_all
from tests.support.aio import virtually
from tests.support.booking import ALL_OF_IT, LEASE_S, LEAVES, NOTHING, Booking

Rules = Mapping[str, Sequence[Mapping[str, Any]]]

DECLINED: Final = {
    "id": "declined", "vendor": "stripe", "match": "POST /v1/payment_intents", "respond": {"error": "card_declined"},
}  # fmt: skip
KINDS: Final[Mapping[str, tuple[Rules, Mapping[str, Any]]]] = {
    "healthy": ({}, {}),
    "declined": ({"stripe": [DECLINED]}, {}),
    # Work on the order begins just when it is to be cancelled.
    "cannot be undone": (
        {"stripe": [DECLINED]},
        {"lines": [{"sku": "PYX-CANCELRACE", "quantity": 1, "unit_price": 500}]},
    ),
}
BEFORE_IT_IS_KEPT: Final = frozenset(
    {"before claim begin", "after claim begin", "before clerk GET", "after clerk GET", "before kept undertake"}
)
SEEDS: Final = (7, 8, 9)
ROUNDS: Final = 4


class Walked(NamedTuple):
    """What came of one death."""

    where: str
    """Empty: there is no such place any more."""
    world: Booking
    told: Sequence[tuple[int, Mapping[str, Any]]]


async def walked(kind: str, seed: int, number: int) -> Walked:
    """One job, whose gateway dies at that place (from 0), and what became of it."""
    rules, params = KINDS[kind]
    world = Booking(rules, gateways=2, seed=seed)
    places: list[str] = []

    def dies(where: str) -> bool:
        places.append(where)
        return len(places) > number

    world.die_at(dies)
    told = [await world.ask(**params)]
    died = len(places) > number
    world.gateways[0].start()
    if died and number % 2:  # who had no answer asks again, and is told what another got, or that it is set aside
        await asyncio.sleep(LEASE_S + 1)
        told += await asyncio.gather(*(world.ask(gateway=gateway, **params) for gateway in (0, 1)))
    for _ in range(ROUNDS):
        if not set(world.states()) & {"under_way", "pending", "redriving"}:
            break
        await asyncio.sleep(LEASE_S + 11)
        # Two operators at once.
        await asyncio.gather(world.redrive(0), world.redrive(1))
    return Walked(places[number] if died else "", world, told)


async def check(kind: str, each: Walked) -> str:
    world, standing = each.world, each.world.standing()
    states = world.states()
    assert max(standing.values()) <= 1, (each.where, standing)
    assert world.undone_too_often() == [], each.where
    assert set(states) <= {"redriven", "refused", "incident"}, (each.where, states)
    statuses = {status for status, _ in each.told}
    if "incident" in states:
        ((letter, *_),) = [await world.letters.page(["incident"], 10)]  # type: ignore[list-item]
        effects = world.effects()
        left = [effect for clause in LEAVES.clauses for effect in LEAVES.standing(clause, effects)]
        assert names_all(letter.standing, left), (each.where, letter.standing)
        return "incident"
    assert standing in (ALL_OF_IT, NOTHING), (each.where, standing)
    assert (standing == ALL_OF_IT) or 201 not in statuses, each.where
    assert (standing == NOTHING) or 402 not in statuses, each.where
    return "whole" if standing == ALL_OF_IT else "nothing"


def deaths(kind: str, seed: int, every: int = 1) -> dict[str, set[str]]:
    """At every place, or every so many; how the jobs ended, by it."""
    ended: dict[str, set[str]] = {}

    async def at(number: int) -> bool:
        each = await walked(kind, seed, number)
        if each.where:
            ended.setdefault(each.where, set()).add(await check(kind, each))
        await each.world.close()
        return bool(each.where)

    number = 0
    while virtually(at(number)):
        number += every
    return ended


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_at_some_of_these_places(kind: str) -> None:
    assert deaths(kind, 7, every=17)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_wherever_it_dies_a_job_ends_whole_or_undone_or_told(kind: str, seed: int) -> None:
    ended = deaths(kind, seed)
    # It has been everywhere: at each store, at each vendor, and between the last write and the answer.
    assert {"before claim begin", "after kept undertake", "before kept note", "after docusign POST"} <= ended.keys()
    ways = set().union(*ended.values())
    # Killed before anything was kept, and asked by nobody again, there is nothing.
    assert (
        ways
        == {
            "healthy": {"whole", "nothing"},
            # A contract that was signed before anybody came back to it cannot be voided.
            "declined": {"nothing", "incident"},
            "cannot be undone": {"nothing", "incident"},
        }[kind]
    )
    kept = {where: ends for where, ends in ended.items() if where not in BEFORE_IT_IS_KEPT}
    assert kind != "healthy" or set().union(*kept.values()) == {"whole"}, kept
