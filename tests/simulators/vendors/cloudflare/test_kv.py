"""Workers KV: values and their end, lists, bulk, and readers who are behind."""

import base64
from typing import Any

import pytest

from tests.simulators.vendors.cloudflare.bench import SPACES, CloudflareBench, refusal


def form(**parts: bytes) -> dict[str, Any]:
    """A body of several parts."""
    lines = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + part + b"\r\n"
        for name, part in parts.items()
    )
    return {"body": lines + b"--b--\r\n", "content_type": "multipart/form-data; boundary=b"}


def test_namespaces_have_titles_of_their_own() -> None:
    bench = CloudflareBench()
    space, other = bench.space(), bench.space("other")
    assert refusal(bench.ask("POST", SPACES, {"title": "cache"})) == (400, 10014)
    assert refusal(bench.ask("PUT", other, {"title": "cache"})) == (400, 10014)
    assert bench.do("PUT", other, {"title": "third"})["title"] == "third"
    bench.do("PUT", f"{space}/values/k", b"v")
    bench.do("DELETE", space)
    assert refusal(bench.ask("GET", space)) == (404, 10013)
    assert refusal(bench.ask("GET", f"{space}/values/k")) == (404, 10013)
    assert bench.ask("GET", f"{bench.space()}/values/k").status == 404, "made anew it is empty"
    assert len(bench.state.values) == 0
    assert bench.state.bytes_kept == 0


def test_bytes_come_back_bare_and_errors_in_an_envelope() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.do("PUT", f"{space}/values/k?expiration_ttl=60", **form(value=b"\x00\xff", metadata=b'{"a": 1}'))
    read = bench.ask("GET", f"{space}/values/k")
    assert (read.status, read.body, read.headers["content-type"]) == (200, b"\x00\xff", "application/octet-stream")
    assert read.headers["expiration"].endswith("Z")
    assert bench.do("GET", f"{space}/metadata/k") == {"a": 1}
    bench.pass_time(61)
    for path in ("values", "metadata"):
        assert refusal(bench.ask("GET", f"{space}/{path}/k")) == (404, 10009)
    assert bench.do("GET", f"{space}/keys") == []


def test_nodes_metadata_is_a_field_for_each_property() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.do("PUT", f"{space}/values/k", **form(**{"value": b"v", "metadata[a]": b"1", "metadata[b]": b"2"}))
    assert bench.do("GET", f"{space}/metadata/k") == {"a": "1", "b": "2"}
    bench.do("PUT", f"{space}/values/k", b"v2")
    assert bench.do("GET", f"{space}/metadata/k") is None, "nothing of the value before is left"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("k?expiration_ttl=59", 400), ("k?expiration=1", 400), ("k?expiration_ttl=x", 400), ("x" * 513, 414),
        ("..", 400), ("k?expiration=1&expiration_ttl=60", 200), ("x" * 512, 200), ("sim-429/k", 429),
    ],
)  # fmt: skip
def test_what_a_key_and_its_end_may_be(path: str, status: int) -> None:
    bench = CloudflareBench()
    assert bench.ask("PUT", f"{bench.space()}/values/{path}", b"v").status == status
    assert len(bench.done("cloudflare.kv_write")) == (status == 200)


def test_a_value_and_its_metadata_may_be_so_large() -> None:
    bench = CloudflareBench()
    space = bench.space()
    assert refusal(bench.ask("PUT", f"{space}/values/k", b"x" * (25 * 1024 * 1024 + 1)))[0] == 413
    metadata = b'"' + b"x" * 1_023 + b'"'
    assert bench.ask("PUT", f"{space}/values/k", **form(value=b"v", metadata=metadata)).status == 400
    assert bench.done("cloudflare.kv_write") == []


def test_a_key_is_decoded_once() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.do("PUT", f"{space}/values/a%2Fb:c%20d%25%3F", b"v")
    assert [row["name"] for row in bench.do("GET", f"{space}/keys")] == ["a/b:c d%?"]


def test_lists_are_sorted_and_end_at_an_empty_cursor() -> None:
    bench = CloudflareBench()
    space = bench.space()
    names = [f"k{n:02}" for n in range(25)]
    bench.do("PUT", f"{space}/bulk", [{"key": name, "value": "v"} for name in reversed(names)])
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        said = bench.ask("GET", f"{space}/keys?limit=10&cursor={cursor}").json
        found += [row["name"] for row in said["result"]]
        cursor, pages = said["result_info"]["cursor"], pages + 1
    assert (found, pages) == (names, 3)
    assert len(bench.do("GET", f"{space}/keys?prefix=k1")) == 10
    exactly = bench.ask("GET", f"{space}/keys?limit=10&prefix=k1").json
    assert exactly["result_info"] == {"count": 10, "cursor": ""}
    assert refusal(bench.ask("GET", f"{space}/keys?cursor=zz"))[0] == 400


