"""Every parameter that an endpoint takes, and what its text must be: the tables behind `parameter_unknown`,
`parameter_invalid_integer` and the rest.

The names are those of API version 2026-10-28.endive; the tests compare them with the official SDK's own types. A
parameter that is taken but has no effect here is listed too: the real API would not refuse it.
"""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.billing import BILLING
from brownout_simulators.vendors.stripe.parameters.catalogue import CATALOGUE
from brownout_simulators.vendors.stripe.parameters.kinds import Kind, Parameters, parameters
from brownout_simulators.vendors.stripe.parameters.money import MONEY
from brownout_simulators.vendors.stripe.parameters.payments import PAYMENTS
from brownout_simulators.vendors.stripe.parameters.planned import PLANNED
from brownout_simulators.vendors.stripe.parameters.shallow import SHALLOW

RETRIEVE: Parameters = parameters(texts="client_secret", arrays="expand")
SEARCH: Parameters = parameters(texts="page query", integers="limit", arrays="expand")

PARAMETERS: Mapping[str, Parameters] = {**PAYMENTS, **BILLING, **CATALOGUE, **MONEY, **PLANNED, **SHALLOW}

__all__ = ["PARAMETERS", "RETRIEVE", "SEARCH", "Kind", "Parameters"]
