"""The countries that numbers are told apart by: as many as tests need."""

from collections.abc import Mapping
from typing import Final

COUNTRIES: Final[Mapping[str, tuple[str, int, int]]] = {
    # calling code: (country, shortest and longest national number)
    "1": ("US", 10, 10),
    "33": ("FR", 9, 9),
    "34": ("ES", 9, 9),
    "39": ("IT", 6, 11),
    "44": ("GB", 7, 10),
    "49": ("DE", 6, 11),
    "61": ("AU", 9, 9),
    "81": ("JP", 9, 10),
    "91": ("IN", 10, 10),
}


def calling_code_of(digits: str) -> str | None:
    """The calling code that a number without its plus begins with; None for a country that is not in the table."""
    return next((digits[:size] for size in (1, 2) if digits[:size] in COUNTRIES), None)


def country_of(number: str) -> str | None:
    """The country of a number in E.164."""
    code = calling_code_of(number.removeprefix("+"))
    return None if code is None else COUNTRIES[code][0]
