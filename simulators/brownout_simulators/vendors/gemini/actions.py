"""Generating, counting; and the table of all routes, of which each is there under `/v1` and `/v1beta`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.answers import total_s
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.gemini import batches, caches, embeddings, files, models, uploads
from brownout_simulators.vendors.gemini.contents import add, counted, details_of, objection_to
from brownout_simulators.vendors.gemini.errors import JSON, SSE, alt_of, invalid, pretty, unreadable
from brownout_simulators.vendors.gemini.generating import Generation, effect_of, generate
from brownout_simulators.vendors.gemini.prompts import prompt_of, prompt_tokens
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.rendering import framed, frames, whole
from brownout_simulators.vendors.gemini.resources import State


def generate_content(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:generateContent."""
    generation = _generated(call, account, "generateContent")
    pace = account.setup.answering.pace
    return Reply(
        200,
        pretty(whole(generation)),
        {"content-type": JSON, **counted()},
        effects=(effect_of(call, account, generation, streamed=False),),
        begins_in_s=0.0 if pace.is_off else total_s(pace.gaps_s(generation.steps, account.random)),
    )


def stream_content(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:streamGenerateContent: events with `alt=sse`, without it one JSON array."""
    generation = _generated(call, account, "generateContent")
    is_sse = alt_of(call) == "sse"
    made = list(frames(generation))
    gaps = iter(account.setup.answering.pace.gaps_s(generation.steps, account.random))
    waits = [total_s([next(gaps, 0.0) for _ in range(frame.tokens)]) for frame in made]
    chunks = list(zip(waits, framed([frame.body for frame in made], is_sse=is_sse), strict=True))
    kind = SSE if is_sse else JSON
    effects = (effect_of(call, account, generation, streamed=True),)
    return Reply(200, headers={"content-type": kind, **counted()}, stream=chunks, effects=effects)


def count_tokens(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:countTokens: what the same contents count for when an answer is generated."""
    model = models.wanted(call, "countTokens")
    given = request_of(call, "CountTokensRequest")
    request: Mapping[str, Any] = given.get("generateContentRequest") or {"contents": given.get("contents", [])}
    if "generateContentRequest" in given and "contents" in given:
        raise invalid(call, "Only one of contents and generate_content_request can be set.")
    turns = request.get("contents", [])
    objection = objection_to(turns, "CountTokensRequest")
    if objection:
        raise invalid(call, objection)
    cache = caches.used_by(call, account, model, request)
    tokens = prompt_tokens(call, account, request, turns)
    body: dict[str, Any] = {"totalTokens": 0}
    if cache is not None:
        add(tokens, cache.tokens)
        body["cachedContentTokenCount"] = cache.total_tokens
    body["totalTokens"] = sum(tokens.values())
    body["promptTokensDetails"] = details_of(tokens)
    return Reply(200, pretty(body), {"content-type": JSON, **counted()})


def request_of(call: Call, message: str) -> dict[str, Any]:
    """The call's body as that message. Raises `Refused` with what does not fit."""
    try:
        return read(message, call.data if call.body else {})
    except Unreadable as found:
        raise Refused(unreadable(call, found.violations)) from None


def _generated(call: Call, account: Account[State], method: str) -> Generation:
    model = models.wanted(call, method)
    return generate(call, account, prompt_of(call, account, model, request_of(call, "GenerateContentRequest")))


Action = Callable[[Call, Account[State]], Reply]

_METHODS: Final[tuple[tuple[str, str, Action], ...]] = (
    ("POST", "/models/{model}:generateContent", generate_content),
    ("POST", "/models/{model}:streamGenerateContent", stream_content),
    ("POST", "/models/{model}:countTokens", count_tokens),
    ("POST", "/models/{model}:embedContent", embeddings.embed),
    ("POST", "/models/{model}:batchEmbedContents", embeddings.embed_batch),
    ("GET", "/models", models.list_models),
    ("GET", "/models/{model}", models.fetch_model),
    ("POST", "/models/{model}:batchGenerateContent", batches.create_batch),
    ("GET", "/batches", batches.list_batches),
    ("GET", "/batches/{batch}", batches.fetch_batch),
    ("POST", "/batches/{batch}:cancel", batches.cancel_batch),
    ("DELETE", "/batches/{batch}", batches.delete_batch),
    ("GET", "/tunedModels", models.list_tuned),
    ("GET", "/files", files.list_files),
    ("GET", "/files/{file}", files.fetch_file),
    ("GET", "/files/{file}:download", files.download_file),
    ("DELETE", "/files/{file}", files.delete_file),
    ("POST", "/cachedContents", caches.create_cache),
    ("GET", "/cachedContents", caches.list_caches),
    ("GET", "/cachedContents/{cache}", caches.fetch_cache),
    ("PATCH", "/cachedContents/{cache}", caches.update_cache),
    ("DELETE", "/cachedContents/{cache}", caches.delete_cache),
)

# SDKs from version 3 on call /v1, older ones /v1beta.
VERSIONS: Final = ("v1", "v1beta")
ROUTES: Final[tuple[Route[State], ...]] = tuple(
    Route(method, f"/{version}{path}", action) for version in VERSIONS for method, path, action in _METHODS
) + tuple(Route("POST", f"/upload/{version}/files", uploads.upload) for version in VERSIONS)
