"""The served description: complete, well formed, and the same truth as what refuses and answers.

Every other test of this folder holds each answer against it, too: the bench does.
"""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.contract import CONTRACT, problems_of
from brownout_simulators.vendors.sales.errors import PROBLEMS
from brownout_simulators.vendors.sales.requests import INTAKE
from brownout_simulators.vendors.sales.shapes import INSTANT_PATTERN
from tests.simulators.vendors.sales.bench import CUSTOMERS, ENDPOINTS, QUOTES, RESERVATIONS, SalesBench, order
from tests.simulators.vendors.sales.described import served
from tests.support.examples import examples
from tests.support.openapi import mismatches

ROUTES = sorted(CONTRACT)
WITH_BODY = [route for route in ROUTES if CONTRACT[route].body is not None]
TOGETHER = {"order", "unique", "currency", "url", "instant"}
"""What a schema cannot say: how members fit together; which texts of an instant's form are days of the calendar."""
INSTANTS = st.sampled_from(["2025-10-10T00:00:00Z", "2025-11-01T12:00:00.5+02:00", "2025-02-30T00:00:00Z"])


def operation(route: str) -> dict[str, Any]:
    method, _, path = route.partition(" ")
    found: dict[str, Any] = served()["paths"][path][method.lower()]
    return found


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows."""
    if "$ref" in schema:
        return values(served()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.none() | values({**schema, "type": kind[0]})
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return {"string": texts, "integer": wholes, "array": lists, "object": objects, "boolean": booleans}[str(kind)](
        schema
    )


def texts(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("pattern") == INSTANT_PATTERN:
        return INSTANTS
    if "pattern" in schema:
        form = re.compile(schema["pattern"], re.ASCII)
        return st.from_regex(form, fullmatch=True).filter(lambda text: "\n" not in text)
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 20), 20))


def wholes(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.integers(schema.get("minimum"), schema.get("maximum"))


def booleans(_schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.booleans()


def lists(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    least = schema.get("minItems", 0)
    return st.lists(values(schema["items"]), min_size=least, max_size=max(least, min(schema["maxItems"], 2)))


def objects(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        return st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2)
    required = schema.get("required", ())
    each = {name: values(member) for name, member in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: each[name] for name in required},
        optional={name: strategy for name, strategy in each.items() if name not in required},
    )


def body_schema(route: str) -> dict[str, Any]:
    content = operation(route)["requestBody"]["content"]
    schema: dict[str, Any] = next(iter(content.values()))["schema"]
    return schema


def test_it_is_served_to_anybody_and_made_of_the_contract() -> None:
    bench = SalesBench()
    bench.authorization = ""
    answer = bench.send("GET", "/api/v2/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == served()
    assert served()["openapi"] == "3.1.0"
    named = {f"{method.upper()} {path}" for path, methods in served()["paths"].items() for method in methods}
    assert named == {f"{route.method} {route.path}" for route in VENDOR.routes} == set(CONTRACT)


def test_every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() -> None:
    text = json.dumps(served())
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        here: Any = served()
        for part in reference.split("/"):
            here = here[part]
    for schema in served()["components"]["schemas"]:
        assert f'"#/components/schemas/{schema}"' in text, f"nobody uses {schema}"
    names = [operation(route)["operationId"] for route in ROUTES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)


@pytest.mark.parametrize("route", ROUTES)
def test_every_endpoint_tells_its_parameters_its_access_and_its_errors(route: str) -> None:
    found, terms = operation(route), CONTRACT[route]
    in_path = [each["name"] for each in found.get("parameters", ()) if each["in"] == "path"]
    assert in_path == re.findall(r"\{(\w+)\}", route)
    assert bool(found["security"]) is (terms.access != "none")
    told = {
        code
        for status, response in found["responses"].items()
        for kind, content in response.get("content", {}).items()
        if kind == "application/problem+json"
        for code in content["schema"]["allOf"][1]["properties"]["code"]["enum"]
        if PROBLEMS[code][0] == int(status)
    }
    assert told == {
        code for code in problems_of(route, terms) if terms.access != "client" or PROBLEMS[code][0] not in {400, 401}
    }
    assert all(response["description"] for response in found["responses"].values())


def test_every_problem_can_happen_somewhere() -> None:
    assert {code for route, terms in CONTRACT.items() for code in problems_of(route, terms)} == set(PROBLEMS)


@pytest.mark.thorough
@pytest.mark.parametrize("route", WITH_BODY)
def test_what_the_description_allows_is_refused_only_for_what_a_schema_cannot_say(route: str) -> None:
    shape = CONTRACT[route].body
    assert shape is not None

    @given(values(body_schema(route)))
    @examples(8)
    def holds(body: dict[str, Any]) -> None:
        wrong = shape.flaws(body)
        assert {flaw.code for flaw in wrong} <= TOGETHER, (body, wrong)

    holds()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "1", "0", "US", "USD", "+12025550123"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(INTAKE.members)), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from(sorted(INTAKE.members)), JSON)
@examples(100)
def test_what_the_description_forbids_is_refused(name: str, value: Any) -> None:
    body = {**order(), name: value}
    schema = served()["components"]["schemas"]["OrderIntake"]
    forbidden = [line for line in mismatches(served(), schema, body, optional=True) if "not in the desc" not in line]
    if forbidden:
        assert INTAKE.flaws(body), forbidden


@pytest.mark.thorough
@given(st.data(), st.sampled_from(ROUTES))
@examples(40)
def test_a_request_that_is_made_from_the_description_has_a_described_answer(data: st.DataObject, route: str) -> None:
    """The bench holds each answer against the description."""
    bench, found = SalesBench(), operation(route)
    bench.stock("PUMP", "10")
    ids = [
        bench.take_in(order(reserve=True)).json["id"],
        bench.listen()["id"],
        bench.post(CUSTOMERS, {"name": "Ada", "email": "ada@sim.test"}).json["id"],
        bench.post(QUOTES, {**quote_of(order()), "quoteId": "Q-1"}).json["id"],
        bench.post(RESERVATIONS, {"lines": [{"sku": "PUMP", "quantity": "1"}]}).json["id"],
        "PUMP",
    ]
    method, _, path = route.partition(" ")
    query, headers = {}, {"idempotency-key": bench.key(), "content-type": "application/json"}
    for parameter in found.get("parameters", ()):
        name, value = parameter["name"], values(parameter["schema"])
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(data.draw(st.sampled_from(ids) | value), safe=""))
        elif parameter["in"] == "query" and data.draw(st.booleans()):
            query[name] = data.draw(value)
        elif name == "If-Match":
            headers["if-match"] = data.draw(st.sampled_from(["*", '"v1"', '"v9"']))
    body = b""
    if "requestBody" in found:
        kind = next(iter(found["requestBody"]["content"]))
        drawn = data.draw(values(body_schema(route)))
        headers["content-type"] = kind
        body = urlencode(drawn).encode() if "form" in kind else json.dumps(drawn).encode()
        if "form" in kind:
            headers["authorization"] = bench.client
    target = f"{path}?{urlencode(query)}" if query else path
    assert bench.send(method, target, body, headers=headers).status < 500


def quote_of(intake: dict[str, Any]) -> dict[str, Any]:
    return {name: intake[name] for name in ("customer", "lines", "total")}


def test_the_receivers_are_told_what_is_described() -> None:
    schemas = served()["components"]["schemas"]
    bench = SalesBench()
    bench.listen()
    bench.stock("PUMP", "10")
    bench.take_in(order(reserve=True))
    bench.post(CUSTOMERS, {"name": "Ada", "email": "ada@sim.test"})
    bench.post(QUOTES, {**quote_of(order()), "quoteId": "Q-1"})
    bench.pass_time(60)
    told = [json.loads(webhook.body) for webhook in bench.webhooks]
    assert {event["type"].partition(".")[0] for event in told} == {"order", "customer", "quote", "reservation"}
    for event in told:
        named = event["type"].partition(".")[0].capitalize() + "Event"
        assert mismatches(served(), schemas[named], event, optional=True) == []
    assert bench.send("GET", f"{ENDPOINTS}?x=1").status == 400
