"""A YAML file to a frozen, checked `Scenario`, or an error with one line per problem.

scenario = load("stripe-brownout", vocabulary)
scenario = load("mine.yaml", vocabulary)
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from brownout_scenarios import checks, errors, library, yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.live_keys import looks_live
from brownout_scenarios.phases import Fault
from brownout_scenarios.schema import ALWAYS, Scenario, Serving
from brownout_scenarios.vocabulary import SERVE, Vocabulary
from brownout_scenarios.yaml_tree import MAX_BYTES, Problem

HALF = "holds half a character (a surrogate), which no file can hold; write the whole one"
LIVE_KEY = "holds a live key; use a test key, and revoke this one if it is real"


Check: TypeAlias = Callable[[Scenario], Iterable[tuple[yaml_tree.Path, str]]]
"""What only the caller can say of a scenario: where something is wrong, and what."""


def load(path_or_name: str | Path, vocabulary: Vocabulary, *, also: Sequence[Check] = ()) -> Scenario:
    """The scenario of a file, or of the library by its name; `also` are further checks. Raises `ScenarioError`."""
    path = library.find(path_or_name)
    return load_text(_read(path), vocabulary, file=_shown(path), path=path, also=also)


def load_text(
    text: str,
    vocabulary: Vocabulary,
    *,
    file: str = "<text>",
    path: Path | None = None,
    also: Sequence[Check] = (),
) -> Scenario:
    """The same from text; `file` is what errors call it. Raises `ScenarioError` with every problem found."""
    # Before anything else reads it: whoever complains about a value repeats it.
    _refuse_live_keys((number for number, line in enumerate(text.splitlines(), 1) if looks_live(line)), file)
    try:
        tree = yaml_tree.parse(text)
    except yaml_tree.Unreadable as wrong:
        _refuse_live_keys((problem.line for problem in wrong.problems if looks_live(repr(problem))), file)
        raise errors.of_problems(file, wrong.problems) from None
    if halves := [Problem(line, (), HALF) for line, said in tree.texts() if any(map(_is_half, said))]:
        raise errors.of_problems(file, halves)
    # And again as YAML reads it: escaped and folded, a key is in no line.
    _refuse_live_keys((line for line, said in tree.texts() if looks_live(said)), file)
    model = vocabulary.document_model
    try:
        scenario: Scenario = replace(model.model_validate(tree.data).result(), document=tree.data, path=path)
    except ValidationError as wrong:
        raise errors.of_problems(file, errors.of_validation(wrong, tree, model)) from None
    found = [*checks.problems(scenario, vocabulary), *(each for check in also for each in check(scenario))]
    scenario, unprepared = _prepared(scenario, vocabulary)
    if found or unprepared:
        raise errors.of_problems(file, [Problem(tree.line(at), at, what) for at, what in [*found, *unprepared]])
    return scenario


def _is_half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def _refuse_live_keys(lines: Iterable[int], file: str) -> None:
    if found := [Problem(line, (), LIVE_KEY) for line in lines]:
        raise errors.of_problems(file, found)


def _prepared(scenario: Scenario, words: Vocabulary) -> tuple[Scenario, list[tuple[yaml_tree.Path, str]]]:
    """The scenario with its faults as simulators get them, and what stands in the way."""
    wrong: list[tuple[yaml_tree.Path, str]] = []
    prepared: dict[yaml_tree.Path, list[Fault]] = {}
    folder = None if scenario.path is None else scenario.path.resolve().parent
    for placed in scenario.placed_faults():
        fault = placed.fault
        parameters = fault.rule[fault.kind]
        try:
            parameters = words.prepare_fault(fault.kind, parameters, folder)
        except ValueError as error:
            wrong.append(((*placed.path, fault.kind), str(error)))
        rule = {**fault.rule, fault.kind: parameters}
        prepared.setdefault(placed.path[:-1], []).append(replace(fault, rule=rule))
    phases = [
        replace(phase, faults=tuple(prepared.get(("phases", index, "faults"), ())))
        for index, phase in enumerate(scenario.phases)
    ]
    serve: dict[str, Serving] = {}
    for vendor, serving in scenario.serve.items():
        try:
            serve[vendor] = replace(serving, parameters=words.prepare_fault(SERVE, serving.parameters, folder))
        except ValueError as error:
            wrong.append(((SERVE, vendor), str(error)))
    always = tuple(prepared.get((ALWAYS,), ()))
    return replace(scenario, phases=tuple(phases), always=always, serve=serve), wrong


def to_yaml(scenario: Scenario) -> str:
    """The scenario as it was resolved, to be kept with a run: loads again to the same scenario."""
    return yaml_tree.write({**scenario.document, "seed": scenario.seed})


def files_named_by(scenario: Scenario) -> dict[str, str]:
    """The files of measurements beside the scenario that it names, as text, so that they can be kept with it."""
    if scenario.path is None:
        return {}
    lists = [scenario.document.get("always"), *(phase.get("faults") for phase in scenario.document["phases"])]
    parts = (part for faults in lists for fault in faults or () for part in fault.values())
    shapes = (part.get("empirical") for part in parts if isinstance(part, dict))
    names = {shape["file"] for shape in shapes if isinstance(shape, dict) and isinstance(shape.get("file"), str)}
    # What lies elsewhere is named by a path that means the same from anywhere, or not: it is not moved.
    beside = {name: scenario.path.resolve().parent / name for name in sorted(names) if Path(name).name == name}
    return {name: _read(path) for name, path in beside.items()}


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise ScenarioError([f"{_shown(path)}: cannot be read: {wrong.strerror or wrong}"]) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError([f"{_shown(path)}: larger than {MAX_BYTES // 1024} KiB; that is no scenario"])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise ScenarioError([f"{_shown(path)}:{line}: not UTF-8 text"]) from None


def _shown(path: Path) -> str:
    """As short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
