"""What somebody would have entered into the sales system before the first call: how much of what is on hand.

setup: {sales: {stock: {PUMP: 100, HOSE: "12.5"}}}
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from brownout_simulators.spelling import named
from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.sales.shapes import Number

MOST_SKUS: Final = 10_000
ABOUT: Final[Mapping[str, str]] = {"stock": "how much is on hand, by SKU"}
_ON_HAND: Final = Number(sign="not negative")


def read(given: Mapping[str, Any]) -> Mapping[str, Decimal]:
    """The stock, by SKU."""
    stock = given.get("stock", {})
    if not isinstance(stock, Mapping) or len(stock) > MOST_SKUS:
        raise ValueError(f"stock: at most {MOST_SKUS} quantities, by SKU")
    found = {}
    for sku, quantity in stock.items():
        text = str(quantity) if isinstance(quantity, int) and not isinstance(quantity, bool) else quantity
        if not 1 <= len(str(sku)) <= 100 or _ON_HAND.flaws(text):
            raise ValueError(f"stock.{named(sku)}: a SKU of at most 100 characters, and a number that is not negative")
        found[sku] = Decimal(text)
    return MappingProxyType(found)


SETUP: Final = Setup(read, ABOUT)
