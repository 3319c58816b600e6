"""Several vendors in one test."""

from collections.abc import Callable

from brownout_harness.testing.account import Account
from brownout_simulators.vendors import VENDORS, load_vendor


class Several:
    """Each vendor from when it is first asked for: by its name as an attribute, or by a call with several names."""

    def __init__(self, opened: Callable[[str], Account]) -> None:
        self._opened = opened
        self._accounts: dict[str, Account] = {}

    def __call__(self, *vendors: str) -> tuple[Account, ...]:
        """Their accounts, in this order. Raises `UnknownVendor`."""
        return tuple(self[vendor] for vendor in vendors)

    def __getitem__(self, vendor: str) -> Account:
        """The account at that vendor. Raises `UnknownVendor`."""
        if vendor not in self._accounts:
            if vendor not in VENDORS:
                load_vendor(vendor)
            self._accounts[vendor] = self._opened(vendor)
        return self._accounts[vendor]

    def __getattr__(self, vendor: str) -> Account:
        if vendor.startswith("_"):
            raise AttributeError(vendor)
        return self[vendor]
