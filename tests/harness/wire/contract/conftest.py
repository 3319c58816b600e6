"""Both servers, ours on either loop, once for all tests of this folder; each test begins without proxies."""

from collections.abc import Iterator

import pytest

from tests.support.toxiproxies import OURS, PLAIN, REAL, Behind, Toxiproxy, echo, running


@pytest.fixture(scope="session", params=[OURS, PLAIN, REAL])
def one(request: pytest.FixtureRequest) -> Iterator[Toxiproxy]:
    with running(request.param) as server:
        yield server


@pytest.fixture
def server(one: Toxiproxy) -> Iterator[Toxiproxy]:
    yield one
    one.clear()


@pytest.fixture(scope="session")
def behind() -> Iterator[Behind]:
    server = Behind(echo)
    yield server
    server.close()
