"""Vault: secrets held and changed once, credentials as long as their lease, one login for all. The vendor is its
simulator."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

import pytest

from brownout_core.adapters.declaration import Wire
from brownout_core.adapters.vault import ADAPTER, HELD_S, VaultAccess, VaultClient
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    NotSettled,
    RenewalPaused,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.redaction import Redactor
from brownout_core.services.secrets import SecretStore, VersionConflict
from brownout_core.transport import Lost, NoConnection, Request, Response
from tests.core.fakes import After, Fake, reply
from tests.simulators.vendors.vault.bench import VaultBench
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

SECRET_ID = "sim-secret-app"
ACCESS = VaultAccess(base_url="http://vault.test", role_id="sim-role-app", secret_id=SECRET_ID)
KEYS = [f"sim-key-{number}".encode().hex() for number in (1, 2, 3)]


def _now_s() -> float:
    """The clock that vendor and application share."""
    return 100.0 + asyncio.get_running_loop().time()


class FakeVault(Fake):
    """The simulator, on the loop's clock."""

    def __init__(self, **setup: Any) -> None:
        super().__init__()
        self.bench = VaultBench(**setup)

    def tick(self) -> None:
        if (ahead_s := _now_s() - self.bench.now_s) > 0:
            self.bench.pass_time(ahead_s)

    def work(self, request: Request) -> Response:
        self.tick()
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.bench.send(request.method, parts.path, request.body, headers=headers)
        return Response(answer.status, answer.headers, answer.body)

    def client(self, access: VaultAccess = ACCESS) -> VaultClient:
        return VaultClient(access, Wire(self.transport, lambda: EPOCH_S + _now_s(), Redactor([SECRET_ID])))

    def seal(self) -> None:
        self.tick()
        self.bench.do("sys/seal")

    def unseal(self) -> None:
        for key in KEYS:
            self.bench.do("sys/unseal", {"key": key})

    def asked(self, method: str, path: str) -> int:
        return len(self.sent(method, f"/v1/{path}"))

    def written(self) -> list[str]:
        return [str(row["operation_id"]) for row in self.bench.done("secret_written")]


def changed(vault: SecretStore, operation_id: str = "op-1", path: str = "app/db", value: str = "new") -> Any:
    return vault.change_once(path, lambda before: {**before, "value": value}, operation_id=operation_id, since_s=None)


def run(main: Coroutine[Any, Any, None]) -> None:
    virtually(main)


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_a_secret_is_written_on_top_of_what_was_read_and_its_value_is_shown_by_nothing() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault: SecretStore = fake.client()
        assert (await vault.read("app/db", operation_id="op-1")).version == 0
        assert await vault.write("app/db", {"value": "hunter2"}, expected_version=0, operation_id="op-1") == 1
        secret = await vault.read("app/db", operation_id="op-1")
        assert (secret.version, secret.data) == (1, {"value": "hunter2"})
        assert "hunter2" not in repr(secret)
        with pytest.raises(VersionConflict):
            await vault.write("app/db", {"value": "x"}, expected_version=0, operation_id="op-2")
        assert fake.written() == ["op-1"]
        assert fake.asked("POST", "auth/approle/login") == 1

    run(main())


def test_a_secret_that_is_held_costs_nothing_is_read_anew_beside_the_calls_and_good_while_vault_is_sealed() -> None:
    async def main() -> None:
        fake = FakeVault(token_ttl_s=100_000, token_max_ttl_s=200_000)
        vault = fake.client()
        await vault.write("app/db", {"value": "one"}, expected_version=0, operation_id="op")
        for _ in range(10):
            await vault.read("app/db", operation_id="op")
        assert fake.asked("GET", "secret/data/app/db") == 1
        await fake.client().write("app/db", {"value": "two"}, expected_version=1, operation_id="op")
        await asyncio.sleep(60)
        assert (await vault.read("app/db", operation_id="op")).data == {"value": "one"}
        await asyncio.sleep(1)
        assert (await vault.read("app/db", operation_id="op")).data == {"value": "two"}
        read_s = asyncio.get_running_loop().time()
        fake.seal()
        while asyncio.get_running_loop().time() < read_s + HELD_S - 60:
            await asyncio.sleep(50)
            assert (await vault.read("app/db", operation_id="op")).version == 2
        await asyncio.sleep(60)
        with pytest.raises(VendorUnavailable) as told:
            await vault.read("app/db", operation_id="op")
        assert told.value.code == "sealed"
        fake.unseal()
        assert (await vault.read("app/db", operation_id="op")).version == 2

    run(main())


