"""The vendors there are: one line each. A vendor is imported when it is asked for, never before.

`docs/add-a-vendor.md` is the recipe for another one.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from brownout_simulators.spelling import nearest

if TYPE_CHECKING:  # who asks only which there are pays for nothing else
    from brownout_simulators.vendor import Vendor

VENDORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "stripe": "brownout_simulators.vendors.stripe",
        "twilio": "brownout_simulators.vendors.twilio",
        "sales": "brownout_simulators.vendors.sales",
        "openai": "brownout_simulators.vendors.openai",
        "gemini": "brownout_simulators.vendors.gemini",
        "clerk": "brownout_simulators.vendors.clerk",
        "supabase": "brownout_simulators.vendors.supabase",
        "vault": "brownout_simulators.vendors.vault",
        "erp": "brownout_simulators.vendors.erp",
        "docusign": "brownout_simulators.vendors.docusign",
        "resend": "brownout_simulators.vendors.resend",
        "cloudflare": "brownout_simulators.vendors.cloudflare",
    }
)


class UnknownVendor(ValueError):
    """No vendor of that name; the message names the nearest."""


def load_vendor(name: str) -> "Vendor[Any]":
    """The vendor of that name. Raises `UnknownVendor`."""
    module = VENDORS.get(name)
    if module is None:
        near = nearest(name, VENDORS)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(VENDORS)}"
        raise UnknownVendor(f"no vendor is called {name}; {hint}")
    vendor: Vendor[Any] = import_module(module).VENDOR
    return vendor
