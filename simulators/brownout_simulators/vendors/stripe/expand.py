"""`expand[]`: ids replaced by the objects they name, up to four levels deep.

Which field of which object may be expanded, and into what, is the table below.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.funds import printed_move
from brownout_simulators.vendors.stripe.state import Object, StripeAccount

MAX_DEPTH: Final = 4

Builder = Callable[[StripeAccount, Object], Any]


def list_of(url: str, data: Sequence[Object], *, has_more: bool = False) -> Object:
    """A list as Stripe prints it."""
    return {"object": "list", "data": list(data), "has_more": has_more, "url": url}


def balance_move(field: str) -> Builder:
    """What something did to the balance; printed when somebody asks. `field` names the movement."""

    def printed(account: StripeAccount, owner: Object) -> Object | None:
        move = account.state.funds.moves.get(owner.get(field) or "")
        return None if move is None else printed_move(move, int(account.wall_s()))

    return printed


balance_transaction: Final = balance_move("balance_transaction")


MOVED: Final[Mapping[str, str]] = {
    "ch_": "charge", "dp_": "dispute", "ipi_": "issuing.transaction", "po_": "payout", "py_": "charge", "re_": "refund",
    "tr_": "transfer", "trr_": "transfer_reversal", "tu_": "topup",
}  # fmt: skip
"""What moves money, by the prefix of its id."""


def source_of_move(account: StripeAccount, move: Object) -> Object | None:
    """What moved the money."""
    kind = MOVED.get(move["source"].partition("_")[0] + "_")
    return account.state.of[kind].get(move["source"]) if kind is not None else None


def _refunds(account: StripeAccount, charge: Object) -> Object:
    data = [refund for refund in account.state.of["refund"].newest_first() if refund["charge"] == charge["id"]]
    return list_of(f"/v1/charges/{charge['id']}/refunds", data)


def _payments(account: StripeAccount, invoice: Object) -> Object:
    data = [pay for pay in account.state.of["invoice_payment"].newest_first() if pay["invoice"] == invoice["id"]]
    return list_of("/v1/invoice_payments", data)


def _confirmation_secret(account: StripeAccount, invoice: Object) -> Object | None:
    for pay in account.state.of["invoice_payment"].newest_first():
        if pay["invoice"] == invoice["id"]:
            intent = account.state.of["payment_intent"].get(pay["payment"]["payment_intent"])
            return intent and {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None


def _subscriptions(account: StripeAccount, customer: Object) -> Object:
    data = [
        subscription
        for subscription in account.state.of["subscription"].newest_first()
        if subscription["customer"] == customer["id"] and subscription["status"] != "canceled"
    ]
    return list_of(f"/v1/customers/{customer['id']}/subscriptions", data)


_PATHS: Final[Mapping[str, str]] = {
    "checkout.session": "/v1/checkout/sessions",
    "payment_link": "/v1/payment_links",
    "quote": "/v1/quotes",
}


def _line_items(account: StripeAccount, owner: Object) -> Object:
    url = f"{_PATHS[owner['object']]}/{owner['id']}/line_items"
    return list_of(url, account.state.line_items.get(owner["id"], []))


def owned(kind: str, url: str) -> Builder:
    """What a customer owns of a kind."""

    def listed(account: StripeAccount, customer: Object) -> Object:
        rows = account.state.of[kind].newest_first()
        data = [row for row in rows if not row.get("deleted") and row["customer"] == customer["id"]]
        return list_of(url.format(customer["id"]), data)

    return listed


CLOCK: Final = "test_helpers.test_clock"


EXPANDABLE: Final[Mapping[str, Mapping[str, str | Builder]]] = {
    "payment_intent": {
        "application": "",
        "customer": "customer",
        "latest_charge": "charge",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "review": "",
        "last_payment_error.payment_method": "",
    },
    "charge": {
        "application": "",
        "application_fee": "",
        "balance_transaction": balance_transaction,
        "customer": "customer",
        "failure_balance_transaction": "",
        "on_behalf_of": "",
        "payment_intent": "payment_intent",
        "refunds": _refunds,
        "review": "",
        "source_transfer": "",
        "transfer": "",
    },
    "refund": {
        "balance_transaction": balance_transaction,
        "charge": "charge",
        "failure_balance_transaction": balance_move("failure_balance_transaction"),
        "payment_intent": "payment_intent",
        "source_transfer_reversal": "",
        "transfer_reversal": "",
    },
    "customer": {
        "cash_balance": "",
        "default_source": "card",
        "invoice_settings.default_payment_method": "payment_method",
        "sources": owned("card", "/v1/customers/{}/sources"),
        "subscriptions": _subscriptions,
        "tax_ids": owned("tax_id", "/v1/customers/{}/tax_ids"),
        "test_clock": CLOCK,
    },
    "payment_method": {"customer": "customer"},
    "setup_intent": {
        "application": "",
        "customer": "customer",
        "latest_attempt": "",
        "mandate": "",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "single_use_mandate": "",
    },
    "product": {"default_price": "price"},
    "price": {"product": "product"},
    "subscription": {
        "application": "",
        "customer": "customer",
        "default_payment_method": "payment_method",
        "default_source": "card",
        "discounts": "discount",
        "latest_invoice": "invoice",
        "on_behalf_of": "",
        "pending_setup_intent": "setup_intent",
        "schedule": "subscription_schedule",
        "test_clock": CLOCK,
    },
    "subscription_item": {"discounts": "discount"},
    "invoice": {
        "application": "",
        "confirmation_secret": _confirmation_secret,
        "customer": "customer",
        "default_payment_method": "payment_method",
        "default_source": "card",
        "discounts": "discount",
        "on_behalf_of": "",
        "parent.subscription_details.subscription": "subscription",
        "payments": _payments,
        "test_clock": CLOCK,
    },
    "line_item": {"discounts": "discount", "pricing.price_details.price": "price", "subscription": "subscription"},
    "invoice_payment": {
        "invoice": "invoice",
        "payment.charge": "charge",
        "payment.payment_intent": "payment_intent",
    },
    "checkout.session": {
        "customer": "customer",
        "invoice": "invoice",
        "line_items": _line_items,
        "payment_intent": "payment_intent",
        "payment_link": "payment_link",
        "setup_intent": "setup_intent",
        "subscription": "subscription",
    },
    "item": {},
    "card": {"customer": "customer"},
    "balance_transaction": {"source": source_of_move},
    "billing_portal.session": {"configuration": "billing_portal.configuration"},
    "credit_note": {
        "customer": "customer",
        "customer_balance_transaction": "customer_balance_transaction",
        "invoice": "invoice",
    },
    "customer_balance_transaction": {"credit_note": "credit_note", "customer": "customer", "invoice": "invoice"},
    "customer_cash_balance_transaction": {"customer": "customer"},
    "discount": {
        "customer": "customer",
        "promotion_code": "promotion_code",
        "source.coupon": "coupon",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "invoiceitem": {
        "customer": "customer",
        "discounts": "discount",
        "invoice": "invoice",
        "pricing.price_details.price": "price",
        "test_clock": CLOCK,
    },
    "issuing.transaction": {
        "balance_transaction": balance_transaction,
        "card": "issuing.card",
        "cardholder": "issuing.cardholder",
    },
    "issuing.authorization": {"cardholder": "issuing.cardholder"},
    "payment_link": {"line_items": _line_items},
    "payout": {"balance_transaction": balance_transaction, "destination": "", "original_payout": "payout"},
    "plan": {"product": "product"},
    "promotion_code": {"customer": "customer", "promotion.coupon": "coupon"},
    "quote": {
        "customer": "customer",
        "discounts": "discount",
        "invoice": "invoice",
        "line_items": _line_items,
        "subscription": "subscription",
        "test_clock": CLOCK,
    },
    "subscription_schedule": {"customer": "customer", "subscription": "subscription", "test_clock": CLOCK},
    "tax_id": {"customer": "customer"},
    "topup": {"balance_transaction": balance_transaction},
    "transfer": {"balance_transaction": balance_transaction, "destination": "account", "destination_payment": ""},
    "transfer_reversal": {"balance_transaction": balance_transaction, "transfer": "transfer"},
}
"""Field, or dotted path within the object, to the kind of object that its id names; "" where nothing here makes such
an object, so that the field stays null; or a function that makes what is only there when it is asked for."""


def expanded(call: Call, account: StripeAccount, body: Object, paths: Sequence[str]) -> Object:
    """A copy of `body` with every path expanded; refuses a path that cannot be, or goes too deep."""
    if not isinstance(paths, list):
        raise errors.invalid(call, "expand", "Invalid array")
    for path in paths:
        if not isinstance(path, str) or not path:
            raise errors.invalid(call, "expand", "Invalid string")
        steps = path.split(".")
        if sum(step != "data" for step in steps) > MAX_DEPTH:
            message = f"You cannot expand more than {MAX_DEPTH} levels of a property. Property: {path}"
            raise errors.invalid(call, "expand", message)
        body = _expand(call, account, body, steps, path)
    return body


def _expand(
    call: Call, account: StripeAccount, body: Object, steps: Sequence[str], path: str, *, within: str = ""
) -> Object:
    """`within` is the way from the nearest enclosing object, where `body` is a plain hash inside it."""
    owner, _, prefix = within.partition(":")
    kind = owner or body.get("object", "")
    name, rest = steps[0], steps[1:]
    if kind == "search_result" and name == "total_count" and not rest:
        return body
    if kind in {"list", "search_result"}:
        if name != "data" or not rest:
            raise _refusal(call, path)
        return {**body, "data": [_expand(call, account, element, rest, path) for element in body["data"]]}
    if body.get("deleted"):
        return body
    dotted = prefix + name
    table = EXPANDABLE.get(kind, {})
    target = table.get(dotted)
    value = body.get(name)
    if callable(target):
        value = target(account, body)
    elif target:
        value = _named(account, target, value)
    elif target is None and not (rest and (isinstance(value, dict) or _leads_on(table, dotted))):
        raise _refusal(call, path)
    if rest and isinstance(value, list) and target is not None:
        value = [_expand(call, account, each, rest, path) if isinstance(each, dict) else each for each in value]
    if rest and isinstance(value, dict):
        # An event's `data` has an `object`, too, which is no name of a kind.
        nearest = "" if isinstance(value.get("object"), str) else f"{kind}:{dotted}."
        value = _expand(call, account, value, rest, path, within=nearest)
    return {**body, name: value}


def _named(account: StripeAccount, kind: str, value: Any) -> Any:
    """The object that an id names, or those that a list of ids names."""
    if isinstance(value, list):
        return [_named(account, kind, each) or each for each in value]
    return account.state.of[kind].get(value) if isinstance(value, str) else value


def _leads_on(table: Mapping[str, str | Builder], dotted: str) -> bool:
    """Whether something under this hash may be expanded, though the hash itself is null now."""
    return any(field.startswith(dotted + ".") for field in table)


def _refusal(call: Call, path: str) -> Exception:
    message = f"This property cannot be expanded ({path}). You may want to try expanding another property."
    return errors.invalid(call, "expand", message)
