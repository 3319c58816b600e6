"""The gateway over real sockets, with the fake vendors behind it."""

import hashlib
import hmac
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from brownout_core.compose import VENDORS
from brownout_core.gateway.app import Gateway
from brownout_core.redaction import Redactor
from brownout_core.sinks.log import make_logger
from brownout_core.sinks.prometheus import PrometheusSink
from brownout_core.transport import Lost
from tests.core.fakes import SECRETS, WALL_S, After, config, reply
from tests.core.flows.world import World, policies
from tests.support.aio import really

PAY = {"amount": 1200}
ORDER = {
    "customer": "Ada",
    "site": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "us"},
    "lines": [{"sku": "A", "unit_price": 1050}],
}
SMS = {"to": "+15005550100", "body": "Hello"}
ONE_RETRY = config(**policies(**{vendor: {"retry": {"max_retries": 0}} for vendor in VENDORS}))


@dataclass
class Browser:
    """A client of the gateway, and the world behind it."""

    world: World
    client: Any
    log: Any

    async def ask(
        self, method: str, path: str, json: Any = None, *, operation: str | None = "op-1", **options: Any
    ) -> tuple[int, Any, Any]:
        headers = {**({"X-Correlation-ID": operation} if operation is not None else {}), **options.pop("headers", {})}
        async with self.client.request(method, path, json=json, headers=headers, **options) as response:
            body = await (response.json() if response.content_type == "application/json" else response.text())
            return response.status, body, response.headers


def browse(body: Callable[[Browser], Awaitable[None]], **options: Any) -> str:
    """Run `body` against a gateway; returns what was logged."""
    log = io.StringIO()

    async def main() -> None:
        metrics = PrometheusSink(VENDORS)
        world = World(ONE_RETRY)
        world.events = Told(metrics)
        world.app = world.application()
        gateway = Gateway(
            world.app,
            metrics=metrics,
            wall_clock=lambda: WALL_S,
            redactor=Redactor(SECRETS),
            logger=make_logger(Redactor(SECRETS), log),
            instance="gw",
            **options,
        )
        async with TestClient(TestServer(gateway.web_application())) as client:
            await body(Browser(world, client, log))
        await world.app.close()

    really(main())
    return log.getvalue()


class Told(list[Any]):
    """Events as they are told, counted too."""

    def __init__(self, metrics: PrometheusSink) -> None:
        super().__init__()
        self._metrics = metrics

    def append(self, event: Any) -> None:
        super().append(event)
        self._metrics(event)


def test_the_three_operations_are_served_and_replayed() -> None:
    async def body(browser: Browser) -> None:
        for path, request, status in (("/v1/pay", PAY, 200), ("/v1/notify", SMS, 200), ("/v1/orders", ORDER, 201)):
            first = await browser.ask("POST", path, request)
            assert (first[0], first[1]["status"], first[1]["operation_id"]) == (status, "done", "op-1")
            assert first[2]["X-Correlation-ID"] == "op-1"
            assert (await browser.ask("POST", path, request))[1] == first[1]
        world = browser.world
        assert world.stripe.effects == world.twilio.effects == world.sales.effects == ["op-1"]

    browse(body)


def test_each_answer_has_a_request_id_of_its_own() -> None:
    async def body(browser: Browser) -> None:
        ids = {(await browser.ask("GET", path))[2]["X-Request-Id"] for path in ("/health", "/nowhere", "/metrics")}
        assert len(ids) == 3

    browse(body)


