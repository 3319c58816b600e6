"""What the bodies that come must look like."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.sales.bench import SalesBench, order
from tests.support.examples import examples


def _line(number: Any = 1, **changes: Any) -> dict[str, Any]:
    line = {"lineNo": number, "sku": "X", "quantity": "1", "unitPrice": {"amount": "1.00", "currency": "USD"}}
    return {**line, **changes}


ONE = {"amount": "1.00", "currency": "USD"}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"orderId": None}, "/orderId", "required"),
        ({"orderId": "x" * 65}, "/orderId", "text"),
        ({"customer": None}, "/customer", "required"),
        ({"customer": {}}, "/customer/name", "required"),
        ({"customer": {"name": "A", "phone": "123"}}, "/customer/phone", "e164"),
        ({"site": "here"}, "/site", "object"),
        ({"site": {"line1": "a", "city": "b", "postalCode": "c", "country": "usa"}}, "/site/country", "country"),
        ({"requestedWindow": {"start": "2030-01-02T00:00Z", "end": "2030-01-01T00:00Z"}}, "/requestedWindow", "order"),
        ({"requestedWindow": {"start": "2030-01-01", "end": "soon"}}, "/requestedWindow/end", "instant"),
        ({"priority": "never"}, "/priority", "choice"),
        ({"lines": []}, "/lines", "length"),
        ({"lines": ["x"]}, "/lines/0", "object"),
        ({"lines": [_line(0)]}, "/lines/0/lineNo", "positive"),
        ({"lines": [_line(True)]}, "/lines/0/lineNo", "positive"),
        ({"lines": [_line(1), _line(1)]}, "/lines/1/lineNo", "unique"),
        ({"lines": [_line(quantity="0")]}, "/lines/0/quantity", "positive"),
        ({"lines": [_line(quantity=1.5)]}, "/lines/0/quantity", "decimal"),
        ({"lines": [_line(quantity="NaN")]}, "/lines/0/quantity", "decimal"),
        ({"lines": [_line(quantity="1e999999")]}, "/lines/0/quantity", "decimal"),
        ({"lines": [_line(unitPrice={"amount": "1", "currency": "usd"})]}, "/lines/0/unitPrice/currency", "currency"),
        ({"lines": [_line(1), _line(2, unitPrice={"amount": "1", "currency": "EUR"})]}, "/lines", "currency"),
        ({"lines": [_line()], "total": {"amount": "1.00", "currency": "EUR"}}, "/total/currency", "currency"),
        ({"total": None}, "/total", "required"),
        ({"metadata": {"a": 1}}, "/metadata", "pairs"),
        ({"metadata": {str(n): "x" for n in range(21)}}, "/metadata", "pairs"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_pointed_at(changes: dict[str, Any], pointer: str, code: str) -> None:
    bench = SalesBench()
    refused = bench.take_in(order(**changes))
    assert (refused.status, refused.json["code"]) == (422, "validation-failed")
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in refused.json["errors"]}
    assert bench.effects() == []


def test_every_wrong_field_is_reported_at_once() -> None:
    refused = SalesBench().take_in({}).json
    assert refused["detail"] == "5 fields are invalid"
    assert {error["pointer"] for error in refused["errors"]} == {"/orderId", "/customer", "/site", "/lines", "/total"}


def test_a_total_that_is_off_by_a_cent_is_refused() -> None:
    refused = SalesBench().take_in(order(lines=[_line()], total={"amount": "1.01", "currency": "USD"}))
    assert (refused.status, refused.json["code"]) == (422, "total-mismatch")


def test_unknown_members_are_ignored_and_not_stored() -> None:
    assert "extra" not in SalesBench().take_in(order(extra=1)).json


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 1_000_000)), min_size=1, max_size=8))
@examples(30)
def test_the_exact_sum_is_always_accepted(items: list[tuple[int, int]]) -> None:
    lines = [
        _line(
            at + 1, quantity=str(quantity), unitPrice={"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "USD"}
        )
        for at, (quantity, cents) in enumerate(items)
    ]
    total = sum(quantity * cents for quantity, cents in items)
    body = order(lines=lines, total={"amount": f"{total // 100}.{total % 100:02d}", "currency": "USD"})
    assert SalesBench().take_in(body).status == 201
