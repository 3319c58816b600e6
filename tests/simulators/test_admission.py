"""Who is calling what."""

from dataclasses import replace
from typing import Any

import pytest

from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL


def test_an_unknown_route_gets_the_vendors_own_error_and_a_hint_beside_it() -> None:
    answer = Driver().send("POST", "/v1/charge")
    assert body_of(answer) == {"error": "no_such_route"}
    assert answer.headers["Brownout-Hint"] == "the nearest route is POST /v1/charges"


def test_an_account_opens_on_first_use_and_knows_nothing_of_others() -> None:
    till = Driver()
    charge = body_of(till.send(account="a"))
    assert till.send("GET", f"/v1/charges/{charge['id']}", account="a").status == 200
    assert till.send("GET", f"/v1/charges/{charge['id']}", account="b").status == 404
    assert sorted(till.simulator.accounts) == ["a", "b"]


def test_a_vendor_may_say_whose_a_call_is_that_needs_no_credential() -> None:
    till = Driver(vendor=replace(TILL, whose=lambda call: call.headers.get("x-shop", "nobody")))
    assert till.send("GET", "/health", headers={"x-shop": "one"}).status == 200
    assert till.send("GET", "/health").status == 200
    assert sorted(till.simulator.accounts) == ["nobody", "one"]


def test_a_credentials_first_use_is_that_of_the_one_which_the_vendor_names() -> None:
    vendor = replace(TILL, credential_of=lambda call: call.headers.get("x-till-token", ""))
    till = Driver({"expire_tokens": {"valid_for_s": 5.0}}, vendor=vendor)
    assert till.send().status == 200
    assert till.send(headers={"x-till-token": "old"}).status == 200
    till.clock.now_s += 6.0
    assert [till.send(headers={"x-till-token": token}).status for token in ("old", "new")] == [401, 200]
    assert till.send().status == 200, "it brings none that could expire"


def test_a_bad_credential_gets_the_vendors_own_refusal_and_is_booked_without_an_account() -> None:
    till = Driver()
    answer = till.send(headers={"authorization": "Bearer nonsense"})
    assert body_of(answer) == {"error": "who_are_you"}
    assert till.requests()[0]["account"] == ""
    assert till.simulator.accounts == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk_live_abcdefghijklmnop"},
        {"authorization": "Basic c2tfbGl2ZV9hYmNkZWZnaGlqa2xtbm9wOg=="},
        {"x-api-key": "rk_live_abcdefghijklmnop"},
    ],
)
def test_a_credential_that_looks_live_is_refused_and_kept_nowhere(headers: dict[str, str]) -> None:
    till = Driver()
    answer = till.send(headers=headers)
    assert answer.status == 401
    assert b"refuses" in answer.body
    assert "live_abc" not in repr(till.rows()) + repr(answer) + repr(till.simulator.status())


def test_the_operation_is_found_in_the_body_where_no_header_names_it() -> None:
    till = Driver()
    till.send(body={"amount": 1, "metadata": {"operation_id": "op-b"}})
    assert [row["operation_id"] for row in till.rows()] == ["op-b", "op-b"]


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/v1/charges?key=sk%5flive%5fabcdefghijklmnop", None, {}),
        ("/v1/charges", b"key=%73k_live_abcdefghijklmnop", {}),
        ("/v1/charges", b'{"amount": 1, "key": "sk\\u005flive_abcdefghijklmnop"}', {}),
        ("/v1/charges", None, {"proxy-authorization": "Basic c2tfbGl2ZV9hYmNkZWZnaGlqa2xtbm9wOg=="}),
    ],
)
def test_a_credential_that_looks_live_once_it_is_decoded_is_refused_too(
    path: str, body: Any, headers: dict[str, str]
) -> None:
    till = Driver()
    assert till.send("POST", path, body, headers=headers).status == 401
    assert till.effects() == []


def test_what_stands_before_a_vendors_root_is_overlooked_and_only_there() -> None:
    """SDKs keep a path that their base URL has before it."""
    rooted = replace(TILL, root="/v1")
    for path in ("/scenario-a/v1/charges", "/a/b/v1/charges", "/v1/charges"):
        till = Driver(vendor=rooted)
        assert till.send("POST", path).status == 200
        assert till.requests()[0]["route"] == "POST /v1/charges"
    assert Driver(vendor=rooted).send("POST", "/scenario-a/charges").status == 404
    assert Driver(vendor=rooted).send("POST", "/v1/v1/charges").status == 404
    assert Driver().send("POST", "/scenario-a/v1/charges").status == 404


def test_a_root_that_is_implied_may_be_left_out_and_is_in_the_books_all_the_same() -> None:
    """So a rule strikes both callers, and a path that only holds it is no other."""
    lenient = replace(TILL, implied_root="/v1")
    for path in ("/charges", "/v1/charges"):
        till = Driver(vendor=lenient)
        assert till.send("POST", path).status == 200
        assert till.requests()[0]["route"] == "POST /v1/charges"
    for path in ("/a/v1/charges", "/v1charges", "/v1/v1/charges", "/"):
        assert Driver(vendor=lenient).send("POST", path).status == 404
    assert Driver().send("POST", "/charges").status == 404
