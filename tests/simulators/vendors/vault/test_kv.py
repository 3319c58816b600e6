"""KV in both versions: versions, deletion, metadata, listings, what a replica that lags shows."""

import pytest

from tests.simulators.vendors.vault.bench import VaultBench, refusal

MERGE = "application/merge-patch+json"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("secret/data/k", {}, "no data provided"),
        ("secret/data/k", {"data": "text"}, "expected type"),
        ("secret/data/k/", {"data": {}}, "path cannot end with a '/'"),
        ("secret/data/k", {"data": {}, "options": {"cas": "one"}}, 'field "cas"'),
        ("secret/delete/k", {}, "No version number provided"),
        ("secret/destroy/k", {"versions": []}, "No version number provided"),
        ("secret/undelete/k", {"versions": ["x"]}, 'field "versions"'),
        ("secret/metadata/k", {"max_versions": "many"}, 'field "max_versions"'),
        ("secret/metadata/k", {"delete_version_after": "-2s"}, "invalid duration"),
        ("secret/metadata/k", {"custom_metadata": {"x": "y" * 513}}, "at most 512"),
        ("secret/metadata/k", {"custom_metadata": {str(n): "" for n in range(65)}}, "at most 64 keys"),
        ("secret/metadata/k", {"custom_metadata": "x"}, 'field "custom_metadata"'),
    ],
)
def test_a_bad_request_is_a_400_and_leaves_nothing(path: str, body: object, words: str) -> None:
    bench = VaultBench()
    status, (text,) = refusal(bench.ask("POST", path, body))
    assert status == 400
    assert words in text
    assert bench.ask("GET", "secret/metadata/k").status == 404
    assert bench.effects() == []


def test_a_null_is_an_empty_version_and_a_number_is_read_as_which() -> None:
    bench = VaultBench()
    assert bench.do("secret/data/k", {"data": None})["data"]["version"] == 1
    bench.write("k", {"x": 2})
    assert bench.get("secret/data/k?version=1")["data"]["data"] is None
    assert bench.get("secret/data/k?version=0")["data"]["data"] == {"x": 2}
    assert refusal(bench.ask("GET", "secret/data/k?version=7")) == (404, [])
    assert bench.ask("GET", "secret/data/k?version=x").status == 400


def test_what_is_destroyed_stays_so_and_what_is_deleted_comes_back() -> None:
    bench = VaultBench()
    for number in range(3):
        bench.write("k", {"x": number})
    bench.do("secret/delete/k", {"versions": [1, 2, 9]})
    bench.do("secret/destroy/k", {"versions": "2"})
    bench.do("secret/undelete/k", {"versions": [1, 2]})
    assert bench.get("secret/data/k?version=1")["data"]["data"] == {"x": 0}
    gone = bench.ask("GET", "secret/data/k?version=2").json["data"]
    assert (gone["data"], gone["metadata"]["destroyed"]) == (None, True)
    assert [row["route"] for row in bench.effects()][3:] == [
        "vault.secret_deleted", "vault.secret_deleted", "vault.secret_destroyed", "vault.secret_undeleted",
        "vault.secret_read",
    ]  # fmt: skip


def test_a_key_without_versions_takes_a_first_one_by_cas_0_and_its_numbers_begin_anew_when_it_is_gone() -> None:
    bench = VaultBench()
    bench.do("secret/metadata/k", {"cas_required": True, "custom_metadata": {"owner": 7, "is": True}})
    assert bench.get("secret/metadata/k")["data"]["custom_metadata"] == {"owner": "7", "is": "1"}
    assert refusal(bench.ask("POST", "secret/data/k", {"data": {}}))[1][0].endswith("required for this call")
    assert bench.write("k", {}, cas=0) == 1
    bench.do("secret/metadata/k", method="DELETE")
    bench.do("secret/metadata/k", method="DELETE")
    assert bench.write("k", {}) == 1


def test_a_mounts_settings_are_those_of_keys_that_say_nothing_and_of_two_times_the_smaller_counts() -> None:
    bench = VaultBench()
    bench.do("secret/config", {"max_versions": 1, "delete_version_after": "10s"})
    bench.do("secret/metadata/k", {"delete_version_after": "4s"})
    bench.write("k", {"x": 1})
    bench.write("k", {"x": 2})
    assert bench.get("secret/config")["data"]["delete_version_after"] == "10s"
    assert list(bench.get("secret/metadata/k")["data"]["versions"]) == ["2"]
    assert len(bench.done("secret_pruned")) == 1
    bench.pass_time(3.9)
    assert bench.ask("GET", "secret/data/k").status == 200
    bench.pass_time(0.2)
    assert bench.ask("GET", "secret/data/k").status == 404


