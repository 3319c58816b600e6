"""Numbers with a fixed outcome."""

import pytest

from brownout_simulators.vendors.twilio.magic import delivery_error_of, is_test_account, suffix_of
from tests.simulators.vendors.twilio.bench import CALLS, MESSAGES, SID, TEST_SID, TwilioBench


@pytest.mark.parametrize(
    ("to", "code"),
    [("+15005550001", 21211), ("+15005550002", 21612), ("+15005550003", 21408), ("+15005550004", 21610),
     ("+15005550009", 21614)],
)  # fmt: skip
def test_magic_recipients_of_messages_are_refused_for_every_credential(to: str, code: int) -> None:
    answer = TwilioBench().message(To=to)
    assert (answer.status, answer.json["code"]) == (400, code)


@pytest.mark.parametrize(
    ("sender", "code"), [("+15005550001", 21212), ("+15005550007", 21606), ("+15005550008", 21611)]
)
def test_magic_senders_of_messages_are_refused(sender: str, code: int) -> None:
    answer = TwilioBench().message(From=sender)
    assert (answer.status, answer.json["code"]) == (400, code)


@pytest.mark.parametrize(
    ("to", "code"), [("+15005550001", 21217), ("+15005550002", 21214), ("+15005550003", 21215), ("+15005550004", 21216)]
)
def test_magic_recipients_of_calls_are_refused(to: str, code: int) -> None:
    answer = TwilioBench().call(To=to)
    assert (answer.status, answer.json["code"]) == (400, code)


def test_a_magic_sender_of_calls_is_refused() -> None:
    assert TwilioBench().call(From="+15005550001").json["code"] == 21212


@pytest.mark.parametrize(
    ("number", "code"),
    [("+15005530003", 30003), ("+15005530034", 30034), ("+15005530099", None), ("+12025530003", None),
     ("+155530003", None)],
)  # fmt: skip
def test_only_numbers_in_our_own_range_decide_how_a_message_ends(number: str, code: int | None) -> None:
    assert delivery_error_of(number) == code


def test_a_suffix_is_five_digits_of_our_own_range() -> None:
    assert suffix_of("+15005520001") == "20001"
    assert suffix_of("+150055200011") == ""


def test_test_credentials_store_nothing_call_nobody_back_and_have_no_effect() -> None:
    assert is_test_account(TEST_SID)
    assert not is_test_account(SID)
    bench = TwilioBench(TEST_SID)
    fields = {"To": "+12025550123", "From": "+15005550006", "Body": "x", "StatusCallback": "http://127.0.0.1/cb"}
    created = bench.form("POST", MESSAGES.replace(SID, TEST_SID), **fields)
    assert created.status == 201
    bench.pass_time(60)
    assert bench.webhooks == []
    assert bench.effects() == []
    assert bench.send("GET", MESSAGES.replace(SID, TEST_SID)).json["messages"] == []


def test_test_credentials_may_use_the_magic_sender_only() -> None:
    bench = TwilioBench(TEST_SID)
    fields = {"To": "+12025550123", "From": "+12025550199", "Body": "x", "Twiml": "x"}
    assert bench.form("POST", MESSAGES.replace(SID, TEST_SID), **fields).json["code"] == 21606
    assert bench.form("POST", CALLS.replace(SID, TEST_SID), **fields).json["code"] == 21210


def test_test_credentials_reach_nothing_but_messages_calls_and_lookup() -> None:
    bench = TwilioBench(TEST_SID)
    refused = bench.form("POST", "/v2/Services", FriendlyName="x")
    assert (refused.status, refused.json["code"]) == (403, 20008)
    assert bench.send("GET", "/v2/PhoneNumbers/+15005550006").status == 200
