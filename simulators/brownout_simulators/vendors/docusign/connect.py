"""Connect's side of the API: configurations, the log of attempts, what was given up, the queue that tries it again."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.store import Store
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.access import query_of
from brownout_simulators.vendors.docusign.errors import invalid, refuse
from brownout_simulators.vendors.docusign.instants import read as read_instant
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.keys import hmac_key
from brownout_simulators.vendors.docusign.resources import (
    Configuration,
    DocusignAccount,
    Failure,
    Object,
    State,
)
from brownout_simulators.vendors.docusign.shapes import reply, restapi
from brownout_simulators.vendors.docusign.webhooks import ENVELOPE_EVENTS, EVENTS

LONGEST_URL: Final = 2_000
INCLUDABLE: Final = frozenset(
    {"recipients", "tabs", "documents", "custom_fields", "extensions", "folders", "powerforms", "prefill_tabs",
     "attachments", "payment_tabs"}
)  # fmt: skip
_MODES: Final = frozenset({"sim", "aggregate"})
_SAID: Final = (
    "name", "allowEnvelopePublish", "enableLog", "allUsers", "requiresAcknowledgement", "includeHMAC",
    "includeDocuments", "deliveryMode", "configurationType",
)  # fmt: skip


def opened(account: DocusignAccount, given: Mapping[str, Any]) -> Configuration:
    """A new configuration."""
    number = str(account.state.next_configuration)
    account.state.next_configuration += 1
    configuration = Configuration(number, _settings(given))
    account.state.configurations.add(number, configuration)
    return configuration


def listen(account: Account[State], url: str) -> str:
    """A configuration for every event, made without a call; the key that signs."""
    event_data = {"version": "restv2.1", "includeData": ["custom_fields"]}
    opened(account, {"urlToPublishTo": url, "allUsers": "true", "includeHMAC": "true", "eventData": event_data})
    return hmac_key(account.name, 0)


def own_listener(given: Mapping[str, Any]) -> Object | None:
    """What an envelope's own `eventNotification` asks for; None where it has none."""
    asked = read.an_object(given, "eventNotification")
    if not asked:
        return None
    events = [
        *(f"envelope-{_status(one, 'envelopeEventStatusCode')}" for one in read.objects(asked, "envelopeEvents")),
        *(f"recipient-{_status(one, 'recipientEventStatusCode')}" for one in read.objects(asked, "recipientEvents")),
        *(event for event in asked.get("events") or [] if isinstance(event, str)),
    ]
    renamed = {
        **asked,
        "urlToPublishTo": read.text(asked, "url", LONGEST_URL),
        "requiresAcknowledgement": read.text(asked, "requireAcknowledgment"),
        "events": events,
    }
    return _settings(
        {name: value for name, value in renamed.items() if name not in {"envelopeEvents", "recipientEvents"}}
    )


def _status(one: Mapping[str, Any], name: str) -> str:
    return read.text(one, name, 50).lower()


def _settings(given: Mapping[str, Any]) -> Object:
    """As the simulator uses it: where to, of what, on which terms. Raises `Refused`."""
    url = read.text(given, "urlToPublishTo", LONGEST_URL)
    try:
        place = urlsplit(url)
        is_fit = place.scheme in {"http", "https"} and bool(place.hostname) and (place.port or 1) > 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise invalid("urlToPublishTo must be an http or https address.")
    data = read.an_object(given, "eventData")
    mode = read.text(given, "deliveryMode").lower() or "sim"
    if mode not in _MODES:
        raise invalid("deliveryMode must be SIM or Aggregate.")
    included = data.get("includeData") or []
    if not isinstance(included, list) or not all(isinstance(each, str) for each in included):
        raise invalid("includeData must be a list of texts.")
    if not set(included) <= INCLUDABLE:
        raise invalid(f"includeData: there are {', '.join(sorted(INCLUDABLE))}.")
    if _is_true(given, "includeDocuments", default=False):
        included = [*included, "documents"]
    said = {name: value for name in _SAID if (value := read.text(given, name, 200))}
    return {
        "url": url,
        "events": _events(given),
        "enabled": "true" if _is_true(given, "allowEnvelopePublish", default=True) else "false",
        "mode": mode,
        "acknowledged": _is_true(given, "requiresAcknowledgement", default=True),
        "signs": _is_true(given, "includeHMAC", default=True),
        "included": frozenset(included),
        "said": {**said, "eventData": {"version": "restv2.1", "format": "json", "includeData": included}},
    }


