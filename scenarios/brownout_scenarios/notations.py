"""What a scenario writes in a short way of its own: statuses, places, commands."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from brownout_scenarios import schema, target, units, workload


def _statuses(value: Any) -> workload.Statuses:
    """`200`, `400-499`, `[200, 201, 400-499]`."""
    ranges: list[tuple[int, int]] = []
    for item in value if isinstance(value, list) else [value]:
        first, _, last = str(item).partition("-")
        if isinstance(item, bool) or not (first.isdecimal() and (last or first).isdecimal()):
            raise ValueError(f"{units.shown(item)} is not a status: write 200, or 400-499")
        low, high = int(first), int(last or first)
        if not 100 <= low <= high <= 599:
            raise ValueError(f"{units.shown(item)} is outside 100 to 599")
        ranges.append((low, high))
    return workload.Statuses(ranges)


def _places(value: Any) -> workload.Places:
    """`stripe.charge.id`, or a list of such."""
    given = value if isinstance(value, list) else [value]
    for each in given:
        if not (isinstance(each, str) and re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", each)):
            raise ValueError(f"{units.shown(each)} is no field of an effect: write vendor.effect.field")
    if not given:
        raise ValueError("is empty: write vendor.effect.field")
    return workload.Places(given)


def _command(value: Any) -> target.Command:
    """A list; a string is split at spaces, as a shell does with plain words."""
    words = value.split() if isinstance(value, str) else value
    if not (isinstance(words, list) and words and all(isinstance(word, str) for word in words)):
        raise ValueError(f'{units.shown(value)} is no command: write [program, "argument", ...]')
    return target.Command(words)


def _place(value: Any) -> schema.Place:
    """`body.metadata.order_id`; `body.Body: "Order (\\S+)"`, a mapping of one, has a pattern."""
    if isinstance(value, str):
        quoted = re.fullmatch(r'(\S+): "(.*)"', value, re.DOTALL)  # the whole of it between YAML's own quotes
        return schema.Place(f"{quoted[1]}: {_unescaped(quoted[2])}" if quoted else value)
    if isinstance(value, dict) and len(value) == 1 and isinstance(pattern := next(iter(value.values())), str):
        return schema.Place(f"{next(iter(value))}: {pattern}")
    raise ValueError(f'{units.shown(value)} is no place: write body.order_id, or body.Body: "Order (\\\\S+)"')


def _unescaped(text: str) -> str:
    return text.replace("\\\\", "\\")


def ready(value: Any) -> Any:
    """`ready: /health` is `ready: {path: /health}`."""
    return {"path": value} if isinstance(value, str) else value


def restore(value: Any) -> Any:
    if not isinstance(value, Mapping) or value.get("store") is not None:
        raise ValueError("write {store, from: 15s}")
    return value


STATUSES = Annotated[
    Any,
    AfterValidator(_statuses),
    WithJsonSchema({"description": "200, 400-499, or a list of those", "type": ["integer", "string", "array"]}),
]
COMMAND = Annotated[
    Any,
    AfterValidator(_command),
    WithJsonSchema({"description": "program and arguments", "type": ["string", "array"]}),
]
PLACES = Annotated[
    Any,
    AfterValidator(_places),
    WithJsonSchema({"description": "vendor.effect.field, or a list of those", "type": ["string", "array"]}),
]
PLACE = Annotated[
    Any,
    AfterValidator(_place),
    WithJsonSchema({"description": "body.order_id, or {body.Body: pattern}", "type": ["string", "object"]}),
]
