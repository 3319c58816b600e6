"""`brownout audit`: which scenario catches which known-bad part."""

import typer

from brownout_harness.commands.console import make_console


def audit() -> None:
    """Swap known-bad parts into the core and show which scenario catches which."""
    from brownout_harness.audit.show import audit as run_audit

    raise typer.Exit(run_audit(make_console()))
