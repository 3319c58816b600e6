"""Both shapes of a refusal, the limiters, and the faults in GoTrue's words."""

import pytest

from brownout_simulators.vendors.supabase import VENDOR
from tests.simulators.vendors.supabase.auth.bench import ADA, NEW, SECRET, AuthBench, refusal


def test_a_client_chooses_the_shape_by_a_header_and_gets_it_back() -> None:
    bench = AuthBench()
    newer = bench.sign_in()
    assert newer.json == {"code": "invalid_credentials", "message": "Invalid login credentials"}
    assert newer.headers["x-supabase-api-version"] == NEW["x-supabase-api-version"]
    assert newer.headers["x-sb-error-code"] == "invalid_credentials"
    for version in ("", "2023-12-31", "banana", "20240101"):
        older = bench.ask(
            "POST",
            "token?grant_type=password",
            {"email": ADA, "password": "x"},
            headers={"x-supabase-api-version": version},
        )
        assert older.json == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}
        assert "x-supabase-api-version" not in older.headers
        assert older.headers["x-sb-error-code"] == "invalid_credentials"


def test_a_body_that_is_no_json_is_bad_json() -> None:
    bench = AuthBench()
    for body in (b"{", b"[]", b'"x"', b"\xff", b"1"):
        answer = bench.send("POST", "/auth/v1/signup", body, headers={"content-type": "application/json", **NEW})
        assert refusal(answer) == (400, "bad_json"), body


def test_a_body_that_is_too_large_is_not_read() -> None:
    answer = AuthBench().sign_up(data={"x": "y" * 1_048_576})
    assert refusal(answer) == (413, "request_entity_too_large")


def test_a_path_that_is_none_is_404_in_plain_text() -> None:
    answer = AuthBench().ask("GET", "nowhere")
    assert (answer.status, answer.body) == (404, b"404 page not found\n")


def test_the_first_thirty_sign_ins_pass_and_then_one_every_two_seconds() -> None:
    bench = AuthBench(users=[{"email": ADA, "password": SECRET}])
    bench.put(auth_token=True)
    statuses = []
    for _ in range(40):
        answer = bench.sign_in()
        statuses.append(answer.status)
        if answer.status == 429:
            assert refusal(answer) == (429, "over_request_rate_limit")
            assert not [name for name in answer.headers if "retry" in name or "ratelimit" in name]
    assert statuses == [200] * 30 + [429] * 10
    assert bench.ask("GET", "settings").status == 200
    bench.pass_time(2.0)
    assert [bench.sign_in().status for _ in range(2)] == [200, 429]


def test_mails_have_a_limit_of_their_project() -> None:
    bench = AuthBench(autoconfirm=False)
    bench.put(auth_email=True)
    answers = [bench.ask("POST", "otp", {"email": f"u{number}@example.com"}) for number in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert refusal(answers[-1]) == (429, "over_email_send_rate_limit")
    assert len(bench.told("supabase.email")) == 30


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ({"lock": {}}, 409, "conflict"),
        ({"throttle": {}}, 429, "over_request_rate_limit"),
        ({"respond": {"status": 504}}, 504, "request_timeout"),
        ({"respond": {"status": 500}}, 500, "unexpected_failure"),
        ({"respond": {"error": "auth_conflict"}}, 409, "conflict"),
        ({"respond": {"error": "auth_hook_timeout"}}, 422, "hook_timeout"),
        ({"expire_tokens": {}}, 403, "bad_jwt"),
    ],
)
def test_faults_speak_gotrues_words_and_nothing_is_done(rule: dict[str, object], status: int, code: str) -> None:
    bench = AuthBench()
    session = bench.sign_up().json
    assert bench.ask("GET", "user", token=session["access_token"]).status == 200
    bench.pass_time(1)
    match = "GET /auth/v1/user" if "expire_tokens" in rule else "POST /auth/v1/token"
    bench.put({"match": match, **rule})
    if "expire_tokens" in rule:
        answer = bench.ask("GET", "user", token=session["access_token"])
    else:
        answer = bench.refresh(session["refresh_token"])
    assert refusal(answer) == (status, code)


def test_every_named_error_is_what_its_name_says() -> None:
    names = [name for name in VENDOR.named_errors if name.startswith("auth_")]
    assert len(names) > 30
    bench = AuthBench()
    for name in names:
        bench.put({"match": "POST /auth/v1/token", "respond": {"error": name}})
        answer = bench.sign_in()
        assert refusal(answer) == (VENDOR.named_errors[name].status, name.removeprefix("auth_"))
        assert answer.json["message"]


def test_the_public_pages() -> None:
    bench = AuthBench(signup=False, anonymous=True)
    keys = bench.ask("GET", ".well-known/jwks.json", headers={"apikey": ""})
    assert (keys.json, keys.headers["cache-control"]) == ({"keys": []}, "public, max-age=600")
    told = bench.ask("GET", "settings").json
    assert (told["disable_signup"], told["external"]["anonymous_users"]) == (True, True)
    assert bench.ask("GET", "health").json["name"] == "GoTrue"
