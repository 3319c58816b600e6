"""Subscriptions: order, change, pause, cancel. What they cost and when is in `billing.py`."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import billing, confirm, crud, invoicing, payment_methods
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer, required

RESOURCE: Final = RESOURCES["subscription"]


BEHAVIOURS: Final = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscriptions."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscriptions"])
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    required(call, given, "items")
    return work.reply(start(work, customer, given))


def start(work: Work, customer: Object, given: Mapping[str, Any]) -> Object:
    """A new subscription with its first invoice, paid if it can be."""
    call, wishes = work.call, given["items"]
    behaviour = given.get("payment_behavior") or "allow_incomplete"
    if behaviour not in BEHAVIOURS:
        message = f"Invalid payment_behavior: must be one of {', '.join(BEHAVIOURS)}"
        raise errors.invalid(call, "payment_behavior", message)
    subscription = crud.blank(work, RESOURCE, given)
    subscription["customer"] = customer["id"]
    subscription["start_date"] = subscription["billing_cycle_anchor"] = work.now
    if given.get("default_payment_method"):
        subscription["default_payment_method"] = _own_method(work, given["default_payment_method"], customer)
    trial_end = _trial_end(work, given)
    billing.set_items(work, subscription, wishes, until=trial_end)
    method = invoicing.default_method(customer, subscription["default_payment_method"])
    free = trial_end is not None or _total(subscription) == 0
    if not free and method is None and behaviour not in {"default_incomplete", "pending_if_incomplete"}:
        raise Refused(invoicing.no_method(call))
    if behaviour == "error_if_incomplete" and not free and method is not None:
        _refuse_if_bad(work, method)
    if trial_end is not None:
        subscription.update(
            status="trialing", trial_start=work.now, trial_end=trial_end, billing_cycle_anchor=trial_end
        )
    work.keep(subscription)
    work.emit("customer.subscription.created", subscription)
    billing.bill(work, subscription, customer, "subscription_create", free=subscription["status"] == "trialing")
    if not free and behaviour != "default_incomplete" and method is not None:
        invoice = work.find("invoice", subscription["latest_invoice"], "customer")
        invoicing.collect(work, invoice, method, off_session=bool(given.get("off_session")))
    billing.plan_ahead(work, subscription)
    return subscription


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
    customer = payment_methods.living_customer(work, subscription["customer"])
    if given.get("default_payment_method"):
        changed["default_payment_method"] = _own_method(work, given["default_payment_method"], customer)
    if "cancel_at_period_end" in given:
        ends = bool(given["cancel_at_period_end"])
        end = min(item["current_period_end"] for item in subscription["items"]["data"])
        changed.update(
            cancel_at=end if ends else None, canceled_at=work.now if ends else None, cancel_at_period_end=ends
        )
    if given.get("items"):
        billing.set_items(
            work, changed, given["items"], until=subscription["trial_end"] if _on_trial(subscription) else None
        )
    ends_trial = given.get("trial_end") == "now" and _on_trial(subscription)
    if ends_trial:
        changed["trial_end"] = work.now
        items = [{**item, "current_period_end": work.now} for item in changed["items"]["data"]]
        changed["items"] = list_of(changed["items"]["url"], items)
    previous = work.change(subscription, changed)
    if previous:
        work.emit("customer.subscription.updated", subscription, previous)
    if ends_trial or given.get("items"):
        billing.plan_renewal(account, subscription)
    return work.reply(subscription)


def _on_trial(subscription: Object) -> bool:
    return bool(subscription["status"] == "trialing")


def _living(work: Work) -> Object:
    subscription = crud.by_path(work, RESOURCE)
    if subscription["status"] in billing.ENDED:
        raise errors.no_such(work.call, "subscription", subscription["id"], "id", in_path=True)
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
    billing.plan_renewal(account, subscription)
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


def items_of(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/subscription_items."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/subscription_items"])
    subscription = work.find("subscription", required(call, given, "subscription"), "subscription")
    return work.reply(subscription["items"])


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
    crud.route("GET", "/v1/subscription_items", items_of),
)
