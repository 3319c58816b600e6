"""The command `brownout`. Heavy libraries are imported by the command that needs them: `--help` must be quick."""

import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from brownout_harness.commands import COMMANDS
from brownout_harness.commands.extras import BARE, needing
from brownout_harness.commands.helping import help_of
from brownout_harness.commands.signals import ending_in_order
from brownout_harness.problems import BAD_INPUT, NOT_JUDGED, PASSED, Interrupted, Problem, complain
from brownout_harness.safety.live_keys import refuse_live_keys


def _while_read(command: Callable[..., None]) -> Callable[..., None]:
    """The command, which ends without a verdict where nobody reads on (`… | head`); by itself typer ends then as if an
    expectation had failed."""

    @wraps(command)
    def checked(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
            print("stopped: nobody reads what is printed", file=sys.stderr)
            raise typer.Exit(NOT_JUDGED) from None

    return checked


app = typer.Typer(
    name="brownout",
    help="Live through your vendors' outages before your users do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, command in COMMANDS.items():
    told = help_of(command)
    app.command(name, help=told.text, epilog=told.epilog)(
        _while_read(command if name in BARE else needing("run", name, command))
    )


def main() -> None:
    """The console script. Every problem is one line on standard error and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a sign is shown its number; a verdict must not be lost for that.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        # Before anything else reads them: whatever complains about an argument repeats it.
        refuse_live_keys({}, sys.argv[1:])
        with ending_in_order():
            code = app(prog_name="brownout", standalone_mode=False)
    except Problem as problem:
        sys.exit(complain(problem))
    except _MISUSE as error:
        sys.exit(_complain_of(error))
    except typer.Abort:  # Ctrl-D, where something is asked for
        print("stopped: nothing was done", file=sys.stderr)
        sys.exit(NOT_JUDGED)
    except Interrupted as signal:
        print(f"stopped by {signal}: no verdict, and nothing is left running", file=sys.stderr)
        sys.exit(NOT_JUDGED)
    except Exception as error:
        if os.environ.get("BROWNOUT_DEBUG"):
            raise
        text = " ".join(str(error).split())[:300]
        print(f"error: {type(error).__name__}: {text} (BROWNOUT_DEBUG=1 shows where)", file=sys.stderr)
        sys.exit(NOT_JUDGED)
    sys.exit(code or PASSED)


_MISUSE: Any = typer.BadParameter.__mro__[1]
"""What typer raises for words that it does not know, wherever its version has it from."""


def _complain_of(misuse: Any) -> int:
    """One line that says where help is; who typed nothing gets the help itself."""
    said = misuse.format_message()
    if type(misuse).__name__ == "NoArgsIsHelpError":
        print(said, file=sys.stderr)
    else:
        path = misuse.ctx.command_path if misuse.ctx else "brownout"
        print(f"error: {' '.join(said.split()).rstrip('.')} ({path} --help shows how it is typed)", file=sys.stderr)
    return BAD_INPUT


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"brownout {version('brownout')}")
        raise typer.Exit


@app.callback()
def _root(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is, and exit.")
    ] = False,
) -> None:
    """Live through your vendors' outages before your users do."""


if __name__ == "__main__":
    main()
