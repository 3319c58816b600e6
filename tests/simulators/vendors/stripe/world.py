"""How these tests drive Stripe without a socket: the whole engine, on a clock that moves only when told."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from brownout_simulators.account import Account
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import rule_from_json
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.state import State
from tests.support.sending import all_sent

KEY = VENDOR.test_key("unit")
PAYMENT = {
    "amount": 1099,
    "currency": "usd",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}
PAID = {**PAYMENT, "payment_method": "pm_card_visa", "confirm": "true"}


class Answer:
    """A sending, read."""

    def __init__(self, sending: Sending) -> None:
        self.status = sending.status
        self.headers = {name.lower(): value for name, value in sending.headers.items()}
        self.body: Any = json.loads(sending.body) if sending.body[:1] in b"{[" else sending.body

    @property
    def error(self) -> Any:
        return self.body["error"]


class Stripe:
    """A simulator, its clock, and a caller with one key."""

    def __init__(self, *rules: Mapping[str, Any], seed: int = 7) -> None:
        self.now_s = 100.0
        self.simulator: Simulator[State] = Simulator(
            VENDOR, clock=lambda: self.now_s, epoch_s=1_700_000_000.0, seed=seed, base_url="http://127.0.0.1:12111"
        )
        numbered = [{"id": f"r{place}", "vendor": "stripe", **rule} for place, rule in enumerate(rules)]
        self.simulator.schedule([rule_from_json(rule) for rule in numbered])
        self.webhooks: list[OutgoingWebhook] = []

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | str | bytes = "", *, key: str = KEY, **headers: str
    ) -> Answer:
        """One call to its end; the clock moves over its waits. Header names are written with underscores."""
        if isinstance(params, bytes):
            params = params.decode("utf-8", "surrogateescape")
        text = params if isinstance(params, str) else urlencode(params)
        path, _, query = path.partition("?")
        sent = {"authorization": f"Bearer {key}"} if key else {}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        is_post = method == "POST"
        call = Call(
            method,
            path,
            query if is_post else text or query,
            sent,
            text.encode("utf-8", "surrogateescape") if is_post else b"",
            self.now_s,
        )
        steps = self.simulator.handle(call)
        try:
            while True:
                self.now_s += next(steps)
        except StopIteration as stop:
            answer = Answer(all_sent(self.simulator, stop.value))
        assert self.simulator.problems == []
        return answer

    def post(self, path: str, params: Mapping[str, Any] | str = "", **more: str) -> Any:
        """A POST that must succeed; its body."""
        answer = self.send("POST", path, params, **more)
        assert answer.status == 200, answer.body
        return answer.body

    def get(self, path: str, params: Mapping[str, Any] | str = "") -> Any:
        """A GET that must succeed; its body."""
        answer = self.send("GET", path, params)
        assert answer.status == 200, answer.body
        return answer.body

    def delete(self, path: str, params: Mapping[str, Any] | str = "") -> Any:
        """A DELETE that must succeed; its body."""
        answer = self.send("DELETE", path, params)
        assert answer.status == 200, answer.body
        return answer.body

    def pass_time(self, seconds: float) -> None:
        """Let time pass, with everything that comes due on the way, at its own instant."""
        end_s = self.now_s + seconds
        while (due_s := self.simulator.next_due_s()) is not None and due_s <= end_s:
            self.now_s = max(self.now_s, due_s)
            for webhook in self.simulator.run_due(self.now_s):
                self.webhooks.append(webhook)
                self.simulator.webhook_done(webhook.id, 200)
        self.now_s = end_s
        assert self.simulator.problems == []

    def events(self) -> list[str]:
        """The types of the events so far, oldest first."""
        return [event["type"] for event in reversed(list(self.account.state.events.newest_first()))]

    def effects(self) -> list[tuple[str, int]]:
        """The effects in the ledger: kind and amount."""
        return [(row["route"], row["amount"]) for row in self.simulator.ledger.rows() if row["entry"] == "effect"]

    @property
    def account(self) -> Account[State]:
        return self.simulator.accounts["unit"]

    def customer(self, alias: str = "pm_card_visa") -> Any:
        """A customer whose default payment method is a test card."""
        customer = self.post("/v1/customers", {"email": "jenny@example.com"})
        method = self.post(f"/v1/payment_methods/{alias}/attach", {"customer": customer["id"]})
        default = {"invoice_settings[default_payment_method]": method["id"]}
        return self.post(f"/v1/customers/{customer['id']}", default)

    def price(self, amount: int = 2000, interval: str = "month") -> Any:
        """A recurring price of a new product."""
        params = {
            "currency": "usd",
            "unit_amount": amount,
            "recurring[interval]": interval,
            "product_data[name]": "Gold",
        }
        return self.post("/v1/prices", params)
