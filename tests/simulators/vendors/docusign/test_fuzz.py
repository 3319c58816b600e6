"""Whatever a client sends to DocuSign, it is answered in DocuSign's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.docusign import VENDOR
from tests.simulators.vendors.docusign.bench import DocusignBench, definition
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, of_any_kind, pairs, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes if not route.path.startswith("/oauth")]
TEXTS = texts(
    "sent", "created", "voided", "deleted", "combined", "2030-01-01T00:00:00Z", "2025-01-01", "documents_queued",
    "request_body", "any", "desc", "edit",
)  # fmt: skip
JSON = json_of(TEXTS)
NAMES = st.sampled_from(
    ["emailSubject", "status", "documents", "recipients", "signers", "carbonCopies", "recipientId", "routingOrder",
     "name", "email", "tabs", "signHereTabs", "tabId", "transactionId", "customFields", "textCustomFields",
     "templateId", "templateRoles", "roleName", "eventNotification", "url", "events", "urlToPublishTo",
     "eventData", "includeData",
     "notification", "expirations", "expireEnabled", "expireAfter", "voidedReason", "purgeState", "returnUrl",
     "authenticationMethod", "clientUserId", "lockDurationInSeconds", "envelopeIds", "transactionIds", "connectId",
     "documentId", "documentBase64", "value", "x"]
)  # fmt: skip
QUERIES = pairs(
    ["from_date", "to_date", "status", "count", "start_position", "envelope_ids", "transaction_ids", "include",
     "order", "order_by", "from_to_status", "custom_field", "search_text", "resend_envelope"],
    TEXTS,
)  # fmt: skip
SENT = st.fixed_dictionaries({"content-type": st.just("application/json"), "x-docusign-edit": HEADERS})


def full() -> tuple[DocusignBench, list[str]]:
    """An account that holds one of everything, and the ids."""
    bench = DocusignBench(opens_after_s=1, signs_after_s=1)
    bench.listen()
    ids = [bench.envelope(), bench.envelope(status="created"), bench.envelope("a+docusign_decline@example.com")]
    ids.append(bench.do("/templates", {**definition(), "name": "t"})["templateId"])
    ids += ["1", *(link for link, _ in _links(bench))]
    return bench, ids


def _links(bench: DocusignBench) -> list[tuple[str, Any]]:
    (account,) = bench.simulator.accounts.values()
    return [(entry[0], entry[1]) for entry in account.state.links._items if entry is not None]


@given(st.data(), st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
@examples(60)
def test_any_request_to_any_endpoint_has_an_answer_of_docusigns(
    data: st.DataObject, routes: list[tuple[str, str]]
) -> None:
    bench, ids = full()
    known = st.sampled_from(ids)
    inner = st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES, JSON)))
    changed = st.dictionaries(NAMES, JSON, max_size=3).map(lambda some: {**definition(), **some})
    bodies = st.dictionaries(NAMES, JSON | known | inner, max_size=5) | changed | JSON
    requests = Requests(bodies=bodies, queries=QUERIES, headers=SENT, without_body=("GET",))
    for method, path in routes:
        where = path_of(data, path, known | TEXTS.filter(bool), {"{accountId}": bench.account_id})
        answer = requests.send(data, bench, method, where)
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert answer.json["errorCode"]
            assert answer.json["message"]
    bench.pass_time(600.0)
    found = bench.get("/envelopes?from_date=2000-01-01")
    assert len(found["envelopes"]) == int(found["totalSetSize"])


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(40)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = DocusignBench()
    method, path = route
    target = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    target = target.replace("/accounts/x/", f"/accounts/{bench.account_id}/")
    for answer in of_any_kind(bench, method, target, body, query):
        assert answer.status < 500, answer.body


@given(HEADERS, st.dictionaries(st.sampled_from(["iss", "sub", "aud", "iat", "exp", "scope"]), JSON))
@examples(40)
def test_any_credential_has_an_answer(text: str, claims: dict[str, Any]) -> None:
    bench = DocusignBench()
    assert bench.grant(**claims).status in {200, 400}
    assert bench.form("POST", "/oauth/token", grant_type="x", assertion=text.encode(errors="replace")).status == 400
    for value in (text, f"Basic {text}", f"Bearer {text}", f"Bearer eyJ0eXAiOiJNVCJ9.{text}.x"):
        assert bench.send("GET", "/oauth/userinfo", headers={"authorization": value}).status == 401
    assert bench.send("GET", f"/Signing/{quote(text, errors='replace', safe='') or 'x'}").status == 404


def test_a_body_as_deep_as_may_be_has_an_answer() -> None:
    bench = DocusignBench()
    for depth in (50, 500, 5_000):
        body = b'{"recipients": ' + b'{"signers":[{"tabs":' * depth + b"1" + b"}]}" * depth + b"}"
        answer = bench.send(
            "POST",
            f"/restapi/v2.1/accounts/{bench.account_id}/envelopes",
            body,
            headers={"content-type": "application/json"},
        )
        assert answer.status in {201, 400}
