"""Whatever a client sends to Twilio, it is answered in Twilio's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.twilio import VENDOR
from brownout_simulators.vendors.twilio.owned import default_service_sid
from tests.simulators.vendors.twilio.bench import SID, TO, TwilioBench
from tests.support.examples import examples

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
NAMES = st.sampled_from(
    ["AreaCode", "AreaCodeGeomatch", "InboundMethod", "PhoneNumber", "PhoneNumberSid", "SmsUrl", "StickySender",
     "ValidityPeriod", "Usecase",
     "Body", "ChannelConfiguration", "Channel", "Code", "CodeLength", "ContentSid", "CountryCode", "CustomCode",
     "DateSent",
     "DateSent<", "DateSent>", "EndTime", "Fields", "FriendlyName", "From", "MediaUrl", "MessagingServiceSid", "Page",
     "PageSize", "PageToken", "ScheduleType", "SendAt", "StartTime<", "Status", "StatusCallback", "StatusCallbackEvent",
     "To", "Twiml", "Url", "VerificationSid", "CustomCodeEnabled", "x"]
)  # fmt: skip
VALUES = st.text(max_size=10) | st.sampled_from(
    [TO, "+15005550006", "+15005530003", "+15005520000", "http://127.0.0.1:1/?a=b", "http://[", "queued", "canceled",
     default_service_sid(SID), "PN" + SID[2:], "true", "false", "415", "+12025550100", "http://127.0.0.1:1/#rc=9&rp=x",
     "completed", "approved", "1", "0", "9" * 30, "-1", "sms", "email", "a@b", "fixed", "2030-01-01T00:00:00Z",
     "9999-12-31T23:59:59Z", "0001-01-01", "PAx", "PBx", "PA", "message", "initiated answered", "caller_name,x", "²",
     "٣"]
)  # fmt: skip
HEADERS = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)


@st.composite
def forms(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.tuples(NAMES, VALUES), max_size=6))
    form = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    return form + draw(st.sampled_from(["", "", "&", "=", "&&", "%", "%ff=1", "+", "&To=" + quote_plus(TO)]))


@given(st.data(), st.sampled_from(ROUTES))
@examples(80)
def test_any_request_to_any_endpoint_has_an_answer_of_twilios(data: st.DataObject, route: tuple[str, str]) -> None:
    method, path = route
    bench = TwilioBench()
    service = bench.form("POST", "/v2/Services", FriendlyName="x").json["sid"]
    known = {
        "AccountSid": [SID, "AC" + "0" * 32],
        "ServiceSid": [service, "VA0", default_service_sid(SID)],
        "Sid": [bench.message().json["sid"], bench.call().json["sid"], TO, "PN" + SID[2:]],
        "PhoneNumber": [TO, "4155550100", "+", "٣٣٣"],
    }
    bench.form("POST", f"/v2/Services/{service}/Verifications", To=TO, Channel="sms")
    for _ in range(3):
        target = path
        for name, values in known.items():
            one = data.draw(st.sampled_from(values) | st.text(min_size=1, max_size=5))
            target = target.replace(f"{{{name}}}", quote(one, safe=""))
        form = data.draw(forms())
        answer = (
            bench.send(method, f"{target}?{form}") if method == "GET" else bench.send(method, target, form.encode())
        )
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert answer.json["code"] == int(answer.headers["x-twilio-error-code"])
    bench.pass_time(3_600.0)


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(60)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = TwilioBench()
    method, path = route
    target = path.replace("{AccountSid}", SID).replace("{", "").replace("}", "")
    assert bench.send(method, target, body).status < 500
    assert bench.send(method, f"{target}?{query}").status < 500


@given(HEADERS)
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = TwilioBench()
    for value in (text, f"Basic {text}", f"basic{text}", f"Bearer {text}"):
        assert bench.send("GET", f"/2010-04-01/Accounts/{SID}.json", headers={"authorization": value}).status == 401
