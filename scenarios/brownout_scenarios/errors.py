"""What is wrong with a scenario file, one line per problem."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from brownout_scenarios import grammar, spelling, units, wording
from brownout_scenarios.yaml_tree import Path, Problem

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "too_short": "more items",
    "too_long": "fewer items",
}


class ScenarioError(ValueError):
    """A scenario that cannot be run. `str()` is one line per problem: `path:line: key.path: what is wrong`."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One finding of pydantic's."""

    path: Path
    text: str
    is_missing: bool = False
    meant: str = ""
    """The known key that is nearest to an unknown one."""


def of_problems(file: str, problems: Iterable[Problem]) -> ScenarioError:
    """Sorted by line, each once."""
    ordered = sorted(set(problems), key=lambda problem: (problem.line, dotted(problem.path), problem.text))
    return ScenarioError([_line(file, problem) for problem in ordered])


def of_validation(wrong: ValidationError, data: Any, model: type[BaseModel]) -> list[Mistake]:
    """Pydantic's findings as mistakes in the data."""
    return [_mistake(dict(error), data, model) for error in wrong.errors(include_url=False)]


def dotted(path: Path) -> str:
    """`phases[1].faults[0].latency`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _line(file: str, problem: Problem) -> str:
    where = f"{file}:{problem.line}" if problem.line else file
    key = dotted(problem.path)
    return f"{where}: {key}: {problem.text}" if key else f"{where}: {problem.text}"


def _mistake(error: dict[str, Any], data: Any, model: type[BaseModel]) -> Mistake:
    path, models = _place(error["loc"], data, model)
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return Mistake((*path, str(error["loc"][-1])), "is missing", is_missing=True)
    if kind == "extra_forbidden":
        known = {key for candidate in models for key in grammar.keys_of(candidate)}
        word = str(error["loc"][-1])
        hint = spelling.hint(word, known) or "; no key belongs here: write {}"
        return Mistake(path, f"unknown key{hint}", meant=spelling.nearest(word, known))
    if kind == "value_error":
        path, text = wording.of_error(str(error["ctx"]["error"]), path, value)
    elif kind == "literal_error":
        names = [name.strip("'") for name in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        text = f"{units.shown(value)} is not allowed{spelling.hint(str(value), names)}"
    elif kind in _EXPECTED:
        text = f"expected {_EXPECTED[kind]}, got {units.shown(value)}{_cure(kind, value)}"
    else:
        text = f"{error['msg']}, got {units.shown(value)}"
    return Mistake(path, " ".join(text.split()))


def _cure(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return f": write '{units.shown(value)}'"
    if kind == "list_type" and isinstance(value, str | int | float):
        return f": write [{value if isinstance(value, str) else units.shown(value)}]"
    return ""


def _place(loc: Iterable[int | str], data: Any, model: type[BaseModel]) -> tuple[Path, list[type[BaseModel]]]:
    """The part of pydantic's location that is in the file, and the models that are meant there.

    Pydantic's locations also name the branches of unions; those are no part of the file.
    """
    path: list[int | str] = []
    here, models = data, [model]
    for part in loc:
        if isinstance(here, dict) and part in here:
            hints = [hint for each in models if (hint := grammar.keys_of(each).get(str(part))) is not None]
            if hints:
                models = [found for hint in hints for found in _models_in(hint)]
            # else it is a mapping's own key, or the unknown one: the models around it know what is meant
        elif not (isinstance(here, list) and isinstance(part, int) and part < len(here)):
            models = [each for each in models if each.__name__ == part] or models
            continue
        path.append(part)
        here = here[part]
    return tuple(path), models


def _models_in(hint: Any) -> list[type[BaseModel]]:
    """Every model within an annotation."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [model for part in getattr(hint, "__args__", ()) for model in _models_in(part)]
