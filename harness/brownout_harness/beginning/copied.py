"""A scenario of the library as somebody's own, to be changed."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Final

from brownout_harness.problems import BadInput
from brownout_scenarios import library
from brownout_scenarios.errors import ScenarioError

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HEADER: Final = """\
# Begun as a copy of {source}, of Brownout {version}.
# What may stand here: docs/scenarios.md; for editors: brownout scenarios --json-schema.
# brownout check {file}    says what is wrong with it; runs nothing.
# brownout run {file}
"""


def copy_of(source: str, to: Path) -> str:
    """Write the library's scenario `source` to the file `to`, named after it, and beside it what it reads; its name.

    Raises:
        BadInput: there is no such scenario, the file's name is none for a scenario, or something is there already.
    """
    try:
        written = library.path_of(source).read_text(encoding="utf-8")
    except ScenarioError as error:
        raise BadInput(str(error)) from None
    name = name_for(to, f"my-{source}.yaml")
    # The first line of each names it; comments further down speak of others by their names.
    text = HEADER.format(source=source, version=version("brownout"), file=to)
    text += re.sub(r"^name: .*$", f"name: {name}", written, count=1, flags=re.MULTILINE)
    beside = {to.parent / file.name: file.read_text(encoding="utf-8") for file in files_of(written)}
    for path, content in beside.items():
        if path.exists() and path.read_bytes() != content.encode():
            raise BadInput(f"{path}: there already, and another one than {source} reads; write the copy elsewhere")
    write_new(to, text)
    for path, content in beside.items():
        if not path.exists():
            write_new(path, content)
    return name


def files_of(written: str) -> list[Path]:
    """The files of the library, beside its scenarios, that one of them names: measurements, incidents."""
    others = sorted(file for file in library.FOLDER.iterdir() if file.is_file() and file.suffix != ".yaml")
    return [file for file in others if re.search(rf"(?<![\w.-]){re.escape(file.name)}(?![\w.-])", written)]


def name_for(to: Path, such_as: str) -> str:
    """What the scenario in that file is called. Raises `BadInput` where the file's name is none for a scenario."""
    name = to.stem
    if to.suffix != ".yaml" or not NAME.fullmatch(name):
        raise BadInput(f"{to}: write small letters, digits and -, and .yaml at the end: {such_as}")
    if name in library.names():
        raise BadInput(f"{to}: {name} is a scenario of the library; give yours a name of its own: {such_as}")
    return name


def write_new(path: Path, text: str) -> None:
    """Raises `BadInput` where something is there already, or nothing can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Who is faster wins: what is there is not looked for first and overwritten then.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        if isinstance(error, FileExistsError) and error.filename == str(path):
            raise BadInput(f"{path}: there already, and nothing is overwritten; name another file") from None
        raise BadInput(f"{path}: {error.strerror}; name a file that can be written") from None
