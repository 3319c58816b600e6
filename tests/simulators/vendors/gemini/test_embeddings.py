"""Embeddings: the same text has the same vector, in order, whatever the batch."""

import json
import math
from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import GeminiBench, says

MODEL = "models/gemini-embedding-001"


def _batch(*texts: str, **more: Any) -> dict[str, Any]:
    return {"requests": [{"model": MODEL, "content": says(text), **more} for text in texts]}


def _vectors(bench: GeminiBench, *texts: str, **more: Any) -> list[list[float]]:
    answer = bench.ask("POST", f"/v1/{MODEL}:batchEmbedContents", _batch(*texts, **more))
    return [each["values"] for each in answer.json["embeddings"]]


def test_vectors_are_of_length_1_in_order_and_do_not_depend_on_the_batch() -> None:
    bench = GeminiBench()
    one, two = _vectors(bench, "one", "two")
    assert len(one) == 3_072
    assert math.sqrt(sum(value * value for value in one)) == pytest.approx(1.0, abs=1e-6)
    assert abs(_nearness(one, two)) < 0.1
    assert _vectors(GeminiBench(seed=9), "two") == [two]
    single = bench.ask("POST", f"/v1beta/{MODEL}:embedContent", {"content": says("one")}).json["embedding"]["values"]
    assert single == one
    few = {"content": says("one"), "outputDimensionality": 8}
    assert bench.ask("POST", f"/v1/{MODEL}:embedContent", few).json["embedding"]["values"] == one[:8]
    assert _vectors(bench, "one", outputDimensionality=8) == [one[:8]]


def _nearness(one: list[float], two: list[float]) -> float:
    return sum(a * b for a, b in zip(one, two, strict=True))


def test_texts_that_share_words_are_nearer() -> None:
    asked, near, far = _vectors(GeminiBench(), "the red boat on the sea", "a boat, red", "taxes are due in April")
    assert _nearness(asked, near) > 0.3
    assert abs(_nearness(asked, far)) < 0.1


def test_the_effect_tells_the_tokens_and_of_which_texts_the_vectors_are_by_digests() -> None:
    bench = GeminiBench()
    vectors = _vectors(bench, "one two", "three")
    (row,) = bench.effects()
    fields = json.loads(row["fields"])
    assert row["route"] == "gemini.embedding"
    assert (fields["model"], fields["prompt_tokens"], fields["inputs"], fields["cost"]) == (MODEL[7:], 3, 2, 1)
    assert (len(fields["text_digests"]), fields["dimensions"]) == (2, len(vectors[0]))
    assert "three" not in row["fields"], "prompts are kept in words only where that is asked for"
    assert (fields["first_0"], fields["first_1"]) == (vectors[0][0], vectors[1][0])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"requests": []}, "requests is not specified"),
        (_batch(*["x"] * 101), "at most 100 requests can be in one batch"),
        (_batch("x", model="models/gemini-2.0-flash"), "unexpected model name format"),
        (_batch("x", outputDimensionality=0), "output_dimensionality: must be in the range"),
        (_batch("x", title="t"), "title is only applicable"),
        (_batch("x", taskType="SING"), "v1beta.TaskType"),
        (_batch(""), "content must hold text"),
        ({"requests": [{"model": MODEL}]}, "requests[0].content: contents is not specified"),
    ],
)
def test_what_cannot_be_embedded_is_400(body: dict[str, Any], words: str) -> None:
    bench = GeminiBench()
    answer = bench.ask("POST", f"/v1/{MODEL}:batchEmbedContents", body)
    assert answer.status == 400
    assert words in answer.json["error"]["message"]
    assert bench.effects() == []
