"""Subscriptions: who is told of changes to a set, for three days, after a handshake.

    POST ──▶ taken ──handshake: the receiver answers 2xx──▶ told of changes ──three days──▶ gone
                   ──any other answer──▶ gone

The real one answers the POST after the handshake, and looks for its token in the receiver's body; here the POST is
answered at once, and the receiver's status decides.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.erp.errors import JSON, refuse
from brownout_simulators.vendors.erp.instants import instant, new_guid
from brownout_simulators.vendors.erp.resources import State, Subscription
from brownout_simulators.vendors.erp.schema import KINDS
from brownout_simulators.vendors.erp.setup import setup_of

LIFETIME_S: Final = 3 * 86_400.0
"""In an ERP's seconds (Microsoft Learn, "Working with webhooks")."""
HANDSHAKE: Final = "handshake"


def subscribe(call: Call, account: Account[State]) -> Reply:
    """POST …/subscriptions."""
    url, resource = (_text(call, name) for name in ("notificationUrl", "resource"))
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise refuse(call, "Application_FieldValidationException", "It is no address.", target="notificationUrl")
    set_name = resource.rstrip("/").rpartition("/")[2]
    if set_name not in KINDS or KINDS[set_name].header:
        raise refuse(call, "BadRequest_ResourceNotFound", f"No set is called {set_name[:80]!r}.", target="resource")
    made = _made(account, url, resource, str(call.data.get("clientState") or "")[:2_048])
    headers = {"content-type": JSON, "etag": _etag(made), "odata-version": "4.0"}
    return Reply(201, orjson.dumps(_rendered(made)), headers, notices=_handshake(account, made))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/subscriptions({id})."""
    found = _find(call, account)
    return Reply(200, orjson.dumps(_rendered(found)), {"content-type": JSON, "etag": _etag(found)})


def fetch_all(_call: Call, account: Account[State]) -> Reply:
    """GET …/subscriptions."""
    value = [_rendered(each) for each in account.state.subscriptions.oldest_first() if not is_over(each, account)]
    return Reply(200, orjson.dumps({"value": value}), {"content-type": JSON, "odata-version": "4.0"})


def renew(call: Call, account: Account[State]) -> Reply:
    """PATCH …/subscriptions({id}): another three days, after another handshake."""
    found = _find(call, account)
    given = call.headers.get("if-match", "").strip()
    if not given:
        raise refuse(call, "BadRequest_InvalidToken", status=setup_of(account).missing_if_match)
    if given not in {"*", _etag(found)}:
        raise refuse(call, "Request_EntityChanged", status=setup_of(account).etag_stale)
    if "notificationUrl" in call.data and call.data["notificationUrl"] != found.url:
        raise refuse(call, "Application_FieldValidationException", "It cannot be changed.", target="notificationUrl")
    found.expires_s = account.wall_s() + setup_of(account).scaled(LIFETIME_S)
    found.version += 1
    headers = {"content-type": JSON, "etag": _etag(found), "odata-version": "4.0"}
    return Reply(200, orjson.dumps(_rendered(found)), headers, notices=_handshake(account, found))


def unsubscribe(call: Call, account: Account[State]) -> Reply:
    """DELETE …/subscriptions({id})."""
    account.state.end_subscription(_find(call, account))
    return Reply(204)


def listen(account: Account[State], url: str) -> str:
    """A subscription to every set, made without a call and without a handshake; what its notices carry with them."""
    secret = account.ids.hexadecimal(32)
    for name, kind in KINDS.items():
        if not kind.header:
            _made(account, url, name, secret)
    return secret


def is_over(subscription: Subscription, account: Account[State]) -> bool:
    """Whether nobody is told any more."""
    return account.wall_s() >= subscription.expires_s


def routes(root: str) -> Iterator[Route[State]]:
    """Below an API's root."""
    yield Route("POST", f"{root}/subscriptions", subscribe)
    yield Route("GET", f"{root}/subscriptions", fetch_all)
    yield Route("GET", f"{root}/subscriptions({{id}})", fetch)
    yield Route("PATCH", f"{root}/subscriptions({{id}})", renew)
    yield Route("DELETE", f"{root}/subscriptions({{id}})", unsubscribe)


def _made(account: Account[State], url: str, resource: str, client_state: str) -> Subscription:
    made = Subscription(
        new_guid(account),
        url,
        resource,
        resource.rstrip("/").rpartition("/")[2],
        client_state,
        account.wall_s() + setup_of(account).scaled(LIFETIME_S),
    )
    account.state.begin_subscription(made, account.clock())
    return made


def _handshake(account: Account[State], subscription: Subscription) -> tuple[Notice, ...]:
    if not setup_of(account).webhook_handshake:
        return ()
    token = account.ids.hexadecimal(32)
    url = f"{subscription.url}{'&' if '?' in subscription.url else '?'}validationToken={quote(token)}"
    return (Notice(HANDSHAKE, {"id": subscription.id}, url=url),)


def _find(call: Call, account: Account[State]) -> Subscription:
    found = account.state.subscriptions.get(call.params["id"].strip("'").lower())
    if found is None or is_over(found, account):
        raise refuse(call, "BadRequest_NotFound", "There is no such subscription.", target="subscriptions")
    return found


def _text(call: Call, name: str) -> str:
    value = call.data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2_000:
        raise refuse(call, "BadRequest_RequiredParamNotProvided", f"{name} is required.", target=name)
    return value


def _etag(subscription: Subscription) -> str:
    return f'W/"{subscription.id[:8]}{subscription.version}"'


def _rendered(subscription: Subscription) -> dict[str, Any]:
    return {
        "@odata.etag": _etag(subscription),
        "subscriptionId": subscription.id,
        "notificationUrl": subscription.url,
        "resource": subscription.resource,
        "clientState": subscription.client_state,
        "expirationDateTime": instant(subscription.expires_s),
    }
