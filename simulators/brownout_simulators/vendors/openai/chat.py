"""POST /v1/chat/completions: what may be sent, and the completion as one object."""

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import CALL, Answer, counter, digest_of
from brownout_simulators.answers.prose import WORDS
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.asking import Said, calls_of, text_and_images, tools_of
from brownout_simulators.vendors.openai.chat_stream import stream_of
from brownout_simulators.vendors.openai.errors import refuse
from brownout_simulators.vendors.openai.generation import (
    Prompt,
    Usage,
    answers_to,
    begins_in_s_of,
    cached_of,
    completion_effect,
    given_up,
    prompt_tokens,
    setup_of,
    text_of,
    usage_of,
)
from brownout_simulators.vendors.openai.models import Model, model_named
from brownout_simulators.vendors.openai.resources import Object, State, StoredCompletion

SPEAKERS: Final = ("user", "assistant", "system", "developer")
ROLES: Final = ("system", "developer", "user", "assistant", "tool", "function")
_ALIKE: Final = {"developer": "system", "function": "tool"}
JSON: Final = {"content-type": "application/json"}
TOKENIZER: Final = "brownout-tokenizer"
"""A header of this simulator's own: how tokens were counted."""


def _message(value: Any, name: str) -> None:
    # Most messages are a role and a text, and there are many of them: those are spared the rest.
    if type(value) is dict and len(value) == 2 and type(value.get("content")) is str and value.get("role") in SPEAKERS:
        return
    v.mapping(value, name)
    v.checked_part(value, name, _MESSAGE, ("role",))
    if value["role"] == "tool" and not value.get("tool_call_id"):
        raise v.missing(f"{name}.tool_call_id")
    if value["role"] in {"system", "developer", "user", "tool"} and value.get("content") is None:
        raise refuse(f"Invalid value for 'content': expected a string, got null in '{name}'.", param=f"{name}.content")


def _part(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"type": v.text, "text": v.text, "refusal": v.text}, ("type",))


def _tool(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"type": v.one_of("function", "custom"), "function": v.mapping}, ("type",))
    if value["type"] == "function":
        if value.get("function") is None:
            raise v.missing(f"{name}.function")
        function = {"name": v.text_up_to(64), "parameters": v.mapping, "description": v.text}
        v.checked_part(value["function"], f"{name}.function", function, ("name",))


def _format(value: Any, name: str) -> None:
    v.mapping(value, name)
    kinds = {"type": v.one_of("text", "json_object", "json_schema"), "json_schema": v.schema}
    needed = ("type", "json_schema") if value.get("type") == "json_schema" else ("type",)
    v.checked_part(value, name, kinds, needed)


_CONTENT: Final = v.either((str, v.text), (list, v.array(_part)), expected="one of a string or array of objects")
_MESSAGE: Final[Mapping[str, v.Check]] = {
    "role": v.one_of(*ROLES),
    "content": _CONTENT,
    "name": v.text,
    "tool_calls": v.array(v.mapping),
    "tool_call_id": v.text,
    "refusal": v.text,
}
_CHOICE: Final = v.either(
    (str, v.one_of("none", "auto", "required")), (dict, v.mapping), expected="one of a string or object"
)
PARAMETERS: Final[Mapping[str, v.Check]] = {
    "model": v.text_up_to(256),
    "messages": v.array(_message, 1, 2_048),
    "stream": v.flag,
    "stream_options": v.mapping,
    "n": v.whole(1, 128),
    "max_tokens": v.whole(1),
    "max_completion_tokens": v.whole(1),
    "temperature": v.decimal(0, 2),
    "top_p": v.decimal(0, 1),
    "frequency_penalty": v.decimal(-2, 2),
    "presence_penalty": v.decimal(-2, 2),
    "logit_bias": v.mapping,
    "logprobs": v.flag,
    "top_logprobs": v.whole(0, 20),
    "stop": v.either((str, v.text), (list, v.array(v.text, 0, 4)), expected="one of a string or array of strings"),
    "seed": v.whole(-(2**63), 2**63 - 1),
    "tools": v.array(_tool, 0, 128),
    "tool_choice": _CHOICE,
    "parallel_tool_calls": v.flag,
    "response_format": _format,
    "user": v.text,
    "safety_identifier": v.text,
    "metadata": v.metadata,
    "store": v.flag,
    "service_tier": v.one_of("auto", "default", "flex", "priority", "scale", "fast"),
    "reasoning_effort": v.text,
    "verbosity": v.one_of("low", "medium", "high"),
    "prompt_cache_key": v.text,
    **dict.fromkeys(("prompt_cache_retention", "prompt_cache_options", "prediction", "modalities", "audio",
                     "web_search_options", "moderation"), v.anything),
}  # fmt: skip
_NOT_OF_REASONING: Final = ("temperature", "top_p", "presence_penalty", "frequency_penalty")


