"""What a shell offers on Tab, by what has been typed of it. Quick: a person waits for it."""

from pathlib import Path

RUNS = Path("runs")


def scenarios(incomplete: str) -> list[str]:
    """Of the library, and YAML files and folders here."""
    from brownout_scenarios import library

    return [*_beginning(incomplete, library.names()), *_files(incomplete)]


def shown_scenarios(incomplete: str) -> list[str]:
    """And what `brownout scenarios` does with one."""
    return [*_beginning(incomplete, ("new", "lint")), *scenarios(incomplete)]


def library_names(incomplete: str) -> list[str]:
    """Of the library alone."""
    from brownout_scenarios import library

    return _beginning(incomplete, library.names())


def vendors(incomplete: str) -> list[str]:
    """Those that are simulated."""
    from brownout_simulators.vendors import VENDORS

    return _beginning(incomplete, tuple(VENDORS))


def tags(incomplete: str) -> list[str]:
    """Those that scenarios are found by: `known_tags` says the same, and loads what takes longer."""
    from brownout_scenarios.tags import INCIDENT, TAGS
    from brownout_simulators.vendors import VENDORS

    return _beginning(incomplete, sorted((*TAGS, INCIDENT, *VENDORS)))


def runs(incomplete: str) -> list[str]:
    """`last`, the run folders below `runs/`, the newest first, and folders here."""
    kept = [str(path) for path in sorted(RUNS.glob("*/"), reverse=True)] if RUNS.is_dir() else []
    found = [*_beginning(incomplete, ("last", *kept)), *_folders(incomplete)]
    return list(dict.fromkeys(found))


def _beginning(incomplete: str, words: tuple[str, ...] | list[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _files(incomplete: str) -> list[str]:
    return [*(str(path) for path in _beside(incomplete) if path.suffix in (".yaml", ".yml")), *_folders(incomplete)]


def _folders(incomplete: str) -> list[str]:
    return [f"{path}/" for path in _beside(incomplete) if path.is_dir()]


def _beside(incomplete: str) -> list[Path]:
    """What could become of a path that has been begun; nothing hidden, unless it is asked for."""
    folder, _, begun = incomplete.rpartition("/")
    at = Path(f"{folder}/") if "/" in incomplete else Path()
    try:
        there = sorted(at.iterdir())
    except OSError:
        return []
    return [path for path in there if path.name.startswith(begun) and (begun or not path.name.startswith("."))]
