"""What is kept and told of: portal, reports, identity, issuing, accounts, meters, links; and what customers own."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import PAID, Stripe


def test_a_portal_session_has_a_configuration_and_a_place_to_go() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    first, second = (world.post("/v1/billing_portal/sessions", {"customer": customer}) for _ in range(2))
    assert first["configuration"] == second["configuration"]
    assert first["url"].startswith("http://127.0.0.1:12111/p/session/")
    made = world.post("/v1/billing_portal/configurations", {"features[subscription_cancel][enabled]": "true"})
    assert made["features"]["subscription_cancel"] == {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": True,
        "mode": "at_period_end",
        "proration_behavior": "none",
    }
    nobody = world.send("POST", "/v1/billing_portal/sessions", {"customer": "cus_x"})
    assert (nobody.status, nobody.error["param"]) == (400, "customer")


def test_a_report_is_done_later() -> None:
    world = Stripe()
    run = world.post("/v1/reporting/report_runs", {"report_type": "balance.summary.1"})
    assert (run["status"], run["result"]) == ("pending", None)
    world.pass_time(5)
    assert world.get(f"/v1/reporting/report_runs/{run['id']}")["status"] == "succeeded"
    assert world.events() == ["reporting.report_run.succeeded"]


def test_a_verification_may_be_canceled_or_redacted() -> None:
    world = Stripe()
    session = world.post("/v1/identity/verification_sessions", {"type": "document"})
    path = f"/v1/identity/verification_sessions/{session['id']}"
    assert world.post(f"{path}/cancel")["status"] == "canceled"
    assert world.send("POST", f"{path}/cancel").error["code"] == "verification_session_unexpected_state"
    assert world.post(f"{path}/redact")["redaction"] == {"status": "redacted"}
    assert world.send("POST", "/v1/identity/verification_sessions").error["param"] == "type"


def card(world: Stripe, status: str = "active") -> Any:
    holder = world.post("/v1/issuing/cardholders", {"name": "Jenny", "billing[address][line1]": "1 Lane"})
    wanted = {"cardholder": holder["id"], "currency": "usd", "type": "virtual", "status": status}
    return world.post("/v1/issuing/cards", wanted)


@pytest.mark.parametrize(("answer", "approved"), [("approve", True), ("decline", False), (None, True)])
def test_an_authorization_waits_for_its_answer_or_is_approved_by_default(answer: str | None, approved: bool) -> None:
    world = Stripe()
    asked = {"card": card(world)["id"], "amount": "500", "currency": "usd"}
    made = world.post("/v1/test_helpers/issuing/authorizations", asked)
    assert (made["approved"], made["pending_request"]["amount"]) == (False, 500)
    path = f"/v1/issuing/authorizations/{made['id']}"
    if answer is not None:
        world.post(f"{path}/{answer}")
    world.pass_time(5)
    assert world.get(path)["approved"] is approved
    assert world.send("POST", f"{path}/approve").error["code"] == "authorization_not_pending"
    inactive = {**asked, "card": card(world, "inactive")["id"]}
    assert world.send("POST", "/v1/test_helpers/issuing/authorizations", inactive).status == 400


def test_what_an_issued_card_pays_leaves_the_balance() -> None:
    world = Stripe()
    paid = {
        "card": card(world)["id"],
        "amount": "500",
        "currency": "usd",
        "purchase_details[receipt][0][quantity]": "1",
    }
    world.post("/v1/test_helpers/issuing/transactions/create_force_capture", paid)
    assert world.effects() == [("stripe.issuing_transaction", 500)]
    assert world.get("/v1/balance")["available"][0]["amount"] == -500
    assert world.events()[-1] == "issuing_transaction.purchase_details_receipt_updated"


def test_an_account_may_be_rejected_and_deleted() -> None:
    world = Stripe()
    made = world.post("/v1/accounts", {"type": "express", "capabilities[transfers][requested]": "true"})
    assert (made["payouts_enabled"], made["capabilities"]) == (True, {"transfers": "active"})
    rejected = world.post(f"/v1/accounts/{made['id']}/reject", {"reason": "fraud"})
    assert rejected["requirements"]["disabled_reason"] == "rejected.fraud"
    assert world.delete(f"/v1/accounts/{made['id']}")["deleted"] is True
    gone = world.send("POST", "/v1/transfers", {"amount": 1, "currency": "usd", "destination": made["id"]})
    assert gone.error["param"] == "destination"
    assert world.get("/v1/account")["charges_enabled"] is True


def test_usage_is_counted_once_for_each_identifier() -> None:
    world = Stripe()
    meter = {"display_name": "m", "event_name": "lamps", "default_aggregation[formula]": "sum"}
    made = world.post("/v1/billing/meters", meter)
    assert world.send("POST", "/v1/billing/meters", meter).error["code"] == "resource_already_exists"
    customer = world.post("/v1/customers")["id"]
    used = {"event_name": "lamps", "payload[stripe_customer_id]": customer, "payload[value]": "3", "identifier": "a"}
    world.post("/v1/billing/meter_events", used)
    assert world.send("POST", "/v1/billing/meter_events", used).status == 400
    world.post("/v1/billing/meter_events", {**used, "identifier": "b"})
    span = {"customer": customer, "start_time": "1700000000", "end_time": "1700001000"}
    (summary,) = world.get(f"/v1/billing/meters/{made['id']}/event_summaries", span)["data"]
    assert summary["aggregated_value"] == 6
    assert world.send("POST", "/v1/billing/meter_events", {**used, "event_name": "x"}).error["code"] == "no_meter"
    world.post(f"/v1/billing/meters/{made['id']}/deactivate")
    assert world.send("POST", "/v1/billing/meter_events", {**used, "identifier": "c"}).error["code"] == "no_meter"


def test_a_payment_link_keeps_what_it_sells() -> None:
    world = Stripe()
    price = world.price(700)
    link = world.post("/v1/payment_links", {"line_items[0][price]": price["id"], "line_items[0][quantity]": "2"})
    (item,) = world.get(f"/v1/payment_links/{link['id']}/line_items")["data"]
    assert (link["currency"], item["amount_total"]) == ("usd", 1_400)
    assert world.send("POST", "/v1/payment_links").error["param"] == "line_items"


def test_the_page_behind_a_session_takes_what_it_shows_and_nothing_else() -> None:
    world = Stripe()
    price = world.post("/v1/prices", {"currency": "usd", "unit_amount": "700", "product_data[name]": "Lamp"})
    sold = {"mode": "payment", "success_url": "http://x/", "line_items[0][price]": price["id"]}
    session = world.post("/v1/checkout/sessions", sold)
    path = f"/v1/payment_pages/{session['id']}"
    assert world.get(path)["amount"] == 700
    other = world.send("POST", f"{path}/confirm", {"payment_method": "pm_card_visa", "expected_amount": "1"})
    assert (other.status, world.effects()) == (400, [])
    world.post(f"{path}/confirm", {"payment_method": "pm_card_visa", "expected_amount": "700"})
    assert world.effects() == [("stripe.charge", 700)]


def test_a_plan_is_a_price_until_it_is_gone() -> None:
    world = Stripe()
    plan = world.post("/v1/plans", {"currency": "usd", "interval": "month", "amount": "700", "product[name]": "Lamp"})
    assert world.get(f"/v1/prices/{plan['id']}")["unit_amount"] == 700
    order = {"customer": world.customer()["id"], "items[0][plan]": plan["id"]}
    world.post("/v1/subscriptions", order)
    assert world.effects() == [("stripe.charge", 700)]
    world.delete(f"/v1/plans/{plan['id']}")
    assert world.send("POST", "/v1/subscriptions", order).status == 400


def test_a_token_is_used_once_and_a_source_goes_with_its_customer() -> None:
    world = Stripe()
    numbers = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "34", "card[cvc]": "314"}
    token = world.post("/v1/tokens", numbers)["id"]
    customer = world.post("/v1/customers", {"source": token})["id"]
    assert world.send("POST", "/v1/customers", {"source": token}).error["code"] == "token_already_used"
    (source,) = world.get(f"/v1/customers/{customer}/sources")["data"]
    assert (source["brand"], source["last4"]) == ("Visa", "4242")
    path = f"/v1/customers/{customer}/sources/{source['id']}"
    assert world.post(path, {"name": "Jenny"})["name"] == "Jenny"
    assert world.delete(path)["deleted"] is True
    assert world.get(f"/v1/customers/{customer}")["default_source"] is None
    assert world.send("GET", path).status == 404


def test_cash_pays_what_waits_for_it_as_far_as_it_goes() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    waiting = {
        "amount": "20000", "currency": "jpy", "customer": customer, "payment_method_types[]": "customer_balance",
        "payment_method_data[type]": "customer_balance", "confirm": "true",
    }  # fmt: skip
    intent = world.post("/v1/payment_intents", waiting)
    assert (intent["status"], intent["next_action"]["type"]) == (
        "requires_action",
        "display_bank_transfer_instructions",
    )
    fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    world.post(fund, {"amount": "5000", "currency": "jpy"})
    path = f"/v1/payment_intents/{intent['id']}"
    left = world.get(path)["next_action"]["display_bank_transfer_instructions"]["amount_remaining"]
    assert (left, world.effects(), world.events()[-1]) == (15_000, [], "payment_intent.partially_funded")
    world.post(fund, {"amount": "16000", "currency": "jpy"})
    assert (world.get(path)["status"], world.effects()) == ("succeeded", [("stripe.charge", 20_000)])
    assert world.get(f"/v1/customers/{customer}/cash_balance")["available"] == {"jpy": 1_000}
    assert world.events()[-1] == "cash_balance.funds_available"
    entries = world.get(f"/v1/customers/{customer}/cash_balance_transactions")["data"]
    assert [entry["net_amount"] for entry in entries] == [-15_000, 16_000, -5_000, 5_000]


def test_a_customers_own_things_are_nobody_elses() -> None:
    world = Stripe()
    mine, other = (world.post("/v1/customers")["id"] for _ in range(2))
    tax_id = world.post(f"/v1/customers/{mine}/tax_ids", {"type": "eu_vat", "value": "DE123456789"})["id"]
    assert world.send("GET", f"/v1/customers/{other}/tax_ids/{tax_id}").status == 404
    assert world.get(f"/v1/customers/{other}/tax_ids")["data"] == []
    assert world.delete(f"/v1/customers/{mine}/tax_ids/{tax_id}")["deleted"] is True


def test_an_ephemeral_key_needs_a_version_and_one_owner() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    version = {"stripe_version": "2026-10-28.endive"}
    key = world.post("/v1/ephemeral_keys", {"customer": customer}, **version)
    assert key["secret"].startswith("ek_test_")
    assert world.send("POST", "/v1/ephemeral_keys", {"customer": customer}).status == 400
    assert world.send("POST", "/v1/ephemeral_keys", "", **version).status == 400
    assert world.delete(f"/v1/ephemeral_keys/{key['id']}")["deleted"] is True


IBAN = {"type": "sepa_debit", "billing_details[email]": "jenny@example.com", "billing_details[name]": "Jenny"}


@pytest.mark.parametrize(
    ("iban", "after_s", "status"),
    [
        ("AT611904300234573201", 5, "succeeded"),
        ("AT321904300235473204", 5, "processing"),
        ("AT321904300235473204", 200, "succeeded"),
        ("AT861904300235473202", 5, "requires_payment_method"),
        ("AT051904300235473205", 200, "requires_payment_method"),
    ],
)
def test_sepa_debit_takes_its_time(iban: str, after_s: float, status: str) -> None:
    world = Stripe()
    method = world.post("/v1/payment_methods", {**IBAN, "sepa_debit[iban]": iban})["id"]
    paid = {"amount": "1000", "currency": "eur", "payment_method": method, "payment_method_types[]": "sepa_debit"}
    intent = world.post("/v1/payment_intents", {**paid, "confirm": "true"})
    assert (intent["status"], world.effects()) == ("processing", [])
    world.pass_time(after_s)
    assert world.get(f"/v1/payment_intents/{intent['id']}")["status"] == status
    assert world.effects() == ([("stripe.charge", 1_000)] if status == "succeeded" else [])
    assert world.send("POST", "/v1/payment_methods", {**IBAN, "sepa_debit[iban]": "AT00"}).status == 400


@pytest.mark.parametrize(
    ("alias", "off_session", "status"),
    [
        ("pm_card_authenticationRequiredSetupForOffSession", "true", "succeeded"),
        ("pm_card_authenticationRequiredSetupForOffSession", "false", "requires_action"),
        ("pm_card_threeDSecureOptional", "false", "succeeded"),
    ],
)
def test_cards_differ_in_when_they_ask_for_authentication(alias: str, off_session: str, status: str) -> None:
    paid = {**PAID, "payment_method": alias, "off_session": off_session}
    assert Stripe().post("/v1/payment_intents", paid)["status"] == status


def test_a_card_may_be_declined_after_its_authentication() -> None:
    world = Stripe()
    intent = world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_threeDSecureRequiredChargeDeclined"})
    assert intent["status"] == "requires_action"
    answer = world.send("POST", f"/v1/test_helpers/payment_intents/{intent['id']}/authenticate")
    assert (answer.status, answer.error["code"], world.effects()) == (402, "card_declined", [])


@pytest.mark.parametrize(
    ("alias", "field", "value"),
    [
        ("pm_card_cvcCheckFail", "cvc_check", "fail"),
        ("pm_card_avsZipFail", "address_postal_code_check", "fail"),
        ("pm_card_avsUnchecked", "address_line1_check", "unavailable"),
    ],
)
def test_checks_that_fail_are_shown(alias: str, field: str, value: str) -> None:
    world = Stripe()
    paid = world.post("/v1/payment_intents", {**PAID, "payment_method": alias, "expand[]": "latest_charge"})
    assert paid["latest_charge"]["payment_method_details"]["card"]["checks"][field] == value


def test_a_risk_and_a_country_are_shown() -> None:
    world = Stripe()
    risky = world.post(
        "/v1/payment_intents", {**PAID, "payment_method": "pm_card_riskLevelElevated", "expand[]": "latest_charge"}
    )
    assert risky["latest_charge"]["outcome"]["risk_level"] == "elevated"
    german = world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_de", "expand[]": "payment_method"})
    assert german["payment_method"]["card"]["country"] == "DE"
