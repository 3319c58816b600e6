"""Resend: mails sent once, found again, errors told by their names. The vendor is its simulator."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from brownout_core.adapters.declaration import Wire
from brownout_core.adapters.resend import ADAPTER, PAGE, ResendAccess, ResendClient, subject_of
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectionLost,
    QuotaExhausted,
    ResponseBroken,
    ServiceError,
    SignatureInvalid,
    Throttled,
    VendorBusy,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.redaction import Redactor
from brownout_core.services.communication import CommunicationService, Message, Sent, SentOtherwise, search
from brownout_core.transport import Lost, Request, Response
from brownout_simulators import svix
from brownout_simulators.vendors.resend.errors import ERRORS
from tests.core.fakes import After, Fake, Step, reply
from tests.simulators.vendors.resend.bench import ResendBench
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

KEY = "re_test_shop"
ACCESS = ResendAccess(base_url="http://resend.test", api_key=KEY, webhook_secrets=(svix.secret_of("a"),))
MESSAGE = Message("ada@sim.test", "Thank you.", "Your receipt", "<p>Thank you.</p>")


class FakeResend(Fake):
    """The simulator, on the loop's clock."""

    def __init__(self, **setup: Any) -> None:
        super().__init__()
        self.bench = ResendBench(**setup)

    def now_s(self) -> float:
        return 100.0 + asyncio.get_running_loop().time()

    def work(self, request: Request) -> Response:
        passed_s = self.now_s() - self.bench.now_s
        if passed_s > 0:
            self.bench.pass_time(passed_s)
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.bench.send(request.method, target, request.body, headers=headers)
        return Response(answer.status, answer.headers, answer.body)

    def client(self, **access: Any) -> ResendClient:
        known = {"base_url": "http://resend.test", "api_key": KEY, **access}
        return ResendClient(
            ResendAccess(**known), Wire(self.transport, lambda: EPOCH_S + self.now_s(), Redactor([KEY]))
        )

    @property
    def mails(self) -> list[dict[str, Any]]:
        return self.bench.done("resend.email")


async def found(client: ResendClient, message: Message, operation_id: str = "op-1", ago_s: float = 60) -> Sent | None:
    return await search(lambda further: client.find(message, operation_id=operation_id, ago_s=ago_s, further=further))


def with_resend(work: Callable[[FakeResend, ResendClient], Any], **setup: Any) -> None:
    async def main() -> None:
        resend = FakeResend(**setup)
        await work(resend, resend.client())

    virtually(main())


def test_a_mail_is_sent_once_under_its_key_and_is_the_operations() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        service: CommunicationService = client
        assert service.takes_keys
        sent = await service.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        assert await service.send(MESSAGE, operation_id="op-1", idempotency_key="k") == sent
        (row,) = resend.mails
        assert (row["id"], row["operation_id"], row["idempotency_key"]) == (sent.id, "op-1", "k")
        read = await client.fetch(sent.id, operation_id="op-1")
        assert (read.subject, read.to) == (subject_of(MESSAGE, "op-1"), ("ada@sim.test",))
        body = json.loads(resend.requests[0].body)
        assert (body["text"], body["html"]) == (MESSAGE.text, MESSAGE.html)

    with_resend(work)


def test_a_mail_is_found_by_its_reference_and_no_other_is() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        for number in range(PAGE + 30):
            resend.bench.mail(subject=f"another {number}")
        sent = await client.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        for number in range(PAGE + 30):
            resend.bench.mail(subject=f"yet another {number}")
        before = len(resend.requests)
        there = await found(client, MESSAGE)
        assert there is not None
        assert there.id == sent.id
        assert len(resend.requests) - before == 2, "one request for each page, and none behind the mail"
        assert await found(client, MESSAGE, "op-2") is None
        assert await found(client, MESSAGE._replace(to="b@sim.test")) is None

    with_resend(work)


def test_a_search_ends_where_mails_are_older() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        for _ in range(2 * PAGE):
            resend.bench.mail()
        await asyncio.sleep(10_000)
        await client.send(MESSAGE, operation_id="op-2", idempotency_key="k")
        before = len(resend.requests)
        assert await found(client, MESSAGE) is None
        assert len(resend.requests) - before == 1

    with_resend(work)


def test_a_mail_is_found_though_resends_clock_has_jumped_ahead_since() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        sent = await client.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        resend.bench.simulator.advance(90_000)
        there = await found(client, MESSAGE)
        assert there is not None
        assert there.id == sent.id

    with_resend(work)


def test_who_did_not_see_all_mails_does_not_know_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brownout_core.adapters.resend.PAGES", 2)

    async def work(resend: FakeResend, client: ResendClient) -> None:
        for _ in range(3 * PAGE):
            resend.bench.mail()
        with pytest.raises(ResponseBroken, match="more than"):
            await found(client, MESSAGE)

    with_resend(work)


