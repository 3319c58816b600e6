"""What kinds of entity there are: a table of their fields, their lines, and the API that each belongs to.

Reading, writing, filters and `$metadata` all look here. Fields are those of Business Central's API v2.0 (Microsoft
Learn, "Resource types") as far as the simulator keeps them; work orders and reservations are of a custom API, as
partners add them beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

GUID: Final = "Edm.Guid"
TEXT: Final = "Edm.String"
NUMBER: Final = "Edm.Decimal"
WHOLE: Final = "Edm.Int32"
INSTANT: Final = "Edm.DateTimeOffset"
DATE: Final = "Edm.Date"

STANDARD: Final = "api/v2.0"
CUSTOM: Final = "api/fsm/field/v1.0"
NAMESPACES: Final[Mapping[str, str]] = {STANDARD: "Microsoft.NAV", CUSTOM: "Fsm"}

KEEP: Final = 20_000
"""Entities of a kind; of lines four times as many."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an entity."""

    name: str
    type: str = TEXT
    longest: int = 100
    """Of a text."""
    computed: bool = False
    """The system's own: who writes it is refused."""
    required: bool = False
    fixed: bool = False
    """Given with the insert, never changed after it."""
    default: Any = None
    choices: tuple[str, ...] = ()
    positive: bool = False
    """A number that must be more than nothing."""


