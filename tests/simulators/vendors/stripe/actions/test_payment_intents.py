"""PaymentIntents, endpoint by endpoint."""

import pytest

from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe

PATH = "/v1/payment_intents"
HELD = {**PAID, "capture_method": "manual"}


def test_without_a_method_it_waits_for_one_and_with_one_for_confirmation() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    assert (made["status"], made["amount"], made["currency"], made["livemode"]) == (
        "requires_payment_method",
        1099,
        "usd",
        False,
    )
    assert made["client_secret"].startswith(made["id"] + "_secret_")
    waiting = world.post(PATH, {**PAYMENT, "payment_method": "pm_card_visa"})
    assert waiting["status"] == "requires_confirmation"
    assert world.events() == ["payment_intent.created"] * 2
    assert world.effects() == []


def test_a_payment_tells_its_events_in_order_and_is_one_effect_with_the_callers_references() -> None:
    world = Stripe()
    done = world.post(PATH, {**PAID, "metadata[operation_id]": "op-1", "metadata[order]": "7"})
    assert (done["status"], done["amount_received"]) == ("succeeded", 1099)
    assert world.events() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    (row,) = [row for row in world.simulator.ledger.rows() if row["entry"] == "effect"]
    assert (row["route"], row["amount"], row["operation_id"], row["id"]) == (
        "stripe.charge",
        1099,
        "op-1",
        done["latest_charge"],
    )


def test_a_confirmation_later_is_booked_under_the_metadata_of_the_creation() -> None:
    world = Stripe()
    made = world.post(PATH, {**PAYMENT, "metadata[operation_id]": "op-9"})
    world.post(f"{PATH}/{made['id']}/confirm", {"payment_method": "pm_card_visa"})
    (row,) = [row for row in world.simulator.ledger.rows() if row["entry"] == "effect"]
    assert row["operation_id"] == "op-9"


