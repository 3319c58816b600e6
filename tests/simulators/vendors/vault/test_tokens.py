"""Tokens: what they are made with, how they are renewed and end, and what ends with them."""

import pytest

from tests.simulators.vendors.vault.bench import ROOT, VaultBench, refusal


def made(bench: VaultBench, *, token: str = ROOT, **body: object) -> str:
    body = {"policies": ["default"], **body}
    return str(bench.do("auth/token/create", body, token=token)["auth"]["client_token"])


def test_a_life_that_is_too_long_is_cut_with_a_warning_and_an_unknown_policy_only_warned_of() -> None:
    said = VaultBench().do("auth/token/create", {"policies": ["nix"], "ttl": "9000h"})
    assert said["auth"]["lease_duration"] == 2_764_800
    assert said["auth"]["policies"] == ["default", "nix"]
    assert said["warnings"] == [
        'TTL of "9000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly',
        'policy "nix" does not exist',
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("renew", {"token": "hvs.none"}, 400, "token not found"),
        ("renew", {}, 400, "missing token ID"),
        ("renew-self", {}, 400, "invalid lease ID"),
        ("renew-accessor", {"accessor": "none"}, 400, "invalid accessor"),
        ("lookup-accessor", {}, 400, "missing accessor"),
        ("revoke-orphan", {"token": "hvs.none"}, 400, "token to revoke not found"),
        ("create", {"type": "odd"}, 400, "invalid 'token_type' value"),
        ("create", {"num_uses": -1}, 400, "number of uses cannot be negative"),
        ("create/role", {}, 404, "1 error occurred:\n\t* unsupported path\n\n"),
    ],
)
def test_what_is_refused(path: str, body: object, status: int, text: str) -> None:
    assert refusal(VaultBench().ask("POST", f"auth/token/{path}", body)) == (status, [text])


def test_what_is_not_there_is_revoked_and_by_its_accessor_with_a_warning() -> None:
    bench = VaultBench()
    assert bench.ask("POST", "auth/token/revoke", {"token": "hvs.none"}).status == 204
    said = bench.do("auth/token/revoke-accessor", {"accessor": "none"})
    assert said["warnings"] == ["No token found with this accessor"]


def test_batch_tokens_are_neither_renewed_nor_revoked() -> None:
    bench = VaultBench()
    batch = made(bench, type="batch", ttl="1m")
    assert batch.startswith("hvb.")
    assert refusal(bench.ask("POST", "auth/token/renew-self", token=batch))[1] == ["batch tokens cannot be renewed"]
    assert refusal(bench.ask("POST", "auth/token/revoke-self", token=batch))[1] == ["batch tokens cannot be revoked"]


def test_one_that_is_not_renewable_says_so() -> None:
    bench = VaultBench()
    mine = made(bench, renewable=False, ttl="1m")
    assert refusal(bench.ask("POST", "auth/token/renew-self", token=mine)) == (400, ["lease is not renewable"])


def test_a_renewal_counts_from_now_reaches_no_further_than_the_maximum_and_then_warns() -> None:
    bench = VaultBench()
    token = bench.log_in("app-short")["client_token"]
    given = []
    for _ in range(4):
        bench.pass_time(3.9)
        answer = bench.ask("POST", "auth/token/renew-self", {}, token=token)
        given.append(answer.status if answer.status != 200 else (
            answer.json["auth"]["lease_duration"], bool(answer.json["warnings"])
        ))  # fmt: skip
    assert given == [(5, False), (5, False), (3, True), 403]
    assert len(bench.done("token_expired")) == 1


def test_uses_are_counted_a_look_at_itself_too_and_the_last_one_shows_it() -> None:
    bench = VaultBench()
    mine = made(bench, num_uses=2, ttl="1m")
    assert bench.get("auth/token/lookup-self", token=mine)["data"]["num_uses"] == 1
    assert bench.get("auth/token/lookup-self", token=mine)["data"]["num_uses"] == -1
    assert bench.ask("GET", "auth/token/lookup-self", token=mine).status == 403
    assert len(bench.done("token_revoked")) == 1


