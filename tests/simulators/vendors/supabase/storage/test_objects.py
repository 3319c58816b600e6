"""Objects: in, out, moved, copied, deleted, listed; and buckets."""

import base64
from typing import Any

import pytest

from brownout_simulators.vendors.supabase import VENDOR
from brownout_simulators.vendors.supabase.keys import ANON, SERVICE, legacy_key, project_of
from tests.simulators.vendors.supabase.bench import ALICE, BOB
from tests.simulators.vendors.supabase.storage.bench import TEXT, StorageBench, refusal

MISSING = (400, "404", "NoSuchKey")
TAKEN = (400, "409", "KeyAlreadyExists")
DENIED = (400, "403", "AccessDenied")


def form(*, name: str = "a.txt", body: bytes = b"hello", kind: str = "text/plain", **fields: str) -> tuple[bytes, str]:
    """A form as storage3 and supabase-js send it: body and content type."""
    lines = [b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), value.encode())
             for key, value in fields.items()]  # fmt: skip
    lines.append(
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n--x--\r\n'
        % (name.encode(), kind.encode(), body)
    )
    return b"".join(lines), "multipart/form-data; boundary=x"


def test_an_upload_is_there_as_it_came_and_in_the_books() -> None:
    bench = StorageBench()
    known = base64.b64encode(b'{"order": "A-7"}').decode()
    made = bench.put_in("docs/a/b.txt", b"hello", cache_control="max-age=60", x_metadata=known)
    assert (made.status, made.json["Key"]) == (200, "docs/a/b.txt")
    got = bench.ask("GET", "object/docs/a/b.txt")
    assert (got.status, got.body, got.headers["content-type"]) == (200, b"hello", "text/plain")
    assert (got.headers["cache-control"], got.headers["accept-ranges"]) == ("max-age=60", "bytes")
    assert bench.ask("GET", "object/docs/a/b.txt", if_none_match=got.headers["etag"]).status == 304
    (effect,) = bench.effects()
    assert effect["id"] == made.json["Id"]
    assert effect["references"] == '{"metadata.order": "A-7", "path": "docs/a/b.txt"}'
    told = bench.ask("GET", "object/info/docs/a/b.txt").json
    assert (told["size"], told["content_type"], told["metadata"]) == (5, "text/plain", {"order": "A-7"})


def test_a_form_is_an_upload_as_well() -> None:
    bench = StorageBench()
    body, kind = form(cacheControl="3600", metadata='{"k": "v"}')
    assert bench.put_in("docs/a.txt", body, content_type=kind).status == 200
    told = bench.ask("GET", "object/info/docs/a.txt").json
    assert (told["cache_control"], told["metadata"], told["content_type"]) == ("max-age=3600", {"k": "v"}, "text/plain")
    for broken in (b"", b"nonsense", body[:40]):
        assert refusal(bench.put_in("docs/b.txt", broken, content_type=kind)) == (400, "400", "InvalidRequest")


def test_a_body_that_calls_itself_json_and_is_none_is_a_file_like_any_other() -> None:
    bench = StorageBench()
    assert bench.put_in("docs/a.json", b'{"x": ', content_type="application/json").status == 200
    assert bench.ask("GET", "object/docs/a.json").body == b'{"x": '


def test_an_object_is_replaced_only_where_that_is_asked_for() -> None:
    bench = StorageBench()
    first = bench.put_in("docs/a.txt", b"1").json["Id"]
    assert refusal(bench.put_in("docs/a.txt", b"22")) == TAKEN
    assert bench.ask("GET", "object/docs/a.txt").body == b"1"
    assert bench.put_in("docs/a.txt", b"333", x_upsert="true").json["Id"] == first
    assert bench.put_in("docs/a.txt", b"4444", method="PUT").json["Id"] == first
    assert (bench.ask("GET", "object/docs/a.txt").body, bench.kept) == (b"4444", 4)
    assert bench.kinds() == ["object", "object_updated", "object_updated"]


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=0-1", 206, b"he", "bytes 0-1/5"),
        ("bytes=3-", 206, b"lo", "bytes 3-4/5"),
        ("bytes=-2", 206, b"lo", "bytes 3-4/5"),
        ("bytes=1-99", 206, b"ello", "bytes 1-4/5"),
        ("bytes=-", 200, b"hello", None),
        ("lines=1-2", 200, b"hello", None),
    ],
)
def test_a_range_is_a_part(asked: str, status: int, body: bytes, told: str | None) -> None:
    bench = StorageBench()
    bench.put_in("docs/a.txt")
    got = bench.ask("GET", "object/docs/a.txt", range=asked)
    assert (got.status, got.body, got.headers.get("content-range")) == (status, body, told)