@pytest.mark.parametrize(
    ("path", "request_body", "operation", "code"),
    [
        ("/v1/pay", PAY, None, "correlation_id_missing"),
        ("/v1/pay", {**PAY, "operation_id": "other"}, "op-1", "correlation_id_mismatch"),
        ("/v1/pay", {"amount": 0}, "op-1", "validation_failed"),
        ("/v1/pay", [], "op-1", "malformed_json"),
        ("/v1/pay", PAY, "x" * 129, "validation_failed"),
        ("/v1/notify", {"to": "1"}, "op-1", "validation_failed"),
        ("/v1/orders", {}, "op-1", "validation_failed"),
    ],
)
def test_a_request_that_makes_no_sense_is_a_400_that_says_why(
    path: str, request_body: Any, operation: str | None, code: str
) -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", path, request_body, operation=operation)
        assert (status, answer["code"]) == (400, code)
        assert set(answer) == {"code", "message", "details", "request_id", "severity", "timestamp"}
        assert not browser.world.stripe.requests

    browse(body)


def test_what_was_sent_is_not_repeated_in_an_error() -> None:
    async def body(browser: Browser) -> None:
        _, answer, _ = await browser.ask("POST", "/v1/pay", {"amount": "my-password", "password": "my-password"})
        assert "my-password" not in str(answer)
        assert {each["field"] for each in answer["details"]} == {"amount", "password"}

    browse(body)