def test_the_last_second_of_a_token_reads_0_and_is_good() -> None:
    bench = VaultBench()
    mine = made(bench, ttl="5s")
    bench.pass_time(4.5)
    assert bench.get("auth/token/lookup-self", token=mine)["data"]["ttl"] == 0


def test_children_and_leases_end_with_their_token_and_orphans_do_not() -> None:
    bench = VaultBench()
    parent = made(bench, policies=["app"], ttl="10s")
    bench.do("sys/policies/acl/app", {"policy": 'path "*" { capabilities = ["sudo", "create", "update", "read"] }'})
    child = made(bench, token=parent, policies=["default"])
    orphan = bench.do("auth/token/create-orphan", {"policies": ["default"]}, token=parent)["auth"]["client_token"]
    bench.get("database/creds/ro", token=parent)
    bench.do("auth/token/revoke", {"token": parent})
    assert [bench.ask("GET", "auth/token/lookup-self", token=each).status for each in (child, orphan)] == [403, 200]
    assert len(bench.done("db_user_dropped")) == 1
    assert len(bench.done("token_revoked")) == 2


def test_a_token_that_is_revoked_as_an_orphan_leaves_its_children() -> None:
    bench = VaultBench()
    parent = made(bench, policies=["app"], ttl="1m")
    bench.do("sys/policies/acl/app", {"policy": 'path "*" { capabilities = ["update"] }'})
    child = made(bench, token=parent)
    bench.do("auth/token/revoke-orphan", {"token": parent})
    assert bench.get("auth/token/lookup-self", token=child)["data"]["orphan"] is True


def test_a_child_has_no_more_than_its_parent_and_only_root_may_make_it_periodic() -> None:
    bench = VaultBench()
    bench.do("sys/policies/acl/maker", {"policy": 'path "auth/token/create" { capabilities = ["update"] }'})
    parent = made(bench, policies=["maker"], ttl="1m")
    for body, text in (
        ({"policies": ["app"]}, "child policies must be subset of parent"),
        ({"period": "5s"}, "root or sudo privileges required to create periodic orphan token"),
        ({"no_parent": True}, "root or sudo privileges required to create orphan token"),
    ):
        assert refusal(bench.ask("POST", "auth/token/create", body, token=parent)) == (400, [text])


def test_a_cluster_that_ends_things_early_promises_as_much_as_before() -> None:
    bench = VaultBench(ends_at=0.5)
    issued = bench.log_in("app-short")
    assert issued["lease_duration"] == 5
    bench.pass_time(2.6)
    assert bench.ask("GET", "auth/token/lookup-self", token=issued["client_token"]).status == 403


def test_clusters_are_told_apart_by_their_tokens_and_know_nothing_of_each_other() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1})
    other = f"{ROOT}.other"
    assert bench.ask("GET", "secret/data/k", token=other).status == 404
    mine = made(bench, token=other)
    assert mine.endswith(".other")
    assert bench.get("auth/token/lookup-self", token=mine)["data"]["id"] == mine
    bench.do("sys/seal", token=other)
    assert bench.ask("GET", "sys/health", token=other).status == 503
    assert bench.ask("GET", "sys/health").status == 200


def test_a_bearer_is_a_token_too() -> None:
    bench = VaultBench()
    assert bench.send("GET", "/v1/sys/mounts", headers={"authorization": f"Bearer {ROOT}"}).status == 200


@pytest.mark.parametrize("header", ["x-vault-token", "authorization"])
def test_tokens_expire_by_a_fault_in_whichever_header_they_come_and_new_ones_work(header: str) -> None:
    bench = VaultBench()
    bench.strike(expire_tokens={"valid_for_s": 5.0})

    def status(token: str) -> int:
        value = token if header == "x-vault-token" else f"Bearer {token}"
        return bench.ask("GET", "auth/token/lookup-self", token=None, **{header: value}).status

    old = bench.log_in()["client_token"]
    assert status(old) == 200
    bench.pass_time(6.0)
    assert [status(old), status(bench.log_in()["client_token"]), status(ROOT)] == [403, 200, 200]
