"""A fault as a person types it: `stripe 'POST /v1/payment_intents' respond.status=503 share=50%`.

First the vendor, then which requests, if not all, then what a scenario would say of the fault: `key=value`, with dots
where it is nested; a kind that needs nothing else by its name alone; or YAML, as it stands in a scenario.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from brownout_harness.problems import BadInput
from brownout_harness.words.fault import Unwritten, read_fault
from brownout_scenarios.phases import Fault
from brownout_scenarios.yaml_tree import Unreadable, parse
from brownout_simulators.vendors import UnknownVendor, load_vendor

_MATCH: Final = re.compile(r"(?:[A-Z]+ +)?[/*]\S*|[A-Z]+")
_ASSIGNED: Final = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)=(.*)", re.DOTALL)
_HOW: Final = "brownout fault add VENDOR 'POST /v1/*' respond.status=503 share=50%"
_ELSEWHERE: Final = {
    "expect_struck": "says what a scenario needs; by hand nobody expects anything: leave it out",
    "id": "is an option: --id NAME",
}


class Typed(NamedTuple):
    """What was typed."""

    vendor: str
    fault: Fault


def read(words: Sequence[str]) -> Typed:
    """Raises `BadInput`: one line that names the word."""
    if not words:
        raise BadInput(f"say which vendor and what goes wrong: {_HOW}")
    name, _, match = words[0].strip().partition(" ")
    rest = list(words[1:])
    if not match.strip() and rest and _MATCH.fullmatch(rest[0].strip()):
        match = rest.pop(0)
    try:
        vendor = load_vendor(name)
    except UnknownVendor as error:
        raise BadInput(str(error)) from None
    entry = _entry(rest)
    if match.strip():
        if "match" in entry:
            raise BadInput(f"match is said twice: {match.strip()} and {entry['match']}")
        entry["match"] = match.strip()
    for key, why in _ELSEWHERE.items():
        if key in entry:
            raise BadInput(f"{key} {why}")
    if not entry.keys() - {"match"}:
        raise BadInput(f"say what goes wrong at {name}, such as hang or latency=2s: {_HOW}")
    try:
        return Typed(name, read_fault(vendor, entry))
    except Unwritten as wrong:
        raise BadInput(f"{name}: {wrong}") from None


def _entry(words: Sequence[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for word in words:
        if found := _ASSIGNED.fullmatch(word):
            _put(entry, found[1].split("."), _value(found[2], word), word)
            continue
        written = _value(word, word)
        parts = {written: {}} if isinstance(written, str) else written
        if not isinstance(parts, Mapping):
            raise BadInput(f"{word}: write key=value, such as latency=2s, or a fault as in a scenario")
        for key, value in parts.items():
            _put(entry, [str(key)], value, word)
    return entry


def _value(text: str, word: str) -> Any:
    if not text.strip():
        raise BadInput(f"{word}: there is nothing behind it; write a value, such as latency=2s")
    try:
        return parse(text).data
    except Unreadable as wrong:
        raise BadInput(f"{word}: {wrong.problems[0].text}") from None


def _put(entry: dict[str, Any], path: Sequence[str], value: Any, word: str) -> None:
    for key in path[:-1]:
        inner = entry.setdefault(key, {})
        if not isinstance(inner, dict):
            raise BadInput(f"{word}: {key} is said already, and is {inner}")
        entry = inner
    if entry.get(path[-1], {}) != {} or (path[-1] in entry and value == {}):
        raise BadInput(f"{word}: {path[-1]} is said twice")
    entry[path[-1]] = value
