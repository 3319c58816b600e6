"""Twilio: text messages and one-time codes.

Creating a message is not idempotent: Twilio takes no key, and a repeated request sends a second message. So it is
never retried once it may have arrived; whether it did is found out by listing (`list_messages`).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from brownout_core.adapters.base import Said, VendorClient, error_object, form, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import original, recommended
from brownout_core.transport import Response

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccess:
    """Where Twilio is, and as whom."""

    base_url: str = variable("TWILIO_API_BASE", read=url, default="http://127.0.0.1:12112")
    account_sid: str = variable("TWILIO_ACCOUNT_SID")
    auth_token: str = variable("TWILIO_AUTH_TOKEN", secret=True)
    sender: str = variable("TWILIO_FROM", default="+15005550006")
    """The number that messages come from."""
    verify_service: str = variable("TWILIO_VERIFY_SERVICE", default="")


@dataclass(frozen=True, slots=True)
class Message:
    """One text message as Twilio stores it."""

    sid: str
    status: str
    to: str
    sender: str | None
    """None until a messaging service has picked one."""
    body: str
    created_at: float | None
    """Seconds since 1970, whole ones; None where Twilio's date cannot be read."""


@dataclass(frozen=True, slots=True)
class Verification:
    """One one-time code, on its way or checked."""

    sid: str
    status: str
    to: str
    channel: str
    is_valid: bool
    """The code was right."""


class TwilioClient(VendorClient):
    """Messages (API 2010-04-01) and Verify (v2). Safe for concurrent use."""

    vendor = "twilio"

    def __init__(self, access: TwilioAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._sender = access.sender
        self._messages = f"/2010-04-01/Accounts/{quote(access.account_sid, safe='')}/Messages"
        self._verify = f"/v2/Services/{quote(access.verify_service, safe='')}"
        credentials = base64.b64encode(f"{access.account_sid}:{access.auth_token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}

    async def send_message(self, *, operation_id: str, to: str, body: str) -> Message:
        """Send one text message from our number. Not idempotent."""
        call = "send_message"
        fields = {"To": to, "From": self._sender, "Body": body}
        response = await self._post(call, f"{self._messages}.json", fields, operation_id)
        return self._message(call, response, self._json(call, response))

    async def fetch_message(self, sid: str, *, operation_id: str) -> Message:
        """Fetch one by its SID."""
        call = "fetch_message"
        response = await self._get(call, f"{self._messages}/{quote(sid, safe='')}.json", operation_id)
        return self._message(call, response, self._json(call, response))

    async def list_messages(self, *, operation_id: str, to: str, ago_s: float, pages: int = 10) -> Sequence[Message]:
        """Messages to a number that were created in the last `ago_s` seconds, newest first.

        Counted back from the first page's `Date`, as Twilio dates its messages by its own clock, or from ours, where
        that one is behind: to look back too far costs pages, too little costs a second message. Reads `pages` pages at
        most. Twilio's own date filter is about sending and leaves out what still waits in its queue, so pages are read
        until one is older.
        """
        call = "list_messages"
        path = f"{self._messages}.json?{form({'To': to, 'PageSize': PAGE_SIZE}).decode()}"
        found: list[Message] = []
        since: float | None = None
        for _ in range(pages):
            response = await self._get(call, path, operation_id)
            if since is None:
                ours, theirs = self._wall_clock(), _epoch(response.headers.get("date"))
                since = min(ours, ours if theirs is None else theirs) - ago_s
            data = self._json(call, response)
            rows = self._objects(call, response, data, "messages")
            messages = [self._message(call, response, row) for row in rows]
            # Dates are whole seconds, rounded down: one second of grace.
            found += [each for each in messages if each.created_at is None or each.created_at >= since - 1]
            next_page = self._next_page(call, response, data)
            is_past = any(each.created_at is not None and each.created_at < since - 1 for each in messages)
            if is_past or not next_page:
                break
            path = next_page
        return found

    def _next_page(self, call: str, response: Response, data: Mapping[str, Any]) -> str:
        """Where the list goes on; empty behind the last page. Only a path of this very host is followed: never a link
        that leads elsewhere with our credentials."""
        if "next_page_uri" not in data:
            raise self._broken(call, response, "the list does not say whether it goes on")
        path = self._optional(call, response, data, "next_page_uri", "")
        if path and (not path.startswith("/") or path[:2] == "//"):
            raise self._broken(call, response, "the list goes on at another host")
        return path

    async def start_verification(self, *, operation_id: str, to: str, channel: str = "sms") -> Verification:
        """Send a one-time code. Asking again while one is pending sends the same verification again."""
        call = "start_verification"
        fields = {"To": to, "Channel": channel}
        return self._verification(call, await self._post(call, f"{self._verify}/Verifications", fields, operation_id))

    async def verification(self, to: str, *, operation_id: str) -> Verification:
        """The one that is pending for a number; refused with status 404 where none is (any more)."""
        call = "verification"
        path = f"{self._verify}/Verifications/{quote(to, safe='')}"
        return self._verification(call, await self._get(call, path, operation_id))

    async def check_verification(self, *, operation_id: str, to: str, code: str) -> Verification:
        """Check a code. A wrong one is an answer (`is_valid` false); an expired or used one is `VendorRefused`."""
        call = "check_verification"
        fields = {"To": to, "Code": code}
        path = f"{self._verify}/VerificationCheck"
        return self._verification(call, await self._post(call, path, fields, operation_id))

    async def _post(self, call: str, path: str, fields: Mapping[str, str], operation_id: str) -> Response:
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask(call, operation_id, "POST", path, headers=headers, body=form(fields))

    async def _get(self, call: str, path: str, operation_id: str) -> Response:
        return await self._ask(call, operation_id, "GET", path, headers=self._headers)

    def _message(self, call: str, response: Response, data: Mapping[str, Any]) -> Message:
        return Message(
            sid=self._field(call, response, data, "sid", str),
            status=self._field(call, response, data, "status", str),
            to=self._field(call, response, data, "to", str),
            sender=self._optional(call, response, data, "from", "") or None,
            body=self._field(call, response, data, "body", str),
            created_at=_epoch(data.get("date_created")),
        )

    def _verification(self, call: str, response: Response) -> Verification:
        data = self._json(call, response)
        return Verification(
            self._field(call, response, data, "sid", str),
            self._field(call, response, data, "status", str),
            self._field(call, response, data, "to", str),
            self._field(call, response, data, "channel", str),
            self._field(call, response, data, "valid", bool),
        )

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        return Said(text_of(told.get("message")) or "", text_of(told.get("code")))


def _epoch(date: Any) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if isinstance(date, str) else None
    except ValueError:
        return None


ADAPTER = Adapter(
    name="twilio",
    access=TwilioAccess,
    client=TwilioClient,
    # Twilio queues what exceeds a sender's throughput; it answers 429 to many requests at once.
    recommended=recommended(3.0, 10.0, LimiterConfig(capacity=50, refill_per_s=50.0)),
    original=original((10, 3, 15.0, 30.0), (5, 0.5, 10.0, 0.15), (50, 10.0)),
)
