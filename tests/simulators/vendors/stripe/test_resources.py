"""What follows from a resource's declaration."""

from typing import Any

import pytest

from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from tests.simulators.vendors.stripe.world import PAYMENT, Stripe

MAKE: dict[str, dict[str, Any]] = {
    "payment_intent": PAYMENT,
    "customer": {},
    "setup_intent": {},
    "payment_method": {"type": "card", "card[token]": "tok_visa"},
    "product": {"name": "Gold"},
    "price": {"currency": "usd", "unit_amount": 1, "product_data[name]": "Gold"},
    "checkout.session": {"mode": "setup", "success_url": "https://example.com"},
    "webhook_endpoint": {"url": "http://localhost/x", "enabled_events[]": "*"},
}


@pytest.mark.parametrize("kind", MAKE)
def test_an_id_has_its_prefix_and_is_never_alike(kind: str) -> None:
    world, resource = Stripe(), RESOURCES[kind]
    ids = {world.post(resource.path, MAKE[kind])["id"] for _ in range(10)}
    assert len(ids) == 10
    assert all(one.startswith(resource.prefix) and len(one) >= len(resource.prefix) + 14 for one in ids)


@pytest.mark.parametrize("kind", RESOURCES)
def test_what_is_stored_filtered_or_searched_is_a_field_or_a_parameter(kind: str) -> None:
    resource = RESOURCES[kind]
    one = f"{resource.path}/{{item}}" if "{id}" in resource.path else f"{resource.path}/{{id}}"
    taken = set(PARAMETERS.get(f"POST {resource.path}", ())) | set(PARAMETERS.get(f"POST {one}", ()))
    assert resource.stored <= taken
    assert resource.searchable <= set(resource.template)
    assert resource.filters <= set(PARAMETERS.get(f"GET {resource.path}", ()))
