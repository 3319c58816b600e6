"""Cloudflare: DNS records, purges, values of Workers KV. An `EdgeService`.

There are no idempotency keys. Every answer is an envelope that says itself whether it is a success, whatever its status
is; codes mean different things in different places, so status, place and code are read together.

| what it says | error |
| --- | --- |
| 81053, 81054, 81056, 81057, 81058: the name has a record; 81044: it is gone | `RecordContended`: look again |
| 400 with 6003, 9106; 401; 403 with 9103, 9109, 10000 | `AuthenticationFailed` |
| 403 with 10001 | `VendorUnavailable` for an `internal error`, else `AuthenticationFailed` |
| 404 with 10009 for a value | there is none |
| 429, and a 4xx with 971 | `Throttled` |
| 200 that is no success, or no value | `ResponseBroken`; for 971 `ToldToWait` |
| a 4xx that is no envelope | `VendorUnavailable`: a page of the edge before the API |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson

from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.errors import AuthenticationFailed, Throttled, VendorError, VendorRefused, VendorUnavailable
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import recommended
from brownout_core.services.edge import Record, RecordContended
from brownout_core.transport import Response

CONTENDED: Final = frozenset({"81044", "81053", "81054", "81056", "81057", "81058"})
UNKNOWN_KEY: Final = "10009"
THROTTLED: Final = "971"
NOT_FOR_TOKENS: Final = (403, "10001")
"""Or an internal error: only the words tell."""
BAD_CREDENTIALS: Final = frozenset({(400, "6003"), (400, "9106"), (403, "9103"), (403, "9109"), (403, "10000")})
FOREIGN: Final = "not_of_the_zone"
AUTOMATIC_TTL: Final = 1
VALUE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudflareAccess:
    """Where Cloudflare is, as whom, and which zone."""

    base_url: str = variable("CLOUDFLARE_BASE_URL", read=url, default="http://127.0.0.1:12122/client/v4")
    api_token: str = variable("CLOUDFLARE_API_TOKEN", secret=True)
    zone_id: str = variable("CLOUDFLARE_ZONE_ID")
    zone_name: str = variable("CLOUDFLARE_ZONE_NAME", default="site.test")
    """Cloudflare completes a name that is outside of it, and then it is another one."""
    account_id: str = variable("CLOUDFLARE_ACCOUNT_ID", default="")
    """Of the namespace; empty where no values are kept."""
    namespace_id: str = variable("CLOUDFLARE_KV_NAMESPACE_ID", default="")


class ToldToWait(Throttled):
    """The same under a status of success: telemetry does not speak of a 429 that nobody has sent."""


class CloudflareClient(VendorClient):
    """One zone and one namespace (API version 4). Safe for concurrent use."""

    vendor = "cloudflare"

    def __init__(self, access: CloudflareAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._zone = access.zone_name
        self._headers = {"Authorization": f"Bearer {access.api_token}"}
        self._json_headers = {**self._headers, "Content-Type": "application/json"}
        self._records = f"/zones/{quote(access.zone_id, safe='')}/dns_records"
        self._purge = f"/zones/{quote(access.zone_id, safe='')}/purge_cache"
        space = f"{quote(access.account_id, safe='')}/storage/kv/namespaces/{quote(access.namespace_id, safe='')}"
        self._values = f"/accounts/{space}/values/"

    async def records(self, name: str, *, operation_id: str) -> Sequence[Record]:
        """See `EdgeService.records`. One page, of a hundred: no name has more."""
        call, path = "records", f"{self._records}?name.exact={quote(name, safe='')}"
        self._check(call, name)
        response = await self._ask(call, operation_id, "GET", path, headers=self._headers)
        rows = self._result(call, response, list)
        return [self._record(call, response, row) for row in rows]

    async def create(self, record: Record, *, operation_id: str) -> Record:
        """See `EdgeService.create`."""
        return await self._write("create", "POST", self._records, record, operation_id)

    async def change(self, record_id: str, record: Record, *, operation_id: str) -> Record:
        """See `EdgeService.change`."""
        path = f"{self._records}/{quote(record_id, safe='')}"
        return await self._write("change", "PATCH", path, record, operation_id)

    async def _write(self, call: str, method: str, path: str, record: Record, operation_id: str) -> Record:
        self._check(call, record.name)
        body = {
            "type": record.type,
            "name": record.name,
            "content": record.target,
            "proxied": True,
            "ttl": AUTOMATIC_TTL,
            "comment": record.note,
        }
        headers = self._json_headers
        response = await self._ask(call, operation_id, method, path, headers=headers, body=orjson.dumps(body))
        return self._record(call, response, self._result(call, response, dict))

    async def purge(self, hosts: Sequence[str], *, operation_id: str) -> str:
        """See `EdgeService.purge`. A free account has 25 at once and five a minute."""
        call, body = "purge", orjson.dumps({"hosts": list(hosts)})
        for host in hosts:
            self._check(call, host)
        response = await self._ask(call, operation_id, "POST", self._purge, headers=self._json_headers, body=body)
        return self._field(call, response, self._result(call, response, dict), "id", str)

    async def get(self, key: str, *, operation_id: str) -> bytes:
        """See `EdgeService.get`: `UNKNOWN_KEY` is the code. A good answer is the value alone, without an envelope."""
        call = "get"
        response = await self._ask(call, operation_id, "GET", self._value(key), headers=self._headers)
        if not 200 <= response.status < 300:
            raise self._error(call, response)
        if not response.headers.get("content-type", "").startswith(VALUE):
            raise self._broken(call, response, "not a value")
        return response.body

    async def put(self, key: str, value: bytes, *, operation_id: str, ttl_s: int | None = None) -> None:
        """See `EdgeService.put`. Cloudflare keeps nothing for less than a minute, and writes a key once a second."""
        call, path = "put", self._value(key)
        if ttl_s is not None:
            path += f"?expiration_ttl={ttl_s}"
        headers = {**self._headers, "Content-Type": "application/octet-stream"}
        response = await self._ask(call, operation_id, "PUT", path, headers=headers, body=value)
        self._envelope(call, response)

    def _check(self, call: str, name: str) -> None:
        if name.lower() != self._zone and not name.lower().endswith(f".{self._zone}"):
            raise VendorRefused(self.vendor, call, f"not a name of the zone {self._zone}", code=FOREIGN)

    def _value(self, key: str) -> str:
        return self._values + quote(key, safe="")

    def _envelope(self, call: str, response: Response) -> Mapping[str, Any]:
        """The body of a good answer, which says itself that it is one: a status of 200 alone says nothing."""
        told = self._json(call, response)
        if told.get("success") is not True:
            said = self._said(response)
            if said.code == THROTTLED:
                raise ToldToWait(self.vendor, call, self._redactor.text(said.message), status=200, code=said.code)
            raise self._broken(call, response, f"status {response.status}, and no success: {said.code}")
        return told

    def _result(self, call: str, response: Response, kind: type[Any]) -> Any:
        return self._field(call, response, self._envelope(call, response), "result", kind)

    def _record(self, call: str, response: Response, row: Any) -> Record:
        if not isinstance(row, dict):
            raise self._broken(call, response, "a record is not an object")
        return Record(
            id=self._field(call, response, row, "id", str),
            type=self._field(call, response, row, "type", str),
            name=self._field(call, response, row, "name", str),
            target=self._field(call, response, row, "content", str),
            note=self._optional(call, response, row, "comment", ""),
        )

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        errors = told.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        if not isinstance(first, dict):
            # The API's own no is an envelope. What is none comes from in front of it, and says nothing of the request.
            is_page = 400 <= response.status < 500 and response.status not in (401, 429)
            return Said(means=VendorUnavailable if is_page else None)
        code, message = text_of(first.get("code")), text_of(first.get("message")) or ""
        return Said(message, code, means=_meant(response.status, code, message))


def _meant(status: int, code: str | None, message: str) -> type[VendorError] | None:
    """What a 4xx means; None: what its status says."""
    if code in CONTENDED:
        return RecordContended
    if code == THROTTLED:
        return Throttled
    if (status, code) == NOT_FOR_TOKENS:
        return VendorUnavailable if "internal" in message.lower() else AuthenticationFailed
    return AuthenticationFailed if (status, code) in BAD_CREDENTIALS else None


ADAPTER = Adapter(
    name="cloudflare",
    access=CloudflareAccess,
    client=CloudflareClient,
    # By estimate a record is written in 3 s at the 99th percentile. Above 1,200 requests in five minutes all are
    # refused until those are over (developers.cloudflare.com, "Rate limits"). In no five minutes are there more than
    # 1,090 attempts; what is left is for the look that a second attempt at a record begins with.
    recommended=recommended(8.0, 25.0, LimiterConfig(capacity=100, refill_per_s=3.3, max_wait_s=5.0)),
)
