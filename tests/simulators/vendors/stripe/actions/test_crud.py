"""The plain endpoints, whatever the resource."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from tests.simulators.vendors.stripe.world import PAYMENT, Stripe
from tests.support.examples import examples

PARAMS = {
    "payment_intent": "intent",
    "setup_intent": "intent",
    "price": "price",
    "invoice": "invoice",
    "payment_method": "payment_method",
    "checkout.session": "session",
    "webhook_endpoint": "webhook_endpoint",
    "coupon": "coupon",
}
ROUTES = {f"{route.method} {route.path}" for route in VENDOR.routes}
FETCHED = [
    kind
    for kind, resource in RESOURCES.items()
    if f"GET {resource.path}/{{id}}" in ROUTES and "{id}" not in resource.path
]
LISTED = [
    kind for kind, resource in RESOURCES.items() if f"GET {resource.path}" in ROUTES and "{id}" not in resource.path
]


def test_nearly_every_kind_can_be_fetched_and_listed() -> None:
    assert {kind for kind in RESOURCES if kind not in LISTED} == {
        "billing.meter_event", "billing_portal.session", "card", "customer_balance_transaction",
        "customer_cash_balance_transaction", "ephemeral_key", "tax_id", "token", "transfer_reversal",
    }  # fmt: skip
    assert set(LISTED) - set(FETCHED) == set()


@pytest.mark.parametrize("kind", FETCHED)
def test_an_unknown_id_in_the_path_is_404_and_names_the_parameter(kind: str) -> None:
    answer = Stripe().send("GET", f"{RESOURCES[kind].path}/x_unknown")
    assert (answer.status, answer.error["code"]) == (404, "resource_missing")
    assert answer.error["param"] == PARAMS.get(kind, "id")
    assert answer.error["message"] == f"No such {RESOURCES[kind].noun}: 'x_unknown'"


@pytest.mark.parametrize("kind", LISTED)
def test_every_resource_can_be_listed_and_refuses_unknown_parameters(kind: str) -> None:
    world = Stripe()
    assert world.get(RESOURCES[kind].path)["data"] == []
    answer = world.send("GET", RESOURCES[kind].path, {"colour": "red"})
    assert answer.error["code"] == "parameter_unknown"


@pytest.mark.parametrize("kind", [kind for kind, resource in RESOURCES.items() if resource.searchable])
def test_every_searchable_resource_can_be_searched(kind: str) -> None:
    page = Stripe().get(f"{RESOURCES[kind].path}/search", {"query": "metadata['a']:'1'"})
    assert (page["object"], page["data"], page["has_more"], page["next_page"]) == ("search_result", [], False, None)


@pytest.mark.parametrize("kind", [kind for kind, resource in RESOURCES.items() if resource.deletable])
def test_only_some_resources_can_be_deleted(kind: str) -> None:
    routes = {f"{route.method} {route.path}" for route in VENDOR.routes}
    assert f"DELETE {RESOURCES[kind].path}/{{id}}" in routes


def test_no_route_is_declared_twice() -> None:
    routes = [f"{route.method} {route.path}" for route in VENDOR.routes]
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/shipping_rates"),
        ("DELETE", "/v1/prices/price_x"),
        ("PUT", "/v1/customers"),
        ("GET", "/"),
        ("GET", "/v1"),
    ],
)
def test_everything_else_is_404_in_stripes_shape(method: str, path: str) -> None:
    answer = Stripe().send(method, path)
    assert answer.status == 404
    assert answer.error["message"].startswith(f"Unrecognized request URL ({method}: {path})")


def test_what_is_no_form_is_refused() -> None:
    answer = Stripe().send("POST", "/v1/customers", '{"name": "Jenny"}')
    assert answer.status == 400
    assert "application/x-www-form-urlencoded" in answer.error["message"]


WORDS = ["", "true", "x", "x", "-1", "100", "1" * 40, "usd", "pm_card_visa", "month", "\ud7ff", "%00", "now"]
SUFFIXES = ["", "", "[a]", "[]", "[0]", "[0][price]", "[0][quantity]", "[0][price_data][recurring]", "[type]", "[card]"]
SUFFIXES += [
    "[card][number]",
    "[interval]",
    "[enabled]",
    "[metadata]",
    "[default_payment_method]",
    "[items]",
    "[price]",
]
NEEDED = {"amount": "100", "currency": "usd", "mode": "payment", "success_url": "x", "name": "x", "type": "card"}
Form = list[tuple[str, str, str]]


def _forms(route: Any) -> st.SearchStrategy[tuple[Any, Form]]:
    names = sorted(PARAMETERS.get(f"{route.method} {route.path}", ())) or ["expand"]
    pair = st.tuples(st.sampled_from(names), st.sampled_from(SUFFIXES), st.sampled_from(WORDS))
    return st.tuples(st.just(route), st.lists(pair, max_size=4))


@examples(60)
@given(st.lists(st.sampled_from(VENDOR.routes).flatmap(_forms), min_size=5, max_size=20))
def test_whatever_is_sent_the_answer_is_stripes(calls: list[tuple[Any, Form]]) -> None:
    world = Stripe()
    intent, customer = world.post("/v1/payment_intents", PAYMENT)["id"], world.customer()
    known = {"customer": customer["id"], "payment_intent": intent, "price": world.price()["id"]}
    known["payment_method"] = known["default_payment_method"] = customer["invoice_settings"]["default_payment_method"]
    order = {"customer": known["customer"], "items[0][price]": known["price"]}
    known["subscription"] = world.post("/v1/subscriptions", order)["id"]
    known["invoice"] = world.post("/v1/invoices", {"customer": known["customer"]})["id"]
    for route, form in calls:
        kind = route.path.split("/")[2].rstrip("s")
        path = route.path.replace("{id}", known.get(kind, intent))
        pairs = [(name + suffix, known.get(name, word) if word == "x" else word) for name, suffix, word in form]
        taken = PARAMETERS.get(f"{route.method} {route.path}", ())
        given_names = {name for name, _, _ in form}
        filled = {**NEEDED, "customer": known["customer"], "invoice": known["invoice"]}
        pairs += [(name, text) for name, text in filled.items() if name in taken and name not in given_names]
        answer = world.send(route.method, path, urlencode(pairs))
        assert answer.status in {200, 400, 402, 404}
        assert answer.status == 200 or answer.error["type"]


@pytest.mark.parametrize("text", ["name=\udcff", "\udcff=1", "expand[]=\udcff"])
def test_bytes_that_are_no_text_are_refused_wherever_they_are(text: str) -> None:
    world = Stripe()
    assert world.send("GET", f"/v1/customers?{text}").status == 400
    assert world.send("GET", f"/v1/customers/{text}").status == 404
    assert world.send("GET", f"/{text}").status == 404
    assert world.send("POST", "/v1/customers", idempotency_key="k\udcff").status == 400
    assert world.send("GET", "/v1/balance", stripe_account="acct_\udcff").status == 403
    assert world.send("GET", "/v1/balance", stripe_version="\udcff").headers["stripe-version"].isascii()


def test_a_text_stays_a_text_whatever_it_says() -> None:
    world = Stripe()
    customer = world.post("/v1/customers", {"name": "true", "description": "12", "address[city]": "false"})
    assert (customer["name"], customer["description"], customer["address"]["city"]) == ("true", "12", "false")
    changed = world.post(f"/v1/customers/{customer['id']}", {"name": "false", "address[line1]": "7"})
    assert (changed["name"], changed["address"]) == ("false", {"line1": "7"})
