"""The words that a scenario is found by, what each means, and the public incident that one follows.

To add a tag: a line in `TAGS`. What a file says anyway is not written as a tag: its vendors' names, and `incident`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from brownout_scenarios import spelling, units

INCIDENT: Final = "incident"
"""The tag of every scenario that follows a public incident."""

TAGS: Final[Mapping[str, str]] = {
    "smoke": "must not be missed even in seconds: together they catch the most known-bad parts",
    "crash": "a process is killed, stopped or paused in the middle of its work",
    "limits": "a vendor takes fewer calls than are wanted, and says so",
    "overload": "more is asked, or less can be done, than there is room for",
    "lost-answers": "the vendor did the work, and its answer never came, or could not be read",
    "down": "a vendor answers nobody, or everybody with an error",
    "slow": "a vendor answers late, or not at all",
    "link": "connections to what the application depends on are slow, narrow, reset or refused",
    "refusals": "a vendor says no for good, and means it",
    "money": "what is paid, taken back or billed",
    "streams": "answers that come as they are made, and sessions that stay open",
    "notices": "what vendors tell by themselves: late, twice, out of order, lost, forged",
    "store": "the application's own store is away, emptied or put back",
    "auth": "tokens, keys and signatures: expired, revoked, renewed",
    "reads": "what a vendor shows lags behind what it has done",
    "clocks": "time passes, or a clock is wrong",
    "saga": "one operation that asks several vendors, and is to be whole or undone",
}


class Tag(str):
    """A word of `TAGS`."""

    __slots__ = ()


def annotation(vendors: Collection[str]) -> Any:
    """What a file may write as a tag; `vendors` are tags that follow from the file."""

    def check(written: str) -> Tag:
        if written == INCIDENT or written in vendors:
            raise ValueError(f"{written} is no tag to write: every scenario that has to do with it has it anyway")
        if written not in TAGS:
            raise ValueError(f"no tag named {units.shown(written)}{spelling.hint(written, TAGS)}")
        return Tag(written)

    return Annotated[str, AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(TAGS)})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The public incident that a scenario follows. What is said of it is what was published."""

    source: str
    """Where it is told: the address of a post-mortem or a status page, `https://…`."""
    of: str
    """When it was: `2023-11-02`, or in words."""
    about: str
    """What happened then, as published."""
    compressed: str
    """What of its time was kept: `3 h to 60 s`."""

    def __post_init__(self) -> None:
        split = urlsplit(self.source)
        if split.scheme != "https" or not split.hostname or self.source != "".join(self.source.split()):
            raise ValueError("source: is no address: write where the incident is told, https://…")
        for name in ("of", "about", "compressed"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty: {_MISSING[name]}")

    def in_words(self) -> str:
        """On one line."""
        said = f"{self.of}: {self.about} (compressed: {self.compressed}; {self.source})"
        return " ".join(said.split())


_MISSING: Final = {
    "of": "say when it was",
    "about": "say what happened then",
    "compressed": "say what of its time was kept, 3 h to 60 s",
}
