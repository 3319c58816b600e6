"""Where mitmproxy is, and how it is started: a program of its own, that is only run."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import brownout_harness
import brownout_scenarios
import brownout_simulators
from brownout_harness.intercept import plan
from brownout_harness.intercept.plan import Plan
from brownout_harness.problems import BadInput

NAME: Final = "mitmdump"
TOOLS: Final = ".venv-tools"
"""Where `make tools` puts it."""
AUTHORITY: Final = "mitmproxy-ca-cert.pem"
"""What whoever goes through it has to trust: made at its start, and gone with its folder."""
NOWHERE: Final = "nowhere.invalid"
"""Where whoever comes in by the door would go, if the addon did not say otherwise."""
_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parents[2]
_OURS: Final = (brownout_simulators, brownout_scenarios, brownout_harness)
_OPTIONS: Final = {
    # Nobody is dialled before it is known who is meant, nor asked for his certificate.
    "connection_strategy": "lazy",
    "upstream_cert": "false",
    # What is neither HTTP nor a websocket in it goes nowhere.
    "rawtcp": "false",
    "flow_detail": "0",
    "termlog_verbosity": "error",
}


def find(environment: Mapping[str, str] = os.environ) -> str:
    """The program. Raises `BadInput` where there is none."""
    if found := shutil.which(NAME, path=environment.get("PATH")):
        return found
    for folder in (Path.cwd(), _ROOT):
        if (made := folder / TOOLS / "bin" / NAME).exists():
            return str(made)
    raise BadInput("mitmproxy is not here, and this needs it: make tools, or pipx install mitmproxy")


def prepared(
    found: str, told: Plan, *, port: int, door: int, folder: Path, environment: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Its command and its whole environment. The plan, and the authority that it makes, go to `folder`; `port` 0 is a
    free one. `door` is a second port, for who speaks TLS there as if it were the vendor's own."""
    place = folder / "intercept.json"
    plan.write(told, place)
    # Services of this machine certify themselves; where others may be dialled, nobody's word is taken for it.
    trusting = "false" if told.passed else "true"
    options = {**_OPTIONS, "confdir": str(folder), "ssl_insecure": trusting}
    command = [found, "-s", str(_HERE / "addon.py"), "--mode", f"regular@127.0.0.1:{port}"]
    command += ["--mode", f"reverse:http://{NOWHERE}@127.0.0.1:{door}"]
    command += [word for name, value in options.items() for word in ("--set", f"{name}={value}")]
    ours = {f"{package.__name__.upper()}_AT": str(Path(str(package.__file__)).parent) for package in _OURS}
    # It dials simulators and this machine: by nobody else's proxy.
    kept = {name: value for name, value in environment.items() if name.lower() not in _LEADING}
    return command, {**kept, **ours, plan.VARIABLE: str(place), "PYTHONDONTWRITEBYTECODE": "1"}


_LEADING: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "pythonpath", "ssl_cert_file")
