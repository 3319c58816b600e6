"""Subscription schedules: what a subscription will be, phase by phase.

not_started ─start─▶ active ─last phase ends─▶ completed
not_started | active ─cancel─▶ canceled        not_started | active ─release─▶ released
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    billing,
    clocks,
    crud,
    invoicing,
    payment_methods,
    subscribed_items,
    subscriptions,
)
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.periods import period_end
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resource import Verb, words
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer, required

RESOURCE: Final = RESOURCES["subscription_schedule"]
MAX_PHASES: Final = 10
TOLD_BEFORE_S: Final = 7 * 86_400
"""How long before its end a schedule is told to expire (Stripe's page "Types of events")."""
RUNNING: Final = words("not_started active")
CANCEL: Final = Verb("cancel", RUNNING, "canceled", "canceled", "canceled_at")
RELEASE: Final = Verb("release", RUNNING, "released", "released", "released_at")

_PHASE: Final[Mapping[str, Any]] = {
    "add_invoice_items": [],
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_cycle_anchor": None,
    "billing_thresholds": None,
    "collection_method": None,
    "currency": "",
    "default_payment_method": None,
    "default_tax_rates": [],
    "description": None,
    "discounts": [],
    "end_date": 0,
    "invoice_settings": None,
    "items": [],
    "metadata": {},
    "on_behalf_of": None,
    "proration_behavior": "create_prorations",
    "start_date": 0,
    "transfer_data": None,
    "trial_end": None,
}
_PHASE_ITEM: Final[Mapping[str, Any]] = {
    "billing_thresholds": None,
    "discounts": [],
    "metadata": {},
    "plan": "",
    "price": "",
    "quantity": 1,
    "tax_rates": [],
}


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscription_schedules: for a customer, or from a subscription that runs."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscription_schedules"])
    crud.check_given(work, RESOURCE, given, is_new=True)
    if given.get("from_subscription"):
        return work.reply(_from_subscription(work, given))
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    clocks.go_by(work, customer)
    schedule = crud.blank(work, RESOURCE, given)
    start = given.get("start_date")
    begins = work.now if start in {None, "now"} else integer(call, "start_date", start)
    if begins is None:
        raise errors.missing(call, "start_date")
    phases = _phases(work, required(call, given, "phases"), begins)
    schedule.update(customer=customer["id"], phases=phases, test_clock=customer["test_clock"])
    work.keep(schedule)
    work.emit("subscription_schedule.created", schedule)
    if begins <= work.now:
        _start(work, schedule)
    else:
        id = schedule["id"]  # noqa: A001
        clocks.later(account, schedule, begins, lambda later: _start_by_id(later, id))
    return work.reply(schedule)


def _from_subscription(work: Work, given: Given) -> Object:
    subscription = work.find("subscription", given["from_subscription"], "from_subscription")
    if given.get("phases") is not None or subscription["status"] in billing.ENDED or subscription["schedule"]:
        message = (
            "`from_subscription` goes with a subscription that runs and has no schedule yet, and without `phases`."
        )
        raise errors.invalid(work.call, "from_subscription", message)
    clocks.go_by(work, subscription)
    items = subscription["items"]["data"]
    phase = {
        **_PHASE,
        "currency": subscription["currency"],
        "end_date": items[0]["current_period_end"],
        "items": [_phase_item(item["price"], item["quantity"]) for item in items],
        "start_date": items[0]["current_period_start"],
    }
    schedule = crud.blank(work, RESOURCE, given)
    schedule.update(
        customer=subscription["customer"],
        current_phase={"end_date": phase["end_date"], "start_date": phase["start_date"]},
        phases=[phase],
        status="active",
        subscription=subscription["id"],
        test_clock=subscription["test_clock"],
    )
    work.keep(schedule)
    work.change(subscription, {"schedule": schedule["id"]})
    work.emit("subscription_schedule.created", schedule)
    _plan(work, schedule)
    return schedule


