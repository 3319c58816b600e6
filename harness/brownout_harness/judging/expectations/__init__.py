"""What a scenario can demand: one module per expectation, and the table of them.

An expectation is a frozen dataclass of its parameters with `judge(evidence) -> ExpectationResult`. Fields that end in
`_s` are durations; in a scenario they are written without the suffix. Fields named `during`, `of` and `after` name a
phase. To add one: a module with such a class, a line here, its test, its section in `docs/expectations.md`.

- `base.py`    the form of an expectation, and how its result is worded
- `bounds.py`  what bounds a figure: a number, or so many times another phase's
- `phantoms.py` effects that no operation explains
- `telling.py` what telemetry tells about a breaker, held against the ledger
- `held.py`    what processes hold of something, and whether it becomes more and more
- `looked_at.py` what looks at a breaker prove of which nobody tells
- `told_attempts.py`, `told_endings.py`, `told_rejections.py`  what else it tells, held against ledgers, driver and
  policies
"""

from collections.abc import Mapping
from typing import Final

from brownout_harness.judging.expectations.amplification import Amplification
from brownout_harness.judging.expectations.as_asked import AsAsked
from brownout_harness.judging.expectations.backoff import Backoff
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.blast_radius import BlastRadius
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.expectations.dead_letters import DeadLetters
from brownout_harness.judging.expectations.deadline_respected import DeadlineRespected
from brownout_harness.judging.expectations.descriptors_bounded import DescriptorsBounded
from brownout_harness.judging.expectations.desk_true import DeskTrue
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.expectations.goodput import Goodput
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.memory_bounded import MemoryBounded
from brownout_harness.judging.expectations.no_defects import NoDefects
from brownout_harness.judging.expectations.no_metastability import NoMetastability
from brownout_harness.judging.expectations.no_secrets import NoSecrets
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.expectations.notices_kept import NoticesKept
from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.judging.expectations.outcome import OutcomeOf
from brownout_harness.judging.expectations.queue_age import QueueAge
from brownout_harness.judging.expectations.quiet_while_open import QuietWhileOpen
from brownout_harness.judging.expectations.requests import Requests
from brownout_harness.judging.expectations.retry_after_respected import RetryAfterRespected
from brownout_harness.judging.expectations.stops_gracefully import StopsGracefully
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_harness.judging.expectations.telemetry_true import TelemetryTrue

EXPECTATIONS: Final[Mapping[str, type[Expectation]]] = {
    "amplification": Amplification,
    "as_asked": AsAsked,
    "backoff": Backoff,
    "blast_radius": BlastRadius,
    "breaker": Breaker,
    "dead_letters": DeadLetters,
    "deadline_respected": DeadlineRespected,
    "descriptors_bounded": DescriptorsBounded,
    "desk_true": DeskTrue,
    "exactly_once": ExactlyOnce,
    "finished_later": FinishedLater,
    "goodput": Goodput,
    "latency": Latency,
    "memory_bounded": MemoryBounded,
    "no_defects": NoDefects,
    "no_metastability": NoMetastability,
    "no_secrets": NoSecrets,
    "nothing_lost": NothingLost,
    "notices_kept": NoticesKept,
    "notices_taken": NoticesTaken,
    "outcome": OutcomeOf,
    "queue_age": QueueAge,
    "quiet_while_open": QuietWhileOpen,
    "requests": Requests,
    "retry_after_respected": RetryAfterRespected,
    "stops_gracefully": StopsGracefully,
    "success_rate": SuccessRate,
    "telemetry_true": TelemetryTrue,
}

ALWAYS: Final[tuple[Expectation, ...]] = (
    NoDefects(),
    TelemetryTrue(),
    AsAsked(),
    FinishedLater(),
    NoticesTaken(),
    DeskTrue(),
)
"""Demanded of every run, unless a scenario demands them in its own words; `telemetry_true` where the target tells
anything, `as_asked` where an operation declares it, `finished_later` where one has an `until`, `notices_taken`
where `notices` names a receiver, `desk_true` where an operator ordered something."""
