"""IncomingPhoneNumbers."""

import pytest

from tests.simulators.vendors.twilio.bench import ACCOUNT, FROM, TEST_SID, TwilioBench

NUMBERS = f"{ACCOUNT}/IncomingPhoneNumbers"


def test_a_number_is_bought_fetched_changed_and_released_and_the_purchase_is_in_the_books() -> None:
    bench = TwilioBench()
    bought = bench.form("POST", f"{NUMBERS}.json", PhoneNumber="+12025550100", SmsUrl="http://127.0.0.1/sms")
    number = bought.json
    assert (bought.status, number["friendly_name"], number["sms_url"]) == (
        201,
        "(202) 555-0100",
        "http://127.0.0.1/sms",
    )
    path = f"{NUMBERS}/{number['sid']}.json"
    assert bench.form("POST", path, FriendlyName="shop").json["friendly_name"] == "shop"
    assert bench.send("GET", path).json["sms_url"] == "http://127.0.0.1/sms"
    assert bench.send("DELETE", path).status == 204
    assert bench.send("GET", path).json["code"] == 20404
    assert [row["route"] for row in bench.effects()] == ["twilio.phone_number"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"PhoneNumber": "+15005550000"}, 21422), ({"PhoneNumber": "+15005550001"}, 21421), ({"PhoneNumber": FROM}, 21422),
     ({"PhoneNumber": "nobody"}, 21421), ({"AreaCode": "12"}, 21421), ({}, 21421)],
)  # fmt: skip
def test_what_cannot_be_bought_is_refused_and_costs_nothing(fields: dict[str, str], code: int) -> None:
    bench = TwilioBench()
    refused = bench.form("POST", f"{NUMBERS}.json", **fields)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert bench.effects() == []


def test_an_area_code_gives_some_number_in_it_the_same_for_the_same_seed() -> None:
    numbers = [TwilioBench().form("POST", f"{NUMBERS}.json", AreaCode="415").json["phone_number"] for _ in range(2)]
    assert numbers[0] == numbers[1]
    assert numbers[0].startswith("+1415555")


def test_numbers_are_listed_by_a_part_or_a_name() -> None:
    bench = TwilioBench()
    for number in ("+12025550100", "+12025550101", "+13105550100"):
        bench.number(number)

    def found(query: str) -> list[str]:
        listed = bench.send("GET", f"{NUMBERS}.json?{query}").json["incoming_phone_numbers"]
        return [number["phone_number"] for number in listed]

    assert found("") == ["+13105550100", "+12025550101", "+12025550100", FROM]
    assert found("PhoneNumber=202555010*") == ["+12025550101", "+12025550100"]
    assert found("PhoneNumber=%2B13105550100") == ["+13105550100"]
    assert found("PhoneNumber=99") == found("FriendlyName=none") == []
    assert found("FriendlyName=(310)+555-0100") == ["+13105550100"]


def test_with_test_credentials_nothing_is_bought() -> None:
    bench = TwilioBench(TEST_SID)
    path = f"{NUMBERS}.json".replace(ACCOUNT, f"/2010-04-01/Accounts/{TEST_SID}")
    assert bench.form("POST", path, PhoneNumber=FROM).status == 201
    assert bench.form("POST", path, PhoneNumber="+12025550100").status == 201
    assert bench.effects() == []
    assert len(bench.send("GET", path).json["incoming_phone_numbers"]) == 1
