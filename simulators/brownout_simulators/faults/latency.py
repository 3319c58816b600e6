"""Latency: how long the vendor takes, from one of seven distributions or as recorded; how a span is drawn."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from brownout_simulators.faults.distributions import (
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
    Pareto,
    Uniform,
)
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.measurements import read_measurements
from brownout_simulators.faults.profile import OfRoute, read_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A span that is drawn anew for each call: exactly one of seven distributions."""

    NAME: ClassVar[str] = ""
    """What messages call it."""
    WAYS: ClassVar[tuple[str, ...]] = ("fixed", "uniform", "normal", "lognormal", "exponential", "pareto", "empirical")
    """In which a span can be told."""

    fixed_s: float | None = None
    uniform: Uniform | None = None
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    exponential: Exponential | None = None
    pareto: Pareto | None = None
    empirical: Empirical | None = None
    up_to_s: float = 300.0
    """No draw is longer than this."""

    def __post_init__(self) -> None:
        name = self.NAME
        given = [one for one in (self.fixed_s, *self._distributions()) if one is not None]
        require(len(given) + self._given_else == 1, f"{name}: exactly one of {', '.join(self.WAYS)}")
        require_seconds(f"{name}.fixed_s", self.fixed_s)
        require_seconds(f"{name}.up_to_s", self.up_to_s, above_0=True)
        least_s = self.uniform.low_s if self.uniform is not None else self.fixed_s or 0.0
        # Else it would be cut short, always, and nobody had asked for that.
        require(least_s <= self.up_to_s, f"{name}: {least_s:g} s is longer than its up_to, {self.up_to_s:g} s")

    @property
    def _given_else(self) -> int:
        """How many further ways were used."""
        return 0

    def _distributions(self) -> tuple[Distribution | None, ...]:
        return (self.uniform, self.normal, self.lognormal, self.exponential, self.pareto, self.empirical)

    def with_measurements(self, vendor: str) -> Self:
        """With the file of an empirical distribution read in; the same where there is none."""
        del vendor
        told = self.empirical
        if told is None or not told.file:
            return self
        values = read_measurements(told.file, column=told.column, unit=told.unit, host=told.host)
        return replace(self, empirical=Empirical(values_s=values))

    def seconds(self, chance: float) -> float:
        """The span at this quantile."""
        for distribution in self._distributions():
            if distribution is not None:
                try:
                    return min(self.up_to_s, distribution.at(chance))
                except OverflowError:  # a tail so heavy that its end is no number
                    return self.up_to_s
        return min(self.up_to_s, self.fixed_s or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Spread, Fault):
    """The call takes this much longer, counted from its arrival. Exactly one of the seven distributions, or as recorded
    route by route: a call on a route that was not recorded is not struck."""

    NAME: ClassVar[str] = "latency"
    WAYS: ClassVar[tuple[str, ...]] = (*Spread.WAYS, "profile", "routes")
    short: ClassVar[str] = "fixed_s"
    stage: ClassVar[Stage] = Stage.WAIT
    of_any_host: ClassVar[bool] = True

    profile: str = ""
    """A file that `brownout intercept --record` wrote, from the scenario's folder."""
    routes: tuple[OfRoute, ...] = ()
    """The same, written here."""
    at: Literal["before", "after"] = "before"
    """Before: the vendor works that long and commits at the end. After: it commits, then the answer is slow."""

    @property
    def draws(self) -> bool:  # type: ignore[override]
        return self.fixed_s is None

    @property
    def _given_else(self) -> int:
        return bool(self.profile) + bool(self.routes)

    def with_measurements(self, vendor: str) -> Self:
        """With the file that it names read in; a recording's part of that vendor."""
        if self.profile:
            return replace(self, profile="", routes=read_profile(self.profile, vendor))
        return Spread.with_measurements(self, vendor)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del memory
        seconds = self._recorded(on.call.route, chance) if self.routes else self.seconds(chance)
        if seconds <= 0:
            return False
        if self.at == "after" and not on.is_answered:
            on.delay_after_s += seconds
        else:
            on.delay_s += seconds
        return True

    def _recorded(self, route: str, chance: float) -> float:
        """Of a call on that route; 0 where none was recorded."""
        found = next((one for one in self.routes if one.route == route), None)
        return 0.0 if found is None else min(self.up_to_s, found.at(chance))
