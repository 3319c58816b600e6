"""Machines, their keys and tokens; API keys."""

from typing import Any

import pytest

from brownout_simulators.vendors.clerk.signing import signing_key, unverified
from tests.simulators.vendors.clerk.bench import NAME, ClerkBench, refusal
from tests.support.vendor_bench import Answer


def machine(bench: ClerkBench, name: str = "one", **more: Any) -> Any:
    return bench.do("/machines", {"name": name, **more})


def as_machine(bench: ClerkBench, key: str, method: str, path: str, body: Any = None) -> Answer:
    """Under the path that Node's SDK takes, without `/v1`."""
    return bench.post_json(path, body or {}, method=method, authorization=f"Bearer {key}")


def test_a_machine_has_a_key_and_scopes() -> None:
    bench = ClerkBench()
    one = machine(bench)
    two = machine(bench, "two", scoped_machines=[one["id"]], default_token_ttl=60)
    assert bench.get(f"/machines/{one['id']}/secret_key")["secret"] == one["secret_key"]
    assert [each["id"] for each in two["scoped_machines"]] == [one["id"]]
    assert bench.get(f"/machines/{two['id']}") == {name: two[name] for name in two if name != "secret_key"}
    assert [each["name"] for each in bench.get("/machines")["data"]] == ["two", "one"]
    assert bench.get("/machines?query=TW&order_by=name")["total_count"] == 1
    assert bench.do(f"/machines/{one['id']}", {"name": "uno"}, "PATCH")["name"] == "uno"
    scopes = f"/machines/{one['id']}/scopes"
    assert bench.do(scopes, {"to_machine_id": two["id"]})["to_machine_id"] == two["id"]
    assert refusal(bench.ask("POST", scopes, {"to_machine_id": two["id"]})) == (409, "conflict")
    assert bench.do(f"{scopes}/{two['id']}", method="DELETE")["deleted"]
    assert refusal(bench.ask("DELETE", f"{scopes}/{two['id']}")) == (404, "resource_not_found")
    assert refusal(bench.ask("POST", "/machines", {"name": "x", "scoped_machines": ["mch_x"]}))[0] == 404
    assert refusal(bench.ask("GET", "/machines?order_by=odd")) == (422, "form_param_value_invalid")


def test_a_rotated_key_is_good_for_as_long_as_was_asked() -> None:
    bench = ClerkBench()
    one = machine(bench)
    fresh = bench.do(f"/machines/{one['id']}/secret_key/rotate", {"previous_token_ttl": 60})["secret"]
    assert as_machine(bench, one["secret_key"], "POST", "/m2m_tokens").status == 201
    bench.pass_time(60)
    assert refusal(as_machine(bench, one["secret_key"], "POST", "/m2m_tokens")) == (401, "clerk_key_invalid")
    assert as_machine(bench, fresh, "POST", "/m2m_tokens").status == 201
    assert bench.do(f"/machines/{one['id']}", method="DELETE")["deleted"]
    assert refusal(as_machine(bench, fresh, "POST", "/m2m_tokens")) == (401, "clerk_key_invalid")


def test_a_machines_key_opens_nothing_but_machine_tokens() -> None:
    bench = ClerkBench()
    key = machine(bench)["secret_key"]
    assert refusal(as_machine(bench, key, "POST", "/v1/users")) == (401, "clerk_key_invalid")
    assert refusal(as_machine(bench, f"{key}x", "POST", "/m2m_tokens")) == (401, "clerk_key_invalid")
    assert refusal(as_machine(bench, "ak_" + "x" * 40, "POST", "/m2m_tokens")) == (401, "clerk_key_invalid")
    own = bench.ask("POST", "/m2m_tokens", {})
    assert refusal(own) == (401, "authentication_invalid")


def test_an_opaque_token_verifies_until_it_is_revoked_or_its_time_is_up() -> None:
    bench = ClerkBench()
    one = machine(bench)
    two = machine(bench, "two", scoped_machines=[one["id"]])
    three = machine(bench, "three")
    made = as_machine(bench, two["secret_key"], "POST", "/m2m_tokens", {"claims": {"x": 1}}).json
    assert (made["subject"], made["claims"], made["scopes"]) == (two["id"], {"x": 1}, [one["id"]])
    assert made["token"].startswith("mt_")
    assert made["expiration"] == made["created_at"] + 3_600_000
    for said in ({"token": made["token"]}, {"secret": made["token"]}):
        assert bench.do("/m2m_tokens/verify", said)["id"] == made["id"]
        assert as_machine(bench, one["secret_key"], "POST", "/m2m_tokens/verify", said).json["id"] == made["id"]
        stranger = as_machine(bench, three["secret_key"], "POST", "/m2m_tokens/verify", said)
        assert refusal(stranger) == (404, "resource_not_found")
    other = as_machine(bench, three["secret_key"], "POST", f"/m2m_tokens/{made['id']}/revoke")
    assert refusal(other) == (404, "resource_not_found")
    revoked = bench.do(f"/m2m_tokens/{made['id']}/revoke", {"revocation_reason": "lost"})
    assert (revoked["revoked"], revoked["revocation_reason"]) == (True, "lost")
    gone = bench.ask("POST", "/m2m_tokens/verify", {"token": made["token"]})
    assert refusal(gone) == (404, "resource_not_found")
    brief = as_machine(bench, one["secret_key"], "POST", "/m2m_tokens", {"seconds_until_expiration": 1}).json
    bench.pass_time(1)
    assert bench.ask("POST", "/m2m_tokens/verify", {"token": brief["token"]}).status == 404
    assert refusal(bench.ask("POST", "/m2m_tokens/verify", {})) == (400, "malformed_request_parameters")


