"""Where numbers are from."""

import pytest

from brownout_simulators.vendors.twilio.countries import calling_code_of, country_of


@pytest.mark.parametrize(
    ("number", "country"), [("+12025550123", "US"), ("+4915112345678", "DE"), ("+999123456", None), ("", None)]
)
def test_a_numbers_country_is_that_of_its_calling_code(number: str, country: str | None) -> None:
    assert country_of(number) == country


def test_a_calling_code_is_at_the_beginning() -> None:
    assert calling_code_of("447700900123") == "44"
    assert calling_code_of("0447700900123") is None
