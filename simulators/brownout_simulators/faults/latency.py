"""Latency: how long the vendor takes, from one of seven distributions; and what draws a span from one."""

import os
from dataclasses import dataclass, replace
from stat import S_ISREG
from typing import ClassVar, Final, Literal, Self

from brownout_simulators.faults.distributions import (
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
    Pareto,
    Uniform,
)
from brownout_simulators.faults.fault import Fault, FaultError, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.spelling import shown

FILE_LIMIT: Final = 8 * 1024 * 1024


def read_measurements(path: str) -> tuple[float, ...]:
    """Seconds, one value per line; what follows a `#` is a comment. Raises `FaultError`, also for what is no file: a
    pipe or a device would never end, or never begin."""
    where = f"latency.empirical.file: {path}"
    require("\0" not in path, f"latency.empirical.file: no name of a file, got {shown(path)}")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            require(S_ISREG(os.fstat(file.fileno()).st_mode), f"{where}: not a regular file")
            content = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise FaultError(f"{where}: {error.strerror}") from None
    require(len(content) <= FILE_LIMIT, f"{where}: more than {FILE_LIMIT} bytes")
    values = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        text = line.partition("#")[0].strip()
        try:
            values += [float(text)] if text else []
        except ValueError:
            raise FaultError(f"{where}:{number}: a number of seconds is needed") from None
    require(bool(values), f"{where}: no value in it")
    return tuple(values)


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for whoever writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A span that is drawn anew for each call: exactly one of seven distributions."""

    NAME: ClassVar[str] = ""
    """What messages call it."""

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
        require(
            len(given) == 1, f"{name}: exactly one of fixed, uniform, normal, lognormal, exponential, pareto, empirical"
        )
        require_seconds(f"{name}.fixed_s", self.fixed_s)
        require_seconds(f"{name}.up_to_s", self.up_to_s, above_0=True)
        least_s = self.uniform.low_s if self.uniform is not None else self.fixed_s or 0.0
        # Else it would be cut short, always, and nobody had asked for that.
        require(least_s <= self.up_to_s, f"{name}: {least_s:g} s is longer than its up_to, {self.up_to_s:g} s")

    def _distributions(self) -> tuple[Distribution | None, ...]:
        return (self.uniform, self.normal, self.lognormal, self.exponential, self.pareto, self.empirical)

    def with_measurements(self) -> Self:
        """With the file of an empirical distribution read in; the same where there is none."""
        if self.empirical is None or not self.empirical.file:
            return self
        values = read_measurements(self.empirical.file)
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
    """The call takes this much longer, counted from its arrival. Exactly one of the seven distributions."""

    NAME: ClassVar[str] = "latency"
    short: ClassVar[str] = "fixed_s"
    stage: ClassVar[Stage] = Stage.WAIT
    of_any_host: ClassVar[bool] = True

    at: Literal["before", "after"] = "before"
    """Before: the vendor works that long and commits at the end. After: it commits, then the answer is slow."""

    @property
    def draws(self) -> bool:  # type: ignore[override]
        return self.fixed_s is None

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del memory
        seconds = self.seconds(chance)
        if seconds <= 0:
            return False
        if self.at == "after" and not on.is_answered:
            on.delay_after_s += seconds
        else:
            on.delay_s += seconds
        return True
