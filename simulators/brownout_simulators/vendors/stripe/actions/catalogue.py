"""Products and prices."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.declared.pricing import PLAN
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import PRICE
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

INTERVALS: Final = ("day", "week", "month", "year")
PRODUCT: Final = RESOURCES["product"]
MAX_NAME: Final = 5_000


def _prepare_product(work: Work, given: Mapping[str, Any], product: Object) -> None:
    required(work.call, given, "name")
    if given.get("id"):
        if work.state.of["product"].get(given["id"]) is not None:
            raise errors.wrong_state(work.call, "Product already exists.", "resource_already_exists")
        product["id"] = given["id"]
    product["updated"] = work.now
    if given.get("default_price_data"):
        price = new_price(work, given["default_price_data"], "default_price_data", product=product["id"])
        product["default_price"] = price["id"]


def _change_product(work: Work, given: Mapping[str, Any], product: Object) -> None:
    if "name" in given:
        required(work.call, given, "name")
    if given.get("default_price"):
        price = work.find("price", given["default_price"], "default_price")
        if price["product"] != product["id"]:
            raise errors.invalid(work.call, "default_price", "The price must belong to the product.")
    product["updated"] = work.now


def _may_leave(work: Work, product: Object) -> None:
    if any(price["product"] == product["id"] for price in work.state.of["price"].newest_first()):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise errors.wrong_state(work.call, message, "resource_in_use")


def _prepare_price(work: Work, given: Mapping[str, Any], price: Object) -> None:
    fill_price(work, given, price, "", product=None)
    key = given.get("lookup_key")
    if key:
        for other in work.state.of["price"].newest_first():
            if other["lookup_key"] == key:
                if not given.get("transfer_lookup_key"):
                    message = f"A price (`{other['id']}`) already uses that lookup key."
                    raise errors.invalid(work.call, "lookup_key", message)
                work.change(other, {"lookup_key": None})


def new_price(work: Work, data: Mapping[str, Any], param: str, *, product: str | None = None) -> Object:
    """A price made on the way, from `price_data` and its like, of the product that it names or of `product`; kept and
    told."""
    price = PRICE.copy()
    price["id"] = work.id("price_")
    price["created"] = work.now
    fill_price(work, data, price, param, product=product)
    work.keep(price)
    work.emit("price.created", price)
    return price


def fill_price(work: Work, given: Mapping[str, Any], price: Object, param: str, *, product: str | None) -> None:
    """Amount, currency, product and recurrence of a new price; `param` names the hash that they are in."""
    call = work.call
    price["currency"] = check_currency(call, str(_required(call, given, "currency", param)))
    amount = _whole(call, given, "unit_amount", param)
    if amount is None and given.get("unit_amount_decimal"):
        price["unit_amount_decimal"] = given["unit_amount_decimal"]
    elif amount is None and not given.get("custom_unit_amount"):
        raise errors.missing(call, _inside(param, "unit_amount"))
    elif amount is not None:
        if amount < 0:
            code = "parameter_invalid_integer"
            raise errors.invalid(call, _inside(param, "unit_amount"), "This value must be at least 0.", code)
        price.update(unit_amount=amount, unit_amount_decimal=str(amount))
    else:
        price["custom_unit_amount"] = {"maximum": None, "minimum": None, "preset": None}
    price["product"] = product if product is not None else _product(work, given, param)
    recurring = given.get("recurring")
    if recurring:
        price.update(type="recurring", recurring=_recurring(call, recurring, param))


def _product(work: Work, given: Mapping[str, Any], param: str) -> str:
    data = given.get("product_data")
    if data:
        product = crud.blank(work, PRODUCT, {"name": data.get("name"), "active": True})
        if not data.get("name"):
            raise errors.missing(work.call, _inside(param, "product_data[name]"))
        product.update(updated=work.now, description=data.get("description"), metadata=merged({}, data.get("metadata")))
        work.keep(product)
        work.emit("product.created", product)
        return str(product["id"])
    name = _inside(param, "product")
    id = _required(work.call, given, "product", param)  # noqa: A001
    product = work.state.of["product"].get(id) or {"deleted": True}
    if product.get("deleted"):
        raise errors.no_such(work.call, "product", id, name, in_path=False)
    return str(id)


def _recurring(call: Call, given: Mapping[str, Any], param: str) -> Object:
    interval = given.get("interval")
    if not interval:
        raise errors.missing(call, _inside(param, "recurring[interval]"))
    if interval not in INTERVALS:
        message = f"Invalid recurring[interval]: must be one of {', '.join(INTERVALS)}"
        raise errors.invalid(call, _inside(param, "recurring[interval]"), message)
    count = _whole(call, given, "interval_count", _inside(param, "recurring"))
    return {
        "interval": interval,
        "interval_count": 1 if count is None else count,
        "meter": given.get("meter"),
        "trial_period_days": _whole(call, given, "trial_period_days", _inside(param, "recurring")),
        "usage_type": given.get("usage_type", "licensed"),
    }


def _inside(param: str, name: str) -> str:
    if not param:
        return name
    head, _, rest = name.partition("[")
    return f"{param}[{head}]" + (f"[{rest}" if rest else "")


def _required(call: Call, given: Mapping[str, Any], name: str, param: str) -> Any:
    if not given.get(name):
        raise errors.missing(call, _inside(param, name))
    return given[name]


def _whole(call: Call, given: Mapping[str, Any], name: str, param: str) -> int | None:
    value = given.get(name)
    return value if value is None or isinstance(value, int) else integer(call, _inside(param, name), value)


def _active(_work: Work, given: Mapping[str, Any]) -> Any:
    """`lookup_keys` and `ids` name several; `recurring` is matched field by field."""
    keys, ids, recurring = given.get("lookup_keys"), given.get("ids"), given.get("recurring") or {}

    def wanted(row: Object) -> bool:
        if (keys and row.get("lookup_key") not in keys) or (ids and row["id"] not in ids):
            return False
        period = row.get("recurring") or {}
        return all(str(period.get(name)) == value for name, value in recurring.items())

    return wanted


def create_plan(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/plans: the older form of a recurring price, which it is at the same time."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/plans"])
    id = given.get("id") or work.id("plan_")  # noqa: A001
    if work.state.of["price"].get(id) is not None:
        raise errors.wrong_state(call, "Plan already exists.", "resource_already_exists")
    product = given.get("product")
    recurring = {"interval": required(call, given, "interval"), "meter": given.get("meter")}
    for name in ("interval_count", "trial_period_days"):
        if given.get(name) is not None:
            recurring[name] = str(given[name])
    recurring["usage_type"] = given.get("usage_type") or "licensed"
    if given.get("amount") is None and given.get("amount_decimal") is None:
        raise errors.missing(call, "amount")
    wish = {
        "currency": given.get("currency"),
        "recurring": recurring,
        "unit_amount": None if given.get("amount") is None else str(given["amount"]),
        "unit_amount_decimal": given.get("amount_decimal"),
        **({"product_data": product} if isinstance(product, dict) else {"product": product}),
    }
    price = PRICE.copy()
    price.update(id=id, created=work.now, nickname=given.get("nickname"), metadata=merged({}, given.get("metadata")))
    fill_price(work, wish, price, "", product=None)
    price["active"] = given.get("active") is not False
    work.keep(price)
    plan = work.keep(plan_of(price))
    work.emit("plan.created", plan)
    work.emit("price.created", price)
    return work.reply(plan)


def plan_of(price: Object) -> Object:
    """The older form of a recurring price."""
    every = price["recurring"]
    plan: Object = PLAN.copy()
    plan.update(
        id=price["id"],
        active=price["active"],
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        billing_scheme=price["billing_scheme"],
        created=price["created"],
        currency=price["currency"],
        interval=every["interval"],
        interval_count=every["interval_count"],
        metadata=price["metadata"],
        meter=every["meter"],
        nickname=price["nickname"],
        product=price["product"],
        trial_period_days=every["trial_period_days"],
        usage_type=every["usage_type"],
    )
    return plan


def _retire(work: Work, plan: Object) -> None:
    """A plan that is gone is no price for anything new."""
    price = work.state.of["price"].get(plan["id"])
    if price is not None:
        work.change(price, {"active": False})
        work.emit("price.deleted", price)


ROUTES: Final = (
    crud.route("POST", "/v1/plans", create_plan),
    *crud.routes("plan", leave=_retire),
    crud.creation("product", _prepare_product),
    crud.listing("product", _active),
    crud.searching("product"),
    crud.retrieval("product"),
    crud.update("product", _change_product),
    crud.deletion("product", _may_leave),
    crud.creation("price", _prepare_price),
    crud.listing("price", _active),
    crud.searching("price"),
    crud.retrieval("price"),
    crud.update("price"),
)
