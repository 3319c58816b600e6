"""The scenarios that come with Brownout, and how a name or a path becomes a file."""

from pathlib import Path

from brownout_scenarios import spelling
from brownout_scenarios.errors import ScenarioError

RUN_FILE = "scenario.yaml"
"""In a run's folder."""
FOLDER = Path(__file__).parent / "library"


def names() -> tuple[str, ...]:
    """Every scenario of the library, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def path_of(name: str) -> Path:
    """The file of a scenario of the library. Raises `ScenarioError` naming the nearest one."""
    if name not in names():
        raise ScenarioError([f"no scenario named {name!r}{spelling.hint(name, names())}"])
    return FOLDER / f"{name}.yaml"


def find(path_or_name: str | Path) -> Path:
    """A name of the library, else a path: whatever ends in .yaml or has a folder in it; of a run's folder, the scenario
    that was run. Raises `ScenarioError`."""
    text = str(path_or_name)
    if (Path(text) / RUN_FILE).is_file():
        return Path(text) / RUN_FILE
    looks_like_path = isinstance(path_or_name, Path) or "/" in text or text.endswith((".yaml", ".yml"))
    if not looks_like_path:
        return path_of(text)
    path = Path(text)
    if not path.exists():
        beside = [other.name for other in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise ScenarioError([f"{text}: no such file{spelling.hint(path.name, beside)}"])
    if not path.is_file():
        raise ScenarioError([f"{text}: is no file; name a scenario of the library or a YAML file"])
    return path
