"""Logins by AppRole and userpass, and what is configured of both."""

import json

import pytest

from tests.simulators.vendors.vault.bench import VaultBench, refusal

ROLE = "auth/approle/role/worker"


def worker(**body: object) -> tuple[VaultBench, str]:
    bench = VaultBench()
    bench.do(ROLE, {"token_policies": ["app"], "token_ttl": "1m", **body})
    return bench, bench.get(f"{ROLE}/role-id")["data"]["role_id"]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"role_id": "none", "secret_id": "x"}, 400, "invalid role or secret ID"),
        ({"role_id": "sim-role-app", "secret_id": "x"}, 400, "invalid role or secret ID"),
        ({"role_id": "sim-role-app"}, 400, "missing secret_id"),
        ({"role_id": "sim-role-app", "secret_id": None}, 400, "missing secret_id"),
        ({"secret_id": "x"}, 500, "failed to determine alias name from login request"),
    ],
)
def test_a_login_that_is_none_issues_nothing(body: object, status: int, text: str) -> None:
    bench = VaultBench()
    assert refusal(bench.ask("POST", "auth/approle/login", body, token=None)) == (status, [text])
    assert bench.done("token_issued") == []
    assert len(bench.done("login_failed")) == (text == "invalid role or secret ID")


def test_a_login_may_bring_an_old_token_and_its_own_has_the_metadata_of_the_secret_id() -> None:
    bench, role_id = worker()
    made = bench.do(f"{ROLE}/secret-id", {"metadata": json.dumps({"who": "ci"})})["data"]
    said = bench.do("auth/approle/login", {"role_id": role_id, "secret_id": made["secret_id"]}, token="hvs.dead")
    assert said["auth"]["metadata"] == {"role_name": "worker", "who": "ci"}
    assert said["auth"]["orphan"] is True
    assert refusal(bench.ask("POST", f"{ROLE}/secret-id", {"metadata": "{"}))[0] == 400


def test_a_secret_id_is_looked_up_and_destroyed_by_itself_and_by_its_accessor() -> None:
    bench, role_id = worker()
    one, other = (bench.do(f"{ROLE}/secret-id")["data"] for _ in range(2))
    assert bench.do(ROLE + "/secret-id", method="LIST")["data"]["keys"] == [
        one["secret_id_accessor"], other["secret_id_accessor"],
    ]  # fmt: skip
    found = bench.do(f"{ROLE}/secret-id/lookup", {"secret_id": one["secret_id"]})
    assert found["data"]["secret_id_accessor"] == one["secret_id_accessor"]
    for _ in range(2):
        assert bench.ask("POST", f"{ROLE}/secret-id/destroy", {"secret_id": one["secret_id"]}).status == 204
    assert bench.ask("POST", f"{ROLE}/secret-id/lookup", {"secret_id": one["secret_id"]}).status == 204
    by_accessor = {"secret_id_accessor": other["secret_id_accessor"]}
    assert bench.do(f"{ROLE}/secret-id-accessor/lookup", by_accessor)["data"]["secret_id_num_uses"] == 0
    bench.do(f"{ROLE}/secret-id-accessor/destroy", by_accessor)
    assert bench.ask("POST", f"{ROLE}/secret-id-accessor/destroy", by_accessor).status == 500
    lost = bench.ask("POST", f"{ROLE}/secret-id-accessor/lookup", by_accessor)
    assert (lost.status, "error" in lost.json["data"]) == (404, True)
    body = {"role_id": role_id, "secret_id": other["secret_id"]}
    assert bench.ask("POST", "auth/approle/login", body).status == 400


def test_a_secret_id_is_good_until_the_sweep_after_its_time() -> None:
    bench, role_id = worker(secret_id_ttl="1s")
    bench.pass_time(20.5)  # the clock begins at 100 s, the sweep is at 120 and at 180
    body = {"role_id": role_id, "secret_id": bench.do(f"{ROLE}/secret-id")["data"]["secret_id"]}
    bench.pass_time(1.3)
    assert bench.ask("POST", "auth/approle/login", body).status == 200
    bench.pass_time(60)
    assert bench.ask("POST", "auth/approle/login", body).status == 400


def test_a_role_is_changed_listed_and_goes_with_its_secret_ids() -> None:
    bench, role_id = worker()
    secret_id = bench.do(f"{ROLE}/secret-id")["data"]["secret_id"]
    bench.do(ROLE, {"token_num_uses": 3})
    assert bench.get(ROLE)["data"]["token_ttl"] == 60
    assert "worker" in bench.do("auth/approle/role", method="LIST")["data"]["keys"]
    bench.do(f"{ROLE}/role-id", {"role_id": "own"})
    assert bench.ask("POST", "auth/approle/login", {"role_id": role_id, "secret_id": secret_id}).status == 400
    assert bench.do("auth/approle/login", {"role_id": "own", "secret_id": secret_id})["auth"]["num_uses"] == 3
    bench.do(ROLE, method="DELETE")
    assert bench.ask("GET", ROLE).status == 404
    assert bench.ask("POST", "auth/approle/login", {"role_id": "own", "secret_id": secret_id}).status == 400
    assert refusal(bench.ask("POST", f"{ROLE}/secret-id")) == (404, ['role "worker" does not exist'])


def test_a_role_may_be_taken_without_a_secret_id_and_with_one_of_the_operators_own() -> None:
    bench, role_id = worker(bind_secret_id=False)
    assert bench.do("auth/approle/login", {"role_id": role_id}, token=None)["auth"]["lease_duration"] == 60
    assert bench.ask("POST", f"{ROLE}/secret-id").status == 400
    bench.do(ROLE, {"bind_secret_id": True})
    for status in (200, 400):
        assert bench.ask("POST", f"{ROLE}/custom-secret-id", {"secret_id": "mine"}).status == status


def test_users_are_made_changed_and_taken_away() -> None:
    bench = VaultBench()
    bench.do("auth/userpass/users/Ann", {"password": "one", "token_policies": "app", "token_ttl": 30})
    said = bench.do("auth/userpass/login/ann", {"password": "one"}, token=None)["auth"]
    assert (said["lease_duration"], said["policies"]) == (30, ["app", "default"])
    assert bench.get("auth/userpass/users/ann")["data"]["token_policies"] == ["app"]
    assert bench.do("auth/userpass/users", method="LIST")["data"]["keys"] == ["ann", "bob"]
    bench.do("auth/userpass/users/ann", method="DELETE")
    assert refusal(bench.ask("POST", "auth/userpass/login/ann", {"password": "one"}))[0] == 400
