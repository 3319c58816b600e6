"""Known-bad claims, and known-bad dead letters: each with the good store below, and no vendor."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import BrownoutError, ConnectionLost, VendorRefused
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters, Redrive
from brownout_core.policies.idempotency import Idempotency, IdempotencyConfig
from brownout_core.records import (
    Begun,
    Claimed,
    ClaimStore,
    DeadLetter,
    LetterState,
    Parcel,
    StoreUnavailable,
)
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_harness.audit.around import ClaimsAround
from tests.core.fakes import WALL_S
from tests.harness.audit.mutants.demo import Demo, shown
from tests.support.pipelines import now_s

DEADLINE_S = 10.0
KEY = "pay-1"


class Away(ClaimsAround):
    """A store that answers nobody."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        raise StoreUnavailable("down")


def store() -> MemoryClaimStore:
    return MemoryClaimStore(asyncio.get_running_loop().time)


def once(put: Replacements, claims: ClaimStore, instance: str = "life-1") -> Idempotency:
    return put.idempotency(
        put.claim_store(claims), IdempotencyConfig(), deadline_s=DEADLINE_S, instance=f"{instance}:pay", sink=None
    )


class Work:
    """Takes so long, and counts; raises where it is to."""

    def __init__(self, lasts_s: float = 0.0, error: BaseException | None = None) -> None:
        self.lasts_s = lasts_s
        self.error = error
        self.begun = 0

    async def __call__(self) -> dict[str, Any]:
        self.begun += 1
        number = self.begun
        await asyncio.sleep(self.lasts_s)
        if self.error is not None:
            raise self.error
        return {"number": number}


async def ask(by: Idempotency, work: Work, fingerprint: str = "f", asking: Asking | None = None) -> Any:
    """What whoever asks is told."""
    asking = asking or Asking("op-1", KEY, now_s() + DEADLINE_S)
    try:
        return await by.run_once(asking, fingerprint, work)
    except BrownoutError as error:
        return type(error).__name__


async def of_two_keys(put: Replacements) -> bool:
    """Whether the same operation has the same key a second later."""
    first = put.idempotency_key("pay", "op-1")
    await asyncio.sleep(1.0)
    return first == put.idempotency_key("pay", "op-1")


async def work_begun_while_the_first_is_at_it(put: Replacements) -> int:
    """Two more ask: after one second, and after three."""
    by, work = once(put, store()), Work(5.0)
    first = asyncio.get_running_loop().create_task(ask(by, work))
    await asyncio.sleep(1.5)
    await asyncio.gather(ask(by, work), ask(by, work))
    await first
    return work.begun


async def work_begun_by_the_third(put: Replacements) -> int:
    """Who waited in vain is gone; another one asks, and the first is still at work."""
    by, work = once(put, store()), Work(8.0)
    first = asyncio.get_running_loop().create_task(ask(by, work))
    await asyncio.sleep(0.5)
    await ask(by, work)
    await asyncio.gather(first, ask(by, work))
    return work.begun


async def how_long_ago_it_was_sent(put: Replacements) -> float:
    """Begun ten seconds ago, sent two, and its owner is gone."""
    claims = put.claim_store(store())
    begun = await claims.begin(KEY, "f", "one", 9.0)
    assert isinstance(begun, Claimed)
    await asyncio.sleep(8.0)
    await claims.sending(KEY, "one", begun.fence)
    await asyncio.sleep(2.0)
    taken = await claims.begin(KEY, "f", "two", 9.0)
    assert isinstance(taken, Claimed)
    return taken.sent_ago_s


async def told_where_the_store_is_away(put: Replacements) -> Any:
    return await ask(once(put, Away(store())), Work())


async def after_a_predecessor_died(put: Replacements) -> bool:
    """Whether a policy's refusal leaves it open what the predecessor has done."""
    claims = store()
    await claims.begin(KEY, "f", "dead", 1.0)
    await asyncio.sleep(2.0)
    asking = Asking("op-1", KEY, now_s() + DEADLINE_S)
    await ask(once(put, claims), Work(error=BrownoutError("open")), asking=asking)
    return asking.may_have_effect