def test_a_patch_takes_away_what_is_null_and_wants_a_version_that_is_there() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1, "in": {"a": 1, "b": 2}})
    bench.do("secret/data/k", {"data": {"x": None, "in": {"a": None}}}, method="PATCH", content_type=MERGE)
    assert bench.get("secret/data/k")["data"]["data"] == {"in": {"b": 2}}
    assert bench.get("secret/subkeys/k")["data"]["subkeys"] == {"in": {"b": None}}
    bad = {"data": {"y": 1}, "options": {"cas": 1}}
    assert bench.ask("PATCH", "secret/data/k", bad, content_type=MERGE).status == 400
    bench.do("secret/data/k", method="DELETE")
    answer = bench.ask("PATCH", "secret/data/k", {"data": {"y": 1}}, content_type=MERGE)
    assert (answer.status, answer.json["data"]["version"]) == (404, 2)
    given = {"custom_metadata": {"a": "1", "b": "2"}}
    bench.do("secret/metadata/k", given)
    bench.do("secret/metadata/k", {"custom_metadata": {"a": None}}, method="PATCH", content_type=MERGE)
    assert bench.get("secret/metadata/k")["data"]["custom_metadata"] == {"b": "2"}


def test_a_listing_is_sorted_has_folders_and_forgets_what_is_gone() -> None:
    bench = VaultBench()
    for path in ("b", "a/x", "a/y/z", "a"):
        bench.write(path, {})
    assert bench.do("secret/metadata", method="LIST")["data"]["keys"] == ["a", "a/", "b"]
    assert bench.do("secret/metadata/a/", method="LIST")["data"]["keys"] == ["x", "y/"]
    assert refusal(bench.ask("LIST", "secret/metadata/b")) == (404, [])
    bench.do("secret/data/a/x", method="DELETE")
    assert bench.do("secret/metadata/a", method="LIST")["data"]["keys"] == ["x", "y/"]
    bench.do("secret/metadata/a/x", method="DELETE")
    bench.do("secret/metadata/a/y/z", method="DELETE")
    assert refusal(bench.ask("LIST", "secret/metadata/a")) == (404, [])


def test_version_1_keeps_one_value_and_its_duration_is_advice() -> None:
    bench = VaultBench()
    bench.do("sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
    assert refusal(bench.ask("POST", "old/k", {})) == (400, ["missing data fields"])
    bench.do("old/k", {"x": 1, "ttl": "1h"})
    read = bench.get("old/k")
    assert (read["data"], read["lease_duration"], read["lease_id"], read["renewable"]) == (
        {"x": 1, "ttl": "1h"}, 3_600, "", False,
    )  # fmt: skip
    assert bench.ask("PATCH", "old/k", {"data": {}}, content_type=MERGE).status == 405
    assert bench.do("old", method="LIST")["data"]["keys"] == ["k"]
    bench.do("old/k", method="DELETE")
    bench.do("old/k", method="DELETE")
    assert refusal(bench.ask("GET", "old/k")) == (404, [])


def test_a_replica_that_lags_shows_the_version_before_and_no_key_that_is_new() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1})
    bench.pass_time(10)
    bench.write("k", {"x": 2})
    bench.write("new", {"x": 1})
    bench.strike(match="GET /v1/secret/data/*", stale_reads={"lag_s": 5})
    assert bench.get("secret/data/k")["data"]["data"] == {"x": 1}
    assert bench.ask("GET", "secret/data/new").status == 404
    bench.pass_time(5)
    assert bench.get("secret/data/k")["data"]["data"] == {"x": 2}


def test_paths_that_say_so_are_slow_or_answer_a_status() -> None:
    bench = VaultBench()
    before_s = bench.now_s
    bench.write("slow-250", {})
    assert bench.now_s == pytest.approx(before_s + 0.25)
    assert refusal(bench.ask("GET", "secret/data/status-418")) == (418, ["forced status 418"])
    assert bench.ask("POST", "secret/data/status-503", {"data": {}}).status == 503
    assert len(bench.done("secret_written")) == 1
