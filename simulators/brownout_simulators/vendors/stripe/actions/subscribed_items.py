"""The items of a subscription: from what was asked, and what becomes of the money when they change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import billing, catalogue, clocks, crud, discounts, invoicing, proration
from brownout_simulators.vendors.stripe.actions.periods import period_end
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import SUBSCRIPTION_ITEM
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RUNNING: Final = frozenset({"active", "past_due"})


def set_items(
    work: Work, subscription: Object, wishes: Sequence[Any], until: int | None, start: int | None = None
) -> None:
    """Items from what was asked: new ones, changed ones (by `id`), removed ones (`deleted`). `until` ends the period of
    those that come, and `start` begins it, where they go by others."""
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
        item = _item(work, subscription, wish, kept, param=param, until=until, start=start)
        items[item["id"]] = item
    _check_prices(work, list(items.values()))
    subscription["currency"] = next(iter(items.values()))["price"]["currency"]
    subscription["items"] = list_of(f"/v1/subscription_items?subscription={subscription['id']}", list(items.values()))


def _check_prices(work: Work, items: Sequence[Object]) -> None:
    if len({item["price"]["currency"] for item in items}) != 1:
        raise errors.invalid(work.call, "items", "All prices on a subscription must use the same currency.")
    every = {(item["price"]["recurring"]["interval"], item["price"]["recurring"]["interval_count"]) for item in items}
    if len(every) != 1:
        message = "All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`."
        raise errors.invalid(work.call, "items", message)


def _item(
    work: Work,
    subscription: Object,
    wish: Mapping[str, Any],
    kept: Object | None,
    *,
    param: str,
    until: int | None,
    start: int | None,
) -> Object:
    item = dict(SUBSCRIPTION_ITEM if kept is None else kept)
    if kept is None:
        item.update(id=work.id("si_"), created=work.now, subscription=subscription["id"])
    if wish.get("plan") and not wish.get("price"):
        wish = {**wish, "price": wish["plan"]}
    if kept is None or wish.get("price") or wish.get("price_data"):
        price = invoicing.price_of(work, wish, param)
        if price["recurring"] is None:
            message = f"The price {price['id']} has `type=one_time`, but this field only accepts recurring prices."
            raise errors.invalid(work.call, f"{param}[price]", message)
        every = price["recurring"]
        begin = start if start is not None else work.now if kept is None else kept["current_period_start"]
        end = period_end(begin, every["interval"], every["interval_count"]) if until is None else until
        if kept is not None and _every(kept["price"]) == _every(price):
            begin, end = kept["current_period_start"], kept["current_period_end"]
        item.update(
            price=price.copy(), plan=catalogue.plan_of(price), current_period_start=begin, current_period_end=end
        )
    if wish.get("quantity"):
        quantity = integer(work.call, f"{param}[quantity]", wish["quantity"])
        if quantity is not None and quantity < 0:
            raise errors.invalid(work.call, f"{param}[quantity]", "This value must be greater than or equal to 0.")
        item["quantity"] = quantity
    if wish.get("tax_rates"):
        item["tax_rates"] = discounts.rates_of(work, wish["tax_rates"], f"{param}[tax_rates]")
    if wish.get("metadata"):
        item["metadata"] = merged(item["metadata"], wish["metadata"])
    return item


def _every(price: Object) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def changed_items(work: Work, subscription: Object, wishes: Sequence[Any], *, at: int) -> Object:
    """A copy of the subscription with other items. A price of another interval begins all periods anew."""
    changed = subscription.copy()
    present = subscription["items"]["data"]
    if subscription["status"] == "trialing":
        set_items(work, changed, wishes, until=subscription["trial_end"])
        return changed
    start, end = present[0]["current_period_start"], present[0]["current_period_end"]
    set_items(work, changed, wishes, until=end, start=start)
    new = changed["items"]["data"]
    if _every(new[0]["price"]) != _every(present[0]["price"]):
        items = []
        for item in new:
            interval, count = _every(item["price"])
            items.append({**item, "current_period_start": at, "current_period_end": period_end(at, interval, count)})
        changed.update(items=list_of(changed["items"]["url"], items), billing_cycle_anchor=at)
    return changed


def settle_change(work: Work, subscription: Object, before: Object, given: Mapping[str, Any], at: int) -> None:
    """What a change of items costs: prorated, and billed at once where that was asked for or the period began anew."""
    if subscription["status"] not in RUNNING:
        return
    behaviour = proration.behaviour_of(work, given)
    old, new = before["items"]["data"], subscription["items"]["data"]
    if behaviour != "none":
        proration.to_items(work, subscription, proration.shares(work, subscription, old, new, at))
    anew = subscription["billing_cycle_anchor"] != before["billing_cycle_anchor"]
    customer = work.state.of["customer"].get(subscription["customer"])
    waits = bool(work.state.waiting.get(subscription["customer"]))
    if customer is None or not (anew or (behaviour == "always_invoice" and waits)):
        return
    reason = "subscription_cycle" if anew else "subscription_update"
    invoice = billing.bill(work, subscription, customer, reason)
    if invoice["status"] == "open" and subscription["collection_method"] == "charge_automatically":
        billing.collect_renewal(work, subscription, invoice, 0)


def _of(work: Work, item_id: str, *, param: str, in_path: bool) -> tuple[Object, Object]:
    """A subscription item and its subscription."""
    owner = work.state.items.get(item_id)
    subscription = work.state.of["subscription"].get(owner or "")
    found = [item for item in (subscription or {"items": {"data": []}})["items"]["data"] if item["id"] == item_id]
    if subscription is None or not found or subscription["status"] in billing.ENDED:
        raise errors.no_such(work.call, "subscription_item", item_id, param, in_path=in_path)
    clocks.go_by(work, subscription)
    return found[0], subscription


def change(work: Work, subscription: Object, wishes: Sequence[Any], given: Mapping[str, Any]) -> None:
    """Change the items of a subscription that runs, with all that follows, and tell it."""
    at = proration.instant_of(work, given, subscription["items"]["data"])
    proration.behaviour_of(work, given)
    before = subscription.copy()
    changed = changed_items(work, subscription, wishes, at=at)
    fields = {name: changed[name] for name in ("items", "currency", "billing_cycle_anchor")}
    previous = work.change(subscription, fields)
    remember(work, subscription)
    if previous:
        work.emit("customer.subscription.updated", subscription, previous)
    settle_change(work, subscription, before, given, at)
    if subscription["billing_cycle_anchor"] != before["billing_cycle_anchor"]:
        billing.plan_renewal(work, subscription)


def remember(work: Work, subscription: Object) -> None:
    """Which subscription an item is of."""
    for item in subscription["items"]["data"]:
        work.state.items[item["id"]] = subscription["id"]


def create_item(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscription_items."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscription_items"])
    subscription = work.find("subscription", required(call, given, "subscription"), "subscription")
    if subscription["status"] in billing.ENDED:
        raise errors.no_such(call, "subscription", subscription["id"], "subscription", in_path=False)
    clocks.go_by(work, subscription)
    known = {item["id"] for item in subscription["items"]["data"]}
    change(work, subscription, [_wish(given)], given)
    return work.reply(next(item for item in subscription["items"]["data"] if item["id"] not in known))


def _wish(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an item's own endpoints, as they are inside `items`."""
    named = ("metadata", "plan", "price", "price_data", "tax_rates")
    wish = {name: given[name] for name in named if given.get(name) is not None}
    if given.get("quantity") is not None:
        wish["quantity"] = str(given["quantity"])
    return wish


