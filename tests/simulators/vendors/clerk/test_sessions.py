"""Sessions and their tokens: claims, ends, refreshes; the key set and its rotation; clients."""

from typing import Any

import pytest

from brownout_simulators.vendors.clerk.keys import issuer
from brownout_simulators.vendors.clerk.sessions import refresh_token_of
from brownout_simulators.vendors.clerk.signing import signing_key, unverified
from tests.simulators.vendors.clerk.bench import NAME, ClerkBench, refusal
from tests.support.vendor_bench import EPOCH_S

ORIGIN = "http://localhost:3000"


def claims_of(token: str) -> dict[str, Any]:
    assert any(signing_key(NAME, nth).has_signed(token) for nth in range(3))
    return unverified(token)[1]


def test_a_token_lives_for_a_minute_and_says_who_it_is_of() -> None:
    bench = ClerkBench()
    session = bench.session()
    token = bench.token(session["id"])
    now = int(EPOCH_S + bench.now_s)
    claims = claims_of(token)
    jti = claims.pop("jti")
    assert len(jti) == 20
    assert claims == {
        "exp": now + 60, "fva": [0, -1], "iat": now, "iss": issuer(NAME), "nbf": now - 10, "sid": session["id"],
        "sub": session["user_id"], "sts": "active", "v": 2, "pla": "u:free", "fea": "",
    }  # fmt: skip
    assert unverified(token)[0]["kid"] == bench.get("/jwks")["keys"][0]["kid"]
    longer = bench.do(f"/sessions/{session['id']}/tokens", {"expires_in_seconds": 300})["jwt"]
    assert claims_of(longer)["exp"] == now + 300
    too_short = bench.ask("POST", f"/sessions/{session['id']}/tokens", {"expires_in_seconds": 1})
    assert refusal(too_short) == (422, "form_param_value_invalid")


def test_who_speaks_an_older_version_gets_the_flat_claims() -> None:
    bench = ClerkBench(roles={"org:editor": ["org:notes:write", "org:notes:read", "org:bills:read"]})
    organization = bench.organization()
    user = bench.user()
    bench.do(f"/organizations/{organization['id']}/memberships", {"user_id": user["id"], "role": "org:editor"})
    session = bench.session(user["id"], active_organization_id=organization["id"])
    flat = claims_of(bench.token(session["id"], clerk_api_version="2025-03-12"))
    assert (flat["org_id"], flat["org_slug"], flat["org_role"]) == (
        organization["id"], organization["slug"], "org:editor",
    )  # fmt: skip
    assert flat["org_permissions"] == ["org:notes:write", "org:notes:read", "org:bills:read"]
    assert "o" not in flat
    assert "v" not in flat
    compact = claims_of(bench.token(session["id"]))
    assert compact["fea"] == "o:bills,o:notes"
    assert compact["o"] == {
        "id": organization["id"], "rol": "editor", "slg": organization["slug"], "per": "read,write", "fpm": "1,3",
    }  # fmt: skip


def test_permissions_of_the_system_are_in_no_token() -> None:
    bench = ClerkBench()
    organization = bench.organization()
    founder = bench.get("/users")[0]["id"]
    session = bench.session(founder, active_organization_id=organization["id"])
    assert claims_of(bench.token(session["id"]))["o"] == {
        "id": organization["id"], "rol": "admin", "slg": organization["slug"],
    }  # fmt: skip


def test_the_authorized_party_is_what_is_set_up_or_the_origin_of_the_call() -> None:
    bench = ClerkBench(origin=ORIGIN)
    session = bench.session()
    assert claims_of(bench.token(session["id"]))["azp"] == ORIGIN
    assert claims_of(bench.token(session["id"], origin="http://other"))["azp"] == "http://other"


def test_a_revoked_session_gives_no_token_and_cannot_be_revoked_again() -> None:
    bench = ClerkBench()
    bench.listen()
    session = bench.session()
    path = f"/sessions/{session['id']}"
    assert bench.do(f"{path}/revoke")["status"] == "revoked"
    bench.pass_time(5)
    assert bench.do(f"{path}/revoke") == bench.get(path)
    assert refusal(bench.ask("POST", f"{path}/tokens")) == (401, "authentication_invalid")
    assert bench.told() == ["user.created", "session.created", "session.revoked"]


def test_a_session_expires_after_a_week() -> None:
    bench = ClerkBench()
    session = bench.session()
    bench.pass_time(7 * 86_400 - 1)
    assert bench.get(f"/sessions/{session['id']}")["status"] == "active"
    bench.pass_time(1)
    assert bench.get(f"/sessions/{session['id']}")["status"] == "expired"
    assert bench.get(f"/sessions?user_id={session['user_id']}&status=expired")[0]["id"] == session["id"]
    assert bench.ask("POST", f"/sessions/{session['id']}/tokens").status == 401


def test_both_shapes_of_a_list() -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    ids = [bench.session(user)["id"] for _ in range(3)]
    assert [row["id"] for row in bench.get(f"/sessions?user_id={user}&limit=2")] == [ids[2], ids[1]]
    whole = bench.get(f"/sessions?user_id={user}&limit=2&offset=2&paginated=true")
    assert ([row["id"] for row in whole["data"]], whole["total_count"]) == ([ids[0]], 3)
    client = bench.get(f"/sessions/{ids[0]}")["client_id"]
    assert [row["id"] for row in bench.get(f"/sessions?client_id={client}")] == [ids[0]]
    assert refusal(bench.ask("GET", "/sessions")) == (400, "missing_query_parameter")
    assert refusal(bench.ask("GET", f"/sessions?user_id={user}&status=odd")) == (422, "form_param_value_invalid")


