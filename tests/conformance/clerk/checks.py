"""Clerk, with the official SDK for Python (synchronous and asynchronous) and Svix's library."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import svix.webhooks
from clerk_backend_api import Clerk, models
from clerk_backend_api.security.authenticaterequest import authenticate_request
from clerk_backend_api.security.types import (
    AuthenticateRequestOptions,
    RequestState,
    TokenVerificationError,
    VerifyTokenOptions,
)
from clerk_backend_api.security.verifytoken import verify_token
from clerk_backend_api.utils import BackoffStrategy, RetryConfig

from tests.conformance.checking import At, check, main

BOTH = ("python", "python async")
USERS = "POST /v1/users"


class Both:
    """The client, called in its own way: one check for both of its faces."""

    def __init__(self, at: At, **more: Any) -> None:
        self._is_async = at.client.endswith("async")
        self.clerk = Clerk(bearer_auth=at.env["CLERK_SECRET_KEY"], server_url=f"{at.url}/v1", **more)

    async def __call__(self, resource: str, method: str, /, **arguments: Any) -> Any:
        group = getattr(self.clerk, resource)
        if self._is_async:
            return await getattr(group, f"{method}_async")(**arguments)
        return getattr(group, method)(**arguments)

    async def user(self, address: str = "ada@example.com", **more: Any) -> Any:
        return await self("users", "create", email_address=[address], **more)


class Bearer:
    """A request that carries a token."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}


def networkless(at: At, token: str, **more: Any) -> RequestState:
    return authenticate_request(Bearer(token), AuthenticateRequestOptions(jwt_key=at.env["CLERK_JWT_KEY"], **more))


async def signed_in(ask: Both) -> tuple[Any, Any, str]:
    """A user, his session, and a token of it."""
    user = await ask.user()
    session = await ask("sessions", "create", request={"user_id": user.id})
    token = await ask("sessions", "create_token", session_id=session.id)
    return user, session, token.jwt


