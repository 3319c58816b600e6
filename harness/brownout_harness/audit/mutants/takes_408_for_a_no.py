"""A client to which every 4xx is a mistake of ours: also the one by which the vendor says that it was too slow."""

from brownout_core.errors import ServiceError, VendorRefused, VendorUnavailable
from brownout_harness.audit.around import misread
from brownout_harness.audit.mutant import Mutant, Part


def _literally(error: ServiceError) -> ServiceError:
    if not isinstance(error, VendorUnavailable) or error.status != 408:
        return error
    return VendorRefused(error.vendor, error.call, error.text, status=error.status, code=error.code)


MUTANT = Mutant(
    name="takes-408-for-a-no",
    part=Part.CLASSIFICATION,
    about="408 is a 4xx, and so a definitive no: what the vendor only waited too long for is refused",
    scenario="odd-failures",
    expectation="outcome",
    replacements=lambda: misread("stripe", _literally),
)