def test_a_body_that_is_not_json_or_too_long_is_refused() -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", "/v1/pay", data=b"{nonsense")
        assert (status, answer["code"]) == (400, "malformed_json")
        status, answer, _ = await browser.ask("POST", "/v1/pay", data=b"x" * 300_000)
        assert (status, answer["severity"]) == (413, "warning")

    browse(body)


def test_refused_declined_and_set_aside_have_their_statuses() -> None:
    async def body(browser: Browser) -> None:
        declined = {**PAY, "payment_method": "pm_card_visa_chargeDeclined"}
        status, answer, _ = await browser.ask("POST", "/v1/pay", declined, operation="op-1")
        assert (status, answer["status"], answer["code"]) == (402, "refused", "card_declined")
        assert not [secret for secret in SECRETS if secret in str(answer)]
        browser.world.stripe.always = reply(429, {"error": {"code": "rate_limit"}}, retry_after="9")
        status, answer, headers = await browser.ask("POST", "/v1/pay", PAY, operation="op-2")
        assert (status, answer["status"], headers["Retry-After"]) == (503, "refused", "9")
        browser.world.stripe.always = After(Lost())
        status, answer, _ = await browser.ask("POST", "/v1/pay", PAY, operation="op-3")
        assert (status, answer["status"]) == (202, "accepted")
        assert answer["dead_letter_id"].startswith("dl_")
        status, answer, _ = await browser.ask("POST", "/v1/pay", {"amount": 1}, operation="op-1")
        assert (status, answer["code"]) == (422, "key_reused")

    browse(body)


def test_a_defect_is_a_500_that_says_nothing_of_the_inside_but_logs_it() -> None:
    async def body(browser: Browser) -> None:
        browser.world.stripe.always = RuntimeError(f"inside {SECRETS[0]}")
        status, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        assert (status, answer["code"], answer["status"]) == (500, "internal_error", "unknown")
        assert "inside" not in answer["message"].replace("went wrong inside", "")

    log = browse(body)
    assert "RuntimeError" in log
    assert SECRETS[0] not in log


def test_dead_letters_are_listed_shown_redriven_and_discarded() -> None:
    async def body(browser: Browser) -> None:
        browser.world.sales.always = reply(503, {})
        ids = []
        for number in range(4):
            _, answer, _ = await browser.ask("POST", "/v1/orders", ORDER, operation=f"op-{number}")
            ids.append(answer["dead_letter_id"])
        status, listed, _ = await browser.ask("GET", "/dead-letters?limit=3")
        assert (status, [each["id"] for each in listed["dead_letters"]]) == (200, ids[:3])
        assert listed["counts"]["waiting"] == 4
        _, rest, _ = await browser.ask("GET", f"/dead-letters?after={listed['next_after']}")
        assert ([each["id"] for each in rest["dead_letters"]], rest["next_after"]) == ([ids[3]], None)
        _, shown, _ = await browser.ask("GET", f"/dead-letters/{ids[0]}")
        assert (shown["operation_id"], shown["payload"]["customer"]) == ("op-0", "Ada")
        assert (await browser.ask("DELETE", f"/dead-letters/{ids[3]}"))[0] == 204
        assert (await browser.ask("DELETE", f"/dead-letters/{ids[3]}"))[0] == 409
        browser.world.sales.always = None
        _, redriven, _ = await browser.ask("POST", f"/dead-letters/{ids[0]}/redrive")
        assert redriven["outcome"] == "done"
        _, redriven, _ = await browser.ask("POST", "/dead-letters/redrive", {"limit": 10})
        assert [each["id"] for each in redriven["redriven"]] == ids[1:3]
        assert browser.world.sales.effects == ["op-0", "op-1", "op-2"]
        _, listed, _ = await browser.ask("GET", "/dead-letters?state=done&state=discarded")
        assert len(listed["dead_letters"]) == 4

    browse(body)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/dead-letters/dl_unknown", 404),
        ("DELETE", "/dead-letters/dl_unknown", 404),
        ("POST", "/dead-letters/dl_unknown/redrive", 404),
        ("GET", "/dead-letters?limit=0", 400),
        ("GET", "/dead-letters?limit=x", 400),
        ("GET", "/dead-letters?state=lost", 400),
        ("POST", "/dead-letters", 405),
        ("GET", "/v1/pay", 405),
        ("POST", "/webhooks/stripe", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_same_shape(method: str, path: str, status: int) -> None:
    async def body(browser: Browser) -> None:
        answered, answer, _ = await browser.ask(method, path)
        assert answered == status
        assert answer["request_id"].startswith("gw-")

    browse(body)


def test_a_method_that_does_not_fit_is_told_which_would() -> None:
    async def body(browser: Browser) -> None:
        _, _, headers = await browser.ask("GET", "/v1/pay")
        assert headers["Allow"] == "POST"

    browse(body)


def test_health_and_metrics_tell_how_it_is() -> None:
    async def body(browser: Browser) -> None:
        await browser.ask("POST", "/v1/pay", PAY)
        status, health, _ = await browser.ask("GET", "/health")
        assert (status, health["status"]) == (200, "healthy")
        status, text, headers = await browser.ask("GET", "/metrics")
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert 'integration_requests_total{adapter_id="stripe",status="success"} 1.0' in text
        await browser.world.letters.close()
        assert (await browser.ask("GET", "/health"))[0] == 503
        status, answer, _ = await browser.ask("GET", "/dead-letters")
        assert (status, answer["code"]) == (503, "store_unavailable")

    browse(body)


def test_another_hosts_name_is_refused_on_loopback() -> None:
    async def body(browser: Browser) -> None:
        for host in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example"):
            status, answer, _ = await browser.ask("GET", "/health", headers={"Host": host})
            assert (status, answer["code"]) == (403, "host_refused")
        for host in ("localhost:1", "[::1]:80", "127.0.0.1"):
            assert (await browser.ask("GET", "/health", headers={"Host": host}))[0] == 200

    browse(body)


def test_a_webhook_is_taken_if_it_is_signed_and_told_apart_from_its_duplicate() -> None:
    event = b'{"id": "evt_1", "object": "event"}'
    stamp = int(WALL_S)
    right = hmac.new(b"whsec_x", f"{stamp}.".encode() + event, hashlib.sha256).hexdigest()

    async def body(browser: Browser) -> None:
        for duplicate in (False, True):
            status, answer, _ = await browser.ask(
                "POST", "/webhooks/stripe", data=event, headers={"Stripe-Signature": f"t={stamp},v1={right}"}
            )
            assert (status, answer) == (200, {"received": True, "duplicate": duplicate})
        for signature in ("", f"t={stamp},v1={right[:-1]}", f"t={stamp - 301},v1={right}"):
            status, answer, _ = await browser.ask(
                "POST", "/webhooks/stripe", data=event, headers={"Stripe-Signature": signature}
            )
            assert (status, answer["code"]) == (400, "signature_invalid")

    browse(body, webhook_secrets=("whsec_old", "whsec_x"))
