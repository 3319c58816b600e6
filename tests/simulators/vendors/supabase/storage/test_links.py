"""Links that need no key, and uploads that are made in pieces."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulators.vendors.supabase.bench import ALICE, BOB
from tests.simulators.vendors.supabase.storage.bench import TEXT, StorageBench, refusal
from tests.support.vendor_bench import Answer

KEYLESS = {"apikey": "", "authorization": ""}
TUS = {"tus-resumable": "1.0.0"}
PIECE = {**TUS, "content-type": "application/offset+octet-stream"}
BEGIN = "/storage/v1/upload/resumable"


def link(bench: StorageBench, path: str = "a.txt", lives_s: Any = 60) -> str:
    """A link to read `docs/…`."""
    found: str = bench.ask("POST", f"object/sign/docs/{path}", {"expiresIn": lives_s}).json["signedURL"]
    return "/storage/v1" + found


def test_a_link_reads_without_a_key_until_it_expires() -> None:
    bench = StorageBench()
    bench.put_in("docs/a.txt")
    for lives_s in (60, "60"):
        found = link(bench, lives_s=lives_s)
        assert bench.send("GET", found, headers=KEYLESS).body == b"hello"
    assert bench.send("GET", found + "&download=", headers=KEYLESS).headers["content-disposition"]
    bench.pass_time(61)
    assert refusal(bench.send("GET", found, headers=KEYLESS)) == (400, "400", "InvalidJWT")


def test_a_link_is_good_for_its_object_and_its_purpose_only() -> None:
    bench = StorageBench()
    bench.put_in("docs/a.txt")
    bench.put_in("docs/b.txt")
    found = link(bench)
    other = bench.send("GET", found.replace("a.txt", "b.txt"), headers=KEYLESS)
    assert refusal(other) == (400, "400", "InvalidSignature")
    forged = bench.send("GET", found[:-2] + ("xx" if not found.endswith("xx") else "yy"), headers=KEYLESS)
    assert refusal(forged) == (400, "400", "InvalidJWT")
    upload = bench.ask("POST", "object/upload/sign/docs/c.txt").json
    read = bench.send("GET", f"/storage/v1/object/sign/docs/c.txt?token={upload['token']}", headers=KEYLESS)
    assert refusal(read) == (400, "400", "InvalidSignature")
    for wrong in ({}, {"expiresIn": 0}, {"expiresIn": "soon"}, {"expiresIn": True}):
        assert refusal(bench.ask("POST", "object/sign/docs/a.txt", wrong)) == (400, "400", "InvalidRequest")
    assert refusal(bench.ask("POST", "object/sign/docs/zz", {"expiresIn": 5})) == (400, "404", "NoSuchKey")


def test_links_for_many_say_of_each_whether_there_is_one() -> None:
    bench = StorageBench()
    bench.put_in("docs/a.txt")
    found = bench.ask("POST", "object/sign/docs", {"expiresIn": 60, "paths": ["a.txt", "zz"]}).json
    assert [(each["path"], each["error"] is None, each["signedURL"] is None) for each in found] == [
        ("a.txt", True, False),
        ("zz", False, True),
    ]


def test_a_link_to_upload_puts_one_object_in_its_askers_name() -> None:
    bench = StorageBench()
    asked = bench.send("POST", "/storage/v1/object/upload/sign/docs/a.txt", headers=bench.as_user(ALICE)).json
    done = bench.send("PUT", f"/storage/v1{asked['url']}", b"1", headers={**KEYLESS, **TEXT})
    assert (done.status, done.json) == (200, {"Key": "docs/a.txt"})
    assert bench.send("GET", "/storage/v1/object/docs/a.txt", headers=bench.as_user(ALICE)).body == b"1"
    assert refusal(bench.send("GET", "/storage/v1/object/docs/a.txt", headers=bench.as_user(BOB)))[1] == "404"
    again = bench.send("PUT", f"/storage/v1{asked['url']}", b"2", headers={**KEYLESS, **TEXT})
    assert refusal(again) == (400, "409", "KeyAlreadyExists")
    refused = bench.ask("POST", "object/upload/sign/docs/a.txt")
    assert refusal(refused) == (400, "409", "KeyAlreadyExists")
    late = bench.ask("POST", "object/upload/sign/docs/b.txt").json["url"]
    bench.pass_time(7_201)
    assert refusal(bench.send("PUT", f"/storage/v1{late}", b"2", headers=KEYLESS)) == (400, "400", "InvalidJWT")


def begin(bench: StorageBench, length: int, name: str = "big.bin", **headers: str) -> Answer:
    """A new resumable upload to `docs/…`."""
    known = {"bucketName": "docs", "objectName": name, "contentType": "image/png", "cacheControl": "60"}
    told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in known.items())
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return bench.send("POST", BEGIN, headers={**TUS, "upload-length": str(length), "upload-metadata": told, **named})


def piece(bench: StorageBench, at: str, offset: int, body: bytes, headers: Mapping[str, str] = {}) -> Answer:
    """The next one."""
    target = at.removeprefix("http://bench.localhost")
    return bench.send("PATCH", target, body, headers={**PIECE, "upload-offset": str(offset), **headers})


def test_a_resumable_upload_is_an_object_with_its_last_byte_and_not_before() -> None:
    bench = StorageBench()
    begun = begin(bench, 10)
    at = begun.headers["location"]
    assert (begun.status, at.startswith("http://bench.localhost/storage/v1/upload/resumable/")) == (201, True)
    first = piece(bench, at, 0, b"01234")
    assert (first.status, first.headers["upload-offset"]) == (204, "5")
    assert bench.effects() == []
    assert refusal(bench.ask("GET", "object/docs/big.bin"))[1] == "404"
    looked = bench.send("HEAD", at.removeprefix("http://bench.localhost"), headers=TUS)
    assert (looked.headers["upload-offset"], looked.headers["upload-length"]) == ("5", "10")
    # Its answer may have been lost: what is sent again has another offset than the upload.
    conflict = piece(bench, at, 0, b"01234")
    assert conflict.status == 409
    assert piece(bench, at, 5, b"56789").headers["upload-offset"] == "10"
    got = bench.ask("GET", "object/docs/big.bin")
    assert (got.body, got.headers["content-type"], got.headers["cache-control"]) == (
        b"0123456789",
        "image/png",
        "max-age=60",
    )
    assert (bench.kinds(), bench.kept) == (["object"], 10)
    assert piece(bench, at, 10, b"").status == 404


def test_a_resumable_upload_expires_and_is_given_up() -> None:
    bench = StorageBench(upload_expires_s=100)
    late, dropped = begin(bench, 4, "a").headers["location"], begin(bench, 4, "b").headers["location"]
    piece(bench, late, 0, b"12")
    piece(bench, dropped, 0, b"12")
    assert bench.kept == 4
    assert bench.send("DELETE", dropped.removeprefix("http://bench.localhost"), headers=TUS).status == 204
    assert (piece(bench, dropped, 2, b"34").status, bench.kept) == (404, 2)
    bench.pass_time(101)
    assert (piece(bench, late, 2, b"34").status, bench.kept, bench.effects()) == (410, 0, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"tus-resumable": ""}, 412),
        ({"upload-length": "x"}, 412),
        ({"upload-metadata": ""}, 400),
        ({"upload-metadata": "bucketName YQ==,objectName YQ=="}, 404),
        ({"upload-length": "99999999999"}, 413),
    ],
)
def test_a_resumable_upload_that_cannot_begin(headers: dict[str, str], status: int) -> None:
    bench = StorageBench()
    named = {name.replace("-", "_"): value for name, value in headers.items()}
    assert begin(bench, 3, **named).status == status


def test_pieces_that_do_not_fit() -> None:
    bench = StorageBench(memory_mb=1)
    at = begin(bench, 900_000).headers["location"]
    assert piece(bench, at, 0, b"x", {"content-type": "text/plain"}).status == 403
    assert piece(bench, at, 0, b"x", {"upload-offset": "x"}).status == 403
    assert piece(bench, at, 0, b"x" * 900_001).status == 413
    bench.put_in("docs/other", b"x" * 500_000)
    assert piece(bench, at, 0, b"x" * 600_000).status == 413
    assert piece(bench, at, 0, b"x", bench.as_user(BOB)).status == 403
    assert bench.kept == 500_000


def test_an_object_that_came_in_between_is_not_overwritten() -> None:
    bench = StorageBench()
    assert begin(bench, 0, "empty").status == 201
    assert bench.ask("GET", "object/docs/empty").body == b""
    at, over = begin(bench, 2).headers["location"], begin(bench, 2, x_upsert="true").headers["location"]
    bench.put_in("docs/big.bin", b"mine")
    assert piece(bench, at, 0, b"12").status == 409
    assert bench.ask("GET", "object/docs/big.bin").body == b"mine"
    assert piece(bench, over, 0, b"12").status == 204
    assert (bench.ask("GET", "object/docs/big.bin").body, bench.kept) == (b"12", 2)


def test_what_is_spoken_is_told() -> None:
    assert StorageBench().send("OPTIONS", BEGIN).headers["tus-version"] == "1.0.0"
