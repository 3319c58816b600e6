"""Webhooks: where they go, how they are signed (twice), how often they are tried, and the list of attempts."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.sales import requests
from brownout_simulators.vendors.sales.errors import refuse
from brownout_simulators.vendors.sales.ids import derived_id, new_id, rfc3339
from brownout_simulators.vendors.sales.resources import Delivery, Endpoint, State

OVERLAP_S: Final = 86_400.0
_JSON: Final = {"Content-Type": "application/json"}
# A redelivery is another delivery of the same event: the type carries its number and its endpoint's id, the body stays
# the same.
_AGAIN: Final = ";redelivery="


def plain_signature(secret: str, body: bytes) -> str:
    """`X-Signature`: over the body alone, so that a delivery which is sent again years later still verifies."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def timed_signature(secrets: Sequence[str], at_s: float, body: bytes) -> str:
    """`X-Pyxis-Signature`: over the second and the body; one `v1` per secret while a rotation overlaps."""
    second = str(int(at_s))
    signed = second.encode() + b"." + body
    values = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={second}", *(f"v1={value}" for value in values)])


def create_endpoint(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/webhook-endpoints. The secret is shown here and never again."""
    request = requests.ENDPOINT.known(call.data)
    events, description = tuple(request.get("events", ("*",))), request.get("description", "")
    endpoint = _opened(account, request["url"], events, description)
    headers = {**_JSON, "Location": f"/api/v2/webhook-endpoints/{endpoint.id}"}
    return Reply(201, orjson.dumps({**_rendered(endpoint), "secret": endpoint.secret}), headers)


def listen(account: Account[State], url: str) -> str:
    """An endpoint for every event, made without a call; its secret."""
    return _opened(account, url, ("*",), "").secret


def _opened(account: Account[State], url: str, events: tuple[str, ...], description: str) -> Endpoint:
    endpoint = Endpoint(
        id=new_id(account, "whe"),
        url=url,
        events=events,
        description=description,
        secret=_new_secret(account),
        created_s=account.wall_s(),
    )
    account.state.endpoints.add(endpoint.id, endpoint)
    return endpoint


def fetch_endpoint(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/webhook-endpoints/{id}."""
    return Reply(200, orjson.dumps(_rendered(_endpoint(call, account))), dict(_JSON))


def list_endpoints(_call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/webhook-endpoints: all of them, on one page."""
    data = [_rendered(endpoint) for endpoint in account.state.endpoints.oldest_first()]
    return Reply(200, orjson.dumps({"data": data, "page": {"nextCursor": None, "hasMore": False}}), dict(_JSON))


def delete_endpoint(call: Call, account: Account[State]) -> Reply:
    """DELETE /api/v2/webhook-endpoints/{id}."""
    account.state.endpoints.remove(_endpoint(call, account).id)
    return Reply(204)


def rotate_secret(call: Call, account: Account[State]) -> Reply:
    """POST …/rotate-secret: both secrets sign for a day."""
    endpoint = _endpoint(call, account)
    endpoint.previous, endpoint.secret = endpoint.secret, _new_secret(account)
    endpoint.previous_until_s = account.wall_s() + OVERLAP_S
    until = rfc3339(endpoint.previous_until_s)
    body = {**_rendered(endpoint), "secret": endpoint.secret, "previousSecretValidUntil": until}
    return Reply(200, orjson.dumps(body), dict(_JSON))


def list_deliveries(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/webhook-deliveries: the newest attempts first, at most 200."""
    endpoint, status = call.data.get("endpointId"), call.data.get("status")
    found = [
        _rendered_delivery(delivery)
        for delivery in reversed(account.state.deliveries)
        if endpoint in {None, delivery.endpoint_id} and status in {None, delivery.status}
    ]
    return Reply(200, orjson.dumps({"data": found[:200], "page": {"nextCursor": None, "hasMore": False}}), dict(_JSON))


def redeliver(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/webhook-deliveries/{id}/redeliver: the same event, the same event id, a new delivery."""
    state = account.state
    delivery = next((one for one in state.deliveries if one.id == call.params["id"]), None)
    endpoint = None if delivery is None else state.endpoints.get(delivery.endpoint_id)
    if delivery is None or endpoint is None:
        raise refuse(call, "not-found")
    state.redeliveries += 1
    kind = delivery.notice.type.partition(_AGAIN)[0]
    notice = Notice(f"{kind}{_AGAIN}{state.redeliveries}:{endpoint.id}", delivery.notice.payload)
    body = {"eventId": delivery.notice.payload["id"], "endpointId": endpoint.id, "status": "queued"}
    return Reply(202, orjson.dumps(body), dict(_JSON), notices=(notice,))


def _new_secret(account: Account[State]) -> str:
    return f"pyx_whsec_{account.ids.base62(40)}"


def _endpoint(call: Call, account: Account[State]) -> Endpoint:
    endpoint = account.state.endpoints.get(call.params["id"])
    if endpoint is None:
        raise refuse(call, "not-found")
    return endpoint


def _rendered(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "description": endpoint.description,
        "status": "enabled" if endpoint.enabled else "disabled",
        "createdAt": rfc3339(endpoint.created_s),
    }


def _rendered_delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "endpointId": delivery.endpoint_id,
        "eventId": delivery.notice.payload["id"],
        "eventType": delivery.notice.payload["type"],
        "attempt": delivery.attempt,
        "status": delivery.status,
        "responseStatus": delivery.response_status,
        "at": rfc3339(delivery.wall_s),
    }


def _delivery_id(notice: Notice, url: str, attempt: int) -> str:
    return derived_id("whd", str(notice.payload["id"]), notice.type, url, str(attempt))


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(notice.payload)


def _headers(  # noqa: PLR0917 - the engine's signature
    notice: Notice, url: str, body: bytes, secret: str, wall_s: float, attempt: int
) -> Mapping[str, str]:
    secrets = secret.split(" ")
    return {
        "User-Agent": "pyxis-webhooks/2",
        "X-Correlation-ID": str(notice.payload["correlationId"]),
        "X-Pyxis-Attempt": str(attempt),
        "X-Pyxis-Delivery-Id": _delivery_id(notice, url, attempt),
        "X-Pyxis-Event-Id": str(notice.payload["id"]),
        "X-Pyxis-Signature": timed_signature(secrets, wall_s, body),
        "X-Signature": plain_signature(secrets[0], body),
    }


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    """Everybody who listens, or the one endpoint of a redelivery; both secrets while a rotation overlaps."""
    state: State = account.state
    kind, _, again = notice.type.partition(_AGAIN)
    if again:
        asked = state.endpoints.get(again.partition(":")[2])
        return [] if asked is None else [(asked.url, _secrets(account, asked))]
    wanting = (endpoint for endpoint in state.endpoints.oldest_first() if endpoint.wants(kind))
    return [(endpoint.url, _secrets(account, endpoint)) for endpoint in wanting]


def _secrets(account: Account[Any], endpoint: Endpoint) -> str:
    overlaps = endpoint.previous and account.wall_s() < endpoint.previous_until_s
    return f"{endpoint.secret} {endpoint.previous}" if overlaps else endpoint.secret


def _on_result(  # noqa: PLR0917 - the engine's signature
    account: Account[Any], notice: Notice, url: str, attempt: int, status: int | None, final: bool
) -> None:
    state: State = account.state
    delivered = status is not None and 200 <= status < 300
    for endpoint in state.endpoints.oldest_first():
        if endpoint.url == url:
            if status == 410:
                endpoint.enabled = False
            outcome = "delivered" if delivered else "dead" if final else "failed"
            delivery_id = _delivery_id(notice, url, attempt)
            state.deliveries.append(
                Delivery(delivery_id, endpoint.id, notice, attempt, outcome, status, account.wall_s())
            )
            return


def _on_withdrawn(account: Account[Any], notice: Notice, url: str) -> None:
    """The endpoint was removed, or disabled by a 410, while another attempt was due."""
    state: State = account.state
    endpoint = next((one for one in state.endpoints.oldest_first() if one.url == url), None)
    if endpoint is not None:
        made = derived_id("whd", str(notice.payload["id"]), notice.type, url, "withdrawn")
        state.deliveries.append(Delivery(made, endpoint.id, notice, 0, "withdrawn", None, account.wall_s()))


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=(0.0, 5.0, 30.0, 120.0, 600.0, 3600.0),
    # 410 is the receiver's way of saying that it wants no more; redirects are not followed.
    retry_on=lambda status: status is None or (status != 410 and not 200 <= status < 300),
    timeout_s=5.0,
    jitter=0.1,
    on_result=_on_result,
    on_withdrawn=_on_withdrawn,
)
