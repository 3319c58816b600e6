"""What a conversation must look like, and what it counts for: turns, parts, function calls and their responses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.answers import counter
from brownout_simulators.vendors.gemini.reading import bytes_of
from brownout_simulators.vendors.gemini.resources import is_text

ROLES: Final = ("user", "model", "function")
_DATA: Final = (
    "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
    "toolCall", "toolResponse", "audioTranscription",
)  # fmt: skip

# The API's token page: an image up to 384 pixels, a page of a document; audio and video by the second.
IMAGE_TOKENS: Final = 258
PAGE_TOKENS: Final = 258
AUDIO_TOKENS_PER_S: Final = 32
VIDEO_TOKENS_PER_S: Final = 263
# How long a recording is cannot be told without decoding it: 128 kbit/s of audio, 2 Mbit/s of video are assumed.
_AUDIO_BYTES_PER_S: Final = 16_000
_VIDEO_BYTES_PER_S: Final = 250_000
_MODALITIES: Final[Mapping[str, str]] = {
    "image": "IMAGE",
    "audio": "AUDIO",
    "video": "VIDEO",
    "text": "TEXT",
    "application": "DOCUMENT",
}

_UNANSWERED: Final = (
    "Please ensure that the number of function response parts is equal to the number of function call parts of the"
    " function call turn."
)

Tokens = dict[str, int]
"""Tokens by modality."""
FileTokens = Callable[[str, str], Mapping[str, int]]
"""(uri, MIME type) to what the file counts for."""


def objection_to(contents: Sequence[Mapping[str, Any]], message: str = "GenerateContentRequest") -> str:
    """What is wrong with a conversation, in the model server's words; "" for a good one."""
    if not contents:
        return f"* {message}.contents: contents is not specified\n"
    has_functions = False
    for place, content in enumerate(contents):
        role = content.get("role", "user")
        if role not in ROLES:
            return "Please use a valid role: user, model."
        parts = content.get("parts", [])
        if not parts:
            return f"* {message}.contents[{place}].parts: contents.parts must not be empty.\n"
        for number, part in enumerate(parts):
            if len(part) == 1 and "text" in part:  # most of them
                continue
            has_functions = has_functions or "functionCall" in part or "functionResponse" in part
            held = [name for name in _DATA if name in part]
            # A signature may come alone: a stream's last part has nothing else.
            if len(held) != 1 and not (not held and "thoughtSignature" in part):
                where = f"{message}.contents[{place}].parts[{number}].data"
                return f"* {where}: required oneof field 'data' must have one initialized field\n"
    return _objection_to_turns(contents) if has_functions else ""


def _objection_to_turns(contents: Sequence[Mapping[str, Any]]) -> str:
    """Function calls come after the user, and each has its response in the next turn."""
    before: Mapping[str, Any] | None = None
    for content in contents:
        called = _count_of(before, "functionCall")
        answered = _count_of(content, "functionResponse")
        if _count_of(content, "functionCall") and (before is None or before.get("role") == "model"):
            return (
                "Please ensure that function call turn comes immediately after a user turn or after a function response"
                " turn."
            )
        if answered and not called:
            return "Please ensure that function response turn comes immediately after a function call turn."
        if called != answered:
            return _UNANSWERED
        before = content
    return _UNANSWERED if _count_of(before, "functionCall") else ""


def _count_of(content: Mapping[str, Any] | None, name: str) -> int:
    return sum([name in part for part in content.get("parts", ())]) if content is not None else 0


def objection_to_signatures(contents: Sequence[Mapping[str, Any]]) -> str:
    """Gemini 3 wants back the signature of the first call of each step, since the user spoke last (the API's page on
    thought signatures)."""
    spoke = [place for place, each in enumerate(contents) if each.get("role", "user") == "user" and text_of(each)]
    for place, content in enumerate(contents[spoke[-1] if spoke else 0 :], spoke[-1] if spoke else 0):
        calls = [part for part in content.get("parts", ()) if "functionCall" in part]
        if calls and content.get("role") == "model" and not calls[0].get("thoughtSignature"):
            name = calls[0]["functionCall"].get("name", "")
            return (
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to work"
                " correctly, and missing thought_signature may lead to degraded model performance. Additional data,"
                f" function call `default_api:{name}` , position {place + 1}. Please refer to"
                " https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
            )
    return ""


