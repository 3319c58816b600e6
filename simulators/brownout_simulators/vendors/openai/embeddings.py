"""POST /v1/embeddings: unit vectors that depend on the text alone, and are nearer for texts that share words.

Without `encoding_format` both SDKs ask for base64 (little-endian 32-bit floats) and decode it themselves.
"""

import base64
import hashlib
import math
import re
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import counter, embedded
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.chat import JSON, TOKENIZER
from brownout_simulators.vendors.openai.errors import refuse
from brownout_simulators.vendors.openai.generation import references_of, setup_of
from brownout_simulators.vendors.openai.models import Model, model_named
from brownout_simulators.vendors.openai.resources import State

INPUTS: Final = 2_048
TOKENS_IN_ALL: Final = 300_000
_WORD: Final = re.compile(r"\w+")
WORDS_LIMIT: Final = 2_000
PLACES_OF_A_WORD: Final = 16
WEIGHT_OF_A_WORD: Final = 600
"""Against noise of up to 128 in each dimension: texts that share half of their words are clearly near each other."""

_TOKENS: Final = v.array(v.whole(0, 300_000), 1)
PARAMETERS: Final[Mapping[str, v.Check]] = {
    "model": v.text_up_to(256),
    "input": v.either((str, v.text), (list, v.array(v.anything, 1, INPUTS)), expected="one of a string or array"),
    "encoding_format": v.one_of("float", "base64"),
    "dimensions": v.whole(1),
    "user": v.text,
}


def create(call: Call, account: Account[State]) -> Reply:
    """A vector for each input, in their order."""
    data = {name: value for name, value in call.data.items() if value is not None}
    v.checked(data, PARAMETERS, ("model", "input"))
    model = model_named(data["model"], setup_of(account).models, "embedding")
    size = _size(data, model)
    texts, tokens = _inputs(data["input"], model)
    encode = _floats if data.get("encoding_format", "float") == "float" else _packed
    vectors = [vector_of(text, size) for text in texts]
    rows = [
        {"object": "embedding", "index": place, "embedding": encode(vector)} for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = orjson.dumps({"object": "list", "data": rows, "model": model.name, "usage": usage})
    fields = {
        "model": data["model"],
        "inputs": len(texts),
        **usage,
        "cost": model.price.of(tokens, 0),
        **embedded(texts, vectors),
    }
    effect = Effect(
        "openai.embedding", f"embd-{account.ids.hexadecimal(32)}", references=references_of(call), fields=fields
    )
    return Reply(200, body, {**JSON, TOKENIZER: counter().name}, effects=(effect,))


def _size(data: Mapping[str, Any], model: Model) -> int:
    size: int = data.get("dimensions", model.dimensions)
    if size > model.dimensions:
        message = f"Invalid value for 'dimensions' = {size}. Must be less than or equal to {model.dimensions}."
        raise refuse(message, param="dimensions")
    if "dimensions" in data and "embedding-3" not in model.name:
        raise refuse("This model does not support specifying dimensions.", param="dimensions")
    return size


def _inputs(given: Any, model: Model) -> tuple[Sequence[str], int]:
    """The texts, and how many tokens they have; tokens by their numbers are a text of their own."""
    if isinstance(given, str) or not isinstance(given[0], str | list):
        given = [given]
    texts, total = [], 0
    for place, each in enumerate(given):
        name = f"input[{place}]"
        if isinstance(each, str):
            v.text(each, name)
            text, tokens = each, counter().count(each)
        else:
            _TOKENS(each, name)
            text, tokens = " ".join(map(str, each)), len(each)
        if not text:
            raise refuse("'$.input' is invalid: it cannot be an empty string.", param="input")
        if tokens > model.window:
            message = (
                f"This model's maximum context length is {model.window} tokens, however you requested {tokens} tokens."
            )
            raise refuse(f"{message} Please reduce your prompt.", param="input")
        texts.append(text)
        total += tokens
    if total > TOKENS_IN_ALL:
        message = f"Invalid 'input': maximum request size is {TOKENS_IN_ALL} tokens per request, got {total}."
        raise refuse(message, param="input", code="max_tokens_per_request")
    return texts, total


def vector_of(text: str, size: int) -> "array[float]":
    """A vector of length one."""
    noise = hashlib.shake_128(text.encode()).digest(size)
    values = [byte - 127.5 for byte in noise]
    for word in _WORD.findall(text.lower())[:WORDS_LIMIT]:
        draws = hashlib.shake_128(word.encode()).digest(3 * PLACES_OF_A_WORD)
        for at in range(0, len(draws), 3):
            place = (draws[at] << 8 | draws[at + 1]) % size
            values[place] += WEIGHT_OF_A_WORD if draws[at + 2] & 1 else -WEIGHT_OF_A_WORD
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return array("f", [value / length for value in values])


def _floats(vector: "array[float]") -> list[float]:
    return vector.tolist()


def _packed(vector: "array[float]") -> str:
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return base64.b64encode(vector.tobytes()).decode()
