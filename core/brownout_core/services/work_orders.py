"""Stock and work orders, in whatever system a company runs itself by.

    held = await erp.reserve(key="K-7", item="FLT-20x25", quantity=2, operation_id="o")
    work = NewWorkOrder(key="K-7", customer="10000", lines=[Line("FLT-20x25", 2, held.id)])
    order = await erp.create_work_order(work, operation_id="o")

Such a system knows no idempotency key: `key` is a business key of the caller's own, at most 35 characters, by which
what was made can be found. Making something is not idempotent: after a failure that leaves it open, look before making
it again, and not before an attempt that is still under way must be over. Changing and releasing read what is there and
name the version that they change: they may be repeated, and no update of somebody else's is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from brownout_core.errors import ServiceError


class Line(NamedTuple):
    """What work needs."""

    item: str
    """Its number."""
    quantity: int
    reservation: str = ""
    """The id of what was reserved for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Stock that is spoken for."""

    id: str
    key: str
    item: str
    quantity: float
    status: str
    version: str
    """What a change must name."""

    @property
    def stands(self) -> bool:
        """Whether the stock is still held."""
        return self.status == "Reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """Work to be done somewhere."""

    id: str
    number: str
    key: str
    status: str
    site: str
    technician: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkOrder:
    """One that is to be made."""

    key: str
    customer: str
    """Its number."""
    site: str = ""
    planned_start: str = ""
    lines: Sequence[Line] = ()


class Fate(StrEnum):
    """What became of one of several that were asked for together."""

    MADE = "made"
    REFUSED = "refused"
    NOT_DONE = "not_done"


class Made(NamedTuple):
    """One of several."""

    fate: Fate
    order: WorkOrder | None = None
    error: ServiceError | None = None


class JobStatus(StrEnum):
    """How far work is that was taken on."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The system knows nothing of it: it may be done all the same. Look by the key."""


class Job(NamedTuple):
    """Work that was taken on."""

    address: str
    status: JobStatus
    look_again_s: float = 0.0
    order: WorkOrder | None = None
    error: ServiceError | None = None


class WorkOrderService(Protocol):
    """What the adapters of such systems have in common."""

    async def find_reservations(self, key: str, *, operation_id: str) -> Sequence[Reservation]:
        """All that were made under a key, whatever became of them."""
        ...

    async def reserve(self, *, key: str, item: str, quantity: int, operation_id: str) -> Reservation:
        """Speak for stock. Raises `VendorRefused` where there is not enough."""
        ...

    async def release(self, reservation_id: str, *, operation_id: str) -> Reservation:
        """Nobody needs it any more. One that is over already stays as it is."""
        ...

    async def find_work_orders(self, key: str, *, operation_id: str) -> Sequence[WorkOrder]:
        """All that were made under a key."""
        ...

    async def work_order(self, order_id: str, *, operation_id: str) -> WorkOrder:
        """One by its id."""
        ...

    async def create_work_order(self, order: NewWorkOrder, *, operation_id: str) -> WorkOrder:
        """A new one."""
        ...

    async def create_work_orders(self, orders: Sequence[NewWorkOrder], *, operation_id: str) -> Sequence[Made]:
        """Several in one request, up to the first that is refused; told for each."""
        ...

    async def begin_work_order(self, order: NewWorkOrder, *, operation_id: str) -> Job:
        """A new one, made later."""
        ...

    async def job(self, job: Job, *, operation_id: str) -> Job:
        """The same job as it is now."""
        ...

    async def change(self, order_id: str, changes: Mapping[str, Any], *, operation_id: str) -> WorkOrder:
        """Change some properties of the version that is there."""
        ...

    async def cancel(self, order_id: str, *, operation_id: str) -> WorkOrder:
        """It is not to be done. One that is cancelled already stays so."""
        ...
