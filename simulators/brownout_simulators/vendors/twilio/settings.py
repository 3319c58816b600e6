"""How a Twilio is set up beyond what calls can bring: how fast its senders send, and how long their queues are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.twilio.magic import OURS

QUEUE_S: Final = 36_000.0
"""Ten hours of a sender's rate (Twilio docs, errors 21611 and 30001; older pages say four)."""
_TOLL_FREE: Final = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Settings:
    """As it was set up, or as Twilio is."""

    segments_per_s: Mapping[str, float] = field(default_factory=dict)
    queue_s: float = QUEUE_S

    def rate_of(self, sender: str) -> float | None:
        """Segments a second; None: as fast as it is asked to, as the magic senders, of which Twilio says nothing."""
        rate = self.segments_per_s.get(sender, self.segments_per_s.get(_EVERY))
        return _usual_rate(sender) if rate is None else rate


def _usual_rate(sender: str) -> float | None:
    """By kind of sender (Twilio support, "Understanding Twilio Rate Limits and Message Queues")."""
    if sender.startswith(OURS):
        return None
    if not sender.startswith("+"):
        return 100.0 if sender.isdigit() else 80.0 if ":" in sender else 10.0  # short code, channel, letters
    if _TOLL_FREE.fullmatch(sender):
        return 3.0
    return 1.0 if sender.startswith("+1") else 10.0


def read(given: Mapping[str, Any]) -> Settings:
    """From JSON. Raises `ValueError`."""
    rates = given.get("segments_per_s", {})
    if not isinstance(rates, Mapping):
        raise ValueError("segments_per_s: must be an object, a rate by sender")  # noqa: TRY004  input, not a defect
    return Settings(
        {str(sender): _positive(rate, f"segments_per_s.{sender}") for sender, rate in rates.items()},
        _positive(given.get("queue_s", QUEUE_S), "queue_s"),
    )


def _positive(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and value > 0):
        raise ValueError(f"{place}: must be a number above 0")
    return float(value)


SETUP: Final = Setup(
    read=read,
    about={
        "segments_per_s": "segments a second by sender; `*` is every other one",
        "queue_s": "seconds of a sender's rate that fit into its queue",
    },
)
