"""A moment in the books, by which an action happens instead of by the clock: the third charge is committed."""

from dataclasses import dataclass
from typing import Final, Literal, NewType, TypeAlias

STORE_WRITE: Final = "store.write"
EVERY_REQUEST: Final = "*"
"""As a line that says which requests: all of them."""
MOST: Final = 2_000_000
"""Of `nth`: as many as a run has arrivals."""

RequestLine = NewType("RequestLine", str)
"""Which requests, on one line: `POST /v1/payment_intents`, `/v1/*`, `GET`."""

When: TypeAlias = Literal["received", "committed", "answered", "store.write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What has to happen, for the nth time since the phase's start and before its end."""

    vendor: str = ""
    """Whose books; none for `store.write`."""
    match: RequestLine | None = None
    """Which requests; left out: every one."""
    moment: When
    """`received`: the request is there, and nothing is done yet; `committed`: its effect is in the ledger, its answer
    is not out; `answered`: the last byte of its answer is out; `store.write`: the gateway has written to one of its own
    stores."""
    nth: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.nth <= MOST:
            raise ValueError(f"nth: {self.nth} is outside 1 to {MOST}")
        if self.moment == STORE_WRITE:
            if self.vendor or self.match is not None:
                raise ValueError("store.write is the gateway's own: leave vendor and match out")
        elif not self.vendor:
            raise ValueError(f"vendor: say in whose books something is {self.moment}")

    @property
    def text(self) -> str:
        """In words: `POST * committed at stripe, number 3`."""
        if self.moment == STORE_WRITE:
            return f"store.write number {self.nth}"
        return f"{self.match or EVERY_REQUEST} {self.moment} at {self.vendor}, number {self.nth}"
