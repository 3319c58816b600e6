"""Clerk: sessions verified without a network, users, organizations. An `AuthService`.

Clerk has no idempotency keys. What is made carries the application's own id, which is unique, and the operation that
made it: who is told that it is there already looks whether it is his.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from brownout_core.adapters import svix
from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Webhooks, Wire, several, url, variable
from brownout_core.adapters.key_set import CALL, KeySet
from brownout_core.adapters.session_token import PublicKey, check_signature, check_time, read_key, read_token
from brownout_core.errors import CallRejected, QuotaExhausted, ServiceError
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.policies.settings import recommended
from brownout_core.services.auth import (
    ActiveOrganization,
    Membership,
    Organization,
    Session,
    TokenMalformed,
    TokenPartyRefused,
    User,
)
from brownout_core.transport import Response

API_VERSION: Final = "2026-05-12"
PAGE: Final = 100
TAKEN: Final = "form_identifier_exists"
MEMBER: Final = "already_a_member_in_organization"
BUSY: Final = frozenset({"resource_locked", "conflict"})
"""Another request is at work on the object (409): asking again helps."""
FULL: Final = frozenset({"quota_exceeded", "user_quota_exceeded", "organization_quota_exceeded"})
"""The instance takes nobody in any more (403): waiting does not help."""
_SESSION: Final = frozenset({"", "cl_B7d4PD111AAA", "cl_I7d4PD111III"})
"""What the header of a session's token may call its category; a machine's is none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkAccess:
    """Where Clerk is, and as whom."""

    base_url: str = variable("CLERK_API_URL", read=url, default="http://127.0.0.1:12114")
    """Without a version."""
    secret_key: str = variable("CLERK_SECRET_KEY", secret=True)
    authorized_parties: tuple[str, ...] = variable("CLERK_AUTHORIZED_PARTIES", read=several, default=())
    """Origins whose tokens are taken, separated by commas; none: all."""
    webhook_secrets: tuple[str, ...] = variable("CLERK_WEBHOOK_SIGNING_SECRET", read=several, default=(), secret=True)
    """Separated by commas: while a secret is being changed, both are good."""


