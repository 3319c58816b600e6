"""The faults that a page has a switch for: the ones that a developer reaches for first. Others are written by hand."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Switch(NamedTuple):
    """One."""

    id: str
    label: str
    about: str
    rule: Mapping[str, Any]
    """As the control API takes it, without an id."""


SWITCHES: Final = (
    Switch("slow", "Slow", "every answer takes 2 s", {"latency": {"fixed_s": 2.0}}),
    Switch("unavailable", "503", "503 in the vendor's words, nothing done", {"respond": {"status": 503}}),
    Switch("throttled", "429", "429 with the vendor's headers: wait 1 s", {"throttle": {"retry_after_s": 1.0}}),
    Switch("dropped", "Dropped", "the connection is reset, nothing done", {"drop_before_effect": {}}),
    Switch("lost", "Lost answer", "the work is done, its answer is lost", {"drop_after_effect": {}}),
    Switch("hangs", "Hangs", "nothing comes until the client gives up", {"hang": {}}),
    Switch("garbled", "Garbled", "answers that are no JSON", {"malform": {}}),
)
