"""What a message must be before Twilio takes it."""

import pytest

from brownout_simulators.vendors.twilio.owned import default_service_sid
from tests.simulators.vendors.twilio.bench import FROM, MESSAGES, SID, TO, TwilioBench

MINE = default_service_sid(SID)
AT = "2025-10-09T{}Z"  # the bench begins at 08:55:00


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"To": "+12025550100", "From": "+12025550100"}, 21266), ({"To": FROM}, 21266),
     ({"To": f"whatsapp:{TO}"}, 21910), ({"From": f"whatsapp:{FROM}"}, 21910),
     ({"To": "rcs:a", "From": f"whatsapp:{FROM}"}, 21910),
     ({"To": f"whatsapp:{TO}", "From": f"whatsapp:{TO}"}, 63031),
     ({"MediaUrl": "ftp://a.example/1"}, 21620), ({"MediaUrl": ["http://a.example/1", "cat.png"]}, 21620),
     ({"MediaUrl": [f"http://a.example/{number}" for number in range(11)]}, 21623),
     ({"ValidityPeriod": "0"}, 21624), ({"ValidityPeriod": "36001"}, 21624), ({"ValidityPeriod": "²"}, 21624),
     ({"ScheduleType": "fixed"}, 35111), ({"SendAt": AT.format("09:30:00"), "ScheduleType": "fixed"}, 35118)],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_and_nothing_is_in_the_books(fields: dict[str, str], code: int) -> None:
    bench = TwilioBench()
    refused = bench.message(**fields)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert bench.effects() == []


@pytest.mark.parametrize(
    ("service", "fields", "code"),
    [("MG" + "0" * 32, {}, 21701), ("MG0", {}, 21705), (SID, {}, 21705), (MINE, {"From": "+12025550100"}, 21711)],
)
def test_a_service_must_be_one_of_the_account_with_the_sender_in_its_pool(
    service: str, fields: dict[str, str], code: int
) -> None:
    bench = TwilioBench()
    refused = bench.form("POST", MESSAGES, To=TO, Body="x", MessagingServiceSid=service, **fields)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert bench.effects() == []


def test_a_service_without_numbers_sends_nothing() -> None:
    bench = TwilioBench()
    empty = bench.messaging_service()
    assert bench.form("POST", MESSAGES, To=TO, Body="x", MessagingServiceSid=empty).json["code"] == 21704


def test_a_sender_of_the_pool_may_be_named() -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100", "+12025550101")
    message = bench.sent_by(service, From="+12025550101")
    assert (message["from"], message["status"]) == ("+12025550101", "delivered")


def test_ten_files_are_few_enough() -> None:
    urls = [f"http://a.example/{number}" for number in range(10)]
    assert TwilioBench().message(MediaUrl=urls).json["num_media"] == "10"


@pytest.mark.parametrize(
    ("send_at", "status"),
    [("2025-10-09T09:10:01Z", 201), ("2025-10-09T09:09:59Z", 400), ("2025-11-13T08:54:00Z", 201),
     ("2025-11-13T08:56:00Z", 400), ("tomorrow", 400), ("2024-10-09T09:10:00Z", 400)],
)  # fmt: skip
def test_a_message_is_scheduled_a_quarter_of_an_hour_to_35_days_ahead(send_at: str, status: int) -> None:
    fields = {"To": TO, "Body": "x", "MessagingServiceSid": MINE, "ScheduleType": "fixed", "SendAt": send_at}
    answer = TwilioBench().form("POST", MESSAGES, **fields)
    assert answer.status == status
    assert answer.json["code"] == 35114 if status == 400 else answer.json["status"] == "scheduled"
