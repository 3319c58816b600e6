"""`use_credentials`: who is held, held by all, and told without his password."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.vault import ADAPTER
from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.use_credentials import CredentialsRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import WALL_S
from tests.support.aio import virtually
from tests.support.vendor_bench import Bench, made_by


class Cluster(Bench):
    """Of Vault's, with a clock that goes with the loop's. While it `hangs` it answers no request for credentials."""

    def __init__(self, **setup: Any) -> None:
        vendor = load_vendor("vault")
        super().__init__(vendor, "")
        self.simulator.set_up(setup)
        self.loop = asyncio.get_running_loop()
        self.begun_s = self.now_s - self.loop.time()
        self.hangs = False
        self.books = made_by(self)
        environment = vendor.environment("http://bench.localhost", vendor.test_key("lent"))
        self.access = read_access({"vault": ADAPTER}, environment)
        self.app = self.application()

    def application(self) -> Application:
        def wall_clock() -> float:
            return WALL_S + self.loop.time()

        return build(
            AppConfig(access=self.access, operations=("use_credentials",)),
            transports={"vault": MemoryTransport(self._answer)},
            claims=MemoryClaimStore(self.loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=wall_clock),
            wall_clock=wall_clock,
        )

    async def _answer(self, request: Request) -> Response:
        await asyncio.sleep(0.01)
        if self.hangs and "/creds/" in request.url:
            await asyncio.Event().wait()
        self.pass_time(max(0.0, self.begun_s + self.loop.time() - self.now_s))
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = request.url.removeprefix("http://bench.localhost")
        answer = self.send(request.method, path, request.body, headers=headers)
        return Response(answer.status, dict(answer.headers), answer.body)

    async def ask(self, operation_id: str, role: str = "ro") -> Ending:
        return await self.app.flows["use_credentials"](CredentialsRequest(operation_id=operation_id, role=role))

    def users(self) -> list[str]:
        return [each.id for each in self.books if each.kind == "vault.db_user_created"]


def test_all_work_as_one_and_no_password_is_told() -> None:
    async def main() -> None:
        cluster = Cluster()
        endings = await asyncio.gather(*(cluster.ask(f"op-{number}") for number in range(20)))
        assert {each.status for each in endings} == {EndingStatus.DONE}
        (user,) = cluster.users()
        assert [set(each.result) for each in endings] == [{"username", "lease"}] * 20
        assert {each.result["username"] for each in endings} == {user}

    virtually(main())


def test_who_is_lent_is_renewed_while_that_can_be_and_then_another_one_is() -> None:
    async def main() -> None:
        cluster = Cluster(lease_ttl_s=6, lease_max_ttl_s=20)
        told = []
        for number in range(60):
            told.append((await cluster.ask(f"op-{number}")).result["username"])
            await asyncio.sleep(0.5)
        assert list(dict.fromkeys(told)) == cluster.users()
        assert len(cluster.users()) == 2
        renewed = [each.fields["given_s"] for each in cluster.books if each.kind == "vault.lease_renewed"]
        assert 4 <= len(renewed) <= 8
        assert min(renewed) < 6, "one renewal came to the end of what may be"

    virtually(main())


def test_a_keeper_that_does_not_answer_is_told_and_asked_again_by_the_next() -> None:
    async def main() -> None:
        cluster = Cluster()
        cluster.hangs = True
        ending = await cluster.ask("op-1")
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 503, "attempt_timeout")
        assert cluster.loop.time() < 6
        cluster.hangs = False
        assert (await cluster.ask("op-2")).status is EndingStatus.DONE

    virtually(main())


def test_a_role_that_there_is_not_is_refused() -> None:
    async def main() -> None:
        assert (await Cluster().ask("op-1", role="nobody")).http_status == 422

    virtually(main())


@pytest.mark.parametrize("role", ["", "a/b", "RO", "x" * 65])
def test_a_role_is_one_name(role: str) -> None:
    with pytest.raises(ValidationError):
        CredentialsRequest(operation_id="op", role=role)
