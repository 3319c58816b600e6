"""What users do with their own account, and the end of sessions."""

import pytest

from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench, refusal

NEXT = "ada.next+otp-515151@example.com"


def test_a_user_is_shown_to_the_bearer_of_their_token_only() -> None:
    bench = AuthBench()
    token = bench.sign_up().json["access_token"]
    assert bench.ask("GET", "user", token=token).json["email"] == ADA
    for bad in (token[:-2], token + "x", "x", "a.b.c"):
        assert refusal(bench.ask("GET", "user", token=bad)) == (403, "bad_jwt")
    assert refusal(bench.ask("GET", "user", headers={"authorization": ""})) == (401, "no_authorization")
    assert refusal(bench.ask("GET", "user")) == (403, "bad_jwt")  # the key names nobody
    other = AuthBench()
    assert refusal(other.ask("GET", "user", token=token)) == (403, "user_not_found")
    bench.pass_time(3_601)
    assert refusal(bench.ask("GET", "user", token=token)) == (403, "bad_jwt")


@pytest.mark.parametrize(
    ("scope", "left"), [("local", [False, True, True]), ("others", [True, False, False]), ("", [False] * 3)]
)
def test_a_log_out_ends_the_sessions_of_its_scope_and_their_access_tokens(scope: str, left: list[bool]) -> None:
    bench = AuthBench()
    sessions = [bench.sign_up().json, bench.sign_in().json, bench.sign_in().json]
    path = f"logout?scope={scope}" if scope else "logout"
    done = bench.ask("POST", path, token=sessions[0]["access_token"])
    assert (done.status, done.body) == (204, b"")
    for session, is_left in zip(sessions, left, strict=True):
        shown = bench.ask("GET", "user", token=session["access_token"])
        assert refusal(shown) == (403, "session_not_found") if not is_left else shown.status == 200
        refreshed = bench.refresh(session["refresh_token"])
        assert refusal(refreshed) == (400, "refresh_token_not_found") if not is_left else refreshed.status == 200


def test_an_unknown_scope_logs_nobody_out() -> None:
    bench = AuthBench()
    token = bench.sign_up().json["access_token"]
    assert refusal(bench.ask("POST", "logout?scope=mine", token=token)) == (400, "validation_failed")
    assert bench.ask("GET", "user", token=token).status == 200


def test_metadata_is_merged_and_a_null_takes_out() -> None:
    bench = AuthBench()
    token = bench.sign_up(data={"a": 1, "b": 2}).json["access_token"]
    found = bench.ask("PUT", "user", {"data": {"a": None, "c": 3}}, token=token).json["user_metadata"]
    assert (found.get("a"), found["b"], found["c"]) == (None, 2, 3)


def test_a_new_password_ends_every_other_session() -> None:
    bench = AuthBench()
    first, second = bench.sign_up().json, bench.sign_in().json
    token = second["access_token"]
    assert refusal(bench.ask("PUT", "user", {"password": SECRET}, token=token)) == (422, "same_password")
    assert refusal(bench.ask("PUT", "user", {"password": "1"}, token=token)) == (422, "weak_password")
    assert bench.ask("PUT", "user", {"password": "another horse"}, token=token).status == 200
    assert refusal(bench.ask("GET", "user", token=first["access_token"])) == (403, "session_not_found")
    assert bench.ask("GET", "user", token=token).status == 200
    assert refusal(bench.sign_in()) == (400, "invalid_credentials")
    assert bench.sign_in(password="another horse").status == 200


def test_a_new_address_is_confirmed_from_both() -> None:
    bench = AuthBench(autoconfirm=False, users=[{"email": ADA, "password": SECRET}])
    token = bench.sign_in().json["access_token"]
    changed = bench.ask("PUT", "user", {"email": NEXT}, token=token).json
    assert (changed["email"], changed["new_email"]) == (ADA, NEXT)
    assert len(bench.told("supabase.email")) == 2
    one = bench.ask("POST", "verify", {"type": "email_change", "email": NEXT, "token": "515151"})
    assert (one.json["code"], "access_token" in one.json) == ("200", False)
    two = bench.ask("POST", "verify", {"type": "email_change", "email": ADA, "token": "424242"})
    assert (two.json["user"]["email"], two.json["user"].get("new_email")) == (NEXT, None)
    assert bench.sign_in(NEXT).status == 200
    assert refusal(bench.sign_in(ADA)) == (400, "invalid_credentials")


def test_where_one_is_enough_the_new_address_alone_confirms() -> None:
    bench = AuthBench(autoconfirm=False, secure_email_change=False, users=[{"email": ADA, "password": SECRET}])
    bench.ask("PUT", "user", {"email": NEXT}, token=bench.sign_in().json["access_token"])
    done = bench.ask("POST", "verify", {"type": "email_change", "email": NEXT, "token": "515151"})
    assert done.json["user"]["email"] == NEXT


def test_an_address_that_is_another_users_is_refused() -> None:
    bench = AuthBench(users=[{"email": NEXT}])
    token = bench.sign_up().json["access_token"]
    assert refusal(bench.ask("PUT", "user", {"email": NEXT}, token=token)) == (422, "email_exists")
    assert refusal(bench.ask("PUT", "user", {"app_metadata": {"role": "x"}}, token=token)) == (403, "not_admin")


def test_an_anonymous_user_becomes_somebody_by_an_address() -> None:
    bench = AuthBench(anonymous=True)
    session = bench.ask("POST", "signup", {}).json
    token = session["access_token"]
    refused = bench.ask("PUT", "user", {"password": SECRET}, token=token)
    assert refusal(refused) == (422, "validation_failed")
    found = bench.ask("PUT", "user", {"email": ADA, "password": SECRET}, token=token).json
    assert (found["email"], found["is_anonymous"], found["id"]) == (ADA, False, session["user"]["id"])
    assert bench.sign_in().status == 200


def test_a_number_is_changed_by_its_code() -> None:
    bench = AuthBench(test_otp={"15550001111": "123456"})
    token = bench.sign_up().json["access_token"]
    assert bench.ask("PUT", "user", {"phone": "15550001111"}, token=token).json["new_phone"] == "15550001111"
    asked = {"type": "phone_change", "phone": "15550001111", "token": "123456"}
    done = bench.ask("POST", "verify", asked).json["user"]
    assert (done["phone"], done["email"]) == ("15550001111", ADA)
    assert [each["provider"] for each in done["identities"]] == ["email", "phone"]
    email = next(each["identity_id"] for each in done["identities"] if each["provider"] == "email")
    assert bench.ask("DELETE", f"user/identities/{email}", token=token).status == 200
    assert bench.ask("GET", "user", token=token).json["email"] == ""
    phone = next(each["identity_id"] for each in done["identities"] if each["provider"] == "phone")
    last = bench.ask("DELETE", f"user/identities/{phone}", token=token)
    assert refusal(last) == (422, "single_identity_not_deletable")


def test_a_code_to_reauthenticate_goes_with_a_new_password() -> None:
    bench = AuthBench()
    token = bench.sign_up().json["access_token"]
    assert bench.ask("GET", "reauthenticate", token=token).json == {}
    wrong = bench.ask("PUT", "user", {"password": "another horse", "nonce": "1"}, token=token)
    assert refusal(wrong) == (422, "reauthentication_not_valid")
    right = bench.ask("PUT", "user", {"password": "another horse", "nonce": "424242"}, token=token)
    assert right.status == 200
