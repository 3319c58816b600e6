"""A client that takes a record which somebody else holds for a refusal: what could have waited is refused."""

from typing import Any

from brownout_core.adapters.erp import ErpClient
from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError, VendorContended, VendorRefused
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


class _Final(ErpClient):
    """Any 4xx is a definitive no."""

    def _error(self, call: str, response: Response) -> ServiceError:
        error = super()._error(call, response)
        if isinstance(error, VendorContended):
            return VendorRefused(self.vendor, call, error.text, status=error.status, code=error.code)
        return error


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ErpClient):
        client.__class__ = _Final
    return client


MUTANT = Mutant(
    name="takes-a-lock-for-a-no",
    part=Part.CLASSIFICATION,
    about="a record that somebody else holds is a refusal, and nothing is tried again",
    scenario="erp-locked-records",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
