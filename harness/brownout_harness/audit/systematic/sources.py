"""What is changed: which packages of ours, which modules of them, and a share of all changes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from brownout_harness.audit.kept import root_of
from brownout_harness.audit.systematic.changes import Change, changes_of
from brownout_harness.audit.systematic.verdicts import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A package whose code is changed."""

    package: str
    without: tuple[str, ...] = ()
    """Parts of it that no run in virtual time comes to, or that are not what the audit is about."""
    is_judged_by: bool = False
    """The harness trusts it: a run that is inconclusive has noticed, for it is not green."""

    def is_noticed(self, fate: Fate) -> bool:
        """Whether a change with that fate was not green."""
        return fate is Fate.KILLED or (fate is Fate.DOUBTED and self.is_judged_by)

    @property
    def root(self) -> Path:
        """Where it is imported from."""
        return root_of(self.package)

    def file(self, module: str) -> Path:
        """Of a module of it."""
        below = self.root.joinpath(*module.split(".")[1:])
        return below / "__init__.py" if below.is_dir() else below.with_suffix(".py")

    def changes(self) -> Iterator[Change]:
        """All, by module and line."""
        root = self.root
        for file in sorted(root.rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            if parts[0] in self.without:
                continue
            names = (self.package, *(parts[:-1] if parts[-1] == "__init__" else parts))
            yield from changes_of(".".join(names), file)


SOURCES: Final[Mapping[str, Sources]] = {
    "core": Sources(package="brownout_core"),
    # Each vendor's own manners are held against its official clients.
    "simulators": Sources(package="brownout_simulators", without=("vendors", "hosts", "__main__"), is_judged_by=True),
}


def part_of(module: str) -> str:
    """The room of the house that it is in: `policies`, `pipeline`."""
    return module.split(".")[1] if "." in module else module


def sampled(changes: Sequence[Change], share: float) -> list[Change]:
    """So large a share of them, from 0 to 1; the same ones as long as they have the same names."""
    return [each for each in changes if _drawn(each.name) < share]


def _drawn(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2.0**64
