"""The models: listed in pages, fetched by name or alias, and what they cost."""

import pytest

from brownout_simulators.vendors.gemini.models import ALIASES, MODELS, known
from tests.simulators.vendors.gemini.bench import GeminiBench


def test_the_pages_of_the_list_hold_every_model_once() -> None:
    bench, token, names = GeminiBench(), "", []
    while True:
        page = bench.ask("GET", f"/v1beta/models?pageSize=3&pageToken={token}").json
        names += [each["name"] for each in page["models"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert names == [f"models/{name}" for name in MODELS]


@pytest.mark.parametrize(
    "query", ["pageSize=-1", "pageSize=x", "pageToken=x", "pageToken=%C3%A9", "pageSize=99999999999"]
)
def test_a_page_that_cannot_be_is_400(query: str) -> None:
    assert GeminiBench().ask("GET", f"/v1/models?{query}").status == 400


def test_a_model_is_fetched_by_its_alias_and_answers_by_its_own_name() -> None:
    bench = GeminiBench()
    for alias, name in ALIASES.items():
        assert bench.ask("GET", f"/v1/models/{alias}").json["inputTokenLimit"] == MODELS[name].input_limit
    assert bench.generate(model="gemini-flash-latest").json["modelVersion"] == "gemini-2.5-flash"


def test_a_model_that_is_not_there_or_not_for_this_is_404() -> None:
    bench = GeminiBench()
    unknown, embedder = bench.generate(model="gemini-9"), bench.generate(model="gemini-embedding-001", version="v1beta")
    assert unknown.json["error"]["status"] == "NOT_FOUND"
    assert "models/gemini-9 is not found for API version v1, or" in unknown.json["error"]["message"]
    assert "API version v1beta, or is not supported for generateContent" in embedder.json["error"]["message"]
    assert bench.ask("GET", "/v1/models/gemini-9").status == 404


def test_a_long_prompt_costs_more_for_each_token() -> None:
    pro = MODELS["gemini-2.5-pro"]
    assert pro.cost(prompt=100_000, cached=0, output=1_000) == 125_000 + 10_000
    assert pro.cost(prompt=300_000, cached=100_000, output=1_000) == 2 * (250_000 + 12_500) + 15_000
    assert pro.cost(prompt=1, cached=0, output=0) == 2
    assert known("models/gemini-2.5-pro") is pro
