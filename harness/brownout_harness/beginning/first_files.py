"""The first files of somebody's own: a scenario for the application, what the CI runs, and the environment.

What nobody can know (how the application is asked, and what it leaves) is asked for; what can be, is known from the
vendors' own declarations.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from brownout_harness.problems import BadInput
from brownout_harness.real.env_forms import ENV_FORMS
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import UnknownVendor, load_vendor

SCENARIOS: Final = Path("scenarios")
WORKFLOWS: Final[Mapping[str, Path]] = {
    "github": Path(".github/workflows/brownout.yml"),
    "gitlab": Path(".gitlab-ci.brownout.yml"),
}
ABOVE: Final = ".."
"""The application, from the scenarios."""
ENVIRONMENT: Final = Path(".env.brownout")
ASKED: Final = re.compile(r"([A-Z]+) (/\S*)")
ID: Final = re.compile(r"(body|header):(\S+)")
PLACE: Final = "body.metadata.order_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What its owner says of it."""

    vendors: Sequence[str]
    """That it uses; the first is the one that fails."""
    command: str = ""
    asgi: str = ""
    asked: str
    """How a user asks: `POST /checkout`."""
    body: str
    """JSON, with templates."""
    id_at: str
    """Where the operation's id travels to it: `body:order_id`, `header:X-Order`."""
    passed_on: str = PLACE
    """And to the vendor."""
    leaves: str = ""
    """What one request leaves at the vendor; empty: the vendor's first kind of effect."""
    ready: str = "/"
    ci: str = "github"


def first_files(of: Application) -> dict[Path, str]:
    """Every file, by its path.

    Raises:
        BadInput: what was said cannot be a scenario.
    """
    if not of.vendors:
        raise BadInput("--vendor: name at least one that the application uses (`brownout vendors` lists them)")
    try:
        vendors = [load_vendor(name) for name in of.vendors]
    except UnknownVendor as error:
        raise BadInput(f"--vendor {error}") from None
    name = f"{of.vendors[0]}-lost-answers"
    files = {SCENARIOS / f"{name}.yaml": _scenario(name, of, vendors[0]), ENVIRONMENT: _environment(vendors)}
    if of.ci in WORKFLOWS:
        files[WORKFLOWS[of.ci]] = _workflow(of)
    return files


def write_all(folder: Path, files: Mapping[Path, str]) -> None:
    """Raises `BadInput`, and writes none, where one of them is there already."""
    there = [str(path) for path in files if (folder / path).exists()]
    if there:
        raise BadInput(
            f"{', '.join(there)}: there already, and nothing is overwritten; move it, or name another folder"
        )
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}; name a folder that can be written") from None


def _scenario(name: str, of: Application, vendor: Vendor[Any]) -> str:
    asked = ASKED.fullmatch(of.asked)
    if asked is None:
        raise BadInput(f"--ask {of.asked!r}: write a method and a path, such as 'POST /checkout'")
    id_at = ID.fullmatch(of.id_at)
    if id_at is None:
        raise BadInput(f"--id {of.id_at!r}: write body:FIELD or header:NAME")
    effect = of.leaves or next(iter(vendor.effects), "")
    if effect not in vendor.effects:
        raise BadInput(f"--leaves {effect}: {vendor.name} has {', '.join(vendor.effects)}")
    try:
        body = json.loads(of.body)
    except ValueError as error:
        raise BadInput(f"--body: no JSON: {error}") from None
    operation = {
        "name": re.sub(r"\W+", "_", asked[2].strip("/").lower()).strip("_") or "ask",
        "method": asked[1],
        "path": asked[2],
        "body": body,
        "operation_id": {id_at[1]: id_at[2]},
        "leaves": [effect],
    }
    return SCENARIO.format(
        name=name,
        vendor=vendor.name,
        target=_indented(_target(of), 2),
        operation=_listed(operation),
        passed_on=json.dumps(of.passed_on),
        effect=effect,
        asked_name=operation["name"],
    )


def _target(of: Application) -> dict[str, Any]:
    if bool(of.command) == bool(of.asgi):
        raise BadInput(
            "say how the application is started: --command 'node server.js', or --asgi shop:app, one of the two"
        )
    if of.asgi:
        return {"asgi": of.asgi, "folder": ABOVE, "ready": {"path": of.ready}}
    words = shlex.split(of.command)
    return {
        "command": [word.replace("$PORT", "{{port}}") for word in words],
        "folder": ABOVE,
        "url": "http://127.0.0.1:{{port}}",
        "ready": {"path": of.ready, "within": "20s"},
    }


def _indented(told: Mapping[str, Any], by: int) -> str:
    text = yaml.safe_dump(dict(told), sort_keys=False, width=110, default_flow_style=None)
    return "\n".join(" " * by + line for line in text.rstrip("\n").splitlines())


def _listed(told: Mapping[str, Any]) -> str:
    first, *rest = _indented(told, 6).splitlines()
    return "\n".join([f"    - {first.strip()}", *rest])


SCENARIO: Final = """\
name: {name}
about: >-
  A quarter of what {vendor} answers is lost on the way, after it has done what it was asked. Nobody may be served twice
  for that, and nobody who was told yes may have been forgotten.
seed: 7
target:
  # It finds the vendors by the variables that `brownout up` prints. By others of its own:
  # env: {{NAME: "{{{{{vendor}.url}}}}"}}
{target}
workload:
  arrivals: {{rate: 5/s}}
  operations:
{operation}
  answer_within: 20s
# Where the application passes the operation's id on, so that each effect finds who asked for it.
correlate:
  {vendor}: [{passed_on}]
phases:
  - {{name: steady, for: 10s}}
  - name: losing
    for: 20s
    faults:
      - {{vendor: {vendor}, share: 25%, drop_after_effect: {{}}}}
  - {{name: recovery, for: 10s}}
expect:
  # What else {vendor} can leave: `brownout vendors {vendor}`, under effects.
  - exactly_once: {{effect: {effect}}}
  - nothing_lost: {{}}
  - success_rate: {{operation: {asked_name}, at_least: 99%, during: steady}}
  - success_rate: {{operation: {asked_name}, at_least: 95%, during: recovery}}
"""


def _environment(vendors: Sequence[Vendor[Any]]) -> str:
    lines = ["# Where `brownout up` serves the vendors, and test keys for them: for development, and nowhere else."]
    for vendor in vendors:
        variables = vendor.environment(f"http://127.0.0.1:{vendor.port}", vendor.test_key("default"))
        lines += [f"# {vendor.name}", ENV_FORMS["dotenv"](variables)]
    return "\n".join(lines) + "\n"


def _workflow(of: Application) -> str:
    mode = "" if of.asgi else " --mode real"
    return WORKFLOW_TEXTS[of.ci].replace("@MODE@", mode)


WORKFLOW_TEXTS: Final[Mapping[str, str]] = {
    "github": """\
name: brownout
on: [push, pull_request]
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install 'brownout[run]'
      # What the application itself needs is installed here.
      - run: brownout gate scenarios/@MODE@ --github
      - uses: actions/upload-artifact@v4
        if: always()
        with: {name: brownout, path: runs/gate}
""",
    "gitlab": """\
# In .gitlab-ci.yml: `include: .gitlab-ci.brownout.yml`.
brownout:
  image: python:3.12
  script:
    - pip install 'brownout[run]'
    # What the application itself needs is installed here.
    - brownout gate scenarios/@MODE@
  artifacts:
    when: always
    paths: [runs/gate]
    reports:
      junit: runs/gate/junit.xml
""",
}