def text_of(content: Mapping[str, Any] | None) -> str:
    """All text of a turn but the model's thoughts."""
    if content is None:
        return ""
    return "".join([part["text"] for part in content.get("parts", ()) if "text" in part and not part.get("thought")])


def said_last(contents: Sequence[Mapping[str, Any]]) -> str:
    """The text of the user's last message; a turn of nothing but function responses is none."""
    for content in reversed(contents):
        if content.get("role", "user") == "user" and (text := text_of(content)):
            return text
    return ""


def turns_of(contents: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How many answers there are so far, and how many since the user's last message."""
    answers = since = 0
    for content in contents:
        if content.get("role") == "model":
            answers += 1
            since += 1
        elif since and not _count_of(content, "functionResponse"):
            since = 0
    return answers, since


def tokens_of(contents: Iterable[Mapping[str, Any]], files: FileTokens) -> Tokens:
    """What these turns count for."""
    found: Tokens = {}
    text = 0
    count = counter().count
    for content in contents:
        for part in content.get("parts", ()):
            if "text" in part:
                text += count(part["text"])
            elif "inlineData" in part:
                add(found, _tokens_of_blob(part["inlineData"]))
            elif "fileData" in part:
                add(found, files(part["fileData"].get("fileUri", ""), part["fileData"].get("mimeType", "")))
            else:
                held = {name: part[name] for name in _DATA if name in part}
                text += count(orjson.dumps(held).decode()) if held else 0
    if text:
        found["TEXT"] = found.get("TEXT", 0) + text
    return found


def add(tokens: Tokens, more: Mapping[str, int]) -> None:
    """To those that are counted already."""
    for modality, count in more.items():
        if count:
            tokens[modality] = tokens.get(modality, 0) + count


def _tokens_of_blob(blob: Mapping[str, Any]) -> Tokens:
    kind, data = blob.get("mimeType", ""), blob.get("data", "")
    text = bytes_of(data).decode("utf-8", "replace") if is_text(kind) else None
    return tokens_of_bytes(kind, len(data) * 3 // 4, text)


def tokens_of_bytes(kind: str, size: int, text: str | None = None) -> Tokens:
    """What so many bytes of a MIME type count for; of a text exactly, where it is there."""
    modality = "TEXT" if is_text(kind) else _MODALITIES.get(kind.partition("/")[0], "TEXT")
    if modality == "IMAGE":
        return {"IMAGE": IMAGE_TOKENS}
    if modality == "AUDIO":
        return {"AUDIO": AUDIO_TOKENS_PER_S * max(1, size // _AUDIO_BYTES_PER_S)}
    if modality == "VIDEO":
        return {"VIDEO": VIDEO_TOKENS_PER_S * max(1, size // _VIDEO_BYTES_PER_S)}
    if modality == "DOCUMENT":
        return {"DOCUMENT": PAGE_TOKENS}
    # Google's rule of thumb is four characters to a token (Firebase, "Count tokens").
    return {"TEXT": counter().count(text) if text is not None else -(-size // 4)}


def counted() -> dict[str, str]:
    """The header that tells how tokens were counted, of this project's own: the vocabulary is not Gemini's."""
    return {"brownout-tokenizer": counter().name}


def tokens_of_json(value: Any) -> int:
    """What a declaration counts for: as many as its JSON."""
    return counter().count(orjson.dumps(value).decode()) if value else 0


def details_of(tokens: Mapping[str, int]) -> list[dict[str, Any]]:
    """As the API tells them."""
    counts = tokens.items() if len(tokens) < 2 else sorted(tokens.items(), key=_order)
    return [{"modality": name, "tokenCount": count} for name, count in counts if count]


def _order(entry: tuple[str, int]) -> int:
    return ("TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT").index(entry[0])
