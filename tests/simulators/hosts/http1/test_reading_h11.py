"""What httptools refuses, on a connection; `test_reading` holds both parsers to the same requests."""

import pytest

from tests.simulators.hosts.http1.line import GET, Line, rows, statuses, till_service
from tests.simulators.serving import request_bytes
from tests.support.aio import virtually


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("method", ["LIST", "PROPFIND", "get", "X-ODD"])
def test_any_method_reaches_the_vendor_and_the_connection_goes_on(method: str, others: int) -> None:
    async def main() -> None:
        service = till_service()
        line, *_ = [Line(service) for _ in range(1 + others)]
        line.send(GET + request_bytes(method, "/v1/charges", b"") + GET)
        assert statuses(await line.turn()) == [200, 404, 200]
        line.send(request_bytes(method, "/v1/charges", b""), piece=2)
        line.send(request_bytes())
        assert statuses(await line.turn()) == [404, 200]
        assert rows(service)[1]["route"] == f"{method} /v1/charges"

    virtually(main())


def test_a_request_that_would_rather_speak_http2_is_answered_in_http1_body_and_all() -> None:
    async def main() -> None:
        line = Line(till_service())
        line.send(request_bytes(Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAM") + GET)
        got = await line.turn()
        assert statuses(got) == [200, 200]
        assert b'"amount": 5' in got

    virtually(main())
