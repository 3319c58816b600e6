"""`brownout scenarios`: the library, one of its files, or the schema that editors complete from; what of it is idle."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import BadInput
from brownout_harness.tables import table

LINT = "lint"


def scenarios(
    show: Annotated[str | None, typer.Argument(help="Print this one as it is written; or `lint`.")] = None,
    of: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="With `lint`: these; default: the library.")
    ] = None,
    *,
    tag: Annotated[
        list[str] | None, typer.Option(help="Only those that have it; of several, that have all of them.")
    ] = None,
    saved: Annotated[
        list[Path] | None, typer.Option("--from", help="With `lint`: a folder of `brownout audit --out`.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="With `lint`: processes.")] = None,
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List the library's scenarios, or show one; `lint` reports what in them nothing trips and nobody needs."""
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
        if of or saved or jobs is not None:
            raise BadInput(f"more than one name, --from and --jobs go with `brownout scenarios {LINT}`")
        if show is not None:
            print(library.find(show).read_text(encoding="utf-8"), end="")
            return
        _list([library.path_of(name) for name in _names(tag or ())])
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _names(tags: Iterable[str]) -> Iterable[str]:
    from brownout_scenarios import library

    if not tags:
        return library.names()
    from brownout_harness.running.selection import selected

    return selected(tuple(tags))[0]


def _list(paths: list[Path]) -> None:
    import yaml
    from rich.markup import escape

    console = make_console()
    rows = []
    for path in paths:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        about = " ".join(str(written["about"]).split())
        rows.append((path.stem, ", ".join(_tags(written)), escape(about)))
    console.print(table(console, ("scenario", "tags", "what it shows"), rows, whole=("scenario",)))


def _tags(written: Mapping[str, Any]) -> list[str]:
    """As they are written; a vendor's are those that name it."""
    from brownout_scenarios.tags import INCIDENT

    return [*written.get("tags", ()), *([INCIDENT] if "incident" in written else ())]
