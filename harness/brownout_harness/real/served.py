"""Simulators that serve: what a process of theirs says when it is ready, and the wait for it.

All that `brownout up` needs of them; a run's own part, and the libraries that it takes, is in `booths.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.processes import Child, json_lines, wait_until


@dataclass(frozen=True, slots=True)
class Served:
    """One vendor's simulator."""

    vendor: str
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables by which an application finds it: its address and a test credential."""


def wait(child: Child, vendors: Sequence[str], deadline_s: float, what: str, *, cure: str) -> tuple[Served, ...]:
    """The simulators of one process, once every one of them serves; `cure` is what to do where a port is taken.

    Raises:
        BadInput: a port is taken.
        NotJudged: it ended, or took too long.
    """
    try:
        found: tuple[Served, ...] = wait_until(lambda: ready(child, vendors), child, deadline_s, what)
    except NotJudged:
        if child.exit_code == BadInput.exit_code:  # its own words say which
            words = child.last_words().removeprefix("brownout_simulators: ")
            raise BadInput(f"{words}; {cure}") from None
        raise
    return found


def ready(child: Child, vendors: Sequence[str]) -> tuple[Served, ...]:
    """The simulators of one process, once every one of them has said that it serves; empty until then."""
    said = {line["vendor"]: line for line in json_lines(child.output)[0] if "vendor" in line}
    if not said.keys() >= set(vendors):
        return ()
    return tuple(Served(name, said[name]["url"].rstrip("/"), said[name].get("env", {})) for name in vendors)
