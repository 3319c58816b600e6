"""`rotate_secret`: one version for each asking, however often it is sent. The vendor is its simulator."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.adapters.vault_changes import KEPT
from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.rotate_secret import RotateSecretRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost
from tests.core.adapters.test_vault import ACCESS, FakeVault, changed
from tests.core.fakes import After, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

SEALED = reply(503, {"errors": ["Vault is sealed"]})


def application(fake: FakeVault, letters: SqliteDeadLetterStore | None = None, **settings: Any) -> Application:
    loop = asyncio.get_running_loop()
    return build(
        AppConfig(access={"vault": ACCESS}, operations=("rotate_secret",), **policies(vault=settings)),
        transports={"vault": fake.transport},
        claims=MemoryClaimStore(loop.time),
        dead_letters=letters or SqliteDeadLetterStore(":memory:", wall_clock=lambda: EPOCH_S + 100.0 + loop.time()),
        wall_clock=lambda: EPOCH_S + 100.0 + loop.time(),
    )


async def ask(app: Application, operation_id: str = "op-1", path: str = "app/db") -> Ending:
    return await app.flows["rotate_secret"](RotateSecretRequest(operation_id=operation_id, path=path))


def value_of(fake: FakeVault) -> str:
    return str(fake.bench.get("secret/data/app/db")["data"]["data"]["value"])


def test_a_secret_gets_a_value_that_nobody_is_told_and_another_one_the_next_time() -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake)
        ending = await ask(app)
        assert (ending.status, ending.result) == (EndingStatus.DONE, {"path": "app/db", "version": 1})
        first = value_of(fake)
        assert len(first) == 44
        assert (await ask(app, "op-2")).result["version"] == 2
        assert value_of(fake) != first
        assert first not in repr(ending)

    virtually(main())


def test_what_else_stands_in_the_secret_stays() -> None:
    async def main() -> None:
        fake = FakeVault()
        fake.bench.write("app/db", {"user": "ada", "value": "old"})
        assert (await ask(application(fake))).result["version"] == 2
        assert fake.bench.get("secret/data/app/db")["data"]["data"]["user"] == "ada"

    virtually(main())


@pytest.mark.parametrize("step", [After(Lost()), Lost(), SEALED, After()], ids=["done", "lost", "sealed", "silent"])
def test_whatever_becomes_of_a_sending_there_is_one_version(step: Any) -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake)
        fake.script.extend([None, None, None, step])  # a login, random bytes, a look, and then the writing
        ending = await ask(app)
        assert (ending.status, ending.result["version"]) == (EndingStatus.DONE, 1)
        assert fake.written() == ["op-1"]

    virtually(main())


def test_fifty_who_rotate_the_same_secret_are_fifty_versions_and_none_is_lost() -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake)
        endings = await asyncio.gather(*(ask(app, f"op-{number}") for number in range(50)))
        assert {ending.status for ending in endings} <= {EndingStatus.DONE, EndingStatus.ACCEPTED}
        done = [f"op-{number}" for number, each in enumerate(endings) if each.status is EndingStatus.DONE]
        assert set(done) <= set(fake.written())
        assert len(set(fake.written())) == len(fake.written())
        for _ in range(20):
            await asyncio.sleep(60)
            await app.dead_letters.redrive_lot()
        assert sorted(fake.written()) == sorted(f"op-{number}" for number in range(50))

    virtually(main())


def test_while_vault_is_sealed_it_is_set_aside_and_done_once_when_it_is_open() -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake)
        fake.seal()
        ending = await ask(app)
        assert ending.status is EndingStatus.ACCEPTED
        fake.unseal()
        await asyncio.sleep(60)
        await app.dead_letters.redrive_lot()
        assert fake.written() == ["op-1"]

    virtually(main())


def test_a_replica_that_lags_makes_nobody_write_twice_or_over_another() -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake)
        await ask(app, "op-1")
        fake.bench.strike(match="GET /v1/secret/data/*", stale_reads={"lag_s": 2})
        endings = [await ask(app, f"op-{number}") for number in (1, 2, 3)]
        assert {each.status for each in endings} <= {EndingStatus.DONE, EndingStatus.ACCEPTED}
        for _ in range(5):
            await asyncio.sleep(60)
            await app.dead_letters.redrive_lot()
        assert sorted(fake.written()) == ["op-1", "op-2", "op-3"]

    virtually(main())


def test_what_is_set_aside_holds_no_value_and_no_token() -> None:
    async def main() -> None:
        fake = FakeVault()
        letters = SqliteDeadLetterStore(":memory:", wall_clock=lambda: EPOCH_S)
        app = application(fake, letters, retry={"max_retries": 0})
        fake.script.extend([None, None, None, After(Lost())])
        ending = await ask(app)
        letter = await letters.get(ending.dead_letter_id)
        assert letter is not None
        token = fake.sent("GET", "/v1/secret/data/app/db")[0].headers["X-Vault-Token"]
        for hidden in (value_of(fake), token, "sim-secret-app"):
            assert hidden not in repr(letter)
        assert b"app/db" in letter.payload

    virtually(main())


def test_one_whose_trace_may_be_lost_is_neither_repeated_nor_called_undone() -> None:
    async def main() -> None:
        fake = FakeVault()
        app = application(fake, retry={"max_retries": 0})
        fake.script.extend([None, None, None, After(Lost())])
        ending = await ask(app)
        assert ending.status is EndingStatus.ACCEPTED
        other = fake.client()
        for number in range(KEPT + 1):
            await changed(other, f"other-{number}")
        await app.dead_letters.redrive_lot()
        assert fake.written().count("op-1") == 1
        assert (await ask(app)).status is EndingStatus.ACCEPTED

    virtually(main())


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "A", "a b", "../x", "a/b/c/d/e/f", "x" * 65])
def test_a_path_that_could_be_another_is_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        RotateSecretRequest(operation_id="op-1", path=path)
