"""What is settled before a simulator sees a request."""

import gzip
import time
import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Call
from brownout_simulators.hosts.http1.reading import Request, RequestRefused
from brownout_simulators.hosts.http1.reception import Reception, decoded
from brownout_simulators.simulator import Simulator
from tests.simulators.toy import TILL

LIMIT = 1000


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def receive(target: str = "/v1/charges", body: bytes = b"", method: str = "POST", **headers: str) -> Any:
    """A call; status and JSON of the control API; or status and reason of a refusal."""
    simulator = Simulator(replace(TILL, body_limit=LIMIT), clock=time.monotonic, epoch_s=1.7e9, seed=7)
    given = {"host": "127.0.0.1:80"} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return Reception(simulator).receive(Request(method, target, given, body))
    except RequestRefused as refusal:
        return refusal.status, str(refusal)
    finally:
        assert not simulator.problems


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/v1/charges?a=b&c=%41", "/v1/charges", "a=b&c=%41"),
        ("/v1/ch%61rges/a%2Fb?", "/v1/charges/a/b", ""),
        ("/v1/%ff%zz", "/v1/\ufffd%zz", ""),
        ("http://127.0.0.1:80/v1/charges?a", "/v1/charges", "a"),
        ("http://127.0.0.1", "/", ""),
        ("*", "*", ""),
    ],
)
def test_the_path_is_decoded_and_the_query_is_not(target: str, path: str, query: str) -> None:
    call = receive(target, b"{}", x_a="b")
    assert isinstance(call, Call)
    assert (call.method, call.path, call.query, call.body, call.headers["x-a"]) == ("POST", path, query, b"{}", "b")


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "127.0.0.²", "127.0.0.1²", "[", "]:80", "127.0.0." + "1" * 5000],
)
def test_a_name_that_is_not_this_machines_is_refused(host: str) -> None:
    assert receive(host=host) == (403, "this simulator answers to loopback names only")


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://[", "http://127.0.0.²", "http://[::1", "²"])
def test_the_control_api_takes_no_orders_from_another_sites_page(origin: str) -> None:
    status, _ = receive("/_brownout/reset", origin=origin)
    assert status == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://[::1]:8443"])
def test_the_control_api_takes_no_orders_from_another_page_of_this_machine(origin: str) -> None:
    assert receive("/_brownout/reset", origin=origin)[0] == 403


def test_the_control_api_takes_orders_from_a_page_of_its_own() -> None:
    assert receive("/_brownout/reset", host="127.0.0.1:8080", origin="http://127.0.0.1:8080")[0] == 200


def test_a_target_that_is_no_url_is_refused() -> None:
    assert receive("http://[/v1")[0] == 400


def test_a_defect_of_the_control_api_is_a_problem_and_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Any]:
        raise KeyError("a defect")

    simulator = Simulator(replace(TILL, body_limit=LIMIT), clock=time.monotonic, epoch_s=1.7e9, seed=7)
    monkeypatch.setattr(simulator, "status", broken)
    got = Reception(simulator).receive(Request("GET", "/_brownout/status", {"host": "localhost"}, b""))
    assert isinstance(got, tuple)
    assert got[0] == 500
    assert len(simulator.problems) == 1


# -- codings ----------------------------------------------------------------------------------------------------------

RAW = zlib.compress(b"plain " * 9)[2:-4]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", zipped(b"plain " * 9)),
        ("X-GZip ", zipped(b"plain " * 4) + zipped(b"plain " * 5)),
        ("deflate", zlib.compress(b"plain " * 9)),
        ("deflate", RAW),
        ("identity", b"plain " * 9),
        ("", b"plain " * 9),
    ],
)
def test_a_body_is_decoded(coding: str, body: bytes) -> None:
    assert receive(body=body, content_encoding=coding).body == b"plain " * 9


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", b"not zipped", 400),
        ("gzip", zipped(b"cut off")[:-3], 400),
        ("gzip", zipped(b"and more") + b"more", 400),
        ("deflate", b"\x08not zipped", 400),
        ("br", b"anything", 415),
        ("gzip, gzip", zipped(b"twice"), 415),
        ("gzip", zipped(bytes(LIMIT + 1)), 413),
        ("gzip", zipped(bytes(600)) * 2, 413),
        ("gzip", zipped(bytes(100_000_000)), 413),
    ],
)
def test_a_body_that_is_not_what_its_header_says_is_refused(coding: str, body: bytes, status: int) -> None:
    got, _ = receive(body=body, content_encoding=coding)
    assert got == status


def test_a_body_that_would_be_huge_is_not_even_unpacked() -> None:
    bomb = zipped(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(RequestRefused):
            decoded(bomb, "gzip", LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "x-gzip", "br", "²"]))
def test_no_body_breaks_the_decoder(body: bytes, coding: str) -> None:
    try:
        assert len(decoded(body, coding, LIMIT)) <= LIMIT
    except RequestRefused as refused:
        assert refused.status in {400, 413, 415}  # noqa: PT017


@given(
    st.text(max_size=40),
    st.sampled_from(["127.0.0.1", "localhost:80", "²", "[", "127.0.0.²"]) | st.text(max_size=10),
    st.text(max_size=20) | st.sampled_from(["http://[", "http://127.0.0.²", "//["]),
)
def test_no_target_host_or_origin_is_a_problem(target: str, host: str, origin: str) -> None:
    for start in ("", "/", "http://", "/_brownout/"):
        got = receive(start + target, host=host, origin=origin)
        assert isinstance(got, Call) or got[0] < 500
