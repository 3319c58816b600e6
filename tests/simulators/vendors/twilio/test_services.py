"""Messaging services as a resource."""

import pytest

from brownout_simulators.vendors.twilio.owned import MAX_POOL, default_service_sid
from tests.simulators.vendors.twilio.bench import CALLBACK, FROM, MESSAGES, SID, TO, TwilioBench

MINE = f"/v1/Services/{default_service_sid(SID)}"


def test_a_service_is_created_fetched_changed_and_deleted() -> None:
    bench = TwilioBench()
    created = bench.form("POST", "/v1/Services", FriendlyName="shop", StickySender="false", ValidityPeriod="600")
    service = created.json
    assert created.status == 201
    assert (service["friendly_name"], service["sticky_sender"], service["validity_period"]) == ("shop", False, 600)
    path = f"/v1/Services/{service['sid']}"
    assert service["url"] == f"http://bench.localhost{path}"
    bench.pass_time(5)
    changed = bench.form("POST", path, FriendlyName="market", StatusCallback=CALLBACK).json
    assert (changed["friendly_name"], changed["status_callback"], changed["sticky_sender"]) == (
        "market",
        CALLBACK,
        False,
    )
    assert changed["date_updated"] > changed["date_created"]
    assert bench.send("GET", path).json == changed
    assert bench.send("DELETE", path).status == 204
    assert bench.send("GET", path).json["code"] == 20404


@pytest.mark.parametrize(
    "fields",
    [{"FriendlyName": "x" * 65}, {"StickySender": "maybe"}, {"InboundMethod": "PUT"}, {"StatusCallback": "nowhere"},
     {"ValidityPeriod": "36001"}, {"ValidityPeriod": "0"}, {"ScanMessageContent": "x"}],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_and_nothing_is_changed(fields: dict[str, str]) -> None:
    bench = TwilioBench()
    before = bench.send("GET", MINE).json
    refused = bench.form("POST", MINE, **{"FriendlyName": "other", **fields})
    assert (refused.status, refused.json["code"]) == (400, 20001)
    assert bench.send("GET", MINE).json == before


def test_a_service_needs_a_name() -> None:
    assert TwilioBench().form("POST", "/v1/Services").json["code"] == 20001


def test_every_account_has_a_service_with_the_magic_sender() -> None:
    bench = TwilioBench()
    assert [number["phone_number"] for number in bench.send("GET", f"{MINE}/PhoneNumbers").json["phone_numbers"]] == [
        FROM
    ]
    assert bench.sent_by(default_service_sid(SID))["from"] == FROM


def test_services_and_their_numbers_are_listed_newest_first_and_their_links_stay_here() -> None:
    bench = TwilioBench()
    sids = [bench.form("POST", "/v1/Services", FriendlyName=str(number)).json["sid"] for number in range(4)]
    page = bench.send("GET", "/v1/Services?PageSize=3").json
    assert page["meta"]["next_page_url"].startswith("http://bench.localhost/v1/Services?")
    following = bench.send("GET", page["meta"]["next_page_url"].removeprefix("http://bench.localhost")).json
    listed = [service["sid"] for service in page["services"] + following["services"]]
    assert listed == [*sids[::-1], default_service_sid(SID)]


def test_a_number_is_in_one_service_at_most() -> None:
    bench = TwilioBench()
    first, second = bench.messaging_service("+12025550100"), bench.messaging_service()
    (number,) = bench.send("GET", f"/v1/Services/{first}/PhoneNumbers").json["phone_numbers"]
    assert (number["service_sid"], number["country_code"]) == (first, "US")
    codes = [
        bench.form("POST", f"/v1/Services/{each}/PhoneNumbers", PhoneNumberSid=number["sid"])
        for each in (first, second)
    ]
    assert [(answer.status, answer.json["code"]) for answer in codes] == [(409, 21710), (409, 21712)]
    assert bench.send("DELETE", f"/v1/Services/{first}").status == 204
    added = bench.form("POST", f"/v1/Services/{second}/PhoneNumbers", PhoneNumberSid=number["sid"])
    assert (added.status, added.json["service_sid"]) == (201, second)
    fetched = bench.send("GET", f"/v1/Services/{second}/PhoneNumbers/{number['sid']}")
    assert fetched.json == added.json
    assert bench.send("GET", f"{MINE}/PhoneNumbers/{number['sid']}").json["code"] == 20404


def test_only_a_number_of_the_account_can_be_added() -> None:
    bench = TwilioBench()
    assert bench.form("POST", f"{MINE}/PhoneNumbers", PhoneNumberSid="PN" + "0" * 32).json["code"] == 20404
    assert bench.form("POST", f"{MINE}/PhoneNumbers").json["code"] == 20001


def test_a_pool_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_POOL == 400
    monkeypatch.setattr("brownout_simulators.vendors.twilio.services.MAX_POOL", 1)
    bench = TwilioBench()
    sid = bench.number("+12025550100")
    assert bench.form("POST", f"{MINE}/PhoneNumbers", PhoneNumberSid=sid).json["code"] == 21714


def test_a_services_callback_serves_messages_without_one_of_their_own() -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100", StatusCallback="http://127.0.0.1:9/service")
    bench.form("POST", MESSAGES, To=TO, MessagingServiceSid=service, Body="x", StatusCallback=CALLBACK)
    bench.form("POST", MESSAGES, To=TO, MessagingServiceSid=service, Body="x")
    bench.pass_time(60)
    assert [webhook.url for webhook in bench.webhooks].count(CALLBACK) == 3
    assert [webhook.url for webhook in bench.webhooks].count("http://127.0.0.1:9/service") == 3


def test_a_services_validity_is_its_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100", ValidityPeriod="2")
    bench.message(From="+12025550100", Body="x" * 1600)
    assert bench.sent_by(service)["error_code"] == 30036
