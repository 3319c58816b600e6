"""Conversations: items come in by themselves and with responses, and stay until they are taken out."""

from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.simulators.vendors.openai.test_responses import respond

PATH = "/v1/conversations"
HELLO = {"role": "user", "content": "hello"}


def made(bench: OpenAIBench, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = bench.post_json(PATH, more).json
    return body


def test_one_is_made_read_changed_and_deleted() -> None:
    bench = OpenAIBench()
    body = made(bench, metadata={"a": "b"})
    assert faults("ConversationResource", body) == []
    path = f"{PATH}/{body['id']}"
    assert bench.send("GET", path).json == body
    assert bench.post_json(path, {"metadata": {"c": "d"}}).json["metadata"] == {"c": "d"}
    assert faults("DeletedConversationResource", bench.send("DELETE", path).json) == []
    assert {bench.send(method, path).status for method in ("GET", "DELETE")} == {404}


def test_items_are_added_listed_fetched_and_taken_out() -> None:
    bench = OpenAIBench()
    path = f"{PATH}/{made(bench, items=[HELLO])['id']}/items"
    added = bench.post_json(path, {"items": [{"role": "assistant", "content": "hi"}, HELLO]}).json
    assert faults("ConversationItemList", added) == []
    listed = bench.send("GET", f"{path}?order=asc").json
    assert faults("ConversationItemList", listed) == []
    assert [item["role"] for item in listed["data"]] == ["user", "assistant", "user"]
    newest = bench.send("GET", f"{path}?limit=1").json
    assert (newest["has_more"], newest["data"]) == (True, [added["data"][1]])
    item = added["data"][0]
    assert bench.send("GET", f"{path}/{item['id']}").json == item
    assert bench.send("DELETE", f"{path}/{item['id']}").json["object"] == "conversation"
    assert bench.send("GET", f"{path}/{item['id']}").status == 404
    assert bench.send("DELETE", f"{path}/{item['id']}").status == 404


def test_a_response_goes_on_from_it_and_adds_what_was_said() -> None:
    bench = OpenAIBench(answers=[{"when": {"turn": 2}, "say": "second"}, {"say": "first"}])
    conversation = made(bench)
    one = respond(bench, "a", conversation=conversation["id"]).json
    assert one["conversation"] == {"id": conversation["id"]}
    assert faults("Response", one) == []
    two = respond(bench, "b", conversation={"id": conversation["id"]}).json
    assert two["output"][0]["content"][0]["text"] == "second"
    listed = bench.send("GET", f"{PATH}/{conversation['id']}/items?order=asc").json["data"]
    said = [item["content"][0]["text"] for item in listed]
    assert said == ["a", "first", "b", "second"]
    bench.send("DELETE", f"{PATH}/{conversation['id']}")
    assert respond(bench, "c", conversation=conversation["id"]).status == 404


def test_in_the_background_it_goes_on_when_it_is_done() -> None:
    bench = OpenAIBench()
    conversation = made(bench)
    respond(bench, "a", conversation=conversation["id"], background=True)
    path = f"{PATH}/{conversation['id']}/items"
    assert bench.send("GET", path).json["data"] == []
    bench.pass_time(10.0)
    assert len(bench.send("GET", path).json["data"]) == 2


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"items": [HELLO] * 21}, "items"),
        ({"items": [{}]}, "items[0].role"),
        ({"metadata": []}, "metadata"),
        ({"x": 1}, "x"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(body: dict[str, Any], param: str) -> None:
    answer = OpenAIBench().post_json(PATH, body)
    assert (answer.status, answer.json["error"]["param"]) == (400, param)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "order=up"])
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    bench = OpenAIBench()
    assert bench.send("GET", f"{PATH}/{made(bench)['id']}/items?{query}").status == 400


def test_a_page_behind_what_is_not_there_is_not_found() -> None:
    bench = OpenAIBench()
    assert bench.send("GET", f"{PATH}/{made(bench)['id']}/items?after=nothing").status == 404
