"""What breaks a simulator of Vault that is built like others: one test for each."""

import asyncio
from typing import Any

import pytest

from brownout_simulators.vendors.vault import VENDOR
from tests.simulators.serving import ask, serving
from tests.simulators.vendors.vault.bench import ROOT, VaultBench, refusal

DENIED = "1 error occurred:\n\t* permission denied\n\n"
INVALID = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"
MERGE = "application/merge-patch+json"


def on_the_wire(method: str, path: str, body: bytes = b"", *, last: bool = True) -> bytes:
    lines = (
        f"{method} /v1/{path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"X-Vault-Token: {ROOT}",
        f"Content-Length: {len(body)}",
        *(["Connection: close"] if last else []),
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@pytest.mark.real
def test_1_the_verb_list_passes_whichever_parser_reads_it() -> None:
    """httptools, as aiohttp's parser, knows no LIST: the other takes over, also behind a request that is read."""

    async def listed() -> list[bytes]:
        any_vendor: Any = VENDOR
        async with serving(vendor=any_vendor) as host:
            await ask(host, on_the_wire("POST", "secret/data/a/b", b'{"data": {"x": 1}}'))
            alone, _ = await ask(host, on_the_wire("LIST", "secret/metadata/"))
            behind, _ = await ask(
                host, on_the_wire("GET", "sys/mounts", last=False) + on_the_wire("LIST", "secret/metadata/a")
            )
            by_query, _ = await ask(host, on_the_wire("GET", "secret/metadata/a?list=True"))
            return [alone, behind, by_query]

    alone, behind, by_query = asyncio.run(listed())
    assert b'"keys":["a/"]' in alone
    assert b'"keys":["b"]' in behind
    assert b'"keys":["b"]' in by_query


@pytest.mark.parametrize(("said", "status"), [("1", 200), ("t", 200), ("true", 200), ("false", 404), ("zz", 400)])
def test_1_a_get_lists_where_its_query_says_so_as_go_reads_it(said: str, status: int) -> None:
    bench = VaultBench()
    bench.write("d/e", {})
    answer = bench.ask("GET", f"secret/metadata/d?list={said}")
    assert answer.status == status
    if status == 400:
        assert refusal(answer) == (400, [])


def test_2_the_type_is_bare_and_nothing_is_to_be_kept() -> None:
    bench = VaultBench()
    for answer in (
        bench.ask("GET", "sys/mounts"),
        bench.ask("GET", "secret/data/none"),
        bench.ask("GET", "sys/health"),
    ):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"


def test_3_a_404_has_four_shapes() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1})
    bench.do("secret/data/k", method="DELETE")
    assert refusal(bench.ask("GET", "secret/data/none")) == (404, [])
    deleted = bench.ask("GET", "secret/data/k")
    assert (deleted.status, deleted.json["data"]["data"]) == (404, None)
    assert deleted.json["data"]["metadata"]["deletion_time"]
    misplaced = bench.ask("GET", "secret/k")
    assert (misplaced.status, misplaced.json["data"], len(misplaced.json["warnings"])) == (404, None, 1)
    patched = bench.ask("PATCH", "secret/data/none", {"data": {"x": 1}}, content_type=MERGE)
    assert (patched.status, patched.body) == (404, b"")


def test_4_a_refused_token_is_a_403_in_words_that_tell_why() -> None:
    bench = VaultBench()
    mine = bench.do("auth/token/create", {"policies": ["default"], "ttl": "5s"})["auth"]["client_token"]
    assert refusal(bench.ask("GET", "sys/mounts", token=mine)) == (403, [DENIED])
    assert refusal(bench.ask("GET", "sys/mounts", token=None)) == (403, ["permission denied"])
    assert refusal(bench.ask("GET", "sys/mounts", token="hvs.unknown")) == (403, [INVALID])
    assert refusal(bench.ask("POST", "auth/token/lookup", {"token": "hvs.unknown"})) == (403, ["bad token"])
    bench.pass_time(5)
    assert refusal(bench.ask("GET", "auth/token/lookup-self", token=mine)) == (403, [INVALID])


def test_5_a_check_and_set_that_fails_is_a_400_and_has_no_effect() -> None:
    bench = VaultBench()
    bench.write("k", {"x": 1}, cas=0)
    assert bench.ask("POST", "secret/data/k", {"data": {"x": 2}, "options": {"cas": 0}}).status == 400
    assert bench.ask("POST", "secret/data/k", {"data": {"x": 2}, "options": {"cas": 2}}).status == 400
    assert bench.write("k", {"x": 2}, cas="1") == 2
    assert [row["id"] for row in bench.done("secret_written")] == ["secret/k@1", "secret/k@2"]


def test_6_a_429_is_a_standby_or_a_quota_and_tells_when_only_where_that_is_switched_on() -> None:
    assert VaultBench(node="standby").ask("GET", "sys/health").status == 429
    for switched_on in (False, True):
        bench = VaultBench(rate_limit_headers=switched_on)
        bench.simulator.schedule([], limits={"rate": {"rate_per_s": 0.1, "burst": 1}})
        bench.get("sys/mounts")
        refused = bench.ask("GET", "sys/mounts")
        assert refusal(refused) == (429, ['request path "sys/mounts": rate limit quota exceeded'])
        assert ("retry-after" in refused.headers) is switched_on
        assert bench.ask("GET", "sys/health").status == 200


def test_7_what_succeeds_is_200_202_or_204() -> None:
    bench = VaultBench()
    lease_id = bench.get("database/creds/ro")["lease_id"]
    assert bench.ask("POST", "secret/data/k", {"data": {}}).status == 200
    assert bench.ask("POST", "secret/metadata/k", {"max_versions": 2}).status == 204
    later = bench.ask("PUT", "sys/leases/revoke", {"lease_id": lease_id, "sync": False})
    assert (later.status, later.body) == (202, b"")
    assert bench.ask("PUT", "sys/leases/revoke", {"lease_id": lease_id}).status == 204
