"""How somebody else's application is started: the scenario's target with its templates filled in. Pure."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brownout_harness.operations import fill
from brownout_scenarios.schema import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to run, and where it then is."""

    command: tuple[str, ...]
    """Empty: it runs already."""
    env: Mapping[str, str]
    """To be added to the environment."""
    folder: Path | None
    """Where the command runs: the scenario file's own folder."""
    url: str
    """Without a trailing slash."""
    ready_url: str
    """Answers a GET below 500 as soon as it serves."""
    ready_within_s: float


def launch_of(
    scenario: Scenario, *, port: int, vendors: Mapping[str, Mapping[str, str]], python: str = sys.executable
) -> Launch:
    """Fill in a target. `vendors` has each vendor's `url`, `key` and environment variables by name.

    Raises `ValueError` for a scenario whose target is the gateway, and for a template that nothing fills.
    """
    target = scenario.target
    if target is None:
        raise ValueError("the gateway is not started by a scenario's command")
    values = {"port": str(port), "python": python}
    values |= {f"{vendor}.{name}": value for vendor, known in vendors.items() for name, value in known.items()}
    url = str(fill(target.url, values)).rstrip("/")
    return Launch(
        command=tuple(str(fill(word, values)) for word in target.command),
        env={name: str(fill(value, values)) for name, value in target.env.items()},
        folder=None if scenario.path is None else scenario.path.resolve().parent,
        url=url,
        ready_url=url + "/" + target.ready.path.lstrip("/"),
        ready_within_s=target.ready.within_s,
    )
