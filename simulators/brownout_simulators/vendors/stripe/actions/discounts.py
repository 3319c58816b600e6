"""Coupons, promotion codes and tax rates; and the discounts that customers, subscriptions and invoices have of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.actions.periods import period_end
from brownout_simulators.vendors.stripe.declared.pricing import DISCOUNT
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.totals import Discounted
from brownout_simulators.vendors.stripe.work import Work

CODE_LENGTH: Final = 8


def percentage(call: Call, name: str, text: object, *, low: float = 0.0, high: float = 100.0) -> float:
    """A share in percent, with as many decimals as were given; refuses what is none."""
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        raise errors.invalid(call, name, f"Invalid decimal: {text}") from None
    if not value.is_finite() or not low <= value <= high:
        raise errors.invalid(call, name, f"Invalid {name}: must be between {low:g} and {high:g}")
    return float(value)


def _new_coupon(work: Work, given: Given, coupon: Object) -> None:
    call = work.call
    if (given.get("percent_off") is None) == (given.get("amount_off") is None):
        message = "You must pass exactly one of percent_off or amount_off."
        raise errors.invalid(call, "percent_off", message, "parameter_missing")
    if given.get("percent_off") is not None:
        coupon["percent_off"] = percentage(call, "percent_off", given["percent_off"])
        if coupon["percent_off"] == 0:
            raise errors.invalid(call, "percent_off", "Invalid percent_off: must be greater than 0")
    else:
        if given["amount_off"] < 1:
            raise errors.invalid(call, "amount_off", "This value must be greater than or equal to 1.")
        if given.get("currency") is None:
            raise errors.missing(call, "currency")
        coupon["currency"] = check_currency(call, given["currency"])
    if (coupon["duration"] == "repeating") != (given.get("duration_in_months") is not None):
        message = "duration_in_months goes with a duration of repeating, and only with it."
        raise errors.invalid(call, "duration_in_months", message)
    coupon["id"] = given.get("id") or work.id("", CODE_LENGTH)
    if work.state.of["coupon"].get(coupon["id"]) is not None:
        raise errors.wrong_state(call, "Coupon already exists.", "resource_already_exists")


def _new_code(work: Work, given: Given, code: Object) -> None:
    promotion = given.get("promotion") or {}
    id = given.get("coupon") or promotion.get("coupon")  # noqa: A001
    if not id:
        raise errors.missing(work.call, "promotion[coupon]")
    coupon = living(work, id, "coupon" if given.get("coupon") else "promotion[coupon]")
    code["promotion"] = {"coupon": coupon["id"], "type": "coupon"}
    code["code"] = given.get("code") or work.id("", CODE_LENGTH).upper()
    taken = (row for row in work.state.of["promotion_code"].newest_first() if row["active"])
    if any(row["code"].upper() == code["code"].upper() for row in taken):
        message = f"An active promotion code with `code: {code['code']}` already exists."
        raise errors.invalid(work.call, "code", message, "resource_already_exists")


def _new_rate(work: Work, given: Given, rate: Object) -> None:
    rate["percentage"] = percentage(work.call, "percentage", given["percentage"])


def living(work: Work, id: str, param: str) -> Object:  # noqa: A002
    """The coupon of an id, as a parameter names it: 400 where there is none, or where it can be used no more."""
    coupon = work.find("coupon", id, param)
    if coupon.get("deleted"):
        raise errors.no_such(work.call, "coupon", id, param, in_path=False)
    is_late = coupon["redeem_by"] is not None and coupon["redeem_by"] < work.now
    if is_late or not coupon["valid"]:
        raise errors.invalid(work.call, param, f"Coupon expired: {id}", "coupon_expired")
    return coupon


def promoted(work: Work, id: str, param: str) -> Object:  # noqa: A002
    """The promotion code of an id, as a parameter names it."""
    code = work.find("promotion_code", id, param, "promotion code")
    is_late = code["expires_at"] is not None and code["expires_at"] < work.now
    is_used = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
    if not code["active"] or is_late or is_used:
        raise errors.invalid(work.call, param, "This promotion code is expired.", "coupon_expired")
    return code


def redeem(work: Work, wish: Mapping[str, Any], param: str, **owner: str | None) -> Object:
    """A new discount by what was asked: a coupon, or a promotion code; counted as redeemed."""
    code = None
    if wish.get("promotion_code"):
        code = promoted(work, wish["promotion_code"], f"{param}[promotion_code]" if param else "promotion_code")
        coupon = living(work, code["promotion"]["coupon"], param or "promotion_code")
    elif wish.get("coupon"):
        coupon = living(work, wish["coupon"], f"{param}[coupon]" if param else "coupon")
    else:
        raise errors.missing(work.call, f"{param}[coupon]")
    discount = DISCOUNT.copy()
    discount.update(
        id=work.id("di_"),
        end=_end(coupon, work.now),
        promotion_code=code and code["id"],
        source={"coupon": coupon["id"], "type": "coupon"},
        start=work.now,
        **owner,
    )
    for counted in (coupon, code):
        if counted is not None:
            work.change(counted, {"times_redeemed": counted["times_redeemed"] + 1})
    if coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]:
        work.change(coupon, {"valid": False})
    return work.keep(discount)


def _end(coupon: Object, now: int) -> int | None:
    months = coupon["duration_in_months"]
    return period_end(now, "month", months) if coupon["duration"] == "repeating" and months else None


def from_wishes(work: Work, wishes: Sequence[Any] | None, param: str = "discounts", **owner: str | None) -> list[str]:
    """The ids of the discounts that a list of wishes asks for."""
    ids = []
    for place, wish in enumerate(wishes or ()):
        if not isinstance(wish, dict):
            raise errors.invalid(work.call, f"{param}[{place}]", "Invalid hash")
        if wish.get("discount"):
            ids.append(work.find("discount", wish["discount"], f"{param}[{place}][discount]")["id"])
        else:
            ids.append(redeem(work, wish, f"{param}[{place}]", **owner)["id"])
    return ids


def applying(work: Work, ids: Sequence[str]) -> list[Discounted]:
    """Discounts with their coupons, those that have not ended."""
    found = []
    for id in ids:  # noqa: A001
        discount = work.state.of["discount"].get(id)
        if discount is None or (discount["end"] is not None and discount["end"] <= work.now):
            continue
        coupon = work.state.of["coupon"].get(discount["source"]["coupon"])
        if coupon is not None and not coupon.get("deleted"):
            found.append(Discounted(id, coupon))
    return found


def for_once(work: Work, ids: Sequence[str]) -> list[str]:
    """Those of the discounts that are good for a single invoice."""
    return [each.id for each in applying(work, ids) if each.coupon["duration"] == "once"]


def of_customer(work: Work, given: Given, customer: Object) -> None:
    """`coupon` or `promotion_code` of a customer: a new discount instead of the old one, or none any more."""
    wish = {name: given[name] for name in ("coupon", "promotion_code") if name in given}
    if not wish:
        return
    before = customer["discount"]
    if any(wish.values()):
        discount = redeem(work, wish, "", customer=customer["id"])
        customer["discount"] = discount.copy()
        told = "created" if before is None else "updated"
        work.emit(f"customer.discount.{told}", discount, None if before is None else {"id": before["id"]})
    elif before is not None:
        customer["discount"] = None
        work.emit("customer.discount.deleted", before)


def _drop(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/customers/{id}/discount and /v1/subscriptions/{id}/discount."""
    work = Work(call, account)
    kind = "customer" if call.path.startswith("/v1/customers") else "subscription"
    owner = crud.alive(work, RESOURCES[kind])
    field = "discount" if kind == "customer" else "discounts"
    nothing: Any = None if kind == "customer" else []
    held = owner[field]["id"] if kind == "customer" and owner[field] else next(iter(owner[field] or ()), None)
    discount = held and work.state.of["discount"].get(held)
    if not discount:
        raise errors.no_such(call, "discount", owner["id"], "id", in_path=True)
    work.change(owner, {field: nothing})
    work.emit("customer.discount.deleted", discount)
    gone = {name: value for name, value in discount.items() if name != "end"}
    return work.reply({**gone, "deleted": True})


def rates_of(work: Work, ids: Sequence[Any] | None, param: str) -> list[Object]:
    """Tax rates by their ids, as invoices show them: whole."""
    named = enumerate(ids or ())
    return [work.find("tax_rate", str(rate), f"{param}[{place}]", "tax rate").copy() for place, rate in named]


ROUTES: Final = (
    *crud.routes("coupon", prepare=_new_coupon),
    *crud.routes("promotion_code", prepare=_new_code),
    *crud.routes("tax_rate", prepare=_new_rate),
    crud.route("DELETE", "/v1/customers/{id}/discount", _drop),
    crud.route("DELETE", "/v1/subscriptions/{id}/discount", _drop),
)
