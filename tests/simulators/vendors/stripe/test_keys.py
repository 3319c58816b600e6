"""API keys and the accounts behind them."""

import base64

import pytest

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe.keys import account_of, authenticate, environment
from brownout_simulators.vendors.stripe.keys import test_key as key_for
from tests.simulators.vendors.stripe.world import Stripe


def call(authorization: str, **headers: str) -> Call:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Call("GET", "/v1/balance", "", {"authorization": authorization, **sent}, b"", 0.0, "abc")


def test_every_test_key_opens_one_account_whose_label_is_no_secret() -> None:
    first = authenticate(call("Bearer sk_test_4eC39HqLyjWDarjtT1zdp7dc"))
    assert first == authenticate(call("Bearer sk_test_4eC39HqLyjWDarjtT1zdp7dc"))
    assert first.account != authenticate(call("Bearer sk_test_other")).account
    assert first.account.startswith("acct_")
    assert "4eC39" not in first.account


def test_a_key_that_was_made_for_a_name_opens_the_account_of_that_name() -> None:
    assert authenticate(call(f"Bearer {key_for('shop')}")).account == "shop"
    assert key_for("a shop/1") == "sk_test_brownout_a_shop_1"


def test_basic_authentication_works_as_curl_sends_it() -> None:
    encoded = base64.b64encode(b"sk_test_brownout_shop:").decode()
    assert authenticate(call(f"Basic {encoded}")).account == "shop"


def test_a_restricted_key_is_known_as_one() -> None:
    assert authenticate(call("Bearer rk_test_123456")).magic == "restricted"


def test_a_connected_account_lies_beneath_the_platforms() -> None:
    found = authenticate(call(f"Bearer {key_for('shop')}", stripe_account="acct_1"))
    assert found.account == "shop/acct_1"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ("Bearer nonsense", 401),
        ("Bearer sk_test_", 401),
        ("Bearer pk_test_123456", 403),
        ("Basic !!!", 401),
        ("Digest sk_test_123", 401),
        ("Bearer sk_test_invalid_1", 401),
        ("Bearer sk_test_expired_1", 401),
        ("Bearer rk_test_forbidden_1", 403),
    ],
)
def test_any_other_key_is_refused(authorization: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        authenticate(call(authorization))
    assert refused.value.reply.status == status


def test_the_environments_secret_is_that_of_the_accounts_first_endpoint() -> None:
    world = Stripe()
    told = environment("http://127.0.0.1:1", key_for("unit"))
    assert (told["STRIPE_API_BASE"], told["STRIPE_API_KEY"]) == ("http://127.0.0.1:1", key_for("unit"))
    params = {"url": "http://127.0.0.1:1/hook", "enabled_events[]": "*"}
    assert world.post("/v1/webhook_endpoints", params)["secret"] == told["STRIPE_WEBHOOK_SECRET"]
    assert world.post("/v1/webhook_endpoints", params)["secret"] != told["STRIPE_WEBHOOK_SECRET"]
    assert account_of(key_for("unit")) == "unit"


def test_accounts_do_not_see_each_other() -> None:
    world = Stripe()
    made = world.post("/v1/customers")
    assert world.send("GET", f"/v1/customers/{made['id']}", key=key_for("other")).status == 404
    assert world.send("GET", f"/v1/customers/{made['id']}", stripe_account="acct_1").status == 404
