"""`brownout scenarios`: the library, one of its files, or the schema that editors complete from."""

from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import BadInput


def scenarios(
    show: Annotated[str | None, typer.Argument(help="Print this one as it is written.")] = None,
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List the library's scenarios, or show one."""
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    if json_schema:
        from brownout_harness.words.vocabulary import schema_text

        print(schema_text())
        return
    try:
        if show is not None:
            print(library.find(show).read_text(encoding="utf-8"), end="")
            return
        _list([library.path_of(name) for name in library.names()])
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _list(paths: list[Path]) -> None:
    import yaml
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("scenario", no_wrap=True)
    table.add_column("what it shows")
    for path in paths:
        table.add_row(path.stem, " ".join(str(yaml.safe_load(path.read_text(encoding="utf-8"))["about"]).split()))
    make_console().print(table)
