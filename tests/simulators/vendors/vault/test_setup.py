"""What an operator sets up, what limits there are, and that the books keep no secret."""

import json
from typing import Any

import pytest

from brownout_simulators.vendors.vault import VENDOR
from tests.simulators.vendors.vault.bench import ROOT, VaultBench

FIELDS = {kind: list(names) for kind, names in VENDOR.effects.items()}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"node": "leader"}, "node: one of active"),
        ({"token_ttl_s": 0}, "token_ttl_s: a number from"),
        ({"token_ttl_s": True}, "token_ttl_s"),
        ({"ends_at": 2}, "ends_at: a number from 0.01 to 1"),
        ({"standby_host": "a:1"}, "standby_host: a host name"),
        ({"rate_limit_headers": 1}, "rate_limit_headers: true or false"),
        ({"tokens": 1}, "tokens"),
    ],
)
def test_what_cannot_be_set_up_is_told_with_its_place(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        VaultBench(**given)


def test_role_app_and_role_ro_live_as_is_set_up() -> None:
    bench = VaultBench(token_ttl_s=7, token_max_ttl_s=9, lease_ttl_s=3, lease_max_ttl_s=4)
    token = bench.log_in()
    assert token["lease_duration"] == 7
    assert bench.get("auth/approle/role/app")["data"]["token_max_ttl"] == 9
    assert bench.get("database/creds/ro")["lease_duration"] == 3
    assert bench.get("database/roles/ro")["data"]["max_ttl"] == 4


def test_credentials_have_a_quota_of_their_own() -> None:
    bench = VaultBench()
    bench.simulator.schedule([], limits={"lease-count": {"rate_per_s": 0.01, "burst": 1}})
    assert [bench.ask("GET", path).status for path in ("database/creds/ro", "database/creds/ro", "sys/mounts")] == [
        200, 429, 200,
    ]  # fmt: skip


def test_the_books_hold_neither_a_secrets_value_nor_a_token_nor_a_password() -> None:
    bench = VaultBench()
    bench.simulator.schedule([], fields=FIELDS)
    bench.write("k", {"password": "correct-horse-battery"})
    bench.write("k", {"password": "correct-horse-battery"})
    bench.write("k", {"password": "another"})
    lent = bench.get("database/creds/ro")
    hidden = [bench.log_in()["client_token"], lent["data"]["password"], "correct-horse", ROOT, "sim-secret-app"]
    hidden.append(bench.do("auth/approle/role/app/secret-id")["data"]["secret_id"])
    hidden.append(bench.do("sys/wrapping/wrap", {"x": "y"}, x_vault_wrap_ttl="9s")["wrap_info"]["token"])
    hidden.append(bench.do("auth/token/create", {"policies": ["app"]})["auth"]["client_token"])
    bench.do("auth/token/revoke", {"token": hidden[-1]})
    books = json.dumps(list(bench.simulator.ledger.rows()), default=str)
    assert [text for text in hidden if text in books] == []
    digests = [row["fields"]["digest"] if isinstance(row["fields"], dict) else json.loads(row["fields"])["digest"]
               for row in bench.done("secret_written")]  # fmt: skip
    assert digests[0] == digests[1] != digests[2]
    other = VaultBench(seed=2)
    other.simulator.schedule([], fields=FIELDS)
    other.write("k", {"password": "correct-horse-battery"})
    assert digests[0] not in json.dumps(list(other.simulator.ledger.rows()), default=str)


def test_a_full_store_forgets_its_oldest_and_its_listings_with_it() -> None:
    bench = VaultBench()
    bench.write("first", {})
    state = bench.simulator.accounts["default"].state
    state.keys.limit = 3
    for number in range(4):
        bench.write(f"f/{number}", {})
    assert state.keys.forgotten == 2
    assert bench.do("secret/metadata", method="LIST")["data"]["keys"] == ["f/"]
    assert len(bench.do("secret/metadata/f", method="LIST")["data"]["keys"]) == 3
    state.tokens.limit = 2
    tokens = [bench.log_in()["client_token"] for _ in range(4)]
    assert len(state.accessors) == len(state.tokens)
    assert bench.ask("GET", "auth/token/lookup-self", token=tokens[0]).status == 403
    assert bench.ask("GET", "sys/mounts").status == 200
