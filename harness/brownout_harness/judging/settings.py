"""How the reference application was set, for whoever reads the verdict: its policies, and what its breakers count."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from brownout_core.errors import ServiceError
from brownout_core.policies.sampling import SLICES
from brownout_core.policies.settings import VendorPolicies
from brownout_core.telemetry import outcome_name
from brownout_reports.run_folder import Settings


def settings_of(policies: Mapping[str, VendorPolicies]) -> Settings | None:
    """Every field of every policy, by vendor; None of a target whose settings nobody knows."""
    if not policies:
        return None
    return Settings(
        policies={vendor: asdict(policies[vendor]) for vendor in sorted(policies)},
        failures=tuple(sorted(outcome_name(kind) for kind in _errors_of(ServiceError) if kind.is_failure)),
        window_slices=SLICES,
    )


def _errors_of(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _errors_of(each)
