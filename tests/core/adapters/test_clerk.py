"""Clerk: sessions verified without a network, users made once, errors mapped. The vendor is its simulator."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

import pytest

from brownout_core.adapters.clerk import ADAPTER, ClerkAccess, ClerkClient
from brownout_core.adapters.declaration import Wire
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectFailed,
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
from brownout_core.services.auth import (
    AuthService,
    TokenExpired,
    TokenForged,
    TokenKeyUnknown,
    TokenMalformed,
    TokenNotYetValid,
    TokenPartyRefused,
    TokenRefused,
)
from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_simulators import svix
from brownout_simulators.vendors.clerk.keys import webhook_secret
from brownout_simulators.vendors.clerk.signing import signing_key
from tests.core.fakes import After, Fake, reply
from tests.simulators.vendors.clerk.bench import NAME, ClerkBench
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

ORIGIN = "http://localhost:3000"
SECRET = "sk_test_brownout_shop"


def _now_s() -> float:
    """The clock that vendor and application share."""
    return 100.0 + asyncio.get_running_loop().time()


class FakeClerk(Fake):
    """The simulator, on the loop's clock."""

    def __init__(self, **setup: Any) -> None:
        super().__init__()
        self.bench = ClerkBench(**setup)

    def tick(self) -> None:
        self.bench.now_s = max(self.bench.now_s, _now_s())

    def work(self, request: Request) -> Response:
        self.tick()
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.bench.send(request.method, target, request.body, headers=headers)
        return Response(answer.status, answer.headers, answer.body)

    def client(self, *parties: str) -> ClerkClient:
        access = ClerkAccess(base_url="http://clerk.test", secret_key=SECRET, authorized_parties=parties)
        return ClerkClient(access, Wire(self.transport, lambda: EPOCH_S + _now_s(), Redactor([SECRET])))

    def session(self, **more: Any) -> tuple[dict[str, Any], str]:
        """Somebody signs in: his session and a token of it."""
        self.tick()
        session = self.bench.session(**more)
        return session, self.bench.token(session["id"])

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {urlsplit(each.url).path}" for each in self.requests]


def test_it_is_an_auth_service() -> None:
    service: AuthService = FakeClerk().client()
    assert service


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_a_session_is_verified_by_one_request_for_the_keys_and_then_by_none() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        session, token = fake.session()
        seen = [await auth.verify(token, operation_id="op-1") for _ in range(50)]
        assert (seen[0].session_id, seen[0].user_id) == (session["id"], session["user_id"])
        assert (seen[0].status, seen[0].organization) == ("active", None)
        assert seen[0].expires_s - seen[0].issued_s == 60
        assert fake.asked == ["GET /v1/jwks"]
        assert fake.requests[0].headers["Authorization"] == f"Bearer {SECRET}"

    virtually(main())


def test_a_thousand_sessions_at_once_cost_one_request() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        _, token = fake.session()
        await asyncio.gather(*(auth.verify(token, operation_id=f"op-{number}") for number in range(200)))
        assert fake.asked == ["GET /v1/jwks"]

    virtually(main())


@pytest.mark.parametrize("version", ["2025-03-12", "2026-05-12"])
def test_the_active_organization_is_read_from_either_kind_of_claims(version: str) -> None:
    async def main() -> None:
        fake = FakeClerk(roles={"org:editor": ["org:notes:write", "org:notes:read", "org:bills:read"]})
        bench, auth = fake.bench, fake.client()
        fake.tick()
        organization, user = bench.organization(), bench.user()
        path = f"/organizations/{organization['id']}/memberships"
        bench.do(path, {"user_id": user["id"], "role": "org:editor"})
        session = bench.session(user["id"], active_organization_id=organization["id"])
        token = bench.token(session["id"], clerk_api_version=version)
        active = (await auth.verify(token, operation_id="op-1")).organization
        assert active is not None
        assert (active.id, active.slug, active.role) == (organization["id"], organization["slug"], "org:editor")
        assert set(active.permissions) == {"org:notes:write", "org:notes:read", "org:bills:read"}

    virtually(main())


def test_a_token_that_expired_and_one_of_the_future_are_two_things() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        _, token = fake.session()
        await auth.verify(token, operation_id="op-1")
        await asyncio.sleep(fake.bench.now_s + 64 - _now_s())
        await auth.verify(token, operation_id="op-1")
        await asyncio.sleep(2)
        with pytest.raises(TokenExpired):
            await auth.verify(token, operation_id="op-1")
        user = fake.bench.user("b@example.com")["id"]
        fake.bench.now_s = _now_s() + 60
        _, ahead = fake.session(user_id=user)
        with pytest.raises(TokenNotYetValid):
            await auth.verify(ahead, operation_id="op-1")
        assert fake.asked == ["GET /v1/jwks"]

    virtually(main())


