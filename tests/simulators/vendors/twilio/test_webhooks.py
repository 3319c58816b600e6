"""Status callbacks: which, in what order, how they are signed."""

from urllib.parse import parse_qs

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from brownout_simulators.vendors.twilio.owned import default_service_sid
from brownout_simulators.vendors.twilio.webhooks import signature
from tests.simulators.vendors.twilio.bench import CALLBACK, MESSAGES, SID, TO, TOKEN, TwilioBench


def _fields(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _statuses(bench: TwilioBench) -> list[str]:
    return [_fields(webhook.body)["MessageStatus"] for webhook in bench.webhooks]


def test_the_signature_is_the_one_that_both_sdks_agree_on() -> None:
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
              "To": "+18005551212"}  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, fields, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature(url + "#rc=2", fields, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_message_from_a_number_is_called_back_for_sent_and_delivered_only() -> None:
    bench = TwilioBench()
    bench.message(StatusCallback=CALLBACK)
    bench.pass_time(60)
    assert _statuses(bench) == ["sent", "delivered"]


def test_a_service_is_called_back_for_queued_as_well() -> None:
    bench = TwilioBench()
    bench.form("POST", MESSAGES, To=TO, MessagingServiceSid=default_service_sid(SID), Body="x", StatusCallback=CALLBACK)
    bench.pass_time(60)
    assert _statuses(bench) == ["queued", "sent", "delivered"]
    assert all("MessagingServiceSid" in _fields(webhook.body) for webhook in bench.webhooks)


@pytest.mark.parametrize(("to", "expected"), [("+15005530001", ["failed"]), ("+15005530003", ["sent", "undelivered"])])
def test_a_message_that_does_not_arrive_is_called_back_with_its_error(to: str, expected: list[str]) -> None:
    bench = TwilioBench()
    bench.message(To=to, StatusCallback=CALLBACK)
    bench.pass_time(60)
    assert _statuses(bench) == expected
    assert _fields(bench.webhooks[-1].body)["ErrorCode"] == to[-5:]


def test_a_receipt_has_its_date() -> None:
    bench = TwilioBench()
    bench.message(StatusCallback=CALLBACK)
    bench.pass_time(60)
    assert _fields(bench.webhooks[-1].body)["RawDlrDoneDate"] == "2510090855"


def test_callbacks_verify_and_altered_ones_do_not() -> None:
    bench = TwilioBench()
    bench.message(StatusCallback=CALLBACK)
    bench.pass_time(60)
    validator = RequestValidator(TOKEN)
    for webhook in bench.webhooks:
        fields, given = _fields(webhook.body), webhook.headers["X-Twilio-Signature"]
        assert validator.validate(CALLBACK, fields, given)
        assert not validator.validate(CALLBACK, {**fields, "MessageStatus": "read"}, given)


def test_a_callback_is_repeated_once_and_only_where_no_connection_came_about() -> None:
    for status, attempts in ((None, 2), (500, 1), (404, 1)):
        bench = TwilioBench()
        bench.receiver_status = status
        bench.message(To="+15005520001", StatusCallback=CALLBACK)
        bench.pass_time(600)
        assert len(bench.webhooks) == attempts, status


def test_the_idempotency_token_is_the_same_for_both_attempts_of_one_callback() -> None:
    bench = TwilioBench()
    bench.receiver_status = None
    bench.message(StatusCallback=CALLBACK)
    bench.pass_time(600)
    tokens = [webhook.headers["I-Twilio-Idempotency-Token"] for webhook in bench.webhooks]
    assert len(tokens) == 4
    assert len(set(tokens)) == 2


def test_calls_are_called_back_for_the_events_that_were_asked_for_in_sequence() -> None:
    bench = TwilioBench()
    events = ["initiated", "ringing", "answered", "completed"]
    bench.call(StatusCallback=CALLBACK, StatusCallbackEvent=events)
    bench.pass_time(60)
    told = [_fields(webhook.body) for webhook in bench.webhooks]
    assert [fields["CallStatus"] for fields in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [fields["SequenceNumber"] for fields in told] == ["0", "1", "2", "3"]
    assert (told[-1]["CallDuration"], told[-1]["Duration"]) == ("1", "1")


def test_a_call_is_called_back_for_its_end_only_unless_more_was_asked_for() -> None:
    bench = TwilioBench()
    bench.call(StatusCallback=CALLBACK)
    bench.pass_time(60)
    assert [_fields(webhook.body)["CallStatus"] for webhook in bench.webhooks] == ["completed"]
