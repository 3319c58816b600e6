"""What several workers recorded, put together: every row once, nothing added, nothing averaged. Pure.

What each worker was to ask for is known beforehand, and each says at its end how much it recorded: a row that is
missing, comes twice or is not its own is trouble, and any trouble keeps the run from passing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

BUSY_LIMIT_S: Final = 3.0
"""The longest that a worker may have used all but a tenth of a core."""

_SUMS: Final = ("planned", "offered", "turns", "not_sent", "answered", "in_flight", "max_in_flight", "cpu_share")
_MOSTS: Final = ("max_lag_s", "max_cpu_share", "busy_s")


@dataclass(slots=True)
class _Worker:
    """What is known of one."""

    ids: Collection[str]
    """Of the operations of its share."""
    recorded: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)
    """As it told them last."""
    is_over: bool = False
    """By its own word: everything was sent, and every answer is in."""
    lost: str = ""
    """Why nothing more is to be expected of it."""


class Merge:
    """The workers of one run, by name."""

    def __init__(self, ids: Mapping[str, Collection[str]]) -> None:
        """`ids` are those of the operations of each worker's share."""
        self._workers = {name: _Worker(each) for name, each in ids.items()}
        self._recorded: set[str] = set()
        self._wrong: dict[str, str] = {}

    def take(self, name: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Of what a worker recorded, what is to be kept, each with the worker's name."""
        worker, kept = self._workers[name], []
        for row in rows:
            operation_id = row["operation_id"]
            if operation_id not in worker.ids:
                self._say(f"{name} recorded what is not of its share", operation_id)
            elif operation_id in self._recorded:
                self._say(f"{name} recorded an operation for the second time", operation_id)
            else:
                worker.recorded += 1
                self._recorded.add(operation_id)
                kept.append({**row, "worker": name})
        return kept

    def tell(self, name: str, counts: Mapping[str, Any]) -> None:
        """How far a worker is."""
        self._workers[name].counts = counts

    def end(self, name: str, counts: Mapping[str, Any], failed: str = "") -> None:
        """A worker is through, or says why not."""
        self.tell(name, counts)
        self._workers[name].is_over = True
        if failed:
            self.lose(name, failed)

    def lose(self, name: str, why: str) -> None:
        """Nothing more is to be expected of a worker. What was said first stays."""
        worker = self._workers[name]
        worker.lost = worker.lost or why

    @property
    def waiting(self) -> list[str]:
        """Those that are neither through nor lost."""
        return [name for name, each in self._workers.items() if not (each.is_over or each.lost)]

    def counts(self) -> dict[str, Any]:
        """Of all of them together, in the words of `generator.Counts`; of each by itself under `workers`."""
        told = [each.counts for each in self._workers.values()]
        outcomes: dict[str, int] = {}
        for each in told:
            for outcome, count in each.get("outcomes", {}).items():
                outcomes[outcome] = outcomes.get(outcome, 0) + count
        return {
            **{key: sum(each.get(key, 0) for each in told) for key in _SUMS},
            **{key: max((each.get(key, 0.0) for each in told), default=0.0) for key in _MOSTS},
            "outcomes": outcomes,
            "workers": {name: {**each.counts, "recorded": each.recorded} for name, each in self._workers.items()},
        }

    def troubles(self) -> list[str]:
        """Why this is not the load that was planned; empty where it is. Each names its worker."""
        return [*self._wrong.values(), *(said for name, each in self._workers.items() for said in _of(name, each))]

    def behind(self) -> list[str]:
        """Who had no processor time left: what it sent may have been late where nobody sees it."""
        used = {name: each.counts.get("busy_s", 0.0) for name, each in self._workers.items()}
        return [f"{name} used all of its core for {s:.1f} s on end" for name, s in used.items() if s > BUSY_LIMIT_S]

    def verdict(self) -> dict[str, list[str]]:
        """Both, for the last line."""
        return {"troubles": self.troubles(), "behind": self.behind()}

    def _say(self, what: str, operation_id: str) -> None:
        self._wrong.setdefault(what, f"{what}, such as {operation_id}")


def _of(name: str, worker: _Worker) -> Iterable[str]:
    if worker.lost:
        yield f"{name} {worker.lost}: {worker.recorded} operations are known of its {len(worker.ids)}"
    elif not worker.is_over:
        yield f"{name} never said that it was through"
    else:
        told, planned = worker.counts.get("answered", 0), worker.counts.get("planned", 0)
        offered = worker.counts.get("offered", 0) - worker.counts.get("turns", 0)
        if told != worker.recorded:
            yield f"{name} recorded {told} operations and {worker.recorded} came"
        if offered < planned:
            yield f"{name} asked for {offered} of {planned}"
