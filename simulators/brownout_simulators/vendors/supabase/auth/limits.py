"""This service's limiters."""

from typing import Final

from brownout_simulators.vendor import Limit

LIMITS: Final[tuple[Limit, ...]] = ()
