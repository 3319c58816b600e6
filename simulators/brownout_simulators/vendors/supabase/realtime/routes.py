"""This service's routes."""

from typing import Any, Final

from brownout_simulators.vendor import Route

ROUTES: Final[tuple[Route[Any], ...]] = ()
