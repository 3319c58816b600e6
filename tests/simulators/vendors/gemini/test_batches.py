"""Batches: answered later, at half the price, by inline requests or by the lines of a file."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import BLANK, PLAIN, GeminiBench, says
from tests.simulators.vendors.gemini.test_files import uploaded

CREATE = f"/v1/models/{PLAIN}:batchGenerateContent"


def _inline(*requests: Any) -> dict[str, Any]:
    return {"batch": {"displayName": "mine", "inputConfig": {"requests": {"requests": list(requests)}}}}


def _state(bench: GeminiBench, name: str) -> str:
    state: str = bench.ask("GET", f"/v1beta/{name}").json["metadata"]["state"]
    return state


def test_inline_requests_are_answered_in_order_and_each_by_itself() -> None:
    bench = GeminiBench({"when": {"says": "(.*)"}, "say": "You said {1}."})
    requests = [
        {"request": {"contents": [says("one")]}, "metadata": {"order": "A-1"}},
        {"request": {"contents": []}, "metadata": {"order": "A-2"}},
        {"request": {"contents": [says("three")], "model": "models/none"}},
        {"request": {"contents": [says("four")], "colour": 1}},
    ]
    made = bench.ask("POST", CREATE, _inline(*requests)).json
    name = made["name"]
    assert made["metadata"]["state"] == "BATCH_STATE_PENDING"
    assert made["metadata"]["batchStats"] == {"requestCount": "4", "pendingRequestCount": "4"}
    assert "done" not in made
    bench.pass_time(15)
    assert (_state(bench, name), bench.effects()) == ("BATCH_STATE_RUNNING", [])
    bench.pass_time(45)
    done = bench.ask("GET", f"/v1/{name}").json
    assert (done["done"], done["metadata"]["state"]) == (True, "BATCH_STATE_SUCCEEDED")
    assert done["metadata"]["batchStats"] == {
        "requestCount": "4", "successfulRequestCount": "2", "failedRequestCount": "2"
    }  # fmt: skip
    assert (done["metadata"]["createTime"], done["metadata"]["endTime"]) == (
        "2025-10-09T08:55:00.000000Z",
        "2025-10-09T08:56:00.000000Z",
    )
    first, second, third, fourth = done["response"]["inlinedResponses"]["inlinedResponses"]
    assert first["metadata"] == {"order": "A-1"}
    assert first["response"]["candidates"][0]["content"]["parts"] == [{"text": "You said one."}]
    assert (second["metadata"], second["error"]["code"]) == ({"order": "A-2"}, 3)
    assert third["response"]["modelVersion"] == PLAIN
    assert 'Unknown name "colour"' in fourth["error"]["message"]
    (one, _) = bench.effects()
    assert json.loads(one["references"]) == {"metadata.order": "A-1"}
    assert json.loads(one["fields"])["batch"] == name


def test_a_clock_that_is_moved_ahead_ends_it() -> None:
    bench = GeminiBench({"say": "Yes."}, batch_s=10)
    name = bench.ask("POST", CREATE, _inline(*[{"request": BLANK}] * 150)).json["name"]
    bench.simulator.advance(10)
    bench.simulator.run_due(bench.now_s)
    assert (_state(bench, name), len(bench.effects())) == ("BATCH_STATE_SUCCEEDED", 150)


def test_a_batch_costs_half() -> None:
    bench = GeminiBench({"say": "word " * 100})
    bench.generate()
    bench.ask("POST", CREATE, _inline({"request": BLANK}))
    bench.pass_time(60)
    alone, in_batch = (json.loads(row["fields"])["cost"] for row in bench.effects())
    assert in_batch == -(-alone // 2)


def test_the_lines_of_a_file_become_the_lines_of_a_file() -> None:
    bench = GeminiBench({"say": "Yes."}, batch_s=10)
    lines = [json.dumps({"key": f"k{number}", "request": BLANK}) for number in range(250)]
    deep = '{"key": ' + "[" * 500 + "]" * 500 + ', "request": {}}'
    file = uploaded(bench, "\n".join([*lines, "no json", deep]).encode(), "application/jsonl")
    name = bench.ask("POST", CREATE, {"batch": {"inputConfig": {"fileName": file["name"]}}}).json["name"]
    bench.pass_time(5)
    # It works a part of them at a time, for its other callers' sake.
    assert len(bench.effects()) == 100
    bench.pass_time(5)
    output = bench.ask("GET", f"/v1/{name}").json["response"]["responsesFile"]
    told = bench.ask("GET", f"/v1/{output}").json
    assert (told["source"], told["state"]) == ("GENERATED", "ACTIVE")
    answers = [json.loads(line) for line in bench.ask("GET", f"/v1/{output}:download?alt=media").body.splitlines()]
    assert [each.get("key") for each in answers] == [f"k{number}" for number in range(250)] + [None, None]
    assert answers[0]["response"]["candidates"][0]["content"]["parts"] == [{"text": "Yes."}]
    assert "error" in answers[-1]
    assert json.loads(bench.effects()[7]["references"]) == {"key": "k7"}


def test_what_a_cancelled_batch_had_generated_is_spent_and_nothing_more() -> None:
    bench = GeminiBench({"say": "Yes."}, batch_s=10)
    name = bench.ask("POST", CREATE, _inline(*[{"request": BLANK}] * 150)).json["name"]
    bench.pass_time(7)
    assert len(bench.effects()) == 100
    assert bench.ask("POST", f"/v1/{name}:cancel").json == {}
    bench.pass_time(60)
    assert len(bench.effects()) == 100
    told = bench.ask("GET", f"/v1/{name}").json
    assert (told["done"], told["metadata"]["state"], told["error"]["code"]) == (True, "BATCH_STATE_CANCELLED", 1)
    again = bench.ask("POST", f"/v1/{name}:cancel")
    assert (again.status, again.json["error"]["status"]) == (400, "FAILED_PRECONDITION")


def test_batches_are_listed_and_deleted_and_a_deleted_one_works_no_more() -> None:
    bench = GeminiBench({"say": "Yes."})
    names = [bench.ask("POST", CREATE, _inline({"request": BLANK})).json["name"] for _ in range(3)]
    page = bench.ask("GET", "/v1/batches?pageSize=2").json
    rest = bench.ask("GET", f"/v1/batches?pageSize=2&pageToken={page['nextPageToken']}").json
    assert [each["name"] for each in page["operations"] + rest["operations"]] == names[::-1]
    assert bench.ask("DELETE", f"/v1/{names[0]}").json == {}
    assert bench.ask("GET", f"/v1/{names[0]}").status == 404
    bench.pass_time(60)
    assert len(bench.effects()) == 2


def test_a_lagging_read_sees_the_older_state() -> None:
    bench = GeminiBench({"say": "Yes."}, batch_s=10)
    name = bench.ask("POST", CREATE, _inline({"request": BLANK})).json["name"]
    bench.pass_time(10)
    bench.rule(stale_reads={"lag_s": 5})
    assert _state(bench, name) == "BATCH_STATE_RUNNING"
    assert "response" not in bench.ask("GET", f"/v1/{name}").json


@pytest.mark.parametrize(
    ("batch", "status"),
    [
        ({}, 400),
        ({"inputConfig": {}}, 400),
        ({"inputConfig": {"requests": {"requests": []}}}, 400),
        ({"inputConfig": {"fileName": "files/none"}}, 403),
        ({"inputConfig": {"fileName": "files/x", "requests": {"requests": [{"request": {}}]}}}, 400),
    ],
)
def test_a_batch_that_cannot_be_is_refused(batch: dict[str, Any], status: int) -> None:
    assert GeminiBench().ask("POST", CREATE, {"batch": batch}).status == status


def test_a_file_that_is_no_list_of_requests_is_told_to_be_none() -> None:
    bench = GeminiBench()
    file = uploaded(bench)
    answer = bench.ask("POST", CREATE, {"batch": {"inputConfig": {"fileName": file["name"]}}})
    assert "keeps files of type jsonl" in answer.json["error"]["message"]