async def begun_by_two_processes(put: Replacements) -> int:
    claims, work = store(), Work(1.0)
    first, second = (once(put, claims, f"gateway.{number}/life-1") for number in (0, 1))
    await asyncio.gather(ask(first, work), ask(second, work))
    return work.begun


async def another_request_under_the_key(put: Replacements) -> Any:
    by = once(put, store())
    await ask(by, Work(), "twelve dollars")
    return await ask(by, Work(), "thirteen dollars")


async def tries_of_what_is_refused(put: Replacements) -> int:
    by = once(put, store())
    work = Work(error=VendorRefused("stripe", "charge", "declined", status=402))
    for _ in range(3):
        await ask(by, work)
    return work.begun


async def told_after(put: Replacements) -> float:
    """How long a second asker waits for the first one's eight seconds."""
    by, work = once(put, store()), Work(8.0)
    first = asyncio.get_running_loop().create_task(ask(by, work))
    await asyncio.sleep(0)
    await ask(by, Work())
    waited_s = now_s()
    await first
    return round(waited_s, 1)


async def tries_of_what_is_done(put: Replacements) -> int:
    by, work = once(put, store()), Work()
    for _ in range(3):
        await ask(by, work)
    return work.begun


async def after_it_was_cut_off(put: Replacements) -> bool:
    """Whether the next one knows that something may have been sent."""
    by = once(put, store())
    cut = asyncio.get_running_loop().create_task(ask(by, Work(5.0)))
    await asyncio.sleep(1.0)
    cut.cancel()
    await asyncio.wait([cut])
    asking = Asking("op-1", KEY, now_s() + DEADLINE_S)
    await ask(by, Work(), asking=asking)
    return asking.earlier is not None


# -- dead letters -----------------------------------------------------------------------------------------------------

PARCEL = Parcel(flow="pay", payload=b"{}", idempotency_key=KEY, operation_id="op-1", first_attempt_at=WALL_S)
LOST = ConnectionLost("stripe", "charge", "gone")


def wall() -> float:
    return WALL_S + now_s()


def letters(put: Replacements, below: SqliteDeadLetterStore, **config: Any) -> DeadLetters:
    clock = put.wall_clock(wall)
    return put.dead_letters(
        put.dead_letter_store(below),
        DeadLetterConfig(**config),
        wall_clock=clock,
        instance="life-1",
        spill=put.spill(None),
    )


def sqlite() -> SqliteDeadLetterStore:
    return SqliteDeadLetterStore(":memory:", wall_clock=wall)


async def kept_when_it_is_acknowledged(put: Replacements) -> int:
    below = sqlite()
    await letters(put, below).set_aside(PARCEL, LOST)
    return len(await below.page([LetterState.PENDING], 10))


async def kept_of_what_was_spilled(put: Replacements) -> int:
    """Where there is no spill file of its own, the store is never down."""
    below = sqlite()
    by = letters(put, below)
    await asyncio.sleep(1.6 if put.spill(None) is not None else 0.0)  # the weather's first moment without room
    await by.set_aside(replace(PARCEL, flow="place_order"), LOST)
    await asyncio.sleep(1.6)
    await by.drain()
    return len(await below.page([LetterState.PENDING], 10))


async def attempts_of_a_redrive_that_was_cut_off(put: Replacements) -> int:
    """With the one for which it was set aside."""
    by = letters(put, sqlite())
    letter_id = await by.set_aside(PARCEL, LOST)

    async def again(_letter: DeadLetter, asking: Asking) -> str:
        asking.may_have_sent = True
        await asyncio.sleep(60.0)
        return "{}"

    task = asyncio.get_running_loop().create_task(by.redrive(letter_id, again))
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.wait([task])
    letter = await by.show(letter_id)
    assert letter is not None
    return letter.attempts


