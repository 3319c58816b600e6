"""What is wrong with a scenario file, one line per problem."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from brownout_scenarios import grammar, spelling, units
from brownout_scenarios.yaml_tree import Path, Problem, Tree

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


def of_problems(file: str, problems: Iterable[Problem]) -> ScenarioError:
    """Sorted by line, each once."""
    ordered = sorted(set(problems), key=lambda problem: (problem.line, dotted(problem.path), problem.text))
    return ScenarioError([_line(file, problem) for problem in ordered])


def of_validation(wrong: ValidationError, tree: Tree, model: type[BaseModel]) -> list[Problem]:
    """Pydantic's findings as problems of the file."""
    return [_problem(dict(error), tree, model) for error in wrong.errors(include_url=False)]


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


def _problem(error: dict[str, Any], tree: Tree, model: type[BaseModel]) -> Problem:
    path, models = _place(error["loc"], tree.data, model)
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return Problem(tree.line(path), (*path, str(error["loc"][-1])), "is missing")
    if kind == "extra_forbidden":
        known = {key for candidate in models for key in grammar.keys_of(candidate)}
        return Problem(tree.line(path), path, f"unknown key{spelling.hint(str(path[-1]), known)}")
    if kind == "value_error":
        text = str(error["ctx"]["error"])
    elif kind == "literal_error":
        names = [name.strip("'") for name in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        text = f"{units.shown(value)} is not allowed{spelling.hint(str(value), names)}"
    elif kind in _EXPECTED:
        text = f"expected {_EXPECTED[kind]}, got {units.shown(value)}"
    else:
        text = f"{error['msg']}, got {units.shown(value)}"
    return Problem(tree.line(path), path, " ".join(text.split()))


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