def test_a_version_that_was_deleted_has_a_number_and_nothing_in_it() -> None:
    async def main() -> None:
        fake = FakeVault()
        fake.bench.write("k", {"x": 1})
        fake.bench.do("secret/data/k", method="DELETE")
        secret = await fake.client().newest("k", operation_id="op")
        assert (secret.version, secret.data) == (1, {})

    run(main())


# -- changes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [After(Lost()), Lost(), NoConnection(), reply(503, {"errors": ["Vault is sealed"]})],
                         ids=["done", "lost", "nowhere", "sealed"])  # fmt: skip
def test_whatever_becomes_of_a_sending_there_is_one_version(step: Any) -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op-1")
        fake.script.extend([None, step])
        with pytest.raises(ServiceError):
            await changed(vault)
        applied = await changed(vault)
        assert applied.version == 1
        assert fake.written() == ["op-1"]

    run(main())


def test_two_who_change_the_same_are_two_versions_and_none_is_lost() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        both = await asyncio.gather(changed(vault, "op-1"), changed(vault, "op-2"), return_exceptions=True)
        assert [type(each).__name__ for each in both] == ["Applied", "VersionConflict"]
        assert isinstance(both[1], VersionConflict)
        assert (both[1].retryable, both[1].may_have_effect, both[1].is_failure) == (True, True, False)
        assert (await changed(vault, "op-2")).version == 2
        assert (await changed(vault, "op-1")).version == 1
        assert fake.written() == ["op-1", "op-2"]

    run(main())


def test_a_writing_that_arrives_late_happens_once_or_not_at_all() -> None:
    """It is on its way when the next attempt looks: whichever comes second does not fit."""

    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        before = await vault.newest("app/db", operation_id="op-1")
        assert (await changed(vault, "op-1")).version == 1
        with pytest.raises(VersionConflict):
            await vault.write("app/db", {"late": 1}, expected_version=before.version, operation_id="op-1")
        assert (await changed(vault, "op-1")).was_there is True
        assert fake.written() == ["op-1"]

    run(main())


def test_where_too_much_was_written_since_nobody_claims_that_it_was_not_there() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        for number in range(101):
            await changed(vault, f"op-{number}")
        with pytest.raises(NotSettled):
            await vault.change_once("app/db", dict, operation_id="op-0", since_s=EPOCH_S + 100.0)
        assert len(fake.written()) == 101

    run(main())


# -- credentials ------------------------------------------------------------------------------------------------------


def test_credentials_are_one_user_for_all_and_renewed_until_their_maximum_then_new_ones() -> None:
    async def main() -> None:
        fake = FakeVault(lease_ttl_s=10, lease_max_ttl_s=30)
        vault = fake.client()
        many = await asyncio.gather(*(vault.credentials("ro", operation_id="op") for _ in range(50)))
        assert len({each.username for each in many}) == 1
        assert many[0].password not in repr(many[0])
        users = []
        for _ in range(60):
            await asyncio.sleep(1)
            users.append((await vault.credentials("ro", operation_id="op")).username)
            fake.tick()
            dropped = {row["id"] for row in fake.bench.done("db_user_dropped")}
            assert users[-1] not in dropped  # whoever is handed out is alive
        assert len(set(users)) == len(fake.bench.done("db_user_created")) == 3
        assert fake.bench.done("lease_renewed")

    run(main())


