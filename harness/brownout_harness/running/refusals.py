"""How the vendors of a run say that a credential is no good: asked of the simulators, and of no target."""

from collections.abc import Iterable
from typing import Any, Final

from brownout_harness.judging.refusals import Refusals
from brownout_simulators.call import Call
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, load_vendor


def refusals_by(vendors: Iterable[str]) -> dict[str, Refusals]:
    """Of those that there are a simulator of."""
    return {name: refusals_of(load_vendor(name)) for name in vendors if name in VENDORS}


def refusals_of(vendor: Vendor[Any]) -> Refusals:
    """A credential that was given out can expire and be renewed; where none is, there is nothing to renew."""
    usual, errors = Refusals(), vendor.errors
    renewed = frozenset({errors.token_expired(ANY_CALL).status})
    logins = [_call(route.method, route.path) for route in vendor.routes if route.public or route.grants]
    refused = {errors.unauthenticated(call).status for call in (ANY_CALL, *logins)}
    is_granted = any(route.grants for route in vendor.routes)
    return Refusals(renewed if is_granted else usual.expired, usual.bad | renewed | refused)


def _call(method: str, path: str) -> Call:
    return Call(method, path, "", {}, b"", 0.0, route=f"{method} {path}")


ANY_CALL: Final = _call("GET", "/")
