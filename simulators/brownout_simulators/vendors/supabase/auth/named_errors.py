"""This service's errors by name."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendor import NamedError

NAMED_ERRORS: Final[Mapping[str, NamedError]] = {}
