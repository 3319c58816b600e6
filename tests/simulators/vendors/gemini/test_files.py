"""Files: uploaded by the resumable protocol, processed, listed, deleted, gone after two days."""

import base64
import hashlib
from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import PLAIN, GeminiBench, says
from tests.support.vendor_bench import Answer

TEXT = b"The sea is blue. " * 100


def begin(bench: GeminiBench, size: int | None = None, kind: str = "text/plain", **file: Any) -> Answer:
    """The first call of an upload."""
    headers = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start",
               "x-goog-upload-header-content-type": kind}  # fmt: skip
    if size is not None:
        headers["x-goog-upload-header-content-length"] = str(size)
    return bench.ask("POST", "/upload/v1/files", {"file": file}, **headers)


def go_on(bench: GeminiBench, started: Answer, command: str, body: bytes = b"", offset: int = 0) -> Answer:
    """A further one: SDKs send no key with the bytes."""
    url = started.headers["x-goog-upload-url"].removeprefix("http://bench.localhost")
    headers = {"x-goog-upload-command": command, "x-goog-upload-offset": str(offset)}
    return bench.send("POST", url, body, headers=headers)


def uploaded(bench: GeminiBench, body: bytes = TEXT, kind: str = "text/plain", **file: Any) -> dict[str, Any]:
    """A file that was uploaded at once."""
    started = begin(bench, len(body), kind, **file)
    done = go_on(bench, started, "upload, finalize", body)
    assert (done.status, done.headers["x-goog-upload-status"]) == (200, "final")
    made: dict[str, Any] = done.json["file"]
    return made


def test_a_file_is_what_was_uploaded() -> None:
    bench = GeminiBench()
    file = uploaded(bench, displayName="sea")
    assert (file["displayName"], file["mimeType"], file["sizeBytes"]) == ("sea", "text/plain", str(len(TEXT)))
    digest = hashlib.sha256(TEXT).hexdigest()
    assert base64.b64decode(file["sha256Hash"]).decode() == digest
    assert (file["state"], file["source"]) == ("ACTIVE", "UPLOADED")
    assert (file["createTime"], file["expirationTime"]) == (
        "2025-10-09T08:55:00.000000Z",
        "2025-10-11T08:55:00.000000Z",
    )
    assert bench.ask("GET", f"/v1beta/{file['name']}").json == file
    assert bench.ask("GET", f"/v1/{file['name']}:download?alt=media").status == 400


def test_an_upload_goes_on_from_where_it_stands() -> None:
    bench = GeminiBench()
    started = begin(bench, len(TEXT))
    assert (started.headers["x-goog-upload-status"], started.body) == ("active", b"")
    first = go_on(bench, started, "upload", TEXT[:1000])
    assert first.headers["x-goog-upload-status"] == "active"
    again = go_on(bench, started, "upload", TEXT[:1000])
    assert (again.status, again.headers["x-goog-upload-size-received"]) == (400, "1000")
    twice = go_on(bench, started, "upload", TEXT[:100])
    assert (twice.status, twice.headers["x-goog-upload-size-received"]) == (400, "1000")
    assert go_on(bench, started, "query").headers["x-goog-upload-size-received"] == "1000"
    early = go_on(bench, started, "finalize", offset=1000)
    assert (early.status, early.headers["x-goog-upload-status"]) == (400, "active")
    too_much = go_on(bench, started, "upload, finalize", TEXT, offset=1000)
    assert (too_much.status, too_much.headers["x-goog-upload-status"]) == (400, "active")
    done = go_on(bench, started, "upload, finalize", TEXT[1000:], offset=1000)
    assert done.json["file"]["sizeBytes"] == str(len(TEXT))
    # The answer was lost: who asks again learns that it is over, and no second file comes of it.
    assert go_on(bench, started, "query").headers["x-goog-upload-status"] == "final"
    repeated = go_on(bench, started, "upload, finalize", TEXT[1000:], offset=1000)
    assert (repeated.status, repeated.headers["x-goog-upload-status"]) == (400, "final")
    assert len(bench.ask("GET", "/v1/files").json["files"]) == 1


