"""Subscriptions: items, the first payment, trials, renewals, cancellation.

    incomplete ─paid─▶ active ─renewal fails─▶ past_due ─given up─▶ canceled
        └─23 h─▶ incomplete_expired     trialing ─ends─▶ active | past_due
Period dates are the items'. Proration is not emulated: a change of items is billed from the next period on.
"""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import confirm, crud, invoices, payment_methods
from brownout_simulators.vendors.stripe.actions.periods import day_of_month, period_end
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES, SUBSCRIPTION_ITEM
from brownout_simulators.vendors.stripe.state import Object, World
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RESOURCE: Final = RESOURCES["subscription"]
BEHAVIOURS: Final = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
INCOMPLETE_S: Final = 23 * 3_600.0
RETRY_AFTER_S: Final = (3 * 86_400.0, 5 * 86_400.0, 7 * 86_400.0)
"""When an unpaid renewal is tried again; after the last one the subscription is canceled."""
ENDED: Final = frozenset({"canceled", "incomplete_expired"})

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("incomplete", "paid"): "active",
    ("incomplete", "expired"): "incomplete_expired",
    ("trialing", "paid"): "active",
    ("trialing", "unpaid"): "past_due",
    ("active", "paid"): "active",
    ("active", "unpaid"): "past_due",
    ("past_due", "paid"): "active",
    ("past_due", "unpaid"): "past_due",
    ("paused", "resumed"): "active",
    **{(status, "paused"): "paused" for status in ("active", "trialing", "past_due")},
    **{(status, "canceled"): "canceled" for status in ("incomplete", "trialing", "active", "past_due", "paused")},
}
"""(status, what happened) to the next status; what is not here leaves the subscription as it is."""


def move(work: Work, subscription: Object, happened: str, **changes: Any) -> None:
    """Take the subscription on, and tell it, if anything changed."""
    status = TRANSITIONS.get((subscription["status"], happened))
    if status is None:
        return
    previous = work.change(subscription, {"status": status, **changes})
    if previous:
        type = "deleted" if status == "canceled" else "updated"  # noqa: A001
        work.emit(f"customer.subscription.{type}", subscription, None if type == "deleted" else previous)


def create(call: Call, account: World) -> Reply:
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
    _set_items(work, subscription, wishes, until=trial_end)
    method = invoices.default_method(customer, subscription["default_payment_method"])
    free = trial_end is not None or _total(subscription) == 0
    if not free and method is None and behaviour not in {"default_incomplete", "pending_if_incomplete"}:
        raise Refused(invoices.no_method(call))
    if behaviour == "error_if_incomplete" and not free and method is not None:
        _refuse_if_bad(work, method)
    if trial_end is not None:
        subscription.update(
            status="trialing", trial_start=work.now, trial_end=trial_end, billing_cycle_anchor=trial_end
        )
    work.keep(subscription)
    work.emit("customer.subscription.created", subscription)
    _first_invoice(work, subscription, customer)
    if not free and behaviour != "default_incomplete" and method is not None:
        invoice = work.find("invoice", subscription["latest_invoice"], "customer")
        invoices.collect(work, invoice, method, off_session=bool(given.get("off_session")))
    _plan_ahead(work, subscription)
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
    card = work.state.cards[method_id]
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


def _set_items(work: Work, subscription: Object, wishes: list[Any], until: int | None) -> None:
    """Items from what was asked: new ones, changed ones (by `id`), removed ones (`deleted`)."""
    items = {} if subscription["items"] is None else {item["id"]: item for item in subscription["items"]["data"]}
    for place, wish in enumerate(wishes):
        param = f"items[{place}]"
        if not isinstance(wish, dict):
            raise errors.invalid(work.call, param, "Invalid hash")
        kept = items.get(wish.get("id", ""))
        if wish.get("id") and kept is None:
            raise errors.no_such(work.call, "subscription_item", wish["id"], f"{param}[id]", in_path=False)
        if kept is not None and wish.get("deleted") == "true":
            del items[kept["id"]]
            continue
        item = _item(work, subscription, wish, kept, param=param, until=until)
        items[item["id"]] = item
    currencies = {item["price"]["currency"] for item in items.values()}
    if len(currencies) != 1:
        raise errors.invalid(work.call, "items", "All prices on a subscription must use the same currency.")
    subscription["currency"] = currencies.pop()
    subscription["items"] = list_of(f"/v1/subscription_items?subscription={subscription['id']}", list(items.values()))


