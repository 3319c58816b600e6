"""All settings of one vendor's policies, and the two ways in which an adapter states them.

`recommended` is for a vendor that is known by how fast it answers when it is healthy; `original` translates the
settings of the systems that this one replaces, as docs/policies.md says under "`original` and `recommended`".
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from random import Random
from typing import Any, Final

from brownout_core.policies.breaker import Breaker, BreakerConfig, Transition
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.policies.renewal import QuietFor, Renewal, RenewalConfig
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_core.policies.shapes import (
    BreakerShape,
    BudgetShape,
    BulkheadShape,
    LimiterShape,
    Policies,
    RenewalShape,
    RetryShape,
    TimeoutsShape,
)
from brownout_core.strict import mapping_in, read_strictly
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import ClientConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorPolicies:
    """The settings of one vendor's policies. None = that policy is switched off."""

    timeout: TimeoutConfig = field(default_factory=TimeoutConfig)
    retry: RetryConfig = field(default_factory=RetryConfig)
    budget: RetryBudgetConfig | None = field(default_factory=RetryBudgetConfig)
    breaker: BreakerConfig = field(default_factory=BreakerConfig)
    limiter: LimiterConfig | None = field(default_factory=LimiterConfig)
    bulkhead: BulkheadConfig | None = field(default_factory=BulkheadConfig)
    renewal: RenewalConfig = field(default_factory=RenewalConfig)
    client: ClientConfig = field(default_factory=ClientConfig)
    """No policy, but set like one: what the vendor's transport is made of."""

    def overridden(self, changes: Mapping[str, object], *, where: str = "policies") -> "VendorPolicies":
        """New settings: `{"breaker": {"open_for_s": 5}, "limiter": None}` changes one field and switches one off.

        A policy that is switched off here and named there starts from its defaults. `where` starts every message.

        Raises:
            ConfigError: an unknown policy or field (with the nearest spelling), a wrong type, a value out of range.
        """
        merged: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, change in mapping_in(changes, where).items():
            base = merged.get(name)
            # What is no mapping is left as it is, for the reader to say what is wrong with it.
            merged[name] = {**(asdict(base) if base else {}), **change} if isinstance(change, Mapping) else change
        return read_strictly(VendorPolicies, merged, where, "policy")


def recommended(
    attempt_s: float, deadline_s: float, limiter: LimiterConfig | None = None, *, at_once: int | None = None
) -> VendorPolicies:
    """The recommended settings for a vendor that answers within `attempt_s` when it is healthy (p99.9); `at_once`:
    works on no more calls at a time, so that whoever sends more only makes its queue longer."""
    return VendorPolicies(
        timeout=TimeoutConfig(attempt_s=attempt_s, deadline_s=deadline_s),
        # Half of the attempt timeout is far above a healthy p99: a vendor that crawls opens the breaker before its
        # calls time out.
        # The window spans an attempt's whole time, so that calls which hang are counted together.
        breaker=BreakerConfig(
            sampling_window_s=max(5.0, attempt_s), slow_call_s=attempt_s / 2, probe_timeout_s=2 * attempt_s
        ),
        limiter=limiter,
        bulkhead=BulkheadConfig() if at_once is None else BulkheadConfig(max_in_flight=at_once, max_wait_s=attempt_s),
        renewal=RenewalConfig(attempt_s=attempt_s),
    )


def original(
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
        renewal=RenewalConfig(attempt_s=attempt_s),
    )


RECOMMENDED_DEFAULT: Final = recommended(3.0, 10.0)
"""For a vendor that nobody has stated settings for."""
ORIGINAL_DEFAULT: Final = original((5, 3, 30.0, 60.0), (3, 1.0, 30.0, 0.0), None)

OnTransition = Callable[[Transition], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFactories:
    """What makes each policy of a vendor from its settings, once per vendor."""

    breaker: Callable[[str, BreakerConfig, Random, OnTransition | None], BreakerShape] = (
        lambda _vendor, config, rng, tell: Breaker(config, rng, tell)
    )
    retry: Callable[[str, RetryConfig, Random], RetryShape] = lambda _vendor, config, rng: Retry(config, rng)
    """Whether to retry, and when: decision, backoff, jitter and the vendor's Retry-After."""
    budget: Callable[[str, RetryBudgetConfig], BudgetShape] = lambda _vendor, config: RetryBudget(config)
    limiter: Callable[[str, LimiterConfig], LimiterShape] = lambda _vendor, config: Limiter(config)
    bulkhead: Callable[[str, BulkheadConfig], BulkheadShape] = lambda _vendor, config: Bulkhead(config)
    timeouts: Callable[[str, TimeoutConfig], TimeoutsShape] = lambda _vendor, config: Timeouts(config)
    renewal: Callable[[str, RenewalConfig, Random, QuietFor], RenewalShape] = Renewal


def make_policies(
    vendor: str,
    settings: VendorPolicies,
    *,
    seed: int,
    sink: Sink | None = None,
    factories: PolicyFactories | None = None,
) -> Policies:
    """The policies made from their settings, for all calls to `vendor`; the breaker's changes go to `sink`."""
    make = factories or PolicyFactories()
    tell = None if sink is None else transition_events(vendor, sink)
    breaker = make.breaker(vendor, settings.breaker, _stream(seed, vendor, "breaker"), tell)
    return Policies(
        retry=make.retry(vendor, settings.retry, _stream(seed, vendor, "retry")),
        breaker=breaker,
        timeouts=make.timeouts(vendor, settings.timeout),
        budget=None if settings.budget is None else make.budget(vendor, settings.budget),
        limiter=None if settings.limiter is None else make.limiter(vendor, settings.limiter),
        bulkhead=None if settings.bulkhead is None else make.bulkhead(vendor, settings.bulkhead),
        renewal=make.renewal(vendor, settings.renewal, _stream(seed, vendor, "renewal"), breaker.open_remaining_s),
    )


def transition_events(vendor: str, sink: Sink) -> OnTransition:
    """What a breaker's `on_transition` is set to, once per breaker, so that each change is told once."""

    def emit(transition: Transition) -> None:
        old, new = transition.old.value, transition.new.value
        detail = f"{old}->{new}: {transition.event.value}"
        sink(Event(transition.at_s, Kind.BREAKER_TRANSITION, vendor, outcome=new, detail=detail))

    return emit


def _stream(seed: int, *names: str) -> Random:
    return Random(":".join([str(seed), *names]))
