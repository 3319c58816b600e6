"""Stripe's wire encoding: forms with brackets in, nested data out.

`metadata[a]=b`, `expand[0]=x`, `expand[]=x` and `items[0][price]=p` all arrive, with the brackets literal or
percent-encoded. Every leaf is text: the parameter tables say what a text means.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote_plus

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe.versions import API_VERSION, check_version

MAX_DEPTH = 12
USUAL_LENGTH = 4_096
"""Of a form: the names in longer ones are not remembered."""
FREE_KEYS = "metadata"
"""A hash whose keys are the caller's own: `metadata[0]=x` is no array."""


def parse(call: Call) -> Mapping[str, Any]:
    """Body and query of a call as nested data.

    Raises `ValueError`, saying what is wrong, for what is not a form: JSON, bytes that are not UTF-8, an array
    whose indices are not 0, 1, 2 …, a name that is a value in one place and a hash in another.
    """
    version = call.headers.get("stripe-version")
    if version is not None and version != API_VERSION:
        check_version(call, version)
    if not call.query.isascii():
        call.query.encode()  # bytes that are no text are refused: UnicodeEncodeError is a ValueError
    if call.method != "POST":
        return parse_form(call.query) if call.query else {}
    body = call.body
    if not body:
        return parse_form(call.query) if call.query else {}
    if body[0] == 0x7B:  # an opening brace
        raise ValueError("check that your POST content type is application/x-www-form-urlencoded")
    text = body.decode()
    return parse_form(f"{call.query}&{text}" if call.query else text)


def parse_form(text: str) -> dict[str, Any]:
    """One form as nested data; raises `ValueError` as `parse` does."""
    data: dict[str, Any] = {}
    keys_of = _keys if len(text) <= USUAL_LENGTH else _keys.__wrapped__
    arrays = False
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if "%" in value or "+" in value:
            value = unquote_plus(value, errors="strict")
        keys, is_indexed = keys_of(name)
        if len(keys) == 1:
            data[keys[0]] = value
        elif keys:
            arrays = arrays or is_indexed
            _insert(data, keys, value)
    if arrays:
        for name, value in data.items():
            if type(value) is dict and name != FREE_KEYS:
                data[name] = _arrays(name, value)
    return data


@lru_cache(maxsize=1_024)
def _keys(name: str) -> tuple[tuple[str, ...], bool]:
    """What a name says: `a%5Bb%5D%5B%5D` is a, b and ""; and whether there is an array's index among it.

    Remembered, for the same few names come again and again.
    """
    if "%" in name or "+" in name:
        name = unquote_plus(name, errors="strict")
    head, bracket, rest = name.partition("[")
    if not bracket:
        return (name,) if name else (), False
    keys = rest.removesuffix("]").split("][")
    if not head or not rest.endswith("]") or len(keys) > MAX_DEPTH:
        raise ValueError(f"Invalid parameter name: {name}")
    return (head, *keys), head != FREE_KEYS and any(not key or key.isdecimal() for key in keys)


def _insert(data: dict[str, Any], keys: tuple[str, ...], value: str) -> None:
    """Put one bracketed pair in its place; arrays are hashes keyed "0", "1", … until `_arrays` sees them."""
    here = _child(data, keys[0], keys)
    if len(keys) > 2:
        for key, following in pairwise(keys[1:]):
            # `items[][price]=a&items[][quantity]=1&items[][price]=b`: a name seen before begins the next element.
            here = _child(here, key or _last_without(here, following), keys)
    here[keys[-1] or str(len(here))] = value


def _child(parent: dict[str, Any], key: str, keys: tuple[str, ...]) -> dict[str, Any]:
    child = parent.setdefault(key, {})
    if type(child) is not dict:
        name = f"{keys[0]}[{']['.join(keys[1:])}]"
        raise ValueError(f"Invalid hash: {name} is given both as a value and as a hash")
    return child


def _last_without(array: dict[str, Any], key: str) -> str:
    last = str(len(array) - 1)
    element = array.get(last)
    return str(len(array)) if element is None or (type(element) is dict and key in element) else last


def _arrays(name: str, value: dict[str, Any]) -> Any:
    """Turn hashes keyed 0, 1, 2 … into lists, inside out."""
    for key, inner in value.items():
        if type(inner) is dict and key != FREE_KEYS:
            value[key] = _arrays(f"{name}[{key}]", inner)
    if not all(key.isdecimal() for key in value):
        return value
    if list(value) != [str(index) for index in range(len(value))]:
        raise ValueError(f"Invalid array: the indices of {name} must be 0, 1, 2 and so on, in order")
    return list(value.values())
