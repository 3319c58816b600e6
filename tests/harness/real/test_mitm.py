"""mitmproxy as a process: what is said of it, and whose place it takes."""

import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.mitm import Mitm, require_free, stood
from brownout_harness.real.served import Served

STRIPE = Served("stripe", "http://127.0.0.1:12111", {"STRIPE_API_BASE": "http://127.0.0.1:12111", "STRIPE_KEY": "k"})


def proxy(tmp_path: Path, *lines: dict[str, Any]) -> Mitm:
    output = tmp_path / "intercept.out.log"
    output.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    child: Any = SimpleNamespace(output=output)
    return Mitm(child, 12180, tmp_path / "ca.pem", 12181)


def test_what_it_says_is_read_once_and_its_counts_at_the_end(tmp_path: Path) -> None:
    made = proxy(tmp_path, {"serves": {"port": 1}}, {"said": "one"}, {"said": "two"}, {"counts": {"stripe": 3}})
    lines, after = made.said()
    assert lines == ["one", "two"]
    assert made.said(after) == ([], after)
    assert made.counts() == {"stripe": 3}


def test_one_that_did_not_say_what_went_through_it_is_no_zero(tmp_path: Path) -> None:
    with pytest.raises(NotJudged, match="without saying what went through it"):
        proxy(tmp_path, {"serves": {"port": 1}}).counts()


def test_who_is_led_through_it_gets_keys_and_no_addresses(tmp_path: Path) -> None:
    told = proxy(tmp_path).leading({}, [STRIPE])
    assert told["STRIPE_KEY"] == "k"
    assert "STRIPE_API_BASE" not in told
    assert told["HTTPS_PROXY"] == "http://127.0.0.1:12180"


def test_a_simulator_stands_for_its_vendors_hosts_and_for_those_that_are_named() -> None:
    (bare,) = stood([STRIPE], {}, with_routes=False)
    (named,) = stood([STRIPE], {"stripe": ("pay.shop.test",)}, with_routes=True)
    assert "api.stripe.com" in bare.hosts
    assert bare.routes == ()
    assert named.hosts == (*bare.hosts, "pay.shop.test")
    assert "POST /v1/payment_intents" in named.routes


def test_a_port_that_somebody_has_is_said_with_the_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port} is taken; go away"):
            require_free(port, "go away")
