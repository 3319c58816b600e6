"""A link in virtual time, for tests: what is written to it, and what leaves it when."""

from collections.abc import Iterable
from typing import Any

from brownout_harness.wire.chain import Chain, Out, Strike
from brownout_harness.wire.chance import chance_of
from brownout_harness.wire.toxic import Toxic, kind_named
from brownout_harness.wire.toxics.kind import End


def toxic(type_: str, *, name: str = "", toxicity: float = 1.0, **attributes: Any) -> Toxic:
    """As the API would make it."""
    kind = kind_named(type_).from_attributes(attributes)
    return Toxic(name=name or type_, kind=kind, toxicity=toxicity)


class Line:
    """A chain whose clock jumps to the next instant at which something happens."""

    def __init__(self, *toxics: Toxic, seed: int = 7, connection: int = 1) -> None:
        self.strikes: list[Strike] = []
        self.chain = Chain(chance_of(seed, "proxy", connection), self.strikes.append)
        self.seen: list[tuple[float, Out]] = []
        self.now_s = 0.0
        for each in toxics:
            self.add(each)

    def add(self, added: Toxic) -> None:
        self._saw(self.chain.add(added, self.now_s))

    def change(self, changed: Toxic) -> None:
        self._saw(self.chain.change(changed, self.now_s))

    def remove(self, name: str) -> None:
        self._saw(self.chain.remove(name, self.now_s))

    def write(self, data: bytes) -> None:
        self._saw(self.chain.arrived(data, self.now_s))

    def end(self, end: End = End.EOF) -> None:
        self._saw(self.chain.ended(end, self.now_s))

    def until(self, at_s: float) -> "Line":
        """Time passes."""
        while (next_s := self.chain.next_s) is not None and next_s <= at_s:
            self.now_s = max(self.now_s, next_s)
            self._saw(self.chain.advance(self.now_s))
        self.now_s = at_s
        return self

    def _saw(self, out: Iterable[Out]) -> None:
        self.seen += [(round(self.now_s, 9), each) for each in out]

    @property
    def received(self) -> bytes:
        """All the bytes that left."""
        return b"".join(each for _, each in self.seen if isinstance(each, bytes))

    @property
    def ends(self) -> list[tuple[float, End]]:
        """How and when it ended."""
        return [(at_s, each) for at_s, each in self.seen if isinstance(each, End)]
