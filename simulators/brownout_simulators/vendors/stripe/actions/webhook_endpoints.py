"""Webhook endpoints: who is told what. The signing secret is shown once, in the answer to the creation."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.event_names import KNOWN_EVENTS
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.parameters.kinds import parameters
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.versions import check_version
from brownout_simulators.vendors.stripe.webhooks import secret_of
from brownout_simulators.vendors.stripe.work import Work, merged, required

MAX_ENDPOINTS: Final = 16
MAX_ROLL_S: Final = 86_400
"""How long an endpoint's old secret may be good beside the new one."""
KIND: Final = "webhook_endpoint"


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/webhook_endpoints."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/webhook_endpoints"])
    required(call, given, "url")
    required(call, given, "enabled_events")
    state = account.state
    if len(state.secrets) >= MAX_ENDPOINTS:
        raise errors.invalid(call, "url", f"You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.")
    endpoint = crud.blank(work, RESOURCES[KIND], given)
    endpoint["metadata"] = merged({}, given.get("metadata"))
    _check(work, given, endpoint)
    return work.reply({**endpoint, "secret": _open(work, endpoint)})


def listen(account: StripeAccount, url: str) -> str:
    """An endpoint for every event, made without a call; its signing secret."""
    work = Work(None, account)
    return _open(work, {**crud.blank(work, RESOURCES[KIND], {"url": url, "enabled_events": ["*"]}), "metadata": {}})


def _open(work: Work, endpoint: Object) -> str:
    work.keep(endpoint)
    state = work.state
    secret = secret_of(work.account.name, state.endpoints_made)
    state.endpoints_made += 1
    state.secrets[endpoint["id"]] = secret
    _listen(work)
    return secret


def _check(work: Work, given: Mapping[str, Any], endpoint: Object) -> None:
    url = given.get("url")
    if url and not url.startswith(("http://", "https://")):
        raise errors.invalid(work.call, "url", "Invalid URL: An explicit scheme (such as https) must be provided.")
    for place, event in enumerate(given.get("enabled_events") or ()):
        if event != "*" and event not in KNOWN_EVENTS:
            message = f"Invalid enabled_events[{place}]: must be one of the names of events, or *"
            raise errors.invalid(work.call, f"enabled_events[{place}]", message)
    version = given.get("api_version")
    if version is not None:
        check_version(work.call, version)
    if given.get("disabled") is not None:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"


def _listen(work: Work) -> None:
    """Bring the list of enabled endpoints up to date."""
    rows = work.state.of[KIND].newest_first()
    work.state.listeners = [row for row in rows if not row.get("deleted") and row["status"] == "enabled"]


ROLL: Final = parameters(integers="expires_in", arrays="expand")


def roll(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/webhook_endpoints/{id}/roll_secret: Brownout's own stand-in for the Dashboard's button.
    For `expires_in` seconds (a day, if not given) deliveries are signed with the old secret, too."""
    work = Work(call, account)
    given = work.read(ROLL)
    endpoint = crud.alive(work, RESOURCES[KIND])
    expires_in = given.get("expires_in", MAX_ROLL_S)
    if expires_in is None or not 0 <= expires_in <= MAX_ROLL_S:
        raise errors.invalid(call, "expires_in", f"Invalid expires_in: must be between 0 and {MAX_ROLL_S} seconds")
    state, id = account.state, endpoint["id"]  # noqa: A001
    state.rolled[id] = (state.secrets[id], account.wall_s() + expires_in)
    state.secrets[id] = secret_of(account.name, state.endpoints_made)
    state.endpoints_made += 1
    return work.reply({**endpoint, "secret": state.secrets[id]})


def _update(call: Call, account: StripeAccount) -> Reply:
    reply = _PLAIN_UPDATE.action(call, account)
    _listen(Work(call, account))
    return reply


def _delete(call: Call, account: StripeAccount) -> Reply:
    reply = _PLAIN_DELETION.action(call, account)
    del account.state.secrets[call.params["id"]]
    _listen(Work(call, account))
    return reply


_PLAIN_UPDATE: Final = crud.update(KIND, _check)
_PLAIN_DELETION: Final = crud.deletion(KIND)

ROUTES: Final = (
    crud.route("POST", "/v1/webhook_endpoints", create),
    crud.listing(KIND),
    crud.retrieval(KIND),
    crud.route("POST", "/v1/webhook_endpoints/{id}", _update),
    crud.route("DELETE", "/v1/webhook_endpoints/{id}", _delete),
    crud.route("POST", "/v1/test_helpers/webhook_endpoints/{id}/roll_secret", roll),
)
