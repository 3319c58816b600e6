"""The words of sessions."""

import pytest

from brownout_core.sessions import GONE, NoSessions, SessionOver, SessionRefused
from brownout_core.transport import NoConnection, Request, Response


def test_neither_a_reason_nor_a_body_is_quoted() -> None:
    assert str(SessionOver(1011, "secret words")) == "code 1011"
    assert SessionOver().code == GONE
    assert str(SessionRefused(Response(429, {}, b"secret words"))) == "status 429"


def test_where_nobody_said_how_none_is_opened() -> None:
    with pytest.raises(NoConnection):
        NoSessions().connect(Request("GET", "http://x"))
