"""How long to wait before a retry: exponential backoff with jitter, never past the cap.

Pure functions of the retry's number (counted from 1), the settings and a random source.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from brownout_core.errors import ConfigError

Jitter = Literal["full", "equal", "decorrelated", "proportional"]
JITTERS: tuple[Jitter, ...] = get_args(Jitter)

# 2**62 is past any cap; without the clamp a float overflows after about 1,024 retries.
LARGEST_EXPONENT = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class BackoffConfig:
    """The curve of the delays. Seconds, except `multiplier` and `jitter_share`."""

    initial_delay_s: float = 0.2  # the first retry's bound, before jitter
    max_delay_s: float = 5.0  # the cap: no delay is longer, jitter included
    multiplier: float = 2.0  # from one retry to the next
    jitter: Jitter = "full"
    jitter_share: float = 0.1  # proportional jitter only: how much may be added, as a share of the delay

    def __post_init__(self) -> None:
        if not 0 <= self.initial_delay_s <= self.max_delay_s:
            raise ConfigError(
                f"initial_delay_s must be in [0, max_delay_s = {self.max_delay_s}], got {self.initial_delay_s}"
            )
        if not 0 <= self.max_delay_s <= 86_400:
            raise ConfigError(f"max_delay_s must be in [0, 86400], got {self.max_delay_s}")
        if not 1 <= self.multiplier <= 10:
            raise ConfigError(f"multiplier must be in [1, 10], got {self.multiplier}")
        if self.jitter not in JITTERS:
            raise ConfigError(f"jitter must be one of {', '.join(JITTERS)}, got {self.jitter!r}")
        if not 0 <= self.jitter_share <= 1:
            raise ConfigError(f"jitter_share must be in [0, 1], got {self.jitter_share}")


def bound_s(retry: int, config: BackoffConfig) -> float:
    """The deterministic part: min(cap, initial x multiplier^(retry - 1)); `retry` counts from 1."""
    exponent = min(retry - 1, LARGEST_EXPONENT)
    return min(config.max_delay_s, config.initial_delay_s * config.multiplier**exponent)


def full_jitter_s(retry: int, config: BackoffConfig, rng: Random) -> float:
    """Uniform in [0, bound]: spreads a crowd best, and the mean is half the bound."""
    return rng.uniform(0.0, bound_s(retry, config))


def equal_jitter_s(retry: int, config: BackoffConfig, rng: Random) -> float:
    """Uniform in [bound / 2, bound]: never shorter than half the bound."""
    half_s = bound_s(retry, config) / 2
    return half_s + rng.uniform(0.0, half_s)


def decorrelated_jitter_s(previous_s: float, config: BackoffConfig, rng: Random) -> float:
    """Uniform in [initial, 3 x the previous delay], capped; the first one passes 0 as the previous."""
    upper_s = max(config.initial_delay_s, 3 * previous_s)
    return min(config.max_delay_s, rng.uniform(config.initial_delay_s, upper_s))


def proportional_jitter_s(retry: int, config: BackoffConfig, rng: Random) -> float:
    """Uniform in [bound, bound x (1 + jitter_share)], capped. Spreads a crowd badly: for the `original` preset."""
    bound = bound_s(retry, config)
    return min(config.max_delay_s, bound + rng.uniform(0.0, bound * config.jitter_share))


def delay_s(retry: int, previous_s: float, config: BackoffConfig, rng: Random) -> float:
    """The delay before retry number `retry` (from 1); `previous_s` is the delay before the one before, or 0."""
    match config.jitter:
        case "full":
            return full_jitter_s(retry, config, rng)
        case "equal":
            return equal_jitter_s(retry, config, rng)
        case "decorrelated":
            return decorrelated_jitter_s(previous_s, config, rng)
        case "proportional":
            return proportional_jitter_s(retry, config, rng)
