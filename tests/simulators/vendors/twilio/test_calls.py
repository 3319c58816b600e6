"""Voice calls."""

import pytest

from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLBACK, CALLS, TwilioBench


def _path(sid: str) -> str:
    return f"{ACCOUNT}/Calls/{sid}.json"


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("+12025550123", "completed"),
        ("+15005520486", "busy"),
        ("+15005520480", "no-answer"),
        ("+15005520404", "failed"),
    ],
)
def test_a_call_ends_as_its_number_decides(to: str, status: str) -> None:
    bench = TwilioBench()
    created = bench.call(To=to).json
    assert created["status"] == "queued"
    bench.pass_time(60)
    ended = bench.send("GET", _path(created["sid"])).json
    assert ended["status"] == status
    assert ended["duration"] == ("1" if status == "completed" else "0")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"To": ""}, 21201), ({"From": ""}, 21213), ({"Twiml": ""}, 21205), ({"To": "nobody"}, 21211),
     ({"From": "+0"}, 21212), ({"StatusCallbackEvent": "hung-up"}, 20001)],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_refused(fields: dict[str, str], code: int) -> None:
    bench = TwilioBench()
    refused = bench.call(**fields)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert bench.effects() == []


def test_a_call_is_in_the_books() -> None:
    bench = TwilioBench()
    sid = bench.call(StatusCallback=CALLBACK).json["sid"]
    assert [(row["route"], row["id"]) for row in bench.effects()] == [("twilio.call", sid)]


def test_a_ringing_call_can_be_cancelled_and_a_running_one_hung_up() -> None:
    bench = TwilioBench()
    first, second = bench.call().json["sid"], bench.call().json["sid"]
    assert bench.form("POST", _path(first), Url="http://a.example/").json["code"] == 21220
    assert bench.form("POST", _path(first), Status="canceled").json["status"] == "canceled"
    bench.pass_time(0.8)
    assert bench.send("GET", _path(second)).json["status"] == "in-progress"
    assert bench.form("POST", _path(second), Url="http://a.example/").status == 200
    assert bench.send("DELETE", _path(second)).json["code"] == 20009
    assert bench.form("POST", _path(second), Status="completed").json["status"] == "completed"
    assert bench.form("POST", _path(second), Status="canceled").json["code"] == 21220
    assert bench.form("POST", _path(second), Status="asleep").json["code"] == 20001
    assert bench.send("DELETE", _path(second)).status == 204
    assert bench.send("GET", _path(second)).status == 404


def test_calls_are_listed_by_status_and_start() -> None:
    bench = TwilioBench()
    bench.call()
    bench.pass_time(60)
    bench.call(To="+15005520486")
    bench.pass_time(60)
    assert len(bench.send("GET", f"{CALLS}?Status=busy").json["calls"]) == 1
    assert len(bench.send("GET", f"{CALLS}?StartTime=2025-10-09").json["calls"]) == 1
    assert len(bench.send("GET", CALLS).json["calls"]) == 2
