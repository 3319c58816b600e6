"""Edge functions: declared answers, the relay's refusals, and the platform's before any service."""

from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.supabase.keys import ANON
from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench
from tests.support.vendor_bench import Answer

KEYLESS = {"apikey": "", "authorization": ""}


class FunctionsBench(SupabaseBench):
    """With these functions."""

    def __init__(self, **functions: Any) -> None:
        super().__init__()
        self.simulator.set_up({"edge": functions})

    def call(self, path: str, body: bytes = b"", method: str = "POST", **headers: str) -> Answer:
        """As the anonymous role calls one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, f"/functions/v1/{path}", body, headers={**self.as_role(ANON), **named})

    def put(self, **fault: Any) -> None:
        """This fault is in force."""
        self.simulator.schedule([rule_from_json({"id": "r", "vendor": "supabase", "match": "POST *", **fault})])


def test_a_function_answers_as_declared_and_its_run_is_in_the_books() -> None:
    bench = FunctionsBench(hello={"status": 201, "body": {"hi": 1}, "headers": {"x-a": "b"}}, plain={"body": "text"})
    got = bench.call("hello", b"{}")
    assert (got.status, got.json, got.headers["x-a"], got.headers["content-type"]) == (
        201,
        {"hi": 1},
        "b",
        "application/json",
    )
    assert bench.call("plain").headers["content-type"] == "text/plain;charset=UTF-8"
    assert [row["route"] for row in bench.effects()] == ["supabase.function"] * 2
    assert got.headers["x-deno-execution-id"] == bench.effects()[0]["id"]


def test_there_is_an_echo_where_nothing_is_declared_and_it_keeps_credentials_to_itself() -> None:
    bench = SupabaseBench()
    got = bench.send("PUT", "/functions/v1/echo/a/b?x=1", b'{"n": 1}', headers={"content-type": "application/json"})
    assert (got.json["method"], got.json["path"], got.json["query"]) == ("PUT", "/functions/v1/echo/a/b", "x=1")
    assert got.json["body"] == {"n": 1}
    assert bench.key not in got.body.decode()
    assert bench.send("POST", "/functions/v1/echo", b"\xffraw").json["body"] == "\ufffdraw"


@pytest.mark.parametrize(
    ("does", "status", "code", "is_relays"),
    [
        ("relay_error", 502, "RELAY_ERROR", True),
        ("resource_limit", 546, "WORKER_LIMIT", False),
        ("boot_error", 503, "BOOT_ERROR", False),
    ],
)
def test_a_function_that_does_not_run_says_why_and_leaves_nothing(
    does: str, status: int, code: str, is_relays: bool
) -> None:
    bench = FunctionsBench(bad={"does": does})
    got = bench.call("bad")
    assert (got.status, got.json["code"], got.headers.get("x-relay-error") == "true") == (status, code, is_relays)
    assert bench.effects() == []


def test_a_function_asks_for_a_token_unless_it_says_not() -> None:
    bench = FunctionsBench(closed={"body": 1}, open={"body": 2, "verify_jwt": False})
    assert bench.call("nowhere").json["code"] == "NOT_FOUND"
    assert bench.call("closed", authorization="").json["code"] == "UNAUTHORIZED_NO_AUTH_HEADER"
    assert bench.call("closed", authorization="Bearer x").status == 401
    old = bench.as_user(ALICE, exp=1)["authorization"]
    assert bench.call("closed", authorization=old).json["code"] == "UNAUTHORIZED_INVALID_JWT"
    assert bench.call("closed", apikey="").json == 1  # the key is the token
    assert bench.call("open", authorization="").json == 2


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"respond": {"status": 504}}, 504, "IDLE_TIMEOUT"),
        ({"respond": {"status": 503}}, 503, "BOOT_ERROR"),
        ({"respond": {"error": "function_resource_limit"}}, 546, "WORKER_LIMIT"),
        ({"respond": {"error": "function_relay_error"}}, 502, "RELAY_ERROR"),
        ({"throttle": {}}, 429, "RATE_LIMITED"),
        ({"revoke_credentials": {}}, 401, "UNAUTHORIZED_INVALID_JWT"),
    ],
)
def test_faults_speak_the_relays_words(fault: dict[str, Any], status: int, code: str) -> None:
    bench = FunctionsBench(hello={"body": 1})
    bench.call("hello")
    bench.pass_time(1)
    bench.put(**fault)
    got = bench.call("hello")
    assert (got.status, got.json["code"]) == (status, code)
    assert len(bench.effects()) == 1


@pytest.mark.parametrize(
    ("name", "status", "body"), [("project_paused", 540, b""), ("api_timeout", 544, b""), ("quota_exceeded", 402, b"{")]
)
@pytest.mark.parametrize("path", ["/rest/v1/jobs", "/auth/v1/signup", "/storage/v1/bucket", "/functions/v1/echo"])
def test_the_platform_says_no_before_any_service(name: str, status: int, body: bytes, path: str) -> None:
    bench = SupabaseBench()
    rule = {"id": "r", "vendor": "supabase", "match": "POST *", "respond": {"error": name}}
    bench.simulator.schedule([rule_from_json(rule)])
    got = bench.post_json(path, {"name": "x", "email": "a@example.com", "password": "123456", "business_key": "k"})
    assert (got.status, got.body[:1]) == (status, body)
    assert bench.effects() == []


@pytest.mark.parametrize(
    "wrong", [{"a": 1}, {"a": {"does": "x"}}, {"a": {"status": 99}}, {"a": {"headers": {"x": 1}}}, {"a": {"bod": 1}}]
)
def test_what_cannot_be_deployed_is_told_with_its_place(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^edge\.a"):
        FunctionsBench(**wrong)