def test_credentials_are_good_while_vault_is_sealed_to_the_end_of_their_lease() -> None:
    async def main() -> None:
        fake = FakeVault(lease_ttl_s=100, lease_max_ttl_s=1_000)
        vault = fake.client()
        lent = await vault.credentials("ro", operation_id="op")
        fake.seal()
        for _ in range(99):
            await asyncio.sleep(1)
            assert await vault.credentials("ro", operation_id="op") == lent
        await asyncio.sleep(2)
        with pytest.raises((VendorUnavailable, RenewalPaused)):
            await vault.credentials("ro", operation_id="op")
        fake.unseal()
        await asyncio.sleep(5)
        assert (await vault.credentials("ro", operation_id="op")).username != lent.username

    run(main())


def test_what_a_token_has_borrowed_is_not_handed_out_after_its_end() -> None:
    async def main() -> None:
        fake = FakeVault(token_ttl_s=10, token_max_ttl_s=20, lease_ttl_s=1_000, lease_max_ttl_s=2_000)
        vault = fake.client()
        for _ in range(100):
            user = (await vault.credentials("ro", operation_id="op")).username
            fake.tick()
            assert user not in {row["id"] for row in fake.bench.done("db_user_dropped")}
            await asyncio.sleep(0.5)
        assert len(fake.bench.done("db_user_created")) <= 8

    run(main())


def test_a_lease_that_vault_has_ended_early_is_replaced_when_it_is_due() -> None:
    async def main() -> None:
        fake = FakeVault(lease_ttl_s=100, lease_max_ttl_s=1_000)
        vault = fake.client()
        lent = await vault.credentials("ro", operation_id="op")
        fake.tick()
        fake.bench.do("sys/leases/revoke", {"lease_id": lent.lease_id})
        await asyncio.sleep(81)
        await vault.credentials("ro", operation_id="op")
        await asyncio.sleep(1)
        assert (await vault.credentials("ro", operation_id="op")).username != lent.username

    run(main())


# -- the token --------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_beside_the_calls_and_replaced_at_its_maximum() -> None:
    async def main() -> None:
        fake = FakeVault(token_ttl_s=10, token_max_ttl_s=25)
        vault = fake.client()
        for _ in range(120):
            await vault.newest("k", operation_id="op")
            await asyncio.sleep(0.5)
        assert fake.asked("POST", "auth/token/renew-self") >= 4
        assert 2 <= fake.asked("POST", "auth/approle/login") <= 4
        assert [row["status"] for row in fake.bench.simulator.ledger.rows() if row.get("status") == 403] == []

    run(main())


def test_a_token_that_is_gone_earns_one_login_for_all_and_each_call_one_replay() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.newest("k", operation_id="op")
        fake.tick()
        fake.bench.do("auth/token/revoke", {"token": vault._token.usable(0.0)})
        await asyncio.gather(*(vault.newest("k", operation_id="op") for _ in range(20)))
        assert fake.asked("POST", "auth/approle/login") == 2
        assert fake.asked("GET", "secret/data/k") == 41

    run(main())


def test_while_vault_is_sealed_a_good_token_is_kept_and_nobody_logs_in() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.newest("k", operation_id="op")
        fake.seal()
        for _ in range(10):
            with pytest.raises(VendorUnavailable):
                await vault.newest("k", operation_id="op")
        fake.unseal()
        await vault.newest("k", operation_id="op")
        assert fake.asked("POST", "auth/approle/login") == 1

    run(main())


def test_a_bad_secret_id_is_a_failed_authentication_that_sent_nothing_of_the_callers() -> None:
    async def main() -> None:
        fake = FakeVault()
        bad = fake.client(VaultAccess(base_url="http://vault.test", role_id="sim-role-app", secret_id="wrong"))
        with pytest.raises(AuthenticationFailed) as told:
            await changed(bad)
        assert (told.value.code, told.value.may_have_effect) == ("bad_secret_id", False)
        assert fake.written() == []

    run(main())


