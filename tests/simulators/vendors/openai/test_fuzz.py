"""Whatever a client sends, it is answered in the vendor's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.openai import VENDOR
from tests.simulators.vendors.openai.bench import USER, WEATHER, OpenAIBench
from tests.simulators.vendors.openai.test_files import upload
from tests.support.examples import examples

ROUTES = sorted({(route.method, route.path) for route in VENDOR.routes})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
LIKELY: dict[str, Any] = {
    "model": ["gpt-4o", "o3", "text-embedding-3-small", "omni-moderation-latest"],
    "messages": [USER, [{"role": "assistant", "tool_calls": [{"id": "x"}]}], [{"role": "user", "content": [{}]}]],
    "input": ["hi", ["a"], [1], [{"role": "user", "content": "hi"}], [{"type": "function_call_output"}]],
    "tools": [[WEATHER], [{"type": "function", "name": "f", "parameters": {"$ref": "#"}}]],
    "tool_choice": ["required", "none", {"type": "function", "function": {"name": "weather"}}, {"type": "function"}],
    "response_format": [{"type": "json_schema", "json_schema": {"name": "x", "schema": {"$ref": "#"}}}],
    "text": [{"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}}],
    "n": [2], "max_tokens": [1], "max_output_tokens": [1, 20], "stream": [True], "logprobs": [True], "store": [True],
    "stop": ["a", ["a", ""]], "metadata": [{"a": "b"}], "background": [True], "purpose": ["batch"],
    "input_file_id": ["file-x"], "endpoint": ["/v1/responses"], "completion_window": ["24h"], "items": [[]],
    "previous_response_id": ["resp_x"], "conversation": ["conv_x", {"id": "conv_x"}], "encoding_format": ["base64"],
}  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(LIKELY)), max_size=5, unique=True))
    return {
        name: draw(st.sampled_from(LIKELY[name]) | (JSON if draw(st.booleans()) else st.nothing())) for name in names
    }


def with_objects() -> tuple[OpenAIBench, list[str]]:
    """A bench with one object of each kind, and their ids: each fits some routes, and none of the others."""
    bench = OpenAIBench()
    response = bench.post_json("/v1/responses", {"model": "gpt-4o", "input": "hi", "background": True}).json["id"]
    conversation = bench.post_json("/v1/conversations", {"items": [{"role": "user", "content": "a"}]}).json["id"]
    item = bench.send("GET", f"/v1/conversations/{conversation}/items").json["data"][0]["id"]
    completion = bench.chat(store=True).json["id"]
    file = upload(bench, b"{}").json["id"]
    asked = {"input_file_id": file, "endpoint": "/v1/responses", "completion_window": "24h"}
    batch = bench.post_json("/v1/batches", asked).json["id"]
    return bench, [response, conversation, item, completion, file, batch, "gpt-4o"]


@given(st.data(), st.lists(st.tuples(st.sampled_from(ROUTES), bodies()), min_size=1, max_size=4))
@examples(60)
def test_any_body_to_any_endpoint_has_an_answer_of_the_vendors(
    data: st.DataObject, calls: list[tuple[tuple[str, str], Any]]
) -> None:
    bench, ids = with_objects()
    bench.simulator.schedule([], limits={"tokens": True, "requests": True})
    for (method, path), body in calls:
        target = path
        for name in ("{id}", "{item}"):
            target = target.replace(name, data.draw(st.sampled_from(ids)))
        raw = json.dumps(body).encode()
        answer = bench.send(method, target, raw, headers={"content-type": "application/json"})
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert set(answer.json["error"]) == {"message", "type", "param", "code"}
        bench.pass_time(data.draw(st.sampled_from([0.0, 0.6, 2.0])))
    bench.pass_time(100_000.0)


@given(st.sampled_from(ROUTES), st.binary(max_size=40), st.text(max_size=30), st.text(max_size=30))
@examples(60)
def test_any_bytes_query_and_kind_have_an_answer(route: tuple[str, str], body: bytes, query: str, kind: str) -> None:
    method, path = route
    target = path.replace("{", "").replace("}", "")
    bench = OpenAIBench()
    for given_kind in (kind, "application/json", "multipart/form-data; boundary=x"):
        assert bench.send(method, f"{target}?{query}", body, headers={"content-type": given_kind}).status < 500


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = OpenAIBench()
    for value in (text, f"Bearer {text}", f"bearer{text}", f"Basic {text}"):
        assert bench.send("GET", "/v1/models", headers={"authorization": value}).status in {200, 401}
