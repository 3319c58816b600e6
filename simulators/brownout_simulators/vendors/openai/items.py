"""Items of a response's input and of conversations: how they come in, how they are kept, what they say."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.asking import Said, text_and_images
from brownout_simulators.vendors.openai.resources import Object, State

ROLES: Final = ("user", "system", "developer", "assistant")
_PREFIXES: Final[Mapping[str, str]] = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "reasoning": "rs",
}
_TYPED: Final[Mapping[str, v.Check]] = {"text": v.text, "refusal": v.text, "image_url": v.text, "file_id": v.text}


def _part(value: Any, name: str) -> None:
    v.mapping(value, name)
    v.checked_part(value, name, {"type": v.text, **_TYPED}, ("type",))


_CONTENT: Final = v.either((str, v.text), (list, v.array(_part)), expected="one of a string or array of objects")
_FIELDS: Final[Mapping[str, tuple[Mapping[str, v.Check], tuple[str, ...]]]] = {
    "message": ({"role": v.one_of(*ROLES), "content": _CONTENT, "id": v.text, "status": v.text}, ("role", "content")),
    "function_call": (
        {"call_id": v.text, "name": v.text, "arguments": v.text, "id": v.text},
        ("call_id", "name", "arguments"),
    ),
    "function_call_output": ({"call_id": v.text, "output": _CONTENT, "id": v.text}, ("call_id", "output")),
    "reasoning": ({"id": v.text, "summary": v.array(v.mapping)}, ()),
    "item_reference": ({"id": v.text}, ("id",)),
}


def check(value: Any, name: str) -> None:
    """One item; without a type it is a message. Types that nothing is known of are kept and say nothing."""
    v.mapping(value, name)
    kind = value.get("type") or "message"
    v.text(kind, f"{name}.type")
    fields, required = _FIELDS.get(kind, ({"id": v.text}, ()))
    v.checked_part(value, name, fields, required)


def kept(given: str | Iterable[Mapping[str, Any]], account: Account[State]) -> list[Object]:
    """Checked items as they are shown from now on, each with an id. A reference stays one."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return [_kept(item, account) for item in given]


def _kept(item: Mapping[str, Any], account: Account[State]) -> Object:
    kind = item.get("type") or "message"
    made = {**item, "type": kind, "id": item.get("id") or new_id(_PREFIXES.get(kind, "item"), account)}
    if kind in {"message", "function_call", "function_call_output"}:
        made["status"] = "completed"
    if kind == "message":
        made["content"] = _parts(item["content"], item["role"])
    return made


def _parts(content: Any, role: str) -> list[Object]:
    kind = "output_text" if role == "assistant" else "input_text"
    parts = [{"type": kind, "text": content}] if isinstance(content, str) else content
    defaults: Mapping[str, Object] = {
        "output_text": {"annotations": [], "logprobs": []},
        "input_image": {"detail": "auto", "image_url": None, "file_id": None},
    }
    return [{**defaults.get(str(part["type"]), {}), **part} for part in parts]


def new_id(prefix: str, account: Account[State]) -> str:
    """As long as the vendor's."""
    return f"{prefix}_{account.ids.hexadecimal(50)}"


def said_of(items: Iterable[Mapping[str, Any]]) -> list[Said]:
    """What the items say, in their order."""
    found = []
    for item in items:
        kind = item["type"]
        if kind == "message":
            text, images = text_and_images(item["content"])
            role = "system" if item["role"] == "developer" else item["role"]
            found.append(Said(role, text, images))
        elif kind == "function_call":
            found.append(Said("assistant", f"{item['name']}{item['arguments']}", is_call=True))
        elif kind == "function_call_output":
            output = item["output"]
            text = output if isinstance(output, str) else orjson.dumps(output).decode()
            found.append(Said("tool", text))
    return found
