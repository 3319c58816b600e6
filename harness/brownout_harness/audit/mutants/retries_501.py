"""A client to which every 5xx passes: also the one by which the vendor says that it knows no such thing."""

from brownout_core.errors import ServiceError, VendorUnavailable
from brownout_harness.audit.around import misread
from brownout_harness.audit.mutant import Mutant, Part


def _literally(error: ServiceError) -> ServiceError:
    error.retryable = error.retryable or isinstance(error, VendorUnavailable)
    return error


MUTANT = Mutant(
    name="retries-501",
    part=Part.CLASSIFICATION,
    about="501 is a 5xx, and so worth a retry: what a vendor cannot do at all is asked for four times",
    scenario="odd-failures",
    expectation="amplification",
    replacements=lambda: misread("stripe", _literally),
)
