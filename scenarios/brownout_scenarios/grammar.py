"""Turns dataclasses into the grammar of a YAML file: one definition of a thing, and what may be written follows.

A field `x_s` is the key `x` holding a duration, `x_per_s` the key `x` holding a rate, `x_bytes` and `x_bytes_per_s`
hold so many bytes, and so many a second; any other float takes a percentage too. Nested dataclasses, unions of them,
tuples, mappings, enums and literals work as one expects. What is validated comes out as instances of the dataclasses,
so that their own checks (`ValueError` in `__post_init__`) count; a *partial* model (overrides of a policy) comes out
as a dict of the fields that were given.
"""

import ast
import dataclasses
import functools
import inspect
import itertools
import operator
import textwrap
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    create_model,
)

from brownout_scenarios import spelling, units

Hint: TypeAlias = Any
"""A type annotation at runtime; the standard library has no better type for it."""

_PREFIX = "f_"  # keeps a dataclass's field names clear of pydantic's own attributes, and of keywords


class Node(BaseModel):
    """The generated model of one dataclass: knows its keys, and builds the instance."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    source: ClassVar[type]
    partial: ClassVar[bool] = False

    def given(self) -> dict[str, Any]:
        """The fields that were written, by the dataclass's names."""
        return {name.removeprefix(_PREFIX): getattr(self, name) for name in self.model_fields_set}

    def result(self) -> Any:
        """The dataclass's instance; of a partial model the dict of what was given. Raises what the dataclass does."""
        return self.given() if self.partial else self.source(**self.given())


class Entry(Node):
    """An entry of a list that holds exactly one of several kinds; built by the list's own validator."""

    source = dict


def keys_of(model: type[BaseModel]) -> dict[str, Hint]:
    """Key as written to annotation, in order."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def key_of(field_name: str) -> str:
    """`open_for_s` is written `open_for`, `rate_per_s` is written `rate`, and `is_`, no name in Python, `is`."""
    return units.unit_off(field_name)[0].removesuffix("_")


DURATION = Annotated[
    float,
    BeforeValidator(units.parse_duration),
    WithJsonSchema({"type": ["string", "integer"], "pattern": units.DURATION_PATTERN, "description": "250ms, 30s"}),
]
RATE = Annotated[
    float,
    BeforeValidator(units.parse_rate),
    WithJsonSchema({"type": ["string", "integer"], "pattern": units.RATE_PATTERN, "description": "50/s, 600/m"}),
]
SIZE = Annotated[
    float,
    BeforeValidator(units.parse_size),
    WithJsonSchema({"type": ["string", "integer"], "pattern": units.SIZE_PATTERN, "description": "500B, 2KB"}),
]
SPEED = Annotated[
    float,
    BeforeValidator(units.parse_speed),
    WithJsonSchema({"type": ["string", "integer"], "pattern": units.SPEED_PATTERN, "description": "20KB/s, 1MB/s"}),
]
NUMBER = Annotated[
    float,
    BeforeValidator(units.parse_number),
    WithJsonSchema({"type": ["number", "string"], "pattern": units.SHARE_PATTERN}),
]


_WRITTEN: typing.Final = {"s": DURATION, "per_s": RATE, "bytes": SIZE, "bytes_per_s": SPEED}
"""By the unit in a field's name."""


