"""What took how long, route by route: a recording of `brownout intercept --record`, as a latency reads it."""

import json
from dataclasses import dataclass

from brownout_simulators.faults.distributions import Empirical, between
from brownout_simulators.faults.fault import FaultError, require
from brownout_simulators.faults.measurements import content_of

FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRoute:
    """What calls of one route take."""

    route: str
    """`POST /v1/payment_intents/{id}`, as `brownout vendors` has it."""
    values_s: tuple[float, ...]
    """As measured; drawn with straight lines between neighbours."""

    def __post_init__(self) -> None:
        require(bool(self.values_s), f"routes: {self.route}: values: at least one is needed")
        # Sorted and checked as others are.
        object.__setattr__(self, "values_s", Empirical(values_s=self.values_s).values_s)

    def at(self, chance: float) -> float:
        """The span at this quantile, in seconds."""
        return between(self.values_s, chance)


def read_profile(path: str, vendor: str) -> tuple[OfRoute, ...]:
    """Of one vendor. Raises `FaultError` for what is no recording, or none of it."""
    where = f"latency.profile: {path}"
    try:
        told = json.loads(content_of(path, "latency.profile"))
        form, rows = told["brownout_profile"], told["routes"]
    except (ValueError, KeyError, TypeError):
        raise FaultError(f"{where}: no recording: brownout intercept --record writes one") from None
    require(form == FORM, f"{where}: of another form ({form}): record it anew")
    try:
        mine = [(row["route"], row["latency_ms"]) for row in rows if row.get("vendor") == vendor]
        found = tuple(
            OfRoute(route=str(route), values_s=tuple(float(value) / 1000.0 for value in values))
            for route, values in mine
            if values and not route.startswith("* ")
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FaultError(f"{where}: damaged: {error}") from None
    others = ", ".join(sorted({str(row.get("vendor", row.get("host"))) for row in rows}))
    require(bool(found), f"{where}: nothing of {vendor} was answered on a route of its own in it; there is {others}")
    return found
