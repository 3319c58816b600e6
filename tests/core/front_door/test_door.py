"""The front door: every route, every refusal, and one shape for whatever goes wrong. No socket anywhere."""

import asyncio

import orjson
import pytest

from brownout_core.front_door.door import MAX_BODY_BYTES
from brownout_core.transport import Lost
from tests.core.fakes import SECRETS, After, reply
from tests.core.front_door.browser import ORDER, PAY, SMS, Browser, browse


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


def test_a_body_that_is_not_json_or_too_long_is_refused() -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", "/v1/pay", data=b"{nonsense")
        assert (status, answer["code"]) == (400, "malformed_json")
        status, answer, _ = await browser.ask("POST", "/v1/pay", data=b"x" * (MAX_BODY_BYTES + 1))
        assert (status, answer["code"], answer["severity"]) == (413, "request_entity_too_large", "warning")

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

    (told,) = browse(body)
    assert told.startswith("internal_error gw-1 RuntimeError")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/dead-letters/dl_unknown", 404),
        ("DELETE", "/dead-letters/dl_unknown", 404),
        ("POST", "/dead-letters/dl_unknown/redrive", 404),
        ("GET", "/dead-letters?limit=0", 400),
        ("GET", "/dead-letters?limit=x", 400),
        ("GET", f"/dead-letters?limit={'9' * 5000}", 400),
        ("GET", "/dead-letters/", 404),
        ("GET", "/dead-letters/a/b", 404),
        ("POST", "/dead-letters/dl_unknown/redrive/", 404),
        ("GET", "/dead-letters/dl%2Funknown", 404),
        ("GET", "http://[", 400),
        ("GET", "*", 404),
        ("GET", "", 404),
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
        for host in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::1].evil.com", ""):
            status, answer, _ = await browser.ask("GET", "/health", host=host)
            assert (status, answer["code"]) == (403, "host_refused")
        for host in ("localhost:1", "[::1]:80", "127.0.0.1", "localhost."):
            assert (await browser.ask("GET", "/health", host=host))[0] == 200

    browse(body)


def test_an_order_from_a_page_of_another_site_is_not_taken() -> None:
    async def body(browser: Browser) -> None:
        browser.world.sales.always = reply(503, {})
        await browser.ask("POST", "/v1/orders", ORDER)
        browser.world.sales.always = None
        for origin in (
            "http://evil.com",
            "https://127.0.0.1.evil.com",
            "null",
            "http://evil.com/.localhost",
            "file://",
        ):
            for path in ("/dead-letters/redrive", "/v1/pay"):
                status, answer, _ = await browser.ask("POST", path, PAY, origin=origin, content_type="text/plain")
                assert (status, answer["code"]) == (403, "origin_refused")
        assert not browser.world.sales.effects
        assert not browser.world.stripe.requests
        for origin in ("http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]"):
            assert (await browser.ask("POST", "/dead-letters/redrive", origin=origin))[0] == 200
        assert browser.world.sales.effects == ["op-1"]

    browse(body)


def test_bound_to_another_address_it_answers_every_name_and_takes_orders_of_its_own_pages() -> None:
    async def body(browser: Browser) -> None:
        for origin, status in (("http://gateway.test:8080", 200), ("http://evil.com", 403)):
            answered, _, _ = await browser.ask("GET", "/health", host="gateway.test:8080", origin=origin)
            assert answered == status

    browse(body, only_loopback=False)


def test_an_expectation_that_nobody_knows_is_refused() -> None:
    async def body(browser: Browser) -> None:
        assert (await browser.ask("POST", "/v1/pay", PAY, expect="100-Continue"))[0] == 200
        for expected in ("100-c\udcff", "200-ok", ""):
            status, answer, _ = await browser.ask("POST", "/v1/pay", PAY, operation="op-2", expect=expected)
            assert (status, answer["code"]) == (417, "expectation_failed")

    browse(body)


LIVE = "rk_live_" + "5" * 20
OTHER = "ak_live_" + "5" * 20


@pytest.mark.parametrize(
    ("target", "headers", "data"),
    [
        ("/v1/pay", {"authorization": f"Bearer {LIVE}"}, b""),
        ("/v1/pay", {"proxy_authorization": "Basic cmtfbGl2ZV81NTU1NTU1NTU1NTU1NTU1Og=="}, b""),
        ("/v1/pay", {"x_api_key": "rk%5Flive%5F55555"}, b""),
        ("/v1/pay", {}, orjson.dumps({"amount": 5, "description": LIVE})),
        ("/v1/pay", {}, orjson.dumps({"amount": 5, "description": OTHER})),
        ("/v1/pay", {}, b'{"amount": 5, "description": "rk\\u005flive_5555555555"}'),
        ("/v1/pay", {}, b'{"amount": 5, "description": "rk%255Flive%255F5555555555"}'),
        (f"/health?key={LIVE}", {}, b""),
        ("/health?key=rk%5flive%5f5555555555", {}, b""),
        (f"/dead-letters/{LIVE}", {}, b""),
    ],
    ids=range(10),
)
def test_a_live_credential_is_refused_and_not_repeated(target: str, headers: dict[str, str], data: bytes) -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", target, data=data, **headers)
        assert (status, answer["code"]) == (403, "live_credential")
        assert "live_5" not in str(answer)
        assert not browser.world.stripe.requests

    assert not browse(body)


def test_words_that_merely_look_alike_are_no_credential() -> None:
    async def body(browser: Browser) -> None:
        sms = {"to": "+15005550100", "body": "This is where we_live_here: 100% sure, \u005flive"}
        assert (await browser.ask("POST", "/v1/notify", sms))[0] == 200

    browse(body)


def test_a_head_is_answered_like_its_get() -> None:
    async def body(browser: Browser) -> None:
        assert (await browser.ask("HEAD", "/health"))[0] == 200
        status, _, headers = await browser.ask("HEAD", "/v1/pay")
        assert (status, headers["Allow"]) == (405, "POST")
        _, _, headers = await browser.ask("PATCH", "/health")
        assert headers["Allow"] == "GET,HEAD"

    browse(body)


def test_a_breaker_is_opened_by_hand_and_closed_and_meanwhile_nothing_is_sent() -> None:
    async def body(browser: Browser) -> None:
        assert (await browser.answer("POST", "/breakers/sales/open")).status == 204
        _, health, _ = await browser.ask("GET", "/health")
        assert health["checks"]["sales"] == {"status": "warn", "message": "breaker open"}
        assert (await browser.ask("POST", "/v1/orders", ORDER))[0] == 202
        await asyncio.sleep(3600.0)
        assert (await browser.ask("POST", "/v1/orders", ORDER, operation="op-2"))[0] == 202
        assert browser.world.sales.effects == []
        assert (await browser.answer("POST", "/breakers/sales/close")).status == 204
        assert (await browser.ask("POST", "/v1/orders", ORDER, operation="op-3"))[0] == 201
        assert (await browser.answer("POST", "/breakers/nobody/open")).status == 404
        assert (await browser.answer("GET", "/breakers/sales/open")).status == 405

    browse(body)
