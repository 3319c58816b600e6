"""The declared language, read: `answers`, `pace` and `record` of a vendor's setup. Errors begin with the place."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from brownout_simulators.answers.answering import Answering
from brownout_simulators.answers.pace import Pace, read_pace
from brownout_simulators.answers.rules import KINDS, Kind, Rule, Step, ToCall, When
from brownout_simulators.patterns import Pattern
from brownout_simulators.spelling import named, nearest, shown

KEYS: Final = ("answers", "pace", "record")
RULES_LIMIT: Final = 1_000
STEPS_LIMIT: Final = 100
TEXT_LIMIT: Final = 200_000
TOKENS_LIMIT: Final = 100_000
_MARK: Final = re.compile(r"\{(\d{1,2})\}")
_OPTIONS: Final = ("finish", "tokens", "think")


def read_answering(
    given: Mapping[str, Any],
    *,
    finishes: Collection[str] = (),
    blocks: Collection[str] = (),
    profiles: Mapping[str, Pace] | None = None,
) -> Answering:
    """What a setup says of answers; keys that are others' are left alone.

    `finishes` and `blocks` are the vendor's own words for why an answer ended, or was taken away (none: any word).
    Raises `ValueError`.
    """
    reader = _Reader(finishes, blocks)
    record = given.get("record")
    if record is not None and record != "prompts":
        raise ValueError(f"record: prompts, or nothing, got {shown(record)}")
    rules = given.get("answers")
    if rules is None:
        rules = []
    if not isinstance(rules, list) or len(rules) > RULES_LIMIT:
        raise ValueError(f"answers: a list of at most {RULES_LIMIT} rules, got {shown(rules)}")
    return Answering(
        rules=tuple(reader.rule(each, f"answers[{place}]") for place, each in enumerate(rules)),
        pace=read_pace(given.get("pace"), profiles or {}),
        records_prompts=record == "prompts",
    )


class _Reader:
    def __init__(self, finishes: Collection[str], blocks: Collection[str]) -> None:
        self._finishes = finishes
        self._blocks = blocks

    def rule(self, given: Any, where: str) -> Rule:
        body = _mapping(given, where)
        when, groups = _when(body.get("when"), f"{where}.when")
        rest = {name: value for name, value in body.items() if name != "when"}
        if "script" not in rest:
            return Rule(when=when, steps=(self._step(rest, where, groups),))
        script = rest["script"]
        if len(rest) > 1:
            others = [named(name) for name in rest if name != "script"]
            raise ValueError(f"{where}: a script stands alone, not beside {', '.join(others)}")
        if not isinstance(script, list) or not 1 <= len(script) <= STEPS_LIMIT:
            raise ValueError(f"{where}.script: a list of 1 to {STEPS_LIMIT} answers, got {shown(script)}")
        steps = [self._step(each, f"{where}.script[{place}]", groups) for place, each in enumerate(script)]
        return Rule(when=when, steps=tuple(steps))

    def _step(self, given: Any, where: str, groups: int | None) -> Step:
        body = _mapping(given, where)
        for name in body:
            if name not in KINDS and name not in _OPTIONS:
                near = nearest(str(name), [*KINDS, *_OPTIONS, "when", "script"])
                raise ValueError(f"{where}.{named(name)}: no such key" + (f"; did you mean {near}?" if near else ""))
        kinds = [name for name in body if name in KINDS]
        if len(kinds) != 1:
            raise ValueError(f"{where}: exactly one of {', '.join(KINDS)} or script, got {', '.join(kinds) or 'none'}")
        kind = cast("Kind", kinds[0])
        parts = self._parts(kind, body[kind], f"{where}.{kind}", groups)
        finish = body.get("finish", "")
        if finish and finish != "length" and self._finishes:
            _one_of(finish, ["length", *self._finishes], f"{where}.finish")
        return Step(
            kind=kind,
            finish=_text(finish, f"{where}.finish"),
            tokens=_count(body["tokens"], f"{where}.tokens", least=1) if "tokens" in body else None,
            think=_count(body["think"], f"{where}.think") if "think" in body else None,
            **parts,
        )

    def _parts(self, kind: Kind, value: Any, where: str, groups: int | None) -> dict[str, Any]:
        if kind in {"say", "refuse"}:
            return {"text": _marked(_text(value, where), where, groups)}
        if kind == "block":
            return {"text": _one_of(value, self._blocks, where) if self._blocks else _text(value, where)}
        if kind == "json":
            return {"value": None if value is True else _marked(_json(value, where), where, groups)}
        if kind == "call":
            calls = value if isinstance(value, list) else [value]
            if not 1 <= len(calls) <= STEPS_LIMIT:
                raise ValueError(f"{where}: 1 to {STEPS_LIMIT} calls, got {len(calls)}")
            return {"calls": tuple(_call(each, where, groups) for each in calls)}
        if value is not True:
            raise ValueError(f"{where}: true, got {shown(value)}")
        return {}


def _when(given: Any, where: str) -> tuple[When, int | None]:
    """The condition, and how many groups its pattern has; None without one."""
    if given is None:
        return When(), None
    body = _mapping(given, where)
    for name in body:
        if name not in {"model", "says", "turn"}:
            raise ValueError(f"{where}.{named(name)}: no such key; there are model, says, turn")
    says = None
    if "says" in body:
        try:
            says = Pattern(_text(body["says"], f"{where}.says"), needs_group=False)
        except ValueError as error:
            raise ValueError(f"{where}.says: {error}") from None
    turn = _count(body["turn"], f"{where}.turn", least=1) if "turn" in body else None
    model = _text(body.get("model", "*"), f"{where}.model")
    return When(model=model, says=says, turn=turn), None if says is None else says.groups


def _call(given: Any, where: str, groups: int | None) -> ToCall:
    if isinstance(given, str):
        return ToCall(given)
    body = _mapping(given, where)
    if not body.get("name") or set(body) - {"name", "arguments"}:
        raise ValueError(f"{where}: name and arguments, got {shown(given)}")
    arguments = body.get("arguments")
    if arguments is not None and not isinstance(arguments, dict | str):
        raise ValueError(f"{where}.arguments: a mapping, or a text that is sent as it is, got {shown(arguments)}")
    return ToCall(_text(body["name"], f"{where}.name"), _marked(arguments, f"{where}.arguments", groups))


def _mapping(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{where}: a mapping is needed, got {shown(given)}")  # noqa: TRY004  one kind of error for all
    return given


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str) or len(given) > TEXT_LIMIT:
        raise ValueError(f"{where}: a text of at most {TEXT_LIMIT} characters, got {shown(given)}")
    try:
        given.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{where}: half a surrogate pair is no text, got {shown(given)}") from None
    return given


def _json(given: Any, where: str) -> Any:
    if not isinstance(given, dict | list):
        raise ValueError(f"{where}: a mapping or a list, or true for what the schema allows: {shown(given)}")  # noqa: TRY004
    return given


def _count(given: Any, where: str, least: int = 0) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= TOKENS_LIMIT:
        raise ValueError(f"{where}: a whole number from {least} to {TOKENS_LIMIT}, got {shown(given)}")
    return given


def _one_of(given: Any, known: Collection[str], where: str) -> str:
    if not isinstance(given, str) or given not in known:
        near = nearest(str(given), known)
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"{where}: one of {', '.join(known)}, got {shown(given)}{hint}")
    return given


def _marked(value: Any, where: str, groups: int | None) -> Any:
    """The value itself; refused where it names a group that the pattern does not have."""
    for mark in _marks(value):
        if int(mark) > (groups or 0):
            has = "there is no `says`" if groups is None else f"`says` has {groups}"
            raise ValueError(f"{where}: {{{mark}}} names a group, and {has}")
    return value


def _marks(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return _MARK.findall(value)
    if isinstance(value, Mapping):
        return [mark for name, each in value.items() for mark in (*_marks(name), *_marks(each))]
    return [mark for each in value for mark in _marks(each)] if isinstance(value, list) else []
