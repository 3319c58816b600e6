"""Whatever a client sends to Clerk, it is answered in Clerk's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.clerk import VENDOR
from tests.simulators.vendors.clerk.bench import ClerkBench
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, of_any_kind, pairs, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes if route.path.startswith(("/v1/", "/api/"))]
TEXTS = texts(
    "b@example.com", "+15005550006", "org:member", "org:admin", "user_x", "2030-01-01T00:00:00Z", "pending", "acme",
    "a.b.c", "e30.e30.x", "md5", "a+clerk_accept@example.com", "{{user.id}}", "jwt", "created_at", "-name",
)  # fmt: skip
JSON = json_of(TEXTS)
NAMES = st.sampled_from(
    ["email_address", "phone_number", "username", "password", "external_id", "public_metadata", "private_metadata",
     "created_at", "user_id", "user_ids", "role", "name", "slug", "created_by", "active_organization_id",
     "expires_in_seconds", "expires_in_days", "token", "secret", "claims", "scopes", "subject", "url", "filterTypes",
     "expired_token", "refresh_token", "request_origin", "actor", "overlap_s", "previous_token_ttl", "to_machine_id",
     "seconds_until_expiration", "token_format", "min_remaining_ttl_seconds", "inviter_user_id", "lifetime", "x"]
)  # fmt: skip
QUERIES = pairs(
    ["limit", "offset", "order_by", "query", "user_id", "client_id", "status", "paginated", "subject",
     "email_address", "external_id", "organization_id", "banned", "created_at_before", "starting_after",
     "include_members_count", "role", "ticket", "__clerk_api_version", "revoked", "name_query"],
    TEXTS,
)  # fmt: skip
SENT = st.fixed_dictionaries(
    {
        "content-type": st.sampled_from(["application/json"] * 4 + ["text/plain", ""]),
        "clerk-api-version": st.sampled_from(["", "", "2025-11-10", "2021-02-05", "x"]),
        "origin": HEADERS,
        "user-agent": HEADERS,
    }
)


def full() -> tuple[ClerkBench, list[str]]:
    """An instance that holds one of everything, and their ids."""
    bench = ClerkBench()
    bench.listen()
    organization = bench.organization(slug="acme")["id"]
    user = bench.user("a@example.com", username="adalove", password="correct horse")
    machine = bench.do("/machines", {"name": "one"})
    sent = bench.do(
        f"/organizations/{organization}/invitations", {"email_address": "i@example.com", "role": "org:member"}
    )
    session = bench.session(user["id"])
    rows = [
        user,
        user["email_addresses"][0],
        session,
        machine,
        sent,
        bench.do("/invitations", {"email_address": "j@example.com"}),
        bench.do("/sign_in_tokens", {"user_id": user["id"]}),
        bench.do("/jwt_templates", {"name": "acme", "claims": {"x": "{{user.public_metadata.a}} {{ user.id }}"}}),
        bench.do("/api_keys", {"name": "k", "subject": user["id"]}),
        bench.send("GET", f"/v1/organizations/{organization}").json,
    ]
    return bench, [*(row["id"] for row in rows), session["client_id"], bench.token(session["id"])]


@given(st.data(), st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
@examples(60)
def test_any_request_to_any_endpoint_has_an_answer_of_clerks(
    data: st.DataObject, routes: list[tuple[str, str]]
) -> None:
    bench, ids = full()
    known = st.sampled_from(ids)
    bodies = st.dictionaries(NAMES, JSON | known, max_size=5) | st.lists(JSON, max_size=2) | JSON
    requests = Requests(bodies=bodies, queries=QUERIES, headers=SENT, without_body=("GET",))
    for method, path in routes:
        answer = requests.send(data, bench, method, path_of(data, path, known | TEXTS.filter(bool)))
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert all(error["code"] and error["message"] for error in answer.json["errors"])
    bench.pass_time(3_600.0)
    assert bench.get("/users/count")["total_count"] == len(bench.get("/users?limit=500"))


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(60)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = ClerkBench()
    method, path = route
    target = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    for answer in of_any_kind(bench, method, target, body, query):
        assert answer.status < 500, answer.body


@given(HEADERS)
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = ClerkBench()
    for value in (text, f"Basic {text}", f"Bearer {text}", f"Bearer ak_{text}", f"Bearer sk_test_\x00{text}"):
        status = bench.send("GET", "/v1/m2m_tokens", headers={"authorization": value}).status
        assert status in {400, 401}


def test_a_body_as_deep_as_may_be_has_an_answer() -> None:
    bench = ClerkBench()
    for depth in (50, 500, 5_000):
        body: Any = b'{"public_metadata": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
        answer = bench.send("POST", "/v1/users", body, headers={"content-type": "application/json"})
        assert answer.status in {200, 400, 422}
        if answer.status == 200:
            path = f"/v1/users/{answer.json['id']}/metadata"
            assert bench.send("PATCH", path, body, headers={"content-type": "application/json"}).status in {200, 422}
