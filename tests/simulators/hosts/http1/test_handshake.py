"""The handshake of a websocket."""

from typing import Any

import pytest

from brownout_simulators.hosts.http1.handshake import accepting, check_handshake
from brownout_simulators.hosts.http1.reading import Request, RequestRefused

HEADERS = {"upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}


def asking(*, headers: dict[str, str] | None = None, wants_websocket: bool = True, is_http11: bool = True) -> Request:
    given = HEADERS | (headers or {})
    return Request("GET", "/live", given, b"", wants_websocket=wants_websocket, is_http11=is_http11)


def test_the_answer_is_that_of_the_standards_own_example() -> None:
    check_handshake(asking())
    assert accepting(HEADERS)[2] == "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    "wrong",
    [
        {"wants_websocket": False},
        {"is_http11": False},
        {"headers": {"sec-websocket-version": "8"}},
        {"headers": {"sec-websocket-version": ""}},
        {"headers": {"sec-websocket-key": ""}},
        {"headers": {"sec-websocket-key": "dGhlIHNhbXBsZQ=="}},
        {"headers": {"sec-websocket-key": "²²²²²²²²²²²²²²²²²²²²²²=="}},
    ],
)
def test_one_that_is_not_right_is_refused(wrong: Any) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_handshake(asking(**wrong))
    assert refused.value.status == 400
