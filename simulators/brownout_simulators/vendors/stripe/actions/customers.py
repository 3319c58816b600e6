"""Customers. A deleted one is still there to be retrieved, as a stub, and nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud, payment_methods
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.work import Work

MAX_EMAIL: Final = 512


def _prepare(work: Work, given: Mapping[str, Any], customer: Object) -> None:
    if not given.get("invoice_prefix"):
        customer["invoice_prefix"] = work.account.ids.hexadecimal(8).upper()
    if given.get("payment_method"):
        method, _card = payment_methods.resolve(work, given["payment_method"])
        payment_methods.adopt(work, method, customer["id"])
    _check(work, given, customer)


def new_customer(work: Work, given: Mapping[str, Any]) -> Object:
    """A customer made on the way, kept and told."""
    customer = crud.blank(work, RESOURCES["customer"], given)
    _prepare(work, given, customer)
    work.keep(customer)
    work.emit("customer.created", customer)
    return customer


def _check(work: Work, given: Mapping[str, Any], customer: Object) -> None:
    call = work.call
    email = given.get("email")
    if email and ("@" not in email or len(email) > MAX_EMAIL):
        raise errors.invalid(call, "email", f"Invalid email address: {email}", "email_invalid")
    settings = given.get("invoice_settings")
    if settings:
        method = settings.get("default_payment_method")
        if method:
            found = work.find("payment_method", method, "invoice_settings[default_payment_method]", "PaymentMethod")
            if found["customer"] != customer["id"]:
                message = "The customer does not have a payment method with the ID " + method
                raise errors.invalid(call, "invoice_settings[default_payment_method]", message, "resource_missing")
        customer["invoice_settings"] = {**customer["invoice_settings"], **settings}


def _leave(work: Work, customer: Object) -> None:
    """A deleted customer's subscriptions end, and its payment methods are nobody's."""
    for subscription in list(work.state.of["subscription"].newest_first()):
        if subscription["customer"] == customer["id"] and subscription["status"] not in {
            "canceled",
            "incomplete_expired",
        }:
            work.change(subscription, {"status": "canceled", "canceled_at": work.now, "ended_at": work.now})
            work.emit("customer.subscription.deleted", subscription)
    for method in list(work.state.of["payment_method"].newest_first()):
        if method["customer"] == customer["id"]:
            work.change(method, {"customer": None})


ROUTES: Final = (
    crud.creation("customer", _prepare),
    crud.listing("customer"),
    crud.searching("customer"),
    crud.retrieval("customer"),
    crud.update("customer", _check),
    crud.deletion("customer", _leave),
)
