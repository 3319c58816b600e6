"""A user's session with Supabase's auth: one renewal at a time, by the newest token; against the simulator."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.supabase import ADAPTER, SupabaseClient
from brownout_core.adapters.user_session import UserSession
from brownout_core.errors import AuthenticationFailed, RenewalPaused, ServiceError, VendorRefused
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_harness.audit.mutants.copies_its_session import Copy
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import wire
from tests.support.aio import virtually

REFRESH = "POST /auth/v1/token"
Body = Callable[[SupabaseClient, Simulator[Any]], Awaitable[None]]


def check(body: Body, *rules: dict[str, Any]) -> None:
    """With a client of a project whose access tokens live for ten seconds."""

    async def main() -> None:
        loop, vendor, url = asyncio.get_running_loop(), load_vendor("supabase"), base_url_of("supabase")
        setup = {"auth": {"anonymous": True, "access_token_s": 10}}
        simulator = Simulator(vendor, clock=loop.time, epoch_s=1e9, seed=1, base_url=url, setup=setup)
        simulator.schedule([rule_from_json({"id": "r", "vendor": "supabase", **rule}) for rule in rules])
        host = MemoryHost(simulator, loop)
        access = read_access({"supabase": ADAPTER}, vendor.environment(url, vendor.test_key("session")))["supabase"]
        await body(SupabaseClient(access, wire(HostTransport(host, wire_s=0.01))), simulator)
        await host.close()

    virtually(main())


def asked(simulator: Simulator[Any], route: str) -> list[int]:
    """The statuses of the requests to a route."""
    return [row["status"] for row in simulator.ledger.rows() if row["route"] == route and row["entry"] == "request"]


async def patiently(session: UserSession) -> str:
    """An access token, whatever becomes of the first tries."""
    while True:
        try:
            return await session.token()
        except (RenewalPaused, ServiceError) as error:
            await asyncio.sleep(max(error.retry_after_s or 0.0, 0.01))


def test_many_at_once_are_one_sign_in_and_one_refresh() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        first = set(await asyncio.gather(*(client.session.token() for _ in range(40))))
        await asyncio.sleep(11)
        second = set(await asyncio.gather(*(client.session.token() for _ in range(40))))
        assert (len(first), len(second), len(first | second)) == (1, 1, 2)
        assert (asked(simulator, "POST /auth/v1/signup"), asked(simulator, REFRESH)) == ([200], [200])

    check(body)


def test_a_token_is_renewed_beside_while_it_still_serves() -> None:
    async def body(client: SupabaseClient, _simulator: Simulator[Any]) -> None:
        first = await client.session.token()
        await asyncio.sleep(8.5)
        assert await client.session.token() == first
        await asyncio.sleep(1)
        assert await client.session.token() != first

    check(body)


def test_after_a_lost_answer_the_same_token_is_sent_again_and_nobody_is_signed_out() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        for _ in range(6):
            await patiently(client.session)
            await asyncio.sleep(11)
        simulator.schedule([])
        await patiently(client.session)
        statuses = asked(simulator, REFRESH)
        assert len(statuses) > 6
        assert set(statuses) == {0, 200}  # 0: it was done, and nobody was told

    check(body, {"match": REFRESH, "drop_after_effect": {}, "share": 0.6})


def test_a_copy_that_comes_late_signs_everybody_out() -> None:
    """What the one holder is for."""

    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        await client.session.token()
        copy = Copy(client.session, Renewal("supabase", RenewalConfig(), Random(1)))
        for _ in range(2):
            await asyncio.sleep(11)
            await client.session.token()
        with pytest.raises(VendorRefused) as refused:
            await copy.token()
        assert refused.value.code == "refresh_token_already_used"
        await asyncio.sleep(11)
        with pytest.raises(VendorRefused):
            await client.session.token()
        assert asked(simulator, "POST /auth/v1/signup") == [200]

    check(body)


def test_a_token_that_is_refused_earns_one_new_one() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        tokens: list[str] = []

        async def work(token: str) -> str:
            tokens.append(token)
            if len(tokens) == 1:
                await asyncio.sleep(1)  # of one second two tokens are the same
                raise AuthenticationFailed("supabase", "insert", "JWT expired", status=401)
            return "done"

        assert await client.session.used(work) == "done"
        assert len(set(tokens)) == 2
        assert asked(simulator, REFRESH) == [200]

        async def always(_token: str) -> str:
            raise AuthenticationFailed("supabase", "insert", "no", status=401)

        with pytest.raises(AuthenticationFailed):
            await client.session.used(always)

    check(body)