def test_after_a_decline_another_card_can_pay() -> None:
    world = Stripe()
    declined = world.send("POST", PATH, {**PAID, "payment_method": "pm_card_visa_chargeDeclined"})
    intent = declined.error["payment_intent"]
    assert (declined.status, intent["status"], intent["payment_method"]) == (402, "requires_payment_method", None)
    assert declined.error["charge"] == intent["latest_charge"]
    assert intent["last_payment_error"]["decline_code"] == "generic_decline"
    done = world.post(f"{PATH}/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert (done["status"], done["last_payment_error"]) == ("succeeded", None)
    assert world.effects() == [("stripe.charge", 1099)]
    assert world.events()[:3] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_redirects_that_are_not_ruled_out_need_a_return_url() -> None:
    world = Stripe()
    plain = {"amount": 1099, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    answer = world.send("POST", PATH, plain)
    assert (answer.status, answer.error["param"]) == (400, "return_url")
    assert world.send("POST", PATH, {**PAYMENT, "confirm": "true"}).error["code"] == "payment_intent_unexpected_state"
    assert (world.events(), world.get(PATH)["data"]) == ([], [])
    assert world.post(PATH, {**plain, "return_url": "https://example.com"})["status"] == "succeeded"
    assert world.post(PATH, {**plain, "payment_method_types[]": "card"})["status"] == "succeeded"
    assert world.post(PATH, {**plain, "automatic_payment_methods[enabled]": "false"})["status"] == "succeeded"


@pytest.mark.parametrize("name", ["off_session", "return_url", "error_on_requires_action"])
def test_what_belongs_to_a_confirmation_needs_one(name: str) -> None:
    value = "https://example.com" if name == "return_url" else "true"
    answer = Stripe().send("POST", PATH, {**PAYMENT, name: value})
    assert (answer.status, answer.error["param"]) == (400, name)


def test_a_confirmation_without_a_method_is_refused_with_the_intent_inside() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    answer = world.send("POST", f"{PATH}/{made['id']}/confirm")
    assert answer.error["code"] == "payment_intent_unexpected_state"
    assert answer.error["payment_intent"]["id"] == made["id"]


def test_money_changes_only_before_it_is_taken_and_words_at_any_time() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    path = f"{PATH}/{made['id']}"
    assert world.post(path, {"amount": 2000, "currency": "eur"})["amount"] == 2000
    assert world.post(path, {"payment_method": "pm_card_visa"})["status"] == "requires_confirmation"
    world.post(f"{path}/confirm")
    assert world.send("POST", path, {"amount": 3000}).error["code"] == "payment_intent_unexpected_state"
    assert world.post(path, {"description": "x", "metadata[a]": "1"})["metadata"] == {"a": "1"}
    assert world.effects() == [("stripe.charge", 2000)]


def test_a_refused_update_changes_nothing() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    bad = {"amount": 2000, "payment_method": "pm_unknown"}
    assert world.send("POST", f"{PATH}/{made['id']}", bad).error["code"] == "resource_missing"
    assert world.get(f"{PATH}/{made['id']}") == made


def test_what_is_held_is_captured_and_the_rest_released() -> None:
    world = Stripe()
    held = world.post(PATH, HELD)
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == ("requires_capture", 1099, 0)
    assert world.get(f"/v1/charges/{held['latest_charge']}")["captured"] is False
    done = world.post(f"{PATH}/{held['id']}/capture", {"amount_to_capture": 600, "metadata[a]": "1"})
    assert (done["status"], done["amount_received"], done["amount_capturable"]) == ("succeeded", 600, 0)
    charge = world.get(f"/v1/charges/{held['latest_charge']}")
    assert (charge["captured"], charge["amount_captured"]) == (True, 600)
    assert world.events()[-2:] == ["charge.captured", "payment_intent.succeeded"]
    assert world.effects() == [("stripe.charge", 1099)]


@pytest.mark.parametrize("amount", [0, 1100])
def test_no_more_is_captured_than_is_held(amount: int) -> None:
    world = Stripe()
    held = world.post(PATH, HELD)
    answer = world.send("POST", f"{PATH}/{held['id']}/capture", {"amount_to_capture": amount})
    assert (answer.status, answer.error["code"]) == (400, "amount_too_large")
    assert world.get(f"{PATH}/{held['id']}")["status"] == "requires_capture"


@pytest.mark.parametrize("held", [False, True])
def test_a_canceled_one_gives_back_what_it_held(held: bool) -> None:
    world = Stripe()
    made = world.post(PATH, HELD if held else PAYMENT)
    gone = world.post(f"{PATH}/{made['id']}/cancel", {"cancellation_reason": "abandoned"})
    assert (gone["status"], gone["cancellation_reason"], gone["amount_capturable"]) == ("canceled", "abandoned", 0)
    assert gone["canceled_at"] == 1_700_000_100
    if held:
        assert world.get(f"/v1/charges/{made['latest_charge']}")["refunded"] is True
    assert world.events()[-1] == "payment_intent.canceled"


def test_an_unknown_cancellation_reason_is_refused() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    answer = world.send("POST", f"{PATH}/{made['id']}/cancel", {"cancellation_reason": "whim"})
    assert answer.error["param"] == "cancellation_reason"


@pytest.mark.parametrize("action", ["confirm", "capture", "cancel", "increment_authorization"])
@pytest.mark.parametrize("end", ["succeeded", "canceled"])
def test_what_has_ended_refuses_every_action_and_names_the_states_that_allow_it(action: str, end: str) -> None:
    world = Stripe()
    made = world.post(PATH, PAID if end == "succeeded" else PAYMENT)
    if end == "canceled":
        world.post(f"{PATH}/{made['id']}/cancel")
    params = {"amount": 5000} if action.startswith("increment") else ""
    answer = world.send("POST", f"{PATH}/{made['id']}/{action}", params)
    assert (answer.status, answer.error["code"]) == (400, "payment_intent_unexpected_state")
    assert f"has a status of {end}" in answer.error["message"]
    assert answer.error["payment_intent"]["status"] == end


def test_an_authorisation_grows() -> None:
    world = Stripe()
    held = world.post(PATH, HELD)
    path = f"{PATH}/{held['id']}"
    more = world.post(f"{path}/increment_authorization", {"amount": 2000, "description": "x", "metadata[a]": "1"})
    assert (more["amount"], more["amount_capturable"], more["description"]) == (2000, 2000, "x")
    assert world.send("POST", f"{path}/increment_authorization", {"amount": 2000}).error["param"] == "amount"
    assert world.post(f"{path}/capture")["amount_received"] == 2000


def test_somebody_elses_method_is_refused() -> None:
    world = Stripe()
    method = world.customer()["invoice_settings"]["default_payment_method"]
    answer = world.send("POST", PATH, {**PAYMENT, "payment_method": method})
    assert (answer.status, answer.error["param"]) == (400, "payment_method")


def test_a_deleted_customer_cannot_pay() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    world.delete(f"/v1/customers/{customer}")
    assert world.send("POST", PATH, {**PAYMENT, "customer": customer}).error["code"] == "resource_missing"


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second = (Stripe(seed=3).post(PATH, PAID) for _ in range(2))
    assert first == second
    assert Stripe(seed=4).post(PATH, PAID)["id"] != first["id"]