def _phases(work: Work, wishes: list[Any], start: int) -> list[Object]:
    call, made, begins = work.call, [], start
    if not wishes:
        raise errors.missing(call, "phases")
    for place, wish in enumerate(wishes[:MAX_PHASES]):
        param = f"phases[{place}]"
        if not isinstance(wish, dict) or not isinstance(wish.get("items"), list) or not wish["items"]:
            raise errors.missing(call, f"{param}[items]")
        phase, items = dict(_PHASE), []
        for number, each in enumerate(wish["items"]):
            price = invoicing.price_of(work, each, f"{param}[items][{number}]")
            if price["recurring"] is None:
                message = "A schedule's prices must be recurring."
                raise errors.invalid(call, f"{param}[items][{number}][price]", message)
            quantity = integer(call, f"{param}[items][{number}][quantity]", each.get("quantity", "1"))
            items.append(_phase_item(price, 1 if quantity is None else quantity))
            phase["currency"] = price["currency"]
            every = price["recurring"]
        ends = _end(work, wish, param, begins, every)
        phase.update(items=items, start_date=begins, end_date=ends)
        if wish.get("proration_behavior"):
            phase["proration_behavior"] = wish["proration_behavior"]
        made.append(phase)
        begins = ends
    return made


def _end(work: Work, wish: Given, param: str, start: int, every: Object) -> int:
    """When a phase ends: at `end_date`, after `duration`, or after as many periods as `iterations` says; else one."""
    call = work.call
    if wish.get("end_date"):
        end = integer(call, f"{param}[end_date]", wish["end_date"])
        if end is None or end <= start:
            raise errors.invalid(call, f"{param}[end_date]", "A phase must end after it starts.")
        return end
    duration = wish.get("duration")
    if isinstance(duration, dict):
        count = integer(call, f"{param}[duration][interval_count]", duration.get("interval_count", "1")) or 1
        return _after(work, start, duration.get("interval"), count, f"{param}[duration]")
    iterations = integer(call, f"{param}[iterations]", wish.get("iterations", "1")) or 1
    return _after(work, start, every["interval"], every["interval_count"] * iterations, param)


def _after(work: Work, start: int, interval: Any, count: int, param: str) -> int:
    if interval not in {"day", "week", "month", "year"} or not 1 <= count <= 120:
        raise errors.invalid(work.call, param, "Invalid duration: a number of days, weeks, months or years.")
    return period_end(start, interval, count)


def _phase_item(price: Object, quantity: int) -> Object:
    return {**_PHASE_ITEM, "plan": price["id"], "price": price["id"], "quantity": quantity}


def _start_by_id(work: Work, id: str) -> None:  # noqa: A002
    schedule = work.state.of["subscription_schedule"].get(id)
    if schedule is not None and schedule["status"] == "not_started":
        _start(work, schedule)


def _start(work: Work, schedule: Object) -> None:
    """The first phase begins: there is a subscription now."""
    customer = work.state.of["customer"].get(schedule["customer"])
    if customer is None or customer.get("deleted"):
        return
    phase = schedule["phases"][0]
    order = {"items": _wishes(phase), "payment_behavior": "default_incomplete", "metadata": {}}
    subscription = subscriptions.start(work, customer, order)
    if invoicing.default_method(customer, None) is not None and subscription["status"] == "incomplete":
        invoice = work.find("invoice", subscription["latest_invoice"], "customer")
        invoicing.collect(work, invoice, invoicing.default_method(customer, None))
    work.change(subscription, {"schedule": schedule["id"]})
    current = {"end_date": phase["end_date"], "start_date": phase["start_date"]}
    work.change(schedule, {"status": "active", "subscription": subscription["id"], "current_phase": current})
    work.emit("subscription_schedule.updated", schedule, {"status": "not_started"})
    _plan(work, schedule)


def _wishes(phase: Object) -> list[dict[str, str]]:
    return [{"price": item["price"], "quantity": str(item["quantity"])} for item in phase["items"]]


def _plan(work: Work, schedule: Object) -> None:
    """The end of each phase, and what is told before the last."""
    id, phases = schedule["id"], schedule["phases"]  # noqa: A001
    for place, phase in enumerate(phases):
        if phase["end_date"] > work.now:
            step = partial(_next, id=id, place=place, end=phase["end_date"])
            clocks.later(work.account, schedule, phase["end_date"], step)
    last = phases[-1]["end_date"]
    due = max(work.now, last - TOLD_BEFORE_S)
    clocks.later(work.account, schedule, due, lambda later: _expiring(later, id, last))