def plainly(at: At, method: str, path: str, body: object = None) -> Any:
    """What the SDK has no method for."""
    place = urlsplit(at.url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    headers = {"authorization": f"Bearer {at.env['CLERK_SECRET_KEY']}", "content-type": "application/json"}
    try:
        connection.request(method, path, json.dumps({} if body is None else body), headers)
        return json.loads(connection.getresponse().read() or b"null")
    finally:
        connection.close()


E = TypeVar("E", bound=Exception)


@contextmanager
def raised(kind: type[E]) -> Iterator[list[E]]:
    """The SDK raises such an error."""
    caught: list[E] = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    assert caught, "it went through"


def code_of(caught: list[models.ClerkErrors]) -> str:
    return str(caught[0].data.errors[0].code)


@check(1, "a list is parsed; its filters are repeated keys, its version is the SDK's", *BOTH)
async def listed(at: At) -> None:
    sent: list[httpx.Request] = []

    async def record(request: httpx.Request) -> None:
        sent.append(request)

    ask = Both(
        at,
        client=httpx.Client(event_hooks={"request": [sent.append]}),
        async_client=httpx.AsyncClient(event_hooks={"request": [record]}),
    )
    made = [await ask.user(f"{name}@example.com") for name in ("ada", "bob", "cyd")]
    wanted = ["ada@example.com", "bob@example.com"]
    found = await ask("users", "list", request={"limit": 5, "email_address": wanted})
    assert [user.id for user in found] == [made[1].id, made[0].id]
    assert sent[-1].url.params.get_list("email_address") == wanted
    assert sent[-1].headers["clerk-api-version"] == "2025-11-10"


@check(2, "a user is made and read again, metadata untouched", *BOTH)
async def made_and_read(at: At) -> None:
    ask = Both(at)
    metadata = {"camelCase": {"snake_case": [1, None, {"Deep": True}]}}
    made = await ask.user(public_metadata=metadata, private_metadata=metadata, external_id="op-1")
    read = await ask("users", "get", user_id=made.id)
    assert (read.id, read.external_id) == (made.id, "op-1")
    assert read.public_metadata == read.private_metadata == metadata
    rows = at.control.requests()
    assert [row["status"] for row in rows] == [200, 200]
    assert json.loads(at.control.effects("clerk.user")[0]["references"])["external_id"] == "op-1"


@check(5, "an address that is taken is an error with its code, asked once", *BOTH)
async def taken(at: At) -> None:
    ask = Both(at)
    await ask.user()
    with raised(models.ClerkErrors) as caught:
        await ask.user()
    assert code_of(caught) == "form_identifier_exists"
    assert [row["status"] for row in at.control.requests(USERS)] == [200, 422]
    assert len(at.control.effects("clerk.user")) == 1


@check(6, "a token verifies without a network", *BOTH)
async def verified(at: At) -> None:
    user, session, token = await signed_in(Both(at))
    before = len(at.control.requests())
    state = networkless(at, token)
    assert state.is_signed_in, state.reason
    assert state.payload is not None
    assert (state.payload["sub"], state.payload["sid"], state.payload["v"]) == (user.id, session.id, 2)
    assert state.payload["iss"].startswith("https://")
    assert len(at.control.requests()) == before


@check(8, "a token that expired is signed out, within the skew it is not", *BOTH)
async def expired(at: At) -> None:
    ask = Both(at)
    _, session, _ = await signed_in(ask)
    # The vendor's clock stands behind: its tokens are as old as that.
    for behind_s, name in ((63, ""), (70, "token-expired")):
        at.control.fault(match="POST /v1/sessions/{session_id}/tokens", clock_skew={"by_s": -behind_s}, sequence="F")
        token = (await ask("sessions", "create_token", session_id=session.id)).jwt
        state = networkless(at, token)
        reason = "" if state.reason is None else state.reason.name.lower().replace("_", "-")
        assert (state.is_signed_in, reason) == (not name, name), (behind_s, state.reason)
        at.control.ask("DELETE", "faults")


@check(9, "the key set is fetched once, and again where a signature does not hold", "python")
async def remote(at: At) -> None:
    ask = Both(at)
    _, session, token = await signed_in(ask)
    options = VerifyTokenOptions(secret_key=at.env["CLERK_SECRET_KEY"], api_url=at.url)
    assert verify_token(token, options)["sid"] == session.id
    assert verify_token(token, options)["sid"] == session.id
    assert len(at.control.requests("GET /v1/jwks")) == 1
    plainly(at, "POST", "/v1/jwks/rotate", {"overlap_s": 0})
    fresh = (await ask("sessions", "create_token", session_id=session.id)).jwt
    assert verify_token(fresh, options)["sid"] == session.id  # another key id: fetched
    assert len(at.control.requests("GET /v1/jwks")) == 2
    # By another name it is another instance to the SDK, with a cache of its own.
    old = VerifyTokenOptions(secret_key=at.env["CLERK_SECRET_KEY"], api_url=at.url.replace("127.0.0.1", "localhost"))
    with raised(TokenVerificationError) as caught:
        verify_token(token, old)
    assert caught[0].reason.name == "JWK_KID_MISMATCH", caught[0].reason


@check(10, "the instance's limit is 429 with whole seconds, and waiting as told helps", *BOTH)
async def limited(at: At) -> None:
    at.control.limits(instance_development={"rate_per_s": 1, "burst": 3})
    ask = Both(at)
    for _ in range(3):
        await ask("users", "list", request={})
    with raised(models.SDKError) as caught:
        await ask("users", "list", request={})
    assert caught[0].raw_response.status_code == 429
    assert "too_many_requests" in caught[0].body
    at.control.advance(int(caught[0].headers["retry-after"]))
    assert await ask("users", "list", request={}) == []


@check(11, "the eleventh change of a user's metadata is refused, another user's is not", *BOTH)
async def changed_too_often(at: At) -> None:
    ask = Both(at)
    ada, bob = await ask.user(), await ask.user("bob@example.com")
    at.control.limits(user_changes=True)
    for number in range(10):
        await ask("users", "update_metadata", user_id=ada.id, public_metadata={"n": number})
    with raised(models.SDKError) as caught:
        await ask("users", "update_metadata", user_id=ada.id, public_metadata={"n": 10})
    assert caught[0].raw_response.status_code == 429
    assert (await ask("users", "update_metadata", user_id=bob.id, public_metadata={"n": 1})).id == bob.id
    assert (await ask("users", "get", user_id=ada.id)).public_metadata == {"n": 9}


@check(12, "503 twice: the SDK asks a third time by itself", *BOTH)
async def unavailable(at: At) -> None:
    at.control.fault(match=USERS, respond={"status": 503}, sequence="FF")
    assert (await Both(at).user()).id
    assert [row["status"] for row in at.control.requests(USERS)] == [503, 503, 200]
    assert len(at.control.effects("clerk.user")) == 1


@check(13, "a reset is asked again, for a while; what was done already is then in the way", *BOTH)
async def reset(at: At) -> None:
    at.control.fault(match=USERS, drop_after_effect={"ending": "reset"}, sequence="F")
    brief = RetryConfig("backoff", BackoffStrategy(50, 500, 1.5, 3_000), True)
    with raised(models.ClerkErrors) as caught:
        await Both(at, retry_config=brief).user()
    assert code_of(caught) == "form_identifier_exists"
    assert len(at.control.effects("clerk.user")) == 1
    at.control.ask("DELETE", "faults")
    at.control.fault(match=USERS, drop_before_effect={"ending": "reset"})
    once = RetryConfig("none", BackoffStrategy(50, 500, 1.5, 3_000), True)
    with raised(httpx.TransportError):
        await Both(at, retry_config=once).user("bob@example.com")


@check(14, "metadata is merged at every depth, null takes away, PUT replaces", *BOTH)
async def metadata(at: At) -> None:
    ask = Both(at)
    user = await ask.user(public_metadata={"a": {"b": 1, "c": 2}, "d": 3}, private_metadata={"p": 1})
    change = {"a": {"b": None, "e": {"f": 4}}, "d": None}
    merged = await ask("users", "update_metadata", user_id=user.id, public_metadata=change)
    assert merged.public_metadata == {"a": {"c": 2, "e": {"f": 4}}}
    assert merged.private_metadata == {"p": 1}
    replaced = await ask("users", "replace_metadata", user_id=user.id, public_metadata={"only": True})
    assert (replaced.public_metadata, replaced.private_metadata) == ({"only": True}, {"p": 1})


@check(15, "a webhook's signature holds, and not for another byte", "python")
async def webhook(at: At) -> None:
    with at.receiver() as receiver:
        secret = at.control.ask("POST", "receivers", {"account": "default", "url": receiver.url})["secret"]
        assert secret == at.env["CLERK_WEBHOOK_SIGNING_SECRET"]
        user = await Both(at).user()
        (arrived,) = receiver.wait_for(1)
        svix.webhooks.Webhook(secret).verify(arrived.body, arrived.headers)
        event = json.loads(arrived.body)
        assert (event["type"], event["object"], event["data"]["id"]) == ("user.created", "event", user.id)
        with raised(svix.webhooks.WebhookVerificationError):
            svix.webhooks.Webhook(secret).verify(arrived.body + b" ", arrived.headers)


@check(16, "a receiver that fails twice hears a third time: one id, new instants and signatures", "python")
async def redelivered(at: At) -> None:
    with at.receiver(500, 500) as receiver:
        secret = at.control.ask("POST", "receivers", {"account": "default", "url": receiver.url})["secret"]
        await Both(at).user()
        receiver.wait_for(1)
        at.control.advance(6)
        receiver.wait_for(2)
        at.control.advance(301)
        arrived = receiver.wait_for(3)
    assert len({one.headers["svix-id"] for one in arrived}) == 1
    assert len({one.headers["svix-timestamp"] for one in arrived}) == 3
    assert len({one.headers["svix-signature"] for one in arrived}) == 3
    for one in arrived:
        at_s = datetime.fromtimestamp(int(one.headers["svix-timestamp"]), UTC)
        assert (
            svix.webhooks.Webhook(secret).sign(one.headers["svix-id"], at_s, one.body.decode())
            == (one.headers["svix-signature"])
        )


@check(17, "a ban revokes every session; a token that is out stays good", *BOTH)
async def banned(at: At) -> None:
    ask = Both(at)
    user, session, token = await signed_in(ask)
    assert (await ask("users", "ban", user_id=user.id)).banned
    (seen,) = await ask("sessions", "list", user_id=user.id)
    assert (seen.id, seen.status) == (session.id, "revoked")
    assert networkless(at, token).is_signed_in


@check(18, "organizations, members and invitations are parsed", *BOTH)
async def organizations(at: At) -> None:
    ask = Both(at)
    ada, bob = await ask.user(), await ask.user("bob@example.com")
    made = await ask("organizations", "create", request={"name": "Acme", "created_by": ada.id, "slug": "acme"})
    assert (await ask("organizations", "get", organization_id="acme")).id == made.id
    role = {"organization_id": made.id, "user_id": bob.id, "role": "org:member"}
    assert (await ask("organization_memberships", "create", **role)).role == "org:member"
    members = await ask("organization_memberships", "list", organization_id=made.id)
    assert (members.total_count, {each.role for each in members.data}) == (2, {"org:admin", "org:member"})
    invited = {"email_address": "cyd@example.com", "role": "org:member", "inviter_user_id": ada.id}
    sent = await ask("organization_invitations", "create", organization_id=made.id, **invited)
    assert (sent.status, sent.public_inviter_data.user_id) == ("pending", ada.id)
    with raised(models.ClerkErrors) as caught:
        await ask("organization_invitations", "create", organization_id=made.id, **invited)
    assert code_of(caught) == "organization_invitation_not_unique"
    revoked = await ask("organization_invitations", "revoke", organization_id=made.id, invitation_id=sent.id)
    assert revoked.status == "revoked"
    session = await ask("sessions", "create", request={"user_id": bob.id, "active_organization_id": made.id})
    state = networkless(at, (await ask("sessions", "create_token", session_id=session.id)).jwt)
    assert state.payload is not None
    assert state.payload["o"]["rol"] == "member"
    assert (await ask("organizations", "list", query="acm")).total_count == 1
    assert (await ask("organizations", "delete", organization_id=made.id)).deleted


@check(19, "invitations, sign-in tokens, testing tokens and the key set are parsed", *BOTH)
async def invitations(at: At) -> None:
    ask = Both(at)
    user = await ask.user()
    sent = await ask("invitations", "create", request={"email_address": "bob@example.com"})
    assert [each.id for each in await ask("invitations", "list")] == [sent.id]
    with raised(models.ClerkErrors) as caught:
        await ask("invitations", "create", request={"email_address": "bob@example.com"})
    assert code_of(caught) == "duplicate_record"
    assert (await ask("invitations", "revoke", invitation_id=sent.id)).status == "revoked"
    token = await ask("sign_in_tokens", "create", request={"user_id": user.id})
    assert (await ask("sign_in_tokens", "revoke", sign_in_token_id=token.id)).status == "revoked"
    assert (await ask("testing_tokens", "create")).token
    assert (await ask("jwks", "get_jwks")).keys
    assert (await ask("users", "count", request={})).total_count == 1
    gone = await ask("users", "delete", user_id=user.id)
    assert (gone.id, gone.deleted) == (user.id, True)


@check(20, "machines, their tokens and API keys are parsed; a revoked one verifies no more", *BOTH)
async def machines(at: At) -> None:
    ask = Both(at)
    user = await ask.user()
    one = await ask("machines", "create", request={"name": "one"})
    two = await ask("machines", "create", request={"name": "two", "scoped_machines": [one.id]})
    as_two = Both(at)
    as_two.clerk = Clerk(bearer_auth=two.secret_key, server_url=f"{at.url}/v1")
    token = await as_two("m2m", "create_token", claims={"x": 1}, seconds_until_expiration=60)
    assert (token.subject, token.claims) == (two.id, {"x": 1})
    assert (await ask("m2m", "verify_token", token=token.token)).id == token.id
    options = VerifyTokenOptions(secret_key=at.env["CLERK_SECRET_KEY"], api_url=at.url)
    assert verify_token(token.token, options)["id"] == token.id
    assert (await ask("m2m", "list_tokens", subject=two.id)).total_count == 1
    assert (await ask("m2m", "revoke_token", m2m_token_id=token.id)).revoked
    with raised(TokenVerificationError) as caught:
        verify_token(token.token, options)
    assert caught[0].reason.name == "TOKEN_INVALID", caught[0].reason
    key = await ask("api_keys", "create_api_key", name="ci", subject=user.id, scopes=["read"])
    assert (await ask("api_keys", "verify_api_key", secret=key.secret)).id == key.id
    assert (await ask("api_keys", "get_api_keys", subject=user.id)).total_count == 1
    assert (await ask("api_keys", "revoke_api_key", api_key_id=key.id)).revoked


@check(21, "a token of the future, of another application or of none is refused by its reason", *BOTH)
async def refused(at: At) -> None:
    ask, ours = Both(at), ["http://localhost:3000"]
    _, session, token = await signed_in(ask)

    def reason(jwt: str, **more: Any) -> str:
        state = networkless(at, jwt, **more)
        return "" if state.reason is None else str(state.reason.name)

    assert reason(token, authorized_parties=ours) == "TOKEN_INVALID_AUTHORIZED_PARTIES"
    for origin, wanted in ((ours[0], ""), ("http://localhost:4000", "TOKEN_INVALID_AUTHORIZED_PARTIES")):
        at.control.setup(origin=origin)
        made = await ask("sessions", "create_token", session_id=session.id)
        assert reason(made.jwt, authorized_parties=ours) == wanted
    at.control.fault(match="POST /v1/sessions/{session_id}/tokens", clock_skew={"by_s": 80})
    ahead = await ask("sessions", "create_token", session_id=session.id)
    assert reason(ahead.jwt) == "TOKEN_NOT_ACTIVE_YET"


if __name__ == "__main__":
    main()
