"""What tokens may do, and where engines are."""

import pytest

from brownout_simulators.vendors.vault.policies import capabilities, rules_of
from brownout_simulators.vendors.vault.resources import Policy, State
from tests.simulators.vendors.vault.bench import VaultBench, refusal

TEXT = """
# what an application may
path "secret/data/*" { capabilities = ["read"] }
path "secret/data/own/*" { capabilities = ["read", "update"] }
path "secret/data/own/hidden" { capabilities = ["deny"] }
path "secret/+/shared" { capabilities = ["list"] }
path "kv/+/x/*" { capabilities = ["delete"] }
"""


@pytest.mark.parametrize(
    ("path", "granted"),
    [
        ("secret/data/a", {"read"}),
        ("secret/data/own/a", {"read", "update"}),
        ("secret/data/own/hidden", {"deny"}),
        ("secret/metadata/shared", {"list"}),
        ("secret/a/b/shared", set()),
        ("kv/1/x/y/z", {"delete"}),
        ("kv/1/y", set()),
        ("other", set()),
    ],
)
def test_of_the_rules_that_fit_the_one_with_the_most_fixed_text_counts(path: str, granted: set[str]) -> None:
    state = State()
    state.policies.add("p", Policy("p", TEXT, rules_of(TEXT)))
    assert capabilities(state, ["p", "none"], path) == granted


@pytest.mark.parametrize("text", ["nonsense", "{", '{"path": 1}', '{"path": {"a": {"capabilities": 1}}}',
                                  'path "a" { capabilities = ["fly"] }'])  # fmt: skip
def test_what_is_no_policy_is_refused(text: str) -> None:
    assert refusal(VaultBench().ask("PUT", "sys/policies/acl/p", {"policy": text}))[0] == 400


def test_policies_are_written_read_listed_and_deleted_by_either_path() -> None:
    bench = VaultBench()
    bench.do("sys/policy/P", {"policy": '{"path": {"secret/*": {"capabilities": ["list"]}}}'}, method="PUT")
    assert bench.get("sys/policies/acl/p")["data"]["policy"] == bench.get("sys/policy/p")["data"]["rules"]
    assert bench.get("sys/policy")["policies"] == ["app", "default", "p", "root"]
    assert bench.do("sys/policies/acl", method="LIST")["data"]["keys"] == ["app", "default", "p", "root"]
    bench.do("sys/policy/p", method="DELETE")
    assert bench.ask("GET", "sys/policy/p").status == 404
    for name in ("root", "default"):
        assert bench.ask("DELETE", f"sys/policy/{name}").status == 400
    assert bench.ask("PUT", "sys/policy/x", {}).status == 400


def test_engines_are_mounted_tuned_and_taken_away_with_all_that_is_in_them() -> None:
    bench = VaultBench()
    bench.do("sys/mounts/a/b", {"type": "kv-v2", "description": "one"})
    bench.do("a/b/data/k", {"data": {"x": 1}})
    assert bench.get("sys/mounts")["a/b/"]["options"] == {"version": "2"}
    bench.do("sys/mounts/a/b/tune", {"description": "two", "max_lease_ttl": "1h"})
    assert bench.get("sys/mounts/a/b/tune")["data"]["max_lease_ttl"] == 3_600
    assert bench.get("sys/mounts/a/b")["data"]["description"] == "two"
    bench.do("sys/mounts/a/b", method="DELETE")
    assert bench.ask("GET", "a/b/data/k").status == 404
    bench.do("sys/mounts/a/b", {"type": "kv-v2"})
    assert refusal(bench.ask("GET", "a/b/data/k")) == (404, [])


def test_an_engine_of_version_1_becomes_one_of_version_2() -> None:
    bench = VaultBench()
    bench.do("sys/mounts/old", {"type": "kv"})
    bench.do("old/k", {"x": "1"})
    bench.do("sys/mounts/old/tune", {"options": {"version": "2"}})
    assert bench.get("old/data/k")["data"]["data"] == {"x": "1"}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("mounts/secret", {"type": "kv"}, "path is already in use at secret/"),
        ("mounts/secret/below", {"type": "kv"}, "path is already in use at secret/"),
        ("mounts/x", {"type": "pki"}, "plugin not found"),
        ("mounts/x", {}, "backend type must be specified"),
        ("mounts/auth/x", {"type": "kv"}, "reserved"),
        ("mounts/x", {"type": "kv", "options": {"version": "3"}}, "unsupported version"),
        ("auth/approle", {"type": "approle"}, "path is already in use at approle/"),
        ("mounts/none/tune", {}, "cannot fetch sysview"),
    ],
)
def test_a_mount_that_cannot_be(path: str, body: object, words: str) -> None:
    status, (text,) = refusal(VaultBench().ask("POST", f"sys/{path}", body))
    assert status == 400
    assert words in text


def test_a_way_to_log_in_is_mounted_and_goes_with_its_roles_and_leases_with_their_engine() -> None:
    bench = VaultBench()
    bench.do("sys/auth/ci", {"type": "approle"})
    bench.do("auth/ci/role/r", {"token_ttl": "1m", "bind_secret_id": False})
    body = {"role_id": bench.get("auth/ci/role/r/role-id")["data"]["role_id"]}
    assert bench.do("auth/ci/login", body, token=None)["auth"]["lease_duration"] == 60
    assert "ci/" in bench.get("sys/auth")["data"]
    bench.do("sys/auth/ci", method="DELETE")
    bench.do("sys/auth/ci", {"type": "approle"})
    assert bench.ask("POST", "auth/ci/login", body, token=None).status == 400
    bench.get("database/creds/ro")
    bench.do("sys/mounts/database", method="DELETE")
    assert len(bench.done("db_user_dropped")) == 1
    assert bench.ask("DELETE", "sys/mounts/sys").status == 400


def test_random_bytes_are_as_many_as_asked_for_and_never_the_same() -> None:
    bench = VaultBench()
    drawn = [bench.do("sys/tools/random/16", {"format": "hex"})["data"]["random_bytes"] for _ in range(2)]
    assert [len(each) for each in drawn] == [32, 32]
    assert drawn[0] != drawn[1]
    assert len(bench.do("sys/tools/random")["data"]["random_bytes"]) == 44
    for body in ({"bytes": -1}, {"bytes": 131_073}, {"format": "octal"}):
        assert bench.ask("POST", "sys/tools/random", body).status == 400


def test_a_cluster_changes_a_policy_that_all_begin_with_for_itself_alone() -> None:
    one, other = VaultBench(), VaultBench()
    before = other.get("sys/policies/acl/app")["data"]
    one.do("sys/policies/acl/app", {"policy": 'path "secret/*" { capabilities = ["read"] }'}, method="PUT")
    token = one.log_in()["client_token"]
    assert refusal(one.ask("POST", "secret/data/a", {"data": {}}, token=token))[0] == 403
    assert other.get("sys/policies/acl/app")["data"] == before
    other.do("secret/data/a", {"data": {}}, token=other.log_in()["client_token"])