class Link(NamedTuple):
    """A property that names an entity of another set by its id, and the one that names it by its number instead."""

    id: str
    number: str
    set: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity set."""

    set: str
    """`salesOrders`: what it is called in a URL."""
    type: str
    """`salesOrder`: what it is called in `$metadata`."""
    own: Sequence[Field]
    api: str = STANDARD
    series: str = ""
    """What its numbers begin with; empty where it has none."""
    lines: str = ""
    """The set of its lines, and `lines_as` the property under which they are inserted and expanded."""
    lines_as: str = ""
    header: str = ""
    """Of lines: the set that they belong to."""
    links: Sequence[Link] = ()
    keep: int = KEEP
    inserts: bool = True
    patches: bool = True
    deletes: bool = True
    fields: Mapping[str, Field] = field(init=False)
    """All of them, by name."""
    defaults: Mapping[str, Any] = field(init=False)
    """What each of them is where nobody says."""
    strict: Sequence[Field] = field(init=False)
    """Those that are something in any case: required, or with a default."""

    def __post_init__(self) -> None:
        first = [Field("id", GUID, computed=True)]
        if self.series:
            first.append(Field("number", longest=20, fixed=True))
        last = [Field("lastModifiedDateTime", INSTANT, computed=True)]
        every = (*first, *self.own, *last)
        object.__setattr__(self, "fields", {each.name: each for each in every})
        object.__setattr__(self, "defaults", {each.name: each.default for each in every})
        strict = tuple(each for each in every if each.required or each.default is not None)
        object.__setattr__(self, "strict", strict)


_EXTERNAL: Final = Field("externalDocumentNumber", longest=35, default="")
_CUSTOMER: Final = (Field("customerId", GUID, fixed=True), Field("customerNumber", longest=20, fixed=True))
_TOTAL: Final = Field("totalAmountIncludingTax", NUMBER, computed=True, default=0)
_STATUS: Final = Field("status", computed=True)
_ITEM: Final = (Field("itemId", GUID, fixed=True), Field("itemNumber", longest=20, fixed=True))


def _lines(name: str, header: str, *more: Field, api: str = STANDARD) -> Kind:
    own = (
        Field("documentId", GUID, fixed=True),
        Field("sequence", WHOLE, computed=True),
        *_ITEM,
        Field("description", default=""),
        Field("quantity", NUMBER, required=True, positive=True),
        Field("unitPrice", NUMBER),
        Field("amountIncludingTax", NUMBER, computed=True),
        *more,
    )
    links = (Link("itemId", "itemNumber", "items"),)
    return Kind(name, name.removesuffix("s"), own, api, header=header, links=links, keep=4 * KEEP)


_OF_A_CUSTOMER: Final = Link("customerId", "customerNumber", "customers", required=True)

CUSTOMERS: Final = Kind(
    "customers",
    "customer",
    (
        Field("displayName", required=True),
        Field("email", longest=80, default=""),
        Field("phoneNumber", longest=30, default=""),
        # A blank is what Business Central has for a customer that is not blocked; OData writes it `_x0020_`.
        Field("blocked", default=" ", choices=(" ", "_x0020_", "Ship", "Invoice", "All")),
        Field("balance", NUMBER, computed=True, default=0),
    ),
    series="C",
)
VENDORS: Final = Kind(
    "vendors",
    "vendor",
    (
        Field("displayName", required=True),
        Field("email", longest=80, default=""),
        Field("paymentTermsId", GUID),
        Field("balance", NUMBER, computed=True, default=0),
    ),
    series="V",
)
ITEMS: Final = Kind(
    "items",
    "item",
    (
        Field("displayName", required=True),
        Field("baseUnitOfMeasureCode", longest=10, default="PCS"),
        Field("unitPrice", NUMBER, default=0),
        Field("inventory", NUMBER, computed=True, default=0),
    ),
    series="I",
)
ORDERS: Final = Kind(
    "salesOrders",
    "salesOrder",
    (
        _EXTERNAL,
        *_CUSTOMER,
        Field("orderDate", DATE),
        Field("currencyCode", longest=10, default="USD"),
        _STATUS,
        _TOTAL,
    ),
    series="SO",
    lines="salesOrderLines",
    lines_as="salesOrderLines",
    links=(_OF_A_CUSTOMER,),
)
INVOICES: Final = Kind(
    "salesInvoices",
    "salesInvoice",
    (
        _EXTERNAL,
        *_CUSTOMER,
        Field("orderId", GUID, computed=True),
        Field("invoiceDate", DATE),
        Field("currencyCode", longest=10, default="USD"),
        _STATUS,
        _TOTAL,
    ),
    series="SI",
    lines="salesInvoiceLines",
    lines_as="salesInvoiceLines",
    links=(_OF_A_CUSTOMER,),
)
PURCHASES: Final = Kind(
    "purchaseInvoices",
    "purchaseInvoice",
    (
        Field("vendorId", GUID, fixed=True),
        Field("vendorNumber", longest=20, fixed=True),
        Field("vendorInvoiceNumber", longest=35, required=True),
        Field("invoiceDate", DATE),
        Field("currencyCode", longest=10, default="USD"),
        _STATUS,
        _TOTAL,
    ),
    series="PI",
    lines="purchaseInvoiceLines",
    lines_as="purchaseInvoiceLines",
    links=(Link("vendorId", "vendorNumber", "vendors", required=True),),
)
LEDGER: Final = Kind(
    "customerLedgerEntries",
    "customerLedgerEntry",
    (
        Field("customerId", GUID, computed=True),
        Field("documentType", computed=True),
        Field("documentId", GUID, computed=True),
        Field("documentNumber", computed=True),
        Field("amount", NUMBER, computed=True),
        Field("postingDate", DATE, computed=True),
    ),
    series="LE",
    keep=4 * KEEP,
    inserts=False,
    patches=False,
    deletes=False,
)
WORK_ORDERS: Final = Kind(
    "workOrders",
    "workOrder",
    (
        _EXTERNAL,
        *_CUSTOMER,
        Field("salesOrderId", GUID),
        Field("siteAddress", longest=250, default=""),
        Field("technicianId", longest=50, default=""),
        Field("plannedStart", INSTANT),
        Field("status", default="Draft"),
    ),
    CUSTOM,
    series="WO",
    lines="workOrderLines",
    lines_as="lines",
    links=(_OF_A_CUSTOMER,),
)
RESERVATIONS: Final = Kind(
    "inventoryReservations",
    "inventoryReservation",
    (
        _EXTERNAL,
        *_ITEM,
        Field("quantity", NUMBER, required=True, fixed=True, positive=True),
        Field("workOrderId", GUID),
        Field("expiresDateTime", INSTANT, computed=True),
        _STATUS,
    ),
    CUSTOM,
    series="IR",
    links=(Link("itemId", "itemNumber", "items", required=True),),
    deletes=False,
)

KINDS: Final[Mapping[str, Kind]] = {
    kind.set: kind
    for kind in (
        CUSTOMERS,
        VENDORS,
        ITEMS,
        ORDERS,
        _lines("salesOrderLines", "salesOrders"),
        INVOICES,
        _lines("salesInvoiceLines", "salesInvoices"),
        PURCHASES,
        _lines("purchaseInvoiceLines", "purchaseInvoices"),
        LEDGER,
        WORK_ORDERS,
        _lines("workOrderLines", "workOrders", Field("reservationId", GUID, fixed=True), api=CUSTOM),
        RESERVATIONS,
    )
}
"""By the name of the set."""
