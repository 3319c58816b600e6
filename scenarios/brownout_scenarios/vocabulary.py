"""What a scenario may name, handed in by the harness, and the grammar of the whole file that follows from it.

Vendors, faults, policies and expectations are defined once, as dataclasses, in the packages that own them; this
package imports none of those. `Vocabulary(...)` takes them, `document_model` makes the model that a file is checked
against, `json_schema` the schema that editors complete from.
"""

import dataclasses
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, WithJsonSchema, WrapValidator, create_model

from brownout_scenarios import (
    grammar,
    groups,
    links,
    moments,
    notations,
    phases,
    replay,
    schema,
    stores,
    tags,
    target,
    units,
    wording,
    workload,
)
from brownout_scenarios.grammar import Entry, Grammar, Node
from brownout_scenarios.processes import read_name
from brownout_scenarios.yaml_tree import Path

PHASE_FIELDS = ("of", "during", "after", "before", "until", "phase")
"""Fields of an expectation that hold a phase's name."""

RULE_OWN = ("id", "fault", "vendor", "window", "drawn_as")
"""Fields of a simulator's rule that a scenario writes in its own way, or not at all."""

SERVE = "serve"
"""The kind of fault that a scenario may also put in force for the whole run."""


@dataclass(frozen=True)
class Nothing:
    """No keys."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of a scenario. Models are made on first use and kept."""

    vendors: tuple[str, ...]
    faults: Mapping[str, phases.FaultKind]
    """By name: the frozen dataclass, and the layer that acts it out."""
    links: Mapping[str, phases.FaultKind] = field(default_factory=dict)
    """What can befall a link, in the same way."""
    rule: type
    """The simulator's rule: its fields say which requests are struck, and when."""
    policies: type
    """A vendor's policies: a dataclass of their configs."""
    shared_policies: type = Nothing
    """What holds for all vendors together, written beside them: a dataclass."""
    expectations: Mapping[str, type]
    """Name to frozen dataclass of parameters."""
    operations: tuple[str, ...] = ()
    """What the gateway can be asked for."""
    effects: tuple[str, ...] = ()
    """`stripe.charge`, ...; empty: any."""
    effect_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the kind of effect, what its vendor can tell of one, besides its id; of a kind that is left out anything."""
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of each vendor's own limiters; a vendor that is left out may have any."""
    open_to_outsiders: tuple[str, ...] = ()
    """Vendors that somebody else than the target can be played at."""
    receivers: tuple[str, ...] = ()
    """Vendors with which a receiver of notices can be registered."""
    heard: tuple[str, ...] = ()
    """Those of them whose notices the reference application takes."""
    presets: tuple[str, ...] = ()
    """Names of policy presets; empty: any."""
    prepare_fault: Callable[[str, Mapping[str, Any], FilePath | None, str], Mapping[str, Any]] = field(
        default=lambda _kind, parameters, _folder, _vendor: parameters
    )
    """(kind, parameters in seconds, the scenario file's folder, the vendor) to the parameters that a simulator
    gets, files read in. Raises `ValueError`."""
    check_rule: Callable[[str, Mapping[str, Any]], str] = field(default=lambda _vendor, _rule: "")
    """(vendor, a rule for its simulator) to why it can never strike anything; "" where it can."""
    check_requests: Callable[[str, str], str] = field(default=lambda _vendor, _match: "")
    """(vendor, which requests, on one line) to why the vendor's ledger cannot tell which they are; "" where it can."""
    check_place: Callable[[str, str], str] = field(default=lambda _vendor, _place: "")
    """(vendor, where an operation's id arrives there) to why none can; "" where one can."""
    check_setup: Callable[[str, Mapping[str, Any]], str] = field(default=lambda _vendor, _given: "")
    """(vendor, what it is to be set up with) to why that cannot be, beginning with the place, `answers[2].say: …`; ""
    where it can."""
    check_params: Callable[[str, Mapping[str, Any]], Iterable[tuple[Path, str]]] = field(
        default=lambda _operation, _params: ()
    )
    """(one of `operations`, the parameters that a scenario fixes) to what the gateway would refuse of them: where, and
    why."""
    check_policies: Callable[[str, str, Mapping[str, Any]], None] = field(default=lambda _preset, _vendor, _parts: None)
    """(preset or "", vendor, overrides) raises `ValueError` where the resulting policies cannot be; the message starts
    with the policy: `breaker.failure_ratio must be ...`."""
    check_shared: Callable[[schema.Policies, tuple[str, ...]], None] = field(
        default=lambda _policies, _operations: None
    )
    """(policies, what of `operations` is asked for) raises `ValueError` where what holds for all vendors together
    cannot be; the message starts with the key."""

    @cached_property
    def grammar(self) -> Grammar:
        """The generator, knowing this vocabulary's special types and names."""
        names = {"vendor": self.vendors}
        if self.effects:
            names["effect"] = names["caused"] = self.effects
        if self.presets:
            names["preset"] = self.presets
        made = Grammar(names=names, special=_SPECIAL)
        made.add_special(target.Ready, Annotated[made.result_of(target.Ready), BeforeValidator(notations.ready)])
        made.add_special(target.Target | None, _target_annotation(made))
        made.add_special(workload.Left, _left_annotation(made))
        made.add_special(workload.Workload, groups.annotation(made))
        made.add_special(stores.Restore, Annotated[made.result_of(stores.Restore), BeforeValidator(notations.restore)])
        made.add_special(replay.Replay, _replay_annotation(made))
        made.add_special(tags.Tag, tags.annotation(self.vendors))
        made.add_special(
            phases.Fault, links.or_at_vendor(_fault_annotation(self, made), self.links, self.vendors, made)
        )
        made.add_special(schema.Serving, _serving_annotation(self, made))
        made.add_special(schema.Expected, _expected_annotation(self, made))
        made.add_special(schema.Policies, _policies_annotation(self, made))
        return made

    @cached_property
    def document_model(self) -> type[Node]:
        """The model of a whole file; its `result()` is a `Scenario`."""
        return self.grammar.model(schema.Scenario)


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file, for editors."""
    made = vocabulary.document_model.model_json_schema(by_alias=True)
    _drop_null_defaults(made)
    kinds = made["$defs"]["FaultEntry"]
    kinds["oneOf"] = [{"required": [kind]} for kind in vocabulary.faults]
    kinds["anyOf"] = [{"required": ["vendor"]}, {"required": ["vendors"]}]
    if vocabulary.links:
        made["$defs"]["LinkEntry"]["oneOf"] = [{"required": [kind]} for kind in vocabulary.links]
    entry = made["$defs"]["ExpectationEntry"]
    entry["minProperties"] = entry["maxProperties"] = 1
    bare = {"type": "string", "enum": list(vocabulary.expectations)}
    made["properties"]["expect"]["items"] = {"anyOf": [{"$ref": "#/$defs/ExpectationEntry"}, bare]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Brownout scenario", **made}


def _drop_null_defaults(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("default", ...) is None:
            del node["default"]
        for child in node.values():
            _drop_null_defaults(child)
    elif isinstance(node, list):
        for child in node:
            _drop_null_defaults(child)


def _fault_annotation(words: Vocabulary, made: Grammar) -> Any:
    """A fault entry: which requests (the rule's own fields), when, and exactly one kind."""
    shared = set(_shared(words))
    if overlap := shared & words.faults.keys():
        raise TypeError(f"fault kinds named as a rule's fields: {', '.join(sorted(overlap))}")
    hints = typing.get_type_hints(words.rule)
    texts = grammar.field_docs(words.rule)
    definitions: dict[str, Any] = {
        "f_vendor": (made.annotation(str, "vendor"), Field(alias="vendor", default=None)),
        "f_vendors": (
            list.__class_getitem__(made.annotation(str, "vendor")),
            Field(alias="vendors", default=None, description="Several vendors at once: one fault for all of them."),
        ),
        "f_window": (made.annotation(phases.Window, "window"), Field(alias="window", default=None)),
        "f_expect_struck": (made.annotation(int, "expect_struck"), Field(alias="expect_struck", default=None)),
    }
    for item in dataclasses.fields(words.rule):
        if item.name in shared:
            annotation = made.annotation(hints[item.name], item.name)
            if item.name == "match":
                annotation = Annotated[grammar.text_or(annotation, _MATCH), BeforeValidator(_not_empty)]
            about = Field(alias=grammar.key_of(item.name), default=None, description=texts.get(item.name))
            definitions["f_" + item.name] = (annotation, about)
    for name, kind in words.faults.items():
        text = (kind.source.__doc__ or "").split("\n")[0]
        annotation = made.short_or_whole(kind.source, kind.short)
        definitions["f_" + name] = (annotation, Field(alias=name, default=None, description=text))
    model = create_model("FaultEntry", __base__=Entry, **definitions)
    when = [name for name in _shared(words) if name not in ("match", "share")]
    return Annotated[model, WrapValidator(lambda written, check: _fault(check(written), written, words.faults, when))]


def _shared(words: Vocabulary) -> list[str]:
    """Fields of a simulator's rule that a scenario writes in the same way."""
    return [item.name for item in dataclasses.fields(words.rule) if item.name not in RULE_OWN]


def _not_empty(match: Any) -> Any:
    if not match:
        raise ValueError("is empty: write POST /v1/payment_intents, or leave match out for every request")
    return match


def _match(text: str) -> str:
    """`POST /v1/payment_intents`, `/v1/*`, `GET`."""
    if re.fullmatch(r"\*\S+", text):
        # Without a method before it the star would be taken for one.
        raise ValueError(f"{units.shown(text)} begins with no slash: write {{path: {units.shown(text)}}}")
    if not re.fullmatch(r"[A-Z]+|([A-Z]+ )?[/*]\S*", text):
        raise ValueError(f"{units.shown(text)} is no request: write POST /v1/payment_intents, or {{method, path}}")
    return text


_MATCH = Annotated[str, AfterValidator(_match)]


def _fault(
    entry: Node, written: Mapping[str, Any], kinds: Mapping[str, phases.FaultKind], when: Sequence[str]
) -> phases.Fault:
    kind = grammar.exactly_one(entry, tuple(kinds), "fault")
    given = {name: value for name, value in entry.given().items() if value is not None}
    vendors, window = _vendors(given), given.pop("window", phases.Window())
    expect_struck = given.pop("expect_struck", phases.EXPECT_STRUCK)
    rule = {name: grammar.plain(value) for name, value in given.items()}
    text = _in_words(written, kind, when)
    return phases.Fault(
        vendor=vendors[0],
        vendors=vendors if len(vendors) > 1 else (),
        kind=kind,
        layer=kinds[kind].layer,
        window=window,
        rule=rule,
        expect_struck=expect_struck,
        text=text,
    )


def _vendors(given: dict[str, Any]) -> tuple[str, ...]:
    """Whose fault it is: one vendor's, or several vendors' at once."""
    one, several = given.pop("vendor", None), given.pop("vendors", None)
    if (one is None) == (several is None):
        what = "names no vendor" if one is None else "has vendor and vendors"
        raise ValueError(f"{what}: write `vendor: NAME`, or `vendors: [ONE, ANOTHER]` for one fault that strikes both")
    if several is None:
        return (str(one),)
    if len(several) < 2 or len(set(several)) < len(several):
        raise ValueError("vendors: names at least two, each once; one alone is written `vendor: NAME`")
    return tuple(several)


def _in_words(written: Mapping[str, Any], kind: str, when: Sequence[str]) -> str:
    """A fault as it was written, on one line."""
    match = written.get("match") or "every request"
    if isinstance(match, Mapping):
        match = " ".join(str(value) for value in match.values())
    share = written.get("share", 1)
    on = match if share in (1, "100%") else f"{share if isinstance(share, str) else units.share(share)} of {match}"
    extra = [f"{key} {wording.written(written[key], key)}" for key in written if key in when]
    details = wording.written(written[kind] or {})
    return ", ".join([" ".join(part for part in (kind, details, "on", on) if part), *extra])


def _serving_annotation(words: Vocabulary, made: Grammar) -> Any:
    """What the fault `serve` takes, where there is one."""
    if SERVE not in words.faults:
        return Annotated[Any, AfterValidator(_no_serving)]

    def finish(fault: Any) -> schema.Serving:
        parameters = grammar.plain(fault)
        return schema.Serving(parameters=parameters, text=f"{SERVE} {wording.written(parameters)}")

    return Annotated[made.result_of(words.faults[SERVE].source), AfterValidator(finish)]


def _no_serving(_value: Any) -> Any:
    raise ValueError("no simulator here can limit how many calls it works on at a time")


def _expected_annotation(words: Vocabulary, made: Grammar) -> Any:
    """An expectation entry: exactly one name; a bare name stands for no parameters."""
    definitions: dict[str, Any] = {}
    for name, source in words.expectations.items():
        text = (source.__doc__ or "").split("\n")[0]
        definitions["f_" + name] = (made.result_of(source), Field(alias=name, default=None, description=text))
    model = create_model("ExpectationEntry", __base__=Entry, **definitions)

    def finish(entry: Node) -> schema.Expected:
        name = grammar.exactly_one(entry, tuple(words.expectations), "expectation")
        check = getattr(entry, "f_" + name)
        title = f"{name}: {wording.written(grammar.plain(check))}".removesuffix(": ")
        return schema.Expected(name=name, check=check, title=title)

    bare = BeforeValidator(lambda value: {value: {}} if isinstance(value, str) else value)
    return Annotated[model, AfterValidator(finish), bare]


def _policies_annotation(words: Vocabulary, made: Grammar) -> Any:
    """`policies: {preset: recommended, settle: 5s, stripe: {breaker: {open_for: 5s}}}`."""
    shared = made.model(words.shared_policies, partial=True).model_fields
    definitions: dict[str, Any] = {"f_preset": (made.annotation(str, "preset"), Field(alias="preset", default=None))}
    definitions |= {name: (item.annotation, item) for name, item in shared.items()}
    for vendor in words.vendors:
        parts = made.result_of(words.policies, partial=True)
        definitions["f_" + vendor] = (parts, Field(alias=vendor, default=None))
    model = create_model("PoliciesEntry", __base__=Entry, **definitions)

    def finish(entry: Node) -> schema.Policies:
        given = {name: grammar.plain(parts) for name, parts in entry.given().items() if parts is not None}
        preset = given.pop("preset", "")
        vendors = {name: parts for name, parts in given.items() if name in words.vendors}
        rest = {name: parts for name, parts in given.items() if name not in words.vendors}
        return schema.Policies(preset=preset, vendors=vendors, shared=rest)

    return Annotated[model, AfterValidator(finish)]


def _target_annotation(made: Grammar) -> Any:
    """`target: gateway` (None) is the reference application; a URL is one that runs already."""

    def shape(value: Any) -> Any:
        if value == schema.GATEWAY:
            return None
        if isinstance(value, str) and not value.startswith(("http://", "https://")):
            raise ValueError(
                f"{units.shown(value)} is no target: write gateway, a URL, or {{command, ready, env, url}}"
            )
        return {"url": value} if isinstance(value, str) else value

    editors = WithJsonSchema({"type": ["string", "object"], "description": "gateway, a URL, or {command, url, ...}"})
    return Annotated[made.result_of(target.Target) | None, BeforeValidator(shape), editors]


def _replay_annotation(made: Grammar) -> Any:
    """`outage.csv`, or `{file: outage.csv, speed: 60}`."""
    alone = Annotated[str, AfterValidator(lambda file: replay.Replay(file=file))]
    return grammar.text_or(made.result_of(replay.Replay), alone)


def _left_annotation(made: Grammar) -> Any:
    """`stripe.charge`, or `[openai.completion, gemini.completion]`: which of the two decides what errors are about."""
    return grammar.text_or(made.annotation(tuple[str, ...], "effect"), made.annotation(str, "effect"))


_PROCESS = Annotated[
    str,
    AfterValidator(read_name),
    WithJsonSchema({"description": "gateway, target, gateway.1", "type": "string"}),
]
_SPECIAL: Mapping[Any, Any] = {
    phases.Process: _PROCESS,
    workload.Statuses: notations.STATUSES,
    workload.Places: notations.PLACES,
    target.Command: notations.COMMAND,
    workload.Json: JsonValue,
    moments.RequestLine: _MATCH,
    schema.Place: notations.PLACE,
}
