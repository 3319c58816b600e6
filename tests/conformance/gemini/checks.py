"""The Gemini API, with google-genai: what the contract's checks ask, sync and async.

Attempts are counted in the simulator's books, not by what the client says. What becomes of faults: `fault_checks.py`.
"""

import io
from typing import Any

from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from tests.conformance.checking import At, check, main
from tests.conformance.gemini import fault_checks  # noqa: F401  declares its checks
from tests.conformance.gemini.client import BOTH, FLASH, GENERATE, OTHER, PLAIN, Client, refusal

WEATHER = types.FunctionDeclaration(
    name="get_weather",
    description="The weather at a place.",
    parameters=types.Schema(
        type=types.Type.OBJECT,
        properties={
            "place": types.Schema(type=types.Type.STRING),
            "days": types.Schema(type=types.Type.INTEGER, minimum=1, maximum=7),
            "unit": types.Schema(type=types.Type.STRING, enum=["celsius", "fahrenheit"]),
        },
        required=["place", "days", "unit"],
    ),
)


async def refused(client: Client, contents: Any = "Hello", model: str = PLAIN, **config: Any) -> errors.APIError:
    """The same, of an answer that is asked for."""
    return await refusal(client.generate(contents, model, **config))


def adds_up(usage: types.GenerateContentResponseUsageMetadata | None) -> bool:
    """Whether the total is the sum of its parts."""
    assert usage is not None
    parts = (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count)
    return bool(usage.total_token_count == sum(part or 0 for part in (*parts, usage.tool_use_prompt_token_count)))


@check(1, "an answer under /v1 and /v1beta has text, usage that adds up, model and id", *BOTH)
async def an_answer(at: At) -> None:
    for version in (None, OTHER):
        client = Client(at, **({"api_version": version} if version else {}))
        for model in (PLAIN, FLASH):
            answer = await client.generate("Tell me of the sea.", model)
            assert answer.text
            assert adds_up(answer.usage_metadata), answer.usage_metadata
            assert answer.model_version == model
            assert answer.response_id
    routes = {row["route"].split("/")[1] for row in at.control.requests()}
    assert routes == {"v1", "v1beta"}, routes
    assert len(at.control.effects("gemini.completion")) == 4


@check(2, "the same question has the same text, whoever asks", *BOTH)
async def the_same_text(at: At) -> None:
    client = Client(at)
    first, second = await client.generate("Tell me of the sea."), await client.generate("Tell me of the sea.")
    assert first.text == second.text
    # The same words in checks.mjs: the simulators of both have one seed.
    assert (first.text or "").startswith("General decide close away hope"), first.text
    assert first.response_id != second.response_id


@check(3, "a stream has chunks, usage that grows, one id, and its end on the last chunk only", *BOTH)
async def a_stream(at: At) -> None:
    at.control.setup(answers=[{"say": "word " * 200}])
    client = Client(at)
    chunks = [chunk async for chunk in client.stream("Tell me of the sea.")]
    assert len(chunks) >= 2
    assert len({chunk.response_id for chunk in chunks}) == 1
    finishes = [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates]
    assert finishes == [None] * (len(chunks) - 1) + [types.FinishReason.STOP], finishes
    counts = [chunk.usage_metadata.candidates_token_count or 0 for chunk in chunks if chunk.usage_metadata]
    assert counts == sorted(counts)
    assert len(counts) == len(chunks)
    assert all(adds_up(chunk.usage_metadata) for chunk in chunks)
    assert "".join(chunk.text or "" for chunk in chunks) == "word " * 200


@check(4, "count_tokens counts what generate_content bills", *BOTH)
async def counted(at: At) -> None:
    client = Client(at)
    contents = ["One, two, three.", types.Part.from_bytes(data=b"x" * 100, mime_type="image/png")]
    counts = await client.models("count_tokens", model=PLAIN, contents=contents)
    answer = await client.generate(contents)
    assert answer.usage_metadata is not None
    assert counts.total_tokens == answer.usage_metadata.prompt_token_count > 258


@check(5, "embeddings have the length that is asked for, in order, whatever the batch", *BOTH)
async def embedded(at: At) -> None:
    client = Client(at)
    config = types.EmbedContentConfig(output_dimensionality=64)

    async def vectors(*texts: str) -> list[Any]:
        found = await client.models("embed_content", model="gemini-embedding-001", contents=list(texts), config=config)
        return [each.values for each in found.embeddings]

    both = await vectors("one", "two")
    assert [len(each) for each in both] == [64, 64]
    assert both[0] != both[1]
    assert both == [*await vectors("one"), *await vectors("two")]