class ClerkClient(VendorClient):
    """The Backend API. Safe for concurrent use."""

    vendor = "clerk"

    def __init__(self, access: ClerkAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._headers = {"Authorization": f"Bearer {access.secret_key}", "Clerk-API-Version": API_VERSION}
        self._parties = frozenset(access.authorized_parties)
        renewal = wire.renewal or Renewal(self.vendor, RenewalConfig(), Random(0))
        self._keys = KeySet(self._fetch_keys, renewal)

    # -- sessions ------------------------------------------------------------------------------------------------------

    async def verify(self, token: str, *, operation_id: str) -> Session:
        """Who is signed in with this token: by a key that is held, without a request. See `AuthService.verify`.

        A session that was revoked, or whose user was banned, is not told from one that lives: its tokens stay good
        until they expire, a minute after their issue.
        """
        del operation_id  # no request is sent in its name: keys are everybody's
        read = read_token(token)
        if str(read.header.get("cat", "")) not in _SESSION:
            raise TokenMalformed("another kind of token")
        check_signature(read, await self._keys.find(read.kid))
        issued_s, expires_s = check_time(read, self._wall_clock())
        claims = read.claims
        if self._parties and claims.get("azp") not in self._parties:
            raise TokenPartyRefused("made for another application")
        user_id, session_id = claims.get("sub"), claims.get("sid")
        if not isinstance(user_id, str) or not isinstance(session_id, str) or not user_id or not session_id:
            raise TokenMalformed("a token of nobody's session")
        return Session(
            user_id=user_id,
            session_id=session_id,
            status=str(claims.get("sts", "active")),
            issued_s=issued_s,
            expires_s=expires_s,
            organization=_active(claims),
            claims=claims,
        )

    async def _fetch_keys(self) -> Mapping[str, PublicKey]:
        # Under no operation's id: it is asked for on behalf of all, and is no attempt of whoever came first.
        response = await self._ask(CALL, "", "GET", "/v1/jwks", headers=self._headers)
        rows = self._field(CALL, response, self._json(CALL, response), "keys", list)
        try:
            keys = dict(key for row in rows if (key := read_key(row)) is not None)
        except ValueError as error:
            raise self._broken(CALL, response, str(error)) from error
        if not keys:
            # A set without a key is a mistake of somebody's, and no reason to sign everybody out.
            raise self._broken(CALL, response, "a key set without a key")
        return keys

    # -- users ---------------------------------------------------------------------------------------------------------

    async def user(self, user_id: str, *, operation_id: str) -> User:
        """One by Clerk's id."""
        return self._user("user", await self._get("user", operation_id, f"/v1/users/{quote(user_id, safe='')}"))

    async def find_user(self, external_id: str, *, operation_id: str) -> User | None:
        """The one with the application's own id."""
        call = "find_user"
        # A plus before it, for an id that itself begins with a sign: one alone would be taken for a wish.
        path = f"/v1/users?{urlencode({'external_id': f'+{external_id}', 'limit': 1})}"
        response = await self._get(call, operation_id, path)
        rows = self._list(call, response)
        return None if not rows else self._user_from(call, response, rows[0])

    async def create_user(
        self, *, operation_id: str, external_id: str, email_address: str, first_name: str = "", last_name: str = ""
    ) -> User:
        """A new one. Where the external id is taken by one whom the same operation has made, it is that one."""
        call = "create_user"
        body = {
            "external_id": external_id,
            "email_address": [email_address],
            **({"first_name": first_name} if first_name else {}),
            **({"last_name": last_name} if last_name else {}),
            "private_metadata": {"operation_id": operation_id},
            "skip_password_requirement": True,
        }
        response = await self._send(call, operation_id, "POST", "/v1/users", body)
        if response.status == 422 and TAKEN in _codes(response):
            existing = await self._existing(external_id, operation_id)
            if existing is not None and existing.operation_id == operation_id:
                return existing
        return self._user(call, response)

    async def _existing(self, external_id: str, operation_id: str) -> User | None:
        """A user who may be there. Whether it is this operation's is open until he was seen."""
        try:
            return await self.find_user(external_id, operation_id=operation_id)
        except (ServiceError, CallRejected) as error:
            error.may_have_effect = True
            raise
        except asyncio.CancelledError:
            raise asyncio.CancelledError from None  # something was sent before, so not `unsent`

    # -- organizations -------------------------------------------------------------------------------------------------

    async def organization(self, organization: str, *, operation_id: str) -> Organization:
        """One by id or slug."""
        call = "organization"
        response = await self._get(call, operation_id, f"/v1/organizations/{quote(organization, safe='')}")
        return self._organization_from(call, response, self._json(call, response))

    async def create_organization(self, *, operation_id: str, slug: str, name: str) -> Organization:
        """A new one, with nobody in it and room for everybody. Where the slug is taken it is refused (`TAKEN`)."""
        call = "create_organization"
        body = {"name": name, "slug": slug, "max_allowed_memberships": 0}
        response = await self._send(call, operation_id, "POST", "/v1/organizations", body)
        return self._organization_from(call, response, self._json(call, response))

    async def join(self, user_id: str, organization_id: str, role: str, *, operation_id: str) -> Membership:
        """Make a user a member. Where he is one already it is refused (`MEMBER`), whatever his role."""
        call = "join"
        path = f"/v1/organizations/{quote(organization_id, safe='')}/memberships"
        response = await self._send(call, operation_id, "POST", path, {"user_id": user_id, "role": role})
        return self._membership_from(call, response, self._json(call, response), user_id)

    async def memberships(self, user_id: str, *, operation_id: str) -> Sequence[Membership]:
        """All that a user belongs to, page by page."""
        call = "memberships"
        found: list[Membership] = []
        path = f"/v1/users/{quote(user_id, safe='')}/organization_memberships"
        while True:
            response = await self._get(call, operation_id, f"{path}?limit={PAGE}&offset={len(found)}")
            data = self._json(call, response)
            rows = self._field(call, response, data, "data", list)
            found += [self._membership_from(call, response, row, user_id) for row in rows]
            if not rows or len(found) >= self._field(call, response, data, "total_count", int):
                return found

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _get(self, call: str, operation_id: str, path: str) -> Response:
        return await self._ask(call, operation_id, "GET", path, headers=self._headers)

    async def _send(self, call: str, operation_id: str, method: str, path: str, body: Mapping[str, Any]) -> Response:
        headers = {**self._headers, "Content-Type": "application/json"}
        return await self._ask(call, operation_id, method, path, headers=headers, body=orjson.dumps(body))

    def _list(self, call: str, response: Response) -> list[Any]:
        """The rows of an answer that is a bare list."""
        if not 200 <= response.status < 300:
            raise self._error(call, response)
        try:
            rows = orjson.loads(response.body)
        except orjson.JSONDecodeError as error:
            raise self._broken(call, response, "the body is not JSON") from error
        if not isinstance(rows, list):
            raise self._broken(call, response, "the body is not a list")
        return rows

    def _user(self, call: str, response: Response) -> User:
        return self._user_from(call, response, self._json(call, response))

    def _user_from(self, call: str, response: Response, data: Any) -> User:
        if not isinstance(data, dict):
            raise self._broken(call, response, "a user is not an object")
        optional = partial(self._optional, call, response, data)
        private: dict[str, Any] = self._field(call, response, data, "private_metadata", dict)
        return User(
            id=self._field(call, response, data, "id", str),
            external_id=optional("external_id", ""),
            email_address=self._primary_of(call, response, data),
            first_name=optional("first_name", ""),
            last_name=optional("last_name", ""),
            banned=self._field(call, response, data, "banned", bool),
            operation_id=self._optional(call, response, private, "operation_id", ""),
            public_metadata=self._field(call, response, data, "public_metadata", dict),
        )

    def _primary_of(self, call: str, response: Response, data: Mapping[str, Any]) -> str:
        """A user's address; empty where he has none."""
        field = partial(self._field, call, response)
        rows = self._objects(call, response, data, "email_addresses")
        addresses = {field(row, "id", str): field(row, "email_address", str) for row in rows}
        primary = self._optional(call, response, data, "primary_email_address_id", "")
        if primary and primary not in addresses:
            raise self._broken(call, response, "the primary address is none of the addresses")
        return addresses.get(primary, "")

    def _organization_from(self, call: str, response: Response, data: Any) -> Organization:
        if not isinstance(data, dict):
            raise self._broken(call, response, "an organization is not an object")
        return Organization(*(self._field(call, response, data, name, str) for name in ("id", "slug", "name")))

    def _membership_from(self, call: str, response: Response, data: Any, user_id: str) -> Membership:
        if not isinstance(data, dict):
            raise self._broken(call, response, "a membership is not an object")
        organization = self._organization_from(call, response, data.get("organization"))
        id, role = (self._field(call, response, data, name, str) for name in ("id", "role"))  # noqa: A001
        return Membership(id, organization, user_id, role)

    def _said(self, response: Response) -> Said:
        errors = error_object(response).get("errors")
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        code = text_of(first.get("code"))
        message = text_of(first.get("long_message")) or text_of(first.get("message")) or ""
        means = QuotaExhausted if code in FULL else None
        return Said(message, code, is_in_progress=response.status == 409 and code in BUSY, means=means)


def _codes(response: Response) -> list[Any]:
    errors = error_object(response).get("errors")
    return [each.get("code") for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _active(claims: Mapping[str, Any]) -> ActiveOrganization | None:
    """The active organization, from claims of version 2 or of version 1."""
    compact = claims.get("o")
    if isinstance(compact, dict):
        role = f"org:{compact.get('rol', '')}"
        return ActiveOrganization(
            str(compact.get("id")), str(compact.get("slg", "")), role, _permissions(claims, compact)
        )
    if isinstance(claims.get("org_id"), str):
        held = claims.get("org_permissions")
        permissions = [str(each) for each in held] if isinstance(held, list) else []
        return ActiveOrganization(
            claims["org_id"], str(claims.get("org_slug", "")), str(claims.get("org_role", "")), permissions
        )
    return None


def _permissions(claims: Mapping[str, Any], compact: Mapping[str, Any]) -> list[str]:
    """For each feature a number, whose bits say which of the permissions it has (clerk.com/docs, "Session tokens")."""
    names = [name for name in str(compact.get("per", "")).split(",") if name]
    masks = [mask for mask in str(compact.get("fpm", "")).split(",") if mask]
    features = [name for name in str(claims.get("fea", "")).split(",") if name]
    if not all(mask.isascii() and mask.isdecimal() and len(mask) <= 30 for mask in masks):
        raise TokenMalformed("permissions that cannot be read")
    return [
        f"org:{feature.partition(':')[2]}:{name}"
        for feature, mask in zip(features, masks, strict=False)
        for bit, name in enumerate(names)
        if int(mask) >> bit & 1 and "o" in feature.partition(":")[0]
    ]


ADAPTER = Adapter(
    name="clerk",
    access=ClerkAccess,
    client=ClerkClient,
    # A development instance allows 100 calls in ten seconds (clerk.com/docs, "System limits").
    recommended=recommended(3.0, 10.0, LimiterConfig(capacity=100, refill_per_s=10.0, max_wait_s=5.0)),
    webhooks=Webhooks(
        secrets=lambda access: access.webhook_secrets,
        verify=lambda body, headers, secrets, now: svix.verify_webhook(body, headers, secrets, now=now),
    ),
)
