"""Vault: secrets in KV version 2, credentials of databases, by a login with AppRole. A `SecretStore`.

Vault has no idempotency keys. A write is told from its repetition by its check-and-set; a change carries, in the secret
itself, which operations have made it (`vault_changes.py`).

| what it says | error |
| --- | --- |
| 400 for a check-and-set | `VersionConflict`: ask again, which begins with a look |
| 403 `invalid token` after one login | `AuthenticationFailed` |
| 403 of a policy | `VendorRefused` |
| 307: a standby that does not forward | `ConnectFailed`: nothing was done, and no token goes where nobody pointed it |
| 412: a node that lags | `Throttled`: refused before any work |
| 429 | `Throttled` |
| 5xx, 503 `Vault is sealed` | `VendorUnavailable`: a call that was under way when the seal fell may be stored |
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final
from urllib.parse import quote

import orjson

from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.adapters.held import Held, Lent, share_of
from brownout_core.adapters.vault_changes import Record
from brownout_core.adapters.vault_token import Token
from brownout_core.errors import AuthenticationFailed, ConnectFailed, ResponseBroken, Throttled, VendorError
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.policies.settings import recommended
from brownout_core.services.secrets import Applied, Credentials, Data, Secret, VersionConflict
from brownout_core.transport import Response

FRESH_S: Final = 60.0
"""A secret that was read so long ago is read anew, beside the calls."""
HELD_S: Final = 3_600.0
"""And so long ago is not relied on any more."""
RENEWAL: Final = "fetch_token"
"""What errors call a renewal of the token."""
CODES: Final[Mapping[str, str]] = {
    "check-and-set parameter did not match the current version": "cas_mismatch",
    "check-and-set parameter required for this call": "cas_required",
    "Vault is sealed": "sealed",
    "Vault is not initialized": "uninitialized",
    "permission denied": "permission_denied",
    "invalid role or secret ID": "bad_secret_id",
    "lease not found": "lease_not_found",
    "required index state not present": "state_not_present",
    "local node not active but active cluster node not found": "no_active_node",
    "node is not active": "node_is_not_active",
}
"""Vault has words and no codes: these are ours for some of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultAccess:
    """Where Vault is, and as whom."""

    base_url: str = variable("VAULT_ADDR", read=url, default="http://127.0.0.1:12120")
    role_id: str = variable("VAULT_ROLE_ID")
    secret_id: str = variable("VAULT_SECRET_ID", secret=True)
    namespace: str = variable("VAULT_NAMESPACE", default="")
    """Enterprise's; empty: none."""


