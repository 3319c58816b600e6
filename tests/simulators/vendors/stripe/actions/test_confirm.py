"""The state machine of a payment, and what time does to it."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe.actions.confirm import CANCELED, MAY, SUCCEEDED, TRANSITIONS
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe
from tests.support.examples import examples

PATH = "/v1/payment_intents"


def test_nothing_leaves_an_end() -> None:
    assert not {status for status, _ in TRANSITIONS} & {SUCCEEDED, CANCELED}
    assert set(TRANSITIONS.values()) | {"requires_payment_method"} >= {status for status, _ in TRANSITIONS}


def test_every_status_that_may_be_acted_on_has_somewhere_to_go() -> None:
    statuses = {status for status, _ in TRANSITIONS}
    for allowed in MAY.values():
        assert set(allowed) <= statuses


def test_an_on_session_payment_waits_for_the_customer_who_then_passes() -> None:
    world = Stripe()
    made = world.post(PATH, {**PAID, "payment_method": "pm_card_authenticationRequired"})
    assert (made["status"], made["next_action"]["type"]) == ("requires_action", "use_stripe_sdk")
    assert world.events()[-1] == "payment_intent.requires_action"
    assert world.effects() == []
    done = world.post(f"/v1/test_helpers/payment_intents/{made['id']}/authenticate")
    assert (done["status"], done["next_action"]) == ("succeeded", None)
    assert world.effects() == [("stripe.charge", 1099)]
    answer = world.send("POST", f"/v1/test_helpers/payment_intents/{made['id']}/authenticate")
    assert answer.error["code"] == "payment_intent_unexpected_state"


def test_a_customer_who_fails_to_authenticate_leaves_the_payment_without_a_method() -> None:
    world = Stripe()
    made = world.post(PATH, {**PAID, "payment_method": "pm_card_authenticationRequired"})
    failed = world.post(f"/v1/test_helpers/payment_intents/{made['id']}/authenticate", {"outcome": "fail"})
    assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert world.effects() == []


def test_with_a_return_url_the_customer_is_redirected() -> None:
    params = {**PAID, "payment_method": "pm_card_threeDSecure2Required", "return_url": "https://example.com/back"}
    action = Stripe().post(PATH, params)["next_action"]
    assert action["redirect_to_url"]["return_url"] == "https://example.com/back"
    assert action["redirect_to_url"]["url"].startswith("http://127.0.0.1:12111/")


def test_off_session_there_is_nobody_to_authenticate() -> None:
    for how in ("off_session", "error_on_requires_action"):
        world = Stripe()
        params = {**PAID, "payment_method": "pm_card_authenticationRequired", how: "true"}
        answer = world.send("POST", PATH, params)
        assert (answer.status, answer.error["code"]) == (402, "authentication_required")
        assert answer.error["payment_intent"]["status"] == "requires_payment_method"


def test_a_card_that_was_set_up_is_not_challenged_again() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    alias = "pm_card_authenticationRequiredOnSetup"
    set_up = world.post("/v1/setup_intents", {"customer": customer, "payment_method": alias, "confirm": "true"})
    assert set_up["status"] == "requires_action"
    method = world.post(f"/v1/test_helpers/setup_intents/{set_up['id']}/authenticate")["payment_method"]
    paid = world.post(PATH, {**PAID, "customer": customer, "payment_method": method, "off_session": "true"})
    assert paid["status"] == "succeeded"


def test_a_payment_for_future_use_attaches_the_method() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    paid = world.post(PATH, {**PAID, "customer": customer, "setup_future_usage": "off_session"})
    assert world.get(f"/v1/payment_methods/{paid['payment_method']}")["customer"] == customer


def test_an_authorisation_lapses_after_a_week() -> None:
    world = Stripe()
    held = world.post(PATH, {**PAID, "capture_method": "manual"})
    world.pass_time(7 * 86_400 - 1)
    assert world.get(f"{PATH}/{held['id']}")["status"] == "requires_capture"
    world.pass_time(2)
    gone = world.get(f"{PATH}/{held['id']}")
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "automatic")
    assert world.events()[-2:] == ["charge.expired", "payment_intent.canceled"]
    automatic = world.get("/v1/events")["data"][0]
    assert automatic["request"] == {"id": None, "idempotency_key": None}


def test_a_captured_one_does_not_lapse() -> None:
    world = Stripe()
    held = world.post(PATH, {**PAID, "capture_method": "manual"})
    world.post(f"{PATH}/{held['id']}/capture")
    world.pass_time(8 * 86_400)
    assert world.get(f"{PATH}/{held['id']}")["status"] == "succeeded"


def test_a_bank_debit_is_processing_and_then_succeeds_or_fails() -> None:
    for alias, status, event in (
        ("pm_usBankAccount_success", "succeeded", "payment_intent.succeeded"),
        ("pm_usBankAccount_insufficientFunds", "requires_payment_method", "payment_intent.payment_failed"),
    ):
        world = Stripe()
        made = world.post(PATH, {**PAID, "payment_method": alias, "metadata[operation_id]": "op-1"})
        assert (made["status"], world.effects()) == ("processing", [])
        assert world.send("POST", f"{PATH}/{made['id']}/cancel").status == 400
        world.pass_time(5)
        assert world.get(f"{PATH}/{made['id']}")["status"] == status
        assert world.events()[-1] == event
        assert world.effects() == ([("stripe.charge", 1099)] if status == "succeeded" else [])


ACTIONS = ("confirm good", "confirm bad", "confirm 3ds", "authenticate", "capture", "cancel", "update", "refund")


def _act(world: Stripe, intent: str, action: str) -> Any:
    path = f"{PATH}/{intent}"
    verb, _, card = action.partition(" ")
    if verb == "confirm":
        alias = {"good": "pm_card_visa", "bad": "pm_card_visa_chargeDeclined", "3ds": "pm_card_authenticationRequired"}
        return world.send("POST", f"{path}/confirm", {"payment_method": alias[card]})
    if verb == "authenticate":
        return world.send("POST", f"/v1/test_helpers/payment_intents/{intent}/authenticate")
    if verb == "update":
        return world.send("POST", path, {"amount": 1099})
    if verb == "refund":
        return world.send("POST", "/v1/refunds", {"payment_intent": intent})
    return world.send("POST", f"{path}/{verb}")


@examples(60)
@given(st.lists(st.sampled_from(ACTIONS), max_size=8), st.booleans())
def test_whatever_is_tried_money_is_taken_once_at_most_and_an_end_is_an_end(actions: list[str], manual: bool) -> None:
    world = Stripe()
    params = {**PAYMENT, "capture_method": "manual"} if manual else PAYMENT
    intent = world.post(PATH, params)
    statuses = [intent["status"]]
    for action in actions:
        answer = _act(world, intent["id"], action)
        assert answer.status in {200, 400, 402}
        statuses.append(world.get(f"{PATH}/{intent['id']}")["status"])
    kinds = [kind for kind, _ in world.effects()]
    assert kinds.count("stripe.charge") <= 1
    assert kinds.count("stripe.refund") <= kinds.count("stripe.charge")
    for before, after in itertools.pairwise(statuses):
        assert before not in {SUCCEEDED, CANCELED} or before == after
    seen = world.get(f"{PATH}/{intent['id']}")
    assert (seen["amount_received"] > 0) == (seen["status"] == SUCCEEDED)


def test_a_reader_that_is_behind_does_not_see_the_confirmation_yet() -> None:
    world = Stripe({"match": "GET /v1/payment_intents/{id}", "stale_reads": {"lag_s": 5.0}})
    made = world.post(PATH, PAYMENT)
    world.now_s += 10
    world.post(f"{PATH}/{made['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert world.get(f"{PATH}/{made['id']}")["status"] == "requires_payment_method"
    world.now_s += 6
    assert world.get(f"{PATH}/{made['id']}")["status"] == "succeeded"
