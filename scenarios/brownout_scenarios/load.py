"""A YAML file to a frozen, checked `Scenario`, or an error with one line per problem.

scenario = load("stripe-brownout", vocabulary)
scenario = load("mine.yaml", vocabulary)
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from brownout_scenarios import errors, library, reading, yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.live_keys import looks_live
from brownout_scenarios.reading import Check
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import MAX_BYTES, Problem, Tree

HALF = "holds half a character (a surrogate), which no file can hold; write the whole one"
LIVE_KEY = "holds a live key; use a test key, and revoke this one if it is real"


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
    tree, problems = _readable(text, file)
    holes = [problem.path for problem in problems]
    scenario, found = reading.read(tree, vocabulary, path=path, also=also, holes=holes)
    if scenario is None or problems or found:
        raise errors.of_problems(file, [*problems, *found])
    return scenario


def _readable(text: str, file: str) -> tuple[Tree, list[Problem]]:
    """What can be read of it, and what is wrong with its form. Raises `ScenarioError` where nothing can be made of it,
    or where it may not be repeated."""
    # Before anything else reads it: whoever complains about a value repeats it.
    _refuse_live_keys((number for number, line in enumerate(text.splitlines(), 1) if looks_live(line)), file)
    try:
        tree, problems = yaml_tree.parse(text), []
    except yaml_tree.Unreadable as wrong:
        _refuse_live_keys((problem.line for problem in wrong.problems if looks_live(repr(problem))), file)
        if wrong.tree is None:
            raise errors.of_problems(file, wrong.problems) from None
        tree, problems = wrong.tree, wrong.problems
    if halves := [Problem(line, (), HALF) for line, said in tree.texts() if any(map(_is_half, said))]:
        raise errors.of_problems(file, [*problems, *halves])
    # And again as YAML reads it: escaped and folded, a key is in no line.
    _refuse_live_keys((line for line, said in tree.texts() if looks_live(said)), file)
    return tree, problems


def _is_half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def _refuse_live_keys(lines: Iterable[int], file: str) -> None:
    if found := [Problem(line, (), LIVE_KEY) for line in lines]:
        raise errors.of_problems(file, found)


def to_yaml(scenario: Scenario) -> str:
    """The scenario as it was resolved, to be kept with a run: loads again to the same scenario."""
    return yaml_tree.write({**scenario.document, "seed": scenario.seed})


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
