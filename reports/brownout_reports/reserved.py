"""A place for a run that has begun: two runs of one second, or to one place, find out now and not at their end.

The place holds the scenario as it is being run, also when the harness is killed. It is replaced by the whole run, and
given back if that does not come.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from brownout_reports.run_folder import SCENARIO_FILE, VERDICT_FILE, RunFolderError


@contextmanager
def reserved(folder: Path, scenario: str, *, beside: bool = False) -> Iterator[Path]:
    """The place, from now on; with `beside` the next free name, `folder-2`, where somebody has it already.

    Raises:
        RunFolderError: somebody has it already, or it cannot be written.
    """
    place, new = _first_free(folder, scenario, beside=beside)
    try:
        yield place
    finally:
        if not (place / VERDICT_FILE).exists():
            with suppress(OSError):
                (place / SCENARIO_FILE).unlink(missing_ok=True)
                for made in reversed(new):
                    made.rmdir()


def _first_free(folder: Path, scenario: str, *, beside: bool) -> tuple[Path, list[Path]]:
    """The place, and the folders that were made for it, the outermost first."""
    for count in itertools.count(1):
        place = folder if count == 1 else folder.with_name(f"{folder.name}-{count}")
        new = [each for each in reversed([place, *place.parents]) if not each.exists()]
        try:
            # One's own choice of name must be new; a folder that somebody names may be there, empty.
            place.mkdir(parents=True, exist_ok=not beside)
            # Of two that come at once, one makes the file.
            with (place / SCENARIO_FILE).open("x", encoding="utf-8") as file:
                file.write(scenario)
        except FileExistsError:
            if beside:
                continue
            raise RunFolderError(f"{folder}: another run has begun there; name another folder") from None
        except OSError as error:
            raise RunFolderError(f"{folder}: {error.strerror or error}; name a folder that can be written") from None
        return place, new
    raise AssertionError("there is always a next number")