@check(6, "the pager walks all models one by one, and one can be fetched", *BOTH)
async def listed(at: At) -> None:
    client = Client(at)
    names = [model.name for model in await client.pages("models", page_size=1)]
    assert len(names) == len(set(names)) > 5
    assert names == [model.name for model in await client.pages("models")]
    model = await client.models("get", model=PLAIN)
    assert (model.input_token_limit, model.output_token_limit) == (1_048_576, 8_192)


@check(7, "a function that is offered is called with arguments that fit", *BOTH)
async def called(at: At) -> None:
    client = Client(at)
    tools = [types.Tool(function_declarations=[WEATHER])]
    must = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY"))
    answer = await client.generate("How is the weather?", tools=tools, tool_config=must)
    (call,) = answer.function_calls or []
    assert call.name == "get_weather"
    assert call.args is not None
    assert isinstance(call.args["place"], str)
    assert 1 <= call.args["days"] <= 7
    assert call.args["unit"] in ("celsius", "fahrenheit")
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    # And the whole turn, which the SDK drives by itself where it is given a function.
    at.control.setup(answers=[{"script": [{"call": {"name": "weather_at"}}, {"say": "It rains."}]}])
    asked: list[str] = []

    def weather_at(place: str) -> str:
        """The weather at a place."""
        asked.append(place)
        return "rain"

    said = await client.generate("How is the weather?", tools=[weather_at])
    assert said.text == "It rains."
    assert len(asked) == 1
    assert len(at.control.effects("gemini.completion")) == 3


@check(8, "a response schema is obeyed, and parsed", *BOTH)
async def parsed(at: At) -> None:
    class Town(BaseModel):
        name: str
        people: int
        rivers: list[str]

    answer = await Client(at).generate("A town.", response_mime_type="application/json", response_schema=Town)
    assert isinstance(answer.parsed, Town), answer.text
    assert Town.model_validate_json(answer.text or "") == answer.parsed


@check(9, "a bad key is 400, with its reason", *BOTH)
async def bad_key(at: At) -> None:
    client = Client(at)
    client.sdk = genai.Client(api_key="not-a-key")
    error = await refused(client)
    assert isinstance(error, errors.ClientError)
    assert (error.code, error.status) == (400, "INVALID_ARGUMENT")
    assert error.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


@check(10, "an unknown model is 404, after one attempt", *BOTH)
async def unknown_model(at: At) -> None:
    error = await refused(Client(at), model="gemini-0.1-none")
    assert isinstance(error, errors.ClientError)
    assert (error.code, error.status) == (404, "NOT_FOUND")
    assert len(at.control.requests(GENERATE)) == 1


@check(11, "requests per minute: QuotaFailure and a RetryInfo that keeps its word", *BOTH)
async def throttled(at: At) -> None:
    at.control.limits(rpm={"burst": 3, "rate_per_s": 0.05})
    client = Client(at)
    for _ in range(3):
        await client.generate("Hello")
    error = await refused(client)
    assert (error.code, error.status) == (429, "RESOURCE_EXHAUSTED")
    details = {each["@type"].rpartition(".")[2]: each for each in error.details["error"]["details"]}
    (violation,) = details["QuotaFailure"]["violations"]
    assert "PerMinute" in violation["quotaId"]
    assert violation["quotaValue"] == "3"
    wait_s = float(details["RetryInfo"]["retryDelay"].removesuffix("s"))
    assert 0 < wait_s <= 20
    at.control.advance(wait_s)
    assert (await client.generate("Hello")).text


@check(12, "too long an input is 400, and says by how much", *BOTH)
async def too_long(at: At) -> None:
    error = await refused(Client(at), "word " * 1_100_000)
    assert (error.code, error.status) == (400, "INVALID_ARGUMENT")
    assert "(1048576)" in (error.message or ""), error.message
    assert "(1100" in (error.message or ""), error.message


@check(13, "503 in a burst: three attempts where the SDK may retry, one where it may not", *BOTH)
async def overloaded(at: At) -> None:
    at.control.fault(match=GENERATE, respond={"status": 503})
    retrying = types.HttpRetryOptions(attempts=3, initial_delay=0.01, max_delay=0.02, jitter=0.0)
    error = await refused(Client(at, retry_options=retrying))
    assert isinstance(error, errors.ServerError)
    assert (error.code, error.status) == (503, "UNAVAILABLE")
    assert len(at.control.requests(GENERATE)) == 3
    await refused(Client(at))
    assert len(at.control.requests(GENERATE)) == 4
    assert at.control.effects() == []


