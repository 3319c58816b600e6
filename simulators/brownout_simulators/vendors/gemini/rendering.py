"""What was generated as the API writes it: whole, or frame by frame with usage that grows."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.answers import STOP, Answer
from brownout_simulators.answers.prose import prose
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.gemini.contents import details_of
from brownout_simulators.vendors.gemini.errors import alt_of
from brownout_simulators.vendors.gemini.generating import Generation, finish_of

# litellm 14729: chunks of 120 to 150 characters, each 0.25 to 0.4 s after the one before.
SHORTEST: Final = 120
LONGEST: Final = 150
ARRAY_END: Final = b"\n]\n"
SUMMARY_TOKENS: Final = 24
_CATEGORIES: Final = (
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
)
_RATED: Final = frozenset({"SAFETY", "IMAGE_SAFETY"})


class Frame(NamedTuple):
    """One chunk of a stream."""

    tokens: int
    """Generated up to here since the frame before: how long it takes goes by them."""
    body: dict[str, Any]


def whole(generation: Generation) -> dict[str, Any]:
    """A GenerateContentResponse."""
    if generation.blocked:
        return _blocked(generation)
    candidates = [_candidate(generation, index, answer) for index, answer in enumerate(generation.answers)]
    visible, thoughts = generation.candidate_tokens, generation.thought_tokens
    return _response(generation, candidates, visible, thoughts)


def frames(generation: Generation) -> Iterator[Frame]:
    """The same as a stream: several answers take turns, usage is told of all that came so far, the reason for the end
    with the last frame of each."""
    if generation.blocked:
        yield Frame(1, _blocked(generation))
        return
    rows = [_steps(generation, index, answer) for index, answer in enumerate(generation.answers)]
    visible = thoughts = 0
    for place in range(max(map(len, rows))):
        for row in rows:
            if place < len(row):
                step = row[place]
                visible, thoughts = visible + step.visible, thoughts + step.thoughts
                body = _response(generation, [step.candidate], visible, thoughts)
                yield Frame(step.visible + step.thoughts, body)


def framed(bodies: Sequence[Any], *, is_sse: bool) -> list[bytes]:
    """Each as it goes out: an event (CRLF, no name, nothing at the end), or a member of one JSON array."""
    if is_sse:
        return [b"data: " + orjson.dumps(body) + b"\r\n\r\n" for body in bodies]
    texts = [orjson.dumps(body, option=orjson.OPT_INDENT_2) for body in bodies]
    texts = [(b",\r\n" if place else b"[") + text for place, text in enumerate(texts)]
    return [*texts[:-1], texts[-1] + ARRAY_END]


def error_in_stream(call: Call, reply: Reply, sent: Sequence[bytes]) -> list[bytes]:
    """An error where a stream is under way: a frame of its own, then nothing more. A page from the front end is raw."""
    try:
        error = orjson.loads(reply.body)
    except ValueError:
        return [reply.body]
    if alt_of(call) == "sse":
        return framed([error], is_sse=True)
    (member,) = error if isinstance(error, list) else [error]
    text = orjson.dumps(member, option=orjson.OPT_INDENT_2)
    return [(b",\r\n" if sent else b"[") + text + ARRAY_END]


class _Step(NamedTuple):
    visible: int
    thoughts: int
    candidate: dict[str, Any]


def _steps(generation: Generation, index: int, answer: Answer) -> list[_Step]:
    """One answer in chunks. Thinking is over before the first of them."""
    steps: list[_Step] = []
    thinking = answer.thinking
    summary = _summary(generation, index, answer)
    if summary:
        steps.append(_Step(0, thinking, {"content": {"parts": summary, "role": "model"}, "index": index}))
        thinking = 0
    for text, tokens in _chunks(answer):
        content = {"parts": [{"text": text}], "role": "model"}
        steps.append(_Step(tokens, thinking, {"content": content, "index": index}))
        thinking = 0
    calls = _call_parts(generation, index, answer)
    if calls:
        visible = answer.tokens - answer.thinking
        steps.append(_Step(visible, thinking, {"content": {"parts": calls, "role": "model"}, "index": index}))
    elif answer.thinking and answer.pieces:
        # A thinking model's last chunk has nothing left to say but why it ended (litellm 14729).
        steps.append(_Step(0, 0, {"content": {"parts": [{"text": ""}], "role": "model"}, "index": index}))
    if not steps or (summary and len(steps) == 1):
        steps.append(_Step(0, thinking if not summary else 0, _bare(answer, index)))
    last = steps[-1].candidate
    steps[-1] = steps[-1]._replace(candidate=_ended(last, answer))
    return steps


def _chunks(answer: Answer) -> Iterator[tuple[str, int]]:
    """Text and tokens of each chunk."""
    text, tokens, chunks = "", 0, 0
    for piece in answer.pieces:
        text += piece
        tokens += 1
        if len(text) >= SHORTEST + (len(answer.pieces) * 7 + chunks * 11) % (LONGEST - SHORTEST):
            yield text, tokens
            text, tokens, chunks = "", 0, chunks + 1
    if text or answer.refusal:
        yield text or answer.refusal, tokens or answer.tokens - answer.thinking


def _candidate(generation: Generation, index: int, answer: Answer) -> dict[str, Any]:
    parts = [*_summary(generation, index, answer)]
    text = answer.text or answer.refusal
    if text:
        parts.append({"text": text})
    parts += _call_parts(generation, index, answer)
    if parts and answer.finish == STOP:  # most of them
        content = {"parts": parts, "role": "model"}
        return {"content": content, "finishReason": finish_of(answer), "index": index}
    candidate: dict[str, Any] = (
        {"content": {"parts": parts, "role": "model"}, "index": index} if parts else _bare(answer, index)
    )
    return _ended(candidate, answer)


def _bare(answer: Answer, index: int) -> dict[str, Any]:
    """Nothing was generated that is seen. A plain end has a content without parts (litellm 24442); any other reason has
    no content at all (generative-ai-docs 235)."""
    return {"content": {"role": "model"}, "index": index} if answer.finish == STOP else {"index": index}


def _ended(candidate: dict[str, Any], answer: Answer) -> dict[str, Any]:
    reason = finish_of(answer)
    ended: dict[str, Any] = {name: candidate[name] for name in ("content",) if name in candidate}
    ended |= {"finishReason": reason, "index": candidate["index"]}
    if reason in _RATED:
        ended["safetyRatings"] = _ratings()
    if reason == "MALFORMED_FUNCTION_CALL":
        ended["finishMessage"] = "Malformed function call"
    return ended


def _summary(generation: Generation, index: int, answer: Answer) -> list[dict[str, Any]]:
    """What the model tells of its thoughts, where that was asked for."""
    if not answer.thinking or not generation.prompt.config.get("thinkingConfig", {}).get("includeThoughts"):
        return []
    key = generation.prompt.digest + bytes([index])
    return [{"text": "".join(prose(key, min(SUMMARY_TOKENS, answer.thinking))), "thought": True}]


def _call_parts(generation: Generation, index: int, answer: Answer) -> list[dict[str, Any]]:
    """Function calls; what is no JSON is never shown, the answer then ends by MALFORMED_FUNCTION_CALL or MAX_TOKENS."""
    parts: list[dict[str, Any]] = []
    if not answer.calls:
        return parts
    for place, each in enumerate(answer.calls):
        try:
            arguments = orjson.loads(each.arguments or b"{}")
        except ValueError:
            continue
        part: dict[str, Any] = {"functionCall": {"name": each.name, "args": arguments}}
        if generation.prompt.model.thinks and not parts:
            part["thoughtSignature"] = _signature(generation, index, place)
        parts.append(part)
    return parts


def _signature(generation: Generation, index: int, place: int) -> str:
    key = generation.prompt.digest + bytes([index, place % 256])
    return base64.b64encode(hashlib.shake_128(key).digest(96)).decode()


def _response(
    generation: Generation, candidates: Sequence[dict[str, Any]], visible: int, thoughts: int
) -> dict[str, Any]:
    return {
        "candidates": list(candidates),
        "usageMetadata": _usage(generation, visible, thoughts),
        "modelVersion": generation.prompt.model.id,
        "responseId": generation.response_id,
    }


def _usage(generation: Generation, visible: int, thoughts: int) -> dict[str, Any]:
    prompt = generation.prompt
    usage: dict[str, Any] = {"promptTokenCount": prompt.token_count}
    if visible:
        usage["candidatesTokenCount"] = visible
    usage["totalTokenCount"] = prompt.token_count + visible + thoughts
    if prompt.cache is not None:
        usage["cachedContentTokenCount"] = generation.cached_tokens
    usage["promptTokensDetails"] = details_of(prompt.tokens)
    if prompt.cache is not None:
        usage["cacheTokensDetails"] = details_of(prompt.cache.tokens)
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return usage


def _blocked(generation: Generation) -> dict[str, Any]:
    """The prompt was blocked: no candidates, and HTTP 200."""
    feedback: dict[str, Any] = {"blockReason": generation.blocked}
    if generation.blocked in _RATED:
        feedback["safetyRatings"] = _ratings()
    return {
        "promptFeedback": feedback,
        "usageMetadata": _usage(generation, 0, 0),
        "modelVersion": generation.prompt.model.id,
        "responseId": generation.response_id,
    }


def _ratings() -> list[dict[str, Any]]:
    """By category; the one that is too likely is what blocks."""
    return [
        {"category": name, "probability": "HIGH", "blocked": True}
        if name == _CATEGORIES[-1]
        else {"category": name, "probability": "NEGLIGIBLE"}
        for name in _CATEGORIES
    ]
