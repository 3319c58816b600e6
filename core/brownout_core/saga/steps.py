"""How a saga is declared: its steps, in order, and which of them is the pivot."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from brownout_core.asking import Asking

J = TypeVar("J")

Result = dict[str, Any]
"""What a step comes to: JSON-able, for it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[J]):
    """One step. A step behind the pivot is never taken back, and needs neither `look` nor `undo`."""

    name: str
    do: Callable[[J, Asking], Awaitable[Result]]
    """Do it once. Where `asking.earlier` says that it may have been done, what is there is looked for first."""
    names: Callable[[J, Result], Sequence[str]] = lambda _job, _result: ()
    """What it has left, each as `vendor what id`."""
    look: Callable[[J, Asking], Awaitable[Sequence[str]]] | None = None
    """What of it stands at the vendor, named in the same way."""
    undo: Callable[[J, Asking, str], Awaitable[None]] | None = None
    """Take one of these back. Doing it twice is doing it once; done, too, where somebody else did it."""
    is_announced: bool = False
    """Each of its sendings is announced before it is made: one that was not announced was not sent. Else the vendor
    tells its repetitions, and nobody knows when it was sent last."""


@dataclass(frozen=True, slots=True)
class Saga(Generic[J]):
    """Several steps, in order."""

    steps: Sequence[Step[J]]
    pivot: str
    """The last one that can be taken back. Once it is done there is only forward."""

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names) or self.pivot not in names:
            raise TypeError(f"the steps {', '.join(names)} need names of their own, and {self.pivot!r} among them")
        for step in self.reversible:
            if step.look is None or step.undo is None:
                raise TypeError(f"the step {step.name} comes before {self.pivot} is done, and cannot be taken back")

    @property
    def reversible(self) -> Sequence[Step[J]]:
        """Those up to the pivot, itself among them."""
        return self.steps[: [step.name for step in self.steps].index(self.pivot) + 1]
