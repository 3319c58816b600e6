"""What several known-bad parts are made of."""

import asyncio

import pytest

from brownout_core.errors import ServiceError, VendorRefused, VendorUnavailable
from brownout_harness.audit.around import misread


class Client:
    async def charge(self, amount: int) -> int:
        if amount < 0:
            raise VendorUnavailable("stripe", "charge", "status 503", status=503)
        return amount


def takes_for_a_no(error: ServiceError) -> ServiceError:
    return VendorRefused(error.vendor, error.call, error.text)


def test_a_client_does_as_the_one_inside_but_for_what_its_errors_are_taken_for() -> None:
    client = misread("stripe", takes_for_a_no).client("stripe", Client())
    assert asyncio.run(client.charge(3)) == 3
    with pytest.raises(VendorRefused, match="503"):
        asyncio.run(client.charge(-3))


def test_the_others_are_as_they_were() -> None:
    client = Client()
    assert misread("stripe", takes_for_a_no).client("twilio", client) is client
