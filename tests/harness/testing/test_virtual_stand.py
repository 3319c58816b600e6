"""Simulators in virtual time: a test's hours pass at once, and nothing happens while it does not await."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from brownout_harness.testing.account import Account
from brownout_harness.testing.proof import reasons
from brownout_harness.testing.virtual_stand import NotOver, VirtualStand, WouldWait

ROOT = Path(__file__).parent


@pytest.fixture
def stand() -> Iterator[VirtualStand]:
    made = VirtualStand(root=ROOT)
    yield made
    made.close()


@pytest.fixture
def stripe(stand: VirtualStand) -> Account:
    return Account(stand, "stripe", "test")


async def create(account: Account, *, timeout_s: float = 100.0) -> int:
    headers = {"Authorization": f"Bearer {account.key}"}
    async with httpx.AsyncClient(base_url=account.url, headers=headers, timeout=timeout_s) as client:
        return (await client.post("/v1/customers", data={"email": "ada@example.com"})).status_code


def test_what_a_client_waits_for_passes_on_its_own_clock(stand: VirtualStand, stripe: Account) -> None:
    fault = stripe.fault("POST /v1/customers", latency="200s")

    async def main() -> float:
        with pytest.raises(httpx.ReadTimeout):
            await create(stripe, timeout_s=60.0)
        return time.monotonic()

    assert stand.run(main()) == pytest.approx(60.0, abs=0.1)
    assert fault.struck == 1
    assert stand.refused == []


def test_who_does_not_await_is_told_nothing_that_is_not_so(stand: VirtualStand, stripe: Account) -> None:
    stripe.fault("POST /v1/customers", latency="2s")

    async def main() -> None:
        asking = asyncio.ensure_future(create(stripe))
        await asyncio.sleep(1.0)
        with pytest.raises(WouldWait, match=r"await account.settled\(\)"):
            stripe.settle()
        await stripe.settled()
        assert len(stripe.ledger.requests) == 1
        assert await asking == 200

    stand.run(main())
    assert list(reasons(stripe)) == []


def test_a_fault_that_strikes_nothing_proves_nothing_here_either(stand: VirtualStand, stripe: Account) -> None:
    stripe.fault("POST /v1/refunds", latency="2s")
    stand.run(create(stripe))
    [told] = reasons(stripe)
    assert "never struck" in told


def test_what_is_never_over_ends_and_says_where_it_waits(stand: VirtualStand) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(NotOver, match=r"not over after 60 s of virtual time:\n.*test_virtual_stand\.py"):
        stand.run(main(), within_s=60.0)


def test_a_cancellation_or_a_timeout_of_its_own_is_the_tests(stand: VirtualStand) -> None:
    async def main(of: type[BaseException]) -> None:
        raise of

    for of in (asyncio.CancelledError, TimeoutError):
        with pytest.raises(of):
            stand.run(main(of), within_s=60.0)


def test_what_leads_out_is_remembered_though_it_was_caught(stand: VirtualStand) -> None:
    async def main() -> None:
        with suppress(RuntimeError):
            time.sleep(1)  # noqa: ASYNC251, TID251 - the very thing

    stand.run(main())
    [refused] = stand.refused
    assert "sleeps on the wall clock" in refused


def answering(status: int, heard: list[bytes]) -> Callable[..., Coroutine[Any, Any, None]]:
    async def app(_scope: Any, receive: Any, send: Any) -> None:
        if status == 500:
            raise LookupError("no such order")
        heard.append((await receive())["body"])
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b""})

    return app


@pytest.mark.parametrize("status", [200, 500])
def test_an_application_is_told_what_happened(stand: VirtualStand, stripe: Account, status: int) -> None:
    heard: list[bytes] = []
    stripe.webhooks.to("http://127.0.0.1/hooks", answering(status, heard))

    async def main() -> None:
        await create(stripe)
        if status == 200:
            [attempt] = await stripe.webhooks.arriving(type="customer.*")
            assert attempt.status == 200
        else:
            with pytest.raises(AssertionError, match=r"no 1 webhooks \* arrived within 10 s: customer.created 500"):
                await stripe.webhooks.arriving()

    stand.run(main())
    assert len(heard) == (status == 200)
    assert set(stand.errors) == (
        set() if status == 200 else {"the receiver at http://127.0.0.1/hooks raised LookupError: no such order"}
    )


def test_a_url_that_nobody_listens_at_is_no_connection(stand: VirtualStand, stripe: Account) -> None:
    stripe.webhooks.to("http://127.0.0.1/hooks")

    async def main() -> int:
        await create(stripe)
        await asyncio.sleep(1.0)
        return stripe.webhooks.attempts[0].status

    assert stand.run(main()) == 0


def test_two_stands_of_one_seed_tell_the_same(stand: VirtualStand, stripe: Account) -> None:
    other = VirtualStand(root=ROOT)
    again = Account(other, "stripe", "test")
    for each in (stripe, again):
        each.stand.run(create(each))
    assert stripe.ledger == again.ledger
    assert stripe.ledger.requests
    other.close()
