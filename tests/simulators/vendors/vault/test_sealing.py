"""The seal, the nodes, and what each says of its health."""

import pytest

from tests.simulators.vendors.vault.bench import ROOT, VaultBench, refusal

KEYS = [f"sim-key-{number}".encode().hex() for number in range(1, 6)]


@pytest.mark.parametrize(
    ("node", "switches", "status"),
    [
        ("active", "", 200),
        ("active", "?activecode=299", 299),
        ("standby", "", 429),
        ("standby", "?standbyok", 200),
        ("standby", "?standbyok=True", 200),
        ("standby", "?standbyok=false", 429),
        ("standby", "?standbyok&activecode=299", 299),
        ("standby", "?standbycode=444", 444),
        ("performance_standby", "", 473),
        ("performance_standby", "?perfstandbyok=1", 200),
        ("dr_secondary", "", 472),
        ("dr_secondary", "?drsecondarycode=210", 210),
        ("unhealthy", "", 474),
        ("removed", "", 530),
        ("uninitialized", "", 501),
        ("uninitialized", "?uninitcode=202", 202),
        ("active", "?sealedcode=abc", 400),
        ("active", "?activecode=99", 400),
    ],
)
def test_health_has_a_code_and_a_switch_for_each_node(node: str, switches: str, status: int) -> None:
    answer = VaultBench(node=node).ask("GET", f"sys/health{switches}", token=None)
    assert answer.status == status
    if status == 400:
        assert refusal(answer) == (400, [])
    else:
        assert answer.json["initialized"] is (node != "uninitialized")


def test_health_is_not_posted_and_sealed_it_knows_no_cluster() -> None:
    bench = VaultBench()
    assert refusal(bench.ask("POST", "sys/health"))[0] == 405
    assert "cluster_name" in bench.get("sys/health")
    bench.do("sys/seal")
    said = bench.ask("GET", "sys/health")
    assert said.status == 503
    assert (said.json["standby"], said.json["replication_dr_mode"]) == (True, "unknown")
    assert "cluster_name" not in said.json


def test_sealed_wins_over_everything() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1})
    bench.do("sys/seal")
    for method, path, token in (
        ("GET", "secret/data/k", ROOT), ("GET", "secret/data/k", None), ("GET", "nix/x", "hvs.bad"),
        ("POST", "auth/approle/login", None), ("PUT", "sys/seal", ROOT), ("POST", "sys/wrapping/unwrap", None),
    ):  # fmt: skip
        assert refusal(bench.ask(method, path, {} if method == "POST" else None, token=token)) == (
            503, ["Vault is sealed"],
        )  # fmt: skip
    assert bench.get("sys/seal-status", token=None)["sealed"] is True
    assert bench.get("sys/init", token=None) == {"initialized": True}
    assert bench.get("sys/leader", token=None)["leader_address"] == ""


def test_three_of_five_keys_open_the_seal_one_key_counts_once_and_nothing_is_lost() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1})
    bench.do("sys/seal")
    for key, status in (("", 400), ("nix", 400), ("abcd", 400)):
        assert bench.ask("PUT", "sys/unseal", {"key": key}, token=None).status == status
    progress = [bench.do("sys/unseal", {"key": key}, token=None)["progress"] for key in (KEYS[0], KEYS[0], KEYS[3])]
    assert progress == [1, 1, 2]
    assert bench.do("sys/unseal", {"reset": True}, token=None)["progress"] == 0
    for key in KEYS[1:4]:
        said = bench.do("sys/unseal", {"key": key}, token=None)
    assert (said["sealed"], said["progress"]) == (False, 0)
    assert bench.get("secret/data/k")["data"]["data"] == {"x": 1}
    assert bench.do("sys/unseal", {"key": KEYS[0]}, token=None)["sealed"] is False
    assert [row["route"] for row in bench.effects()][1:3] == ["vault.sealed", "vault.unsealed"]


def test_time_goes_on_while_it_is_sealed_and_what_ran_out_has_ended() -> None:
    bench = VaultBench()
    token = bench.log_in("app-short")["client_token"]
    bench.do("sys/seal")
    bench.pass_time(6)
    for key in KEYS[:3]:
        bench.do("sys/unseal", {"key": key}, token=None)
    assert bench.ask("GET", "auth/token/lookup-self", token=token).status == 403


def test_a_standby_is_not_sealed_and_forwards_unless_it_must_not() -> None:
    bench = VaultBench(node="standby")
    assert bench.write("k", {"x": 1}) == 1
    assert refusal(bench.ask("PUT", "sys/seal"))[0] == 500
    told = bench.send(
        "GET", "/v1/secret/data/a b?version=1", headers={"x-vault-token": ROOT, "x-vault-no-request-forwarding": "1"}
    )
    assert (told.status, told.body) == (307, b"")
    assert told.headers["location"] == "http://bench.localhost/v1/secret/data/a%20b?version=1"


def test_one_address_may_be_a_standbys_and_another_the_active_nodes() -> None:
    bench = VaultBench(standby_host="localhost")
    for host, status, health in (("localhost:1", 307, 429), ("127.0.0.1:1", 200, 200)):
        assert bench.ask("POST", "secret/data/k", {"data": {}}, host=host).status == status
        assert bench.ask("GET", "sys/health", host=host).status == health
    assert len(bench.done("secret_written")) == 1


@pytest.mark.parametrize(
    ("name", "status", "health"),
    [("sealed", 503, 503), ("uninitialized", 501, 501), ("standby", 503, 429), ("no_active_node", 500, 429)],
)
def test_a_fault_that_seals_the_cluster_shows_in_its_health(name: str, status: int, health: int) -> None:
    bench = VaultBench()
    bench.strike(respond={"error": name})
    assert bench.ask("GET", "secret/data/k").status == status
    said = bench.ask("GET", "sys/health")
    assert (said.status, "server_time_utc" in said.json) == (health, True)
