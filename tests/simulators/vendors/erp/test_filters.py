"""`$filter`: every operator, every type, and what is refused rather than ignored."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.erp.filters import BadFilter, UnknownProperty, read_filter
from brownout_simulators.vendors.erp.schema import KINDS
from tests.support.examples import examples

ORDERS = KINDS["workOrders"]
VALUES: dict[str, Any] = {
    "id": "00000000-0000-0000-0000-0000000000ab",
    "number": "WO-1",
    "externalDocumentNumber": "it's",
    "plannedStart": "2026-11-20T08:00:00.000Z",
    "status": "Draft",
    "siteAddress": "1 Main St",
    "salesOrderId": None,
}
LINE = {"quantity": 2, "unitPrice": 1.5, "sequence": 10_000}


@pytest.mark.parametrize(
    "text",
    [
        "number eq 'WO-1'",
        "(number eq 'WO-1')",
        "externalDocumentNumber eq 'it''s'",
        "number ne 'WO-2' and status eq 'Draft'",
        "(status eq 'Draft' or status eq 'Released') and number gt 'WO-0'",
        "number in ('WO-2', 'WO-1')",
        "startswith(siteAddress,'1 M')",
        "endswith(siteAddress, 'St') and contains(siteAddress,'Main')",
        "plannedStart ge 2026-11-20T09:00:00+01:00",
        "plannedStart lt 2026-11-20T08:00:00.001Z",
        "salesOrderId eq null",
        "id eq 00000000-0000-0000-0000-0000000000AB",
        "id eq '00000000-0000-0000-0000-0000000000ab'",
    ],
)
def test_what_holds(text: str) -> None:
    assert read_filter(text, ORDERS).holds(VALUES)


@pytest.mark.parametrize(
    "text",
    ["number eq 'WO-2'", "number lt 'WO-1'", "salesOrderId ne null", "status eq null", "startswith(number,'X')",
     "number in ('a')", "salesOrderId gt 00000000-0000-0000-0000-0000000000ab",
     "number eq 'WO-1' and number eq 'WO-2'"],
)  # fmt: skip
def test_what_does_not_hold(text: str) -> None:
    assert not read_filter(text, ORDERS).holds(VALUES)


@pytest.mark.parametrize(
    "text",
    ["number", "number eq", "number eq 1", "number like 'a'", "number eq 'a' or status eq 'b'", "not (number eq 'a')",
     "tolower(number) eq 'a'", "number eq 'a", "number eq 'a')", "(number eq 'a'", "contains(id,'a')",
     "plannedStart eq '2026'", "plannedStart eq 2026-11-20", "number in 'a'", "number eq 'a' 'b'", "#", "(" * 40,
     "plannedStart eq 2026-13-20T00:00:00Z", "x" * 9_000],
)  # fmt: skip
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        read_filter(text, ORDERS)


def test_a_property_that_is_not_there_is_told_apart() -> None:
    with pytest.raises(UnknownProperty):
        read_filter("colour eq 'red'", ORDERS)


def test_numbers_compare_as_numbers() -> None:
    lines = KINDS["salesOrderLines"]
    for text in ("quantity ge 2", "quantity eq 2.0", "unitPrice lt 1.6 and unitPrice gt -1e3", "sequence in (1,10000)"):
        assert read_filter(text, lines).holds(LINE)


def test_what_must_be_equal_can_be_looked_up_and_alternatives_cannot() -> None:
    assert read_filter("number eq 'a' and status eq 'b'", ORDERS).equal == {"number": "a", "status": "b"}
    assert read_filter("number eq 'a' or number eq 'b'", ORDERS).equal == {}
    assert read_filter("number eq null", ORDERS).equal == {}


@given(st.text(max_size=40) | st.text(alphabet="()', eqandorumb1W-2", max_size=40))
@examples(80)
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with suppress(BadFilter, UnknownProperty):
        read_filter(text, ORDERS).holds(VALUES)
