"""Whatever a client sends, a vendor answers in its own words: an action that fails is a defect of the simulator.

The bench looks at the simulator's list of such defects after every call.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.sales.bench import ENDPOINTS, INTAKE, ORDERS, SalesBench, order
from tests.simulators.vendors.twilio.bench import ACCOUNT, TO, TwilioBench
from tests.support.examples import examples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted([*order(), "requestedWindow", "priority", "notes", "url", "events", "reason"]))
TWILIO_NAMES = st.sampled_from(
    ["Code", "To", "From", "Body", "MessagingServiceSid", "StatusCallback", "StatusCallbackEvent", "SendAt",
     "Status", "Twiml", "Url", "PageSize", "Page", "PageToken", "DateSent", "DateSent>", "StartTime<", "Channel",
     "VerificationSid", "FriendlyName", "CodeLength", "CustomCode", "Fields", "CountryCode", "ScheduleType"]
)  # fmt: skip
VALUES = st.text(max_size=20) | st.sampled_from(
    [TO, "+15005550006", "http://127.0.0.1/", "queued", "canceled", "1", "sms"]
)


@given(st.dictionaries(NAMES, JSON, max_size=5), st.booleans())
@examples(100)
def test_the_sales_system_has_an_answer_to_any_body(changes: dict[str, Any], alone: bool) -> None:
    bench = SalesBench()
    made = bench.take_in().json
    body = json.dumps(changes if alone else {**order("A-2"), **changes}).encode()
    headers = {"content-type": "application/json", "if-match": "*"}
    for method, path in (
        ("POST", INTAKE),
        ("PATCH", f"{ORDERS}/{made['id']}"),
        ("POST", f"{ORDERS}/{made['id']}/cancel"),
        ("POST", ENDPOINTS),
    ):
        answer = bench.send(method, path, body, headers={**headers, "idempotency-key": bench.key()})
        assert answer.status < 500
        assert isinstance(answer.json, dict)
    bench.pass_time(60)


@given(st.dictionaries(st.sampled_from(["limit", "cursor", "status", "orderId", "updatedSince"]), st.text(max_size=30)))
@examples(100)
def test_the_sales_system_has_an_answer_to_any_query(query: dict[str, str]) -> None:
    bench = SalesBench()
    bench.take_in()
    assert bench.send("GET", f"{ORDERS}?{urlencode(query)}").status in {200, 400}


@given(st.lists(st.tuples(TWILIO_NAMES, VALUES), max_size=6), st.text(max_size=12))
@examples(100)
def test_twilio_has_an_answer_to_any_form(fields: list[tuple[str, str]], name: str) -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    service = "/v2/Services/" + bench.form("POST", "/v2/Services", FriendlyName="x").json["sid"]
    form = urlencode(fields)
    posts = [f"{ACCOUNT}/Messages.json", f"{ACCOUNT}/Messages/{sid}.json", f"{ACCOUNT}/Calls.json", "/v2/Services",
             f"{service}/Verifications", f"{service}/VerificationCheck"]  # fmt: skip
    for path in posts:
        assert bench.send("POST", path, form.encode()).status < 500
    for path in (f"{ACCOUNT}/Messages.json", f"{ACCOUNT}/Calls.json", "/v2/Services"):
        assert bench.send("GET", f"{path}?{form}").status < 500
    assert bench.send("GET", f"/v2/PhoneNumbers/{quote(name or 'x', safe='')}?{form}").status < 500
    bench.pass_time(60)
