"""Credentials of a database and their leases."""

import pytest

from tests.simulators.vendors.vault.bench import VaultBench, refusal


def test_each_live_lease_has_a_live_user_and_no_other() -> None:
    bench = VaultBench()
    leases = [bench.get("database/creds/ro")["lease_id"] for _ in range(3)]
    bench.do("sys/leases/revoke", {"lease_id": leases[0]})
    bench.pass_time(3)
    bench.do("sys/leases/renew", {"lease_id": leases[1]}, method="PUT")
    bench.pass_time(4)
    created, dropped = bench.done("db_user_created"), bench.done("db_user_dropped")
    alive = {row["id"] for row in created} - {row["id"] for row in dropped}
    assert len(created) == len({row["id"] for row in created}) == 3
    assert len(alive) == 1
    assert bench.do("sys/leases/lookup/database/creds/ro", method="LIST")["data"]["keys"] == [
        leases[1].rpartition("/")[2]
    ]


def test_a_renewal_may_shorten_and_its_maximum_counts_from_the_issue() -> None:
    bench = VaultBench()
    lease_id = bench.get("database/creds/ro")["lease_id"]

    def renewed(**wish: object) -> tuple[int, bool]:
        said = bench.do("sys/leases/renew", {"lease_id": lease_id, **wish})
        return said["lease_duration"], bool(said["warnings"])

    assert renewed(increment=5) == (5, False)
    given = []
    for _ in range(3):
        bench.pass_time(3)
        given.append(renewed())
    assert given == [(6, False), (4, True), (1, True)]
    bench.pass_time(1)
    assert refusal(bench.ask("POST", "sys/leases/renew", {"lease_id": lease_id})) == (400, ["lease not found"])
    assert refusal(bench.ask("POST", "sys/leases/lookup", {"lease_id": lease_id})) == (400, ["invalid lease"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("GET", "database/creds/none", None, 400, "unknown role: none"),
        ("GET", "database/creds/ro-down", None, 500, "1 error occurred:\n\t* connection refused\n\n"),
        ("POST", "database/creds/ro", None, 405, "1 error occurred:\n\t* unsupported operation\n\n"),
        ("POST", "sys/leases/renew", {"lease_id": "auth/token/x"}, 400,
         "tokens cannot be renewed through this endpoint"),
        ("POST", "sys/leases/renew", {}, 400, "lease_id must be specified"),
        ("POST", "database/roles/x", {}, 400, "empty database name attribute"),
    ],
)  # fmt: skip
def test_what_is_refused_makes_no_user(method: str, path: str, body: object, status: int, text: str) -> None:
    bench = VaultBench()
    assert refusal(bench.ask(method, path, body)) == (status, [text])
    assert bench.effects() == []


def test_a_role_that_its_connection_does_not_allow() -> None:
    bench = VaultBench()
    bench.do("database/config/db", {"plugin_name": "p", "allowed_roles": "a", "password": "hidden"})
    assert "hidden" not in str(bench.get("database/config/db"))
    bench.do("database/roles/b", {"db_name": "db"})
    assert refusal(bench.ask("GET", "database/creds/b"))[0] == 500


def test_where_the_database_keeps_its_user_revoking_fails_and_the_lease_ends_as_irrevocable() -> None:
    bench = VaultBench()
    lease_id = bench.get("database/creds/ro-norevoke")["lease_id"]
    status, (text,) = refusal(bench.ask("POST", "sys/leases/revoke", {"lease_id": lease_id}))
    assert (status, text.endswith("db down")) == (400, True)
    bench.pass_time(3_600)
    assert bench.done("db_user_dropped") == []
    assert [row["id"] for row in bench.done("lease_irrevocable")] == [lease_id]


def test_a_prefix_stops_at_the_first_that_fails_and_force_leaves_the_user_behind() -> None:
    bench = VaultBench()
    for role in ("ro", "ro-norevoke", "ro"):
        bench.get(f"database/creds/{role}")
    assert bench.ask("PUT", "sys/leases/revoke-prefix/database/creds").status == 400
    assert len(bench.done("db_user_dropped")) == 1
    bench.do("sys/revoke-force/database", method="PUT")
    assert len(bench.done("lease_revoked")) == 3
    assert len(bench.done("db_user_dropped")) == 2
    assert bench.ask("PUT", "sys/leases/revoke-prefix/none").status == 204
