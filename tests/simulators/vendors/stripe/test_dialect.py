"""Headers of every answer, and repeated idempotency keys."""

import pytest

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe.dialect import IDEMPOTENCY, fingerprint
from brownout_simulators.vendors.stripe.form import parse
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe


def call(body: str, path: str = "/v1/customers", **headers: str) -> Call:
    made = Call(
        "POST", path, "", {name.replace("_", "-"): value for name, value in headers.items()}, body.encode(), 0.0
    )
    made.data = parse(made)
    return made


def test_the_order_and_the_encoding_of_parameters_do_not_matter_for_a_key() -> None:
    first = fingerprint(call("amount=1&metadata[a]=b", user_agent="one"))
    assert first == fingerprint(call("metadata%5Ba%5D=b&amount=1", user_agent="another"))


@pytest.mark.parametrize(
    "other",
    [
        call("amount=2"),
        call("amount=1&expand[]=x"),
        call("amount=1", "/v1/charges"),
        call("amount=1", stripe_account="acct_1"),
    ],
)
def test_other_parameters_another_path_or_account_make_another_request(other: Call) -> None:
    assert fingerprint(call("amount=1")) != fingerprint(other)


def test_only_a_post_honours_a_key() -> None:
    assert IDEMPOTENCY.key_of(Call("GET", "/", "", {"idempotency-key": "k"}, b"", 0.0)) is None
    assert IDEMPOTENCY.key_of(call("", idempotency_key="k")) == "k"


def test_a_key_of_256_characters_is_too_long() -> None:
    world = Stripe()
    assert world.send("POST", "/v1/customers", idempotency_key="k" * 255).status == 200
    answer = world.send("POST", "/v1/customers", idempotency_key="k" * 256)
    assert (answer.status, answer.error["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize(
    ("reply", "is_saved"),
    [
        (Reply(200), True),
        (Reply(402), True),
        (Reply(500), True),
        (Reply(400), True),
        (Reply(400, executed=False), False),
        (Reply(429), False),
        (Reply(409), False),
        (Reply(401), False),
    ],
)
def test_what_the_endpoint_itself_answered_is_remembered(reply: Reply, is_saved: bool) -> None:
    assert IDEMPOTENCY.saved(reply) is is_saved


def test_a_refused_parameter_leaves_the_key_free_for_the_corrected_request() -> None:
    world = Stripe()
    assert world.send("POST", "/v1/payment_intents", {"amount": 1099}, idempotency_key="k").status == 400
    assert world.send("POST", "/v1/payment_intents", PAYMENT, idempotency_key="k").status == 200


def test_a_decline_is_replayed_and_nothing_is_attempted_again() -> None:
    world = Stripe()
    params = {**PAID, "payment_method": "pm_card_visa_chargeDeclined"}
    first = world.send("POST", "/v1/payment_intents", params, idempotency_key="k")
    again = world.send("POST", "/v1/payment_intents", params, idempotency_key="k")
    assert (first.status, again.status) == (402, 402)
    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]
    assert len(world.get("/v1/charges")["data"]) == 1


def test_the_same_key_on_another_endpoint_is_an_idempotency_error() -> None:
    world = Stripe()
    world.post("/v1/customers", idempotency_key="k")
    answer = world.send("POST", "/v1/products", {"name": "x"}, idempotency_key="k")
    assert (answer.status, answer.error["type"]) == (400, "idempotency_error")
    assert answer.error["message"].startswith("Keys for idempotent requests can only be used")


def test_a_key_is_forgotten_after_a_day() -> None:
    world = Stripe()
    first = world.post("/v1/customers", idempotency_key="k")
    world.now_s += 86_399
    assert world.post("/v1/customers", idempotency_key="k")["id"] == first["id"]
    world.now_s += 2
    assert world.post("/v1/customers", idempotency_key="k")["id"] != first["id"]


def test_a_replayed_500_says_that_it_is_final() -> None:
    world = Stripe({"match": "POST /v1/customers", "sequence": "F", "fail_after_effect": {"status": 500}})
    first = world.send("POST", "/v1/customers", idempotency_key="k")
    assert (first.status, "stripe-should-retry" in first.headers) == (500, False)
    again = world.send("POST", "/v1/customers", idempotency_key="k")
    assert (again.status, again.headers["stripe-should-retry"]) == (500, "false")


def test_an_answer_tells_version_account_and_request() -> None:
    world = Stripe()
    headers = world.send("GET", "/v1/balance", stripe_version="2026-09-30.endive", stripe_account="acct_1").headers
    assert headers["stripe-version"] == "2026-09-30.endive"
    assert headers["stripe-account"] == "acct_1"
    assert headers["request-id"].startswith("req_")
    assert headers["content-type"] == "application/json"
    assert "idempotency-key" not in headers
    assert world.send("GET", "/v1/balance", key="").headers["request-id"].startswith("req_")
