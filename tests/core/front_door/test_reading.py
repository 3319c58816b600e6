"""What a request says is read strictly, and nothing that can be sent is a defect of ours."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.front_door.reading import split_target
from tests.core.front_door.browser import PAY, Browser, browse
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("path", "request_body", "operation", "code"),
    [
        ("/v1/pay", PAY, None, "correlation_id_missing"),
        ("/v1/pay", {**PAY, "operation_id": "other"}, "op-1", "correlation_id_mismatch"),
        ("/v1/pay", {"amount": 0}, "op-1", "validation_failed"),
        ("/v1/pay", [], "op-1", "malformed_json"),
        ("/v1/pay", PAY, "x" * 129, "validation_failed"),
        ("/v1/notify", {"to": "1"}, "op-1", "validation_failed"),
        ("/v1/orders", {}, "op-1", "validation_failed"),
    ],
)
def test_a_request_that_makes_no_sense_is_a_400_that_says_why(
    path: str, request_body: Any, operation: str | None, code: str
) -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", path, request_body, operation=operation)
        assert (status, answer["code"]) == (400, code)
        assert set(answer) == {"code", "message", "details", "request_id", "severity", "timestamp"}
        assert not browser.world.stripe.requests

    browse(body)


def test_what_was_sent_is_not_repeated_in_an_error() -> None:
    async def body(browser: Browser) -> None:
        _, answer, _ = await browser.ask("POST", "/v1/pay", {"amount": "my-password", "password": "my-password"})
        assert "my-password" not in str(answer)
        assert {each["field"] for each in answer["details"]} == {"amount", "password"}

    browse(body)


@pytest.mark.parametrize(
    "options",
    [{"limit": 0}, {"limit": 1001}, {"limit": "5"}, {"limit": True}, {"after": 5}, {"insist": 1}, {"surprise": 1}, []],
    ids=str,
)
def test_options_that_cannot_be_are_refused(options: Any) -> None:
    async def body(browser: Browser) -> None:
        status, answer, _ = await browser.ask("POST", "/dead-letters/redrive", options)
        assert status == 400
        assert answer["code"] in {"validation_failed", "malformed_json"}

    browse(body)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a%2Fb?x=%2B", "/a/b", "x=%2B"),
        ("http://127.0.0.1:1/health?x", "/health", "x"),
        ("http://127.0.0.1", "/", ""),
        ("/\udcff?a", "/\ufffd\ufffd\ufffd", "a"),
        ("/%ff", "/\ufffd", ""),
    ],
)
def test_a_target_is_path_and_query(target: str, path: str, query: str) -> None:
    assert split_target(target) == (path, query)


PATHS = st.sampled_from(
    ["/v1/pay", "/v1/notify", "/v1/orders", "/health", "/metrics", "/dead-letters", "/dead-letters/redrive",
     "/dead-letters/dl_1", "/dead-letters/dl_1/redrive", "/webhooks/stripe"]
)  # fmt: skip
# Lone surrogates, too: that is how bytes that are no UTF-8 arrive.
ANYTHING = st.text(st.characters(exclude_categories=(), exclude_characters="\r\n"), max_size=60)
TARGETS = st.one_of(
    ANYTHING,
    st.builds(lambda path, rest: path + rest, PATHS, ANYTHING),
    st.builds(
        lambda path, name, value: f"{path}?{name}={value}",
        PATHS,
        st.sampled_from(["limit", "state", "after"]),
        ANYTHING,
    ),
)
NAMES = st.sampled_from(
    ["host", "origin", "x-correlation-id", "content-type", "expect", "authorization", "proxy-authorization",
     "stripe-signature", "accept", "content-encoding"]
)  # fmt: skip
VALUES = st.one_of(
    ANYTHING, st.sampled_from(["127.0.0.\u00b2", "http://[", "100-c\udcff", "Basic \udcff", "op-1", "[::1", "t=1,v1="])
)
FIELDS = ANYTHING | st.sampled_from(
    ["operation_id", "amount", "currency", "to", "body", "site", "lines", "limit", "after", "insist"]
)
ERROR = {"code", "message", "details", "request_id", "severity", "timestamp"}
BODIES = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
        max_leaves=8,
    ).map(lambda data: json.dumps(data).encode("utf-8", "surrogatepass")),
)  # fmt: skip


@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "HEAD", "PUT", "LIST", ""]),
    target=TARGETS,
    headers=st.dictionaries(NAMES, VALUES, max_size=4),
    is_local=st.booleans(),
    data=BODIES,
)
@examples(400)
def test_whatever_is_asked_the_answer_is_the_doors_own(
    method: str, target: str, headers: dict[str, str], is_local: bool, data: bytes
) -> None:
    """A fuzz test of every parser: never a 500, never an exception, and every error in the one shape."""

    async def body(browser: Browser) -> None:
        named = {"host": "localhost", **headers} if is_local else headers
        answer = await browser.door(method, target, named, data)
        assert answer.status < 500, answer
        if answer.status >= 400:
            assert set(orjson.loads(answer.body)) >= ERROR

    assert not browse(body, secrets=("whsec_x",))