@check(14, "a blocked prompt is an empty answer, not an error", *BOTH)
async def blocked(at: At) -> None:
    at.control.setup(answers=[{"when": {"says": "^bad"}, "block": "SAFETY"}, {"block": "SAFETY", "finish": "SAFETY"}])
    client = Client(at)
    answer = await client.generate("bad words")
    assert not answer.candidates
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert answer.text is None
    output = await client.generate("good words, bad answer")
    assert output.text is None
    assert output.candidates
    assert output.candidates[0].finish_reason == types.FinishReason.SAFETY
    (chunk,) = [each async for each in client.stream("bad words")]
    assert chunk.text is None


@check(16, "a small limit ends an answer by MAX_TOKENS, and thinking counts", *BOTH)
async def limited(at: At) -> None:
    client = Client(at)
    answer = await client.generate("Tell me of the sea.", max_output_tokens=5)
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count == 5
    thought = await client.generate("Tell me of the sea.", FLASH, max_output_tokens=1)
    assert thought.candidates
    assert thought.candidates[0].content is None
    assert thought.text is None
    assert thought.usage_metadata is not None
    assert thought.usage_metadata.thoughts_token_count == 1


@check(17, "a file is uploaded, processed, used, listed, deleted", *BOTH)
async def uploaded(at: At) -> None:
    client = Client(at)
    at.control.setup(processing_s=5)
    text = io.BytesIO(b"The sea is blue. " * 1000)
    file = await client.call("files", "upload", file=text, config={"mime_type": "text/plain", "display_name": "sea"})
    assert (file.state.name, file.size_bytes, file.display_name) == ("ACTIVE", 17_000, "sea")
    answer = await client.generate([file, "What colour?"])
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata.prompt_token_count or 0) > 4_000
    film = await client.call(
        "files", "upload", file=io.BytesIO(b"x" * 9_000_000), config={"mime_type": "video/mp4"}
    )  # two pieces
    assert film.state.name == "PROCESSING"
    assert (await refused(client, [film, "What is this?"])).status == "FAILED_PRECONDITION"
    at.control.advance(5)
    assert (await client.call("files", "get", name=film.name)).state.name == "ACTIVE"
    assert {each.name for each in await client.pages("files", page_size=1)} == {file.name, film.name}
    await client.call("files", "delete", name=file.name)
    assert (await refusal(client.call("files", "get", name=file.name))).code == 403
    at.control.advance(48 * 3600)
    assert await client.pages("files") == []


@check(18, "a cached content is made, used, given more time, gone", *BOTH)
async def cached(at: At) -> None:
    client = Client(at)
    config = types.CreateCachedContentConfig(
        contents=["word " * 2000], system_instruction="Be brief.", ttl="60s", display_name="words"
    )
    cache = await client.call("caches", "create", model=PLAIN, config=config)
    tokens = cache.usage_metadata.total_token_count
    answer = await client.generate("How many words?", cached_content=cache.name)
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.cached_content_token_count == tokens > 2000
    assert (answer.usage_metadata.prompt_token_count or 0) > tokens
    await client.call("caches", "update", name=cache.name, config={"ttl": "120s"})
    at.control.advance(90)
    assert (await client.call("caches", "get", name=cache.name)).display_name == "words"
    assert len(await client.pages("caches")) == 1
    at.control.advance(31)
    assert (await refused(client, "Hello", cached_content=cache.name)).code == 403
    assert await client.pages("caches") == []


@check(31, "a batch is answered, inline and by a file", *BOTH)
async def in_a_batch(at: At) -> None:
    at.control.setup(answers=[{"say": "Yes."}], batch_s=10)
    client = Client(at)
    inline = types.InlinedRequest(contents="Is it?", metadata={"order": "A-1"})
    job = await client.call("batches", "create", model=PLAIN, src=[inline], config={"display_name": "mine"})
    assert (job.state, job.display_name) == (types.JobState.JOB_STATE_PENDING, "mine")
    lines = b'{"key": "k1", "request": {"contents": [{"parts": [{"text": "Is it?"}]}]}}\n'
    file = await client.call("files", "upload", file=io.BytesIO(lines), config={"mime_type": "jsonl"})
    by_file = await client.call("batches", "create", model=PLAIN, src=file.name)
    assert len(await client.pages("batches", page_size=1)) == 2
    at.control.advance(10)
    job = await client.call("batches", "get", name=job.name)
    assert job.state == types.JobState.JOB_STATE_SUCCEEDED
    (answer,) = job.dest.inlined_responses
    assert (answer.response.text, answer.metadata) == ("Yes.", {"order": "A-1"})
    by_file = await client.call("batches", "get", name=by_file.name)
    output = await client.call("files", "download", file=by_file.dest.file_name)
    assert b'"k1"' in output
    assert b"Yes." in output
    await client.call("batches", "delete", name=job.name)
    assert len(at.control.effects("gemini.completion")) == 2


if __name__ == "__main__":
    main()
