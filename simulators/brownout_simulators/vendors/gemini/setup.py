"""What is set up beforehand: how models answer, how long that takes, when quotas of a day begin anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.answers import KEYS, Answering, Pace, read_answering
from brownout_simulators.spelling import named, nearest, shown
from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.gemini.messages import BLOCKS, FINISHES

PROCESSING_S: Final = 5.0
"""How long a recording is processed before it can be used. Chosen, not measured: Google's samples look every 5 s."""
BATCH_S: Final = 60.0
"""How long a batch takes. Chosen: the API promises no more than a day."""
LONGEST_S: Final = 86_400.0

PROFILES: Final[Mapping[str, Pace]] = {
    # jonathanwrede.de, 7 days, about 10,080 probes by way of OpenRouter: half within 556 ms, 95 % within 2,313 ms (a
    # lognormal with sigma 0.87), 137 tokens/s.
    "gemini-2.0-flash/2026": Pace(first_s=0.556, first_spread=0.87, tokens_per_s=137.0),
    # The same author, 17 hourly samples; the spread is the one above.
    "gemini-2.5-flash/2026": Pace(first_s=0.412, first_spread=0.87, tokens_per_s=236.0),
    "gemini-2.5-flash-lite/2026": Pace(first_s=0.321, first_spread=0.87, tokens_per_s=192.0),
    # modelstats.ai, snapshot of 2026-04-03.
    "gemini-2.5-flash/modelstats": Pace(first_s=0.492, first_spread=0.87, tokens_per_s=75.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiSetup:
    """One project's, as its accounts see it."""

    answering: Answering
    processing_s: float = PROCESSING_S
    batch_s: float = BATCH_S


def _read(given: Mapping[str, Any]) -> GeminiSetup:
    for name in given:
        if name not in ABOUT:
            near = nearest(str(name), ABOUT)
            raise ValueError(f"{named(name)}: no such key" + (f"; did you mean {near}?" if near else ""))
    answering = read_answering(given, finishes=FINISHES, blocks=BLOCKS, profiles=PROFILES)
    return GeminiSetup(
        answering=answering,
        processing_s=_seconds(given, "processing_s", PROCESSING_S),
        batch_s=_seconds(given, "batch_s", BATCH_S),
    )


def _seconds(given: Mapping[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        raise ValueError(f"{name}: seconds from 0 to {LONGEST_S:g}, got {shown(value)}")
    return float(value)


ABOUT: Final[Mapping[str, str]] = {
    "answers": "rules for what models answer; seeded prose without",
    "pace": f"how long answers take: {', '.join(PROFILES)}, or figures",
    "record": "`prompts` keeps what was asked in full in the books; else a digest",
    "batch_s": "how long a batch takes",
    "processing_s": "how long a recording is processed before it can be used",
}
assert set(KEYS) < set(ABOUT)  # noqa: S101 - the keys of the language of answers are all told

SETUP: Final = Setup(read=_read, about=ABOUT)

__all__ = ["ABOUT", "BLOCKS", "PROFILES", "SETUP", "GeminiSetup"]