def test_a_mail_that_bounced_is_found_all_the_same() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        message = MESSAGE._replace(to="bounced@sim.test")
        sent = await client.send(message, operation_id="op-1", idempotency_key="k")
        await asyncio.sleep(60)
        there = await found(client, message, ago_s=600)
        assert there is not None
        assert (there.id, there.status) == (sent.id, "bounced")
        assert len(resend.mails) == 1

    with_resend(work)


MEANS: dict[str, type[ServiceError]] = {
    "missing_api_key": AuthenticationFailed,
    "restricted_api_key": AuthenticationFailed,
    "invalid_api_key": AuthenticationFailed,
    "suspended_api_key": AuthenticationFailed,
    "concurrent_idempotent_requests": VendorBusy,
    "invalid_idempotent_request": SentOtherwise,
    "rate_limit_exceeded": Throttled,
    "daily_quota_exceeded": QuotaExhausted,
    "monthly_quota_exceeded": QuotaExhausted,
    "application_error": VendorUnavailable,
    "internal_server_error": VendorUnavailable,
}
"""Everything else is a definitive no."""


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_by_its_name_not_by_its_status(name: str) -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        resend.bench.schedule({"id": "e", "vendor": "resend", "respond": {"error": name}})
        with pytest.raises(ServiceError) as raised:
            await client.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        error = raised.value
        assert type(error) is MEANS.get(name, VendorRefused)
        assert getattr(error, "code", None) == name
        retried = {
            "rate_limit_exceeded",
            "concurrent_idempotent_requests",
            "application_error",
            "internal_server_error",
        }
        assert error.retryable == (name in retried)
        assert error.is_failure == (name in {"application_error", "internal_server_error"})

    with_resend(work)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (After(Lost()), ConnectionLost),
        (reply(429, {}), Throttled),
        (Response(502, {}, b"<html>"), VendorUnavailable),
        (Response(200, {}, b"<html>"), ResponseBroken),
        (reply(200, {"data": []}), ResponseBroken),
        (reply(200, {"id": 7}), ResponseBroken),
    ],
)
def test_what_is_not_in_the_table_is_told_by_what_it_is(step: Step, kind: type[Exception]) -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        resend.script.append(step)
        with pytest.raises(kind):
            await client.send(MESSAGE, operation_id="op-1", idempotency_key="k")

    with_resend(work)


def test_a_date_that_cannot_be_read_does_not_end_a_search() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        row = {"id": "e", "last_event": "sent", "to": ["ada@sim.test"], "subject": "x", "created_at": "yesterday"}
        own = {**row, "subject": subject_of(MESSAGE, "op-1")}
        resend.script.append(reply(200, {"data": [row, own], "has_more": False}, date="yesterday"))
        assert await found(client, MESSAGE) is not None

    with_resend(work)


def event_of(headers: dict[str, str], body: bytes = b'{"type": "email.sent"}') -> Any:
    assert ADAPTER.webhooks is not None
    secrets = ADAPTER.webhooks.secrets(ACCESS)
    return ADAPTER.webhooks.verify(body, headers, secrets, 1_000.0)


def test_a_webhook_of_resends_is_taken_with_its_id() -> None:
    body = b'{"type": "email.sent"}'
    headers = dict(svix.headers([svix.secret_of("a")], "msg_1", 1_000.0, body))
    assert event_of(headers) == {"type": "email.sent", "id": "msg_1"}


@pytest.mark.parametrize(
    "signature", ["v1,abc", "xx", "", "v1,", "v1", "v1,\xff", "v2,AAAA", "v1," + "A" * 9_000, ", v1,é=="]
)
def test_a_signature_that_is_none_is_refused_and_nothing_else_is_raised(signature: str) -> None:
    body = b'{"type": "email.sent"}'
    headers = {**svix.headers([svix.secret_of("a")], "msg_1", 1_000.0, body), "svix-signature": signature}
    with pytest.raises(SignatureInvalid):
        event_of(headers)


@pytest.mark.parametrize("by_s", [302.0, -302.0])
def test_a_webhook_from_another_time_is_refused(by_s: float) -> None:
    body = b'{"type": "email.sent"}'
    with pytest.raises(SignatureInvalid):
        event_of(dict(svix.headers([svix.secret_of("a")], "msg_1", 1_000.0 + by_s, body)))


def test_no_key_is_written_down() -> None:
    async def work(resend: FakeResend, client: ResendClient) -> None:
        resend.script.append(reply(422, {"name": "validation_error", "message": f"your key is {KEY}"}))
        with pytest.raises(VendorRefused) as refused:
            await client.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        assert KEY not in str(refused.value)
        assert KEY not in repr(ACCESS)

    with_resend(work)
