"""Resend: mails. A `CommunicationService`.

Its statuses do not tell what happened, its names do: 409 is a key in use, which goes away, or one that stands for
another mail, which was sent; 429 is a rate that passes, or a quota that no waiting of ours brings back. It remembers
keys for a day. A list has neither tags nor texts: a mail is known again by the reference at the end of its subject.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

import orjson

from brownout_core.adapters import svix
from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Webhooks, Wire, several, url, variable
from brownout_core.errors import AuthenticationFailed, QuotaExhausted
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import original, recommended
from brownout_core.services.communication import Further, Looked, Message, Sent, SentOtherwise, reference
from brownout_core.transport import Response

PAGE: Final = 100
PAGES: Final = 50
"""So many are read in a search, of `PAGE` mails each."""
KEY_S: Final = 86_400.0
"""How long a key is remembered (resend.com/docs/dashboard/emails/idempotency-keys)."""
BUSY: Final = "concurrent_idempotent_requests"
OTHERWISE: Final = "invalid_idempotent_request"
SPENT: Final = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
BAD_KEYS: Final = frozenset({"missing_api_key", "restricted_api_key", "invalid_api_key", "suspended_api_key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendAccess:
    """Where Resend is, and as whom."""

    base_url: str = variable("RESEND_API_URL", read=url, default="http://127.0.0.1:12121")
    api_key: str = variable("RESEND_API_KEY", secret=True)
    sender: str = variable("RESEND_FROM", default="Brownout <receipts@mail.test>")
    """Whom mails come from, of a domain that is verified."""
    webhook_secrets: tuple[str, ...] = variable("RESEND_WEBHOOK_SECRET", read=several, default=(), secret=True)
    """Separated by commas: while a secret is being changed, both are good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One mail as Resend stores it."""

    id: str
    last_event: str
    """`queued`, `sent`, `delivered`, `bounced`, `suppressed`…"""
    to: tuple[str, ...]
    subject: str
    created_at: float | None
    """Seconds since 1970; None where Resend's date cannot be read."""


class ResendClient(VendorClient):
    """Mails (API 1.5.0). Sends carry an idempotency key. Safe for concurrent use."""

    vendor = "resend"
    takes_keys = True

    def __init__(self, access: ResendAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._sender = access.sender
        self._headers = {"Authorization": f"Bearer {access.api_key}", "Accept": "application/json"}

    async def send(self, message: Message, *, operation_id: str, idempotency_key: str) -> Sent:
        """One mail. Doing it again under the same key, within a day, sends no second one."""
        call = "send"
        mail: dict[str, Any] = {
            "from": self._sender,
            "to": [message.to],
            "subject": subject_of(message, operation_id),
            "text": message.text,
        }
        if message.html:
            mail["html"] = message.html
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        response = await self._ask(call, operation_id, "POST", "/emails", headers=headers, body=orjson.dumps(mail))
        return Sent(self._field(call, response, self._json(call, response), "id", str), "queued")

    async def find(
        self, message: Message, *, operation_id: str, ago_s: float, further: Further | None = None
    ) -> Looked:
        """The mail of this operation. Counted back from the first page's `Date`, as Resend dates mails by its own
        clock, or from ours where that is behind: to look back too far costs pages, too little costs a second mail.
        Raises where there are more than `PAGES`: whoever did not see all of them does not know what is not there.
        """
        call, path = "find", f"/emails?limit={PAGE}"
        if further is not None:
            path += f"&after={quote(further.cursor, safe='')}"
        response = await self._ask(call, operation_id, "GET", path, headers=self._headers)
        data = self._json(call, response)
        since_s = self._now_s(response) - ago_s if further is None else further.since_s
        pages = 1 if further is None else further.pages + 1
        emails = [self._email(call, response, row) for row in self._objects(call, response, data, "data")]
        has_more = self._field(call, response, data, "has_more", bool)
        subject = subject_of(message, operation_id)
        for email in emails:
            if email.created_at is not None and email.created_at < since_s:
                return Looked(None)
            if email.subject == subject and message.to in email.to:
                return Looked(Sent(email.id, email.last_event))
        if not has_more or not emails:
            return Looked(None)
        if pages >= PAGES:
            raise self._broken(call, response, f"more than {PAGE * PAGES} mails since then")
        return Looked(None, Further(emails[-1].id, since_s, pages))

    def _now_s(self, response: Response) -> float:
        ours, theirs = self._wall_clock(), _date(response.headers.get("date"))
        return min(ours, ours if theirs is None else theirs)

    async def fetch(self, email_id: str, *, operation_id: str) -> Email:
        """One by its id."""
        call, path = "fetch", f"/emails/{quote(email_id, safe='')}"
        response = await self._ask(call, operation_id, "GET", path, headers=self._headers)
        return self._email(call, response, self._json(call, response))

    def _email(self, call: str, response: Response, data: Mapping[str, Any]) -> Email:
        to = self._field(call, response, data, "to", list)
        if not all(isinstance(each, str) for each in to):
            raise self._broken(call, response, "whom it is to cannot be read")
        return Email(
            id=self._field(call, response, data, "id", str),
            last_event=self._field(call, response, data, "last_event", str),
            to=tuple(to),
            subject=self._field(call, response, data, "subject", str),
            created_at=_moment(data.get("created_at")),
        )

    def _said(self, response: Response) -> Said:
        """By its name. A 429 without one is a rate: that is what most of them are, and it costs the least."""
        told = error_object(response)
        name = text_of(told.get("name"))
        means: type[QuotaExhausted | AuthenticationFailed | SentOtherwise] | None = None
        if name in SPENT:
            means = QuotaExhausted
        elif name in BAD_KEYS:
            means = AuthenticationFailed
        elif name == OTHERWISE:
            means = SentOtherwise
        return Said(text_of(told.get("message")) or "", name, is_in_progress=name == BUSY, means=means)


def subject_of(message: Message, operation_id: str) -> str:
    """A subject with its reference."""
    return f"{message.subject} {reference(operation_id)}".strip()


def _date(header: str | None) -> float | None:
    try:
        return None if header is None else parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None


def _moment(told: Any) -> float | None:
    """`2026-04-03 22:13:42.674981+00`, or ISO 8601."""
    try:
        return datetime.fromisoformat(told).timestamp() if isinstance(told, str) else None
    except ValueError:
        return None


ADAPTER = Adapter(
    name="resend",
    access=ResendAccess,
    client=ResendClient,
    # Five requests a second for a whole team (resend.com/docs/api-reference/rate-limit). The originals let four times
    # as many through, with a burst of a hundred.
    recommended=recommended(3.0, 10.0, LimiterConfig(capacity=5, refill_per_s=5.0, max_wait_s=5.0)),
    original=original((10, 3, 15.0, 30.0), (5, 0.5, 10.0, 0.15), (100, 20.0)),
    webhooks=Webhooks(
        secrets=lambda access: access.webhook_secrets,
        verify=lambda body, headers, secrets, now: svix.verify_webhook(body, headers, secrets, now=now),
    ),
)