def test_tokens_are_listed_by_their_machine() -> None:
    bench = ClerkBench()
    one, two = machine(bench), machine(bench, "two")
    made = [as_machine(bench, one["secret_key"], "POST", "/m2m_tokens").json["id"] for _ in range(3)]
    bench.do(f"/m2m_tokens/{made[0]}/revoke")
    listed = bench.get(f"/m2m_tokens?subject={one['id']}&limit=1")
    assert ([row["id"] for row in listed["m2m_tokens"]], listed["total_count"]) == ([made[2]], 2)
    assert "token" not in listed["m2m_tokens"][0]
    assert bench.get(f"/m2m_tokens?subject={one['id']}&revoked=true")["total_count"] == 3
    bench.pass_time(3_600)
    assert bench.get(f"/m2m_tokens?subject={one['id']}")["total_count"] == 0
    assert bench.get(f"/m2m_tokens?subject={one['id']}&expired=true")["total_count"] == 2
    path = f"/m2m_tokens?subject={one['id']}"
    foreign = bench.send("GET", path, headers={"authorization": f"Bearer {two['secret_key']}"})
    assert refusal(foreign) == (403, "authorization_invalid")
    assert refusal(bench.ask("GET", "/m2m_tokens")) == (400, "missing_query_parameter")
    assert refusal(bench.ask("GET", "/m2m_tokens?subject=mch_x")) == (404, "resource_not_found")
    assert refusal(bench.ask("GET", f"{path}&limit=101")) == (422, "form_param_value_invalid")


def test_a_token_that_lives_long_enough_is_given_again() -> None:
    bench = ClerkBench()
    key = machine(bench)["secret_key"]

    def mint(**body: Any) -> Any:
        return as_machine(bench, key, "POST", "/m2m_tokens", body).json

    first = mint(claims={"x": 1}, min_remaining_ttl_seconds=600)
    assert mint(claims={"x": 1}, min_remaining_ttl_seconds=600)["token"] == first["token"]
    assert mint(claims={"x": 2}, min_remaining_ttl_seconds=600)["token"] != first["token"]
    assert mint(claims={"x": 1})["token"] != first["token"]
    bench.pass_time(3_001)
    assert mint(claims={"x": 1}, min_remaining_ttl_seconds=600)["id"] != first["id"]
    never = as_machine(bench, key, "POST", "/m2m_tokens", {"min_remaining_ttl_seconds": 3_600})
    assert refusal(never) == (400, "malformed_request_parameters")
    assert [effect["route"] for effect in bench.effects()].count("clerk.m2m_token") == 4


def test_a_signed_token_is_kept_by_nobody() -> None:
    bench = ClerkBench()
    one = machine(bench)
    body = {"token_format": "jwt", "claims": {"x": 1}, "seconds_until_expiration": 60}
    made = as_machine(bench, one["secret_key"], "POST", "/m2m_tokens", body).json
    assert signing_key(NAME, 0).has_signed(made["token"])
    header, claims = unverified(made["token"])
    assert header["cat"] == "cl_B7d4PD333AAA"
    assert (claims["sub"], claims["jti"], claims["x"]) == (one["id"], made["id"], 1)
    assert claims["exp"] == claims["iat"] + 60
    assert bench.ask("POST", f"/m2m_tokens/{made['id']}/revoke").status == 404
    assert "clerk.m2m_token" not in [effect["route"] for effect in bench.effects()]
    reserved = as_machine(bench, one["secret_key"], "POST", "/m2m_tokens", {"claims": {"sub": "x"}})
    assert refusal(reserved) == (400, "machine_token_reserved_claim")


def test_an_api_key_is_made_shown_changed_revoked_and_deleted() -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    answer = bench.ask("POST", "/api_keys", {"name": "ci", "subject": user, "scopes": ["read"], "claims": {"a": 1}})
    made = answer.json
    assert (answer.status, made["subject"], made["expiration"]) == (201, user, None)
    path = f"/api_keys/{made['id']}"
    assert bench.get(f"{path}/secret") == {"secret": made["secret"]}
    assert bench.get(path) == {name: made[name] for name in made if name != "secret"}
    verified = bench.do("/api_keys/verify", {"secret": made["secret"]})
    assert (verified["id"], verified["last_used_at"] is None) == (made["id"], False)
    changed = bench.do(path, {"description": "d", "scopes": ["write"], "seconds_until_expiration": 60}, "PATCH")
    assert (changed["description"], changed["scopes"]) == ("d", ["write"])
    assert changed["expiration"] == changed["updated_at"] + 60_000
    assert bench.get(f"/api_keys?subject={user}&query=CI")["total_count"] == 1
    assert bench.do(f"{path}/revoke")["revoked"]
    gone = bench.ask("POST", "/api_keys/verify", {"secret": made["secret"]})
    assert refusal(gone) == (404, "resource_not_found")
    assert bench.get(f"/api_keys?subject={user}")["total_count"] == 0
    assert bench.get(f"/api_keys?subject={user}&include_invalid=true")["total_count"] == 1
    assert bench.do(path, method="DELETE") == {"object": "api_key", "id": made["id"], "deleted": True}
    assert refusal(bench.ask("GET", path)) == (404, "resource_not_found")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"subject": "{user}"}, (422, "form_param_missing")),
        ({"name": "x", "subject": "somebody"}, (422, "form_param_format_invalid")),
        ({"name": "x", "subject": "user_" + "x" * 27}, (404, "resource_not_found")),
        ({"name": "x", "subject": "{user}", "seconds_until_expiration": -1}, (422, "form_param_value_invalid")),
    ],
)
def test_no_api_key_of_nobody(body: dict[str, Any], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    said = {name: user if value == "{user}" else value for name, value in body.items()}
    assert refusal(bench.ask("POST", "/api_keys", said)) == found