def test_what_is_no_token_of_this_instances_sessions() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        _, token = fake.session()
        await auth.verify(token, operation_id="op-1")
        own, other = signing_key(NAME, 0), signing_key("elsewhere", 0)
        now = int(EPOCH_S + fake.bench.now_s)
        claims = {"sub": "user_1", "sid": "sess_1", "exp": now + 60, "iat": now}
        forged = other._replace(kid=own.kid)
        refused: list[tuple[str, type[TokenRefused]]] = [
            ("", TokenMalformed),
            (forged.token(claims), TokenForged),
            (other.token(claims), TokenKeyUnknown),
            (own.token(claims, cat="cl_B7d4PD333AAA"), TokenMalformed),
            (own.token({**claims, "sub": None}), TokenMalformed),
            (own.token({**claims, "sid": 7}), TokenMalformed),
            (own.token({**claims, "o": {"per": "a", "fpm": "x"}, "fea": "o:b"}), TokenMalformed),
        ]
        for text, kind in refused:
            with pytest.raises(kind) as caught:
                await auth.verify(text, operation_id="op-1")
            assert type(caught.value) is kind
            assert not text or text not in str(caught.value)
        await auth.verify(own.token(claims), operation_id="op-1")

    virtually(main())


def test_only_the_parties_that_are_named_are_let_in() -> None:
    async def main() -> None:
        for origin, is_in in ((ORIGIN, True), ("http://other", False), ("", False)):
            fake = FakeClerk(**({"origin": origin} if origin else {}))
            auth = fake.client("http://first", ORIGIN)
            _, token = fake.session()
            if is_in:
                assert (await auth.verify(token, operation_id="op-1")).claims["azp"] == ORIGIN
            else:
                with pytest.raises(TokenPartyRefused):
                    await auth.verify(token, operation_id="op-1")

    virtually(main())


def test_a_rotated_key_is_found_and_one_that_was_withdrawn_is_refused() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        session, old = fake.session()
        await auth.verify(old, operation_id="op-1")
        await asyncio.sleep(2)
        fake.tick()
        fake.bench.do("/jwks/rotate", {"overlap_s": 0})
        new = fake.bench.token(session["id"])
        assert (await auth.verify(new, operation_id="op-2")).session_id == session["id"]
        with pytest.raises(TokenKeyUnknown):
            await auth.verify(old, operation_id="op-3")

    virtually(main())


def test_the_keys_that_are_held_serve_while_the_vendor_is_down() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        session, token = fake.session()
        await auth.verify(token, operation_id="op-1")
        fake.always = reply(503, {"errors": [{"code": "service_unavailable", "message": "x", "long_message": "x"}]})
        for _ in range(20):
            await asyncio.sleep(120)
            fake.tick()
            fresh = fake.bench.token(session["id"])
            assert (await auth.verify(fresh, operation_id="op-2")).session_id == session["id"]

    virtually(main())


@pytest.mark.parametrize(
    "answer", [{"keys": []}, {"keys": "x"}, {}, {"keys": [{"kty": "RSA", "kid": "x"}]}, {"keys": [{"kty": "EC"}]}]
)
def test_a_key_set_that_is_none_signs_nobody_out(answer: Any) -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        session, token = fake.session()
        fake.script.append(reply(200, answer))
        with pytest.raises(ResponseBroken):
            await auth.verify(token, operation_id="op-1")
        await asyncio.sleep(10)
        await auth.verify(token, operation_id="op-1")
        await asyncio.sleep(300)
        fake.always = reply(200, answer)
        fake.tick()
        fresh = fake.bench.token(session["id"])
        for _ in range(3):
            await asyncio.sleep(1)
            await auth.verify(fresh, operation_id="op-1")
        assert len(fake.asked) >= 3

    virtually(main())


# -- users and organizations -------------------------------------------------------------------------------------------


def created(auth: ClerkClient, operation_id: str = "op-1", external_id: str = "u-1") -> Coroutine[Any, Any, Any]:
    address = f"{external_id}@example.com"
    return auth.create_user(
        operation_id=operation_id, external_id=external_id, email_address=address, first_name="Ada", last_name="L"
    )


def test_a_user_is_made_and_found() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        made = await created(auth)
        assert (made.external_id, made.email_address, made.first_name) == ("u-1", "u-1@example.com", "Ada")
        assert made == await auth.user(made.id, operation_id="op-2")
        assert made == await auth.find_user("u-1", operation_id="op-2")
        assert await auth.find_user("-u-1", operation_id="op-2") is None
        assert fake.requests[0].headers["X-Correlation-ID"] == "op-1"
        assert [effect["operation_id"] for effect in fake.bench.effects()] == ["op-1"]

    virtually(main())


def test_a_user_whose_answer_was_lost_is_the_same_user_for_the_same_operation() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        fake.script.append(After(Lost()))
        with pytest.raises(ConnectionLost) as lost:
            await created(auth)
        assert lost.value.may_have_effect
        made = await created(auth)
        assert made.operation_id == "op-1"
        assert len(fake.bench.effects()) == 1

    virtually(main())


def test_an_id_that_another_operation_has_taken_is_refused() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        await created(auth)
        with pytest.raises(VendorRefused) as refused:
            await created(auth, "op-2")
        assert refused.value.code == "form_identifier_exists"
        assert not refused.value.may_have_effect

    virtually(main())


