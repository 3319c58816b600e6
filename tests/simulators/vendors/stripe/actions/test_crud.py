"""The plain endpoints, whatever the resource."""

import pytest

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.resources import RESOURCES
from tests.simulators.vendors.stripe.world import Stripe

PARAMS = {
    "payment_intent": "intent",
    "setup_intent": "intent",
    "price": "price",
    "invoice": "invoice",
    "payment_method": "payment_method",
    "checkout.session": "session",
    "webhook_endpoint": "webhook_endpoint",
}


@pytest.mark.parametrize("kind", RESOURCES)
def test_an_unknown_id_in_the_path_is_404_and_names_the_parameter(kind: str) -> None:
    answer = Stripe().send("GET", f"{RESOURCES[kind].path}/x_unknown")
    assert (answer.status, answer.error["code"]) == (404, "resource_missing")
    assert answer.error["param"] == PARAMS.get(kind, "id")
    assert answer.error["message"] == f"No such {RESOURCES[kind].noun}: 'x_unknown'"


@pytest.mark.parametrize("kind", RESOURCES)
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
    [("POST", "/v1/coupons"), ("DELETE", "/v1/prices/price_x"), ("PUT", "/v1/customers"), ("GET", "/"), ("GET", "/v1")],
)
def test_everything_else_is_404_in_stripes_shape(method: str, path: str) -> None:
    answer = Stripe().send(method, path)
    assert answer.status == 404
    assert answer.error["message"].startswith(f"Unrecognized request URL ({method}: {path})")


def test_what_is_no_form_is_refused() -> None:
    answer = Stripe().send("POST", "/v1/customers", '{"name": "Jenny"}')
    assert answer.status == 400
    assert "application/x-www-form-urlencoded" in answer.error["message"]