def _item(
    work: Work, subscription: Object, wish: Mapping[str, Any], kept: Object | None, *, param: str, until: int | None
) -> Object:
    item = dict(SUBSCRIPTION_ITEM if kept is None else kept)
    if kept is None:
        item.update(id=work.id("si_"), created=work.now, subscription=subscription["id"])
    if kept is None or wish.get("price") or wish.get("price_data"):
        price = invoices.price_of(work, wish, param)
        if price["recurring"] is None:
            message = f"The price {price['id']} has `type=one_time`, but this field only accepts recurring prices."
            raise errors.invalid(work.call, f"{param}[price]", message)
        every = price["recurring"]
        start = work.now if kept is None else kept["current_period_start"]
        end = period_end(start, every["interval"], every["interval_count"]) if until is None else until
        item.update(price=price.copy(), plan=_plan(price), current_period_start=start, current_period_end=end)
    if wish.get("quantity"):
        item["quantity"] = integer(work.call, f"{param}[quantity]", wish["quantity"])
    if wish.get("metadata"):
        item["metadata"] = merged(item["metadata"], wish["metadata"])
    return item


def _plan(price: Object) -> Object:
    """The older form of a recurring price, which items still show."""
    every = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": every["interval"],
        "interval_count": every["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": every["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": every["trial_period_days"],
        "usage_type": every["usage_type"],
    }


def _first_invoice(work: Work, subscription: Object, customer: Object) -> None:
    _bill(work, subscription, customer, "subscription_create", free=subscription["status"] == "trialing")


def _bill(work: Work, subscription: Object, customer: Object, reason: str, *, free: bool = False) -> Object:
    """The invoice of the items' current periods: made, finalised, told; paid when something pays it."""
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    lines = []
    for item in subscription["items"]["data"]:
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        }
        period = (item["current_period_start"], item["current_period_end"])
        price = {**item["price"], "unit_amount": 0} if free else item["price"]
        lines.append(
            {**invoices.line(work, price, item["quantity"], period, parent), "subscription": subscription["id"]}
        )
    parent = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    invoice = invoices.new_invoice(
        work, customer, lines, billing_reason=reason, currency=subscription["currency"], parent=parent
    )
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    work.change(subscription, {"latest_invoice": invoice["id"]})
    if not free:
        id = subscription["id"]  # noqa: A001
        work.state.then[invoice["id"]] = lambda later: _invoice_paid(later, id)
    invoices.finalize(work, invoice)
    return invoice


def _invoice_paid(work: Work, id: str) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None:
        move(work, subscription, "paid")


def _plan_ahead(work: Work, subscription: Object) -> None:
    """What time will bring: the end of waiting for a first payment, and the next renewal."""
    account, id = work.account, subscription["id"]  # noqa: A001
    if subscription["status"] == "incomplete":
        account.later(INCOMPLETE_S, lambda: _expire(account, id))
    _plan_renewal(account, subscription)


def _plan_renewal(account: World, subscription: Object) -> None:
    id = subscription["id"]  # noqa: A001
    due = min(item["current_period_end"] for item in subscription["items"]["data"])
    account.later(max(0.0, due - account.wall_s()), lambda: _renew(account, id, due))


def _expire(account: World, id: str) -> Aftermath | None:  # noqa: A002
    subscription = account.state.of["subscription"].get(id)
    if subscription is None or subscription["status"] != "incomplete":
        return None
    work = Work(None, account)
    move(work, subscription, "expired", ended_at=work.now)
    return work.aftermath()


def _renew(account: World, id: str, due: int) -> Aftermath | None:  # noqa: A002
    """The end of a period: the last one where cancellation was asked for, else the next is billed."""
    subscription = account.state.of["subscription"].get(id)
    if subscription is None or subscription["status"] in ENDED | {"incomplete", "paused"}:
        return None
    if due != min(item["current_period_end"] for item in subscription["items"]["data"]):
        return None  # the period was moved meanwhile
    work = Work(None, account)
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] or due + 1) <= due:
        move(work, subscription, "canceled", canceled_at=subscription["canceled_at"] or work.now, ended_at=work.now)
        return work.aftermath()
    _next_period(work, subscription)
    customer = work.find("customer", subscription["customer"], "customer")
    invoice = _bill(work, subscription, customer, "subscription_cycle")
    if invoice["status"] == "open":
        _collect_renewal(work, subscription, invoice, 0)
    _plan_renewal(account, subscription)
    return work.aftermath()


def _next_period(work: Work, subscription: Object) -> None:
    anchor = day_of_month(subscription["billing_cycle_anchor"])
    items = []
    for item in subscription["items"]["data"]:
        start, every = item["current_period_end"], item["price"]["recurring"]
        end = period_end(start, every["interval"], every["interval_count"], anchor)
        items.append({**item, "current_period_start": start, "current_period_end": end})
    work.change(subscription, {"items": list_of(subscription["items"]["url"], items)})


