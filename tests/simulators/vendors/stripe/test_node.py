"""The checks that name Node, with the official SDK for Node.

They run where Node is installed and `BROWNOUT_NODE_MODULES` names a `node_modules` that holds `stripe`.
"""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.webhooks import signature
from tests.simulators.vendors.stripe.serving import served
from tests.support.absent import absent

BODY = '{"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}}'


@pytest.mark.real
def test_the_official_node_sdk_sees_stripe() -> None:
    node, modules = shutil.which("node"), os.environ.get("BROWNOUT_NODE_MODULES", "")
    if node is None or not modules or not (Path(modules) / "stripe").is_dir():
        absent("no Node SDK: point BROWNOUT_NODE_MODULES at a node_modules with stripe, and have node on the path")
    with served() as at:
        split = urlsplit(at.url)
        script = Path(__file__).with_name("node_checks.mjs")
        key, secret = VENDOR.test_key("node"), "whsec_test"
        signed = signature(BODY.encode(), secret, 1_700_000_000)
        arguments = [str(split.hostname), str(split.port), key, secret, BODY, signed]
        ran = subprocess.run(
            [node, str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=dict(os.environ),
        )
    assert (ran.returncode, ran.stdout.strip()) == (0, "ok"), ran.stderr
