"""What an operation agrees on, filled in for each arrival."""

import json

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.described import DescribedOperation
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.terms import asked_text, fields_to_keep, terms_of
from brownout_harness.judging.expectations.bounds import Bound
from brownout_harness.judging.expectations.requests import Requests
from brownout_scenarios.moments import RequestLine
from brownout_scenarios.schema import Expected
from brownout_scenarios.workload import Operation, Places
from brownout_simulators.vendors import load_vendor

CHECKOUT = DescribedOperation(
    Operation(
        name="checkout",
        path="/checkout",
        as_asked={
            "stripe.charge": {"amount": "{{amount}}", "currency": "usd"},
            "twilio.message": {"body": "Order {{operation_id}} for {{name}}*"},
        },
        answers={"payment.id": Places(["stripe.charge.id"]), "intent": Places(["stripe.charge.payment_intent"])},
    )
)


def test_templates_are_filled_in_and_a_lone_one_keeps_its_type() -> None:
    arrival = Arrival("checkout-1", "checkout", 0.0, {"amount": 1200, "name": "A*n"})
    assert json.loads(asked_text(CHECKOUT, arrival)) == {
        "stripe.charge": {"amount": 1200, "currency": "usd"},
        "twilio.message": {"body": r"Order checkout-1 for A\*n*"},
    }


def test_an_operation_that_says_nothing_has_none() -> None:
    silent = DescribedOperation(Operation(name="look", path="/"))
    assert asked_text(silent, Arrival("look-1", "look", 0.0, {})) == ""
    assert terms_of([silent]) == {}


def test_ledgers_keep_what_is_compared_and_nothing_else() -> None:
    assert fields_to_keep(terms_of([CHECKOUT])) == {
        "stripe": {"stripe.charge": ["amount", "currency", "id", "payment_intent"]},
        "twilio": {"twilio.message": ["body"]},
    }
    assert fields_to_keep({}) == {}


def test_the_reference_applications_operations_compare_what_vendors_declare() -> None:
    terms = terms_of(GATEWAY_OPERATIONS.values())
    assert terms.keys() == {name for name, each in GATEWAY_OPERATIONS.items() if each.leaves or each.answers}
    for vendor, kinds in fields_to_keep(terms).items():
        for kind, fields in kinds.items():
            assert {*fields} <= {"id", *load_vendor(vendor).effects[kind]}


def test_what_is_added_up_is_kept_too() -> None:
    check = Requests(
        vendor="openai", match=RequestLine("POST *"), sum=Bound(at_most=1), caused="openai.completion", field="cost"
    )
    expected = [Expected(name="requests", check=check, title="")]
    vendors = {"openai": load_vendor("openai")}
    assert fields_to_keep({}, expected, vendors) == {"openai": {"openai.completion": ["cost"]}}
    assert fields_to_keep({}, expected) == {}
