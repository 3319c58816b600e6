"""The official Node SDK cannot tell the simulator from Twilio either, where Node and the SDK are at hand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.vendors.twilio import VENDOR
from tests.simulators.vendors.twilio.sdk import SID, TOKEN
from tests.support.absent import absent
from tests.support.served import Served

SCRIPT = Path(__file__).with_name("conformance.cjs")
pytestmark = pytest.mark.real


def _sdk() -> Path:
    """Where Node finds the SDK; the tests are skipped, saying so, where it is not."""
    sdk = Path(os.environ.get("BROWNOUT_NODE_MODULES", "")) / "twilio"
    if shutil.which("node") is None or not os.environ.get("BROWNOUT_NODE_MODULES") or not sdk.is_dir():
        absent("no Node SDK: point BROWNOUT_NODE_MODULES at a node_modules with twilio, and have node on the path")
    return sdk


def _environment() -> dict[str, str]:
    # Region and edge would rewrite the host that the SDK talks to.
    return {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}


def test_the_node_sdk_sees_twilio() -> None:
    sdk = _sdk()
    with Served(VENDOR).up() as served:
        command = ["node", str(SCRIPT), str(sdk.resolve()), served.url, SID, TOKEN]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=_environment())
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        requests = served.do(lambda: list(served.simulator.ledger.rows()))
    assert re.fullmatch(r"SM[0-9a-f]{32}", seen["created"].pop("sid"))
    assert seen["created"] == {"status": "queued", "dateSent": None, "numSegments": "1", "price": None}
    codes = {to: error["code"] for to, error in seen["magic"].items()}
    assert list(codes.values()) == [21211, 21612, 21408, 21610, 21614]
    assert all(error["moreInfo"].endswith(str(error["code"])) for error in seen["magic"].values())
    for name, expected in {"wrongToken": (401, 20003), "unknown": (404, 20404), "noBody": (400, 21602)}.items():
        assert (seen[name]["status"], seen[name]["code"]) == expected
    assert (seen["listed"]["count"], seen["listed"]["distinct"]) == (23, 23)
    assert seen["services"] == [f"service {number}" for number in (4, 3, 2, 1, 0)]
    assert (seen["verify"]["started"], seen["verify"]["wrong"], seen["verify"]["right"]) == (
        "pending",
        False,
        "approved",
    )
    assert seen["verify"]["again"]["code"] == 20404
    assert seen["lookup"] == {"good": True, "bad": False, "errors": ["TOO_SHORT"]}
    assert seen["retried"] == "queued"
    assert seen["vector"] is True
    throttled = [row for row in requests if row["entry"] == "request" and row["faults"] == ["throttled"]]
    assert len(throttled) == 3
    sent = [row for row in requests if row["route"] == "twilio.message"]
    assert len(sent) == 24
