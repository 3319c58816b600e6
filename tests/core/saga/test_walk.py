"""A saga's way: whatever fails, and wherever its process dies, it ends whole, or undone, or with a word on it."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.saga.world import Fate, World
from tests.support.aio import virtually
from tests.support.examples import examples

NAMES = ("job", "stock", "contract", "payment", "text")
KEYED = frozenset({"job", "payment"})
BEFORE, AFTER = Fate.DIES_BEFORE, Fate.DIES_AFTER


def walked(fates: Sequence[Fate], pauses: Sequence[float] = (), keyed: frozenset[str] = KEYED) -> tuple[World, str]:
    """To its end, by as many processes as it takes."""
    world = World(list(fates), keyed)

    async def main() -> str:
        saga = world.saga(NAMES, "payment")
        waits = list(pauses)
        for _ in range(3 * len(fates) + 10):
            ended = await world.once(saga)
            if ended in {"done", "refused", "incident"}:
                return ended
            world.pass_time(waits.pop(0) if waits else 11.0)
        return "never"

    ended = virtually(main())
    world.pass_time(1000.0)
    return world, ended


def stands(world: World) -> dict[str, int]:
    return {name: count for name, count in world.standing.items() if count}


def check(world: World, ended: str) -> None:
    left = stands(world)
    match ended:
        case "done":
            assert left == dict.fromkeys(NAMES, 1)
            assert not world.undone
        case "refused":
            assert left == {}
            assert "text" not in world.ever
        case "incident":
            assert set(left.values()) <= {1}
            assert all(f"toy {name} {name}" in world.standing_told for name in left), world.standing_told
        case _:
            raise AssertionError(ended)


def test_all_is_done_in_order_and_each_step_is_written_down_before_it() -> None:
    world, ended = walked(())
    check(world, ended)
    assert world.ever == list(NAMES)
    # The intent of what has a key, and the announcement of what has none.
    assert world.notes == len(NAMES)


def calls(refused: str) -> list[Fate]:
    """Of a healthy way up to that step: what is noted, and what is called."""
    fates: list[Fate] = []
    for name in NAMES:
        fates += [Fate.OK, Fate.REFUSED if name == refused else Fate.OK]
        if name == refused:
            return fates
    return fates


@pytest.mark.parametrize("refused", NAMES[:4])
def test_what_is_refused_up_to_the_pivot_is_taken_back_in_reverse(refused: str) -> None:
    world, ended = walked(calls(refused))
    check(world, ended)
    assert ended == "refused"
    assert world.undone == list(reversed(NAMES[: NAMES.index(refused)]))


def test_what_is_refused_behind_the_pivot_is_an_incident_and_takes_nothing_back() -> None:
    world, ended = walked(calls("text"))
    check(world, ended)
    assert (ended, world.undone) == ("incident", [])
    assert world.standing_told == "toy job job, toy stock stock, toy contract contract, toy payment payment"


def test_what_cannot_be_taken_back_is_an_incident_that_names_it_and_the_rest_is_taken_back_all_the_same() -> None:
    # The payment is refused; noted twice; the contract cannot be voided.
    world, ended = walked([*calls("payment"), Fate.OK, Fate.OK, Fate.REFUSED])
    check(world, ended)
    assert (ended, stands(world), world.undone) == ("incident", {"contract": 1}, ["stock", "job"])


def test_what_commits_late_is_looked_for_again_when_it_must_have_arrived() -> None:
    """The contract is on its way still when another process is told that the payment is refused."""
    fates = [*calls("contract")[:-1], Fate.LATE]
    world, ended = walked(fates, pauses=[11.0])
    check(world, ended)
    assert ended == "done"
    # Refused at once, by a second sending, and the first one arrives: nothing may be left of it.
    world, ended = walked([*fates, Fate.OK, Fate.OK, Fate.REFUSED], pauses=[11.0, 1.0, 1.0])
    check(world, ended)


def test_what_was_sent_as_the_lease_ran_out_is_waited_for_from_then() -> None:
    """Whoever takes over is told no at once, and the first sending is on its way still."""
    world, ended = walked([Fate.OK, Fate.DIES_LATE, Fate.REFUSED], pauses=[0.0, 1.0])
    check(world, ended)
    assert (ended, world.ever, world.undone) == ("refused", ["job"], ["job"])


def test_no_step_is_made_once_it_goes_back() -> None:
    """The process dies in the middle of taking back; who goes on with it would have been let through."""
    world, ended = walked([*calls("payment"), Fate.OK, Fate.OK, AFTER])
    check(world, ended)
    assert (ended, world.ever) == ("refused", ["job", "stock", "contract"])


def test_what_was_never_announced_was_not_sent_and_is_not_waited_for() -> None:
    """The first asking after the death goes on at once."""
    world = World([Fate.OK, Fate.OK, BEFORE], KEYED)

    async def main() -> None:
        saga = world.saga(NAMES, "payment")
        assert await world.once(saga) == "died"
        world.now -= 29.0
        assert await world.once(saga) == "done"

    virtually(main())


@given(
    fates=st.lists(st.sampled_from([*Fate, *[Fate.OK] * 12]), max_size=60),
    pauses=st.lists(st.sampled_from([0.0, 1.0, 5.0, 11.0]), max_size=10),
    keyed=st.sets(st.sampled_from(NAMES)).map(frozenset),
)
@examples(500)
@example(fates=[Fate.OK] * 5 + [Fate.LATE, Fate.OK, Fate.OK, Fate.REFUSED], pauses=[1.0, 1.0], keyed=frozenset())
def test_wherever_it_fails_or_dies_it_ends_whole_undone_or_told(
    fates: list[Fate], pauses: list[float], keyed: frozenset[str]
) -> None:
    check(*walked(fates, pauses, keyed))


def test_cancelled_in_the_middle_it_is_gone_on_with_from_there() -> None:
    world = World([], KEYED)

    async def main() -> None:
        saga = world.saga(NAMES, "payment")
        begun = asyncio.Event()

        async def hangs(_job: str, _asking: object) -> dict[str, str]:
            begun.set()
            await asyncio.Event().wait()
            return {}

        step = saga.steps[3]
        object.__setattr__(step, "do", hangs)
        task = asyncio.ensure_future(world.once(saga))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await world.once(world.saga(NAMES, "payment")) == "done"

    virtually(main())
    check(world, "done")
