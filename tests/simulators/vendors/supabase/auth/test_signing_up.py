"""Signing up: with and without confirmation, for an address that is taken, for nobody in particular."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench, claims, refusal


def test_where_addresses_need_no_confirmation_a_sign_up_gives_a_session_and_is_in_the_books() -> None:
    bench = AuthBench()
    answer = bench.sign_up(data={"name": "Ada", "order": "A-7"})
    session = answer.json
    assert answer.status == 200
    assert (session["token_type"], session["expires_in"], len(session["refresh_token"])) == ("bearer", 3600, 12)
    user = session["user"]
    assert (user["email"], user["phone"], user["is_anonymous"], user["role"]) == (ADA, "", False, "authenticated")
    assert user["identities"][0]["identity_data"]["email_verified"] is True
    told = claims(session["access_token"])
    assert (told["sub"], told["aud"], told["email"]) == (user["id"], "authenticated", ADA)
    assert told["exp"] - told["iat"] == 3600
    assert told["iss"] == "http://bench.localhost/auth/v1"
    assert told["amr"][0]["method"] == "password"
    (made,) = bench.told("supabase.user")
    assert made["id"] == user["id"]
    assert json.loads(made["references"]) == {"email": ADA, "data.name": "Ada", "data.order": "A-7"}
    assert [row["id"] for row in bench.told("supabase.session")] == [told["session_id"]]
    assert bench.told("supabase.email") == []


def test_where_they_do_a_mail_is_sent_and_nobody_is_signed_in_before_it_is_answered() -> None:
    bench = AuthBench(autoconfirm=False)
    user = bench.sign_up().json
    assert "access_token" not in user
    assert user["identities"][0]["identity_data"]["email_verified"] is False
    assert "email_confirmed_at" not in user
    assert bench.told("supabase.session") == []
    assert len(bench.told("supabase.email")) == 1
    assert refusal(bench.sign_in()) == (400, "email_not_confirmed")
    session = bench.ask("POST", "verify", {"type": "signup", "email": ADA, "token": "424242"})
    assert session.json["user"]["email_confirmed_at"]
    assert bench.sign_in().status == 200


def test_an_address_that_is_taken_is_refused_only_where_signing_up_tells_it_anyway() -> None:
    bench = AuthBench()
    bench.sign_up()
    assert refusal(bench.sign_up()) == (422, "user_already_exists")

    careful = AuthBench(autoconfirm=False)
    first = careful.sign_up().json
    careful.ask("POST", "verify", {"type": "signup", "email": ADA, "token": "424242"})
    made_up = careful.sign_up()
    assert made_up.status == 200
    assert (made_up.json["identities"], made_up.json["email"]) == ([], ADA)
    assert made_up.json["id"] != first["id"]
    assert len(careful.told("supabase.user")) == 1
    assert careful.admin("GET", f"admin/users/{made_up.json['id']}").status == 404


def test_a_sign_up_that_is_repeated_before_it_is_confirmed_is_one_user_and_no_second_mail_at_once() -> None:
    bench = AuthBench(autoconfirm=False)
    bench.sign_up()
    again = bench.sign_up()
    assert refusal(again) == (429, "over_email_send_rate_limit")
    assert "after 60 seconds" in again.json["message"]
    assert "retry-after" not in again.headers
    bench.pass_time(61)
    assert bench.sign_up().status == 200
    assert (len(bench.told("supabase.user")), len(bench.told("supabase.email"))) == (1, 2)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "x"}, 400, "validation_failed"),
        ({"email": "x", "password": "123456"}, 400, "validation_failed"),
        ({"email": "a@b.c", "phone": "15550001111", "password": "123456"}, 400, "validation_failed"),
        ({"email": "a@b.c", "password": "12345"}, 422, "weak_password"),
        ({"email": "a@b.c", "password": "1" * 73}, 400, "validation_failed"),
        ({"email": "a" * 252 + "@b.c", "password": "123456"}, 400, "validation_failed"),
        ({"email": ["a@b.c"], "password": "123456"}, 400, "bad_json"),
        ({"email": "a@b.c", "password": "123456", "data": [1]}, 400, "bad_json"),
        ({"phone": "0", "password": "123456"}, 400, "validation_failed"),
        ({"email": "a@b.c", "password": "123456", "code_challenge": "x" * 43}, 400, "validation_failed"),
        ({}, 422, "anonymous_provider_disabled"),
    ],
)
def test_what_cannot_be_signed_up_is_told_so_and_makes_nobody(body: dict[str, Any], status: int, code: str) -> None:
    bench = AuthBench()
    assert refusal(bench.ask("POST", "signup", body)) == (status, code)
    assert bench.effects() == []


def test_a_weak_password_says_why() -> None:
    answer = AuthBench(password_min_length=8).sign_up(password="1234567")
    assert answer.json["weak_password"] == {"reasons": ["length"]}


def test_a_project_may_take_nobody_or_anybody() -> None:
    assert refusal(AuthBench(signup=False).sign_up()) == (422, "signup_disabled")
    session = AuthBench(anonymous=True).ask("POST", "signup", {"data": {"cart": "7"}}).json
    assert session["user"]["is_anonymous"] is True
    assert claims(session["access_token"])["is_anonymous"] is True


def test_a_number_is_confirmed_by_the_code_that_the_project_has_set_for_it() -> None:
    bench = AuthBench(test_otp={"15550001111": "123456"})
    body = {"phone": "+1 555 000 1111", "password": SECRET}
    assert "access_token" not in bench.ask("POST", "signup", body).json
    assert bench.told("supabase.sms") == []
    wrong = {"type": "sms", "phone": "15550001111", "token": "000000"}
    assert refusal(bench.ask("POST", "verify", wrong)) == (403, "otp_expired")
    right = bench.ask("POST", "verify", wrong | {"token": "123456"})
    assert right.json["user"]["phone_confirmed_at"]
    signed_in = bench.ask("POST", "token?grant_type=password", {"phone": "15550001111", "password": SECRET})
    assert signed_in.status == 200


def test_users_of_the_setup_are_there_and_are_nobodys_doing() -> None:
    bench = AuthBench(users=[{"email": "Bob@Example.com", "password": SECRET, "user_metadata": {"team": "x"}}])
    user = bench.sign_in("bob@example.com").json["user"]
    assert user["user_metadata"]["team"] == "x"
    assert bench.told("supabase.user") == []


def test_a_password_is_never_kept_as_it_was_given() -> None:
    bench = AuthBench()
    bench.sign_up(password="plain-as-day")
    user = next(bench.simulator._shared.worlds.of(bench.project).account.state.auth.users.newest_first())
    assert "plain-as-day" not in repr(user)
    assert user.password