def create(call: Call, account: Account[State]) -> Reply:
    """The completion, whole or as a stream."""
    data = call.data
    if None in data.values():
        data = {name: value for name, value in data.items() if value is not None}
    prompt = read(data, account)
    answers = answers_to(prompt, account, data.get("n", 1))
    usage = usage_of(prompt, answers, cached_of(prompt, data.get("prompt_cache_key"), account))
    id = f"chatcmpl-{account.ids.base62(29)}"  # noqa: A001
    head = {
        "id": id,
        "object": "chat.completion",
        "created": int(account.wall_s()),
        "model": prompt.name,
        "service_tier": "default",
        "system_fingerprint": _fingerprint(prompt.model.name),
    }
    choices = [_choice(number, each, data, account) for number, each in enumerate(answers)]
    if data.get("store"):
        whole = {**head, "choices": choices, "usage": usage_object(usage), "metadata": data.get("metadata", {})}
        account.state.completions.add(id, StoredCompletion(whole, data["messages"]), account.clock())
    effect = completion_effect(call, account, prompt, usage, id, streamed=data.get("stream") is True)
    if data.get("stream"):
        stream = stream_of(head, choices, answers, data=data, usage=usage_object(usage), account=account)
        headers = {"content-type": "text/event-stream; charset=utf-8", TOKENIZER: counter().name}
        return Reply(200, headers=headers, effects=(effect,), stream=stream, unread=given_up(effect, len(stream)))
    body = orjson.dumps({**head, "choices": choices, "usage": usage_object(usage)})
    begins_in_s = begins_in_s_of(answers, account)
    headers = {**JSON, TOKENIZER: counter().name}
    return Reply(200, body, headers, effects=(effect,), begins_in_s=begins_in_s, unread=given_up(effect, 0))


@lru_cache(1_000)
def _fingerprint(model: str) -> str:
    """Of what serves a model; there are as many as models."""
    return f"fp_{digest_of(model.encode())[:10]}"


def read(data: Mapping[str, Any], account: Account[State]) -> Prompt:
    """The prompt in a request's parameters. Raises `Refused` for what is wrong with them."""
    v.checked(data, PARAMETERS, ("model", "messages"))
    model = model_named(data["model"], setup_of(account).models)
    _fits(data, model)
    _calls_are_answered(data["messages"])
    said = [_said(message) for message in data["messages"]]
    given = data.get("response_format", {})
    schema = given.get("json_schema", {}).get("schema", {}) if given.get("type") == "json_schema" else None
    if given.get("type") == "json_object":
        schema = {}
        if not any("json" in one.text.lower() for one in said):
            message = (
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
            )
            raise refuse(message, param="messages")
    limit = data.get("max_completion_tokens", data.get("max_tokens"))
    choice = data.get("tool_choice")
    named = choice if isinstance(choice, dict) and isinstance(choice.get("function"), dict) else None
    stops = data.get("stop", ())
    tools = tools_of(data["tools"], named) if "tools" in data else ()
    text, tokens = text_of(said), prompt_tokens(said, (data.get("tools"), schema), model, limit, "messages")
    most, ends = model.longest if limit is None else limit, (stops,) if isinstance(stops, str) else stops
    return Prompt(
        data["model"], model, said, text, tokens, tools, calls_of(choice), schema, most, ends, data.get("seed")
    )