def test_a_range_beyond_the_end_is_refused() -> None:
    bench = StorageBench()
    bench.put_in("docs/a.txt")
    for asked in ("bytes=5-", "bytes=9-10", "bytes=3-2"):
        assert refusal(bench.ask("GET", "object/docs/a.txt", range=asked)) == (400, "416", "InvalidRange")


def test_buckets_say_what_they_take() -> None:
    bench = StorageBench(buckets={"docs": {"file_size_limit": "3B", "allowed_mime_types": ["text/*", "image/png"]}})
    assert refusal(bench.put_in("docs/a.txt", b"1234")) == (400, "413", "EntityTooLarge")
    assert refusal(bench.put_in("docs/a.gif", b"1", content_type="image/gif")) == (400, "415", "InvalidMimeType")
    assert bench.put_in("docs/a.png", b"1", content_type="image/png").status == 200
    assert refusal(bench.put_in("nowhere/a.txt")) == (400, "404", "NoSuchBucket")
    assert refusal(bench.put_in("docs/%C3%A4")) == (400, "400", "InvalidKey")
    assert bench.kinds() == ["object"]


def test_what_a_project_may_hold_is_bounded_and_said_so() -> None:
    bench = StorageBench(memory_mb=1)
    assert bench.put_in("docs/a", b"x" * 600_000).status == 200
    refused = bench.put_in("docs/b", b"x" * 600_000)
    assert refusal(refused) == (400, "413", "EntityTooLarge")
    assert "This simulator keeps at most 1 MB" in refused.json["message"]
    bench.ask("DELETE", "object/docs/a")
    assert bench.put_in("docs/b", b"x" * 600_000).status == 200
    assert bench.kept == 600_000


def test_users_have_their_own_objects_and_nobody_elses() -> None:
    bench = StorageBench()
    alice, bob, anybody = bench.as_user(ALICE), bench.as_user(BOB), bench.as_role(ANON)

    def send(who: dict[str, str], method: str, path: str, body: bytes = b"") -> Any:
        return bench.send(method, f"/storage/v1/object/{path}", body, headers={**TEXT, **who})

    assert send(alice, "POST", "docs/a.txt", b"1").status == 200
    assert refusal(send(anybody, "POST", "docs/b.txt", b"1")) == DENIED
    assert send(alice, "GET", "docs/a.txt").body == b"1"
    assert refusal(send(bob, "GET", "docs/a.txt")) == MISSING
    assert refusal(send(bob, "DELETE", "docs/a.txt")) == MISSING
    assert refusal(send(bob, "PUT", "docs/a.txt", b"2")) == DENIED
    for who, count in ((alice, 1), (bob, 0), (anybody, 0)):
        listed = bench.post_json("/storage/v1/object/list/docs", {"prefix": ""}, **who)
        assert len(listed.json) == count
        gone = bench.post_json("/storage/v1/object/docs", {"prefixes": ["a.txt"]}, method="DELETE", **who)
        assert len(gone.json) == (count if who is alice else 0)
    assert bench.kinds() == ["object", "object_deleted"]
    assert refusal(bench.ask("GET", "object/docs/x", authorization="Bearer nonsense")) == DENIED


def test_policies_of_a_bucket_are_declared() -> None:
    rules = {"anon": {"select": "all"}, "authenticated": {"insert": "all", "select": "all"}}
    bench = StorageBench(buckets={"docs": {"policies": rules}})
    alice, anybody = bench.as_user(ALICE), bench.as_role(ANON)
    assert bench.send("POST", "/storage/v1/object/docs/a", b"1", headers={**TEXT, **alice}).status == 200
    assert bench.send("GET", "/storage/v1/object/docs/a", headers=anybody).body == b"1"
    assert refusal(bench.send("DELETE", "/storage/v1/object/docs/a", headers=alice)) == DENIED


