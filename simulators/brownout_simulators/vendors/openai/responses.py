"""POST /v1/responses: at once, as a stream, in the background; with what came before, and kept for what follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.answers import counter, total_s
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.asking import Said, calls_of, tools_of
from brownout_simulators.vendors.openai.chat import JSON, TOKENIZER
from brownout_simulators.vendors.openai.errors import not_found, refuse
from brownout_simulators.vendors.openai.generation import (
    Prompt,
    answers_to,
    cached_of,
    completion_effect,
    gaps_of,
    given_up,
    prompt_tokens,
    setup_of,
    text_of,
    usage_of,
)
from brownout_simulators.vendors.openai.items import check, kept, new_id, said_of
from brownout_simulators.vendors.openai.models import model_named
from brownout_simulators.vendors.openai.resources import Conversation, Object, State, StoredResponse
from brownout_simulators.vendors.openai.response_objects import begun, done
from brownout_simulators.vendors.openai.response_stream import stream_of
from brownout_simulators.vendors.openai.webhooks import notice

STREAM: Final = {"content-type": "text/event-stream; charset=utf-8"}
QUEUED_FOR_S: Final = 0.5
WORKED_ON_FOR_S: Final = 1.0
"""In the background, where no pace says how long: enough for a poll to see each status."""


def _tool(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"type": v.text}, ("type",))
    if value["type"] == "function":
        v.checked_part(value, name, {"name": v.text_up_to(64), "parameters": v.mapping, "strict": v.flag}, ("name",))


def _text(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"format": _format, "verbosity": v.one_of("low", "medium", "high")}, ())


def _format(value: Any, name: str) -> None:
    v.mapping(value, name)
    needed = ("type", "name", "schema") if value.get("type") == "json_schema" else ("type",)
    kinds = {"type": v.one_of("text", "json_object", "json_schema"), "name": v.text_up_to(64), "schema": v.mapping}
    v.checked_part(value, name, kinds, needed)


def _named(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"id": v.text}, ("id",))


PARAMETERS: Final[Mapping[str, v.Check]] = {
    "model": v.text_up_to(256),
    "input": v.either((str, v.text), (list, v.array(check, 0, 2_048)), expected="one of a string or array of items"),
    "instructions": v.text,
    "previous_response_id": v.text,
    "conversation": v.either((str, v.text), (dict, _named), expected="one of a string or object"),
    "stream": v.flag,
    "stream_options": v.mapping,
    "background": v.flag,
    "store": v.flag,
    "max_output_tokens": v.whole(16),
    "max_tool_calls": v.whole(1),
    "temperature": v.decimal(0, 2),
    "top_p": v.decimal(0, 1),
    "top_logprobs": v.whole(0, 20),
    "tools": v.array(_tool, 0, 128),
    "tool_choice": v.either(
        (str, v.one_of("none", "auto", "required")), (dict, v.mapping), expected="a string or object"
    ),
    "parallel_tool_calls": v.flag,
    "text": _text,
    "reasoning": v.mapping,
    "metadata": v.metadata,
    "user": v.text,
    "safety_identifier": v.text,
    "prompt_cache_key": v.text,
    "truncation": v.one_of("auto", "disabled"),
    "service_tier": v.one_of("auto", "default", "flex", "priority", "scale", "fast", "ultrafast"),
    "include": v.array(v.text),
    **dict.fromkeys(("prompt", "prompt_cache_retention", "moderation", "context_management"), v.anything),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was read."""

    data: Mapping[str, Any]
    prompt: Prompt
    items: list[Object]
    """The request's own input."""
    before: list[Object]
    """What it goes on from."""
    conversation: Conversation | None


def create(call: Call, account: Account[State]) -> Reply:
    """The response."""
    asked = read({name: value for name, value in call.data.items() if value is not None}, account)
    data, id = asked.data, new_id("resp", account)  # noqa: A001
    status = "queued" if data.get("background") else "in_progress"
    start = begun(id, data, asked.prompt, int(account.wall_s()), status)
    if asked.conversation is not None:
        start["conversation"] = {"id": asked.conversation.body["id"]}
    (answer,) = answers_to(asked.prompt, account)
    usage = usage_of(asked.prompt, [answer], cached_of(asked.prompt, data.get("prompt_cache_key"), account))
    gaps = gaps_of(answer, account)
    body = done(start, answer, usage, int(account.wall_s() + total_s(gaps)), account)
    effect = completion_effect(call, account, asked.prompt, usage, id, streamed=data.get("stream") is True)
    if data.get("background") and not data.get("stream"):
        _keep(account, asked, start)
        _work_on(account, asked, body, effect, total_s(gaps))
        return Reply(200, orjson.dumps(start), dict(JSON))
    if data.get("store", True):
        _keep(account, asked, body)
    _told(asked, body, account)
    headers = {TOKENIZER: counter().name}
    if data.get("stream"):
        frames = stream_of(body, gaps)
        unread = given_up(effect, len(frames))
        return Reply(200, headers={**STREAM, **headers}, effects=(effect,), stream=frames, unread=unread)
    reply = Reply(200, orjson.dumps(body), {**JSON, **headers}, effects=(effect,), unread=given_up(effect, 0))
    reply.begins_in_s = total_s(gaps)
    return reply