def _calls_are_answered(messages: Sequence[Mapping[str, Any]]) -> None:
    """Each tool's message answers a call of the assistant's, and each call has its answer before anything else."""
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                said = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                raise refuse(f"Invalid parameter: {said}", param=f"messages.[{place}].role")
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            break
        open_calls = [str(call.get("id")) for call in message.get("tool_calls") or ()]
    if open_calls:
        said = "An assistant message with 'tool_calls' must be followed by tool messages for each 'tool_call_id'."
        raise refuse(f"{said} Without one: {', '.join(open_calls)[:300]}", param="messages")


def _fits(data: Mapping[str, Any], model: Model) -> None:
    """What goes together, and with the model."""
    if "stream_options" in data and not data.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise refuse(message, param="stream_options")
    if "top_logprobs" in data and not data.get("logprobs"):
        raise refuse("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", param="top_logprobs")
    if "tool_choice" in data and data["tool_choice"] != "none" and not data.get("tools"):
        raise refuse("'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
    limit = data.get("max_completion_tokens", data.get("max_tokens", 0))
    if limit > model.longest:
        name = "max_completion_tokens" if "max_completion_tokens" in data else "max_tokens"
        message = f"{name} is too large: {limit}. This model supports at most {model.longest} completion tokens."
        raise refuse(message, param=name, code="invalid_value")
    if not model.reasons:
        return
    if "max_tokens" in data:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise refuse(message, param="max_tokens", code="unsupported_parameter")
    for name in _NOT_OF_REASONING:
        if data.get(name, 1 if name in {"temperature", "top_p"} else 0) != (
            1 if name in {"temperature", "top_p"} else 0
        ):
            message = f"Unsupported value: '{name}' does not support {data[name]} with this model."
            raise refuse(message, param=name, code="unsupported_value")


def _said(message: Mapping[str, Any]) -> Said:
    text, images = text_and_images(message.get("content"))
    calls = message.get("tool_calls")
    if calls:
        text += orjson.dumps(calls).decode()
    role = message["role"]
    return Said(_ALIKE.get(role, role), text, images, bool(calls))


def usage_object(usage: Usage) -> Object:
    """As it is shown."""
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _choice(number: int, answer: Answer, data: Mapping[str, Any], account: Account[State]) -> Object:
    message: Object = {
        "role": "assistant",
        "content": answer.text,
        "refusal": answer.refusal or None,
        "annotations": [],
    }
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{account.ids.base62(24)}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in answer.calls
        ]
    if answer.calls or answer.refusal or answer.blocked:
        message["content"] = None
    logprobs = None
    if data.get("logprobs") and not answer.calls:
        logprobs = {"content": _logprobs(answer.pieces, data.get("top_logprobs", 0)), "refusal": None}
    return {"index": number, "message": message, "logprobs": logprobs, "finish_reason": finish_of(answer)}


def finish_of(answer: Answer) -> str:
    """Why it ended, in this endpoint's words."""
    return "content_filter" if answer.blocked else "tool_calls" if answer.finish == CALL else answer.finish


def _logprobs(pieces: Sequence[str], alternatives: int) -> list[Object]:
    """How likely each token was, and the likeliest in its place, itself the first of them."""
    draws = random.Random("".join(pieces))
    found = []
    for piece in pieces:
        likely = -draws.expovariate(4.0)
        others = draws.sample(WORDS, alternatives)
        ranked = [(piece, likely), *((f" {word}", likely - 1.0 - place) for place, word in enumerate(others[1:]))]
        top = [_likely(*each) for each in ranked[:alternatives]]
        found.append({**_likely(piece, likely), "top_logprobs": top})
    return found


def _likely(token: str, logprob: float) -> Object:
    return {"token": token, "logprob": round(logprob, 6), "bytes": list(token.encode("utf-8", "replace"))}