class Grammar:
    """Generates models, once per dataclass.

    `special` replaces a type by an annotation of its own; `names` lists the allowed values of every string field of
    that name (`vendor`). Not safe for concurrent use.
    """

    def __init__(
        self, *, special: Mapping[Hint, Hint] | None = None, names: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._special = dict(special or {})
        self._names = dict(names or {})
        self._models: dict[tuple[type, bool], type[Node]] = {}

    def add_special(self, hint: Hint, annotation: Hint) -> None:
        """Replace a type by an annotation of its own, before a model that uses it is made."""
        self._special[hint] = annotation

    def model(self, source: type, *, partial: bool = False) -> type[Node]:
        """The model of a dataclass; a partial one requires no key and takes none of the dataclass's checks."""
        known = self._models.get((source, partial))
        if known is None:
            known = self._models[source, partial] = self._generate(source, partial=partial)
        return known

    def result_of(self, source: type, *, partial: bool = False) -> Hint:
        """The annotation of a field that holds such a dataclass: validated, then built. Null: all defaults; refused for
        a partial one, which may be what somebody wants to be rid of."""
        model = self.model(source, partial=partial)
        if partial:
            return Annotated[model, AfterValidator(Node.result), BeforeValidator(_not_off)]
        if not any(field.is_required() for field in model.model_fields.values()):
            return Annotated[
                model, AfterValidator(Node.result), BeforeValidator(lambda value: {} if value is None else value)
            ]
        return Annotated[model, AfterValidator(Node.result)]

    def short_or_whole(self, source: type, field: str) -> Hint:
        """As `result_of`; or a text, which is that one field's: `latency: 2s` for `latency: {fixed: 2s}`. Of a
        number the error is that it has no unit."""
        if not field:
            return self.result_of(source)
        made = AfterValidator(lambda value: source(**{field: value}))
        return text_or(self.result_of(source), Annotated[self.annotation(float, field), made], or_number=True)

    def _generate(self, source: type, *, partial: bool) -> type[Node]:
        if not dataclasses.is_dataclass(source):
            raise TypeError(f"{source!r} is not a dataclass")
        hints = typing.get_type_hints(source, include_extras=True)
        texts = field_docs(source)
        definitions: dict[str, Any] = {}
        for field in dataclasses.fields(source):
            if not field.init or field.metadata.get("derived"):
                continue
            definitions[_PREFIX + field.name] = (
                self.annotation(hints[field.name], field.name, partial=partial),
                Field(alias=key_of(field.name), description=texts.get(field.name), **_default(field, partial=partial)),
            )
        model: type[Node] = create_model(source.__name__, __base__=Node, __doc__=source.__doc__, **definitions)
        model.source, model.partial = source, partial
        return model

    def annotation(self, hint: Hint, name: str, *, partial: bool = False) -> Hint:
        """What pydantic is to check for a field of this type and name."""
        if hint in self._special:
            return self._special[hint]
        origin: Any = typing.get_origin(hint)
        arguments = typing.get_args(hint)
        if origin is not None and origin is not Literal:
            return self._composed(origin, arguments, name, partial=partial)
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self.result_of(hint, partial=partial)
        return self._scalar(hint, name)

    def _composed(self, origin: Any, arguments: Sequence[Hint], name: str, *, partial: bool) -> Hint:
        if origin is Annotated:
            return self.annotation(arguments[0], name, partial=partial)
        if origin in (Union, types.UnionType):
            return self._union(arguments, name, partial=partial)
        if issubclass(origin, Mapping):
            return dict.__class_getitem__((str, self.annotation(arguments[1], name, partial=partial)))
        if issubclass(origin, Sequence | AbstractSet):
            return self._sequence(origin, arguments, name, partial=partial)
        raise TypeError(f"field {name}: a scenario file has no way to write {origin!r}")

    def _scalar(self, hint: Hint, name: str) -> Hint:
        if hint is float:
            return _WRITTEN.get(units.unit_off(name)[1], NUMBER)
        if inspect.isclass(hint) and issubclass(hint, Enum):
            return Annotated[Literal[tuple(member.value for member in hint)], AfterValidator(_member_of(hint))]
        if hint is str and name in self._names:
            return one_of_names(name, self._names[name])
        return hint

    def _sequence(self, origin: type, arguments: Sequence[Hint], name: str, *, partial: bool) -> Hint:
        items = [argument for argument in arguments if argument is not Ellipsis]
        kind: Callable[[Any], Any] = tuple if issubclass(origin, Sequence) else frozenset
        length = len(items) if origin is tuple and Ellipsis not in arguments else None
        inner: Any = list.__class_getitem__(self.annotation(_either(items), name, partial=partial))
        return Annotated[inner, Field(min_length=length, max_length=length), AfterValidator(kind)]

    def _union(self, arguments: Sequence[Hint], name: str, *, partial: bool) -> Hint:
        choices = [argument for argument in arguments if argument is not types.NoneType]
        records = [choice for choice in choices if dataclasses.is_dataclass(choice) and isinstance(choice, type)]
        others = [choice for choice in choices if choice not in records]
        if float in others:  # an int is a float as written; the unit decides
            others = [choice for choice in others if choice is not int]
        parts = [self.annotation(other, name, partial=partial) for other in others]
        if not records:
            body = _either(parts)
        elif len(records) == 1 and not others:
            body = self.annotation(records[0], name, partial=partial)
        else:
            body = self._choice(records, parts, partial=partial)
        return _either([body, None]) if types.NoneType in arguments else body

    def _choice(self, records: Sequence[type], others: Sequence[Hint], *, partial: bool) -> Hint:
        models = {record.__name__: self.model(record, partial=partial) for record in records}
        branches = [Annotated[self.annotation(record, "", partial=partial), Tag(record.__name__)] for record in records]
        if others:
            branches.append(Annotated[_either(others), Tag("scalar")])

        def choose(value: object) -> str:
            if others and not isinstance(value, Mapping):
                return "scalar"
            return best_fit(models, value.keys() if isinstance(value, Mapping) else ())

        return Annotated[_either(branches), Discriminator(choose)]


def _not_off(value: object) -> object:
    if value is None:
        raise ValueError("cannot be switched off: leave it out, or write what differs")
    return value


def _member_of(kind: type[Enum]) -> Callable[[Any], Enum]:
    """By its value. A function: what calling an enumeration takes reads differently from one Python to the next."""

    def member(value: Any) -> Enum:
        return kind(value)

    return member


def one_of_names(what: str, known: Sequence[str]) -> Hint:
    """A string that must be one of these names; the error shows the nearest."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"no {what} named {units.shown(value)}{spelling.hint(value, known)}")
        return value

    return Annotated[str, AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(known)})]


def _either(hints: Sequence[Hint]) -> Hint:
    """The union of annotations that are only known at runtime."""
    return functools.reduce(operator.or_, dict.fromkeys(hints))


def text_or(record: Hint, text: Hint = str, *, or_number: bool = False) -> Hint:
    """A string, or a number in its place, or the record: which of them decides what errors are about."""
    texts: tuple[type, ...] = (str, int, float) if or_number else (str,)
    branches = _either([Annotated[text, Tag("text")], Annotated[record, Tag("record")]])

    def is_text(value: object) -> bool:
        return isinstance(value, texts) and not isinstance(value, bool)

    return Annotated[branches, Discriminator(lambda value: "text" if is_text(value) else "record")]


def best_fit(models: Mapping[str, type[BaseModel]], keys: typing.Iterable[Any]) -> str:
    """Of several records that could be meant, the one whose keys fit best: errors are then about that one only."""
    written = set(keys)

    def misfit(name: str) -> tuple[int, int]:
        fields = models[name].model_fields.values()
        known = {field.alias for field in fields}
        missing = {field.alias for field in fields if field.is_required()} - written
        return len(written - known), len(missing)

    return min(models, key=misfit)


def exactly_one(entry: BaseModel, kinds: Sequence[str], what: str) -> str:
    """The one field of `kinds` that was written in this entry. Raises `ValueError` for none or several."""
    written = [kind for kind in kinds if _PREFIX + kind in entry.model_fields_set]
    if len(written) == 1:
        return written[0]
    if not written:
        raise ValueError(f"names no {what}; one of {', '.join(sorted(kinds))}")
    raise ValueError(f"names {len(written)} {what}s ({', '.join(sorted(written))}); write one entry for each")


def plain(value: Any) -> Any:
    """A built instance as JSON-able data by the dataclasses' own names, in seconds; defaults are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.init and getattr(value, field.name) != _default_value(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    return value


def field_docs(source: type) -> dict[str, str]:
    """What is said about each field of a dataclass, under it or behind it; nothing where the text is not at hand."""
    docs: dict[str, str] = {}
    for base in reversed(source.__mro__):
        if dataclasses.is_dataclass(base):
            docs.update(_own_field_docs(base))
    return docs


def _own_field_docs(source: type) -> dict[str, str]:
    try:
        text = textwrap.dedent(inspect.getsource(source))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        return {}
    lines = text.splitlines()
    body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
    docs: dict[str, str] = {}
    for line, after in itertools.zip_longest(body, body[1:]):
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            docs[line.target.id] = inspect.cleandoc(str(after.value.value))
        elif comment := lines[(line.end_lineno or 1) - 1].partition("  # ")[2]:
            docs[line.target.id] = comment.strip()
    return docs


def _default(field: dataclasses.Field[Any], *, partial: bool) -> dict[str, Any]:
    """Optional where the dataclass has a default; which one stays the dataclass's own business."""
    has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    return {"default": None} if partial or has_default else {}


def _default_value(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else dataclasses.MISSING
