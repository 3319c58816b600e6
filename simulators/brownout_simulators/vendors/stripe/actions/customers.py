"""Customers. A deleted one is still there to be retrieved, as a stub, and nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    clocks,
    crud,
    customer_balance,
    discounts,
    payment_methods,
    sources,
)
from brownout_simulators.vendors.stripe.actions.leaving import leave
from brownout_simulators.vendors.stripe.magic import ALIASES
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.work import Work

MAX_EMAIL: Final = 512


def _prepare(work: Work, given: Mapping[str, Any], customer: Object) -> None:
    if not given.get("invoice_prefix"):
        customer["invoice_prefix"] = work.account.ids.hexadecimal(8).upper()
    clocks.join(work, customer)
    if given.get("payment_method"):
        method, _card = payment_methods.resolve(work, given["payment_method"])
        payment_methods.adopt(work, method, customer["id"])
        settings = given.get("invoice_settings")
        if settings and settings.get("default_payment_method") == given["payment_method"]:
            # A test id makes a new method each time; named twice in one call, it is the same one.
            given = {**given, "invoice_settings": {**settings, "default_payment_method": method["id"]}}
    _check(work, given, customer)


def _go_with(work: Work, given: Mapping[str, Any], customer: Object) -> None:
    """What a new customer has with it, told after it."""
    if given.get("source"):
        sources.add(work, customer, given["source"], is_default=True)
    if given.get("balance"):
        customer_balance.change(work, customer, given["balance"], "initial")
    discounts.of_customer(work, given, customer)


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
            param = "invoice_settings[default_payment_method]"
            found, card = payment_methods.resolve(work, method, param)
            if method in ALIASES:
                payment_methods.require_attachable(work, card)
                payment_methods.adopt(work, found, customer["id"])
                settings = {**settings, "default_payment_method": found["id"]}
            if found["customer"] != customer["id"]:
                message = "The customer does not have a payment method with the ID " + method
                raise errors.invalid(call, "invoice_settings[default_payment_method]", message, "resource_missing")
        customer["invoice_settings"] = {**customer["invoice_settings"], **settings}


def _change(work: Work, given: Mapping[str, Any], customer: Object) -> None:
    """What an update does besides storing what was given."""
    _check(work, given, customer)
    if given.get("source"):
        sources.add(work, customer, given["source"], is_default=True)
    if given.get("balance") is not None and given["balance"] != customer["balance"]:
        customer_balance.change(work, customer, given["balance"] - customer["balance"], "adjustment")
    discounts.of_customer(work, given, customer)


ROUTES: Final = (
    crud.creation("customer", _prepare, _go_with),
    crud.listing("customer"),
    crud.searching("customer"),
    crud.retrieval("customer"),
    crud.update("customer", _change),
    crud.deletion("customer", leave),
)
