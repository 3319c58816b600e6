"""Users: what makes one, what is refused, how they change, what is left of them."""

import hashlib
import json
from typing import Any

import pytest

from tests.simulators.vendors.clerk.bench import ClerkBench, refusal

OLD = {"clerk_api_version": "2025-11-10"}


def test_a_user_is_what_he_was_made_of() -> None:
    bench = ClerkBench()
    made = bench.user(
        "Ada@Example.com",
        phone_number=["+15005550006"],
        username="AdaL",
        external_id="op-1",
        first_name="Ada",
        public_metadata={"camelCase": {"snake_case": 1}},
        private_metadata={"operation_id": "op-1"},
        created_at="2020-01-02T03:04:05Z",
        password="correct horse",
    )
    assert made == bench.get(f"/users/{made['id']}")
    assert (made["email_addresses"][0]["email_address"], made["username"]) == ("ada@example.com", "adal")
    assert made["email_addresses"][0]["verification"]["status"] == "verified"
    assert made["primary_email_address_id"] == made["email_addresses"][0]["id"]
    assert made["primary_phone_number_id"] == made["phone_numbers"][0]["id"]
    assert (made["created_at"], made["password_enabled"]) == (1_577_934_245_000, True)
    assert "correct horse" not in json.dumps(made)
    (effect,) = bench.effects()
    assert (effect["route"], effect["id"], effect["operation_id"]) == ("clerk.user", made["id"], "op-1")
    assert json.loads(effect["references"])["external_id"] == "op-1"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ({"email_address": ["a@example.com"]}, {"email_address": ["A@EXAMPLE.com"]}, "email_address"),
        ({"phone_number": ["+15005550006"]}, {"phone_number": ["+15005550006"]}, "phone_number"),
        ({"username": "adalove"}, {"username": "AdaLove"}, "username"),
        ({"external_id": "x"}, {"external_id": "x"}, "external_id"),
        ({}, {"email_address": ["a@example.com", "a@example.com"]}, "email_address"),
    ],
)
def test_what_is_unique_is_taken_once(first: dict[str, Any], second: dict[str, Any], name: str) -> None:
    bench = ClerkBench()
    bench.do("/users", first)
    answer = bench.ask("POST", "/users", second)
    assert refusal(answer) == (422, "form_identifier_exists")
    assert answer.json["errors"][0]["meta"] == {"param_name": name}
    assert len(bench.effects()) == 1


def test_an_address_may_be_reserved_and_is_not_verified_then() -> None:
    bench = ClerkBench()
    statuses = {"email_address_identification_status": ["verified", "reserved"]}
    made = bench.do("/users", {"email_address": ["a@example.com", "b@example.com"], **statuses})
    assert [each["reserved"] for each in made["email_addresses"]] == [False, True]
    assert [each["verification"] is None for each in made["email_addresses"]] == [False, True]