def test_bulk_writes_name_what_they_did_not_write() -> None:
    bench, failing = CloudflareBench(), CloudflareBench(kv_failing_share=0.5)
    space = bench.space()
    pairs = [
        {"key": "a", "value": base64.b64encode(b"\xff").decode(), "base64": True},
        {"key": "sim-fail/b", "value": "2"},
    ]
    assert bench.do("PUT", f"{space}/bulk", pairs) == {"successful_key_count": 1, "unsuccessful_keys": ["sim-fail/b"]}
    assert bench.ask("GET", f"{space}/values/a").body == b"\xff"
    assert [row["fields"]["key"] for row in bench.done("cloudflare.kv_write")] == ["a"]
    assert bench.ask("PUT", f"{space}/bulk", [{"key": "c", "value": "1"}, {"key": "d"}]).status == 400
    assert bench.ask("GET", f"{space}/values/c").status == 404, "nothing of a refused one is written"
    half = failing.do("PUT", f"{failing.space()}/bulk", [{"key": f"k{n}", "value": "v"} for n in range(100)])
    assert 20 < half["successful_key_count"] < 80
    assert len(failing.done("cloudflare.kv_write")) == half["successful_key_count"]


def test_many_are_read_and_deleted_at_once() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.do("PUT", f"{space}/bulk", [{"key": "a", "value": '{"x": 1}', "metadata": 7}, {"key": "b", "value": "t"}])
    assert bench.do("POST", f"{space}/bulk/get", {"keys": ["a", "z"]}) == {"values": {"a": '{"x": 1}', "z": None}}
    whole = bench.do("POST", f"{space}/bulk/get", {"keys": ["a"], "type": "json", "withMetadata": True})
    assert whole == {"values": {"a": {"value": {"x": 1}, "metadata": 7}}}
    assert bench.ask("POST", f"{space}/bulk/get", {"keys": ["b"], "type": "json"}).status == 400
    bench.do("POST", f"{space}/bulk/delete", ["a", "never"])
    bench.do("DELETE", f"{space}/values/never")
    assert [row["fields"]["key"] for row in bench.done("cloudflare.kv_delete")] == ["a"]
    assert [row["name"] for row in bench.do("GET", f"{space}/keys")] == ["b"]


def test_elsewhere_what_was_read_is_shown_for_a_minute_also_that_nothing_was_there() -> None:
    bench = CloudflareBench()
    path = f"{bench.space()}/values/k"
    far = {"x_brownout_location": "sydney"}
    assert bench.ask("GET", path, **far).status == 404
    bench.do("PUT", path, b"1")
    assert bench.ask("GET", path).body == b"1"
    assert bench.ask("GET", path, **far).status == 404
    assert bench.ask("GET", path, x_brownout_location="oslo").body == b"1", "each place for itself"
    bench.pass_time(61)
    assert bench.ask("GET", path, **far).body == b"1"
    bench.do("DELETE", path)
    assert bench.ask("GET", path, **far).body == b"1"
    bench.pass_time(61)
    assert bench.ask("GET", path, **far).status == 404


def test_a_read_that_lags_sees_the_value_before() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.do("PUT", f"{space}/values/k", b"1")
    bench.pass_time(10)
    bench.do("PUT", f"{space}/values/k", b"2")
    bench.schedule({"match": "GET /client/v4/accounts/*", "stale_reads": {"lag_s": 5}})
    assert bench.ask("GET", f"{space}/values/k").body == b"1"
    bench.schedule()
    assert bench.ask("GET", f"{space}/values/k").body == b"2"


def test_a_slow_key_takes_five_seconds() -> None:
    bench = CloudflareBench()
    path, before_s = f"{bench.space()}/values/sim-slow/k", bench.now_s
    bench.do("PUT", path, b"v")
    assert bench.now_s - before_s >= 5.0


def test_values_stay_within_what_is_kept() -> None:
    bench = CloudflareBench()
    space = bench.space()
    for n in range(5):
        bench.do("PUT", f"{space}/values/k{n}", b"x" * (20 * 1024 * 1024))
    assert [row["name"] for row in bench.do("GET", f"{space}/keys")] == ["k2", "k3", "k4"]
    assert bench.state.bytes_kept == 60 * 1024 * 1024
    assert bench.state.values.forgotten_open == 2
