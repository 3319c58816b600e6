"""Every answer has the shape that Twilio's own API description gives it."""

from typing import Any

import pytest

from brownout_simulators.vendors.twilio.owned import default_service_sid as default_messaging_sid
from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLS, MESSAGES, SID, TO, TwilioBench
from tests.support.absent import unpublished
from tests.support.openapi import document, has_document, mismatches

SERVICE = default_messaging_sid(SID)


def _schema(spec: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    schema: dict[str, Any] = spec["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return schema


def _check(spec: dict[str, Any], name: str, value: Any) -> None:
    assert mismatches(spec, spec["components"]["schemas"][name], value, name) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "+15005550006"},
        {"MessagingServiceSid": SERVICE},
        {"From": "+15005550006", "MediaUrl": "http://a.example"},
    ],
)
@pytest.mark.parametrize("to", [TO, "+15005530003"])
def test_a_message_has_its_shape_at_first_and_at_last(fields: dict[str, str], to: str) -> None:
    spec = document("twilio_api_v2010.json")
    bench = TwilioBench()
    created = bench.form("POST", MESSAGES, To=to, Body="x", **fields).json
    _check(spec, "api.v2010.account.message", created)
    bench.pass_time(60)
    _check(spec, "api.v2010.account.message", bench.send("GET", created["uri"]).json)


@pytest.mark.parametrize("to", [TO, "+15005520486"])
def test_a_call_has_its_shape_at_first_and_at_last(to: str) -> None:
    spec = document("twilio_api_v2010.json")
    bench = TwilioBench()
    created = bench.call(To=to).json
    _check(spec, "api.v2010.account.call", created)
    bench.pass_time(60)
    _check(spec, "api.v2010.account.call", bench.send("GET", created["uri"]).json)


@pytest.mark.parametrize(("target", "path"), [(MESSAGES, "Messages"), (CALLS, "Calls")])
def test_lists_of_the_2010_api_have_their_shape(target: str, path: str) -> None:
    spec = document("twilio_api_v2010.json")
    schema = _schema(spec, f"/2010-04-01/Accounts/{{AccountSid}}/{path}.json", "get", "200")
    bench = TwilioBench()
    for _ in range(3):
        bench.message()
        bench.call()
    page = bench.send("GET", f"{target}?PageSize=2").json
    assert mismatches(spec, schema, page) == []
    assert mismatches(spec, schema, bench.send("GET", page["next_page_uri"]).json) == []


def test_verify_has_its_shapes() -> None:
    spec = document("twilio_verify_v2.json")
    bench = TwilioBench()
    service = bench.form("POST", "/v2/Services", FriendlyName="shop").json
    _check(spec, "verify.v2.service", service)
    path = f"/v2/Services/{service['sid']}"
    _check(
        spec, "verify.v2.service.verification", bench.form("POST", f"{path}/Verifications", To=TO, Channel="sms").json
    )
    for code in ("000000", TO[-6:]):
        answer = bench.form("POST", f"{path}/VerificationCheck", To=TO, Code=code).json
        _check(spec, "verify.v2.service.verification_check", answer)
    schema = _schema(spec, "/v2/Services", "get", "200")
    assert mismatches(spec, schema, bench.send("GET", "/v2/Services").json) == []


@pytest.mark.parametrize(
    "target",
    [
        "+15005550006",
        "123",
        "+15005550006?Fields=caller_name,sim_swap,call_forwarding,line_status,line_type_intelligence",
    ],
)
def test_a_lookup_has_its_shape(target: str) -> None:
    spec = document("twilio_lookups_v2.json")
    answer = TwilioBench().send("GET", f"/v2/PhoneNumbers/{target}").json
    schema = _schema(spec, "/v2/PhoneNumbers/{PhoneNumber}", "get", "200")
    assert mismatches(spec, schema, answer, nulls=True) == []


def test_numbers_have_their_shapes() -> None:
    spec = document("twilio_api_v2010.json")
    bench = TwilioBench()
    target = f"{ACCOUNT}/IncomingPhoneNumbers.json"
    bought = bench.form("POST", target, PhoneNumber="+12025550100").json
    _check(spec, "api.v2010.account.incoming_phone_number", bought)
    schema = _schema(spec, "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json", "get", "200")
    assert mismatches(spec, schema, bench.send("GET", f"{target}?PageSize=1").json) == []


def test_messaging_services_have_their_shapes() -> None:
    if not has_document("twilio_messaging_v1.json"):
        unpublished("no twilio_messaging_v1.json in BROWNOUT_SPECS: it is in Twilio's public repository")
    spec = document("twilio_messaging_v1.json")
    bench = TwilioBench()
    bought = bench.form("POST", f"{ACCOUNT}/IncomingPhoneNumbers.json", PhoneNumber="+12025550100").json
    service = bench.form("POST", "/v1/Services", FriendlyName="shop").json
    _check(spec, "messaging.v1.service", service)
    added = bench.form("POST", f"/v1/Services/{service['sid']}/PhoneNumbers", PhoneNumberSid=bought["sid"]).json
    _check(spec, "messaging.v1.service.phone_number", added)
    for path, named in (
        ("", "/v1/Services"),
        (f"/{service['sid']}/PhoneNumbers", "/v1/Services/{ServiceSid}/PhoneNumbers"),
    ):
        schema = _schema(spec, named, "get", "200")
        assert mismatches(spec, schema, bench.send("GET", f"/v1/Services{path}?PageSize=1").json) == []


def test_the_paths_that_are_served_are_in_the_description() -> None:
    spec = document("twilio_api_v2010.json")
    served = [name.split(" ", 1) for name in TwilioBench().simulator.router.names if "2010-04-01" in name]
    for method, path in served:
        named = path.replace("{AccountSid}.json", "{Sid}.json")
        assert method.lower() in spec["paths"][named], path
    assert ACCOUNT
