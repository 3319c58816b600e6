"""DocuSign: contracts sent and found, tokens by assertion, errors mapped. The vendor is its simulator."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from brownout_core.adapters.declaration import Wire
from brownout_core.adapters.docusign import ADAPTER, LIMITS, DocusignAccess, DocusignClient
from brownout_core.adapters.jwt_grant import pem
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    QuotaExhausted,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.redaction import Redactor
from brownout_core.services.signing import Contract, Paper, Signer, SigningService
from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_simulators.vendors.docusign.errors import SITUATIONS
from tests.core.fakes import After, Fake, Step, reply
from tests.simulators.vendors.docusign.bench import HOST, NEVER, QUICK, DocusignBench
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

REFERENCE = "8a0b1c2d-0000-4000-8000-000000000001"
CONTRACT = Contract(
    subject="Please sign", papers=[Paper("contract.txt", b"words")], signers=[Signer("Ada", "ada@example.com")]
)


def _now_s() -> float:
    """The clock that vendor and application share."""
    return 100.0 + asyncio.get_running_loop().time()


class FakeDocusign(Fake):
    """The simulator, on the loop's clock."""

    def __init__(self, **setup: Any) -> None:
        super().__init__()
        self.bench = DocusignBench(**{**NEVER, **setup})

    def tick(self) -> None:
        self.bench.pass_time(max(0.0, _now_s() - self.bench.now_s))

    def work(self, request: Request) -> Response:
        self.tick()
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.bench.send(request.method, target, request.body, headers={"authorization": "", **headers})
        return Response(answer.status, answer.headers, answer.body)

    @property
    def access(self) -> DocusignAccess:
        said = self.bench.environment
        return DocusignAccess(
            base_url=f"http://{HOST}/restapi",
            oauth_url=f"http://{HOST}",
            integration_key=said["DOCUSIGN_INTEGRATION_KEY"],
            user_id=said["DOCUSIGN_USER_ID"],
            account_id=said["DOCUSIGN_ACCOUNT_ID"],
            private_key=pem(said["DOCUSIGN_PRIVATE_KEY"]),
        )

    def client(self) -> DocusignClient:
        return DocusignClient(self.access, Wire(self.transport, lambda: EPOCH_S + _now_s(), Redactor([])))

    @property
    def asked(self) -> list[str]:
        return [
            f"{each.method} {urlsplit(each.url).path.partition('/envelopes')[1] or 'token'}" for each in self.requests
        ]


async def send(client: DocusignClient, reference: str = REFERENCE) -> str:
    return (await client.send(CONTRACT, reference=reference, operation_id="op-1")).id


def test_it_is_a_signing_service() -> None:
    async def main() -> None:
        service: SigningService = FakeDocusign().client()
        assert service

    virtually(main())


def test_a_contract_is_an_envelope_that_is_found_by_its_reference() -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        made = await send(client)
        (found,) = await client.find(REFERENCE, operation_id="op-1")
        assert (found.id, found.status, found.operation_id, found.is_out) == (made, "sent", "op-1", True)
        assert await client.find(REFERENCE[:-1] + "2", operation_id="op-1") == []
        (effect,) = fake.bench.of_kind("envelope")
        assert (effect["operation_id"], json.loads(effect["references"])["transactionId"]) == ("op-1", REFERENCE)
        body = orjson.loads(fake.requests[1].body)
        assert body["documents"][0] | {"documentBase64": ""} == {
            "documentId": "1",
            "order": "1",
            "name": "contract.txt",
            "fileExtension": "txt",
            "documentBase64": "",
        }

    virtually(main())


def test_one_token_serves_all_calls_until_most_of_its_life_is_over() -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        made = await send(client)
        await asyncio.gather(*(client.status(made, operation_id="op-1") for _ in range(20)))
        assert fake.asked.count("POST token") == 1
        await asyncio.sleep(0.85 * 3_600)
        await client.status(made, operation_id="op-1")
        await asyncio.sleep(1)
        assert fake.asked.count("POST token") == 2

    virtually(main())


def test_a_token_that_is_refused_earns_one_new_one() -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        made = await send(client)
        (account,) = fake.bench.simulator.accounts.values()
        for token in list(account.state.tokens._at):
            account.state.tokens.remove(token)
        assert (await client.status(made, operation_id="op-1")).status == "sent"
        fake.always = reply(401, {"errorCode": "AUTHORIZATION_INVALID_TOKEN", "message": "no"})
        with pytest.raises(AuthenticationFailed):
            await client.status(made, operation_id="op-1")

    virtually(main())


def test_void_is_done_once_and_refused_where_everybody_has_signed() -> None:
    async def main() -> None:
        fake = FakeDocusign(**QUICK)
        client = fake.client()
        first, second = await send(client), await send(client)
        for _ in range(2):
            await client.void(first, reason="a mistake", operation_id="op-1")
        await asyncio.sleep(100)
        assert [(await client.status(each, operation_id="op-1")).status for each in (first, second)] == [
            "voided",
            "completed",
        ]
        with pytest.raises(VendorRefused) as refused:
            await client.void(second, reason="too late", operation_id="op-1")
        assert refused.value.code == "ENVELOPE_CANNOT_VOID_INVALID_STATE"
        assert len(fake.bench.of_kind("void")) == 1

    virtually(main())


