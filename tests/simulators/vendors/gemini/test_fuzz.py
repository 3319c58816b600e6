"""Whatever a client sends, it is answered in the API's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.gemini import VENDOR
from brownout_simulators.vendors.gemini.messages import MESSAGES
from tests.simulators.vendors.gemini.bench import KEY, PLAIN, THINKING, GeminiBench, says
from tests.simulators.vendors.gemini.test_caches import LARGE
from tests.simulators.vendors.gemini.test_files import uploaded
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, bent, json_of, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
TEXTS = texts(
    "user", "model", "STRING", "OBJECT", "ANY", "application/json", "text/plain", "image/png", "AAAA", "60s", "0",
    "files/x", "cachedContents/x", f"models/{PLAIN}", "f", "2030-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "https://x/files/a", "text/x.enum", "\x00",
)  # fmt: skip
JSON = json_of(TEXTS)
MEMBERS = st.sampled_from(sorted({name for fields in MESSAGES.values() for name in fields}))
QUERIES = st.dictionaries(
    st.sampled_from(["pageSize", "pageToken", "alt", "key", "updateMask", "x"]), TEXTS, max_size=2
)
WHOLE: dict[str, Any] = {
    "contents": [
        says("Hello"),
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"b": 2}}}]},
        {"role": "user", "parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]},
    ],
    "systemInstruction": says("Be brief."),
    "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT", "properties": {}}}]}],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    "generationConfig": {
        "temperature": 1, "topP": 0.5, "maxOutputTokens": 50, "candidateCount": 2, "stopSequences": ["z"],
        "responseMimeType": "text/plain", "thinkingConfig": {"thinkingBudget": 5, "includeThoughts": True},
    },
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "labels": {"operation_id": "op"},
}  # fmt: skip
SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["STRING", "INTEGER", "NUMBER", "BOOLEAN", "NULL"])},
        optional={"enum": st.lists(TEXTS, max_size=2), "minimum": st.integers(-9, 9), "maximum": st.integers(-9, 9),
                  "nullable": st.booleans(), "minLength": st.integers(-1, 9), "maxLength": st.integers(-1, 9),
                  "format": TEXTS, "pattern": TEXTS, "default": JSON},
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("ARRAY"), "items": inner}, optional={"minItems": st.integers(-1, 4)}),
        st.builds(lambda fields: {"type": "OBJECT", "properties": fields, "required": sorted(fields)[:2]},
                  st.dictionaries(TEXTS, inner, max_size=3)),
        st.builds(lambda members: {"anyOf": members}, st.lists(inner, max_size=2)),
    ),
    max_leaves=5,
)  # fmt: skip


BENT = bent(WHOLE, JSON)
KEYED = {"x-goog-api-key": KEY, "content-type": "application/json"}
OF_AN_UPLOAD = st.fixed_dictionaries(
    {
        "x-goog-api-key": st.just(KEY),
        "content-type": st.sampled_from(["application/json", "text/plain", ""]),
        "x-goog-upload-command": st.sampled_from(["start", "upload", "query", "finalize"]) | HEADERS,
        "x-goog-upload-protocol": st.sampled_from(["resumable", "raw"]) | HEADERS,
        "x-goog-upload-header-content-length": TEXTS,
    }
)


def _is_answered(answer: Any) -> None:
    assert answer.status < 500, answer.body
    if answer.status >= 400 and not answer.headers["content-type"].startswith("text/html"):
        body = json.loads(answer.body)
        error = (body[0] if isinstance(body, list) else body)["error"]
        assert error["code"] == answer.status
        assert isinstance(error["message"], str)
        assert error["status"].isupper()


@given(st.data(), st.sampled_from(ROUTES))
@examples(60)
def test_any_request_to_any_endpoint_has_an_answer_of_the_api(data: st.DataObject, route: tuple[str, str]) -> None:
    method, path = route
    bench = GeminiBench()
    bench.simulator.schedule([], limits={"tpm": True})
    file = uploaded(bench)["name"].removeprefix("files/")
    cache = bench.ask("POST", "/v1/cachedContents", LARGE).json["name"].removeprefix("cachedContents/")
    some = st.sampled_from([file, cache, PLAIN, THINKING, "gemini-embedding-001"]) | st.text(min_size=1, max_size=5)
    bodies = BENT | JSON | st.dictionaries(MEMBERS, JSON, max_size=4)
    headers = OF_AN_UPLOAD if path.startswith("/upload") else st.just(KEYED)
    requests = Requests(bodies=bodies, queries=QUERIES, headers=headers, without_body=("GET", "DELETE"))
    for _ in range(3):
        _is_answered(requests.send(data, bench, method, path_of(data, path, some)))
    bench.pass_time(200_000.0)


@given(st.data())
@examples(80)
def test_any_configuration_and_any_schema_has_an_answer(data: st.DataObject) -> None:
    bench = GeminiBench()
    schema = data.draw(SCHEMAS)
    body = data.draw(BENT)
    _is_answered(bench.generate(body, model=data.draw(st.sampled_from([PLAIN, THINKING, "gemini-3-pro-preview"]))))
    json_config: dict[str, Any] = {"responseMimeType": "application/json", "responseSchema": schema}
    answer = bench.generate([says("x")], **json_config)
    _is_answered(answer)
    if answer.status == 200:
        json.loads("".join(part["text"] for part in answer.json["candidates"][0]["content"]["parts"]))
    _is_answered(bench.stream([says("x")], responseMimeType="application/json", responseJsonSchema=data.draw(JSON)))


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES), HEADERS)
@examples(40)
def test_any_bytes_any_query_and_any_key_have_an_answer(
    body: bytes, query: str, route: tuple[str, str], key: str
) -> None:
    bench = GeminiBench()
    method, path = route
    target = path.replace("{model}", PLAIN).replace("{file}", "x").replace("{cache}", "x").replace("{batch}", "x")
    _is_answered(bench.ask(method, target, body))
    _is_answered(bench.ask(method, f"{target}?{query}"))
    bench.key = key
    _is_answered(bench.ask(method, target, body))
    _is_answered(bench.ask(method, f"{target}?key={quote(key, errors='replace')}", authorization=key))


@given(st.binary(max_size=60), st.integers(-2, 80), TEXTS)
@examples(40)
def test_any_upload_has_an_answer(body: bytes, offset: int, kind: str) -> None:
    bench = GeminiBench()
    upload = bench.ask("POST", "/upload/v1/files", b"", x_goog_upload_command="start",
                       x_goog_upload_protocol="resumable", x_goog_upload_header_content_type=kind)  # fmt: skip
    _is_answered(upload)
    target = upload.headers["x-goog-upload-url"].removeprefix("http://bench.localhost")
    for command in ("upload", "query", "upload, finalize", kind, "cancel"):
        headers = {"x-goog-upload-command": command, "x-goog-upload-offset": str(offset)}
        _is_answered(bench.send("POST", target, body, headers=headers))
    _is_answered(bench.ask("GET", "/v1/files"))
