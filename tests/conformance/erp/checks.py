"""The ERP, with python-odata: a client of OData v4 that makes its classes of `$metadata`."""

import uuid
from typing import Any

import requests
from odata import ODataService
from odata.exceptions import ODataError

from tests.conformance.checking import At, check, main

SCOPE = "https://api.businesscentral.dynamics.com/.default"
STANDARD = "api/v2.0"
CUSTOM = "api/fsm/field/v1.0"


def _session(at: At, **headers: str) -> requests.Session:
    form = {
        "grant_type": "client_credentials",
        "client_id": at.env["ERP_CLIENT_ID"],
        "client_secret": at.env["ERP_CLIENT_SECRET"],
        "scope": SCOPE,
    }
    answer = requests.post(f"{at.url}/{at.env['ERP_TENANT']}/oauth2/v2.0/token", data=form, timeout=20)
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {answer.json()['access_token']}", **headers})
    return session


def _service(at: At, api: str = STANDARD, **headers: str) -> Any:
    """The company, as the client sees it."""
    root = f"{at.url}/v2.0/{at.env['ERP_TENANT']}/{at.env['ERP_ENVIRONMENT']}/{api}"
    session = _session(at, **headers)
    company = f"{root}/companies({at.env['ERP_COMPANY_ID']})/"
    return ODataService(company, reflect_entities=True, session=session, quiet_progress=True)


def _refusal(asked: Any) -> ODataError:
    try:
        asked()
    except ODataError as error:
        return error
    raise AssertionError("it went through")


def _customer(service: Any, name: str = "Ada", **more: Any) -> Any:
    customer = service.entities["customers"]()
    customer.displayName = name
    for field, value in more.items():
        setattr(customer, field, value)
    service.save(customer)
    return customer


@check(1, "the client's classes are made of the metadata, computed properties apart")
def reflects(at: At) -> None:
    service = _service(at)
    assert {"customers", "items", "salesOrders", "salesInvoices", "purchaseInvoices"} <= set(service.entities)
    assert service.entities["items"].inventory.is_computed_value
    assert not service.entities["items"].displayName.is_computed_value
    assert {"workOrders", "inventoryReservations"} <= set(_service(at, CUSTOM).entities)


@check(2, "an entity is inserted with all that the client knows, and read back")
def inserts(at: At) -> None:
    service = _service(at)
    made = _customer(service, email="ada@example.com")
    assert made.number.startswith("C-")
    assert made.blocked == " "
    kind = service.entities["customers"]
    read = service.query(kind).filter(kind.number == made.number).one()
    assert (read.id, read.email) == (made.id, "ada@example.com")


@check(3, "a change needs the ETag: 428 without it, 412 with a stale one, done with the one that holds")
def changes(at: At) -> None:
    service = _service(at)
    made = _customer(service)
    etag = made.__odata__["@odata.etag"]
    made.email = "a@example.com"
    assert "BadRequest_InvalidToken" in str(_refusal(lambda: service.save(made)))
    made.email = "b@example.com"
    service.default_context.save(made, extra_headers={"If-Match": etag})
    made.email = "c@example.com"
    error = _refusal(lambda: service.default_context.save(made, extra_headers={"If-Match": etag}))
    assert error.code == "Request_EntityChanged"
    kind = service.entities["customers"]
    assert service.query(kind).filter(kind.number == made.number).one().email == "b@example.com"


@check(4, "filters, orders, pages and counts are those of the client")
def queries(at: At) -> None:
    at.control.setup(page_size=4)
    service = _service(at)
    kind = service.entities["customers"]
    for place in range(9):
        _customer(service, f"Name {place % 3}", number=f"N-{place}")
    mine = service.query(kind).filter(kind.number.startswith("N-"))
    assert [each.number for each in mine.order_by(kind.number.desc())] == [f"N-{place}" for place in range(8, -1, -1)]
    assert mine.count() == 9
    assert [each.number for each in mine.filter(kind.displayName == "Name 1").limit(2).offset(1)] == ["N-4", "N-7"]
    assert mine.filter(kind.displayName != "Name 1").select(kind.number).first()["number"] == "N-0"


@check(5, "an order is inserted with its lines and expanded with them")
def deep(at: At) -> None:
    service = _service(at)
    order, line = service.entities["salesOrders"](), service.types["Microsoft.NAV.salesOrderLine"]()
    order.customerNumber, order.externalDocumentNumber = "10000", "PY-1"
    line.itemNumber, line.quantity = "VLV-34", 2
    order.salesOrderLines = [line]
    service.save(order)
    kind = service.entities["salesOrders"]
    query = service.query(kind).filter(kind.externalDocumentNumber == "PY-1").expand(kind.salesOrderLines)
    read = query.one()
    assert [each.itemNumber for each in read.salesOrderLines] == ["VLV-34"]
    assert float(read.totalAmountIncludingTax) == 25.9
    (effect,) = at.control.effects("erp.sales_order")
    assert effect["id"] == str(read.id)


@check(6, "bound actions move a document, once")
def acts(at: At) -> None:
    at.control.setup(posting_s=0)
    service = _service(at, **{"If-Match": "*"})
    order, line = service.entities["salesOrders"](), service.types["Microsoft.NAV.salesOrderLine"]()
    order.customerNumber = "10000"
    line.itemNumber, line.quantity = "VLV-34", 1
    order.salesOrderLines = [line]
    service.save(order)
    order.release()
    order.shipAndInvoice()
    assert "Application_DialogException" in str(_refusal(order.shipAndInvoice))
    assert len(at.control.effects("erp.ledger_entry")) == 1


@check(7, "what is deleted is gone")
def deletes(at: At) -> None:
    service = _service(at, **{"If-Match": "*"})
    made = _customer(service)
    service.delete(made)
    kind = service.entities["customers"]
    assert service.query(kind).filter(kind.number == made.number).all() == []


@check(8, "a refusal has its code, also where there is no such customer")
def refusals(at: At) -> None:
    service = _service(at)
    order = service.entities["salesOrders"]()
    order.customerId = str(uuid.UUID(int=0))
    assert _refusal(lambda: service.save(order)).code == "Internal_RecordNotFound"
    assert at.control.effects() == []


@check(9, "an answer that was lost leaves its document, which its key finds")
def lost(at: At) -> None:
    service = _service(at)
    at.control.fault(match="POST */salesOrders", drop_after_effect={"ending": "reset"}, sequence="F")
    kind = service.entities["salesOrders"]
    order = kind()
    order.customerNumber, order.externalDocumentNumber = "10000", "PY-9"
    _refusal(lambda: service.save(order))
    assert len(service.query(kind).filter(kind.externalDocumentNumber == "PY-9").all()) == 1
    assert len(at.control.effects("erp.sales_order")) == 1


@check(10, "a work order takes a reservation, in the custom API")
def custom(at: At) -> None:
    service = _service(at, CUSTOM)
    reservation = service.entities["inventoryReservations"]()
    reservation.itemNumber, reservation.quantity = "FLT-20x25", 3
    service.save(reservation)
    work, line = service.entities["workOrders"](), service.types["Fsm.workOrderLine"]()
    work.customerNumber, line.itemNumber, line.quantity = "10000", "FLT-20x25", 3
    line.reservationId = reservation.id
    work.lines = [line]
    service.save(work)
    kinds = [row["route"] for row in at.control.effects()]
    assert kinds == ["erp.reservation", "erp.work_order"]


if __name__ == "__main__":
    main()
