"""The reference part of `docs/scenarios.md`: every key there is, from the dataclasses that files are read by."""

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union

from brownout_scenarios import grammar, links, phases, units, wording
from brownout_scenarios.tags import TAGS
from brownout_scenarios.vocabulary import RULE_OWN, Vocabulary

BEGIN = "<!-- reference: written by `python -m brownout_harness.words.reference`; do not edit by hand -->"
END = "<!-- end of the reference -->"

_KINDS: Final = {"s": "duration", "per_s": "rate", "bytes": "size", "bytes_per_s": "speed"}
"""By the unit in a field's name."""


def reference(words: Vocabulary) -> str:
    """Markdown: a table for each fault kind, each expectation and each policy."""
    parts = ["### Tags", "", *_tags(), "", "### Which requests a fault strikes", ""]
    shared = {item.name for item in dataclasses.fields(words.rule)} - set(RULE_OWN)
    parts += [*_table(words.rule, only=shared), *_rows(phases.Window, "window.")]
    for name, kind in words.faults.items():
        parts += ["", f"### Fault `{name}`", "", _summary(kind.source), "", *_table(kind.source)]
    if words.links:
        parts += ["", "### Which connections a fault of a link strikes", "", *_table(links.Rule)]
    for name, kind in words.links.items():
        parts += ["", f"### Fault of a link `{name}`", "", _summary(kind.source), "", *_table(kind.source)]
    for name, source in words.expectations.items():
        parts += ["", f"### Expectation `{name}`", "", _summary(source), "", *_table(source)]
    for name, source in [*_policies(words.policies), *_policies(words.shared_policies)]:
        parts += ["", f"### Policy `{name}`", "", _summary(source), "", *_table(source)]
    return "\n".join([*parts, ""])


def replaced(text: str, words: Vocabulary) -> str:
    """A document with its reference written anew. Raises `ValueError` where it has no place for one."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the document has no place for the reference")
    return f"{before}{BEGIN}\n\n{reference(words)}\n{END}{after}"


def keys(source: type) -> Iterator[str]:
    """Every key of a record and of the records within, each once."""
    for item, hint in _fields(source):
        yield grammar.key_of(item.name)
        for inner in _records(hint):
            yield from keys(inner)


def _tags() -> Iterator[str]:
    yield "| tag | a scenario has it that shows |"
    yield "| --- | --- |"
    yield from (f"| `{name}` | {about} |" for name, about in TAGS.items())


def _policies(source: type) -> Iterator[tuple[str, type]]:
    for item, hint in _fields(source):
        for inner in _records(hint):
            yield item.name, inner


def _table(source: type, only: typing.Collection[str] | None = None) -> list[str]:
    rows = list(_rows(source, "", only))
    if not rows:
        return ["No keys: write `{}`."]
    return ["| key | value | default | |", "| --- | --- | --- | --- |", *rows]


def _rows(
    source: type, prefix: str, only: typing.Collection[str] | None = None, told: dict[type, str] | None = None
) -> Iterator[str]:
    """A row for each key; those of a record that several keys hold are told of the first of them."""
    told = {} if told is None else told
    docs = grammar.field_docs(source)
    for item, hint in _fields(source):
        if only is not None and item.name not in only:
            continue
        key = prefix + grammar.key_of(item.name)
        about = " ".join(docs.get(item.name, "").split()).replace("|", "\\|")
        records = _records(hint)
        if records and records[0] in told:
            about = f"{about} Written as `{told[records[0]]}`."
        yield f"| `{key}` | {_kind(hint, item.name)} | {_default(item)} | {about} |"
        for inner in records:
            if inner not in told:
                told[inner] = key
                yield from _rows(inner, f"{key}.", told=told)


def _fields(source: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(source)
    for item in dataclasses.fields(source):
        if item.init and not item.metadata.get("derived"):
            yield item, hints[item.name]


def _records(hint: Any) -> list[type]:
    """The dataclasses within a type."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return [hint]
    if typing.get_origin(hint) is Literal:
        return []
    return [record for part in typing.get_args(hint) for record in _records(part)]


def _kind(hint: Any, name: str) -> str:
    """What may be written, in words."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        kinds = [_kind(part, name) for part in arguments if part is not NoneType]
        return " or ".join(dict.fromkeys(kinds))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping of {_kind(arguments[1], name)}"
    if isinstance(origin, type):
        return f"list of {_kind(arguments[0], name)}"
    return _scalar(hint, name)


def _scalar(hint: Any, name: str) -> str:
    hint = getattr(hint, "__supertype__", hint)
    if hint is float:
        return _KINDS.get(units.unit_off(name)[1], "number")
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{member.value}`" for member in hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return "mapping"
    return {int: "whole number", str: "text", bool: "`true`, `false`"}.get(hint, "anything")


def _default(item: dataclasses.Field[Any]) -> str:
    if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
        return "required"
    value = item.default if item.default is not dataclasses.MISSING else None
    if value is None or value == "" or dataclasses.is_dataclass(value) or (_is_empty(value)):
        return ""
    return f"`{wording.written(grammar.plain(value), item.name)}`"


def _is_empty(value: Any) -> bool:
    return isinstance(value, Sequence | Mapping) and not value


def _summary(source: type) -> str:
    """The first paragraph of what a record says of itself."""
    text = source.__doc__ or ""
    return " ".join(text.strip().split("\n\n")[0].split())
