"""Parameters that several commands take, each in the same words."""

from enum import StrEnum
from typing import Any, Final

import typer

from brownout_harness.commands import completing

SCENARIOS: Final[Any] = typer.Argument(
    help="Names of the library, paths of YAML files, or run folders.", autocompletion=completing.scenarios
)
OF_THE_LIBRARY: Final[Any] = typer.Argument(
    help="Of the library; default: all of it.", autocompletion=completing.library_names
)
RUN: Final[Any] = typer.Argument(help="A folder that `brownout run` wrote, or `last`.", autocompletion=completing.runs)
TAGS: Final[Any] = typer.Option(
    help="Those of the library that have it; of several, that have all of them.", autocompletion=completing.tags
)


class EnvForm(StrEnum):
    """The forms of `env_forms.py`, which the command line must know without loading it."""

    BASH = "bash"
    FISH = "fish"
    POWERSHELL = "powershell"
    DOTENV = "dotenv"
    JSON = "json"
