"""Whatever a client sends to the sales system, it is answered in its words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.contract import CONTRACT
from tests.simulators.vendors.sales.bench import CUSTOMERS, ENDPOINTS, QUOTES, RESERVATIONS, SalesBench, order
from tests.support.examples import examples

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "A-1", "1", "-1", "1e400", "NaN", "1e30", "9" * 40, "USD", "US", "http://[", "http://127.0.0.1:1/", "*", "²",
     "٣",
     "order.completed", "cancelled", "PYX-REJECT", "PYX-SLOW-999999999", "PYX-CANCELRACE", "2030-01-01T00:00:00Z",
     "9999-12-31T23:59:59+23:59", "0001-01-01T00:00:00Z", "client_credentials", "orders.read webhooks.manage",
     "x" * 300]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    sorted({name for terms in CONTRACT.values() if terms.body is not None for name in terms.body.members} | {"x"})
)
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "cursor", "status", "orderId", "quoteId", "email", "reference", "updatedSince", "x"]),
    TEXTS,
    max_size=2,
)
HEADERS = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """An order with something else in one of its places, however deep."""
    whole = order("A-9")
    here: Any = whole
    while True:
        place = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else list(range(len(here)))))
        if isinstance(here[place], dict | list) and here[place] and draw(st.booleans()):
            here = here[place]
            continue
        here[place] = draw(JSON)
        return whole


@given(st.data(), st.sampled_from(ROUTES))
@examples(60)
def test_any_request_to_any_endpoint_has_an_answer_of_the_sales_system(
    data: st.DataObject, route: tuple[str, str]
) -> None:
    method, path = route
    bench = SalesBench()
    bench.listen()
    bench.stock("PUMP", "10")
    ids = [
        bench.take_in().json["id"],
        bench.send("GET", ENDPOINTS).json["data"][0]["id"],
        bench.post(QUOTES, {"quoteId": "Q", **{name: order()[name] for name in ("customer", "lines", "total")}}).json[
            "id"
        ],
        bench.post(CUSTOMERS, {"name": "x", "email": "x@sim.test"}).json["id"],
        bench.post(RESERVATIONS, {"lines": [{"sku": "PUMP", "quantity": "1"}]}).json["id"],
        "PUMP",
    ]
    for _ in range(3):
        named = quote(data.draw(st.sampled_from(ids) | st.text(min_size=1, max_size=5)), safe="")
        target = path.replace("{id}", named).replace("{sku}", named)
        query = urlencode(data.draw(QUERIES))
        body = data.draw(bent() | JSON | st.dictionaries(MEMBERS, JSON, max_size=4))
        headers = {
            "content-type": data.draw(
                st.sampled_from(["application/json", "application/merge-patch+json", "text/plain"])
            ),
            "idempotency-key": data.draw(st.sampled_from([bench.key(), "short", '"' + bench.key() + '"']) | HEADERS),
            "if-match": data.draw(st.sampled_from(["*", '"v1"', ""]) | HEADERS),
            "if-none-match": data.draw(st.sampled_from(["*", '"v1"', "W/"]) | HEADERS),
            "x-correlation-id": data.draw(HEADERS),
        }
        raw = json.dumps(body).encode() if method in ("POST", "PATCH", "PUT") else b""
        asked = f"{target}?{query}" if query else target
        answer = bench.send(method, asked, raw, headers=headers)
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert answer.json.get("code") or answer.json.get("error")
    bench.pass_time(3_600.0)


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(40)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = SalesBench()
    method, path = route
    target = path.replace("{id}", "x").replace("{sku}", "x")
    for kind in ("application/json", "application/x-www-form-urlencoded", ""):
        assert bench.send(method, target, body, headers={"content-type": kind}).status < 500
    assert bench.send(method, f"{target}?{query}").status < 500


@given(HEADERS, HEADERS)
@examples(40)
def test_any_credential_has_an_answer(text: str, form: str) -> None:
    bench = SalesBench()
    for value in (text, f"Basic {text}", f"basic{text}", f"Bearer {text}", f"Bearer pyx_at_{text}"):
        headers = {"authorization": value, "content-type": "application/json"}
        assert bench.send("GET", "/api/v2/orders", headers=headers).status == 401
        assert bench.send("POST", "/oauth2/token", b"grant_type=client_credentials", headers=headers).status in (
            200,
            401,
        )
    body = urlencode({"client_id": form, "client_secret": text, "grant_type": form}, errors="replace").encode()
    assert bench.send("POST", "/oauth2/token", body, headers={"authorization": ""}).status in (200, 400, 401)
