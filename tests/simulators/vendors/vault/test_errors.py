"""How Vault says no: the engine's situations, every error by its name, words that are a server's own."""

import json

import pytest

from brownout_simulators.call import Call
from brownout_simulators.vendors.vault import VENDOR
from brownout_simulators.vendors.vault.errors import SITUATIONS
from tests.simulators.vendors.vault.bench import ROOT, VaultBench, refusal

CALL = Call("GET", "/v1/secret/data/a", "", {}, b"", 0.0, request_id="0" * 32)


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_every_error_by_its_name(name: str) -> None:
    bench = VaultBench()
    bench.strike(respond={"error": name})
    answer = bench.ask("POST", "secret/data/k", {"data": {}})
    assert answer.status == VENDOR.named_errors[name].status or name == "standby"
    assert all("{why}" not in text for text in answer.json["errors"])
    assert answer.headers["cache-control"] == "no-store"
    assert bench.effects() == []


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"respond": {"status": 500}}, 500, "internal error"),
        ({"respond": {"status": 502}}, 502, "bad gateway"),
        ({"respond": {"status": 503}}, 503, "Vault is sealed"),
        ({"respond": {"status": 504}}, 504, "context deadline exceeded"),
        ({"throttle": {}}, 429, 'request path "secret/data/k": rate limit quota exceeded'),
        ({"throttle": {"reason": "lease-count"}}, 429,
         '1 error occurred:\n\t* request path "secret/data/k": lease count quota exceeded\n\n'),
        ({"revoke_credentials": {}}, 403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"),
    ],
)  # fmt: skip
def test_the_engines_situations(fault: dict[str, object], status: int, text: str) -> None:
    bench = VaultBench()
    bench.strike(**fault)
    assert refusal(bench.ask("GET", "secret/data/k")) == (status, [text])


def test_tokens_that_expire_are_those_that_were_used_before_and_root_stays() -> None:
    bench = VaultBench()
    old = bench.log_in()["client_token"]
    bench.get("auth/token/lookup-self", token=old)
    bench.pass_time(1)
    bench.strike(expire_tokens={})
    new = bench.log_in()["client_token"]
    statuses = [bench.ask("GET", "auth/token/lookup-self", token=each).status for each in (old, new, ROOT)]
    assert statuses == [403, 200, 200]


def test_a_revoked_credential_is_a_bad_login() -> None:
    bench = VaultBench()
    bench.strike(revoke_credentials={})
    body = {"role_id": "sim-role-app", "secret_id": "sim-secret-app"}
    assert refusal(bench.ask("POST", "auth/approle/login", body, token=None)) == (400, ["invalid role or secret ID"])


def test_what_is_nowhere() -> None:
    bench = VaultBench()
    outside = bench.send("GET", "/ui/")
    assert (outside.status, outside.body) == (404, b"404 page not found\n")
    assert refusal(bench.send("BREW", "/v1/secret/data/k")) == (405, [])
    no_mount = 'no handler for route "x/y". route entry not found.'
    assert refusal(bench.ask("GET", "x/y")) == (404, [no_mount])
    assert refusal(bench.ask("GET", "sys/none"))[0] == 404
    assert refusal(bench.ask("DELETE", "database/creds/ro"))[0] == 405


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "error parsing JSON"),
        (b"[1]", "cannot unmarshal"),
        (b'{"data":' + b"[" * 301 + b"]" * 301 + b"}", "nesting depth"),
        (b'{"data":{"x":"' + b"y" * (1024 * 1024 + 1) + b'"}}', "JSON string value exceeds allowed length"),
        (json.dumps({"data": {str(n): 1 for n in range(10_001)}}).encode(), "number of entries"),
    ],
    ids=["cut", "list", "deep", "long", "wide"],
)
def test_a_body_that_cannot_be_is_a_500_in_the_vendors_words(body: bytes, words: str) -> None:
    bench = VaultBench()
    answer = bench.send("POST", "/v1/secret/data/k", body, headers={"x-vault-token": ROOT})
    status, (text,) = refusal(answer)
    assert status == 500
    assert words in text


def test_every_situation_has_a_status_that_is_an_error_and_none_is_a_401() -> None:
    assert {status for status, _ in SITUATIONS.values()} <= {400, 403, 404, 405, 412, 415, 429, 500, 501, 502, 503, 504}
    assert VENDOR.errors.quota_exhausted(CALL).status == 429
