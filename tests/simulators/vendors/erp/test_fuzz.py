"""Whatever a client sends to the ERP, it is answered in its words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.erp import VENDOR
from brownout_simulators.vendors.erp.schema import KINDS
from tests.simulators.vendors.erp.bench import COMPANY, STANDARD, TENANT, ErpBench
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, of_any_kind, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
TEXTS = texts(
    "10000", "FLT-20x25", "VLV-34", "2030-01-01", "Released", "Cancelled", "0001-01-01T00:00:00+23:59",
    "2026-11-20T08:00:00Z", "salesOrders", "00000000-0000-0000-0000-000000000000", "$1", "/", "GET", "post", " ",
    "\ud800",
)  # fmt: skip
JSON = json_of(TEXTS)
MEMBERS = st.sampled_from(
    sorted({name for kind in KINDS.values() for name in (*kind.fields, kind.lines_as or "lines")} |
           {"requests", "id", "method", "url", "headers", "body", "dependsOn", "atomicityGroup", "notificationUrl",
            "resource", "clientState", "grant_type", "scope", "x", "@odata.type", "customer@odata.bind"})
)  # fmt: skip
FILTERS = TEXTS | st.sampled_from(
    ["number eq 'SO-100001'", "status eq 'Draft' or status eq 'Open'", "quantity gt 1", "plannedStart lt 2026-01-01",
     "id eq 00000000-0000-0000-0000-000000000000", "contains(displayName,'a')", "((number eq null))"]
)  # fmt: skip
QUERIES = st.dictionaries(
    st.sampled_from(["$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$apply"]),
    FILTERS | st.sampled_from(["number", "number desc", "salesOrderLines", "customer", "*", "true", "1-1", "3"]),
    max_size=3,
)
OF_A_REQUEST = st.sampled_from(["id", "method", "url", "headers", "body", "dependsOn", "atomicityGroup"])
LINES = st.lists(st.dictionaries(MEMBERS, JSON, max_size=3), max_size=2)
BODIES = JSON | st.dictionaries(MEMBERS, JSON | LINES, max_size=5)
MADE: dict[str, dict[str, Any]] = {
    "salesOrders": {"customerNumber": "10000", "salesOrderLines": [{"itemNumber": "VLV-34", "quantity": 1}]},
    "workOrders": {"customerNumber": "10000", "lines": [{"itemNumber": "VLV-34", "quantity": 1}]},
    "inventoryReservations": {"itemNumber": "VLV-34", "quantity": 1},
}


SENT = st.fixed_dictionaries(
    {
        "content-type": st.sampled_from(["application/json"] * 4 + ["text/plain", "multipart/mixed"]),
        "if-match": st.sampled_from(["*", "", 'W/"x"']) | HEADERS,
        "prefer": st.sampled_from(
            ["", "respond-async", "return=minimal", "odata.maxpagesize=1", "respond-async,wait=x",
             "odata.continue-on-error", "odata.maxpagesize=99999999999999"]
        ) | HEADERS,
        "isolation": st.sampled_from(["", "snapshot", "x"]),
    }
)  # fmt: skip


@st.composite
def _changed(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """A good entity with something else in one of its places, or in one that it does not have."""
    name = draw(st.sampled_from(sorted(whole)) | MEMBERS)
    return {**whole, name: draw(JSON | LINES)}


@given(st.data(), st.sampled_from(ROUTES), st.sampled_from(["none", "none", "odoo", "netsuite", "frappe"]))
@examples(50)
def test_any_request_to_any_endpoint_has_an_answer_of_the_erp(
    data: st.DataObject, route: tuple[str, str], quirk: str
) -> None:
    method, path = route
    bench = ErpBench(quirk=quirk, posting_s=0.01)
    ids = [bench.post(name, body).json["id"] for name, body in MADE.items()]
    ids.append(bench.get("items?$top=1").json["value"][0]["id"])
    some = st.sampled_from(ids) | st.text(min_size=1, max_size=5)
    for _ in range(3):
        company = data.draw(st.sampled_from([COMPANY[10:-1]] * 9 + ["x"]))
        made = next((body for name, body in MADE.items() if path.endswith(f"/{name}")), {"displayName": "x"})
        bodies = BODIES if data.draw(st.booleans()) else _changed(made)
        requests = Requests(bodies=bodies, queries=QUERIES, headers=SENT, without_body=("GET", "DELETE"))
        fixed = {"{tenant}": TENANT, "{environment}": "sandbox", "{company}": company, "{job}": "x"}
        answer = requests.send(data, bench, method, path_of(data, path, some, fixed))
        assert answer.status < 500, answer.body
    bench.pass_time(60.0)


@given(st.lists(st.dictionaries(OF_A_REQUEST, JSON, max_size=7), max_size=3), st.binary(max_size=40))
@examples(40)
def test_any_batch_has_an_answer(requests: list[Any], noise: bytes) -> None:
    bench = ErpBench()
    good = {"id": "a", "method": "GET", "url": f"{COMPANY}/items"}
    for each in ([*requests], [good, *requests], [{**good, **each} for each in requests]):
        assert bench.post_json(f"{STANDARD}/$batch", {"requests": each}).status in (200, 400)
    for body in (
        noise,
        b"--b\r\n" + noise + b"\r\n--b--",
        b"--b\r\n\r\nGET items HTTP/1.1\r\n\r\n" + noise + b"\r\n--b--",
    ):
        kind = {"content-type": "multipart/mixed; boundary=b"}
        assert bench.send("POST", f"{STANDARD}/$batch", body, headers=kind).status in (200, 400)


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(40)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = ErpBench()
    method, path = route
    target = path.replace("{tenant}", TENANT).replace("{company}", COMPANY[10:-1]).replace("{id}", "x")
    for answer in of_any_kind(bench, method, target, body, query):
        assert answer.status < 500, answer.body


@given(HEADERS, HEADERS)
@examples(40)
def test_any_credential_has_an_answer(text: str, form: str) -> None:
    bench = ErpBench()
    for value in (text, f"Basic {text}", f"Bearer {text}", f"Bearer erp_at_{text}.{'0' * 32}"):
        bench.authorization = value
        assert bench.get("items").status == 401
        assert bench.log_in(client_id="").status == 401
    fields = {"client_id": form.encode(errors="replace").decode(), "scope": "", "grant_type": ""}
    assert bench.log_in(**fields).status in (400, 401)