def retrieve_item(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/subscription_items/{id}."""
    work = Work(call, account)
    work.read(crud.taken("GET /v1/subscription_items/{id}"))
    return work.reply(_of(work, call.params["id"], param="id", in_path=True)[0])


def update_item(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/subscription_items/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/subscription_items/{id}"])
    item, subscription = _of(work, call.params["id"], param="id", in_path=True)
    change(work, subscription, [{**_wish(given), "id": item["id"]}], given)
    return work.reply(next(each for each in subscription["items"]["data"] if each["id"] == item["id"]))


def delete_item(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/subscription_items/{id}; the last one stays."""
    work = Work(call, account)
    given = work.read(PARAMETERS["DELETE /v1/subscription_items/{id}"])
    item, subscription = _of(work, call.params["id"], param="id", in_path=True)
    if len(subscription["items"]["data"]) == 1:
        message = "A subscription must have at least one active item. To cancel it, cancel the subscription."
        raise errors.invalid(call, "id", message)
    change(work, subscription, [{"id": item["id"], "deleted": "true"}], given)
    del account.state.items[item["id"]]
    return work.reply({"id": item["id"], "object": "subscription_item", "deleted": True})


def items_of(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/subscription_items."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/subscription_items"])
    subscription = work.find("subscription", required(call, given, "subscription"), "subscription")
    return work.reply(subscription["items"])


ROUTES: Final = (
    crud.route("GET", "/v1/subscription_items", items_of),
    crud.route("POST", "/v1/subscription_items", create_item),
    crud.route("GET", "/v1/subscription_items/{id}", retrieve_item),
    crud.route("POST", "/v1/subscription_items/{id}", update_item),
    crud.route("DELETE", "/v1/subscription_items/{id}", delete_item),
)
