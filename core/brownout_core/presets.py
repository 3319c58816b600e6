"""Policy settings per vendor: two presets, and how a document changes them.

`recommended` is the default. `original` holds the settings of the systems that this one replaces, translated as
docs/policies.md says under "`original` and `recommended`".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from random import Random
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from brownout_core.errors import ConfigError
from brownout_core.pipeline import transition_events
from brownout_core.policies.breaker import Breaker, BreakerConfig, Transition
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.policies.parts import (
    BreakerPart,
    BudgetPart,
    BulkheadPart,
    LimiterPart,
    RetryPart,
    TimeoutsPart,
    VendorParts,
)
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_core.telemetry import Sink

DEFAULT_PRESET: Final = "recommended"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorPolicies:
    """All policy settings of one vendor. None = that policy is switched off."""

    timeout: TimeoutConfig = field(default_factory=TimeoutConfig)
    retry: RetryConfig = field(default_factory=RetryConfig)
    budget: RetryBudgetConfig | None = field(default_factory=RetryBudgetConfig)
    breaker: BreakerConfig = field(default_factory=BreakerConfig)
    limiter: LimiterConfig | None = field(default_factory=LimiterConfig)
    bulkhead: BulkheadConfig | None = field(default_factory=BulkheadConfig)

    def overridden(self, changes: Mapping[str, object], *, where: str = "policies") -> "VendorPolicies":
        """New settings: `{"breaker": {"open_for_s": 5}, "limiter": None}` changes one field and switches one off.

        A policy that is switched off here and named there starts from its defaults. `where` starts every message.

        Raises:
            ConfigError: an unknown policy or field (with the nearest spelling), a wrong type, a value out of range.
        """
        groups: dict[str, Any] = {}
        for name, change in _entries(changes, where):
            group = _group(name, where)
            if change is None:
                if not group.is_optional:
                    raise ConfigError(f"{where}.{name}: cannot be switched off")
                groups[name] = None
            else:
                base = getattr(self, name) or group.config()
                groups[name] = _changed(base, change, f"{where}.{name}")
        return replace(self, **groups)


@dataclass(frozen=True, slots=True)
class _Group:
    config: type[Any]
    is_optional: bool


def _groups() -> Mapping[str, _Group]:
    found = {}
    for name, hint in get_type_hints(VendorPolicies).items():
        options = get_args(hint) or (hint,)
        found[name] = _Group(next(option for option in options if option is not NoneType), NoneType in options)
    return found


GROUPS: Final[Mapping[str, _Group]] = _groups()


def _group(name: str, where: str) -> _Group:
    if name not in GROUPS:
        raise ConfigError(f"{where}.{name}: no such policy{_nearest(name, GROUPS)}")
    return GROUPS[name]


def _entries(value: object, where: str) -> list[tuple[str, object]]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must be a mapping, got {value!r}")
    return [(str(name), change) for name, change in value.items()]


def _changed(base: Any, change: object, where: str) -> Any:
    hints = get_type_hints(type(base))
    values: dict[str, Any] = {}
    for name, value in _entries(change, where):
        if name not in hints:
            raise ConfigError(f"{where}.{name}: no such field{_nearest(name, hints)}")
        if not _fits(value, hints[name]):
            raise ConfigError(f"{where}.{name}: must be {_spelled(hints[name])}, got {value!r}")
        values[name] = value
    try:
        return replace(base, **values)
    except ConfigError as error:
        raise ConfigError(f"{where}.{error}") from None


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        return any(_fits(value, option) for option in get_args(hint))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _spelled(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(str, get_args(hint)))
    if get_origin(hint) in {Union, UnionType}:
        return " or ".join(map(_spelled, get_args(hint)))
    return {float: "a number", int: "a whole number", bool: "true or false", NoneType: "null"}.get(hint, str(hint))


def _nearest(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"


def _recommended(attempt_s: float, deadline_s: float, limiter: LimiterConfig | None = None) -> VendorPolicies:
    """The recommended settings for a vendor that answers within `attempt_s` when it is healthy (p99.9)."""
    return VendorPolicies(
        timeout=TimeoutConfig(attempt_s=attempt_s, deadline_s=deadline_s),
        # Half of the attempt timeout is far above a healthy p99: a vendor that crawls opens the breaker before its
        # calls time out.
        # The window spans an attempt's whole time, so that calls which hang are counted together.
        breaker=BreakerConfig(
            sampling_window_s=max(5.0, attempt_s), slow_call_s=attempt_s / 2, probe_timeout_s=2 * attempt_s
        ),
        limiter=limiter,
    )


RECOMMENDED_DEFAULT: Final = _recommended(3.0, 10.0)
RECOMMENDED: Final[Mapping[str, VendorPolicies]] = {
    # Stripe allows 100 requests a second to a live account; another process of ours may need some of them.
    "stripe": _recommended(3.0, 10.0, LimiterConfig(capacity=80, refill_per_s=80.0)),
    # Twilio queues what exceeds a sender's throughput; it answers 429 to many requests at once.
    "twilio": _recommended(3.0, 10.0, LimiterConfig(capacity=50, refill_per_s=50.0)),
    # A token bucket of 100 refilled with 10 a second is the documented limit of the sales system itself; what it
    # leaves in the bucket is its business, so ours never asks faster than that.
    "sales": _recommended(5.0, 20.0, LimiterConfig(capacity=100, refill_per_s=10.0, max_wait_s=5.0)),
    "erp": _recommended(15.0, 60.0, LimiterConfig(capacity=50, refill_per_s=5.0, max_wait_s=10.0)),
    "docusign": _recommended(10.0, 30.0, LimiterConfig(capacity=20, refill_per_s=2.0, max_wait_s=10.0)),
    "email": _recommended(3.0, 10.0, LimiterConfig(capacity=100, refill_per_s=20.0)),
    # A model takes its time: half a minute to a whole answer is health, not failure.
    "openai": _recommended(30.0, 90.0, LimiterConfig(capacity=60, refill_per_s=1.0, max_wait_s=10.0)),
    "gemini": _recommended(30.0, 90.0, LimiterConfig(capacity=60, refill_per_s=1.0, max_wait_s=10.0)),
}


def _original(
    breaker: tuple[int, int, float, float],
    retry: tuple[int, float, float, float],
    limiter: tuple[int, float] | None,
) -> VendorPolicies:
    """One row of the original table: (failures to open, successes to close, attempt timeout, open time), (max
    retries, initial, cap, jitter), (capacity, refill per second).

    - "N failures in a row open" becomes: at least N calls in 60 s, half of them failed. A vendor that is down opens
      the breaker at exactly the Nth call, as before; one that fails four of five calls opens it too, as never before.
    - "M successes close" becomes M probes, all of which must succeed; the originals let everybody probe.
    - There was no deadline. The worst case of the attempts and delays takes its place, so that it never strikes.
    - There was no slow-call rule, retry budget, bulkhead or jitter of the open time, and Retry-After was not read.
    """
    failures, successes, attempt_s, open_for_s = breaker
    max_retries, initial_delay_s, max_delay_s, jitter_share = retry
    delays_s = sum(min(max_delay_s, initial_delay_s * 2**n * (1 + jitter_share)) for n in range(max_retries))
    return VendorPolicies(
        timeout=TimeoutConfig(attempt_s=attempt_s, deadline_s=(max_retries + 1) * attempt_s + delays_s + 1.0),
        retry=RetryConfig(
            max_retries=max_retries,
            initial_delay_s=initial_delay_s,
            max_delay_s=max_delay_s,
            jitter="proportional",
            jitter_share=jitter_share,
            honour_retry_after=False,
        ),
        budget=None,
        breaker=BreakerConfig(
            failure_ratio=0.5,
            minimum_calls=failures,
            sampling_window_s=60.0,
            permitted_calls=successes,
            successes_to_close=successes,
            probe_timeout_s=2 * attempt_s,
            open_for_s=open_for_s,
            open_jitter=0.0,
        ),
        # A second of waiting, as short as the originals' poll for a token could be.
        limiter=None if limiter is None else LimiterConfig(capacity=limiter[0], refill_per_s=limiter[1]),
        bulkhead=None,
    )


ORIGINAL_DEFAULT: Final = _original((5, 3, 30.0, 60.0), (3, 1.0, 30.0, 0.0), None)
ORIGINAL: Final[Mapping[str, VendorPolicies]] = {
    "sales": _original((5, 2, 30.0, 60.0), (3, 1.0, 30.0, 0.1), (100, 10.0)),
    "erp": _original((3, 2, 45.0, 120.0), (5, 2.0, 60.0, 0.2), (50, 5.0)),
    "docusign": _original((5, 3, 60.0, 300.0), (3, 1.0, 30.0, 0.1), (20, 2.0)),
    "twilio": _original((10, 3, 15.0, 30.0), (5, 0.5, 10.0, 0.15), (50, 10.0)),
    "email": _original((10, 3, 15.0, 30.0), (5, 0.5, 10.0, 0.15), (100, 20.0)),
    "openai": _original((5, 3, 30.0, 60.0), (3, 1.0, 30.0, 0.0), (60, 1.0)),
}

PRESETS: Final[Mapping[str, tuple[Mapping[str, VendorPolicies], VendorPolicies]]] = {
    "recommended": (RECOMMENDED, RECOMMENDED_DEFAULT),
    "original": (ORIGINAL, ORIGINAL_DEFAULT),
}


def policies_for(vendor: str, preset: str = DEFAULT_PRESET) -> VendorPolicies:
    """The settings of `vendor` in `preset`; a vendor that the preset does not name has the preset's default.

    Raises:
        ConfigError: there is no such preset.
    """
    if preset not in PRESETS:
        raise ConfigError(f"preset {preset!r}: no such preset{_nearest(preset, PRESETS)}")
    by_vendor, default = PRESETS[preset]
    return by_vendor.get(vendor, default)


def read_policies(document: Mapping[str, object]) -> Callable[[str], VendorPolicies]:
    """What `{"preset": ..., "vendors": {vendor: {policy: {field: value}}}}` means, vendor by vendor.

    Everything is checked at once, so that a mistake is found at start-up and not at the first call.

    Raises:
        ConfigError: an unknown key, preset, policy or field, or a value that cannot be.
    """
    known = {"preset", "vendors"}
    for key in document:
        if key not in known:
            raise ConfigError(f"policies.{key}: no such key{_nearest(str(key), dict.fromkeys(sorted(known)))}")
    preset = str(document.get("preset", DEFAULT_PRESET))
    policies_for("", preset)
    changed = {
        vendor: policies_for(vendor, preset).overridden(changes, where=f"policies.{vendor}")  # type: ignore[arg-type]
        for vendor, changes in _entries(document.get("vendors", {}), "policies.vendors")
    }

    def policies(vendor: str) -> VendorPolicies:
        return changed.get(vendor) or policies_for(vendor, preset)

    return policies


OnTransition = Callable[[Transition], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyParts:
    """What the policies of a vendor are made of: one factory per part, each replaceable. Called once per vendor."""

    breaker: Callable[[str, BreakerConfig, Random, OnTransition | None], BreakerPart] = (
        lambda _vendor, config, rng, tell: Breaker(config, rng, tell)
    )
    retry: Callable[[str, RetryConfig, Random], RetryPart] = lambda _vendor, config, rng: Retry(config, rng)
    """Whether to retry, and when: decision, backoff, jitter and the vendor's Retry-After."""
    budget: Callable[[str, RetryBudgetConfig], BudgetPart] = lambda _vendor, config: RetryBudget(config)
    limiter: Callable[[str, LimiterConfig], LimiterPart] = lambda _vendor, config: Limiter(config)
    bulkhead: Callable[[str, BulkheadConfig], BulkheadPart] = lambda _vendor, config: Bulkhead(config)
    timeouts: Callable[[str, TimeoutConfig], TimeoutsPart] = lambda _vendor, config: Timeouts(config)


def parts_for(
    vendor: str, policies: VendorPolicies, *, seed: int, sink: Sink | None = None, parts: PolicyParts | None = None
) -> VendorParts:
    """The policies built from their settings, for all pipelines of `vendor`; the breaker's changes go to `sink`."""
    parts = parts or PolicyParts()
    tell = None if sink is None else transition_events(vendor, sink)
    return VendorParts(
        retry=parts.retry(vendor, policies.retry, _stream(seed, vendor, "retry")),
        breaker=parts.breaker(vendor, policies.breaker, _stream(seed, vendor, "breaker"), tell),
        timeouts=parts.timeouts(vendor, policies.timeout),
        budget=None if policies.budget is None else parts.budget(vendor, policies.budget),
        limiter=None if policies.limiter is None else parts.limiter(vendor, policies.limiter),
        bulkhead=None if policies.bulkhead is None else parts.bulkhead(vendor, policies.bulkhead),
    )


def _stream(seed: int, *names: str) -> Random:
    return Random(":".join([str(seed), *names]))
