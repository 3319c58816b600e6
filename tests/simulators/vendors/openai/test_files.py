"""Files, and batches of the requests in them."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import MODEL, USER, OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.support.vendor_bench import Answer


def upload(bench: OpenAIBench, content: bytes, purpose: str = "batch", filename: str = "in.jsonl") -> Answer:
    head = f'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n--b\r\n'
    file = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: text/plain\r\n\r\n'
    body = head.encode() + file.encode() + content + b"\r\n--b--\r\n"
    return bench.send("POST", "/v1/files", body, headers={"content-type": "multipart/form-data; boundary=b"})


def request(number: int, url: str = "/v1/chat/completions", **body: Any) -> dict[str, Any]:
    asked = {"model": MODEL, "messages": [{"role": "user", "content": f"number {number}"}], **body}
    return {"custom_id": f"r-{number}", "method": "POST", "url": url, "body": asked}


def batch(bench: OpenAIBench, *lines: Any, endpoint: str = "/v1/chat/completions") -> dict[str, Any]:
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    file = upload(bench, content).json["id"]
    asked = {"input_file_id": file, "endpoint": endpoint, "completion_window": "24h", "metadata": {"a": "b"}}
    made: dict[str, Any] = bench.post_json("/v1/batches", asked).json
    return made


def rows(bench: OpenAIBench, file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in bench.send("GET", f"/v1/files/{file}/content").body.splitlines()]


def test_a_file_is_uploaded_read_listed_and_deleted() -> None:
    bench = OpenAIBench()
    body = upload(bench, b"\x00\xffbytes\n").json
    assert faults("OpenAIFile", body) == []
    assert (body["bytes"], body["filename"], body["status"]) == (8, "in.jsonl", "processed")
    path = f"/v1/files/{body['id']}"
    assert bench.send("GET", path).json == body
    assert bench.send("GET", f"{path}/content").body == b"\x00\xffbytes\n"
    other = upload(bench, b"", "user_data").json
    listed = bench.send("GET", "/v1/files").json
    assert faults("ListFilesResponse", listed) == []
    assert [file["id"] for file in listed["data"]] == [other["id"], body["id"]]
    assert [file["id"] for file in bench.send("GET", "/v1/files?purpose=batch").json["data"]] == [body["id"]]
    assert faults("DeleteFileResponse", bench.send("DELETE", path).json) == []
    assert {bench.send(method, path).status for method in ("GET", "DELETE")} == {404}
    assert bench.send("GET", f"{path}/content").status == 404


def test_what_is_no_upload_is_refused() -> None:
    bench = OpenAIBench()
    assert upload(bench, b"x", "fun").json["error"]["param"] == "purpose"
    assert bench.post_json("/v1/files", {"purpose": "batch"}).json["error"]["param"] == "file"
    assert bench.post_json("/v1/files", {"purpose": "batch", "file": "x"}).status == 400
    nothing = bench.send("POST", "/v1/files", b"--b--\r\n", headers={"content-type": "multipart/form-data; boundary=b"})
    assert nothing.json["error"]["code"] == "missing_required_parameter"


def test_a_batch_goes_through_its_states_and_its_answers_are_the_endpoints() -> None:
    bench = OpenAIBench(answers=[{"echo": True}])
    bench.simulator.listen("a", "http://127.0.0.1:1/hook")
    made = batch(bench, request(1), request(2, model="gpt-0"), b"", request(3, user="u-3"))
    path = f"/v1/batches/{made['id']}"
    seen = []
    for _ in range(50):
        seen.append(bench.send("GET", path).json["status"])
        bench.pass_time(0.1)
    assert list(dict.fromkeys(seen)) == ["validating", "in_progress", "finalizing", "completed"]
    done = bench.send("GET", path).json
    assert done["request_counts"] == {"total": 3, "completed": 2, "failed": 1}
    output = rows(bench, done["output_file_id"])
    assert [row["custom_id"] for row in output] == ["r-1", "r-3"]
    assert [row["response"]["status_code"] for row in output] == [200, 200]
    bodies = [row["response"]["body"] for row in output]
    assert [body["choices"][0]["message"]["content"] for body in bodies] == ["number 1", "number 3"]
    assert all(faults("CreateChatCompletionResponse", body) == [] for body in bodies)
    (failed,) = rows(bench, done["error_file_id"])
    assert (failed["custom_id"], failed["response"]["body"]["error"]["code"]) == ("r-2", "model_not_found")
    assert [webhook.type for webhook in bench.webhooks] == ["batch.completed"]
    kept = {name: value for name, value in done.items() if value is not None}
    assert faults("Batch", kept) == []
    listed = bench.send("GET", "/v1/batches").json
    assert [each["id"] for each in listed["data"]] == [made["id"]]


def test_what_a_batch_generates_is_booked_at_half_the_price() -> None:
    bench = OpenAIBench(answers=[{"prose": True, "tokens": 1_000}])
    batch(bench, request(1, user="u-1"))
    bench.chat([{"role": "user", "content": "number 1"}])
    bench.pass_time(10.0)
    direct, batched = bench.fields()
    assert batched["total_tokens"] == direct["total_tokens"]
    assert batched["cost"] == -(-direct["cost"] // 2)
    assert json.loads(bench.effects()[1]["references"])["user"] == "u-1"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "invalid_json_line"),
        (b"7", "missing_required_parameter"),
        ({"custom_id": 7}, "missing_required_parameter"),
        (request(0), "duplicate_custom_id"),
        ({**request(1), "method": "GET"}, "invalid_method"),
        (request(1, "/v1/embeddings"), "mismatched_endpoint"),
        ({**request(1), "body": None}, "missing_required_parameter"),
    ],
)
def test_a_file_with_a_wrong_line_fails_the_batch_and_nothing_is_done(line: Any, code: str) -> None:
    bench = OpenAIBench()
    made = batch(bench, request(0), line)
    bench.pass_time(10.0)
    done = bench.send("GET", f"/v1/batches/{made['id']}").json
    assert (done["status"], done["errors"]["data"][0]["code"], done["errors"]["data"][0]["line"]) == ("failed", code, 2)
    assert bench.effects() == []


def test_an_empty_file_fails_the_batch() -> None:
    bench = OpenAIBench()
    made = batch(bench)
    bench.pass_time(10.0)
    assert bench.send("GET", f"/v1/batches/{made['id']}").json["errors"]["data"][0]["code"] == "empty_file"


@pytest.mark.parametrize(("wait_s", "done"), [(0.0, 0), (1.5, 0), (2.5, None)])
def test_a_cancelled_batch_keeps_what_was_done(wait_s: float, done: int | None) -> None:
    bench = OpenAIBench()
    made = batch(bench, *(request(number) for number in range(3)))
    bench.pass_time(wait_s)
    answer = bench.post_json(f"/v1/batches/{made['id']}/cancel", {})
    if done is None:
        assert answer.status == 409
        return
    assert answer.json["status"] == "cancelling"
    bench.pass_time(10.0)
    ended = bench.send("GET", f"/v1/batches/{made['id']}").json
    assert (ended["status"], ended["request_counts"]["completed"]) == ("cancelled", done)
    assert len(bench.effects()) == done


@pytest.mark.parametrize("endpoint", ["/v1/responses", "/v1/embeddings", "/v1/moderations"])
def test_other_endpoints_are_answered_as_well(endpoint: str) -> None:
    bench = OpenAIBench()
    model = {"/v1/responses": MODEL, "/v1/embeddings": "text-embedding-3-small"}.get(endpoint, "omni-moderation-latest")
    line = {"custom_id": "x", "method": "POST", "url": endpoint, "body": {"model": model, "input": "hi"}}
    made = batch(bench, line, endpoint=endpoint)
    bench.pass_time(10.0)
    done = bench.send("GET", f"/v1/batches/{made['id']}").json
    assert done["request_counts"] == {"total": 1, "completed": 1, "failed": 0}


def test_streams_are_refused_line_by_line_and_many_lines_are_all_done() -> None:
    bench = OpenAIBench(answers=[{"say": "x"}])
    made = batch(bench, request(0, stream=True), *(request(number) for number in range(1, 251)))
    bench.pass_time(10.0)
    counts = bench.send("GET", f"/v1/batches/{made['id']}").json["request_counts"]
    assert counts == {"total": 251, "completed": 250, "failed": 1}
    assert len(bench.effects()) == 250


@pytest.mark.parametrize(
    ("more", "param"),
    [({"input_file_id": "file-x"}, "input_file_id"), ({"endpoint": "/v1/files"}, "endpoint"),
     ({"completion_window": "1h"}, "completion_window"), ({"input_file_id": None}, "input_file_id")],
)  # fmt: skip
def test_a_batch_that_cannot_be_is_refused(more: dict[str, Any], param: str) -> None:
    bench = OpenAIBench()
    asked = {"input_file_id": upload(bench, b"{}").json["id"], "endpoint": "/v1/responses", "completion_window": "24h"}
    answer = bench.post_json("/v1/batches", {**asked, **more})
    assert (answer.status, answer.json["error"]["param"]) == (400, param)
    assert bench.send("GET", "/v1/batches/batch_x").status == 404


def test_stored_completions_are_listed_read_changed_and_deleted() -> None:
    bench = OpenAIBench()
    one = bench.chat(store=True, metadata={"a": "b"}).json
    two = bench.chat([{"role": "user", "content": [{"type": "text", "text": "hi"}]}], store=True, model="gpt-4o").json
    bench.chat()
    path = "/v1/chat/completions"
    listed = bench.send("GET", path).json
    assert faults("ChatCompletionList", listed) == []
    assert [each["id"] for each in listed["data"]] == [one["id"], two["id"]]
    assert [each["id"] for each in bench.send("GET", f"{path}?model=gpt-4o").json["data"]] == [two["id"]]
    assert [each["id"] for each in bench.send("GET", f"{path}?metadata[a]=b").json["data"]] == [one["id"]]
    assert bench.send("GET", f"{path}/{one['id']}").json["choices"] == one["choices"]
    messages = bench.send("GET", f"{path}/{one['id']}/messages").json
    assert [message["content"] for message in messages["data"]] == [USER[0]["content"]]
    assert bench.post_json(f"{path}/{one['id']}", {"metadata": {}}).json["metadata"] == {}
    assert faults("ChatCompletionDeleted", bench.send("DELETE", f"{path}/{one['id']}").json) == []
    assert bench.send("GET", f"{path}/{one['id']}").status == 404


def test_moderations_flag_known_words_and_nothing_else() -> None:
    bench = OpenAIBench()
    body = bench.post_json("/v1/moderations", {"input": ["I will kill you", "How nice."]}).json
    assert faults("CreateModerationResponse", body) == []
    bad, good = body["results"]
    assert (bad["flagged"], bad["categories"]["violence"], bad["category_scores"]["violence"] > 0.5) == (
        True,
        True,
        True,
    )
    assert (good["flagged"], max(good["category_scores"].values()) < 0.5) == (False, True)
    parts = [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    mixed = bench.post_json("/v1/moderations", {"input": parts}).json
    assert mixed["results"][0]["category_applied_input_types"]["violence"] == ["text", "image"]
    assert bench.post_json("/v1/moderations", {"input": []}).status == 400
    assert bench.post_json("/v1/moderations", {"input": "x", "model": "gpt-4o"}).status == 404
    assert bench.effects() == []