def _collect_renewal(work: Work, subscription: Object, invoice: Object, tried: int) -> None:
    customer = work.find("customer", subscription["customer"], "customer")
    method = invoices.default_method(customer, subscription["default_payment_method"])
    if method is not None and method not in work.state.cards:
        method = None
    refusal = invoices.collect(work, invoice, method) if method is not None else None
    if method is not None and refusal is None:
        return
    if tried >= len(RETRY_AFTER_S):
        move(work, subscription, "canceled", canceled_at=work.now, ended_at=work.now)
        return
    account, id, invoice_id, wait_s = work.account, subscription["id"], invoice["id"], RETRY_AFTER_S[tried]  # noqa: A001
    work.change(invoice, {"next_payment_attempt": work.now + int(wait_s)})
    move(work, subscription, "unpaid")
    account.later(wait_s, lambda: _retry(account, id, invoice_id, tried + 1))


def _retry(account: World, id: str, invoice_id: str, tried: int) -> Aftermath | None:  # noqa: A002
    subscription = account.state.of["subscription"].get(id)
    invoice = account.state.of["invoice"].get(invoice_id)
    if subscription is None or invoice is None or subscription["status"] in ENDED or invoice["status"] != "open":
        return None
    work = Work(None, account)
    _collect_renewal(work, subscription, invoice, tried)
    return work.aftermath()


def update(call: Call, account: World) -> Reply:
    """POST /v1/subscriptions/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscriptions/{id}"])
    subscription = _living(work)
    changed = subscription.copy()
    changed.update(crud.changes_of(RESOURCE, subscription, given))
    customer = work.find("customer", subscription["customer"], "customer")
    if given.get("default_payment_method"):
        changed["default_payment_method"] = _own_method(work, given["default_payment_method"], customer)
    if "cancel_at_period_end" in given:
        ends = bool(given["cancel_at_period_end"])
        end = min(item["current_period_end"] for item in subscription["items"]["data"])
        changed.update(
            cancel_at=end if ends else None, canceled_at=work.now if ends else None, cancel_at_period_end=ends
        )
    if given.get("items"):
        _set_items(work, changed, given["items"], until=subscription["trial_end"] if _on_trial(subscription) else None)
    ends_trial = given.get("trial_end") == "now" and _on_trial(subscription)
    if ends_trial:
        changed["trial_end"] = work.now
        items = [{**item, "current_period_end": work.now} for item in changed["items"]["data"]]
        changed["items"] = list_of(changed["items"]["url"], items)
    previous = work.change(subscription, changed)
    if previous:
        work.emit("customer.subscription.updated", subscription, previous)
    if ends_trial or given.get("items"):
        _plan_renewal(account, subscription)
    return work.reply(subscription)


def _on_trial(subscription: Object) -> bool:
    return bool(subscription["status"] == "trialing")


def _living(work: Work) -> Object:
    subscription = crud.by_path(work, RESOURCE)
    if subscription["status"] in ENDED:
        raise errors.no_such(work.call, "subscription", subscription["id"], "id", in_path=True)
    return subscription


def cancel(call: Call, account: World) -> Reply:
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
    move(
        work,
        subscription,
        "canceled",
        canceled_at=work.now,
        ended_at=work.now,
        cancellation_details=details,
        cancel_at=None,
    )
    return work.reply(subscription)


def pause(call: Call, account: World) -> Reply:
    """POST /v1/subscriptions/{id}/pause: nothing is billed until it is resumed."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/subscriptions/{id}/pause"])
    subscription = _living(work)
    if (subscription["status"], "paused") not in TRANSITIONS:
        message = f"A subscription with a status of {subscription['status']} can't be paused."
        raise errors.wrong_state(call, message, "subscription_not_pausable")
    move(work, subscription, "paused")
    work.emit("customer.subscription.paused", subscription)
    return work.reply(subscription)


def resume(call: Call, account: World) -> Reply:
    """POST /v1/subscriptions/{id}/resume: a new period begins now."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/subscriptions/{id}/resume"])
    subscription = _living(work)
    if subscription["status"] != "paused":
        message = f"Only paused subscriptions can be resumed; this one has a status of {subscription['status']}."
        raise errors.wrong_state(call, message, "subscription_not_paused")
    items = [{**item, "current_period_end": work.now} for item in subscription["items"]["data"]]
    items_list = list_of(subscription["items"]["url"], items)
    move(work, subscription, "resumed", items=items_list, billing_cycle_anchor=work.now)
    work.emit("customer.subscription.resumed", subscription)
    _plan_renewal(account, subscription)
    return work.reply(subscription)


def migrate(call: Call, account: World) -> Reply:
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
            return status == "all" or row["status"] not in ENDED
        return row["status"] in ENDED if status == "ended" else bool(row["status"] == status)

    return wanted


def items_of(call: Call, account: World) -> Reply:
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
