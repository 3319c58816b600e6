"""A request in the terms of the answer language: what the user says, which turn it is, which tools there are.

Chat messages and the items of a response's input are alike in what matters here; both come as a list of `Said`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import orjson

from brownout_simulators.answers import Tool, counter

PER_MESSAGE: Final = 3
"""Tokens around each message, and before the reply: a rule of thumb, from the cookbook's token counting."""
PER_IMAGE: Final = 85
"""Of an image at low detail (guide "Images and vision")."""


class Said(NamedTuple):
    """One message, or an item beside the messages: a call, a call's output."""

    role: str
    """`user`, `assistant`, `tool` for a call's output, `system`, `developer`."""
    text: str
    images: int = 0
    is_call: bool = False


class Turn(NamedTuple):
    """Where in the conversation an answer stands."""

    says: str
    turn: int
    step: int


def text_and_images(content: Any) -> tuple[str, int]:
    """The text of a message's content, which may be parts, and how many of those are images."""
    if isinstance(content, str):
        return content, 0
    if not isinstance(content, list):
        return "", 0
    parts = [part for part in content if isinstance(part, dict)]
    texts = [part[name] for part in parts for name in ("text", "refusal") if isinstance(part.get(name), str)]
    return "\n".join(texts), sum("image" in str(part.get("type")) for part in parts)


def turn_of(said: Sequence[Said]) -> Turn:
    """The last thing that the user says, how many answers there were, and how many since. Calls that were made at once
    are one answer, and so is what was said beside them."""
    says, turns, step = "", 1, 0
    before = ""
    for one in said:
        if one.role == "user":
            says, step = one.text, 0
        elif one.role == "assistant" and before != "assistant":
            turns, step = turns + 1, step + 1
        before = one.role
    return Turn(says, turns, step)


def tokens_of(said: Iterable[Said], besides: Iterable[Any] = ()) -> int:
    """Tokens of a prompt, and of what stands beside it."""
    count = counter().count
    total = PER_MESSAGE
    for one in said:
        total += PER_MESSAGE + count(one.text) + PER_IMAGE * one.images
    for each in besides:
        if each:
            total += count(orjson.dumps(each).decode())
    return total


def tools_of(given: Any, named: Mapping[str, Any] | None) -> tuple[Tool, ...]:
    """The functions among the tools; only the one that is to be called, where one is named."""
    found = []
    for each in given if isinstance(given, list) else ():
        function = each.get("function", each) if isinstance(each, dict) else {}
        if each.get("type") == "function" and isinstance(function, dict) and isinstance(function.get("name"), str):
            parameters = function.get("parameters")
            found.append(Tool(function["name"], parameters if isinstance(parameters, dict) else {}))
    name = None if named is None else named.get("function", named).get("name")
    return tuple(tool for tool in found if name is None or tool.name == name)


def calls_of(choice: Any) -> Literal["never", "may", "must"]:
    """What `tool_choice` says."""
    if isinstance(choice, dict):
        return "may" if choice.get("mode") == "auto" else "must"
    return "never" if choice == "none" else "must" if choice == "required" else "may"


def key_of(salt: bytes, model: str, text: bytes, seed: int | None) -> bytes:
    """What all that is drawn for an answer depends on."""
    hashed = _keyed(salt).copy()
    hashed.update(b"%b\0%b\0%b" % (model.encode(), str(seed).encode(), text))
    return hashed.digest()


@lru_cache(256)
def _keyed(salt: bytes) -> hashlib.blake2b:
    """One account's, to be copied: that takes a third of what making one takes."""
    return hashlib.blake2b(digest_size=16, key=salt)