def test_production_makes_no_sessions_by_itself() -> None:
    bench = ClerkBench("shop_production")
    user = bench.user()["id"]
    assert refusal(bench.ask("POST", "/sessions", {"user_id": user})) == (400, "request_invalid_for_environment")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, (422, "form_param_missing")),
        ({"user_id": "user_x"}, (404, "resource_not_found")),
        ({"user_id": "{user}", "active_organization_id": "org_x"}, (404, "resource_not_found")),
    ],
)
def test_no_session_of_nobody(body: dict[str, str], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    said = {name: value.replace("{user}", user) for name, value in body.items()}
    assert refusal(bench.ask("POST", "/sessions", said)) == found


def test_what_is_deprecated_says_so() -> None:
    bench = ClerkBench()
    answer = bench.ask("POST", f"/sessions/{bench.session()['id']}/verify", {"token": "x"})
    assert refusal(answer) == (410, "operation_deprecated")


# -- refresh -----------------------------------------------------------------------------------------------------------


def test_an_expired_token_is_refreshed_once() -> None:
    bench = ClerkBench(origin=ORIGIN)
    session = bench.session()
    token = bench.token(session["id"])
    bench.pass_time(100)
    body = {"expired_token": token, "refresh_token": refresh_token_of(session["id"]), "request_origin": ORIGIN}
    path = f"/sessions/{session['id']}/refresh"
    fresh = claims_of(bench.do(path, body)["jwt"])
    assert (fresh["sid"], fresh["azp"]) == (session["id"], ORIGIN)
    assert refusal(bench.ask("POST", path, body)) == (401, "session_refresh_expired_session_token_consumed")


def test_every_reason_to_refuse_a_refresh() -> None:
    bench = ClerkBench(origin=ORIGIN)
    session = bench.session()
    other = bench.session(session["user_id"])
    token, its = bench.token(session["id"]), bench.token(other["id"])
    body = {"expired_token": token, "refresh_token": refresh_token_of(session["id"]), "request_origin": ORIGIN}
    path = f"/sessions/{session['id']}/refresh"
    bench.simulator.set_up({})
    without = bench.token(session["id"])
    for change, code in (
        ({"request_origin": "nowhere"}, "refresh_request_origin_invalid"),
        ({"request_origin": "http://other"}, "refresh_request_origin_azp_mismatch"),
        ({"expired_token": "a.b.c"}, "expired_session_token_invalid"),
        ({"expired_token": token[:-4] + "AAAA"}, "expired_session_token_invalid"),
        ({"expired_token": without}, "expired_session_token_missing_azp"),
        ({"expired_token": its}, "refresh_sid_mismatch"),
        ({"refresh_token": "x"}, "refresh_token_not_found"),
    ):
        assert refusal(bench.ask("POST", path, {**body, **change})) == (401, code)
    bench.pass_time(90_000)
    assert refusal(bench.ask("POST", path, body)) == (401, "session_refresh_expired_session_token_too_old")
    bench.do(f"/sessions/{session['id']}/revoke")
    assert refusal(bench.ask("POST", path, body)) == (401, "session_refresh_inactive_session")
    cookies = bench.ask("POST", path, {**body, "format": "odd"})
    assert refusal(cookies) == (422, "form_param_value_invalid")


# -- the key set -------------------------------------------------------------------------------------------------------


def test_a_rotated_key_signs_at_once_and_the_one_before_is_published_until_its_overlap_ends() -> None:
    bench = ClerkBench()
    session = bench.session()
    first = bench.get("/jwks")["keys"][0]["kid"]
    rotated = bench.do("/jwks/rotate", {"overlap_s": 60})
    second = unverified(bench.token(session["id"]))[0]["kid"]
    assert second != first
    assert [key["kid"] for key in rotated["keys"]] == [second, first]
    bench.pass_time(60)
    assert [key["kid"] for key in bench.get("/jwks")["keys"]] == [second]
    third = bench.do("/jwks/rotate")["keys"]
    assert len(third) == 1
    assert third[0]["kid"] not in {first, second}


def test_the_key_set_is_of_its_instance() -> None:
    assert ClerkBench("a").get("/jwks") == ClerkBench("a", seed=5).get("/jwks")
    assert ClerkBench("a").get("/jwks") != ClerkBench("b").get("/jwks")


# -- clients -----------------------------------------------------------------------------------------------------------


def test_a_client_is_found_by_its_id_and_by_a_token_of_its_session() -> None:
    bench = ClerkBench()
    session = bench.session()
    client = bench.get(f"/clients/{session['client_id']}")
    assert client["sessions"] == [session]
    assert bench.get("/clients?paginated=true") == {"data": [client], "total_count": 1}
    assert bench.get("/clients") == [client]
    token = bench.token(session["id"])
    assert bench.do("/clients/verify", {"token": token}) == client
    assert refusal(bench.ask("POST", "/clients/verify", {"token": "x"})) == (400, "cookie_invalid")
    bench.pass_time(66)
    assert refusal(bench.ask("POST", "/clients/verify", {"token": token})) == (400, "cookie_invalid")
    assert refusal(bench.ask("GET", "/clients/client_x")) == (404, "resource_not_found")
