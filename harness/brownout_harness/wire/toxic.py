"""A toxic as it is set on a proxy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from brownout_harness.wire.toxics import KINDS
from brownout_harness.wire.toxics.kind import Kind, ToxicError
from brownout_simulators.spelling import named, nearest, shown

_NAMES = {kind: name for name, kind in KINDS.items()}


class Stream(StrEnum):
    """A direction."""

    UPSTREAM = "upstream"  # from the client to the server
    DOWNSTREAM = "downstream"  # from the server to the client


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxic:
    """What goes wrong (`kind`), in which direction, on which share of the connections (`toxicity`, from 0 to 1).

    Which connections it strikes is drawn once for each, from the seed, the proxy's name and its own.
    """

    name: str
    kind: Kind
    stream: Stream = Stream.DOWNSTREAM
    toxicity: float = 1.0

    def __post_init__(self) -> None:
        value = self.toxicity
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise ToxicError(f"toxicity must be from 0 to 1, got {shown(value)}")

    @property
    def type(self) -> str:
        """The kind's name in the API."""
        return _NAMES[type(self.kind)]

    def changed(self, attributes: Mapping[str, Any], toxicity: float | None = None) -> "Toxic":
        """With these attributes instead, the others as they are. Raises `ToxicError`."""
        kind = type(self.kind).from_attributes(attributes, self.kind)
        return replace(self, kind=kind, toxicity=self.toxicity if toxicity is None else toxicity)


def kind_named(name: str) -> type[Kind]:
    """Raises `ToxicError` where there is none."""
    kind = KINDS.get(name)
    if kind is None:
        raise ToxicError(f"no such toxic: {named(name)}; do you mean {nearest(name, KINDS, at_all=True)}?")
    return kind
