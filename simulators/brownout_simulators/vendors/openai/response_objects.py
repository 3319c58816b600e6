"""A response as it is shown: what was asked, repeated, and what came of it."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.answers import LENGTH, Answer
from brownout_simulators.vendors.openai.generation import Prompt, Usage
from brownout_simulators.vendors.openai.items import new_id
from brownout_simulators.vendors.openai.resources import Object, State

_REPEATED: Final[Mapping[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "metadata": {},
}


def begun(id: str, data: Mapping[str, Any], prompt: Prompt, created: int, status: str) -> Object:  # noqa: A002
    """Before anything was generated."""
    text = data.get("text", {})
    made: Object = {
        "id": id,
        "object": "response",
        "created_at": created,
        "status": status,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": prompt.name,
        "output": [],
        "reasoning": {"effort": None, "summary": None, **data.get("reasoning", {})},
        "service_tier": "default",
        "text": {"format": text.get("format") or {"type": "text"}, "verbosity": text.get("verbosity") or "medium"},
        "tools": [_tool(tool) for tool in data.get("tools", ())],
        "usage": None,
        **{name: data.get(name, usual) for name, usual in _REPEATED.items()},
    }
    if "user" in data:
        made["user"] = data["user"]
    return made


def _tool(tool: Mapping[str, Any]) -> Object:
    if tool["type"] != "function":
        return dict(tool)
    return {"description": None, "parameters": None, "strict": True, **tool}


def done(start: Mapping[str, Any], answer: Answer, usage: Usage, completed: int, account: Account[State]) -> Object:
    """The same when it has ended, with its output and usage."""
    is_cut = answer.finish == LENGTH
    reason = "content_filter" if answer.blocked or answer.finish == "content_filter" else "max_output_tokens"
    is_whole = not is_cut and not answer.blocked and answer.finish != "content_filter"
    return {
        **start,
        "status": "completed" if is_whole else "incomplete",
        "completed_at": completed if is_whole else None,
        "incomplete_details": None if is_whole else {"reason": reason},
        "output": output_of(answer, account, "incomplete" if is_cut else "completed"),
        "usage": usage_object(usage),
    }


def usage_object(usage: Usage) -> Object:
    """As it is shown."""
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }


def output_of(answer: Answer, account: Account[State], status: str) -> list[Object]:
    """The items that were generated: thoughts without words, then calls or a message."""
    items: list[Object] = []
    if answer.thinking:
        items.append({"id": new_id("rs", account), "type": "reasoning", "summary": []})
    items += [
        {
            "id": new_id("fc", account),
            "type": "function_call",
            "status": status,
            "arguments": call.arguments,
            "call_id": f"call_{account.ids.base62(24)}",
            "name": call.name,
        }
        for call in answer.calls
    ]
    if answer.calls or answer.blocked or (answer.thinking and not answer.pieces and answer.finish == LENGTH):
        return items
    text: Object = {"type": "output_text", "annotations": [], "logprobs": [], "text": answer.text}
    content = {"type": "refusal", "refusal": answer.refusal} if answer.refusal else text
    message = {
        "id": new_id("msg", account),
        "type": "message",
        "status": status,
        "content": [content],
        "role": "assistant",
    }
    return [*items, message]
