"""Signing in, and refresh tokens that are used once, twice, too late."""

import pytest

from tests.simulators.vendors.supabase.auth.bench import ADA, AuthBench, claims, refusal


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": ADA, "password": "wrong"}, 400, "invalid_credentials"),
        ({"email": "nobody@example.com", "password": "x"}, 400, "invalid_credentials"),
        ({"email": ADA}, 400, "invalid_credentials"),
        ({"password": "x"}, 400, "validation_failed"),
        ({"email": ADA, "phone": "1555", "password": "x"}, 400, "validation_failed"),
        ({"email": 1, "password": "x"}, 400, "bad_json"),
    ],
)
def test_a_sign_in_that_is_refused_begins_no_session(body: dict[str, object], status: int, code: str) -> None:
    bench = AuthBench()
    bench.sign_up()
    assert refusal(bench.ask("POST", "token?grant_type=password", body)) == (status, code)
    assert len(bench.told("supabase.session")) == 1  # the sign-up's


def test_an_unknown_grant_is_refused() -> None:
    assert refusal(AuthBench().ask("POST", "token?grant_type=magic", {})) == (400, "invalid_credentials")


@pytest.mark.parametrize("algorithm", [1, 2])
def test_a_refresh_token_is_used_once_and_its_answer_can_be_had_again(algorithm: int) -> None:
    bench = AuthBench(refresh_algorithm=algorithm)
    first = bench.sign_up().json
    second = bench.refresh(first["refresh_token"])
    assert second.json["refresh_token"] != first["refresh_token"]
    assert second.headers["sb-auth-refresh-token-reuse"] == "false"
    bench.pass_time(3_000)  # the direct parent is good for ever: its client may have lost the answer
    again = bench.refresh(first["refresh_token"])
    assert again.json["refresh_token"] == second.json["refresh_token"]
    assert again.headers["sb-auth-refresh-token-reuse"] == "true"
    same = claims(first["access_token"])["session_id"]
    assert {claims(each.json["access_token"])["session_id"] for each in (second, again)} == {same}
    assert len(bench.told("supabase.session")) == 1


@pytest.mark.parametrize(("algorithm", "then"), [(1, "refresh_token_already_used"), (2, "refresh_token_not_found")])
def test_an_older_one_used_too_late_ends_the_family(algorithm: int, then: str) -> None:
    bench = AuthBench(refresh_algorithm=algorithm)
    grandparent = bench.sign_up().json["refresh_token"]
    parent = bench.refresh(grandparent).json["refresh_token"]
    newest = bench.refresh(parent).json["refresh_token"]
    bench.pass_time(11)
    assert refusal(bench.refresh(grandparent)) == (400, "refresh_token_already_used")
    assert refusal(bench.refresh(newest)) == (400, then)
    assert refusal(bench.refresh(parent)) == (400, then)


@pytest.mark.parametrize("algorithm", [1, 2])
def test_within_the_reuse_interval_an_older_one_is_good(algorithm: int) -> None:
    bench = AuthBench(refresh_algorithm=algorithm)
    grandparent = bench.sign_up().json["refresh_token"]
    newest = bench.refresh(bench.refresh(grandparent).json["refresh_token"]).json["refresh_token"]
    answer = bench.refresh(grandparent)
    assert answer.status == 200
    assert bench.refresh(newest).status == 200
    assert (answer.json["refresh_token"] == newest) is (algorithm == 2)


@pytest.mark.parametrize("algorithm", [1, 2])
def test_without_rotation_only_the_late_use_is_refused(algorithm: int) -> None:
    bench = AuthBench(refresh_algorithm=algorithm, refresh_rotation=False, refresh_reuse_s=0)
    grandparent = bench.sign_up().json["refresh_token"]
    newest = bench.refresh(bench.refresh(grandparent).json["refresh_token"]).json["refresh_token"]
    bench.pass_time(1)
    assert refusal(bench.refresh(grandparent)) == (400, "refresh_token_already_used")
    assert bench.refresh(newest).status == 200


@pytest.mark.parametrize("algorithm", [1, 2])
def test_a_token_that_was_never_given_out_is_not_found(algorithm: int) -> None:
    bench = AuthBench(refresh_algorithm=algorithm)
    token = bench.sign_up().json["refresh_token"]
    for value in ("x", token[:-1] + ("a" if token[-1] != "a" else "b"), token + "x", "AAAA" * 12, "ä"):
        assert refusal(bench.refresh(value)) == (400, "refresh_token_not_found")
    other = AuthBench(refresh_algorithm=algorithm, seed=2)
    assert refusal(other.refresh(token)) == (400, "refresh_token_not_found")
    assert bench.refresh(token).status == 200


def test_an_empty_refresh_token_is_refused_as_oauth_has_it() -> None:
    answer = AuthBench().refresh("")
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_a_banned_user_gets_nothing_more_until_the_ban_is_over() -> None:
    bench = AuthBench()
    session = bench.sign_up().json
    bench.admin("PUT", f"admin/users/{session['user']['id']}", {"ban_duration": "1h30m"})
    assert refusal(bench.sign_in()) == (400, "user_banned")
    assert refusal(bench.refresh(session["refresh_token"])) == (400, "user_banned")
    assert refusal(bench.ask("GET", "user", token=session["access_token"])) == (403, "user_banned")
    bench.pass_time(5_401)
    assert bench.sign_in().status == 200


def test_the_same_seed_gives_the_same_tokens() -> None:
    assert AuthBench(seed=5).sign_up().json == AuthBench(seed=5).sign_up().json
    assert AuthBench(seed=5).sign_up().json["refresh_token"] != AuthBench(seed=6).sign_up().json["refresh_token"]