def _events(given: Mapping[str, Any]) -> frozenset[str]:
    """Which events; none said means all. `Sent,Completed` in the older form, `envelope-sent` in the newer one."""
    found: set[str] = set()
    for name, prefix in (("envelopeEvents", "envelope-"), ("recipientEvents", "recipient-")):
        value = given.get(name)
        names = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise invalid(f"{name} must be a list of texts.")
        found |= {prefix + each.strip().lower() for each in names if each.strip()}
    newer = given.get("events") or []
    if not isinstance(newer, list) or not all(isinstance(each, str) for each in newer):
        raise invalid("events must be a list of texts.")
    found |= {each.lower() for each in newer}
    unknown = sorted(found - set(EVENTS))
    if unknown:
        raise invalid(f"{unknown[0][:60]} is no event.")
    return frozenset(found)


def _is_true(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = read.text(given, name, 20).lower()
    return default if not value else value == "true"


def shown(configuration: Configuration) -> Object:
    """As it is written."""
    settings = configuration.shown
    envelope = sorted(
        event.removeprefix("envelope-").capitalize() for event in settings["events"] if event in ENVELOPE_EVENTS
    )
    recipient = sorted(
        event.removeprefix("recipient-").capitalize() for event in settings["events"] if event not in ENVELOPE_EVENTS
    )
    return {
        "configurationType": "custom",
        **settings["said"],
        "connectId": configuration.id,
        "urlToPublishTo": settings["url"],
        "allowEnvelopePublish": settings["enabled"],
        "requiresAcknowledgement": "true" if settings["acknowledged"] else "false",
        "includeHMAC": "true" if settings["signs"] else "false",
        "deliveryMode": "SIM" if settings["mode"] == "sim" else "Aggregate",
        "envelopeEvents": envelope,
        "recipientEvents": recipient,
        "events": sorted(settings["events"]),
    }


def create(call: Call, account: Account[State]) -> Reply:
    """POST /connect."""
    return reply(201, shown(opened(account, call.data)))


def update(call: Call, account: Account[State]) -> Reply:
    """PUT /connect: that of the `connectId` in the body."""
    number = read.text(call.data, "connectId", 20)
    held = account.state.configurations.get(number)
    if held is None:
        raise refuse("RESOURCE_NOT_FOUND", "There is no such Connect configuration.")
    changed = Configuration(number, _settings({**shown(held), **call.data}))
    account.state.configurations.put(number, changed)
    return reply(200, shown(changed))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /connect/{connectId}: a list of one, as it is written."""
    held = account.state.configurations.get(call.params["connectId"])
    if held is None:
        raise refuse("RESOURCE_NOT_FOUND", "There is no such Connect configuration.")
    return reply(200, {"configurations": [shown(held)], "totalRecords": "1"})


def list_configurations(_call: Call, account: Account[State]) -> Reply:
    """GET /connect."""
    rows = [shown(each) for each in account.state.configurations.oldest_first()]
    return reply(200, {"configurations": rows, "totalRecords": str(len(rows))})


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /connect/{connectId}."""
    if account.state.configurations.remove(call.params["connectId"]) is None:
        raise refuse("RESOURCE_NOT_FOUND", "There is no such Connect configuration.")
    return Reply(200, b"{}", {"Content-Type": "application/json; charset=utf-8"})


def list_logs(call: Call, account: Account[State]) -> Reply:
    """GET /connect/logs: the newest first."""
    rows = _since(call, [(row["created"], row) for row in account.state.logs.newest_first()])
    return reply(200, {"logs": rows, "failures": [], "totalRecords": str(len(rows)), "type": "logs"})


def fetch_log(call: Call, account: Account[State]) -> Reply:
    """GET /connect/logs/{logId}."""
    return reply(200, _row(account.state.logs, call.params["logId"]))


def remove_logs(call: Call, account: Account[State]) -> Reply:
    """DELETE /connect/logs, or one of them."""
    one = call.params.get("logId")
    if one is not None:
        _row(account.state.logs, one)
        account.state.logs.remove(one)
    else:
        for row in list(account.state.logs.oldest_first()):
            account.state.logs.remove(row["logId"])
    return reply(200, {})


def list_failures(call: Call, account: Account[State]) -> Reply:
    """GET /connect/failures: what was given up, the newest first."""
    failures = account.state.failures.newest_first()
    rows = _since(call, [(written(each.wall_s), _failure(account, each)) for each in failures])
    return reply(200, {"failures": rows, "logs": [], "totalRecords": str(len(rows)), "type": "failures"})


def remove_failure(call: Call, account: Account[State]) -> Reply:
    """DELETE /connect/failures/{failureId}."""
    if account.state.failures.remove(call.params["failureId"]) is None:
        raise refuse("RESOURCE_NOT_FOUND", "There is no such failure.")
    return reply(200, {})


def retry_one(call: Call, account: Account[State]) -> Reply:
    """PUT /connect/envelopes/{envelopeId}/retry_queue: what was given up of one envelope."""
    return _retried(account, [call.params["envelopeId"].lower()])


def retry_some(call: Call, account: Account[State]) -> Reply:
    """PUT /connect/envelopes/retry_queue: of those that the body names."""
    ids = call.data.get("envelopeIds")
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise invalid("envelopeIds must be a list of texts.")
    return _retried(account, [each.lower() for each in ids])


def _retried(account: DocusignAccount, ids: list[str]) -> Reply:
    """The same notices once more, with the same `generatedDateTime`: whoever dedupes by it sees that they are."""
    state = account.state
    wanted = frozenset(ids)
    failures = [each for each in state.failures.oldest_first() if each.envelope_id in wanted]
    notices = [Notice(each.notice.type, each.notice.payload, url=each.url) for each in failures]
    rows = [
        {
            "configId": each.configuration,
            "configUrl": each.url.partition("#")[0],
            "envelopeId": each.envelope_id,
            "status": "queued",
            "statusMessage": "",
        }
        for each in failures
    ]
    for each in failures:
        state.failures.remove(each.id)
    answer = reply(200, {"retryQueue": rows})
    answer.notices = notices
    return answer


def _failure(account: DocusignAccount, one: Failure) -> Object:
    return {
        "failureId": one.id,
        "connectId": one.configuration,
        "configUrl": one.url.partition("#")[0],
        "envelopeId": one.envelope_id,
        "created": written(one.wall_s),
        "lastTry": written(one.wall_s),
        "status": "failed",
        "error": f"the receiver's answer: {one.status or 'none'}",
        "failureUri": restapi(account, f"/connect/failures/{one.id}"),
        "retryUri": restapi(account, f"/connect/envelopes/{one.envelope_id}/retry_queue"),
    }


def _row(logs: Store[Object], log_id: str) -> Object:
    found = logs.get(log_id)
    if found is None:
        raise refuse("RESOURCE_NOT_FOUND", "There is no such entry.")
    return found


def _since(call: Call, dated: list[tuple[str, Object]]) -> list[Object]:
    query = query_of(call)
    bounds = []
    for name, default in (("from_date", ""), ("to_date", "9")):
        text = query.get(name, "")
        instant = read_instant(text) if text else None
        if text and instant is None:
            raise refuse("INVALID_REQUEST_PARAMETER", f"{name} must be a date.")
        bounds.append(default if instant is None else written(instant))
    return [row for date, row in dated if bounds[0] <= date <= bounds[1]]


_CONNECT: Final = "/restapi/v2.1/accounts/{accountId}/connect"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _CONNECT, create),
    Route("PUT", _CONNECT, update),
    Route("GET", _CONNECT, list_configurations),
    Route("GET", f"{_CONNECT}/{{connectId}}", fetch),
    Route("DELETE", f"{_CONNECT}/{{connectId}}", remove),
    Route("GET", f"{_CONNECT}/logs", list_logs),
    Route("DELETE", f"{_CONNECT}/logs", remove_logs),
    Route("GET", f"{_CONNECT}/logs/{{logId}}", fetch_log),
    Route("DELETE", f"{_CONNECT}/logs/{{logId}}", remove_logs),
    Route("GET", f"{_CONNECT}/failures", list_failures),
    Route("DELETE", f"{_CONNECT}/failures/{{failureId}}", remove_failure),
    Route("PUT", f"{_CONNECT}/envelopes/{{envelopeId}}/retry_queue", retry_one),
    Route("PUT", f"{_CONNECT}/envelopes/retry_queue", retry_some),
)
