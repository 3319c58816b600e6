"""mitmproxy's events without mitmproxy: what is decided at each. The whole is tried in `real/`."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brownout_harness.intercept.addon import Intercept
from brownout_harness.intercept.plan import Plan, Stood
from tests.support.aio import virtually

STRIPE = Stood(vendor="stripe", url="http://127.0.0.1:12111", hosts=("api.stripe.com",), routes=("GET /v1/balance",))


class Answered(Intercept):
    """mitmproxy would make the answer."""

    def _answer(self, flow: Any, status: int, body: bytes, headers: Any) -> None:
        flow.response = SimpleNamespace(status_code=status, content=body)


def flow_of(host: str, path: str = "/v1/balance?limit=3", *, sni: str = "", **headers: str) -> Any:
    """`sni`: it came in by the door, and that is whom it took it for."""
    mode = SimpleNamespace(type_name="reverse" if sni else "regular")
    by = SimpleNamespace(id="c", sni=sni, proxy_mode=mode)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = SimpleNamespace(scheme="https", host=host, port=443, method="GET", path=path, headers=named, stream=False)
    return SimpleNamespace(request=request, response=None, metadata={}, client_conn=by)


def asked(addon: Intercept, flow: Any) -> Any:
    virtually(addon.requestheaders(flow))
    return flow


def test_a_vendors_request_goes_to_its_simulator_with_its_path_as_it_is() -> None:
    flow = asked(Answered(Plan(stood=(STRIPE,))), flow_of("api.stripe.com"))
    request = flow.request
    assert (request.scheme, request.host, request.port, request.path) == (
        "http",
        "127.0.0.1",
        12111,
        "/v1/balance?limit=3",
    )
    assert flow.response is None
    assert request.stream(b"piece") == b"piece", "a body is passed on piece by piece"


def test_who_takes_the_door_for_the_vendor_is_answered_by_its_simulator_and_anybody_else_by_nobody() -> None:
    addon = Answered(Plan(stood=(STRIPE,)))
    led = asked(addon, flow_of("nowhere.invalid", sni="api.stripe.com"))
    assert (led.request.host, led.request.port, led.response) == ("127.0.0.1", 12111, None)
    refused = [asked(addon, flow_of("nowhere.invalid", sni=name)) for name in ("example.com", "localhost")]
    assert [each.response.status_code for each in refused] == [502, 502]


def test_whom_nobody_named_is_answered_502_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    addon = Answered(Plan(stood=(STRIPE,)))
    flows = [asked(addon, flow_of("example.com")) for _ in range(2)]
    assert [each.response.status_code for each in flows] == [502, 502]
    assert b"example.com is refused" in flows[0].response.content
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("host", ["api.stripe.com", "localhost"])
def test_a_live_key_goes_nowhere_and_is_not_repeated(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    key = "sk_" + "live_" + "0123456789abcdef"
    flow = asked(Answered(Plan(stood=(STRIPE,))), flow_of(host, authorization=f"Bearer {key}"))
    assert flow.response.status_code == 401
    assert key not in capsys.readouterr().out + flow.response.content.decode()
    assert flow.request.host == host


def test_nobody_else_is_dialled_whatever_asked_for_it() -> None:
    addon = Answered(Plan(stood=(STRIPE,)))
    tries = [SimpleNamespace(server=SimpleNamespace(address=(host, 443), error=None)) for host in ("a.test", "::1")]
    for each in tries:
        addon.server_connect(each)
    assert [each.server.error for each in tries] == ["a.test is refused", None]


def test_at_its_end_it_says_what_went_through_it_and_writes_what_it_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = iter([0.0, 1.0, 1.1, 1.35])  # begun, asked, all of it in, answered
    addon = Answered(Plan(stood=(STRIPE,), record=str(tmp_path / "p.json")), clock=lambda: next(now))
    flow = asked(addon, flow_of("api.stripe.com"))
    addon.request(flow)
    flow.response = SimpleNamespace(status_code=200, stream=False)
    virtually(addon.responseheaders(flow))
    flow.response.stream(b"1234")
    addon.response(flow)
    asked(addon, flow_of("example.com"))
    addon.done()
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"counts": {"refused": 1, "stripe": 1}}
    (row,) = json.loads((tmp_path / "p.json").read_text())["routes"]
    assert (row["route"], row["latency_ms"], row["answer_bytes"]) == ("GET /v1/balance", [250.0], [4])