OTHERS: dict[str, type[ServiceError]] = {
    **dict.fromkeys(LIMITS, Throttled),
    "ENVELOPE_SEND_LIMIT_EXCEEDED": QuotaExhausted,
    "USER_AUTHENTICATION_FAILED": AuthenticationFailed,
    "AUTHORIZATION_INVALID_TOKEN": AuthenticationFailed,
    "REQUEST_TIMEOUT": VendorUnavailable,
    "UNSPECIFIED_ERROR": VendorUnavailable,
}


@pytest.mark.parametrize("code", SITUATIONS)
def test_every_error_of_docusigns_is_one_of_ours(code: str) -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        await send(client)
        fake.always = reply(SITUATIONS[code][0], {"errorCode": code, "message": "words"})
        with pytest.raises(ServiceError) as raised:
            await client.status(REFERENCE, operation_id="op-1")
        assert type(raised.value) is OTHERS.get(code, VendorRefused)
        assert raised.value.code == code

    virtually(main())


@pytest.mark.parametrize("code", sorted(LIMITS))
@pytest.mark.parametrize("status", [429, 400])
def test_a_limit_is_one_by_its_code_whatever_its_status(code: str, status: int) -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        await send(client)
        fake.always = reply(status, {"errorCode": code, "message": "words"})
        with pytest.raises(Throttled) as raised:
            await send(client)
        assert (raised.value.retryable, raised.value.may_have_effect, raised.value.is_failure) == (True, False, False)

    virtually(main())


def test_too_many_recipients_were_a_429_once_and_are_no_matter_of_waiting() -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        await send(client)
        fake.always = reply(429, {"errorCode": "RECIPIENT_LIMIT_EXCEEDED", "message": "words"})
        with pytest.raises(VendorRefused):
            await send(client)

    virtually(main())


@pytest.mark.parametrize(
    ("headers", "wish_s"),
    [
        ({"x_ratelimit_reset": "1760004000", "date": "Thu, 09 Oct 2025 09:59:00 GMT"}, 60.0),
        ({"x_ratelimit_reset": "1760000400", "date": "Thu, 09 Oct 2025 09:59:00 GMT"}, 0.0),
        ({"x_ratelimit_reset": "soon"}, None),
        ({"x_ratelimit_reset": "1760000700", "date": "whenever"}, 600.0),
        ({}, None),
    ],
)
def test_a_full_hour_is_waited_for_by_the_vendors_own_clock(headers: dict[str, str], wish_s: float | None) -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        await send(client)
        code = "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"
        fake.always = reply(429, {"errorCode": code, "message": "words"}, **headers)
        with pytest.raises(Throttled) as raised:
            await client.status(REFERENCE, operation_id="op-1")
        assert raised.value.retry_after_s == pytest.approx(wish_s, abs=1.0)

    virtually(main())


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (NoConnection(), ConnectFailed),
        (Lost(), ConnectionLost),
        (After(Lost()), ConnectionLost),
        (Response(502, {}, b"<html>"), VendorUnavailable),
        (Response(200, {}, b"<html>"), ResponseBroken),
        (Response(200, {}, b"[]"), ResponseBroken),
        (reply(201, {"status": "sent"}), ResponseBroken),
        (reply(200, {"totalSetSize": "1"}), ResponseBroken),
        (reply(200, {"totalSetSize": 0}), ResponseBroken),
    ],
    ids=str,
)
def test_what_is_no_answer_is_told_apart(step: Step, kind: type[ServiceError]) -> None:
    async def main() -> None:
        fake = FakeDocusign()
        client = fake.client()
        await send(client)
        fake.script.append(step)
        with pytest.raises(kind):
            await client.find(REFERENCE, operation_id="op-1")

    virtually(main())


@pytest.mark.parametrize("setup", [{"consent": False}, {}])
def test_without_consent_or_with_another_key_there_is_no_token_and_nothing_was_sent(setup: dict[str, bool]) -> None:
    async def main() -> None:
        fake = FakeDocusign(**setup)
        client = fake.client()
        if not setup:
            other = pem(DocusignBench("another").environment["DOCUSIGN_PRIVATE_KEY"])
            client._oauth._access = DocusignAccess(
                **{name: getattr(fake.access, name) for name in ("base_url", "oauth_url", "user_id", "account_id")},
                integration_key=fake.access.integration_key,
                private_key=other,
            )
        with pytest.raises(AuthenticationFailed) as raised:
            await send(client)
        assert not raised.value.may_have_effect
        assert fake.bench.effects() == []

    virtually(main())


def test_its_limiter_stays_within_the_hour_and_the_burst() -> None:
    limiter = ADAPTER.recommended.limiter
    assert limiter is not None
    assert limiter.capacity + 3_600 * limiter.refill_per_s <= 0.95 * 3_000
    assert limiter.capacity + 30 * limiter.refill_per_s <= 200
