"""Cached contents: made, used and billed as cached, given another end, gone."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import BLANK, PLAIN, GeminiBench, says, text_of

LARGE: dict[str, Any] = {"model": f"models/{PLAIN}", "contents": [says("word " * 2_000)], "ttl": "60s"}
CACHES = "/v1beta/cachedContents"


def test_a_cached_prefix_is_counted_told_and_cheaper() -> None:
    bench = GeminiBench({"say": "Yes."})
    cache = bench.ask("POST", CACHES, {**LARGE, "displayName": "words", "systemInstruction": says("Be brief.")}).json
    tokens = cache["usageMetadata"]["totalTokenCount"]
    assert (cache["model"], cache["displayName"]) == (f"models/{PLAIN}", "words")
    assert cache["expireTime"] == "2025-10-09T08:56:00.000000Z"
    answer = bench.generate({**BLANK, "cachedContent": cache["name"]}).json
    usage = answer["usageMetadata"]
    assert usage["cachedContentTokenCount"] == tokens > 2_000
    assert usage["promptTokenCount"] == tokens + 1
    fields = json.loads(bench.effects()[0]["fields"])
    assert fields["cached_tokens"] == tokens
    assert fields["cost"] < tokens * 0.10
    counted = bench.ask(
        "POST", f"/v1/models/{PLAIN}:countTokens", {"generateContentRequest": {**BLANK, "cachedContent": cache["name"]}}
    ).json
    assert (counted["totalTokens"], counted["cachedContentTokenCount"]) == (tokens + 1, tokens)


def test_what_a_cache_holds_cannot_be_said_again_and_its_model_is_its_own() -> None:
    bench = GeminiBench()
    name = bench.ask("POST", CACHES, LARGE).json["name"]
    twice = bench.generate({**BLANK, "cachedContent": name, "systemInstruction": says("x")})
    assert "CachedContent can not be used with" in twice.json["error"]["message"]
    other = bench.generate({**BLANK, "cachedContent": name}, model="gemini-2.5-flash")
    assert "has to be the same" in other.json["error"]["message"]
    assert (twice.status, other.status) == (400, 400)


def test_a_conversation_goes_on_from_what_is_cached() -> None:
    bench = GeminiBench({"say": "Done."})
    call = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
    answer = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}
    held = {**LARGE, "contents": [*LARGE["contents"], call], "tools": [{"functionDeclarations": [{"name": "f"}]}]}
    made = bench.ask("POST", CACHES, held)
    assert made.status == 400  # a call that nobody answers is no whole conversation
    name = bench.ask("POST", CACHES, {**held, "contents": LARGE["contents"]}).json["name"]
    whole = bench.generate({"contents": [call, answer], "cachedContent": name})
    assert text_of(whole.json) == "Done."
    assert bench.generate({"contents": [], "cachedContent": name}).status == 400


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (
            {"contents": [says("short")]},
            400,
            "Cached content is too small. total_token_count=1, min_total_token_count=1024",
        ),
        ({"contents": []}, 400, "contents is not specified"),
        ({"model": ""}, 400, "model is not specified"),
        ({"model": "models/none"}, 404, "not supported for createCachedContent"),
        ({"ttl": "soon"}, 400, "cached_content.ttl"),
        ({"ttl": "0s"}, 400, "cached_content.ttl"),
        ({"expireTime": "2030-01-01T00:00:00Z"}, 400, "Only one of ttl and expire_time"),
        ({"ttl": None, "expireTime": "2020-01-01T00:00:00Z"}, 400, "must be in the future"),
        ({"ttl": None, "expireTime": "2025-12-01T00:00:00"}, 400, "must be in the future"),
        ({"size": 1}, 400, 'Unknown name "size"'),
    ],
)
def test_what_cannot_be_cached_is_refused(change: dict[str, Any], status: int, words: str) -> None:
    answer = GeminiBench().ask("POST", CACHES, {**LARGE, **change})
    assert answer.status == status
    assert words in answer.json["error"]["message"]


def test_a_cache_is_fetched_listed_given_more_time_deleted_and_gone_when_its_time_is_over() -> None:
    bench = GeminiBench()
    first, second, third = (bench.ask("POST", CACHES, LARGE).json["name"] for _ in range(3))
    page = bench.ask("GET", f"{CACHES}?pageSize=2").json
    assert [each["name"] for each in page["cachedContents"]] == [third, second]
    rest = bench.ask("GET", f"{CACHES}?pageToken={page['nextPageToken']}").json
    assert [each["name"] for each in rest["cachedContents"]] == [first]
    assert bench.ask("DELETE", f"/v1/{third}").json == {}
    bench.pass_time(30)
    changed = bench.ask("PATCH", f"/v1/{second}?updateMask=ttl", {"ttl": "60s"}).json
    assert (changed["updateTime"], changed["expireTime"]) == (
        "2025-10-09T08:55:30.000000Z",
        "2025-10-09T08:56:30.000000Z",
    )
    assert bench.ask("PATCH", f"/v1/{second}", {"displayName": "x"}).status == 400
    bench.pass_time(30)
    assert bench.ask("GET", f"/v1/{first}").status == 403
    assert bench.generate({**BLANK, "cachedContent": first}).status == 403
    assert bench.ask("GET", f"/v1/{second}").status == 200
    bench.pass_time(30)
    assert bench.ask("GET", CACHES).json == {}
    bench.pass_time(1)
    assert len(bench.simulator.accounts["shop"].state.caches) == 0


def test_a_lagging_read_sees_the_older_end_and_no_young_cache() -> None:
    bench = GeminiBench()
    name = bench.ask("POST", CACHES, LARGE).json["name"]
    bench.pass_time(10)
    bench.ask("PATCH", f"/v1/{name}", {"ttl": "300s"})
    bench.ask("POST", CACHES, LARGE)
    bench.rule(stale_reads={"lag_s": 5})
    (seen,) = bench.ask("GET", CACHES).json["cachedContents"]
    assert (seen["name"], seen["expireTime"]) == (name, "2025-10-09T08:56:00.000000Z")
