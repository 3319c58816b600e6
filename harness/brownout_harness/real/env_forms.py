"""Environment variables as a shell, a file or a program takes them: to be copied, sourced or read."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+=,-]+")


def _fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(value: str) -> str:
    # It takes the typographic ones for quotes, too.
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", value) + "'"


def _dotenv(value: str) -> str:
    """In single quotes no reader replaces anything. Of a value that has one in it, escaped in double quotes, Python's
    reader makes the same again; Node's leaves the backslashes in."""
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _lines(form: Callable[[str, str], str]) -> Callable[[Mapping[str, str]], str]:
    return lambda variables: "\n".join(form(name, value) for name, value in variables.items())


ENV_FORMS: Final[Mapping[str, Callable[[Mapping[str, str]], str]]] = {
    "bash": _lines(lambda name, value: f"export {name}={shlex.quote(value)}"),
    "fish": _lines(lambda name, value: f"set -gx {name} {_fish(value)}"),
    "powershell": _lines(lambda name, value: f"$env:{name} = {_powershell(value)}"),
    "dotenv": _lines(lambda name, value: f"{name}={_dotenv(value)}"),
    "json": lambda variables: json.dumps(dict(variables), indent=2),
}
"""By name; each makes a text without a last line break."""
