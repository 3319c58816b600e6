"""A tree of plain data to a `Scenario`, or to everything that is wrong with it: shape, names and numbers in one round.

Where the shape is wrong somewhere, the checks that need a whole scenario speak of the rest (`salvage.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from brownout_scenarios import checks, errors, salvage, timelines, wording
from brownout_scenarios.errors import Mistake
from brownout_scenarios.phases import Fault
from brownout_scenarios.salvage import Sound
from brownout_scenarios.schema import ALWAYS, Scenario, Serving
from brownout_scenarios.vocabulary import SERVE, Vocabulary
from brownout_scenarios.yaml_tree import Path, Problem, Tree

Check: TypeAlias = Callable[[Scenario], Iterable[tuple[Path, str]]]
"""What only the caller can say of a scenario: where something is wrong, and what."""

ROUNDS: Final = 50
"""Of shape: far more than a file has levels."""


def read(
    tree: Tree,
    words: Vocabulary,
    *,
    path: FilePath | None = None,
    also: Sequence[Check] = (),
    holes: Iterable[Path] = (),
) -> tuple[Scenario | None, list[Problem]]:
    """The scenario, where nothing is wrong with it, and what is; `holes` are places that are known to be wrong."""
    try:
        scenario = _built(tree.data, words, path)
    except ValidationError:
        scenario = None
    if scenario is not None and not holes:
        scenario, found = _checked(scenario, words, also)
        return scenario, [Problem(tree.line(at), at, what) for at, what in found]
    sound = Sound(tree.data)
    left = [sound.cut(hole, is_missing=False) for hole in holes]
    mistakes, whole = _mistakes(sound, words) if all(left) else ([], False)
    found = [(mistake.path, mistake.text) for mistake in mistakes]
    if whole:
        found += salvage.common(_findings(sound, words, path, also, world) for world in salvage.WORLDS)
    return None, [Problem(tree.line(at), at, what) for at, what in found]


def _built(data: Any, words: Vocabulary, path: FilePath | None) -> Scenario:
    made: Scenario = words.document_model.model_validate(data).result()
    asked = next(iter(made.applications.values()), None)
    return replace(made, document=data, path=path, target=asked)


def _mistakes(sound: Sound, words: Vocabulary) -> tuple[list[Mistake], bool]:
    """All mistakes of shape, found layer by layer; and whether what is left of the file is a scenario."""
    told: list[Mistake] = []
    for _ in range(ROUNDS):
        data, places = sound.made(0)
        try:
            words.document_model.model_validate(data).result()
        except ValidationError as wrong:
            found = [
                replace(mistake, path=_in_file(mistake.path, places))
                for mistake in errors.of_validation(wrong, data, words.document_model)
            ]
        else:
            return told, True
        misspelt = {
            mistake.path: place for mistake in found if (place := sound.rename(mistake.path, mistake.meant)) is not None
        }
        found = [mistake for mistake in found if mistake.path not in misspelt.values()]
        told += [mistake for mistake in found if not sound.is_about_a_hole(mistake.path)]
        unsound = [mistake for mistake in found if mistake.path not in misspelt]
        left = [sound.cut(mistake.path, is_missing=mistake.is_missing) for mistake in unsound]
        if not all(left):
            break
    return told, False


def _findings(
    sound: Sound, words: Vocabulary, path: FilePath | None, also: Sequence[Check], world: int
) -> list[tuple[Path, str]]:
    """What the checks say of the sound part, but for what they say of its holes."""
    data, places = sound.made(world)
    _, found = _checked(_built(data, words, path), words, also)
    told = [(_in_file(at, places), what) for at, what in found]
    return [(at, what) for at, what in told if not sound.is_about_a_hole(at)]


def _in_file(path: Path, places: Mapping[Path, Path]) -> Path:
    """A place of the sound part, in the file."""
    known = next(length for length in range(len(path), -1, -1) if path[:length] in places)
    return (*places[path[:known]], *path[known:])


def _checked(scenario: Scenario, words: Vocabulary, also: Sequence[Check]) -> tuple[Scenario, list[tuple[Path, str]]]:
    scenario, unread = _replayed(scenario, words)
    found = [*unread, *checks.problems(scenario, words), *(each for check in also for each in check(scenario))]
    prepared, unprepared = _prepared(scenario, words)
    return prepared, [*found, *unprepared]


@dataclass(frozen=True, kw_only=True)
class _One:
    fault: Fault


def _replayed(scenario: Scenario, words: Vocabulary) -> tuple[Scenario, list[tuple[Path, str]]]:
    """The scenario with the incidents that its phases play again, and what is wrong with their files."""
    wrong: list[tuple[Path, str]] = []
    phases = []
    model = words.grammar.model(_One)

    def read_fault(entry: Mapping[str, Any]) -> Fault:
        try:
            fault: Fault = model.model_validate({"fault": dict(entry)}).result().fault
        except ValidationError as error:
            first = errors.of_validation(error, {"fault": entry}, model)[0]
            raise ValueError(f"{errors.dotted(first.path[1:])}: {first.text}".removeprefix(": ")) from None
        if why := words.check_rule(fault.vendor, fault.rule):
            raise ValueError(why)
        return fault

    folder = FilePath() if scenario.path is None else scenario.path.resolve().parent
    for index, phase in enumerate(scenario.phases):
        replayed: list[Fault] = []
        if phase.incident is not None and phase.for_s > 0:
            try:
                rows = timelines.read(folder / phase.incident.file)
                replayed = timelines.faults(rows, phase.incident, phase.for_s, read_fault)
            except timelines.TimelineError as error:
                wrong.append((("phases", index, "incident"), str(error)))
        phases.append(replace(phase, replayed=tuple(replayed)))
    return replace(scenario, phases=tuple(phases)), wrong


def _prepared(scenario: Scenario, words: Vocabulary) -> tuple[Scenario, list[tuple[Path, str]]]:
    """The scenario with its faults as simulators get them, and what stands in the way."""
    wrong: list[tuple[Path, str]] = []
    prepared: dict[Path, dict[Path, Fault]] = {}
    folder = None if scenario.path is None else scenario.path.resolve().parent
    for placed in scenario.placed_faults():
        fault = placed.fault
        if placed.path[-1] == "incident" or placed.path in prepared.get(placed.path[:-1], {}):
            continue  # an incident's names no file of its own; another vendor's part of the same fault
        parameters = fault.rule[fault.kind]
        try:
            parameters = words.prepare_fault(fault.kind, parameters, folder, fault.vendor)
        except ValueError as error:
            wrong.append(wording.of_error(str(error), (*placed.path, fault.kind), parameters))
        rule = {**fault.rule, fault.kind: parameters}
        prepared.setdefault(placed.path[:-1], {})[placed.path] = replace(fault, rule=rule)
    phases = [
        replace(phase, faults=tuple(prepared.get(("phases", index, "faults"), {}).values()))
        for index, phase in enumerate(scenario.phases)
    ]
    serve: dict[str, Serving] = {}
    for vendor, serving in scenario.serve.items():
        try:
            serve[vendor] = replace(serving, parameters=words.prepare_fault(SERVE, serving.parameters, folder, vendor))
        except ValueError as error:
            wrong.append(wording.of_error(str(error), (SERVE, vendor), serving.parameters))
    always = tuple(prepared.get((ALWAYS,), {}).values())
    return replace(scenario, phases=tuple(phases), always=always, serve=serve), wrong
