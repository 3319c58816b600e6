"""Billing meters: usage is counted by customer, once for each identifier; what no meter wants is told of."""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.declared.shallow import METER_EVENT
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, required

FORMULAS: Final = ("count", "last", "sum")


def _new_meter(work: Work, given: Given, meter: Object) -> None:
    if given["default_aggregation"].get("formula") not in FORMULAS:
        message = f"Invalid default_aggregation[formula]: must be one of {', '.join(FORMULAS)}"
        raise errors.invalid(work.call, "default_aggregation[formula]", message)
    if _named(work, given["event_name"]) is not None:
        message = f"There is already an active meter with the event name {given['event_name']}."
        raise errors.invalid(work.call, "event_name", message, "resource_already_exists")
    meter["updated"] = work.now


def _named(work: Work, event_name: object) -> Object | None:
    rows = work.state.of["billing.meter"].newest_first()
    return next((row for row in rows if row["event_name"] == event_name and row["status"] == "active"), None)


def _changed(work: Work, _given: Given, meter: Object) -> None:
    stamp = work.now if meter["status"] == "inactive" else None
    work.change(meter, {"status_transitions": {"deactivated_at": stamp}, "updated": work.now})


def _updated(work: Work, _given: Given, meter: Object) -> None:
    meter["updated"] = work.now


def count(work: Work, name: str, payload: dict[str, Any], identifier: str, timestamp: int) -> str:
    """Count one use. "" if it was counted; else why it was not: the code of the error that Stripe reports later."""
    meter = _named(work, name)
    if meter is None:
        return "no_meter"
    customer = payload.get(meter["customer_mapping"]["event_payload_key"])
    if not isinstance(customer, str) or work.state.of["customer"].get(customer) is None:
        return "meter_event_customer_not_found"
    text = payload.get(meter["value_settings"]["event_payload_key"], "1")
    if not (isinstance(text, str) and text.isascii() and text.isdecimal()) or len(text) > 15:
        return "meter_event_invalid_value"
    key = f"{meter['id']}/{identifier}"
    if key in work.state.uses:
        return ""
    work.state.uses.add(key, (meter["id"], customer, int(text), timestamp), work.at_s)
    return ""


def create_event(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/billing/meter_events."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/billing/meter_events"])
    name, payload = required(call, given, "event_name"), required(call, given, "payload")
    identifier = given.get("identifier") or work.id("mev_")
    if work.state.uses.get(f"{(_named(work, name) or {}).get('id')}/{identifier}") is not None:
        message = f"An event already exists with identifier {identifier}."
        raise errors.invalid(call, "identifier", message, "resource_already_exists")
    timestamp = work.now if given.get("timestamp") is None else given["timestamp"]
    wrong = count(work, name, payload, identifier, timestamp)
    if wrong:
        message = {
            "no_meter": f"No active meter found for event name {name}.",
            "meter_event_customer_not_found": "The payload names no customer.",
            "meter_event_invalid_value": "The payload's value is no whole number.",
        }[wrong]
        raise errors.invalid(call, "event_name" if wrong == "no_meter" else "payload", message, wrong)
    made = {**METER_EVENT, "created": work.now, "event_name": name, "identifier": identifier}
    return work.reply({**made, "payload": payload, "timestamp": timestamp})


def summaries(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/billing/meters/{id}/event_summaries: how much a customer used between two instants."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/billing/meters/{id}/event_summaries"])
    meter = crud.by_path(work, RESOURCES["billing.meter"])
    customer = required(call, given, "customer")
    start, end = required(call, given, "start_time"), required(call, given, "end_time")
    values = [
        value
        for id, of, value, at in account.state.uses.oldest_first()  # noqa: A001
        if (id, of) == (meter["id"], customer) and start <= at < end
    ]
    formula = meter["default_aggregation"]["formula"]
    used = len(values) if formula == "count" else sum(values) if formula == "sum" else (values or [0])[-1]
    summary = {
        "id": f"mtrusg_{meter['id'][9:]}",
        "object": "billing.meter_event_summary",
        "aggregated_value": used,
        "end_time": end,
        "livemode": False,
        "meter": meter["id"],
        "start_time": start,
    }
    return work.reply(list_of(call.path, [summary]))


ROUTES: Final = (
    *crud.routes(
        "billing.meter", prepare=_new_meter, check=_updated, then={"deactivate": _changed, "reactivate": _changed}
    ),
    crud.route("GET", "/v1/billing/meters/{id}/event_summaries", summaries),
    crud.route("POST", "/v1/billing/meter_events", create_event),
)