def test_without_anything_unique_a_blind_repetition_makes_another() -> None:
    bench = ClerkBench()
    assert bench.do("/users", {"first_name": "Ada"})["id"] != bench.do("/users", {"first_name": "Ada"})["id"]
    assert len(bench.effects()) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email_address": ["nobody"]}, "form_param_format_invalid"),
        ({"phone_number": ["123"]}, "form_param_format_invalid"),
        ({"email_address": "a@example.com"}, "form_param_type_invalid"),
        ({"first_name": 7}, "form_param_type_invalid"),
        ({"first_name": "x" * 300}, "form_param_max_length_exceeded"),
        ({"surname": "x"}, "form_param_unknown"),
        ({"username": "abc"}, "form_username_invalid_length"),
        ({"username": "a b c d"}, "form_username_invalid_character"),
        ({"password": "short"}, "form_password_length_too_short"),
        ({"password": "password123"}, "form_password_pwned"),
        ({"password": "é" * 40}, "form_password_size_in_bytes_exceeded"),
        ({"password_digest": "x"}, "form_conditional_param_missing"),
        ({"created_at": "yesterday"}, "form_param_invalid_time"),
        ({"public_metadata": {"x": "y" * 9_000}}, "form_param_exceeds_allowed_size"),
        ({"email_address": [f"a{n}@example.com" for n in range(101)]}, "form_param_array_size_exceeded"),
        ({"email_address_identification_status": ["odd"]}, "form_param_value_invalid"),
        ({"phone_number_identification_status": ["reserved"]}, "form_param_array_length_mismatch"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(body: dict[str, Any], code: str) -> None:
    bench = ClerkBench()
    assert refusal(bench.ask("POST", "/users", body)) == (422, code)
    assert bench.get("/users/count")["total_count"] == 0
    assert bench.effects() == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    answer = ClerkBench().ask("POST", "/users", {"surname": "x", "first_name": 7})
    assert [error["code"] for error in answer.json["errors"]] == ["form_param_unknown", "form_param_type_invalid"]


def test_a_change_frees_what_was_taken() -> None:
    bench = ClerkBench()
    made = bench.user(external_id="x", username="adalove")
    bench.pass_time(1)
    changed = bench.do(f"/users/{made['id']}", {"external_id": None, "username": "lovelace", "last_name": "L"}, "PATCH")
    assert (changed["external_id"], changed["username"], changed["last_name"]) == (None, "lovelace", "L")
    assert changed["updated_at"] == made["updated_at"] + 1_000
    bench.user("b@example.com", external_id="x", username="adalove")
    taken = bench.ask("PATCH", f"/users/{made['id']}", {"username": "adalove"})
    assert refusal(taken) == (422, "form_identifier_exists")
    assert bench.get("/users?username=lovelace")[0]["id"] == made["id"]


def test_metadata_is_changed_with_the_user_by_who_speaks_an_older_version_only() -> None:
    bench = ClerkBench()
    made = bench.user()
    path, body = f"/users/{made['id']}", {"public_metadata": {"a": 1}}
    assert refusal(bench.ask("PATCH", path, body)) == (422, "form_param_unknown")
    assert bench.get(path)["public_metadata"] == {}
    assert bench.do(path, body, "PATCH", **OLD)["public_metadata"] == {"a": 1}
    assert bench.ask("PATCH", f"{path}?__clerk_api_version=2024-10-01", body).status == 200


def test_metadata_is_merged_or_replaced_and_what_was_handed_out_stays_as_it_was() -> None:
    bench = ClerkBench()
    made = bench.user(public_metadata={"a": {"b": 1, "c": [1]}, "d": 2}, unsafe_metadata={"u": 1})
    path = f"/users/{made['id']}/metadata"
    change = {"public_metadata": {"a": {"b": None, "c": [2]}, "e": {"f": {}}}}
    merged = bench.do(path, change, "PATCH")
    assert merged["public_metadata"] == {"a": {"c": [2]}, "d": 2, "e": {"f": {}}}
    assert merged["unsafe_metadata"] == {"u": 1}
    replaced = bench.do(path, {"public_metadata": {"only": True}}, "PUT")
    assert (replaced["public_metadata"], replaced["unsafe_metadata"]) == ({"only": True}, {"u": 1})
    grown = bench.ask("PATCH", path, {"public_metadata": {str(n): "x" * 8_000 for n in range(1)}})
    assert grown.status == 200
    too_large = bench.ask("PATCH", path, {"public_metadata": {"more": "x" * 8_000}})
    assert refusal(too_large) == (422, "form_param_exceeds_allowed_size")


def test_a_deleted_user_is_gone_with_his_sessions_and_memberships_and_once_only() -> None:
    bench = ClerkBench()
    organization = bench.organization()
    made = bench.user(external_id="x")
    bench.do(f"/organizations/{organization['id']}/memberships", {"user_id": made["id"], "role": "org:member"})
    session = bench.session(made["id"])
    path = f"/users/{made['id']}"
    assert bench.do(path, method="DELETE") == {"object": "user", "id": made["id"], "deleted": True}
    assert refusal(bench.ask("DELETE", path)) == (404, "resource_not_found")
    assert refusal(bench.ask("GET", path)) == (404, "resource_not_found")
    assert bench.get(f"/sessions/{session['id']}")["status"] == "removed"
    assert bench.get(f"/organizations/{organization['id']}/memberships")["total_count"] == 1
    assert [effect["route"] for effect in bench.effects()].count("clerk.deletion") == 1
    bench.user(external_id="x")


def test_a_ban_revokes_every_session_and_bars_new_ones() -> None:
    bench = ClerkBench()
    made = bench.user()
    sessions = [bench.session(made["id"])["id"] for _ in range(2)]
    assert bench.do(f"/users/{made['id']}/ban")["banned"]
    assert {bench.get(f"/sessions/{each}")["status"] for each in sessions} == {"revoked"}
    assert refusal(bench.ask("POST", "/sessions", {"user_id": made["id"]})) == (403, "user_banned")
    assert bench.get("/users?banned=true")[0]["id"] == made["id"]
    assert not bench.do(f"/users/{made['id']}/unban")["banned"]
    bench.session(made["id"])


def test_several_are_banned_together_or_none() -> None:
    bench = ClerkBench()
    ids = [bench.user(f"{name}@example.com")["id"] for name in "ab"]
    assert refusal(bench.ask("POST", "/users/ban", {"user_ids": [*ids, "user_x"]})) == (404, "resource_not_found")
    assert bench.get("/users?banned=true") == []
    assert [user["banned"] for user in bench.do("/users/ban", {"user_ids": ids})] == [True, True]
    assert [user["banned"] for user in bench.do("/users/unban", {"user_ids": ids})] == [False, False]


def test_a_locked_user_gets_no_session_until_he_is_unlocked() -> None:
    bench = ClerkBench()
    made = bench.user()
    assert bench.do(f"/users/{made['id']}/lock")["locked"]
    assert refusal(bench.ask("POST", "/sessions", {"user_id": made["id"]})) == (403, "user_locked")
    assert not bench.do(f"/users/{made['id']}/unlock")["locked"]
    bench.session(made["id"])


@pytest.mark.parametrize(
    "known",
    [
        {"password": "correct horse"},
        {"password_hasher": "md5", "password_digest": "5f4c8b7bd7b1dcc56b90a2f6d3a9d4d0"},
        {"password_hasher": "bcrypt", "password_digest": "$2a$10$x"},
    ],
)
def test_a_password_is_verified(known: dict[str, str]) -> None:
    bench = ClerkBench()
    made = bench.user(**known)
    path = f"/users/{made['id']}/verify_password"
    assert refusal(bench.ask("POST", path, {"password": "wrong horse"})) == (422, "incorrect_password")
    if "password" in known:
        assert bench.do(path, {"password": "correct horse"}) == {"verified": True}


def test_a_digest_of_a_known_hasher_verifies_and_a_new_password_replaces_it() -> None:
    bench = ClerkBench()
    digest = hashlib.sha256(b"old horse").hexdigest()
    made = bench.user(password_hasher="sha256", password_digest=digest)
    path = f"/users/{made['id']}"
    assert bench.do(f"{path}/verify_password", {"password": "old horse"}) == {"verified": True}
    bench.session(made["id"])
    bench.do(path, {"password": "correct horse", "sign_out_of_other_sessions": True}, "PATCH")
    assert bench.do(f"{path}/verify_password", {"password": "correct horse"}) == {"verified": True}
    assert refusal(bench.ask("POST", f"{path}/verify_password", {"password": "old horse"})) == (
        422,
        "incorrect_password",
    )
    assert bench.get(f"/sessions?user_id={made['id']}")[0]["status"] == "revoked"


def test_there_is_no_password_and_no_second_factor_to_verify() -> None:
    bench = ClerkBench()
    path = f"/users/{bench.user()['id']}"
    assert refusal(bench.ask("POST", f"{path}/verify_password", {"password": "x"})) == (400, "no_password_set")
    assert refusal(bench.ask("POST", f"{path}/verify_totp", {"code": "123456"})) == (400, "totp_disabled")


def test_a_full_instance_takes_nobody_in() -> None:
    bench = ClerkBench(user_quota=1)
    bench.user()
    assert refusal(bench.ask("POST", "/users", {"first_name": "x"})) == (403, "user_quota_exceeded")


def test_addresses_and_numbers_are_added_changed_and_taken_away_one_by_one() -> None:
    bench = ClerkBench()
    made = bench.user()
    first = made["email_addresses"][0]["id"]
    body = {"user_id": made["id"], "email_address": "Two@example.com", "verified": False}
    second = bench.do("/email_addresses", body)
    assert (second["email_address"], second["verification"]) == ("two@example.com", None)
    assert refusal(bench.ask("POST", "/email_addresses", body)) == (422, "form_identifier_exists")
    changed = bench.do(f"/email_addresses/{second['id']}", {"verified": True, "primary": True}, "PATCH")
    assert changed["verification"]["status"] == "verified"
    assert bench.get(f"/email_addresses/{second['id']}") == changed
    assert bench.get(f"/users/{made['id']}")["primary_email_address_id"] == second["id"]
    assert bench.do(f"/email_addresses/{second['id']}", method="DELETE")["deleted"]
    assert bench.get(f"/users/{made['id']}")["primary_email_address_id"] == first
    last = bench.ask("DELETE", f"/email_addresses/{first}")
    assert refusal(last) == (400, "identification_deletion_failed")
    number = bench.do("/phone_numbers", {"user_id": made["id"], "phone_number": "+15005550006", "primary": True})
    assert bench.get("/users?phone_number=%2B15005550006")[0]["phone_numbers"] == [number]
    assert refusal(bench.ask("GET", "/phone_numbers/idn_x")) == (404, "resource_not_found")
    primary = bench.ask("PATCH", f"/users/{made['id']}", {"primary_email_address_id": "idn_x"})
    assert refusal(primary) == (422, "form_resource_not_found")
