"""Subscriptions: order, change, pause, cancel. What they cost and when is in `billing.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    billing,
    clocks,
    confirm,
    crud,
    discounts,
    invoice_items,
    invoicing,
    payment_methods,
    proration,
    subscribed_items,
)
from brownout_simulators.vendors.stripe.actions.periods import period_end
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer, required

RESOURCE: Final = RESOURCES["subscription"]


MAX_TRIAL_DAYS: Final = 730
PAUSES: Final = ("keep_as_draft", "mark_uncollectible", "void")


BEHAVIOURS: Final = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscriptions"])
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    clocks.go_by(work, customer)
    required(call, given, "items")
    return work.reply(start(work, customer, given))


def start(work: Work, customer: Object, given: Mapping[str, Any]) -> Object:
    """A new subscription with its first invoice, paid if it can be."""
    call, wishes = work.call, given["items"]
    behaviour = _behaviour(work, given)
    subscription = crud.blank(work, RESOURCE, given)
    subscription["customer"] = customer["id"]
    subscription["start_date"] = subscription["billing_cycle_anchor"] = work.now
    if given.get("default_payment_method"):
        subscription["default_payment_method"] = _own_method(work, given["default_payment_method"], customer)
    subscription["test_clock"] = customer["test_clock"]
    sends = _sends(work, given)
    trial_end = _trial_end(work, given)
    anchor = _anchor(work, given, trial_end)
    subscribed_items.set_items(work, subscription, wishes, until=trial_end or anchor)
    _set_end(work, subscription, given)
    _check_pause(work, given)
    subscription["default_tax_rates"] = discounts.rates_of(work, given.get("default_tax_rates"), "default_tax_rates")
    subscription["discounts"] = discounts.from_wishes(
        work, given.get("discounts"), customer=customer["id"], subscription=subscription["id"]
    )
    method = invoicing.default_method(customer, subscription["default_payment_method"])
    free = trial_end is not None or _total(subscription) == 0 or sends
    if not free and method is None and behaviour not in {"default_incomplete", "pending_if_incomplete"}:
        raise Refused(invoicing.no_method(call))
    if behaviour == "error_if_incomplete" and not free and method is not None:
        _refuse_if_bad(work, method)
    if trial_end is not None:
        subscription.update(
            status="trialing", trial_start=work.now, trial_end=trial_end, billing_cycle_anchor=trial_end
        )
    elif sends:
        subscription["status"] = "active"
    work.keep(subscription)
    subscribed_items.remember(work, subscription)
    work.emit("customer.subscription.created", subscription)
    _add_once(work, subscription, customer, given.get("add_invoice_items"))
    share = billing.WHOLE
    if anchor is not None:
        subscription["billing_cycle_anchor"] = anchor
        share = _share(work, subscription, given, anchor)
    is_free = subscription["status"] == "trialing" or share[0] == 0
    invoice = billing.bill(work, subscription, customer, "subscription_create", free=is_free, share=share)
    if invoice["status"] == "paid" and subscription["status"] == "incomplete":
        billing.move(work, subscription, "paid")
    if not free and behaviour != "default_incomplete" and method is not None:
        invoice = work.find("invoice", subscription["latest_invoice"], "customer")
        if invoice["status"] == "open":
            invoicing.collect(work, invoice, method, off_session=bool(given.get("off_session")))
    billing.plan_ahead(work, subscription)
    billing.plan_end(work, subscription)
    return subscription


def _behaviour(work: Work, given: Mapping[str, Any]) -> str:
    behaviour = given.get("payment_behavior") or "allow_incomplete"
    if behaviour not in BEHAVIOURS:
        message = f"Invalid payment_behavior: must be one of {', '.join(BEHAVIOURS)}"
        raise errors.invalid(work.call, "payment_behavior", message)
    return str(behaviour)


def _anchor(work: Work, given: Mapping[str, Any], trial_end: int | None) -> int | None:
    """`billing_cycle_anchor`: when the first whole period begins, in the future and no further than one from now."""
    anchor = given.get("billing_cycle_anchor")
    if anchor is None or trial_end is not None:
        return None
    if anchor <= work.now:
        raise errors.invalid(work.call, "billing_cycle_anchor", "The billing_cycle_anchor must be in the future.")
    return int(anchor)


def _share(work: Work, subscription: Object, given: Mapping[str, Any], anchor: int) -> billing.Share:
    """How much of a whole period there is before the anchor; none where it is not to be prorated."""
    every = subscription["items"]["data"][0]["price"]["recurring"]
    begins = period_end(anchor, every["interval"], -every["interval_count"])
    if begins > work.now:
        message = "The billing_cycle_anchor cannot be later than one period from now."
        raise errors.invalid(work.call, "billing_cycle_anchor", message)
    if proration.behaviour_of(work, given) == "none":
        return 0, 1
    return anchor - work.now, anchor - begins


def _set_end(work: Work, subscription: Object, given: Mapping[str, Any]) -> None:
    """`cancel_at`: an instant, or the end of the shortest or longest of the present periods; empty for never."""
    if "cancel_at" not in given:
        return
    at, ends = given["cancel_at"], [item["current_period_end"] for item in subscription["items"]["data"]]
    named = {"min_period_end": min(ends), "max_period_end": max(ends)}
    instant = named.get(at, at) if at is not None else None
    if instant is not None and not isinstance(instant, int):
        instant = integer(work.call, "cancel_at", instant)
    if instant is not None and instant <= work.now:
        raise errors.invalid(work.call, "cancel_at", "Invalid timestamp: must be in the future")
    subscription.update(cancel_at=instant, canceled_at=work.now if instant is not None else None)


def _check_pause(work: Work, given: Mapping[str, Any]) -> None:
    paused = given.get("pause_collection")
    if paused is not None and paused.get("behavior") not in PAUSES:
        message = f"Invalid pause_collection[behavior]: must be one of {', '.join(PAUSES)}"
        raise errors.invalid(work.call, "pause_collection[behavior]", message)


def _sends(work: Work, given: Mapping[str, Any]) -> bool:
    """Whether the customer is sent invoices, and pays when it likes: nothing is needed to charge."""
    method, days = given.get("collection_method"), given.get("days_until_due")
    if method not in {None, "charge_automatically", "send_invoice"}:
        message = "Invalid collection_method: must be one of charge_automatically or send_invoice"
        raise errors.invalid(work.call, "collection_method", message)
    if method == "send_invoice" and days is None:
        message = "You must specify `days_until_due` if `collection_method` is `send_invoice`."
        raise errors.invalid(work.call, "days_until_due", message, "parameter_missing")
    if method != "send_invoice" and days is not None:
        message = "You can only specify `days_until_due` if `collection_method` is `send_invoice`."
        raise errors.invalid(work.call, "days_until_due", message)
    return method == "send_invoice"


def _add_once(work: Work, subscription: Object, customer: Object, wishes: Sequence[Any] | None) -> None:
    """`add_invoice_items`: billed with the next invoice, and then no more."""
    for place, wish in enumerate(wishes or ()):
        param = f"add_invoice_items[{place}]"
        price = invoicing.price_of(work, wish, param)
        quantity = integer(work.call, f"{param}[quantity]", wish.get("quantity", "1")) or 1
        invoice_items.add(work, customer, price, quantity, subscription["id"])


def _own_method(work: Work, id: str, customer: Object) -> str:  # noqa: A002
    method, _card = payment_methods.resolve(work, id, "default_payment_method")
    if method["customer"] not in {None, customer["id"]}:
        message = "The customer does not have a payment method with the ID " + id
        raise errors.invalid(work.call, "default_payment_method", message, "resource_missing")
    payment_methods.adopt(work, method, customer["id"])
    return str(method["id"])


def _refuse_if_bad(work: Work, method_id: str) -> None:
    """`error_if_incomplete`: a first payment that would not succeed at once leaves nothing behind."""
    card = payment_methods.card_of(work, method_id)
    if card.good and not card.challenge:
        return
    code = card.code or "subscription_payment_intent_requires_action"
    message = card.message or "Subscription creation failed because the payment requires customer action."
    details = {"decline_code": card.decline_code} if card.decline_code else {}
    refusal = errors.error(work.call, 402, message, code=code, type="card_error", executed=True, **details)
    raise Refused(refusal)


def _trial_end(work: Work, given: Mapping[str, Any]) -> int | None:
    days, end = given.get("trial_period_days"), given.get("trial_end")
    if end == "now" or (not days and not end):
        return None
    if days:
        if not 1 <= int(days) <= MAX_TRIAL_DAYS:
            message = f"Invalid trial_period_days: must be between 1 and {MAX_TRIAL_DAYS}"
            raise errors.invalid(work.call, "trial_period_days", message)
        return work.now + int(days) * 86_400
    instant = integer(work.call, "trial_end", end)
    if instant is None or instant <= work.now:
        raise errors.invalid(work.call, "trial_end", "Invalid timestamp: must be in the future")
    return instant


def _total(subscription: Object) -> int:
    return sum((item["price"]["unit_amount"] or 0) * item["quantity"] for item in subscription["items"]["data"])


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscriptions/{id}"])
    subscription = _living(work)
    changed = subscription.copy()
    changed.update(crud.changes_of(RESOURCE, subscription, given))
    if given.get("collection_method") is not None or given.get("days_until_due") is not None:
        _sends(work, {name: changed[name] for name in ("collection_method", "days_until_due")})
    customer = payment_methods.living_customer(work, subscription["customer"])
    _restate(work, changed, given, customer)
    at = proration.instant_of(work, given, subscription["items"]["data"])
    proration.behaviour_of(work, given)
    if given.get("items"):
        of_items = subscribed_items.changed_items(work, subscription, given["items"], at=at)
        changed.update({name: of_items[name] for name in ("items", "currency", "billing_cycle_anchor")})
    ends_trial = given.get("trial_end") == "now" and _on_trial(subscription)
    if ends_trial:
        changed["trial_end"] = work.now
        items = [{**item, "current_period_end": work.now} for item in changed["items"]["data"]]
        changed["items"] = list_of(changed["items"]["url"], items)
    before = subscription.copy()
    previous = work.change(subscription, changed)
    subscribed_items.remember(work, subscription)
    if previous:
        work.emit("customer.subscription.updated", subscription, previous)
    if ends_trial:
        work.emit("customer.subscription.trial_will_end", subscription)
    _add_once(work, subscription, customer, given.get("add_invoice_items"))
    if given.get("items") and not ends_trial:
        subscribed_items.settle_change(work, subscription, before, given, at)
    if "cancel_at" in given:
        billing.plan_end(work, subscription)
    if ends_trial or subscription["billing_cycle_anchor"] != before["billing_cycle_anchor"]:
        billing.plan_renewal(work, subscription)
    return work.reply(subscription)


def _restate(work: Work, changed: Object, given: Mapping[str, Any], customer: Object) -> None:
    """What an update says besides items and trial, put into the subscription as it will be."""
    if given.get("default_payment_method"):
        changed["default_payment_method"] = _own_method(work, given["default_payment_method"], customer)
    if "discounts" in given:
        owner = {"customer": customer["id"], "subscription": changed["id"]}
        changed["discounts"] = discounts.from_wishes(work, given["discounts"], **owner)
    if "default_tax_rates" in given:
        changed["default_tax_rates"] = discounts.rates_of(work, given["default_tax_rates"], "default_tax_rates")
    _set_end(work, changed, given)
    _check_pause(work, given)
    if "cancel_at_period_end" in given:
        ends = bool(given["cancel_at_period_end"])
        end = min(item["current_period_end"] for item in changed["items"]["data"])
        changed.update(
            cancel_at=end if ends else None, canceled_at=work.now if ends else None, cancel_at_period_end=ends
        )


def _on_trial(subscription: Object) -> bool:
    return bool(subscription["status"] == "trialing")


def _living(work: Work) -> Object:
    subscription = crud.by_path(work, RESOURCE)
    if subscription["status"] in billing.ENDED:
        raise errors.no_such(work.call, "subscription", subscription["id"], "id", in_path=True)
    clocks.go_by(work, subscription)
    return subscription


def cancel(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/subscriptions/{id}: answers with the subscription, `canceled`, and not with a stub."""
    work = Work(call, account)
    given = work.read(PARAMETERS["DELETE /v1/subscriptions/{id}"])
    subscription = _living(work)
    said = given.get("cancellation_details") or {}
    details = {"comment": said.get("comment"), "feedback": said.get("feedback"), "reason": "cancellation_requested"}
    intent = work.state.of["payment_intent"].get(work.state.intents.get(subscription["latest_invoice"] or "", ""))
    if intent is not None and subscription["status"] == "incomplete" and intent["status"] in confirm.MAY["cancel"]:
        work.before_change(intent)
        confirm.release(work, intent, "void_invoice", "charge.refunded")
    if given.get("prorate") and subscription["status"] in subscribed_items.RUNNING:
        found = proration.shares(work, subscription, subscription["items"]["data"], [], work.now)
        proration.to_items(work, subscription, found)
    customer = account.state.of["customer"].get(subscription["customer"])
    if given.get("invoice_now") and customer is not None and account.state.waiting.get(customer["id"]):
        billing.bill(work, subscription, customer, "subscription_update")
    billing.move(
        work,
        subscription,
        "canceled",
        canceled_at=work.now,
        ended_at=work.now,
        cancellation_details=details,
        cancel_at=None,
    )
    return work.reply(subscription)


