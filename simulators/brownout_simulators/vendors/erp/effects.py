"""What is in the books of what an ERP does: documents made, stock reserved and given back, invoices posted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Effect
from brownout_simulators.vendors.erp.instants import minor_units
from brownout_simulators.vendors.erp.records import Record

EFFECTS: Final[Mapping[str, Sequence[str]]] = {
    "erp.sales_order": ("external_document_number", "number", "customer", "amount", "currency", "lines"),
    "erp.sales_order_cancellation": ("external_document_number", "number"),
    "erp.work_order": ("external_document_number", "number", "customer", "site", "planned_start", "lines"),
    "erp.work_order_cancellation": ("external_document_number", "number"),
    "erp.reservation": ("external_document_number", "number", "item", "quantity"),
    "erp.reservation_release": ("external_document_number", "number", "item", "quantity"),
    "erp.purchase_invoice": ("vendor_invoice_number", "number", "vendor"),
    "erp.invoice": ("external_document_number", "number", "customer", "amount", "currency"),
    "erp.ledger_entry": ("number", "document_number", "customer", "amount"),
}
"""Kind to what can be told of it beside its id."""

_NAMES: Final[Mapping[str, str]] = {
    # What an effect tells, and the property that it is.
    "external_document_number": "externalDocumentNumber",
    "vendor_invoice_number": "vendorInvoiceNumber",
    "number": "number",
    "customer": "customerNumber",
    "vendor": "vendorNumber",
    "site": "siteAddress",
    "planned_start": "plannedStart",
    "item": "itemNumber",
    "quantity": "quantity",
    "document_number": "documentNumber",
}


_HELD: Final = {kind: [(name, _NAMES[name]) for name in told if name in _NAMES] for kind, told in EFFECTS.items()}
_AMOUNTS: Final = frozenset({"erp.invoice", "erp.sales_order", "erp.ledger_entry"})


def effect(kind: str, record: Record, *, lines: Sequence[Record] = ()) -> Effect:
    """It happened to this document."""
    values = record.values
    fields = {name: values.get(held) for name, held in _HELD[kind]}
    if lines:
        fields["lines"] = [_line(line.values) for line in lines]
    external = values.get("externalDocumentNumber") or values.get("vendorInvoiceNumber")
    references = {"externalDocumentNumber": external} if external else {}
    amount = values.get("totalAmountIncludingTax", values.get("amount", 0)) or 0
    return Effect(
        kind,
        record.id,
        amount=minor_units(amount) if kind in _AMOUNTS else 0,
        currency=str(values.get("currencyCode", "")).lower(),
        references=references,
        fields=fields,
    )


def _line(values: Mapping[str, Any]) -> dict[str, Any]:
    line = {"item": values["itemNumber"], "quantity": values["quantity"]}
    if values.get("reservationId"):
        line["reservation"] = values["reservationId"]
    return line