def test_the_namespace_goes_along_and_no_secret_into_an_error() -> None:
    async def main() -> None:
        fake = FakeVault()
        access = VaultAccess(base_url="http://vault.test", role_id="sim-role-app", secret_id=SECRET_ID, namespace="a")
        assert SECRET_ID not in repr(access)
        vault = fake.client(access)
        await vault.newest("k", operation_id="op")
        assert {request.headers["X-Vault-Namespace"] for request in fake.requests} == {"a"}
        fake.script.append(reply(500, {"errors": [f"token hvs.abcdefghij and {SECRET_ID}"]}))
        with pytest.raises(VendorUnavailable) as told:
            await vault.newest("k", operation_id="op")
        assert "hvs.abc" not in str(told.value)
        assert SECRET_ID not in str(told.value)

    run(main())


# -- errors -----------------------------------------------------------------------------------------------------------

INVALID = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"


@pytest.mark.parametrize(
    ("status", "texts", "kind", "code", "may_have_effect"),
    [
        (400, ["check-and-set parameter did not match the current version"], VersionConflict, "cas_mismatch", True),
        (400, ["no data provided"], VendorRefused, None, False),
        (403, ["1 error occurred:\n\t* permission denied\n\n"], VendorRefused, "permission_denied", False),
        (404, ['no handler for route "x/y". route entry not found.'], VendorRefused, None, False),
        (405, [], VendorRefused, None, False),
        (412, ["required index state not present"], Throttled, "state_not_present", False),
        (429, ['request path "secret/data/k": rate limit quota exceeded'], Throttled, None, False),
        (500, ["local node not active but active cluster node not found"], VendorUnavailable, "no_active_node", True),
        (501, ["Vault is not initialized"], VendorUnavailable, "uninitialized", True),
        (502, [], VendorUnavailable, None, True),
        (503, ["Vault is sealed"], VendorUnavailable, "sealed", True),
        (503, "no list", VendorUnavailable, None, True),
        (307, [], ConnectFailed, None, False),
        (302, [], ResponseBroken, None, True),
    ],
)
def test_every_answer_that_is_none_has_its_error(
    status: int, texts: Any, kind: type[ServiceError], code: str | None, may_have_effect: bool
) -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        fake.script.append(reply(status, {"errors": texts}))
        with pytest.raises(kind) as told:
            await vault.write("k", {}, expected_version=0, operation_id="op")
        assert type(told.value) is kind
        assert (told.value.code, told.value.may_have_effect) == (code, may_have_effect)
        assert told.value.retryable is (kind is not VendorRefused and status != 501)

    run(main())


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"data": 1}', b'{"data": {"data": 1}}', b'{"data": {"data": {}, "metadata": 1}}',
     b'{"data": {"data": {}, "metadata": {"version": "1"}}}'],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_broken(body: bytes) -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        fake.script.append(Response(200, {}, body))
        with pytest.raises(ResponseBroken):
            await vault.newest("k", operation_id="op")

    run(main())


@pytest.mark.parametrize(("step", "kind"), [(Lost(), ConnectionLost), (NoConnection(), ConnectFailed)])
def test_a_connection_that_fails(step: Exception, kind: type[ServiceError]) -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        fake.script.append(step)
        with pytest.raises(kind):
            await vault.write("k", {}, expected_version=0, operation_id="op")

    run(main())


def test_a_token_that_is_refused_twice_is_a_failed_authentication() -> None:
    async def main() -> None:
        fake = FakeVault()
        vault = fake.client()
        await vault.random_text(operation_id="op")
        fake.script.extend([reply(403, {"errors": [INVALID]}), None, reply(403, {"errors": [INVALID]})])
        with pytest.raises(AuthenticationFailed):
            await vault.newest("k", operation_id="op")
        assert fake.asked("POST", "auth/approle/login") == 2

    run(main())


def test_it_is_declared_with_the_clients_own_variables() -> None:
    assert ADAPTER.name == "vault"
    assert ADAPTER.webhooks is None
