"""SetupIntents."""

import pytest

from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/setup_intents"


def test_a_card_is_set_up_for_a_customer() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    made = world.post(PATH, {"customer": customer, "usage": "off_session"})
    assert (made["status"], made["client_secret"][:5]) == ("requires_payment_method", "seti_")
    done = world.post(f"{PATH}/{made['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert done["status"] == "succeeded"
    assert world.get(f"/v1/payment_methods/{done['payment_method']}")["customer"] == customer
    assert world.events()[-2:] == ["payment_method.attached", "setup_intent.succeeded"]
    assert world.send("POST", f"{PATH}/{made['id']}/cancel").error["code"] == "setup_intent_unexpected_state"


def test_a_bad_card_is_declined_with_the_intent_inside() -> None:
    world = Stripe()
    answer = world.send("POST", PATH, {"payment_method": "pm_card_visa_chargeDeclined", "confirm": "true"})
    assert (answer.status, answer.error["setup_intent"]["status"]) == (402, "requires_payment_method")
    assert world.events()[-1] == "setup_intent.setup_failed"


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "requires_payment_method")])
def test_a_challenge_is_passed_or_failed(outcome: str, status: str) -> None:
    world = Stripe()
    made = world.post(PATH, {"payment_method": "pm_card_authenticationRequired", "confirm": "true"})
    assert made["status"] == "requires_action"
    path = f"/v1/test_helpers{PATH.removeprefix('/v1')}/{made['id']}/authenticate"
    assert world.post(path, {"outcome": outcome})["status"] == status
    assert world.send("POST", path).status == 400


def test_one_is_changed_listed_and_canceled() -> None:
    world = Stripe()
    made = world.post(PATH)
    path = f"{PATH}/{made['id']}"
    assert world.post(path, {"description": "x", "payment_method": "pm_card_visa"})["status"] == "requires_confirmation"
    gone = world.post(f"{path}/cancel", {"cancellation_reason": "abandoned"})
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "abandoned")
    assert world.send("POST", f"{path}/confirm").status == 400
    assert world.post(path, {"description": "y"})["description"] == "y"
    assert [one["id"] for one in world.get(PATH)["data"]] == [made["id"]]


def test_a_confirmation_without_a_method_is_refused() -> None:
    world = Stripe()
    made = world.post(PATH, {"payment_method_data[type]": "card", "payment_method_data[card][token]": "tok_visa"})
    assert made["status"] == "requires_confirmation"
    empty = world.post(PATH)
    assert world.send("POST", f"{PATH}/{empty['id']}/confirm").error["code"] == "setup_intent_unexpected_state"
