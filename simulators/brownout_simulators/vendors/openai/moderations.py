"""POST /v1/moderations: a few words are flagged (`magic.py`), everything else is clean."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.asking import text_and_images
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.generation import setup_of
from brownout_simulators.vendors.openai.magic import FLAGGED
from brownout_simulators.vendors.openai.models import model_named
from brownout_simulators.vendors.openai.resources import Object, State

CATEGORIES: Final = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
OF_IMAGES: Final = frozenset(
    {"self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic"}
)


def _input(value: Any, name: str) -> None:
    if isinstance(value, str):
        v.text(value, name)
        return
    v.mapping(value, name)
    v.checked_part(value, name, {"type": v.one_of("text", "image_url"), "text": v.text}, ("type",))


PARAMETERS: Final[Mapping[str, v.Check]] = {
    "input": v.either((str, v.text), (list, v.array(_input, 1, 2_048)), expected="one of a string or array"),
    "model": v.text,
}


def create(call: Call, account: Account[State]) -> Reply:
    """One result for each text; one for all parts, where there are parts."""
    data = {name: value for name, value in call.data.items() if value is not None}
    v.checked(data, PARAMETERS, ("input",))
    model = model_named(data.get("model", "omni-moderation-latest"), setup_of(account).models, "moderation")
    given = data["input"]
    texts = [given] if isinstance(given, str) else given
    images = 0
    if not all(isinstance(each, str) for each in texts):
        text, images = text_and_images([{"text": each} if isinstance(each, str) else each for each in texts])
        texts = [text]
    results = [_result(text, with_image=bool(images)) for text in texts]
    body = {"id": f"modr-{account.ids.hexadecimal(32)}", "model": model.name, "results": results}
    return Reply(200, orjson.dumps(body), dict(JSON))


def _result(text: str, *, with_image: bool) -> Object:
    low = text.lower()
    flagged = {category for word, category in FLAGGED.items() if word in low}
    noise = hashlib.shake_128(text.encode()).digest(len(CATEGORIES))
    scores = {
        category: round((0.9 if category in flagged else 0.0) + byte / 4_096, 6)
        for category, byte in zip(CATEGORIES, noise, strict=True)
    }
    kinds = {name: ["text", *(["image"] if with_image and name in OF_IMAGES else [])] for name in CATEGORIES}
    return {
        "flagged": bool(flagged),
        "categories": {category: category in flagged for category in CATEGORIES},
        "category_scores": scores,
        "category_applied_input_types": kinds,
    }
