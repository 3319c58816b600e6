"""What the service's key may do with users, and nobody else."""

from typing import Any

import pytest

from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench, refusal

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "admin/users"),
        ("POST", "admin/users"),
        ("GET", f"admin/users/{NOBODY}"),
        ("PUT", f"admin/users/{NOBODY}"),
        ("DELETE", f"admin/users/{NOBODY}"),
        ("POST", "admin/generate_link"),
        ("POST", "invite"),
    ],
)
def test_nobody_else_may(method: str, path: str) -> None:
    bench = AuthBench()
    token = bench.sign_up().json["access_token"]
    body = None if method == "GET" else {"email": "bob@example.com", "type": "magiclink"}
    assert refusal(bench.ask(method, path, body, token=token)) == (403, "not_admin")
    assert refusal(bench.ask(method, path, body)) == (403, "not_admin")
    assert refusal(bench.ask(method, path, body, headers={"authorization": ""})) == (401, "no_authorization")
    assert len(bench.told("supabase.user")) == 1


def test_users_are_made_shown_changed_and_deleted() -> None:
    bench = AuthBench()
    body = {
        "email": ADA,
        "password": SECRET,
        "email_confirm": True,
        "user_metadata": {"a": 1},
        "app_metadata": {"b": 2},
    }
    made = bench.admin("POST", "admin/users", body)
    assert made.status == 200
    user = made.json
    assert (user["user_metadata"]["a"], user["app_metadata"]["b"], user["app_metadata"]["provider"]) == (1, 2, "email")
    assert refusal(bench.admin("POST", "admin/users", body)) == (422, "email_exists")
    session = bench.sign_in().json
    path = f"admin/users/{user['id']}"
    assert bench.admin("GET", path).json["id"] == user["id"]
    changed = bench.admin("PUT", path, {"email": "bob@example.com", "password": "another horse", "role": "staff"}).json
    assert (changed["email"], changed["role"]) == ("bob@example.com", "staff")
    assert refusal(bench.refresh(session["refresh_token"])) == (400, "refresh_token_not_found")
    assert bench.sign_in("bob@example.com", "another horse").status == 200
    assert (bench.admin("DELETE", path).json, bench.admin("GET", path).status) == ({}, 404)
    assert refusal(bench.sign_in("bob@example.com", "another horse")) == (400, "invalid_credentials")
    assert bench.admin("POST", "admin/users", {"email": "bob@example.com"}).status == 200


def test_a_soft_delete_keeps_the_id_and_nothing_else() -> None:
    bench = AuthBench()
    session = bench.sign_up(data={"secret": "x"}).json
    path = f"admin/users/{session['user']['id']}"
    bench.admin("DELETE", path, {"should_soft_delete": True})
    kept = bench.admin("GET", path).json
    assert kept["deleted_at"]
    assert (kept["email"], kept["user_metadata"], kept["identities"]) == ("", {}, [])
    assert bench.sign_up().status == 200


def test_a_list_is_paged_newest_first_and_takes_empty_pages_as_none() -> None:
    bench = AuthBench()
    for number in range(7):
        bench.admin("POST", "admin/users", {"email": f"u{number}@example.com"})
    whole = bench.admin("GET", "admin/users?page=&per_page=")
    assert [user["email"][:2] for user in whole.json["users"]] == [f"u{number}" for number in range(6, -1, -1)]
    assert (whole.headers["x-total-count"], whole.json["aud"]) == ("7", "authenticated")
    seen: list[str] = []
    for page in (1, 2, 3, 4):
        answer = bench.admin("GET", f"admin/users?page={page}&per_page=3")
        seen += [user["email"] for user in answer.json["users"]]
        assert ('rel="next"' in answer.headers["link"]) is (page < 3)
    assert len(seen) == len(set(seen)) == 7
    assert len(bench.admin("GET", "admin/users?filter=u3").json["users"]) == 1
    assert refusal(bench.admin("GET", "admin/users?page=x")) == (400, "validation_failed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"email": "x"}, 400, "validation_failed"),
        ({"email": ADA, "id": "x"}, 400, "validation_failed"),
        ({"email": ADA, "id": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, 400, "validation_failed"),
        ({"email": ADA, "ban_duration": "soon"}, 400, "validation_failed"),
        ({"email": ADA, "email_confirm": "yes"}, 400, "bad_json"),
        ({"email": ADA, "password": "x", "password_hash": "y"}, 400, "validation_failed"),
    ],
)
def test_what_cannot_be_made(body: dict[str, Any], status: int, code: str) -> None:
    bench = AuthBench()
    assert refusal(bench.admin("POST", "admin/users", body)) == (status, code)
    assert bench.effects() == []


def test_an_id_may_be_chosen_once() -> None:
    bench = AuthBench()
    wanted = "11111111-2222-4333-8444-555555555555"
    assert bench.admin("POST", "admin/users", {"email": ADA, "id": wanted}).json["id"] == wanted
    assert bench.admin("POST", "admin/users", {"email": "b@example.com", "id": wanted}).status == 500
    assert bench.admin("GET", f"admin/users/{wanted}").json["email"] == ADA


@pytest.mark.parametrize("user_id", ["x", "11111111-2222-4333-8444-55555555555g", NOBODY])
def test_whom_there_is_not(user_id: str) -> None:
    bench = AuthBench()
    code = "user_not_found" if user_id == NOBODY else "validation_failed"
    assert refusal(bench.admin("GET", f"admin/users/{user_id}")) == (404, code)


def test_a_change_of_address_can_be_had_as_two_links() -> None:
    bench = AuthBench(autoconfirm=False, users=[{"email": ADA, "password": SECRET}])
    asked = {"email": ADA, "new_email": "next@example.com"}
    for kind, is_last in (("email_change_current", False), ("email_change_new", False)):
        found = bench.admin("POST", "admin/generate_link", {"type": kind, **asked}).json
        done = bench.ask("POST", "verify", {"type": "email_change", "token_hash": found["hashed_token"]})
        assert ("access_token" in done.json) is is_last  # each link begins the change anew
    for kind in ("recovery", "email_change_new"):
        unknown = bench.admin("POST", "admin/generate_link", {"type": kind, "email": "who@example.com"})
        assert refusal(unknown) == (404, "user_not_found")
    assert refusal(bench.admin("POST", "admin/generate_link", {"type": "x", "email": ADA})) == (
        400,
        "validation_failed",
    )
    assert refusal(bench.admin("POST", "admin/generate_link", {"type": "invite", "email": ADA})) == (
        422,
        "email_exists",
    )
