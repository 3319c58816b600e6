"""Answers that are wrapped: once, and to whoever holds the token."""

import pytest

from tests.simulators.vendors.vault.bench import VaultBench, refusal

GONE = (400, ["wrapping token is not valid or does not exist"])


def wrapped(bench: VaultBench, ttl: str = "30s") -> str:
    bench.write("k", {"x": 1})
    said = bench.get("secret/data/k", x_vault_wrap_ttl=ttl)
    assert (said["request_id"], said["data"], said["auth"]) == ("", None, None)
    assert said["wrap_info"]["ttl"] == 30
    return str(said["wrap_info"]["token"])


@pytest.mark.parametrize("by_body", [False, True])
def test_an_answer_is_unwrapped_once_by_the_callers_token_or_the_body(by_body: bool) -> None:
    bench = VaultBench()
    token = wrapped(bench)
    body, more = ({"token": token}, {}) if by_body else ({}, {"token": token})
    assert bench.do("sys/wrapping/unwrap", body, **more)["data"]["data"] == {"x": 1}
    assert refusal(bench.ask("POST", "sys/wrapping/unwrap", body, **more)) == GONE
    assert len(bench.done("unwrapped")) == 1


def test_a_look_consumes_nothing_and_a_rewrap_ends_the_old_token() -> None:
    bench = VaultBench()
    token = wrapped(bench, "30")
    for _ in range(2):
        said = bench.do("sys/wrapping/lookup", {"token": token}, token=None)
        assert said["data"]["creation_path"] == "secret/data/k"
    again = bench.do("sys/wrapping/rewrap", {"token": token})["wrap_info"]["token"]
    assert refusal(bench.ask("POST", "sys/wrapping/unwrap", {"token": token})) == GONE
    bench.pass_time(31)
    assert refusal(bench.ask("POST", "sys/wrapping/unwrap", {"token": again})) == GONE


def test_what_is_sent_can_be_wrapped_and_only_with_the_header() -> None:
    bench = VaultBench()
    assert refusal(bench.ask("POST", "sys/wrapping/wrap", {"x": 1}))[0] == 400
    token = bench.do("sys/wrapping/wrap", {"x": 1}, x_vault_wrap_ttl="1m")["wrap_info"]["token"]
    assert bench.do("sys/wrapping/unwrap", token=token)["data"] == {"x": 1}


@pytest.mark.parametrize("ttl", ["-1s", "soon"])
def test_a_time_that_is_none_is_refused(ttl: str) -> None:
    assert refusal(VaultBench().ask("GET", "sys/mounts", x_vault_wrap_ttl=ttl))[0] == 400


def test_a_404_is_not_wrapped_and_a_login_is_with_its_accessor() -> None:
    bench = VaultBench()
    assert bench.ask("GET", "secret/data/none", x_vault_wrap_ttl="30s").status == 404
    body = {"role_id": "sim-role-app", "secret_id": "sim-secret-app"}
    said = bench.do("auth/approle/login", body, token=None, x_vault_wrap_ttl="30s")
    assert said["wrap_info"]["wrapped_accessor"]


def test_somebody_elses_token_needs_one_of_ones_own() -> None:
    bench = VaultBench()
    token = wrapped(bench)
    assert bench.ask("POST", "sys/wrapping/unwrap", {"token": token}, token="hvs.bad").status == 403
    assert bench.done("unwrapped") == []
