"""Every endpoint of the contract is done by something, and held to what the contract says."""

import pytest

from brownout_simulators.vendors.sales.contract import CONTRACT
from brownout_simulators.vendors.sales.routes import ACTIONS
from tests.simulators.vendors.sales.bench import SalesBench


def test_contract_and_actions_are_about_the_same_endpoints() -> None:
    assert set(ACTIONS) == set(CONTRACT)


@pytest.mark.parametrize("route", sorted(CONTRACT))
def test_a_parameter_that_nobody_knows_is_refused_everywhere(route: str) -> None:
    bench, terms = SalesBench(), CONTRACT[route]
    method, _, path = route.partition(" ")
    target = f"{path.replace('{id}', 'x').replace('{sku}', 'x')}?who=me"
    if terms.access == "client":
        bench.authorization = bench.client
        assert bench.form(method, target, grant_type="client_credentials").json["error"] == "invalid_request"
        return
    headers = {"idempotency-key": bench.key(), "content-type": "application/json"}
    assert bench.send(method, target, b"{}" if terms.body else b"", headers=headers).json["code"] == "bad-parameter"


@pytest.mark.parametrize("route", sorted(route for route, terms in CONTRACT.items() if terms.scope))
def test_a_token_needs_the_scope_of_the_endpoint(route: str) -> None:
    terms = CONTRACT[route]
    other = "orders.read" if terms.scope != "orders.read" else "webhooks.manage"
    bench = SalesBench(scope=other)
    method, _, path = route.partition(" ")
    answer = bench.send(method, path.replace("{id}", "x").replace("{sku}", "x"))
    assert (answer.status, answer.json["requiredScope"]) == (403, terms.scope)


def test_the_body_of_a_read_is_not_looked_at() -> None:
    bench = SalesBench()
    assert bench.send("GET", "/api/v2/orders", b"{", headers={"content-type": "text/plain"}).status == 200