def pause(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions/{id}/pause: nothing is billed until it is resumed."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/subscriptions/{id}/pause"])
    subscription = _living(work)
    if (subscription["status"], "paused") not in billing.TRANSITIONS:
        message = f"A subscription with a status of {subscription['status']} can't be paused."
        raise errors.wrong_state(call, message, "subscription_not_pausable")
    billing.move(work, subscription, "paused")
    work.emit("customer.subscription.paused", subscription)
    return work.reply(subscription)


def resume(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions/{id}/resume: a new period begins now."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/subscriptions/{id}/resume"])
    subscription = _living(work)
    if subscription["status"] != "paused":
        message = f"Only paused subscriptions can be resumed; this one has a status of {subscription['status']}."
        raise errors.wrong_state(call, message, "subscription_not_paused")
    items = [{**item, "current_period_end": work.now} for item in subscription["items"]["data"]]
    items_list = list_of(subscription["items"]["url"], items)
    billing.move(work, subscription, "resumed", items=items_list, billing_cycle_anchor=work.now)
    work.emit("customer.subscription.resumed", subscription)
    billing.plan_renewal(work, subscription)
    return work.reply(subscription)


def migrate(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions/{id}/migrate: to flexible billing, which all are here."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscriptions/{id}/migrate"])
    mode = required(call, given, "billing_mode")
    subscription = _living(work)
    kept = {
        "flexible": {"proration_discounts": "included"},
        "type": mode.get("type", "flexible"),
        "updated_at": work.now,
    }
    previous = work.change(subscription, {"billing_mode": kept})
    work.emit("customer.subscription.updated", subscription, previous)
    return work.reply(subscription)


def _shown(_work: Work, given: Mapping[str, Any]) -> Any:
    """Without a `status`, ended subscriptions are left out."""
    status, price = given.get("status"), given.get("price")

    def wanted(row: Object) -> bool:
        if price and all(item["price"]["id"] != price for item in row["items"]["data"]):
            return False
        if status in {None, "all"}:
            return status == "all" or row["status"] not in billing.ENDED
        return row["status"] in billing.ENDED if status == "ended" else bool(row["status"] == status)

    return wanted


ROUTES: Final = (
    crud.route("POST", "/v1/subscriptions", create),
    crud.listing("subscription", _shown),
    crud.searching("subscription"),
    crud.retrieval("subscription"),
    crud.route("POST", "/v1/subscriptions/{id}", update),
    crud.route("DELETE", "/v1/subscriptions/{id}", cancel),
    crud.route("POST", "/v1/subscriptions/{id}/pause", pause),
    crud.route("POST", "/v1/subscriptions/{id}/resume", resume),
    crud.route("POST", "/v1/subscriptions/{id}/migrate", migrate),
)
