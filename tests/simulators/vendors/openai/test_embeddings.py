"""Vectors: the same for the same text, of length one, in both forms."""

import base64
import math
from array import array
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.support.vendor_bench import Answer

SMALL = "text-embedding-3-small"


def _embed(given: Any, bench: OpenAIBench | None = None, **more: Any) -> Answer:
    return (bench or OpenAIBench()).post_json("/v1/embeddings", {"model": SMALL, "input": given, **more})


def _vector(text: str, **more: Any) -> list[float]:
    vector: list[float] = _embed(text, **more).json["data"][0]["embedding"]
    return vector


def test_a_list_of_vectors_in_the_order_of_the_inputs() -> None:
    body = _embed(["one", "two"]).json
    assert faults("CreateEmbeddingResponse", body) == []
    assert [row["index"] for row in body["data"]] == [0, 1]
    assert body["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    assert body["data"][0]["embedding"] == _vector("one")


@pytest.mark.parametrize(
    ("model", "size"), [(SMALL, 1_536), ("text-embedding-3-large", 3_072), ("text-embedding-ada-002", 1_536)]
)
def test_vectors_have_the_models_size_and_length_one(model: str, size: int) -> None:
    vector = OpenAIBench().post_json("/v1/embeddings", {"model": model, "input": "x"}).json["data"][0]["embedding"]
    assert len(vector) == size
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-5)


def test_texts_that_share_words_are_nearer_and_accounts_agree() -> None:
    one, two, far = (_vector(text) for text in ("refund my order now", "please refund the order", "weather in Paris"))

    def nearness(left: list[float], right: list[float]) -> float:
        return sum(a * b for a, b in zip(left, right, strict=True))

    assert nearness(one, two) > 0.2 > abs(nearness(one, far))
    assert _embed("x", OpenAIBench(seed=9)).json["data"] == _embed("x").json["data"]


def test_base64_is_the_same_numbers_as_little_endian_floats() -> None:
    packed = base64.b64decode(_embed("x", encoding_format="base64").json["data"][0]["embedding"])
    assert array("f", packed).tolist() == _vector("x")


def test_fewer_dimensions_where_the_model_has_them() -> None:
    assert len(_vector("x", dimensions=256)) == 256
    assert math.hypot(*_vector("x", dimensions=256)) == pytest.approx(1.0, abs=1e-5)
    assert _embed("x", dimensions=1_537).json["error"]["param"] == "dimensions"
    old = OpenAIBench().post_json("/v1/embeddings", {"model": "text-embedding-ada-002", "input": "x", "dimensions": 5})
    assert old.json["error"]["param"] == "dimensions"


def test_tokens_are_inputs_as_well() -> None:
    assert _embed([1, 2, 3]).json["usage"]["prompt_tokens"] == 3
    assert len(_embed([[1, 2], [3]]).json["data"]) == 2


def test_it_is_booked_with_its_price() -> None:
    bench = OpenAIBench()
    _embed("word " * 1_000, bench, user="u-1")
    (fields,) = bench.fields("openai.embedding")
    assert (fields["inputs"], fields["cost"]) == (1, math.ceil(fields["total_tokens"] * 0.02))


LONG = "word " * 8_200
MANY = [[1] * 8_000] * 40


@pytest.mark.parametrize(
    "given",
    [None, "", [], 7, {}, [None], [""], [[]], [[1], ["x"]], [1.5], [True], ["a"] * 2_049, LONG, MANY, ["a", 1], [-1]],
    ids=lambda value: str(value)[:20],
)
def test_inputs_that_cannot_be_are_refused(given: Any) -> None:
    bench = OpenAIBench()
    answer = _embed(given, bench)
    assert answer.status == 400
    assert answer.json["error"]["param"].startswith("input")
    assert bench.effects() == []


def test_only_models_that_embed_do() -> None:
    answer = OpenAIBench().post_json("/v1/embeddings", {"model": "gpt-4o", "input": "x"})
    assert answer.json["error"]["code"] == "model_not_found"


def test_models_are_listed_and_fetched() -> None:
    bench = OpenAIBench(models={"mine": True})
    listed = bench.send("GET", "/v1/models").json
    assert faults("ListModelsResponse", listed) == []
    assert {"gpt-4o-mini", "mine"} <= {model["id"] for model in listed["data"]}
    assert bench.send("GET", "/v1/models/mine").json in listed["data"]
