"""What fields of rows hold that is neither plain text nor a plain number."""

from typing import Annotated, NamedTuple

Instant = Annotated[float, "an instant: whoever reads a row says where its clock began"]
Json = Annotated[str, "any JSON, as text"]


class StateSeen(NamedTuple):
    """One state in which the driver saw an operation that was taken on."""

    at_s: float
    """When the answer that told it was in."""
    state: str
    """As the target calls it; where it could not be read, why."""
    means: str
    """An `Outcome`: *accepted* is no end yet, *unknown* could not be read."""
