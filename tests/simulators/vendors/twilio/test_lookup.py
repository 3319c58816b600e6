"""Lookup: findings about numbers."""

import pytest

from tests.simulators.vendors.twilio.bench import TwilioBench


@pytest.mark.parametrize(
    ("number", "country", "problem"),
    [("+15005550006", "US", None), ("+442079460000", "GB", None), ("+99955512345", None, None),
     ("123", None, "TOO_SHORT"), ("+1500555000600", None, "TOO_LONG"), ("+abc", None, "NOT_A_NUMBER"),
     ("+0123456789", None, "INVALID_COUNTRY_CODE"), ("+999123", None, "TOO_SHORT")],
)  # fmt: skip
def test_a_number_is_judged_by_its_country_and_length(number: str, country: str | None, problem: str | None) -> None:
    answer = TwilioBench().send("GET", f"/v2/PhoneNumbers/{number}")
    assert answer.status == 200
    assert answer.json["valid"] is (problem is None)
    assert answer.json["country_code"] == country
    assert answer.json["validation_errors"] == (None if problem is None else [problem])


def test_only_the_packages_that_were_asked_for_are_filled() -> None:
    answer = TwilioBench().send("GET", "/v2/PhoneNumbers/+15005550006?Fields=line_type_intelligence,sim_swap").json
    assert answer["line_type_intelligence"]["type"] == "mobile"
    assert answer["sim_swap"] is not None
    assert answer["caller_name"] is None


def test_a_national_number_is_read_in_the_country_that_was_named() -> None:
    answer = TwilioBench().send("GET", "/v2/PhoneNumbers/02079460000?CountryCode=DE").json
    assert answer["phone_number"] == "+4902079460000"