def read(data: Mapping[str, Any], account: Account[State]) -> Asked:
    """Raises `Refused` for what is wrong with the parameters, and for what they refer to that is not there."""
    v.checked(data, PARAMETERS, ("model",))
    if data.get("background") and data.get("store") is False:
        raise refuse("Background responses must be stored: 'store' cannot be false.", param="background")
    model = model_named(data["model"], setup_of(account).models)
    if model.reasons and data.get("temperature", 1) != 1:
        message = "Unsupported parameter: 'temperature' is not supported with this model."
        raise refuse(message, param="temperature", code="unsupported_parameter")
    conversation = _conversation(data, account)
    before = _before(data, conversation, account)
    if "input" not in data and not before:
        raise v.missing("input")
    items = [_found(item, account) for item in kept(data.get("input", []), account)]
    _calls_are_there(before, items)
    said = said_of([*before, *items])
    if "instructions" in data:
        said = [Said("system", data["instructions"]), *said]
    form = data.get("text", {}).get("format") or {}
    schema: Mapping[str, Any] | None = {"json_schema": form.get("schema"), "json_object": {}}.get(form.get("type", ""))
    limit = data.get("max_output_tokens")
    choice = data.get("tool_choice")
    prompt = Prompt(
        name=data["model"],
        model=model,
        said=said,
        tools=tools_of(data.get("tools"), choice if isinstance(choice, dict) and "name" in choice else None),
        calls=calls_of(choice),
        schema=schema,
        limit=model.longest if limit is None else limit,
        text=text_of(said),
        tokens=prompt_tokens(said, (data.get("tools"), schema), model, limit, "input"),
    )
    return Asked(data, prompt, items, before, conversation)


def _conversation(data: Mapping[str, Any], account: Account[State]) -> Conversation | None:
    given = data.get("conversation")
    if given is None:
        return None
    if data.get("previous_response_id"):
        message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'."
        raise refuse(message, param="previous_response_id", code="mutually_exclusive_parameters")
    id = given if isinstance(given, str) else given["id"]  # noqa: A001
    found = account.state.conversations.get(id)
    if found is None:
        raise not_found("Conversation", id, param="conversation")
    return found


def _before(data: Mapping[str, Any], conversation: Conversation | None, account: Account[State]) -> list[Object]:
    if conversation is not None:
        return list(conversation.items.oldest_first())
    id = data.get("previous_response_id")  # noqa: A001
    if id is None:
        return []
    found = account.state.responses.get(id)
    if found is None:
        message = f"Previous response with id '{id[:120]}' not found."
        raise refuse(message, param="previous_response_id", code="previous_response_not_found")
    return found.context


def _found(item: Object, account: Account[State]) -> Object:
    """The item, or the one that it refers to."""
    if item["type"] != "item_reference":
        return item
    known = account.state.items.get(item["id"])
    if known is None:
        raise not_found("Item", item["id"], param="input")
    return known


def _calls_are_there(before: Iterable[Object], items: Iterable[Object]) -> None:
    """An output is one of a call that was made."""
    made = {item["call_id"] for item in (*before, *items) if item["type"] == "function_call"}
    for item in items:
        if item["type"] == "function_call_output" and item["call_id"] not in made:
            message = f"No tool call found for function call output with call_id {item['call_id'][:100]}."
            raise refuse(message, param="input")


def _keep(account: Account[State], asked: Asked, body: Object) -> None:
    state, context = account.state, [*asked.before, *asked.items, *body["output"]]
    state.responses.add(body["id"], StoredResponse(body, asked.items, context), account.clock())
    _remember(state, (*asked.items, *body["output"]))


def _remember(state: State, items: Iterable[Object]) -> None:
    """For those that refer to them; the first one of an id stays what it is."""
    for item in items:
        if item["id"] not in state.items:
            state.items.add(item["id"], item)


def _told(asked: Asked, body: Object, account: Account[State]) -> None:
    """The conversation goes on."""
    if asked.conversation is not None:
        for item in (*asked.items, *body["output"]):
            asked.conversation.items.put(item["id"], item, account.clock())


def _work_on(account: Account[State], asked: Asked, body: Object, effect: Effect, seconds: float) -> None:
    """queued, in_progress, then done and booked: unless it was cancelled, or deleted, meanwhile."""
    state, id = account.state, body["id"]  # noqa: A001

    def begin() -> None:
        stored = state.responses.get(id)
        if stored is None or stored.body["status"] != "queued":
            return
        stored.body = {**stored.body, "status": "in_progress"}
        account.later(seconds or WORKED_ON_FOR_S, end)

    def end() -> Aftermath | None:
        stored = state.responses.get(id)
        if stored is None or stored.body["status"] != "in_progress":
            return None
        is_whole = body["status"] == "completed"
        stored.body = {**body, "completed_at": int(account.wall_s()) if is_whole else None}
        stored.context = [*stored.context, *body["output"]]
        _remember(state, body["output"])
        _told(asked, body, account)
        told: Notice = notice(account, f"response.{body['status']}", id)
        return Aftermath((effect,), (told,))

    account.later(QUEUED_FOR_S, begin)