class VaultClient(VendorClient):
    """Vault's HTTP API. Safe for concurrent use."""

    vendor = "vault"

    def __init__(self, access: VaultAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._login = orjson.dumps({"role_id": access.role_id, "secret_id": access.secret_id})
        self._headers = {"X-Vault-Request": "true", "Content-Type": "application/json"}
        if access.namespace:
            self._headers["X-Vault-Namespace"] = access.namespace
        self._token = Token()
        self._renewal = wire.renewal or Renewal(self.vendor, RenewalConfig(), Random(0))
        self._secrets: Held[Secret] = Held(self.vendor, "read")
        self._lent: Held[_Lease] = Held(self.vendor, "credentials")

    # -- secrets -------------------------------------------------------------------------------------------------------

    async def read(self, path: str, *, operation_id: str) -> Secret:
        """See `SecretStore.read`. What is held is used while Vault is sealed, for an hour."""
        del operation_id  # it is everybody's, and in nobody's name

        async def fetch(_held: Secret | None) -> Lent[Secret]:
            secret = await self.newest(path, operation_id="")
            return Lent(secret, HELD_S, FRESH_S * share_of(path))

        return await self._secrets.get(path, fetch)

    async def newest(self, path: str, *, operation_id: str) -> Secret:
        """The newest version, asked for now."""
        call = "read"
        response = await self._authorised(call, operation_id, "GET", f"/v1/secret/data/{_quoted(path)}")
        if response.status == 404:
            return self._absent(call, response, path)
        data = self._data(call, response)
        value = self._field(call, response, data, "data", dict)
        return Secret(path=path, version=self._version(call, response, data.get("metadata")), data=value)

    def _absent(self, call: str, response: Response, path: str) -> Secret:
        """There is none, or its newest version was deleted: then it has a number all the same."""
        told = error_object(response)
        inner = told.get("data")
        if told.get("errors") == []:
            return Secret(path=path, version=0, data={})
        if isinstance(inner, dict) and inner.get("data") is None:
            return Secret(path=path, version=self._version(call, response, inner.get("metadata")), data={})
        raise self._error(call, response)

    def _version(self, call: str, response: Response, metadata: Any) -> int:
        if not isinstance(metadata, dict):
            raise self._broken(call, response, "metadata is not an object")
        return self._field(call, response, metadata, "version", int)

    async def write(self, path: str, data: Data, *, expected_version: int, operation_id: str) -> int:
        """See `SecretStore.write`."""
        call = "write"
        body = orjson.dumps({"data": data, "options": {"cas": expected_version}})
        response = await self._authorised(call, operation_id, "POST", f"/v1/secret/data/{_quoted(path)}", body)
        version = self._version(call, response, self._data(call, response))
        self._secrets.drop(path)
        return version

    async def change_once(
        self, path: str, change: Callable[[Data], Data], *, operation_id: str, since_s: float | None
    ) -> Applied:
        """See `SecretStore.change_once`. A sending that arrives late finds that its check-and-set does not fit."""
        before = await self.newest(path, operation_id=operation_id)
        try:
            record = Record.of(before.data)
        except ValueError as error:
            raise ResponseBroken(self.vendor, "read", str(error)) from error
        if record.has(operation_id):
            return Applied(record.version_of(operation_id), was_there=True)
        record.check_reaches(since_s)
        entry = record.with_one(operation_id, before.version + 1, self._wall_clock())
        data = {**change(before.data), **entry}
        version = await self.write(path, data, expected_version=before.version, operation_id=operation_id)
        return Applied(version, was_there=False)

    async def random_text(self, *, operation_id: str) -> str:
        """32 bytes that nobody can guess, by Vault's own source, as text."""
        call = "random_text"
        response = await self._authorised(call, operation_id, "POST", "/v1/sys/tools/random/32")
        return self._field(call, response, self._data(call, response), "random_bytes", str)

    # -- credentials ---------------------------------------------------------------------------------------------------

    async def credentials(self, role: str, *, operation_id: str) -> Credentials:
        """See `SecretStore.credentials`. A request whose answer is lost has made a user whom nobody knows: he goes with
        his lease."""
        del operation_id
        return (await self._lent.get(role, partial(self._lend, role))).credentials

    async def _lend(self, role: str, held: "_Lease | None") -> Lent["_Lease"]:
        if held is not None and held.nth_token == self._token.nth:
            renewed_s = await self._renewed_lease(held)
            if renewed_s is not None:
                return self._until(held, renewed_s)
        call = "credentials"
        response = await self._authorised(call, "", "GET", f"/v1/database/creds/{quote(role, safe='')}")
        told = self._json(call, response)
        data = self._field(call, response, told, "data", dict)
        credentials = Credentials(
            username=self._field(call, response, data, "username", str),
            password=self._field(call, response, data, "password", str),
            lease_id=self._field(call, response, told, "lease_id", str),
        )
        lasts_s = self._field(call, response, told, "lease_duration", int)
        return self._until(_Lease(credentials, lasts_s, self._token.nth), lasts_s)

    def _until(self, lease: "_Lease", lasts_s: float) -> Lent["_Lease"]:
        """What a token has borrowed ends with it, however long its lease is."""
        left_s = self._token.left_s(asyncio.get_running_loop().time())
        return Lent(lease, min(lasts_s, left_s), mark=lease.credentials.lease_id)

    async def _renewed_lease(self, held: "_Lease") -> int | None:
        """For how long it is good from now on; None where it is to be given up for a new one: it has ended, or has come
        to its maximum, where renewals go on succeeding and give less and less."""
        call = "renew_lease"
        body = orjson.dumps({"lease_id": held.credentials.lease_id, "increment": held.asked_s})
        response = await self._authorised(call, "", "PUT", "/v1/sys/leases/renew", body)
        if response.status == 400:
            return None
        given_s = self._field(call, response, self._json(call, response), "lease_duration", int)
        return given_s if given_s >= held.asked_s else None

    # -- the token -----------------------------------------------------------------------------------------------------

    async def _authorised(self, call: str, operation_id: str, method: str, path: str, body: bytes = b"") -> Response:
        """Send with a token; where it is none any more, one login and one replay."""
        for _ in range(2):
            token = await self._current()
            headers = {**self._headers, "X-Vault-Token": token}
            response = await self._ask(call, operation_id, method, path, headers=headers, body=body)
            if response.status == 307:
                raise ConnectFailed(self.vendor, call, "a standby sends elsewhere: name the active node", status=307)
            if response.status != 403 or "invalid token" not in _words(response):
                break
            self._token.drop(token)
        return response

    async def _current(self) -> str:
        now_s = asyncio.get_running_loop().time()
        if token := self._token.valid(now_s):
            return token
        if token := self._token.usable(now_s):
            self._renewal.begin(RENEWAL, self._renewed_token)  # nobody waits for it while the old one serves
            return token
        return await self._renewal.renewed(RENEWAL, self._log_in)

    async def _renewed_token(self) -> str:
        """The same token for longer; where it does not get all of its time again, another one."""
        asked_s = asyncio.get_running_loop().time()
        token = self._token.usable(asked_s)
        if not token or not self._token.renewable:
            return await self._log_in()
        headers = {**self._headers, "X-Vault-Token": token}
        body = orjson.dumps({"increment": self._token.lifetime_s})
        response = await self._ask(RENEWAL, "", "POST", "/v1/auth/token/renew-self", headers=headers, body=body)
        if response.status in (400, 403):
            return await self._log_in()
        given_s = self._lifetime(response)
        if given_s < self._token.lifetime_s:
            return await self._log_in()
        self._token.lengthen(given_s, asked_s)
        return token

    async def _log_in(self) -> str:
        asked_s = asyncio.get_running_loop().time()
        response = await self._ask(
            RENEWAL, "", "POST", "/v1/auth/approle/login", headers=self._headers, body=self._login
        )
        auth = self._auth(response)
        token = self._field(RENEWAL, response, auth, "client_token", str)
        self._token.store(token, self._lifetime(response), asked_s, renewable=auth.get("renewable") is True)
        return token

    def _auth(self, response: Response) -> dict[str, Any]:
        return self._field(RENEWAL, response, self._json(RENEWAL, response), "auth", dict)

    def _lifetime(self, response: Response) -> int:
        return self._field(RENEWAL, response, self._auth(response), "lease_duration", int)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _data(self, call: str, response: Response) -> dict[str, Any]:
        return self._field(call, response, self._json(call, response), "data", dict)

    def _said(self, response: Response) -> Said:
        words = _words(response)
        code = next((code for text, code in CODES.items() if text in words), None)
        means: type[VendorError] | None = None
        if code == "cas_mismatch":
            means = VersionConflict
        elif (response.status == 403 and "invalid token" in words) or code == "bad_secret_id":
            # No word about what was asked for: whoever logs in may ask again.
            means = AuthenticationFailed
        elif response.status == 412:
            means = Throttled
        return Said(" ".join(words.split()), code, means=means)


@dataclass(frozen=True, slots=True)
class _Lease:
    """Credentials, and for how long they were lent at first."""

    credentials: Credentials
    asked_s: int
    nth_token: int


def _words(response: Response) -> str:
    """What an error says; Go's list of several is one text with line breaks."""
    errors = error_object(response).get("errors")
    return "\n".join(filter(None, map(text_of, errors))) if isinstance(errors, list) else ""


def _quoted(path: str) -> str:
    return quote(path.strip("/"))


ADAPTER = Adapter(
    name="vault",
    access=VaultAccess,
    client=VaultClient,
    # A write is two durable writes of a cluster: 120 ms at the 99th percentile, by estimate. Vault has no limit of its
    # own until an operator sets one; ours keeps one application from being all that a small cluster does.
    recommended=recommended(2.0, 10.0, LimiterConfig(capacity=100, refill_per_s=100.0)),
)