async def state_after_a_discard(put: Replacements) -> LetterState:
    by = letters(put, sqlite())
    letter_id = await by.set_aside(PARCEL, LOST)
    assert await by.discard(letter_id)
    letter = await by.show(letter_id)
    assert letter is not None
    return letter.state


async def done_by_a_redrive(put: Replacements) -> int:
    by = letters(put, sqlite())
    letter_id = await by.set_aside(PARCEL, LOST)
    done = 0

    async def again(_letter: DeadLetter, _asking: Asking) -> str:
        nonlocal done
        done += 1
        return "{}"

    assert (await by.redrive(letter_id, again)).outcome is Redrive.DONE
    return done


async def state_after_failing(put: Replacements) -> LetterState:
    """As often as the cap allows."""
    by = letters(put, sqlite(), generation_cap=2)
    letter_id = await by.set_aside(PARCEL, LOST)
    for _ in range(2):
        await by.redrive(letter_id, _fails)
    letter = await by.show(letter_id)
    assert letter is not None
    return letter.state


async def _fails(_letter: DeadLetter, _asking: Asking) -> str:
    raise LOST


async def tried_of_a_lot(put: Replacements) -> int:
    """Of ten letters, each of which fails."""
    by = letters(put, sqlite())
    for number in range(10):
        await by.set_aside(replace(PARCEL, idempotency_key=f"pay-{number}"), LOST)
    return len((await by.redrive_lot(_fails)).redriven)


async def state_while_it_is_done(put: Replacements) -> LetterState:
    below = sqlite()
    by = letters(put, below)
    letter_id = await by.set_aside(PARCEL, LOST)
    seen: list[LetterState] = []

    async def again(_letter: DeadLetter, _asking: Asking) -> str:
        letter = await below.get(letter_id)
        assert letter is not None
        seen.append(letter.state)
        return "{}"

    await by.redrive(letter_id, again)
    return seen[0]


DEMOS: Mapping[str, Demo] = {
    "keys-from-the-clock": Demo(of_two_keys, True, False),
    "frees-foreign-claims": Demo(work_begun_by_the_third, 1, 2),
    "forgets-sendings": Demo(how_long_ago_it_was_sent, 2.0, 10.0),
    "serves-without-a-claim": Demo(told_where_the_store_is_away, "ClaimsUnavailable", {"number": 1}),
    "refuses-in-doubt": Demo(after_a_predecessor_died, True, False),
    "keeps-claims-to-itself": Demo(begun_by_two_processes, 1, 2),
    "ignores-fingerprints": Demo(another_request_under_the_key, "KeyReused", {"number": 1}),
    "remembers-no-refusals": Demo(tries_of_what_is_refused, 1, 3),
    "leases-too-short": Demo(work_begun_while_the_first_is_at_it, 1, 3),
    "waits-without-end": Demo(told_after, 2.0, 8.1),
    "goes-on-after-waiting": Demo(work_begun_while_the_first_is_at_it, 1, 3),
    "keeps-no-results": Demo(tries_of_what_is_done, 1, 3),
    "frees-what-was-cut-off": Demo(after_it_was_cut_off, True, False),
    "acknowledges-early": Demo(kept_when_it_is_acknowledged, 1, 0),
    "drops-spilled-letters": Demo(kept_of_what_was_spilled, 1, 0),
    "redrives-blindly": Demo(attempts_of_a_redrive_that_was_cut_off, 2, 1),
    "discards-in-words": Demo(state_after_a_discard, LetterState.DISCARDED, LetterState.PENDING),
    "redrives-nothing": Demo(done_by_a_redrive, 1, 0),
    "counts-no-generations": Demo(state_after_failing, LetterState.POISON, LetterState.PENDING),
    "redrives-all-at-once": Demo(tried_of_a_lot, 3, 10),
    "settles-before-the-work": Demo(state_while_it_is_done, LetterState.REDRIVING, LetterState.REDRIVEN),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
