"""Webhooks, which Resend sends through Svix: event names, bodies, both signatures while a rotation overlaps, and what
each endpoint was told of each event."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import orjson

from brownout_simulators import svix
from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.resend.access import webhook_secret
from brownout_simulators.vendors.resend.dialect import instant, new_id
from brownout_simulators.vendors.resend.resources import (
    KEEP_ATTEMPTS,
    Email,
    Endpoint,
    EventLog,
    Object,
    ResendAccount,
    State,
)

EMAIL_EVENTS: Final = frozenset(
    f"email.{event}"
    for event in ("sent", "scheduled", "delivered", "delivery_delayed", "complained", "bounced", "opened", "clicked",
                  "failed", "suppressed")
)  # fmt: skip
EVENTS: Final = EMAIL_EVENTS | {
    *(f"{noun}.{verb}" for noun in ("contact", "domain") for verb in ("created", "updated", "deleted")),
    "suppression.added",
    "suppression.removed",
}
"""Every event that is sent here."""
KNOWN: Final = EVENTS | {
    "email.received",
    "contact.topics.updated",
    *(f"topic.{verb}" for verb in ("created", "updated", "deleted")),
    *(f"inbox.{what}" for what in (
        "created", "updated", "deleted", "thread.created", "email.received", "email.sent", "thread.folder.updated",
        "thread.assigned", "thread.unassigned", "thread.labels.updated", "draft.created", "draft.updated",
        "draft.sent", "draft.deleted")),
}  # fmt: skip
"""Every event that an endpoint may ask for: those that Resend's SDKs name."""
_GAPS_S: Final = tuple(later - earlier for earlier, later in pairwise(svix.SCHEDULE_S))

_BOUNCE: Final = {
    "type": "Permanent",
    "subType": "General",
    "message": "The recipient's email provider sent a hard bounce message, but didn't specify the reason.",
    "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
}
_SUPPRESSED: Final = {
    "type": "OnAccountSuppressionList",
    "message": "The recipient is on the suppression list of the account, and nothing was sent.",
    "diagnosticCode": [],
}
_CLICK: Final = {"ipAddress": "127.0.0.1", "link": "http://127.0.0.1/", "userAgent": "Mozilla/5.0"}


def told(account: ResendAccount, event: str, data: Object) -> Sequence[Notice]:
    """The notices of an event: one for each endpoint that wants it, all with the message's one id."""
    state = account.state
    if not len(state.endpoints):
        return ()
    wanting = [endpoint for endpoint in state.endpoints.oldest_first() if endpoint.wants(event)]
    if not wanting:
        return ()
    now_s = account.wall_s()
    message_id = f"msg_{account.ids.base62(27)}"
    body = {"type": event, "created_at": instant(now_s), "data": data}
    return [_noted(account, endpoint, EventLog(message_id, event, now_s, body)) for endpoint in wanting]


def _noted(account: ResendAccount, endpoint: Endpoint, event: EventLog) -> Notice:
    endpoint.log.add(event.id, event, account.clock())
    return notice_of(endpoint, event)


def notice_of(endpoint: Endpoint, event: EventLog) -> Notice:
    """What is sent to an endpoint of an event."""
    return Notice(event.type, {"id": event.id, "endpoint": endpoint.id, "url": endpoint.url, "body": event.body})


def email_told(account: ResendAccount, email: Email, event: str, to: Sequence[str]) -> Sequence[Notice]:
    """The notices of what happened to a mail, for these of its recipients."""
    if not len(account.state.endpoints):
        return ()
    data: Object = {
        "email_id": email.id,
        "created_at": instant(email.created_s),
        "from": email.sender,
        "to": list(to),
        "subject": email.subject,
    }
    if email.tags:
        data["tags"] = dict(email.tags)
    if email.headers:
        data["headers"] = [{"name": name, "value": value} for name, value in email.headers.items()]
    if email.template_id:
        data["template_id"] = email.template_id
    if event == "bounced":
        data["bounce"] = _BOUNCE
    elif event == "failed":
        data["failed"] = {"reason": "the mail could not be sent"}
    elif event == "clicked":
        data["click"] = {**_CLICK, "timestamp": instant(account.wall_s())}
    elif event == "suppressed":
        data["suppressed"] = {**_SUPPRESSED, "reason": _reason(account, to)}
    return told(account, f"email.{event}", data)


