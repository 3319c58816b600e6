"""`brownout scenarios`: the library, one of its files, a copy to begin with, or the schema for editors.

Examples:
  brownout scenarios --tag money
  brownout scenarios stripe-brownout
  brownout scenarios new stripe-brownout scenarios/checkout.yaml
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console, waiting
from brownout_harness.commands.parameters import TAGS
from brownout_harness.problems import BadInput
from brownout_harness.tables import table

LINT = "lint"
NEW = "new"


def scenarios(
    show: Annotated[
        str | None,
        typer.Argument(
            help="Print this one as it is written; or `new`, or `lint`.", autocompletion=completing.shown_scenarios
        ),
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO",
            help="With `new`: of which to make a copy, and its file. With `lint`: these; default: the library.",
            autocompletion=completing.library_names,
        ),
    ] = None,
    *,
    tag: Annotated[list[str] | None, TAGS] = None,
    saved: Annotated[
        list[Path] | None, typer.Option("--from", help="With `lint`: a folder of `brownout audit --out`.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="With `lint`: processes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The list for a script.")] = False,
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List the library, show one, or begin your own with one.

    `new FROM FILE` makes a copy to be changed.

    `lint` reports what in them nothing trips and nobody needs.
    """
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    if json_schema:
        from brownout_harness.words.vocabulary import schema_text

        print(schema_text())
        return
    try:
        if show == LINT:
            from brownout_harness.audit.lint.show import lint

            names = of or library.names()
            for name in names:
                library.path_of(name)
            raise typer.Exit(lint(make_console(), names, saved or (), workers=jobs))
        if saved or jobs is not None or (of and show != NEW):
            raise BadInput(f"more than one name, --from and --jobs go with `brownout scenarios {LINT}`")
        if show == NEW:
            _begin(of or [])
        elif show is not None:
            print(library.find(show).read_text(encoding="utf-8"), end="")
        else:
            _list([library.path_of(name) for name in _names(tag or ())], as_json=as_json)
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _begin(of: list[str]) -> None:
    """A copy to be changed, and whether it can be run as it is."""
    if len(of) != 2:
        raise BadInput(f"say of which, and where to: brownout scenarios {NEW} FROM FILE")
    from brownout_harness.beginning.copied import copy_of
    from brownout_harness.running.orders import runnable

    source, file = of
    copy_of(source, Path(file))
    _, modes = runnable(file)
    print(f"wrote {file}, a copy of {source}; sound, runs in {' and '.join(modes)} mode")
    print(f"next: change it, then brownout run {file}{'' if 'virtual' in modes else ' --mode real'}")


def _names(tags: Iterable[str]) -> Iterable[str]:
    from brownout_scenarios import library

    if not tags:
        return library.names()
    from brownout_harness.running.selection import selected

    with waiting("reading the library"):
        return selected(tuple(tags))[0]


def _list(paths: list[Path], *, as_json: bool) -> None:
    import yaml

    told: list[dict[str, Any]] = []
    for path in paths:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        told.append({"name": path.stem, "tags": _tags(written), "about": " ".join(str(written["about"]).split())})
    if as_json:
        print(json.dumps(told, indent=1))
        return
    from rich.markup import escape

    console = make_console()
    rows = [(each["name"], ", ".join(each["tags"]), escape(each["about"])) for each in told]
    console.print(table(console, ("scenario", "tags", "what it shows"), rows, whole=("scenario",)))


def _tags(written: Mapping[str, Any]) -> list[str]:
    """As they are written; a vendor's are those that name it."""
    from brownout_scenarios.tags import INCIDENT

    return [*written.get("tags", ()), *([INCIDENT] if "incident" in written else ())]
