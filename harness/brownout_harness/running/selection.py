"""The scenarios of the library that have some tags."""

from collections.abc import Collection

from brownout_harness.problems import BadInput
from brownout_harness.running.orders import runnable
from brownout_harness.words.tags import check_known, tags_of
from brownout_scenarios import library
from brownout_scenarios.schema import Scenario


def selected(tags: Collection[str], mode: str | None = None) -> tuple[dict[str, Scenario], tuple[str, ...]]:
    """Those that have all of these tags, by name, all of them where none is named; and which of those the mode cannot
    run. Raises `BadInput` for a tag that does not exist, and where nothing is left."""
    try:
        check_known(tags)
    except ValueError as error:
        raise BadInput(f"--tag: {error}") from None
    found, left_out = {}, []
    for name in library.names():
        scenario, modes = runnable(name)
        if not set(tags) <= set(tags_of(scenario)):
            continue
        if mode is None or mode in modes:
            found[name] = scenario
        else:
            left_out.append(name)
    if not found:
        which = f" with the tags {' and '.join(tags)}" if tags else ""
        how = f" that can be run in {mode} mode" if mode else ""
        raise BadInput(f"no scenario of the library{which}{how}: `brownout scenarios` lists them")
    return found, tuple(left_out)
