"""Bounds of what is measured: a number, or so many times the same in another phase."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple, TypeAlias

from brownout_harness.judging.expectations.base import require


class Limit(NamedTuple):
    """One side of a bound."""

    is_upper: bool
    value: "float | Relative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """So many times the same in another phase. Alone it bounds from above."""

    times: float
    """Above 0; 1.3 is 30 % more."""
    of: str
    """The phase."""

    def __post_init__(self) -> None:
        require(self.times > 0, f"times must be above 0, got {self.times:g}")
        require(bool(self.of), "of must name a phase")

    def limits(self) -> tuple[Limit, ...]:
        """Its one side."""
        return (Limit(is_upper=True, value=self),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """From above, from below, or both."""

    at_most: float | Relative | None = None
    """A number, or `{times, of}`."""
    at_least: float | Relative | None = None
    """The same, above 0."""

    def __post_init__(self) -> None:
        _check(self.limits())

    def limits(self) -> tuple[Limit, ...]:
        """Its sides, the upper one first."""
        return _sides(self.at_most, self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBound:
    """The same, of a rate."""

    at_most_per_s: float | Relative | None = None
    """A rate, or `{times, of}`."""
    at_least_per_s: float | Relative | None = None
    """The same, above 0/s."""

    def __post_init__(self) -> None:
        _check(self.limits())

    def limits(self) -> tuple[Limit, ...]:
        """Its sides, the upper one first."""
        return _sides(self.at_most_per_s, self.at_least_per_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBound:
    """The same, of a length of time."""

    at_most_s: float | None = None
    """A duration."""
    at_least_s: float | None = None
    """The same, above 0s."""

    def __post_init__(self) -> None:
        _check(_sides(self.at_most_s, self.at_least_s))

    def sides(self) -> tuple[tuple[bool, float], ...]:
        """Whether from above, and how long; the upper one first."""
        given = ((True, self.at_most_s), (False, self.at_least_s))
        return tuple((is_upper, value) for is_upper, value in given if value is not None)


Bounds: TypeAlias = Bound | RateBound | Relative


def relatives_in(record: Any) -> Iterator[Relative]:
    """Every comparison with another phase that a record of parameters holds."""
    if isinstance(record, Relative):
        yield record
    elif is_dataclass(record):
        for each in fields(record):
            yield from relatives_in(getattr(record, each.name))


def _sides(upper: float | Relative | None, lower: float | Relative | None) -> tuple[Limit, ...]:
    return tuple(Limit(is_upper, value) for is_upper, value in ((True, upper), (False, lower)) if value is not None)


def _check(limits: tuple[Limit, ...]) -> None:
    require(bool(limits), "needs at_most, at_least, or times and of")
    numbers = {limit.is_upper: limit.value for limit in limits if not isinstance(limit.value, Relative)}
    upper, lower = numbers.get(True), numbers.get(False)
    require(upper is None or upper >= 0, f"at_most must not be negative, got {upper}")
    require(lower is None or lower > 0, "at_least must be above 0: nothing is less")
    if upper is not None and lower is not None:
        require(lower <= upper, f"at_least {lower:g} is more than at_most {upper:g}")