def _reason(account: ResendAccount, to: Sequence[str]) -> str:
    suppressions = (account.state.suppressed.get(address) for address in to)
    rows = (account.state.suppressions.get(each) for each in suppressions if each is not None)
    was_complaint = any(row is not None and row["origin"] == "complaint" for row in rows)
    return "previous_complaint" if was_complaint else "previous_bounce"


def listen(account: Account[State], url: str) -> str:
    """An endpoint for every event, made without a call; its secret."""
    return opened(account, url, frozenset()).secret


def opened(account: ResendAccount, url: str, events: frozenset[str]) -> Endpoint:
    """A new endpoint."""
    state = account.state
    endpoint = Endpoint(
        id=new_id(account),
        url=url,
        events=events,
        secret=webhook_secret(account.name, state.endpoints_made),
        created_s=account.wall_s(),
    )
    state.endpoints_made += 1
    state.endpoints.add(endpoint.id, endpoint, account.clock())
    return endpoint


def rotated(account: ResendAccount, endpoint: Endpoint) -> None:
    """A new secret; for a day both sign."""
    state = account.state
    endpoint.previous, endpoint.secret = endpoint.secret, webhook_secret(account.name, state.endpoints_made)
    state.endpoints_made += 1
    endpoint.previous_until_s = account.wall_s() + svix.ROTATION_OVERLAP_S


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(notice.payload["body"])


def _headers(notice: Notice, _url: str, body: bytes, secret: str, wall_s: float, _attempt: int) -> Mapping[str, str]:
    signed = svix.headers(secret.split(" "), notice.payload["id"], wall_s, body)
    return {"User-Agent": "Svix-Webhooks/1.0 (brownout)", **signed}


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    state: State = account.state
    endpoint = state.endpoints.get(notice.payload["endpoint"])
    if endpoint is None or not endpoint.enabled:
        return []
    # Where it was when the event happened: a change of its address is for what happens afterwards.
    return [(notice.payload["url"], _secrets(endpoint, account.wall_s()))]


def _secrets(endpoint: Endpoint, now_s: float) -> str:
    overlaps = endpoint.previous and now_s < endpoint.previous_until_s
    return f"{endpoint.secret} {endpoint.previous}" if overlaps else endpoint.secret


def _on_result(account: Account[Any], notice: Notice, _url: str, attempt: int, status: int | None, final: bool) -> None:
    """What the endpoint's log says of it. One that has only failed for five days is disabled."""
    state: State = account.state
    endpoint = state.endpoints.get(notice.payload["endpoint"])
    if endpoint is None:
        return
    now_s = account.wall_s()
    is_good = status is not None and 200 <= status < 300
    event = endpoint.log.get(notice.payload["id"])
    if event is not None:
        _log(account, event, status or 0)
        event.status = "success" if is_good else "failed" if final else "attempting"
        event.next_attempt_s = None if is_good or final else now_s + _GAPS_S[attempt - 1]
    if is_good:
        endpoint.failing_since_s = None
    elif endpoint.failing_since_s is None:
        endpoint.failing_since_s = now_s
    elif now_s - endpoint.failing_since_s >= svix.DISABLED_AFTER_S:
        endpoint.enabled = False


def _on_withdrawn(account: Account[Any], notice: Notice, _url: str) -> None:
    """It waits until its endpoint is enabled again."""
    state: State = account.state
    endpoint = state.endpoints.get(notice.payload["endpoint"])
    event = None if endpoint is None else endpoint.log.get(notice.payload["id"])
    if event is not None:
        event.is_withheld, event.next_attempt_s = True, None


def withheld(endpoint: Endpoint) -> list[Notice]:
    """What waited while an endpoint was disabled, and is now sent."""
    waiting = [event for event in endpoint.log.oldest_first() if event.is_withheld]
    for event in waiting:
        event.is_withheld = False
    return [notice_of(endpoint, event) for event in waiting]


def _log(account: ResendAccount, event: EventLog, status: int) -> None:
    attempt = {
        "id": f"atmpt_{account.ids.base62(27)}",
        "http_status_code": status,
        "response": "",
        "sent_at": instant(account.wall_s()),
    }
    event.attempts = [*event.attempts[1 - KEEP_ATTEMPTS :], attempt]


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=svix.SCHEDULE_S,
    timeout_s=svix.TIMEOUT_S,
    on_result=_on_result,
    on_withdrawn=_on_withdrawn,
)
