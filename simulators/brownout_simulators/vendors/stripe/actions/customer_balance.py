"""What customers have with their account: a balance that invoices go against, cash from bank transfers, tax ids."""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud, nested
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.declared.belongings import BALANCE_ENTRY, CASH_ENTRY
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

CUSTOMER: Final = RESOURCES["customer"]


def change(work: Work, customer: Object, amount: int, type: str, **fields: Any) -> Object:  # noqa: A002
    """Change what a customer owes (more than nothing) or has in credit (less), and keep a record of it."""
    entry = BALANCE_ENTRY.copy()
    before = 0 if type == "initial" else customer["balance"]
    entry.update(
        id=work.id("cbtxn_"),
        amount=amount,
        created=work.now,
        currency=customer["currency"] or "usd",
        customer=customer["id"],
        ending_balance=before + amount,
        type=type,
        **fields,
    )
    work.change(customer, {"balance": before + amount})
    return work.keep(entry)


def _new_entry(work: Work, given: Given, entry: Object, customer: Object) -> None:
    currency = check_currency(work.call, given["currency"])
    if customer["currency"] not in {None, currency}:
        message = f"The currency must be the customer's, {customer['currency']}."
        raise errors.invalid(work.call, "currency", message)
    ending = customer["balance"] + given["amount"]
    entry.update(amount=given["amount"], currency=currency, ending_balance=ending)
    work.emit("customer.updated", customer, work.change(customer, {"balance": ending, "currency": currency}))


def _new_tax_id(work: Work, given: Given, tax_id: Object, customer: Object) -> None:
    type = given["type"]  # noqa: A001 - the wire's own name
    head, underscore, _rest = type.partition("_")
    if not underscore or not head.isalpha():
        raise errors.invalid(work.call, "type", f"Invalid type: {type}")
    tax_id["country"] = given["value"][:2].upper() if head == "eu" else head.upper()
    tax_id["owner"] = {"customer": customer["id"], "customer_account": None, "type": "customer"}


def printed_cash(work: Work, customer: Object) -> Object:
    """The cash balance as Stripe prints it."""
    return {
        "object": "cash_balance",
        "available": work.state.cash.get(customer["id"]) or None,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


def cash_balance(call: Call, account: StripeAccount) -> Reply:
    """GET and POST /v1/customers/{id}/cash_balance; the settings are as they are."""
    work = Work(call, account)
    work.read(RETRIEVE if call.method == "GET" else PARAMETERS["POST /v1/customers/{id}/cash_balance"])
    return work.reply(printed_cash(work, crud.alive(work, CUSTOMER)))


def move_cash(work: Work, customer: Object, amount: int, currency: str, type: str, **fields: Any) -> Object:  # noqa: A002
    """Put money into a cash balance, or take it from there, and tell it."""
    held = work.state.cash.setdefault(customer["id"], {})
    held[currency] = held.get(currency, 0) + amount
    entry: Object = CASH_ENTRY.copy()
    entry.update(
        id=work.id("ccsbtxn_"),
        created=work.now,
        currency=currency,
        customer=customer["id"],
        ending_balance=held[currency],
        net_amount=amount,
        type=type,
        **fields,
    )
    work.keep(entry)
    work.emit("customer_cash_balance_transaction.created", entry)
    return entry


ROUTES: Final = (
    *nested.routes(
        "customer_balance_transaction", "customer", "customer", prepare=_new_entry, does="create retrieve update list"
    ),
    *nested.routes("customer_cash_balance_transaction", "customer", "customer", does="retrieve list"),
    *nested.routes("tax_id", "customer", "customer", prepare=_new_tax_id, does="create retrieve list delete"),
    crud.route("GET", "/v1/customers/{id}/cash_balance", cash_balance),
    crud.route("POST", "/v1/customers/{id}/cash_balance", cash_balance),
)
