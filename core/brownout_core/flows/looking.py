"""What a look at a vendor comes to, where not finding anything is an answer."""

from collections.abc import Awaitable
from typing import Final, TypeVar

from brownout_core.errors import BrownoutError, VendorRefused

T = TypeVar("T")

NOT_FOUND: Final = 404


async def at_best(look: Awaitable[T | None]) -> T | None:
    """What is found; None also where nobody can look now. For whoever is in doubt already, and stays so."""
    try:
        return await look
    except BrownoutError:
        return None


async def or_none(look: Awaitable[T | None]) -> T | None:
    """What is found; None where the vendor says that there is none such. Raises all other errors of the look."""
    try:
        return await look
    except VendorRefused as error:
        if error.status != NOT_FOUND:
            raise
        return None