def test_an_upload_may_be_given_up_and_one_that_never_was_is_404() -> None:
    bench = GeminiBench()
    started = begin(bench)
    assert go_on(bench, started, "cancel").headers["x-goog-upload-status"] == "cancelled"
    assert go_on(bench, started, "upload, finalize", TEXT).status == 400
    other = bench.send("POST", "/upload/v1/files?upload_id=nope.shop", b"", headers={"x-goog-upload-command": "query"})
    assert other.status == 404
    stranger = bench.send("POST", "/upload/v1/files?upload_id=nope", b"", headers={"x-goog-upload-command": "query"})
    assert stranger.status == 403
    assert bench.ask("GET", "/v1/files").json == {}


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ({"name": "files/Upper"}, 400),
        ({"name": "files/-a"}, 400),
        ({"name": "files/a", "x": 1}, 400),
        ({"name": "b"}, 200),
    ],
)
def test_a_name_is_checked(file: dict[str, Any], status: int) -> None:
    assert begin(GeminiBench(), 1, **file).status == status


def test_a_name_that_is_taken_is_409() -> None:
    bench = GeminiBench()
    assert uploaded(bench, name="files/mine")["name"] == "files/mine"
    again = begin(bench, 1, name="files/mine")
    assert (again.status, again.json["error"]["status"]) == (409, "ALREADY_EXISTS")


def test_a_recording_is_processed_before_it_can_be_used() -> None:
    bench = GeminiBench(processing_s=5)
    file = uploaded(bench, b"x" * 1_000_000, "video/mp4")
    assert file["state"] == "PROCESSING"
    part = {"fileData": {"fileUri": file["uri"], "mimeType": "video/mp4"}}
    asked = {"contents": [{"parts": [part, {"text": "What is this?"}]}]}
    early = bench.generate(asked)
    assert (early.status, early.json["error"]["status"]) == (400, "FAILED_PRECONDITION")
    bench.pass_time(5)
    assert bench.ask("GET", f"/v1/{file['name']}").json["state"] == "ACTIVE"
    usage = bench.generate(asked).json["usageMetadata"]
    assert {"modality": "VIDEO", "tokenCount": 4 * 263} in usage["promptTokensDetails"]
    broken = uploaded(bench, b"", "video/mp4")
    bench.pass_time(5)
    assert bench.ask("GET", f"/v1/{broken['name']}").json["state"] == "FAILED"


def test_a_texts_tokens_are_those_of_its_words() -> None:
    bench = GeminiBench()
    file = uploaded(bench)
    part = {"fileData": {"fileUri": file["uri"], "mimeType": "text/plain"}}
    count = f"/v1/models/{PLAIN}:countTokens"
    by_file = bench.ask("POST", count, {"contents": [{"parts": [part]}]}).json["totalTokens"]
    assert by_file == bench.ask("POST", count, {"contents": [says(TEXT.decode())]}).json["totalTokens"]


def test_files_are_listed_in_pages_deleted_and_gone_after_two_days() -> None:
    bench = GeminiBench()
    names = [uploaded(bench)["name"] for _ in range(5)]
    found, token = [], ""
    while True:
        page = bench.ask("GET", f"/v1/files?pageSize=2&pageToken={token}").json
        found += [each["name"] for each in page["files"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert found == names[::-1]
    assert bench.ask("DELETE", f"/v1/{names[0]}").json == {}
    for gone in (bench.ask("GET", f"/v1/{names[0]}"), bench.ask("DELETE", f"/v1/{names[0]}")):
        assert (gone.status, gone.json["error"]["status"]) == (403, "PERMISSION_DENIED")
    bench.pass_time(48 * 3_600)
    assert bench.ask("GET", "/v1/files").json == {}
    assert len(bench.simulator.accounts["shop"].state.files) == 0


def test_a_file_is_gone_at_its_instant_whatever_is_still_to_be_tidied_up() -> None:
    bench = GeminiBench()
    name = uploaded(bench)["name"]
    bench.simulator.advance(48 * 3_600)
    assert bench.ask("GET", f"/v1/{name}").status == 403
    assert bench.ask("GET", "/v1/files").json == {}


def test_a_lagging_read_sees_what_was_there_before() -> None:
    bench = GeminiBench(processing_s=2)
    old = uploaded(bench, b"x", "video/mp4")
    bench.pass_time(3)
    new = uploaded(bench)
    bench.rule(stale_reads={"lag_s": 2})
    assert [each["name"] for each in bench.ask("GET", "/v1/files").json["files"]] == [old["name"]]
    assert bench.ask("GET", f"/v1/{old['name']}").json["state"] == "PROCESSING"
    assert bench.ask("GET", f"/v1/{new['name']}").status == 403


def test_a_file_elsewhere_cannot_be_used() -> None:
    for uri, status in (("https://example.com/a.png", 400), ("files/none", 403), ("gs://x/y", 400)):
        assert GeminiBench().generate([{"parts": [{"fileData": {"fileUri": uri}}]}]).status == status
