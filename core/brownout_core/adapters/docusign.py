"""DocuSign: contracts that are sent, found again, voided. A `SigningService`.

DocuSign takes no idempotency key: a repeated request mails a human a second time. So each envelope has a
`transactionId` of the caller's, a GUID that one can look by for seven days, and the operation's id in a custom field.
Access tokens come by a signed assertion (RFC 7523), renewed beside the calls.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson

from brownout_core.adapters.base import Said, VendorClient, error_object, form, text_of
from brownout_core.adapters.declaration import Adapter, Webhooks, Wire, several, url, variable
from brownout_core.adapters.docusign_connect import OPERATION_FIELD, operation_in, read_event, verify_connect
from brownout_core.adapters.jwt_grant import GRANT, assertion, pem
from brownout_core.adapters.token_client import RENEWAL, TokenClient
from brownout_core.clock import WallClock
from brownout_core.errors import AuthenticationFailed, QuotaExhausted, Throttled, VendorError, VendorRefused
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import original, recommended
from brownout_core.services.signing import Contract, Sent
from brownout_core.transport import Response

SCOPE: Final = "signature impersonation"
ASSERTION_S: Final = 600
HOURLY: Final = "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"
LIMITS: Final = frozenset(
    {
        HOURLY,
        "BURST_APIINVOCATION_LIMIT_EXCEEDED",
        "Hourly_Envelope_Polling_Limit_Exceeded",
        "Burst_Envelope_Polling_Limit_Exceeded",
        "Hourly_APIInvocation_Envelope_Limit_Exceeded",
        "Burst_APIInvocation_Envelope_Limit_Exceeded",
    }
)
"""Refused before any work. Their status was 400 until 2026, and is 429: only the code tells."""
MEANS: Final[Mapping[str, type[VendorError]]] = {
    **dict.fromkeys(LIMITS, Throttled),
    # Its status was 429 until 2026: waiting never helped.
    "RECIPIENT_LIMIT_EXCEEDED": VendorRefused,
    "ENVELOPE_SEND_LIMIT_EXCEEDED": QuotaExhausted,
    "USER_AUTHENTICATION_FAILED": AuthenticationFailed,
    "invalid_grant": AuthenticationFailed,
    "consent_required": AuthenticationFailed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocusignAccess:
    """Where DocuSign is, as which application, and for whom."""

    base_url: str = variable("DOCUSIGN_BASE_PATH", read=url, default="http://127.0.0.1:12119/restapi")
    oauth_url: str = variable("DOCUSIGN_OAUTH_BASE", read=url, default="http://127.0.0.1:12119")
    """Its host is also whom the assertion is for."""
    integration_key: str = variable("DOCUSIGN_INTEGRATION_KEY", secret=True)
    user_id: str = variable("DOCUSIGN_USER_ID")
    account_id: str = variable("DOCUSIGN_ACCOUNT_ID")
    private_key: str = variable("DOCUSIGN_PRIVATE_KEY", read=pem, secret=True)
    webhook_secrets: tuple[str, ...] = variable("DOCUSIGN_CONNECT_HMAC_SECRET", read=several, default=(), secret=True)
    """Separated by commas: while a key is being changed, both are good."""


class _Docusign(VendorClient):
    """How both of its hosts word an error."""

    vendor = "docusign"

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        code = text_of(told.get("errorCode")) or text_of(told.get("error"))
        message = text_of(told.get("message")) or text_of(told.get("error_description")) or ""
        wish_s = _until_reset_s(response, self._wall_clock) if code == HOURLY else None
        return Said(message, code, retry_after_s=wish_s, means=MEANS.get(code or ""))


class _OAuth(_Docusign):
    """The other host, where tokens are had."""

    def __init__(self, access: DocusignAccess, wire: Wire) -> None:
        super().__init__(access.oauth_url, wire)
        self._access = access
        self._audience = urlsplit(access.oauth_url).netloc

    async def grant(self, operation_id: str) -> tuple[str, float]:
        """A new access token, and how long it lasts, in seconds."""
        access, now_s = self._access, int(self._wall_clock())
        claims = {
            "iss": access.integration_key,
            "sub": access.user_id,
            "aud": self._audience,
            "iat": now_s,
            "exp": now_s + ASSERTION_S,
            "scope": SCOPE,
        }
        body = form({"grant_type": GRANT, "assertion": assertion(claims, access.private_key)})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await self._ask(RENEWAL, operation_id, "POST", "/oauth/token", headers=headers, body=body)
        data = self._json(RENEWAL, response)
        token = self._field(RENEWAL, response, data, "access_token", str)
        return token, self._field(RENEWAL, response, data, "expires_in", int)


class DocusignClient(_Docusign, TokenClient):
    """Envelopes of the eSignature API v2.1. Safe for concurrent use."""

    def __init__(self, access: DocusignAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._oauth = _OAuth(access, wire)
        self._envelopes = f"/v2.1/accounts/{quote(access.account_id, safe='')}/envelopes"

    async def send(self, contract: Contract, *, reference: str, operation_id: str) -> Sent:
        """One envelope, sent at once. Not idempotent: each mails a human."""
        call, body = "send", orjson.dumps(_definition(contract, reference, operation_id))
        headers = {"Content-Type": "application/json"}
        response = await self._authorised(call, operation_id, "POST", self._envelopes, headers=headers, body=body)
        sent = self._sent(call, response, self._json(call, response))
        return sent._replace(operation_id=operation_id)

    async def find(self, reference: str, *, operation_id: str) -> list[Sent]:
        """Those with a transactionId; DocuSign knows it for seven days, and its list may lag."""
        call, query = "find", form({"transaction_ids": reference, "include": "custom_fields"}).decode()
        response = await self._authorised(call, operation_id, "GET", f"{self._envelopes}?{query}", headers={})
        data = self._json(call, response)
        total = self._field(call, response, data, "totalSetSize", str)
        rows = self._objects(call, response, data, "envelopes") if "envelopes" in data else []
        if (total != "0") != bool(rows):
            raise self._broken(call, response, "the list is not what it says")
        return [self._sent(call, response, row) for row in rows]

    async def status(self, id: str, *, operation_id: str) -> Sent:  # noqa: A002
        """One by its id. A guideline allows one such read in 15 minutes: Connect tells of changes."""
        call, path = "status", f"{self._envelopes}/{quote(id, safe='')}"
        response = await self._authorised(call, operation_id, "GET", path, headers={})
        return self._sent(call, response, self._json(call, response))

    async def void(self, id: str, *, reason: str, operation_id: str) -> None:  # noqa: A002
        """Idempotent: what is voided already is looked at, and done."""
        call, path = "void", f"{self._envelopes}/{quote(id, safe='')}"
        headers, body = {"Content-Type": "application/json"}, {"status": "voided", "voidedReason": reason}
        response = await self._authorised(call, operation_id, "PUT", path, headers=headers, body=orjson.dumps(body))
        is_over = response.status == 400 and self._said(response).code == "ENVELOPE_CANNOT_VOID_INVALID_STATE"
        if is_over and (await self.status(id, operation_id=operation_id)).status == "voided":
            return
        self._json(call, response)

    async def _fetch_token(self, operation_id: str) -> str:
        asked_at_s = asyncio.get_running_loop().time()
        token, lifetime_s = await self._oauth.grant(operation_id)
        self._tokens.store(token, lifetime_s, asked_at_s)
        return token

    def _sent(self, call: str, response: Response, data: Mapping[str, Any]) -> Sent:
        return Sent(
            self._field(call, response, data, "envelopeId", str),
            self._field(call, response, data, "status", str),
            operation_in(data),
        )


def _definition(contract: Contract, reference: str, operation_id: str) -> dict[str, Any]:
    documents = [
        {
            "documentId": str(number),
            "order": str(number),
            "name": paper.name,
            "fileExtension": paper.name.rpartition(".")[2],
            "documentBase64": base64.b64encode(paper.content).decode(),
        }
        for number, paper in enumerate(contract.papers, 1)
    ]
    place = {"documentId": "1", "pageNumber": "1", "xPosition": "100", "yPosition": "700"}
    signers = [
        {
            "recipientId": str(number),
            "routingOrder": str(number),
            "name": signer.name,
            "email": signer.email,
            "tabs": {"signHereTabs": [place]},
        }
        for number, signer in enumerate(contract.signers, 1)
    ]
    field = {"name": OPERATION_FIELD, "value": operation_id, "show": "false"}
    return {
        "status": "sent",
        "emailSubject": contract.subject,
        "transactionId": reference,
        "customFields": {"textCustomFields": [field]},
        "documents": documents,
        "recipients": {"signers": signers},
    }


def _until_reset_s(response: Response, wall_clock: WallClock) -> float | None:
    """Until the hour is over, by the clock of the vendor that says when that is."""
    reset, date = response.headers.get("x-ratelimit-reset", ""), response.headers.get("date")
    if not reset.isascii() or not reset.isdigit() or len(reset) > 12:
        return None
    try:
        now_s = parsedate_to_datetime(date).timestamp() if date else wall_clock()
    except ValueError:
        now_s = wall_clock()
    return max(0.0, int(reset) - now_s)


ADAPTER = Adapter(
    name="docusign",
    access=DocusignAccess,
    client=DocusignClient,
    # 3,000 calls in an hour of the clock, and 200 in 30 s of a developer's account, for all applications together
    # (developers.docusign.com, "API resource limits"). 120 at once and 0.75 a second are 2,820 and 143 at most.
    recommended=recommended(10.0, 30.0, LimiterConfig(capacity=120, refill_per_s=0.75, max_wait_s=10.0)),
    original=original((5, 3, 60.0, 300.0), (3, 1.0, 30.0, 0.1), (20, 2.0)),
    webhooks=Webhooks(
        secrets=lambda access: access.webhook_secrets,
        verify=lambda body, headers, secrets, _now: verify_connect(body, headers, secrets),
        read=read_event,
    ),
)
