"""Instants, ids and money as Business Central writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from brownout_simulators.account import Account


@lru_cache(maxsize=1024)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def instant(wall_s: float) -> str:
    """UTC with milliseconds, always of one length: such texts compare as their instants do."""
    milliseconds = int(wall_s * 1000)
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


def normal_instant(text: str) -> str:
    """An Edm.DateTimeOffset of a caller's, written in that one way. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant has an offset")
    try:
        return instant(moment.timestamp())
    except OverflowError as error:
        raise ValueError("no such instant") from error


def guid(digits: str) -> str:
    """32 hexadecimal digits with the dashes of a GUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_guid(account: Account[Any]) -> str:
    """A GUID that nothing has yet."""
    return guid(account.ids.hexadecimal(32))


def decimal_of(value: float) -> Decimal:
    """A number of JSON's as it is written there."""
    return Decimal(value if isinstance(value, int) else str(value))


def number_of(value: Decimal) -> int | float:
    """A decimal as JSON has it: whole where it is."""
    return int(value) if value == value.to_integral_value() else float(value)


def minor_units(value: float) -> int:
    """An amount of money in hundredths, for the ledger."""
    return value * 100 if isinstance(value, int) else int((Decimal(str(value)) * 100).to_integral_value())
