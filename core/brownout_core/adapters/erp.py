"""An ERP in Business Central's shape (OData v4): a `WorkOrderService`. No SDK, hence no hidden retry.

It knows no idempotency keys. What is made is found by its `externalDocumentNumber`; what is changed is read first, and
the change names the ETag that was read: where somebody else was first it is read again, three times at most, and never
written blindly.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import orjson

from brownout_core.adapters import odata
from brownout_core.adapters.access_token import AccessToken
from brownout_core.adapters.base import EMPTY, Said, VendorClient, form
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.errors import ResponseBroken, ServiceError, VendorContended, VendorRefused
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.policies.retry_after import retry_after_s
from brownout_core.policies.settings import original, recommended
from brownout_core.services.work_orders import (
    Fate,
    Job,
    JobStatus,
    Line,
    Made,
    NewWorkOrder,
    Reservation,
    WorkOrder,
)
from brownout_core.transport import Response

READS_AGAIN: Final = 3
LONGEST_KEY: Final = 35
RENEWAL: Final = "fetch_token"
SCOPE: Final = "https://api.businesscentral.dynamics.com/.default"
CANCELLED: Final = "Cancelled"
RESERVATIONS: Final = "inventoryReservations"
WORK_ORDERS: Final = "workOrders"
T = TypeVar("T", Reservation, WorkOrder)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpAccess:
    """Where the ERP is, which company in it, and as whom."""

    base_url: str = variable("ERP_API_BASE", read=url, default="http://127.0.0.1:12118")
    tenant: str = variable("ERP_TENANT")
    environment: str = variable("ERP_ENVIRONMENT", default="sandbox")
    company_id: str = variable("ERP_COMPANY_ID")
    client_id: str = variable("ERP_CLIENT_ID")
    client_secret: str = variable("ERP_CLIENT_SECRET", secret=True)


class ErpClient(VendorClient):
    """Stock and work orders of one company. Safe for concurrent use."""

    vendor = "erp"

    def __init__(self, access: ErpAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._access = access
        root = f"/v2.0/{quote(access.tenant, safe='')}/{quote(access.environment, safe='')}/api/fsm/field/v1.0"
        self._company = f"{root}/companies({quote(access.company_id, safe='')})"
        self._tokens = AccessToken()
        self._renewal = wire.renewal or Renewal(self.vendor, RenewalConfig(), Random(0))

    # -- stock ----------------------------------------------------------------------------------------------------

    async def find_reservations(self, key: str, *, operation_id: str) -> Sequence[Reservation]:
        """All that were made under a key, whatever became of them."""
        call = "find_reservations"
        response, rows = await self._find(call, RESERVATIONS, key, operation_id)
        return [self._reservation(call, response, row) for row in rows]

    async def reserve(self, *, key: str, item: str, quantity: int, operation_id: str) -> Reservation:
        """Speak for stock."""
        call = "reserve"
        body = {"externalDocumentNumber": key, "itemNumber": item, "quantity": quantity}
        response = await self._write(call, operation_id, "POST", f"/{RESERVATIONS}", body)
        return self._reservation(call, response, self._json(call, response))

    async def release(self, reservation_id: str, *, operation_id: str) -> Reservation:
        """Nobody needs it any more; one that is over already stays as it is."""
        call, path = "release", f"/{RESERVATIONS}({quote(reservation_id, safe='')})"

        async def read() -> Reservation:
            response = await self._authorised(call, operation_id, "GET", path)
            return self._reservation(call, response, self._json(call, response))

        async def write(held: Reservation) -> Reservation:
            if not held.stands:
                return held
            response = await self._write(call, operation_id, "POST", f"{path}/Fsm.release", None, held.version)
            self._require_done(call, response)
            return replace(held, status="Released")

        return await self._read_and_write(read, write)

    # -- work orders ----------------------------------------------------------------------------------------------

    async def find_work_orders(self, key: str, *, operation_id: str) -> Sequence[WorkOrder]:
        """All that were made under a key."""
        call = "find_work_orders"
        response, rows = await self._find(call, WORK_ORDERS, key, operation_id)
        return [self._work_order(call, response, row) for row in rows]

    async def work_order(self, order_id: str, *, operation_id: str) -> WorkOrder:
        """One by its id."""
        return await self._read_work_order("work_order", order_id, operation_id)

    async def create_work_order(self, order: NewWorkOrder, *, operation_id: str) -> WorkOrder:
        """A new one."""
        call = "create_work_order"
        response = await self._write(call, operation_id, "POST", f"/{WORK_ORDERS}", _document(order))
        return self._work_order(call, response, self._json(call, response))

    async def create_work_orders(self, orders: Sequence[NewWorkOrder], *, operation_id: str) -> Sequence[Made]:
        """Several in one request, done in order up to the first that is refused; what has no answer was not done.

        Where the request itself has no good answer nothing is known of any: look for each by its key.
        """
        call = "create_work_orders"
        requests = [
            {
                "id": str(place),
                "method": "POST",
                "url": f"{self._company}/{WORK_ORDERS}",
                "headers": {"Content-Type": "application/json"},
                "body": _document(order),
            }
            for place, order in enumerate(orders)
        ]
        response = await self._write(call, operation_id, "POST", "/$batch", {"requests": requests})
        rows = self._objects(call, response, self._json(call, response), "responses")
        answers = {inner.id: inner for inner in (self._inner(call, response, row) for row in rows)}
        asked = [str(place) for place in range(len(orders))]
        # It goes on up to the first that fails: those that are answered are the first ones.
        if len(answers) < len(rows) or answers.keys() != set(asked[: len(rows)]):
            raise self._broken(call, response, "the batch does not answer its first requests, once each")
        return [self._made(call, answers.get(place)) for place in asked]

    async def begin_work_order(self, order: NewWorkOrder, *, operation_id: str) -> Job:
        """A new one, made later; at once where the ERP would rather."""
        call = "begin_work_order"
        more = {"Prefer": "respond-async"}
        response = await self._write(call, operation_id, "POST", f"/{WORK_ORDERS}", _document(order), more=more)
        if response.status == 202:
            address = self._address(response.headers.get("location", ""))
            if not address:
                raise self._broken(call, response, "a job has no address")
            return Job(address, JobStatus.PENDING, retry_after_s(response.headers, self._wall_clock) or 1.0)
        return Job("", JobStatus.DONE, order=self._work_order(call, response, self._json(call, response)))

    async def job(self, job: Job, *, operation_id: str) -> Job:
        """The same job as it is now. Of one that the ERP does not know nobody knows what it did."""
        call = "job"
        if not job.address or job.status is not JobStatus.PENDING:
            return job
        response = await self._authorised(call, operation_id, "GET", job.address)
        if response.status == 202:
            return job._replace(look_again_s=retry_after_s(response.headers, self._wall_clock) or 1.0)
        if response.status == 404:
            return job._replace(status=JobStatus.UNKNOWN)
        inner = response.headers.get("asyncresult", "")
        if response.status != 200 or not inner.isdecimal():
            raise self._error(call, response) if response.status >= 300 else self._broken(call, response, "no result")
        result = Response(int(inner), response.headers, response.body)
        try:
            made = self._work_order(call, result, self._json(call, result))
        except ResponseBroken:
            raise
        except ServiceError as error:
            return job._replace(status=JobStatus.FAILED, error=error)
        return job._replace(status=JobStatus.DONE, order=made)

    async def change(self, order_id: str, changes: Mapping[str, Any], *, operation_id: str) -> WorkOrder:
        """Change some properties of the version that is there."""
        return await self._changed("change", order_id, operation_id, lambda _order: changes)

    async def cancel(self, order_id: str, *, operation_id: str) -> WorkOrder:
        """It is not to be done; what was reserved for it is free. One that is cancelled already stays so."""

        def cancelled(order: WorkOrder) -> Mapping[str, Any] | None:
            return None if order.status == CANCELLED else {"status": CANCELLED}

        return await self._changed("cancel", order_id, operation_id, cancelled)

    async def _changed(
        self,
        call: str,
        order_id: str,
        operation_id: str,
        changes_of: Callable[[WorkOrder], Mapping[str, Any] | None],
    ) -> WorkOrder:
        path = f"/{WORK_ORDERS}({quote(order_id, safe='')})"

        async def write(order: WorkOrder) -> WorkOrder:
            changes = changes_of(order)
            if changes is None:
                return order
            response = await self._write(call, operation_id, "PATCH", path, dict(changes), order.version)
            return self._work_order(call, response, self._json(call, response))

        return await self._read_and_write(partial(self._read_work_order, call, order_id, operation_id), write)

    async def _read_and_write(self, read: Callable[[], Awaitable[T]], write: Callable[[T], Awaitable[T]]) -> T:
        """Write what was read; read again where somebody was first. Raises `VendorContended` where he always is."""
        attempt = 0
        while True:
            seen = await read()
            try:
                return await write(seen)
            except VendorContended as error:
                attempt += 1
                # Who has a lock says when to come back: that is for the policies around this call to wait for.
                if attempt > READS_AGAIN or error.retry_after_s is not None:
                    raise

    async def _read_work_order(self, call: str, order_id: str, operation_id: str) -> WorkOrder:
        path = f"/{WORK_ORDERS}({quote(order_id, safe='')})"
        response = await self._authorised(call, operation_id, "GET", path)
        return self._work_order(call, response, self._json(call, response))

    # -- the wire -------------------------------------------------------------------------------------------------

    async def _find(
        self, call: str, entity_set: str, key: str, operation_id: str
    ) -> tuple[Response, Sequence[Mapping[str, Any]]]:
        query = odata.options({"$filter": f"externalDocumentNumber eq {odata.text(key)}"})
        response = await self._authorised(call, operation_id, "GET", f"/{entity_set}?{query}")
        return response, self._objects(call, response, self._json(call, response), "value")

    async def _write(  # noqa: PLR0917 - one request's parts
        self,
        call: str,
        operation_id: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        version: str = "",
        *,
        more: Mapping[str, str] | None = None,
    ) -> Response:
        headers = {"Content-Type": "application/json", **({"If-Match": version} if version else {}), **(more or {})}
        content = b"" if body is None else orjson.dumps(body)
        return await self._authorised(call, operation_id, method, path, headers=headers, body=content)

    async def _authorised(
        self,
        call: str,
        operation_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """Send with an access token; a 401 earns one new token and one replay."""
        place = path if path.startswith("/v2.0/") else f"{self._company}{path}"
        for is_last in (False, True):
            token = await self._token(operation_id)
            named = {**(headers or {}), "Authorization": f"Bearer {token}"}
            response = await self._ask(call, operation_id, method, place, headers=named, body=body)
            if response.status != 401 or is_last:
                break
            self._tokens.drop(token)
        return response

    async def _token(self, operation_id: str) -> str:
        now_s = asyncio.get_running_loop().time()
        if token := self._tokens.valid(now_s):
            return token
        fetch = partial(self._fetch_token, operation_id)
        if token := self._tokens.usable(now_s):
            self._renewal.begin(RENEWAL, fetch)  # nobody waits for it while the old one serves
            return token
        return await self._renewal.renewed(RENEWAL, fetch)

    async def _fetch_token(self, operation_id: str) -> str:
        access, asked_at_s = self._access, asyncio.get_running_loop().time()
        body = form(
            {
                "grant_type": "client_credentials",
                "client_id": access.client_id,
                "client_secret": access.client_secret,
                "scope": SCOPE,
            }
        )
        path = f"/{quote(access.tenant, safe='')}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await self._ask(RENEWAL, operation_id, "POST", path, headers=headers, body=body)
        data = self._json(RENEWAL, response)
        token = self._field(RENEWAL, response, data, "access_token", str)
        self._tokens.store(token, self._field(RENEWAL, response, data, "expires_in", int), asked_at_s)
        return token

    def _address(self, location: str) -> str:
        """A job's path, whether it was told with its host or without; never another host's."""
        path = urlsplit(location).path
        return path if path.startswith("/v2.0/") else ""

    # -- what was answered ----------------------------------------------------------------------------------------

    def _json(self, call: str, response: Response) -> dict[str, Any]:
        """Also where the status says that all is well, and the body does not."""
        data = super()._json(call, response)
        if odata.is_error(data):
            raise self._error(call, Response(odata.true_status(data), response.headers, response.body))
        return data

    def _require_done(self, call: str, response: Response) -> None:
        if response.status != 204:
            self._json(call, response)

    def _error(self, call: str, response: Response) -> ServiceError:
        error = super()._error(call, response)
        if isinstance(error, VendorRefused) and response.status in {409, 412} and error.code is None:
            return VendorContended(self.vendor, call, error.text, status=response.status)
        return error

    def _said(self, response: Response) -> Said:
        return odata.said_by(response)

    def _made(self, call: str, inner: odata.Inner | None) -> Made:
        if inner is None:
            return Made(Fate.NOT_DONE)
        response = Response(inner.status, inner.headers, orjson.dumps(inner.body))
        try:
            return Made(Fate.MADE, order=self._work_order(call, response, self._json(call, response)))
        except ResponseBroken:
            raise
        except ServiceError as error:
            return Made(Fate.REFUSED, error=error)

    def _inner(self, call: str, response: Response, row: Mapping[str, Any]) -> odata.Inner:
        field = partial(self._field, call, response, row)
        headers = self._optional(call, response, row, "headers", EMPTY)
        named = {str(name).lower(): str(value) for name, value in headers.items()}
        return odata.Inner(field("id", str), field("status", int), named, row.get("body"))

    def _reservation(self, call: str, response: Response, data: Mapping[str, Any]) -> Reservation:
        field = partial(self._field, call, response, data)
        quantity = data.get("quantity")
        if isinstance(quantity, bool) or not isinstance(quantity, int | float):
            raise self._broken(call, response, "quantity is not a number")
        return Reservation(
            id=field("id", str),
            key=field("externalDocumentNumber", str),
            item=field("itemNumber", str),
            quantity=quantity,
            status=field("status", str),
            version=field("@odata.etag", str),
        )

    def _work_order(self, call: str, response: Response, data: Mapping[str, Any]) -> WorkOrder:
        field = partial(self._field, call, response, data)
        return WorkOrder(
            id=field("id", str),
            number=field("number", str),
            key=field("externalDocumentNumber", str),
            status=field("status", str),
            site=field("siteAddress", str),
            technician=field("technicianId", str),
            version=field("@odata.etag", str),
        )


def _document(order: NewWorkOrder) -> dict[str, Any]:
    body: dict[str, Any] = {
        "externalDocumentNumber": order.key,
        "customerNumber": order.customer,
        "siteAddress": order.site,
        "lines": [_line(line) for line in order.lines],
    }
    return {**body, "plannedStart": order.planned_start} if order.planned_start else body


def _line(line: Line) -> dict[str, Any]:
    body: dict[str, Any] = {"itemNumber": line.item, "quantity": line.quantity}
    return {**body, "reservationId": line.reservation} if line.reservation else body


ADAPTER = Adapter(
    name="erp",
    access=ErpAccess,
    client=ErpClient,
    # The ERP works on five requests at a time and lets 95 wait; its rate is 600 a minute (docs/vendors/erp.md). What
    # posts, and takes seconds, is asked for nowhere here.
    recommended=recommended(4.0, 20.0, LimiterConfig(capacity=100, refill_per_s=10.0, max_wait_s=5.0), at_once=5),
    original=original((3, 2, 45.0, 120.0), (5, 2.0, 60.0, 0.2), (50, 5.0)),
)
