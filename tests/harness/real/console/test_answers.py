"""What a page may ask for, and what it may switch."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_harness.real.console.answers import ROUTES, Desk, answer
from brownout_harness.real.console.asking import Simulated, Unanswered
from brownout_harness.real.console.masking import Masking
from brownout_harness.real.console.run_view import RunView
from brownout_harness.real.console.watch import Watch
from tests.harness.real.console.conftest import Street
from tests.support.processes import eventually

pytestmark = pytest.mark.real


def desk_of(street: Street, *more: Simulated) -> Desk:
    watch = Watch(wall_s=0.0)
    watch.turn_to([*street.simulated, *more])
    return Desk(watch, Masking([]), 0.0)


def ask(desk: Desk, method: str, path: str, **body: Any) -> Any:
    return answer(desk, method, path.split("/"), body)


def webhooks(desk: Desk) -> dict[str, Any]:
    """Those of the vendor of payments."""
    found: list[dict[str, Any]] = ask(desk, "GET", "webhooks")["vendors"]
    return next(each for each in found if each["vendor"] == "stripe")


def test_a_fault_that_is_switched_on_strikes_and_one_that_is_switched_off_does_not(street: Street) -> None:
    import stripe

    desk = desk_of(street)
    ask(desk, "POST", "vendors/stripe/faults", id="console.unavailable", respond={"status": 503})
    with pytest.raises(stripe.APIError):
        street.pay()
    ask(desk, "DELETE", "vendors/stripe/faults/console.unavailable")
    assert street.pay().status == "succeeded"
    ask(desk, "POST", "vendors/stripe/faults", hang={})
    assert ask(desk, "DELETE", "vendors/stripe/faults") == {"removed": "all"}


def test_a_call_is_shown_whole_and_without_its_key(street: Street) -> None:
    desk = desk_of(street)
    street.at(street.payments).ask("PUT", "calls", body={"keep": 5})
    street.pay("op-7")
    row = desk.watch
    row.look()
    request = next(each for each in row.rows_of("op-7")[0] if each["entry"] == "request")
    said = ask(desk, "GET", f"vendors/stripe/calls/{request['seq']}")
    assert "metadata[operation_id]=op-7" in said["request"]["body"]
    assert said["request"]["headers"]["authorization"] == "[hidden]"
    assert '"object": "payment_intent"' in said["answer"]["body"]
    assert "_secret_" not in said["answer"]["body"]


def test_what_was_sent_to_people_is_listed_and_who_did_not_say_is_named(street: Street) -> None:
    desk = desk_of(street, Simulated("gone", "http://127.0.0.1:9"))
    said = ask(desk, "GET", "messages")
    assert said["messages"] == []
    assert [why for why in said["missing"] if "gone" in why]


def test_webhooks_are_held_put_in_another_order_and_sent(street: Street) -> None:
    desk = desk_of(street)
    payments = street.payments
    street.at(payments).ask("POST", "receivers", body={"url": f"{payments.receiver_url}/hook"})
    ask(desk, "PUT", "vendors/stripe/webhooks", hold=True)
    street.pay()
    eventually(lambda: len(webhooks(desk)["held"]) == 3)
    said = webhooks(desk)
    types = {each["id"]: each["type"] for each in said["held"]}
    order = sorted(types, reverse=True)
    assert ask(desk, "POST", "vendors/stripe/webhooks", send=order) == {"sent": 3}
    came = [payments.next_webhook().body.decode() for _ in order]
    assert [f'"{types[each]}"' in body for each, body in zip(order, came, strict=True)] == [True] * 3


def test_an_operations_story_is_told_in_order_with_its_webhooks(street: Street) -> None:
    desk = desk_of(street)
    payments = street.payments
    street.at(payments).ask("POST", "receivers", body={"url": f"{payments.receiver_url}/hook"})
    street.pay("op-9")
    for _ in range(3):
        payments.next_webhook()
    eventually(lambda: len(webhooks(desk)["log"]) == 3)
    desk.watch.look()
    story = ask(desk, "GET", "operations/op-9")
    assert [step["kind"] for step in story["steps"]][:2] == ["request", "effect"]
    assert [step["kind"] for step in story["steps"]].count("webhook") == 3
    assert (story["is_whole"], story["missing"]) == (True, [])
    assert ask(desk, "GET", "operations/nobody")["steps"] == []


def test_a_receivers_address_is_shown_without_its_secrets(street: Street) -> None:
    desk = desk_of(street)
    url = f"{street.payments.receiver_url}/hook?token=hush"
    street.at(street.payments).ask("POST", "receivers", body={"url": url})
    ask(desk, "PUT", "vendors/stripe/webhooks", hold=True)
    street.pay("op-3")
    eventually(lambda: len(webhooks(desk)["held"]) == 3)
    held = webhooks(desk)["held"]
    assert "hush" not in str(held)
    ask(desk, "POST", "vendors/stripe/webhooks", send=[held[0]["id"]])
    eventually(lambda: webhooks(desk)["log"])
    log = webhooks(desk)["log"]
    assert "/hook?token=" in log[0]["url"]
    assert "hush" not in str(log)
    assert "hush" not in str(ask(desk, "GET", "operations/op-3"))


def test_a_story_says_where_something_of_it_may_be_missing(street: Street) -> None:
    story = ask(desk_of(street, Simulated("gone", "http://127.0.0.1:9")), "GET", "operations/op-1")
    assert (story["is_whole"], "gone" in story["missing"][0]) == (False, True)


@pytest.mark.parametrize("route", [each for each in ROUTES if each[0] != "GET"], ids=lambda route: " ".join(route[1]))
def test_beside_a_run_nothing_can_be_switched(street: Street, route: tuple[str, list[str], Any]) -> None:
    desk = replace(desk_of(street), run=RunView())
    method, path, _ = route
    with pytest.raises(Unanswered, match="a run is being judged") as refused:
        answer(desk, method, ["stripe" if part == "*" else part for part in path], {"hang": {}})
    assert refused.value.status == 409
    assert street.at(street.payments).ask("GET", "faults") == {"faults": []}
    assert ask(desk, "GET", "switches")["may_switch"] is False


def test_a_vendor_tells_its_routes_and_kinds_of_fault_but_none_of_its_keys(street: Street) -> None:
    said = ask(desk_of(street), "GET", "vendors/stripe")
    assert "POST /v1/payment_intents" in said["routes"]
    assert "environment" not in said


@pytest.mark.parametrize("path", ["", "nowhere", "vendors", "vendors/nobody", "vendors/stripe/ledger", "messages/x"])
def test_anything_else_is_not_answered(street: Street, path: str) -> None:
    with pytest.raises(Unanswered) as refused:
        ask(desk_of(street), "GET", path)
    assert refused.value.status == 404


def test_the_state_is_that_of_now(street: Street) -> None:
    desk = desk_of(street)
    street.pay()
    said = ask(desk, "GET", "state")
    assert (said["vendors"][0]["rows"], said["run"]) == (2, None)
