"""Messages: creation, progress, what may be changed, what is kept in the books."""

import json
import re

import pytest

from brownout_simulators.vendors.twilio import VENDOR
from brownout_simulators.vendors.twilio.owned import default_service_sid as default_messaging_sid
from brownout_simulators.vendors.twilio.verify import default_service_sid
from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLBACK, FROM, MESSAGES, SID, TO, TwilioBench

SERVICE = default_messaging_sid(SID)


def _path(sid: str) -> str:
    return f"{ACCOUNT}/Messages/{sid}.json"


def test_a_message_starts_queued_and_is_told_as_twilio_tells_it() -> None:
    bench = TwilioBench()
    answer = bench.message()
    message = answer.json
    assert answer.status == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", message["sid"])
    assert answer.headers["twilio-request-id"] == "RQ" + message["sid"][2:]
    wanted = {"status": "queued", "date_sent": None, "num_segments": "1", "num_media": "0", "price": None,
              "error_code": None, "from": FROM, "to": TO, "account_sid": SID, "direction": "outbound-api"}  # fmt: skip
    assert {name: message[name] for name in wanted} == wanted


def test_a_repeated_request_sends_twice() -> None:
    bench = TwilioBench()
    assert bench.message().json["sid"] != bench.message().json["sid"]
    assert [row["route"] for row in bench.effects()] == ["twilio.message", "twilio.message"]


def test_the_books_know_recipient_and_the_callers_own_id() -> None:
    bench = TwilioBench()
    bench.message(StatusCallback=CALLBACK)
    assert bench.effects()[0]["references"] == '{"callback.operation_id": "op-1", "to": "' + TO + '"}'


def test_the_books_can_tell_what_was_sent_to_whom() -> None:
    bench = TwilioBench()
    bench.simulator.schedule([], fields=VENDOR.effects)
    bench.message(Body="Hello")
    bench.call()
    verify = f"/v2/Services/{default_service_sid(SID)}"
    bench.form("POST", f"{verify}/Verifications", To=TO, Channel="sms")
    for code in ("000000", TO[-6:]):
        bench.form("POST", f"{verify}/VerificationCheck", To=TO, Code=code)
    bench.form("POST", f"{ACCOUNT}/IncomingPhoneNumbers.json", PhoneNumber="+12025550100")
    kept = [json.loads(row["fields"]) for row in bench.effects()]
    assert kept[:2] == [{"to": TO, "from": FROM, "body": "Hello"}, {"to": TO, "from": FROM}]
    assert (kept[2]["to"], kept[2]["channel"]) == (TO, "sms")
    assert kept[3] == {"to": TO, "verification": kept[2]["verification"]}
    assert kept[4] == {"number": "+12025550100"}
    assert [each.keys() for each in kept] == [{*fields} for fields in VENDOR.effects.values()]


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"To": ""}, 21604), ({"To": "nobody"}, 21211), ({"From": ""}, 21603), ({"From": "+0"}, 21212),
     ({"Body": ""}, 21602), ({"Body": "x" * 1601}, 21617), ({"SendAt": "2030-01-01T00:00:00Z"}, 35118)],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_refused_and_nothing_is_sent(fields: dict[str, str], code: int) -> None:
    bench = TwilioBench()
    refused = bench.message(**fields)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert bench.effects() == []


def test_a_message_moves_forward_to_delivered() -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    seen: list[str] = []
    for _ in range(40):
        status = bench.send("GET", _path(sid)).json["status"]
        if not seen or seen[-1] != status:
            seen.append(status)
        bench.pass_time(0.05)
    assert seen == ["queued", "sending", "sent", "delivered"]


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [("+15005530003", "undelivered", 30003), ("+15005530001", "failed", 30001), ("+15005520000", "queued", None),
     ("+15005520001", "sent", None)],
)  # fmt: skip
def test_our_own_numbers_decide_how_a_message_ends(to: str, status: str, code: int | None) -> None:
    bench = TwilioBench()
    sid = bench.message(To=to).json["sid"]
    bench.pass_time(60)
    message = bench.send("GET", _path(sid)).json
    assert (message["status"], message["error_code"]) == (status, code)


def test_a_service_accepts_first_and_picks_its_number_later() -> None:
    bench = TwilioBench()
    created = bench.form("POST", MESSAGES, To=TO, MessagingServiceSid=SERVICE, Body="x").json
    assert (created["status"], created["from"], created["num_segments"]) == ("accepted", None, "0")
    bench.pass_time(60)
    finished = bench.send("GET", _path(created["sid"])).json
    assert (finished["status"], finished["from"], finished["num_segments"]) == ("delivered", FROM, "1")


def test_a_scheduled_message_waits_and_can_be_cancelled() -> None:
    bench = TwilioBench()
    fields = {"To": TO, "MessagingServiceSid": SERVICE, "Body": "x", "ScheduleType": "fixed"}
    fields["SendAt"] = "2025-10-09T09:55:00Z"  # about an hour after the bench's epoch
    first, second = (bench.form("POST", MESSAGES, **fields, StatusCallback=CALLBACK).json for _ in range(2))
    assert first["status"] == "scheduled"
    bench.pass_time(60)
    assert bench.send("GET", _path(first["sid"])).json["status"] == "scheduled"
    assert bench.form("POST", _path(first["sid"]), Status="canceled").json["status"] == "canceled"
    bench.pass_time(7200)
    assert bench.send("GET", _path(first["sid"])).json["status"] == "canceled"
    assert bench.send("GET", _path(second["sid"])).json["status"] == "delivered"


def test_a_sent_message_cannot_be_cancelled() -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    bench.pass_time(60)
    refused = bench.form("POST", _path(sid), Status="canceled")
    assert (refused.status, refused.json["code"]) == (409, 20009)


def test_a_finished_message_can_be_redacted_and_deleted_and_a_moving_one_cannot() -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    assert bench.form("POST", _path(sid), Body="").json["code"] == 20009
    assert bench.send("DELETE", _path(sid)).json["code"] == 20009
    bench.pass_time(60)
    assert bench.form("POST", _path(sid), Body="new text").json["code"] == 20001
    assert bench.form("POST", _path(sid), Body="").json["body"] == ""
    deleted = bench.send("DELETE", _path(sid))
    assert (deleted.status, deleted.body) == (204, b"")
    assert bench.send("GET", _path(sid)).json["code"] == 20404


def test_media_makes_it_an_mms() -> None:
    message = TwilioBench().message(Body="", MediaUrl=["http://a.example/1", "http://a.example/2"]).json
    assert message["sid"].startswith("MM")
    assert message["num_media"] == "2"


def test_the_2010_api_without_json_is_not_served() -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    assert bench.send("GET", f"{ACCOUNT}/Messages/{sid}").status == 404