def test_whether_a_user_was_made_is_open_as_long_as_he_was_not_seen() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        await created(auth)
        fake.script.extend([None, NoConnection()])
        with pytest.raises(ConnectFailed) as failed:
            await created(auth)
        assert failed.value.may_have_effect

    virtually(main())


def test_organizations_and_memberships_are_read_to_the_end() -> None:
    async def main() -> None:
        fake = FakeClerk()
        auth = fake.client()
        fake.tick()
        user = fake.bench.user()["id"]
        for number in range(130):
            fake.bench.do("/organizations", {"name": f"n{number}", "slug": f"s{number}", "created_by": user})
        found = await auth.memberships(user, operation_id="op-1")
        assert [each.organization.slug for each in found] == [f"s{number}" for number in range(129, -1, -1)]
        assert {(each.user_id, each.role) for each in found} == {(user, "org:admin")}
        assert await auth.organization("s7", operation_id="op-1") == found[122].organization

    virtually(main())


# -- errors ------------------------------------------------------------------------------------------------------------


def said(status: int, code: str, **headers: str) -> Response:
    error = {"code": code, "message": "short", "long_message": f"no, {SECRET}"}
    return reply(status, {"errors": [error], "clerk_trace_id": "abc"}, **headers)


@pytest.mark.parametrize(
    ("step", "kind", "code"),
    [
        (said(400, "request_body_invalid"), VendorRefused, "request_body_invalid"),
        (said(401, "clerk_key_invalid"), AuthenticationFailed, "clerk_key_invalid"),
        (said(402, "unsupported_subscription_plan_features"), VendorRefused, "unsupported_subscription_plan_features"),
        (said(403, "user_quota_exceeded"), QuotaExhausted, "user_quota_exceeded"),
        (said(403, "authorization_invalid"), VendorRefused, "authorization_invalid"),
        (said(404, "resource_not_found"), VendorRefused, "resource_not_found"),
        (said(409, "resource_locked"), VendorBusy, "resource_locked"),
        (said(409, "conflict"), VendorBusy, "conflict"),
        (said(409, "user_managed_by_scim"), VendorRefused, "user_managed_by_scim"),
        (said(410, "operation_deprecated"), VendorRefused, "operation_deprecated"),
        (said(422, "form_param_missing"), VendorRefused, "form_param_missing"),
        (said(429, "too_many_requests", retry_after="7"), Throttled, "too_many_requests"),
        (said(500, "internal_clerk_error"), VendorUnavailable, "internal_clerk_error"),
        (said(503, "service_unavailable"), VendorUnavailable, "service_unavailable"),
        (Response(522, {"content-type": "text/html"}, b"<html>"), VendorUnavailable, None),
        (Response(502, {}, b""), VendorUnavailable, None),
        (reply(422, {"errors": []}), VendorRefused, None),
        (reply(422, {"errors": "x"}), VendorRefused, None),
        (reply(422, [1]), VendorRefused, None),
        (Response(302, {"location": "http://x"}, b""), ResponseBroken, None),
        (Response(200, {}, b"<html>"), ResponseBroken, None),
        (reply(200, []), ResponseBroken, None),
        (reply(200, {"id": "user_1"}), ResponseBroken, None),
        (reply(200, {"id": 7, "email_addresses": [], "banned": False, "public_metadata": {}}), ResponseBroken, None),
        (NoConnection(), ConnectFailed, None),
        (Lost(), ConnectionLost, None),
    ],
)
def test_every_answer_is_one_of_our_errors(step: Any, kind: type[ServiceError], code: str | None) -> None:
    async def main() -> None:
        fake = FakeClerk()
        fake.always = step
        with pytest.raises(ServiceError) as caught:
            await fake.client().user("user_1", operation_id="op-1")
        error = caught.value
        assert (type(error), error.code) == (kind, code)
        assert SECRET not in str(error)
        assert error.retry_after_s == (7.0 if kind is Throttled else None)

    virtually(main())


@pytest.mark.parametrize("body", [b"{", b"{}", b"[7]"])
def test_a_list_that_is_none_is_a_broken_answer(body: bytes) -> None:
    async def main() -> None:
        fake = FakeClerk()
        fake.always = Response(200, {}, body)
        with pytest.raises(ResponseBroken):
            await fake.client().find_user("u-1", operation_id="op-1")
        fake.always = said(503, "service_unavailable")
        with pytest.raises(VendorUnavailable):
            await fake.client().find_user("u-1", operation_id="op-1")

    virtually(main())


def test_webhooks_are_svixs() -> None:
    assert ADAPTER.webhooks is not None
    secret, body = webhook_secret(NAME), json.dumps({"type": "user.created"}).encode()
    access = ClerkAccess(secret_key=SECRET, webhook_secrets=(secret,))
    secrets = ADAPTER.webhooks.secrets(access)
    headers = svix.headers([secret], "msg_1", EPOCH_S, body)
    assert ADAPTER.webhooks.verify(body, headers, secrets, EPOCH_S) == {"type": "user.created", "id": "msg_1"}
    with pytest.raises(SignatureInvalid):
        ADAPTER.webhooks.verify(body + b" ", headers, secrets, EPOCH_S)
