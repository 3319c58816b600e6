"""What is printed to be copied is read back as what it was."""

import json
import re
import shutil
import subprocess

import pytest

from brownout_harness.real.env_forms import ENV_FORMS

VARIABLES = {
    "PLAIN": "http://127.0.0.1:12111/v1",
    "EMPTY": "",
    "SPACED": "two  words ",
    "QUOTES": 'it\'s "so"',
    "SHELL": "$HOME `id` !x \\n \\ #no ~ *",
    "LINES": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
}


@pytest.mark.parametrize(
    ("shell", "start"), [("bash", ["bash", "--norc", "-c"]), ("fish", ["fish", "--no-config", "-c"])]
)
def test_a_shell_has_the_same_variables(shell: str, start: list[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    show = "; ".join(f"printf '%s\\0' \"${name}\"" for name in VARIABLES)
    ended = subprocess.run([*start, f"{ENV_FORMS[shell](VARIABLES)}\n{show}"], capture_output=True, check=True)
    assert ended.stdout.decode().split("\0")[:-1] == list(VARIABLES.values())


def test_powershell_reads_them_literally() -> None:
    told = ENV_FORMS["powershell"]({"KEY": "a'b $c \u2019", "URL": "http://x"})
    assert told == "$env:KEY = 'a''b $c \u2019\u2019'\n$env:URL = 'http://x'"


def test_json_is_one_object() -> None:
    assert json.loads(ENV_FORMS["json"](VARIABLES)) == VARIABLES


def test_a_dotenv_file_quotes_only_what_has_to_be() -> None:
    told = ENV_FORMS["dotenv"](VARIABLES)
    assert told.splitlines()[0] == "PLAIN=http://127.0.0.1:12111/v1"
    # In single quotes the readers replace nothing; what has one in it itself is escaped in double quotes.
    single = dict(re.findall(r"^([A-Z]+)='([^']*)'$", told, re.MULTILINE))
    assert single == {name: VARIABLES[name] for name in ("EMPTY", "SPACED", "SHELL", "LINES")}
    assert """\nQUOTES="it's \\"so\\""\n""" in told
