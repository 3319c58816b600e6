"""A mutant: the core with one known-bad part, put in through the core's public composition points."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from brownout_core.compose import Replacements


class Part(StrEnum):
    """What can be wrong."""

    BREAKER = "breaker"
    RETRY = "retry"
    BUDGET = "budget"
    TIMEOUTS = "timeouts"
    CLASSIFICATION = "classification"
    IDEMPOTENCY = "idempotency"
    DEAD_LETTERS = "dead letters"
    LIMITER = "limiter"
    BULKHEAD = "bulkhead"
    ADAPTERS = "adapters"
    RENEWAL = "renewal"
    TRANSPORT = "transport"
    WEBHOOKS = "webhooks"
    TELEMETRY = "telemetry"
    SECRETS = "secrets"
    FLOWS = "flows"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One known defect. The rest of the core is as it ships."""

    name: str
    part: Part
    about: str
    """What is wrong, in one line, and what it would cost somebody."""
    scenario: str
    """Of the library: the one that is meant to catch it."""
    expectation: str
    """Of that scenario: the one that is meant to fail."""
    replacements: Callable[[], Replacements]
    """Made anew for every run: what replaces may keep state, also across the lives of one run."""
