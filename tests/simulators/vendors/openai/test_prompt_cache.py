"""Prompts that begin as one before: what is told as cached, for how long, and what it costs."""

from typing import Any

import pytest

from brownout_simulators.vendors.openai import prompt_cache
from brownout_simulators.vendors.openai.prompt_cache import IDLE_S, LEAST, LONGEST_S, STEP, PromptCache
from tests.simulators.vendors.openai.bench import WEATHER, OpenAIBench

BEGINNING = "You are the dispatcher of a company that repairs furnaces. " * 200
OTHER = "You write limericks about the weather, and nothing else. " * 200


def messages(ends: str = "Where is my order?", begins: str = BEGINNING) -> list[dict[str, str]]:
    return [{"role": "system", "content": begins}, {"role": "user", "content": ends}]


def cached(bench: OpenAIBench, *, begins: str = BEGINNING, ends: str = "Where is my order?", **more: Any) -> int:
    usage = bench.chat(messages(ends, begins), **more).json["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    return int(usage["prompt_tokens_details"]["cached_tokens"])


def test_a_prompt_that_begins_as_one_before_is_cached_in_steps_and_costs_less() -> None:
    bench = OpenAIBench()
    assert cached(bench) == 0
    found = cached(bench, ends="And when does the technician come? " * 20)
    assert found >= LEAST
    assert found % STEP == 0
    first, second = bench.fields()
    assert (first["cached_tokens"], second["cached_tokens"]) == (0, found)
    assert found < second["prompt_tokens"]
    fresh = second["prompt_tokens"] - found
    expected = fresh * 0.15 + found * 0.075 + second["completion_tokens"] * 0.6
    assert expected <= second["cost"] < expected + 1


@pytest.mark.parametrize(
    "more",
    [{"begins": OTHER}, {"model": "gpt-4o"}, {"tools": [WEATHER]}, {"prompt_cache_key": "b"}],
    ids=["text", "model", "tools", "key"],
)
def test_what_differs_from_the_start_is_not_cached(more: dict[str, Any]) -> None:
    bench = OpenAIBench()
    cached(bench)
    assert cached(bench, **more) == 0
    assert cached(bench, **more) >= LEAST


def test_what_is_short_or_of_a_model_without_a_cache_is_never_cached() -> None:
    bench = OpenAIBench()
    for more in ({"begins": "Be brief."}, {"model": "gpt-3.5-turbo"}):
        assert [cached(bench, **more) for _ in range(3)] == [0, 0, 0]


def test_it_is_forgotten_after_a_while_and_kept_by_being_asked_for_an_hour_at_most() -> None:
    bench = OpenAIBench()
    cached(bench)
    bench.pass_time(IDLE_S - 1)
    assert cached(bench) >= LEAST
    bench.pass_time(IDLE_S - 1)
    assert cached(bench) >= LEAST
    bench.pass_time(IDLE_S + 1)
    assert cached(bench) == 0
    for _ in range(int(LONGEST_S // (IDLE_S - 1))):
        bench.pass_time(IDLE_S - 1)
        assert cached(bench) >= LEAST
    bench.pass_time(IDLE_S - 1)
    assert cached(bench) == 0


def test_another_account_has_another_cache() -> None:
    bench = OpenAIBench()
    cached(bench)
    bench.authorization = "Bearer sk-test-b"
    assert cached(bench) == 0


def test_streams_and_responses_tell_of_it_too() -> None:
    bench = OpenAIBench()
    cached(bench)
    frames = bench.ask(messages=messages(), stream_options={"include_usage": True}).data
    assert frames[-1]["usage"]["prompt_tokens_details"]["cached_tokens"] >= LEAST
    asked = {"model": "gpt-4o-mini", "instructions": BEGINNING, "input": "Where is my order?"}
    found = [bench.post_json("/v1/responses", asked).json["usage"]["input_tokens_details"] for _ in range(2)]
    assert found[1]["cached_tokens"] >= LEAST


def test_only_so_many_beginnings_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_cache, "KEPT", 30)
    cache, text = PromptCache(), b"x" * 512 * 20
    assert cache.seen(text, 5_120, b"a", 0.0) == 0
    assert cache.seen(b"y" * 512 * 20, 5_120, b"a", 0.0) == 0
    assert len(cache) == 30
    assert cache.seen(text, 5_120, b"a", 1.0) == 0
