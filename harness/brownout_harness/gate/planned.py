"""Which runs a gate makes: each scenario, as often as is asked, and of all those the share of one machine."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from brownout_harness.problems import BadInput
from brownout_harness.running.orders import Order, check_writable, with_seed

SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Shard:
    """One of so many machines that share the work; both count from 1."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2/5`. Raises `BadInput`."""
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise BadInput(f"--shard {text}: write NUMBER/OF, the first of five is 1/5")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def is_whole(names: Sequence[str], tags: Sequence[str], shard: Shard | None) -> bool:
    """Whether all that there is was asked for, of the library or of folders: no share, no selection."""
    return shard is None and not tags and all(_holds_scenarios(Path(each)) for each in names)


def _holds_scenarios(path: Path) -> bool:
    return path.is_dir() and not (path / "scenario.yaml").exists()


def names_in(asked: Sequence[str]) -> list[str]:
    """What was asked for; of a folder that holds scenarios, and is no run, the files in it and below.

    Raises:
        BadInput: there are none.
    """
    found: list[str] = []
    for each in asked:
        folder = Path(each)
        if not _holds_scenarios(folder):
            found.append(each)
            continue
        files = sorted(str(file) for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not files:
            raise BadInput(f"{each}: no scenario (*.yaml) is in this folder")
        found += files
    return found


def planned(orders: Sequence[Order], folder: Path, *, repeat: int = 1) -> list[Order]:
    """The runs of a gate, each in a folder of its own that is always the same: the scenario's name and the mode.

    A repeated scenario is run with the seeds that follow its own.

    Raises:
        BadInput: two scenarios have one name.
    """
    twice = [name for name, count in Counter(each.scenario.name for each in orders).items() if count > 1]
    if twice:
        raise BadInput(f"two scenarios are called {twice[0]}, and a gate's folders go by that name: rename one")
    return [_nth(each, nth, folder) for each in orders for nth in range(repeat)]


def share(runs: Sequence[Order], shard: Shard | None) -> list[Order]:
    """This machine's; None: all of them. Raises `BadInput` where nothing is left for it."""
    if shard is None:
        return list(runs)
    own = list(runs[shard.number - 1 :: shard.of])
    if not own:
        raise BadInput(f"--shard {shard}: of {len(runs)} runs none is left for it; take fewer shards")
    return own


def _nth(order: Order, nth: int, folder: Path) -> Order:
    name = f"{order.scenario.name}-{order.mode}"
    if not nth:
        return replace(order, folder=folder / name, may_move=False)
    seed = order.scenario.seed + nth
    return replace(
        order,
        scenario=with_seed(order.scenario, seed),
        folder=folder / f"{name}-{nth + 1}",
        may_move=False,
        command=order.command.replace(f"--seed {order.scenario.seed}", f"--seed {seed}"),
    )


def check_free(orders: Sequence[Order]) -> None:
    """Raise `BadInput` where a run's folder cannot be written."""
    for each in orders:
        check_writable(each.folder)
