"""A batch in parts: read as it is written, change sets done whole, bad bodies refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.erp.parts import BadParts, read_parts
from tests.simulators.vendors.erp.bench import COMPANY, STANDARD, ErpBench
from tests.support.examples import examples

KIND = "multipart/mixed; boundary=b"


def _in_parts(*parts: str) -> bytes:
    return ("".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n").encode()


def _request(line: str, body: str = "", content_id: str = "") -> str:
    head = f"Content-ID: {content_id}\r\n" if content_id else ""
    inner = "Content-Type: application/json\r\n" if body else ""
    return f"Content-Type: application/http\r\n{head}\r\n{line} HTTP/1.1\r\n{inner}\r\n{body}"


def _change_set(*parts: str) -> str:
    inner = "".join(f"--c\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/mixed; boundary=c\r\n\r\n{inner}--c--\r\n"


ORDER = _request(f"POST {COMPANY}/salesOrders", '{"customerNumber": "10000", "externalDocumentNumber": "P-1"}', "7")
BAD = _request(f"POST {COMPANY}/salesOrders", '{"colour": "red"}', "8")


def test_requests_are_read_with_their_change_sets() -> None:
    first, second, third = read_parts(KIND, _in_parts(_request("GET items"), _change_set(ORDER, BAD)))
    assert (first.method, first.url, first.group) == ("GET", "items", "")
    assert (second.content_id, second.group) == ("7", third.group)
    assert third.group


def test_each_answer_has_its_place_and_a_change_set_its_own_parts() -> None:
    bench = ErpBench()
    body = _in_parts(_request(f"GET {COMPANY}/items/$count"), _change_set(ORDER))
    answer = bench.send("POST", f"{STANDARD}/$batch", body, headers={"content-type": KIND})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert b"HTTP/1.1 200 OK" in answer.body
    assert b"boundary=changesetresponse_" in answer.body
    assert b"Content-ID: 7" in answer.body
    assert len(bench.effects()) == 1


def test_a_change_set_that_fails_is_taken_back_and_answered_once() -> None:
    bench = ErpBench()
    answer = bench.send(
        "POST", f"{STANDARD}/$batch", _in_parts(_change_set(ORDER, BAD)), headers={"content-type": KIND}
    )
    assert answer.body.count(b"HTTP/1.1") == 1
    assert b"HTTP/1.1 400 Bad Request" in answer.body
    assert bench.effects() == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/mixed", b""), (KIND, b""), (KIND, b"--b\r\n\r\nGET x\r\n"), (KIND, b"--b\r\n\r\nGET x\r\n--b--"),
     (KIND, _in_parts("Content-Type: multipart/mixed\r\n\r\nx")), (KIND, b"--b\r\n" * 500 + b"--b--")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadParts):
        read_parts(kind, body)


@given(st.binary(max_size=60))
@examples(60)
def test_any_bytes_are_parts_or_refused(noise: bytes) -> None:
    for body in (noise, _in_parts(_request("GET items")) + noise, b"--b\r\n" + noise + b"\r\n--b--"):
        with suppress(BadParts):
            read_parts(KIND, body)
