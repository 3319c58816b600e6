"""Credentials, forms, numbers, callback URLs, date filters."""

import pytest

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.twilio.access import callback_references, instant_s, is_recipient, is_sender, parse
from brownout_simulators.vendors.twilio.magic import REFUSED_TOKEN
from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLBACK, CALLS, MESSAGES, SID, TOKEN, TwilioBench
from tests.support.vendor_bench import basic


def _call(body: bytes = b"", query: str = "") -> Call:
    return Call("POST", "/", query, {}, body, 0.0)


def test_a_repeated_name_becomes_a_list_and_an_empty_value_stays() -> None:
    assert parse(_call(b"MediaUrl=a&MediaUrl=b&MediaUrl=c&Body=")) == {"MediaUrl": ["a", "b", "c"], "Body": ""}


def test_the_query_counts_where_there_is_no_body() -> None:
    assert parse(_call(query="DateSent%3E=2026-01-02&To=%2B12")) == {"DateSent>": "2026-01-02", "To": "+12"}


def test_a_body_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        parse(_call(b"\xff\xfe"))


def test_the_first_token_of_an_account_is_its_token_and_another_is_wrong_from_then_on() -> None:
    bench = TwilioBench()
    assert bench.send("GET", f"{ACCOUNT}.json").status == 200
    bench.authorization = basic(SID, "another")
    refused = bench.send("GET", f"{ACCOUNT}.json")
    assert (refused.status, refused.json["code"]) == (401, 20003)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer x", "Basic !", basic(SID, ""), basic("nobody", "x"), basic(SID, REFUSED_TOKEN), basic("AC12", "x")],
)
def test_a_credential_that_is_none_is_challenged(authorization: str) -> None:
    bench = TwilioBench()
    bench.authorization = authorization
    refused = bench.send("GET", f"{ACCOUNT}.json")
    assert (refused.status, refused.json["code"]) == (401, 20003)
    assert refused.headers["www-authenticate"] == 'Basic realm="Twilio API"'


def test_an_api_key_opens_the_account_of_the_same_digits() -> None:
    bench = TwilioBench()
    bench.authorization = basic("SK" + SID[2:], "secret")
    assert bench.send("GET", f"{ACCOUNT}.json").json["sid"] == SID


def test_another_accounts_path_is_not_found() -> None:
    bench = TwilioBench()
    assert bench.send("GET", f"{ACCOUNT}.json".replace("a1a1", "b2b2")).json["code"] == 20404


def test_the_first_secret_that_an_api_key_shows_is_its_secret() -> None:
    bench = TwilioBench()
    statuses = []
    for secret in ("first", "second", "first"):
        bench.authorization = basic("SK" + SID[2:], secret)
        statuses.append(bench.message().status)
    bench.authorization = basic(SID, TOKEN)
    assert [*statuses, bench.message().status] == [201, 401, 201, 201]
    assert len(bench.effects()) == 3


def test_accounts_are_worlds_apart() -> None:
    bench = TwilioBench()
    bench.message()
    other = SID.replace("a1", "b2")
    bench.authorization = basic(other, TOKEN)
    assert bench.send("GET", f"/2010-04-01/Accounts/{other}/Messages.json").json["messages"] == []


@pytest.mark.parametrize(
    ("number", "recipient", "sender"),
    [("+12025550123", True, True), ("whatsapp:+12025550123", True, True), ("12345", False, True),
     ("Acme", False, True), ("+0123", False, False), ("", False, False), ("much too long a name", False, False)],
)  # fmt: skip
def test_who_can_be_written_to_and_who_can_write(number: str, recipient: bool, sender: bool) -> None:
    assert is_recipient(number) is recipient
    assert is_sender(number) is sender


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.com/", "http://under_score.example/", "http://[bad/"])
def test_a_callback_url_that_cannot_be_is_refused(url: str) -> None:
    assert TwilioBench().message(StatusCallback=url).json["code"] == 21609


def test_the_callers_ids_are_read_from_the_callback_urls_query() -> None:
    assert callback_references(CALLBACK) == {"callback.operation_id": "op-1"}
    assert callback_references("") == {}


@pytest.mark.parametrize(
    ("text", "expected"), [("1970-01-02", 86_400.0), ("1970-01-01T00:00:10Z", 10.0), ("yesterday", None)]
)
def test_filters_take_dates_and_instants(text: str, expected: float | None) -> None:
    assert instant_s(text) == expected


def test_a_lagging_read_does_not_see_what_is_new() -> None:
    bench = TwilioBench()
    message, call = bench.message().json["uri"], bench.call().json["uri"]
    service = "/v2/Services/" + bench.form("POST", "/v2/Services", FriendlyName="x").json["sid"]
    rule = {"id": "r", "vendor": "twilio", "match": "GET *", "read_after_write_lag": {"lag_s": 5}}
    bench.simulator.schedule([rule_from_json(rule)])
    for path in (message, call, service):
        assert bench.send("GET", path).json["code"] == 20404
    assert bench.send("GET", MESSAGES).json["messages"] == []
    assert bench.send("GET", CALLS).json["calls"] == []
    assert bench.send("GET", "/v2/Services").json["services"] == []
    assert bench.simulator.plan.standing["r"].struck == 6
    bench.pass_time(6)
    for path in (message, call, service):
        assert bench.send("GET", path).status == 200
    assert bench.simulator.plan.standing["r"].struck == 6


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        parse(_call(b"&".join([b"a=1"] * 1001)))