def _expiring(work: Work, id: str, end: int) -> None:  # noqa: A002
    schedule = work.state.of["subscription_schedule"].get(id)
    if schedule is not None and schedule["status"] == "active" and schedule["phases"][-1]["end_date"] == end:
        work.emit("subscription_schedule.expiring", schedule)


def _next(work: Work, id: str, place: int, end: int) -> None:  # noqa: A002
    """A phase is over: the next begins, or the schedule is done."""
    schedule = work.state.of["subscription_schedule"].get(id)
    if schedule is None or schedule["status"] != "active" or place >= len(schedule["phases"]):
        return
    if schedule["phases"][place]["end_date"] != end:
        return  # the phases were changed meanwhile
    subscription = work.state.of["subscription"].get(schedule["subscription"] or "")
    if place + 1 == len(schedule["phases"]):
        _done(work, schedule, subscription)
        return
    phase = schedule["phases"][place + 1]
    current = {"end_date": phase["end_date"], "start_date": phase["start_date"]}
    previous = work.change(schedule, {"current_phase": current})
    if subscription is not None and subscription["status"] not in billing.ENDED:
        gone = [{"id": item["id"], "deleted": "true"} for item in subscription["items"]["data"]]
        behaviour = {"proration_behavior": phase["proration_behavior"]}
        subscribed_items.change(work, subscription, [*_wishes(phase), *gone], behaviour)
    work.emit("subscription_schedule.updated", schedule, previous)


def _done(work: Work, schedule: Object, subscription: Object | None) -> None:
    work.change(schedule, {"status": "completed", "completed_at": work.now, "current_phase": None})
    if subscription is not None and subscription["status"] not in billing.ENDED:
        work.change(subscription, {"schedule": None})
        if schedule["end_behavior"] == "cancel":
            billing.move(work, subscription, "canceled", canceled_at=work.now, ended_at=work.now)
    work.emit("subscription_schedule.completed", schedule)


def _canceled(work: Work, _given: Given, schedule: Object) -> None:
    """The subscription ends with it."""
    subscription = work.state.of["subscription"].get(schedule["subscription"] or "")
    work.change(schedule, {"current_phase": None})
    if subscription is not None and subscription["status"] not in billing.ENDED:
        billing.move(work, subscription, "canceled", canceled_at=work.now, ended_at=work.now)


def _released(work: Work, _given: Given, schedule: Object) -> None:
    """The subscription goes on as it is."""
    subscription = work.state.of["subscription"].get(schedule["subscription"] or "")
    changes = {"current_phase": None, "released_subscription": schedule["subscription"], "subscription": None}
    work.change(schedule, changes)
    if subscription is not None:
        work.change(subscription, {"schedule": None})


def _change(work: Work, given: Given, schedule: Object) -> None:
    """Other phases, of a schedule that is not over; what began already must stay as it is."""
    if schedule["status"] not in RUNNING:
        crud.require(work, RESOURCE, schedule, Verb("update", RUNNING, ""))
    clocks.go_by(work, schedule)
    if given.get("phases") is None:
        return
    start = schedule["phases"][0]["start_date"]
    phases = _phases(work, given["phases"], start)
    if schedule["status"] == "active":
        passed = [phase for phase in schedule["phases"] if phase["start_date"] <= work.now]
        if [phase["items"] for phase in phases[: len(passed)]] != [phase["items"] for phase in passed]:
            message = "Phases that have begun cannot be changed here: repeat them as they are."
            raise errors.invalid(work.call, "phases", message)
    schedule["phases"] = phases
    if schedule["status"] == "active":
        _plan(work, schedule)


ROUTES: Final = (
    crud.route("POST", "/v1/subscription_schedules", create),
    *crud.routes("subscription_schedule", check=_change),
    crud.verb("subscription_schedule", CANCEL, _canceled),
    crud.verb("subscription_schedule", RELEASE, _released),
)