def test_a_public_bucket_is_read_without_a_key_in_the_project_default() -> None:
    bench = StorageBench()
    bench.put_in("open/a.txt")
    bench.put_in("docs/a.txt")
    with_key = bench.send("GET", "/storage/v1/object/public/open/a.txt")
    assert with_key.body == b"hello"
    assert refusal(bench.send("GET", "/storage/v1/object/public/docs/a.txt")) == (400, "404", "NoSuchBucket")
    default = StorageBench()
    default.project = project_of("default")
    default.key = legacy_key(default.project, SERVICE)
    default.authorization = f"Bearer {default.key}"
    default.put_in("open/a.txt", b"mine")
    keyless = {"apikey": "", "authorization": ""}
    assert default.send("GET", "/storage/v1/object/public/open/a.txt", headers=keyless).body == b"mine"
    named = default.send("GET", "/storage/v1/object/public/open/a.txt?download=x.txt", headers=keyless)
    assert named.headers["content-disposition"].startswith("attachment; filename=x.txt")
    assert default.send("GET", "/storage/v1/object/docs/a.txt", headers=keyless).status == 401


def test_moving_copying_and_deleting() -> None:
    bench = StorageBench()
    first = bench.put_in("docs/a.txt").json["Id"]
    moved = bench.ask("POST", "object/move", {"bucketId": "docs", "sourceKey": "a.txt", "destinationKey": "b.txt"})
    assert (moved.status, moved.json["Id"]) == (200, first)
    assert refusal(bench.ask("GET", "object/docs/a.txt")) == MISSING
    copied = bench.ask(
        "POST",
        "object/copy",
        {"bucketId": "docs", "sourceKey": "b.txt", "destinationBucket": "open", "destinationKey": "c"},
    )
    assert (copied.json["Key"], copied.json["Id"] == first) == ("open/c", False)
    for path in ("move", "copy"):
        taken = bench.ask(
            "POST", f"object/{path}", {"bucketId": "docs", "sourceKey": "b.txt", "destinationKey": "b.txt"}
        )
        assert refusal(taken) == TAKEN
        gone = bench.ask("POST", f"object/{path}", {"bucketId": "docs", "sourceKey": "zz", "destinationKey": "y"})
        assert refusal(gone) == MISSING
        bad = bench.ask("POST", f"object/{path}", {"bucketId": "docs"})
        assert refusal(bad) == (400, "400", "InvalidRequest")
    deleted = bench.ask("DELETE", "object/docs", {"prefixes": ["b.txt", "b.txt", "zz"]}).json
    assert [each["name"] for each in deleted] == ["b.txt"]
    assert (bench.ask("DELETE", "object/open/c").json, bench.kept) == ({"message": "Successfully deleted"}, 0)
    assert bench.kinds() == ["object", "object_updated", "object", "object_deleted", "object_deleted"]


def test_a_folder_is_listed_a_page_at_a_time() -> None:
    bench = StorageBench()
    for name in ("z.txt", "a/1", "a/2", "a/b/3", "a/b/4", "c/5", "Alpha.txt"):
        bench.put_in(f"docs/{name}")
        bench.pass_time(1)

    def names(**asked: Any) -> list[str]:
        return [each["name"] for each in bench.ask("POST", "object/list/docs", {"prefix": "", **asked}).json]

    assert names() == ["Alpha.txt", "a", "c", "z.txt"]
    assert names(prefix="a") == names(prefix="a/") == ["1", "2", "b"]
    assert names(prefix="a/b") == ["3", "4"]
    assert names(limit=2, offset=1) == ["a", "c"]
    assert names(search="ALPHA") == ["Alpha.txt"]
    assert names(sortBy={"column": "name", "order": "desc"}) == ["z.txt", "c", "a", "Alpha.txt"]
    assert names(sortBy={"column": "created_at", "order": "desc"}) == ["a", "c", "Alpha.txt", "z.txt"]
    assert names(prefix="none") == []
    folder = bench.ask("POST", "object/list/docs", {"prefix": "", "search": "c"}).json[0]
    assert (folder["id"], folder["metadata"]) == (None, None)
    assert bench.ask("POST", "object/list/nowhere", {"prefix": ""}).json == []
    for wrong in ({}, {"prefix": 1}, {"prefix": "", "limit": 0}, {"prefix": "", "sortBy": {"column": "x"}}):
        assert refusal(bench.ask("POST", "object/list/docs", wrong)) == (400, "400", "InvalidRequest")


