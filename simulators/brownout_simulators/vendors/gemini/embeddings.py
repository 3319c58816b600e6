"""Embeddings: vectors that depend on the text alone, of length 1 where they are whole."""

import array
import hashlib
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.answers import counter, digest_of, embedded
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini import contents, models
from brownout_simulators.vendors.gemini.errors import JSON, invalid, pretty, unreadable
from brownout_simulators.vendors.gemini.generating import references_of
from brownout_simulators.vendors.gemini.models import Model
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.resources import State

DIMENSIONS: Final = 3_072
MOST_IN_BATCH: Final = 100
_WORD: Final = re.compile(r"\w+")
WORDS_LIMIT: Final = 2_048
PLACES_OF_A_WORD: Final = 32
WEIGHT_OF_A_WORD: Final = 800.0
"""Against noise of up to 128 in each dimension: words tell more than what is drawn for the text as a whole."""


def embed(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:embedContent: one text."""
    model = models.wanted(call, "embedContent")
    request = _read(call, "EmbedContentRequest")
    text, size = _checked(call, request, "EmbedContentRequest")
    values = vector(model.id, text)[:size]
    effect = _effect(call, account, model, [text], [values])
    return Reply(200, pretty({"embedding": {"values": values}}), {"content-type": JSON}, effects=(effect,))


def embed_batch(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:batchEmbedContents: the vectors are in the order of the requests."""
    model = models.wanted(call, "embedContent")
    requests = _read(call, "BatchEmbedContentsRequest").get("requests", [])
    where = "BatchEmbedContentsRequest.requests"
    if not requests:
        raise invalid(call, f"* {where}: requests is not specified\n")
    if len(requests) > MOST_IN_BATCH:
        raise invalid(call, f"* {where}: at most {MOST_IN_BATCH} requests can be in one batch\n")
    texts, found = [], []
    for place, request in enumerate(requests):
        own = request.get("model", "")
        if models.known(own) is not model:
            raise invalid(call, f"* {where}[{place}].model: unexpected model name format\n")
        text, size = _checked(call, request, f"{where}[{place}]")
        texts.append(text)
        found.append(vector(model.id, text)[:size])
    body = {"embeddings": [{"values": values} for values in found]}
    effect = _effect(call, account, model, texts, found)
    return Reply(200, pretty(body), {"content-type": JSON}, effects=(effect,))


def _read(call: Call, message: str) -> dict[str, Any]:
    try:
        return read(message, call.data if call.body else {})
    except Unreadable as found:
        raise Refused(unreadable(call, found.violations)) from None


def _checked(call: Call, request: Mapping[str, Any], where: str) -> tuple[str, int]:
    """The text and how many values are wanted."""
    content = request.get("content")
    if content is None or not content.get("parts"):
        raise invalid(call, f"* {where}.content: contents is not specified\n")
    objection = contents.objection_to([{**content, "role": "user"}], where)
    if objection:
        raise invalid(call, objection)
    text = contents.text_of(content)
    if not text:
        raise invalid(call, f"* {where}.content: content must hold text\n")
    size = request.get("outputDimensionality", DIMENSIONS)
    if not 1 <= size <= DIMENSIONS:
        raise invalid(call, f"* {where}.output_dimensionality: must be in the range [1, {DIMENSIONS}].\n")
    if request.get("title") and request.get("taskType", "") != "RETRIEVAL_DOCUMENT":
        raise invalid(call, f"* {where}.title: title is only applicable when TaskType is RETRIEVAL_DOCUMENT\n")
    return text, size


@lru_cache(maxsize=64)
def vector(model: str, text: str) -> list[float]:
    """Of length 1: the same for the same text, nearer for texts that share words. A shorter one is its beginning, and
    not of length 1 (the API's embeddings page)."""
    noise = hashlib.shake_128(f"{model}\n{text}".encode("utf-8", "replace")).digest(DIMENSIONS)
    values = [byte - 127.5 for byte in noise]
    for word in _WORD.findall(text.lower())[:WORDS_LIMIT]:
        draws = array.array("H", hashlib.shake_128(word.encode("utf-8", "replace")).digest(2 * PLACES_OF_A_WORD))
        for draw in draws:
            values[(draw >> 1) % DIMENSIONS] += WEIGHT_OF_A_WORD if draw & 1 else -WEIGHT_OF_A_WORD
    length = math.sqrt(sum(value * value for value in values))
    return [round(value / length, 9) for value in values]


def _effect(call: Call, account: Account[State], model: Model, texts: list[str], vectors: list[list[float]]) -> Effect:
    tokens = sum(map(counter().count, texts))
    fields = {
        "model": model.id,
        "inputs": len(texts),
        "prompt_tokens": tokens,
        "total_tokens": tokens,
        "cost": model.cost(prompt=tokens, cached=0, output=0),
        "prompt_digest": digest_of("\n".join(texts).encode("utf-8", "replace")),
        **embedded(texts, vectors),
    }
    return Effect(
        "gemini.embedding", f"emb-{account.ids.base62(16)}", references=references_of(call, {}), fields=fields
    )
