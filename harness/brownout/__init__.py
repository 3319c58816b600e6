"""The vendors for your tests: `with brownout.stripe() as stripe:`, beside pytest's fixtures, which need no import.

    import brownout

    with brownout.stripe() as stripe:
        stripe.fault("POST /v1/payment_intents", drop_after_effect={}, first=1)
        ...                                            # the application, at stripe.url with stripe.key
        assert stripe.effects("stripe.charge", order="7").once

Each vendor of `VENDORS` is a function here: `brownout.twilio(...)` is `brownout.open("twilio", ...)`.
"""

from collections.abc import Callable
from functools import partial

from brownout_harness.testing.account import Account
from brownout_harness.testing.effects import Effects, UnknownEffect
from brownout_harness.testing.faults import Fault
from brownout_harness.testing.notices import Webhooks
from brownout_harness.testing.opening import Opening
from brownout_harness.testing.proof import ProvesNothing, StillUnderWay
from brownout_harness.testing.rows import Effect, Ledger, Request
from brownout_harness.testing.several import Several
from brownout_harness.words.fault import Unwritten
from brownout_simulators.spelling import nearest
from brownout_simulators.vendors import VENDORS, UnknownVendor

__all__ = [
    "VENDORS",
    "Account",
    "Effect",
    "Effects",
    "Fault",
    "Ledger",
    "Opening",
    "ProvesNothing",
    "Request",
    "Several",
    "StillUnderWay",
    "UnknownEffect",
    "UnknownVendor",
    "Unwritten",
    "Webhooks",
    "open",
]


def open(vendor: str, *, name: str = "test", seed: int = 0) -> Opening:  # noqa: A001
    """An account at a simulator of its own, for a `with` or an `async with`. `seed` is that of ids and faults; the same
    `name` under the same seed has the same key and ids.

    Raises `UnknownVendor`. On leaving it raises `ProvesNothing` where a fault never struck, or other keys were used.
    """
    if vendor not in VENDORS:
        near = nearest(vendor, VENDORS)
        raise UnknownVendor(
            f"no vendor is called {vendor}; " + (f"did you mean {near}?" if near else ", ".join(VENDORS))
        )
    return Opening(vendor, name=name, seed=seed)


def __getattr__(name: str) -> Callable[..., Opening]:
    """Each vendor by its name."""
    if name in VENDORS:
        return partial(open, name)
    near = nearest(name, (*VENDORS, *__all__))
    raise AttributeError(f"brownout has no {name}" + (f"; did you mean {near}?" if near else ""))


def __dir__() -> list[str]:
    return sorted((*__all__, *VENDORS))