@pytest.mark.parametrize("folds", [False, True])
def test_everything_is_listed_once_by_a_cursor(folds: bool) -> None:
    bench = StorageBench()
    for name in ("a/1", "a/2", "b", "c/d/3", "c/e", "f"):
        bench.put_in(f"docs/{name}")
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        asked = {"limit": 2, "with_delimiter": folds} | ({"cursor": cursor} if cursor else {})
        page = bench.ask("POST", "object/list-v2/docs", asked).json
        seen += [each["key"] for each in (*page["folders"], *page["objects"])]
        cursor = page.get("nextCursor")
        if not page["hasNext"]:
            break
    assert sorted(seen) == (["a/", "b", "c/", "f"] if folds else ["a/1", "a/2", "b", "c/d/3", "c/e", "f"])
    assert refusal(bench.ask("POST", "object/list-v2/docs", {"cursor": "x"})) == (400, "400", "InvalidRequest")


def test_buckets_are_the_services() -> None:
    bench = StorageBench(buckets={})
    assert bench.ask("POST", "bucket", {"name": "pics", "public": True, "file_size_limit": "1MB"}).json == {
        "name": "pics"
    }
    assert refusal(bench.ask("POST", "bucket", {"name": "pics"})) == (400, "409", "BucketAlreadyExists")
    assert refusal(bench.ask("POST", "bucket", {"name": "a/b"})) == (400, "400", "InvalidBucketName")
    assert refusal(bench.ask("POST", "bucket", {})) == (400, "400", "InvalidRequest")
    shown = bench.ask("GET", "bucket/pics").json
    assert (shown["public"], shown["file_size_limit"], shown["allowed_mime_types"]) == (True, 1_000_000, None)
    bench.ask("PUT", "bucket/pics", {"public": False})
    shown = bench.ask("GET", "bucket/pics").json
    assert (shown["public"], shown["file_size_limit"]) == (False, 1_000_000)
    user = bench.as_user(ALICE)
    assert bench.send("GET", "/storage/v1/bucket", headers=user).json == []
    assert refusal(bench.send("GET", "/storage/v1/bucket/pics", headers=user)) == (400, "404", "NoSuchBucket")
    assert refusal(bench.post_json("/storage/v1/bucket", {"name": "mine"}, **user)) == DENIED
    bench.put_in("pics/a")
    assert refusal(bench.ask("DELETE", "bucket/pics")) == (400, "409", "ResourceNotEmpty")
    bench.ask("POST", "bucket/pics/empty", {})
    assert (bench.ask("DELETE", "bucket/pics").status, bench.ask("GET", "bucket").json, bench.kept) == (200, [], 0)


@pytest.mark.parametrize(
    ("rule", "status", "means"),
    [
        ({"throttle": {}}, 429, "429"),
        ({"lock": {}}, 400, "423"),
        ({"respond": {"status": 500}}, 500, "500"),
        ({"respond": {"error": "storage_DatabaseTimeout"}}, 544, "544"),
        ({"revoke_credentials": {}}, 400, "403"),
    ],
)
def test_faults_speak_storages_words_and_nothing_is_kept(rule: dict[str, Any], status: int, means: str) -> None:
    bench = StorageBench()
    bench.put({"match": "POST /storage/v1/object/*", **rule})
    answer = bench.put_in("docs/a.txt")
    assert (answer.status, answer.json["statusCode"]) == (status, means)
    assert (bench.effects(), bench.kept) == ([], 0)


def test_every_named_error_is_what_its_name_says() -> None:
    bench = StorageBench()
    names = [name for name in VENDOR.named_errors if name.startswith("storage_")]
    assert len(names) > 10
    for name in names:
        bench.put({"match": "GET /storage/v1/bucket", "respond": {"error": name}})
        answer = bench.ask("GET", "bucket")
        assert (answer.status, answer.json["code"]) == (VENDOR.named_errors[name].status, name.removeprefix("storage_"))
