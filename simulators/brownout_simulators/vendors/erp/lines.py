"""The lines of documents: made with their document or later, and what they add up to. There are no taxes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.instants import instant, new_guid, number_of
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import KINDS, Kind
from brownout_simulators.vendors.erp.validation import new_values

MOST: Final = 500
OPEN: Final = frozenset({"Draft", "Open", "Released", "Scheduled"})
"""States in which a document takes other lines."""


def lines_in(call: Call, account: Account[State], header: Kind, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines that come with a new document."""
    if not header.lines:
        return []
    asked = given.get(header.lines_as)
    if asked is None:
        return []
    if not isinstance(asked, list) or len(asked) > MOST or not all(isinstance(each, dict) for each in asked):
        raise refuse(call, "BadRequest", f"{header.lines_as} is a list of at most {MOST} entities.")
    return [line_values(call, account, KINDS[header.lines], each) for each in asked]


def line_values(call: Call, account: Account[State], kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """One line, without its place."""
    values = new_values(call, account, kind, given)
    item = account.state["items"].get(values["itemId"] or "")
    if values["unitPrice"] is None:
        values["unitPrice"] = 0 if item is None else item.values["unitPrice"]
    if not values["description"] and item is not None:
        values["description"] = item.values["displayName"]
    return {**values, "amountIncludingTax": amount_of(values)}


def amount_of(values: Mapping[str, Any]) -> int | float:
    """Of a line, to the cent."""
    amount = Decimal(str(values["quantity"])) * Decimal(str(values["unitPrice"]))
    return number_of(amount.quantize(Decimal("0.01")))


def add_lines(account: Account[State], header: Kind, document: Record, lines: Sequence[dict[str, Any]]) -> list[Record]:
    """New lines at the end of a document."""
    table, now_s = account.state[header.lines], account.clock()
    there = account.state.lines_of(header.lines, document.id)
    sequence = there[-1].values["sequence"] if there else 0
    made = []
    for place, values in enumerate(lines, 1):
        id = new_guid(account)  # noqa: A001
        own = {"id": id, "documentId": document.id, "sequence": sequence + 10_000 * place}
        made.append(table.add(id, {**values, **own, "lastModifiedDateTime": instant(account.wall_s())}, now_s))
    return made


def total_of(lines: Sequence[Mapping[str, Any]]) -> int | float:
    """What a document comes to."""
    return number_of(sum((Decimal(str(line["amountIncludingTax"])) for line in lines), Decimal(0)))


def add_up(account: Account[State], header: Kind, document: Record) -> Record:
    """The document with the total of its lines as they are now; a change of a line is one of its document."""
    lines = account.state.lines_of(header.lines, document.id)
    changes: dict[str, Any] = {"lastModifiedDateTime": instant(account.wall_s())}
    if "totalAmountIncludingTax" in header.fields:
        changes["totalAmountIncludingTax"] = total_of([line.values for line in lines])
    return account.state[header.set].change(document, changes, account.clock())


def document_of(call: Call, account: Account[State], kind: Kind, document_id: str) -> Record:
    """The document of a line, which must take changes. Raises `Refused`."""
    document = account.state[kind.header].get(document_id)
    if document is None:
        raise refuse(call, "Internal_RecordNotFound", "The document does not exist.", target="documentId")
    require_open(call, KINDS[kind.header], document)
    return document


def require_open(call: Call, kind: Kind, document: Record) -> None:
    """Whether its contents may be changed. Raises `Refused`."""
    status = document.values.get("status")
    if status is not None and status not in OPEN:
        raise closed(call, kind, document)


def closed(call: Call, kind: Kind, document: Record) -> Refused:
    """Its state does not let that be done."""
    message = f"The status of {document.values['number']} is {document.values['status']}."
    return refuse(call, "Application_DialogException", message, target=f"{kind.set}({document.id})")
